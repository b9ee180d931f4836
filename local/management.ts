/** The runtime's own endpoints under /_local/: time, idleness, counters, queues, tokens, and stopping an execution. They give no way into product data. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import * as z from 'zod'
import type { Activity } from './activity'
import type { RuntimeClock } from './clock'
import type { Issuer } from './cognito'
import { readBody, sendJson } from './http-wire'
import { AwsError } from './service'

const ClockMove = z.strictObject({ advanceSeconds: z.number().nonnegative() })
const MetricsReset = z.strictObject({ metering: z.boolean().default(false) })
const TokenInput = z.strictObject({
  tenant: z.string().min(1).default('demo'),
  roles: z.array(z.string().min(1)).min(1),
  organization: z.string().min(1).optional(),
  subject: z.string().min(1).default('local-user'),
  ttl: z
    .number()
    .int()
    .positive()
    .default(8 * 3600),
})

const Stop = z.strictObject({
  executionArn: z.string().min(1),
  error: z.string().optional(),
  cause: z.string().optional(),
})

const SETTLE_WITHIN = 30_000
/** Longest a long step of time waits for what it set off, before it goes on. */
const STEP_SETTLE = 10_000
const MOST_STEPS = 200

export interface Management {
  handle(request: IncomingMessage, response: ServerResponse, path: string): Promise<void>
  /** Moves time forward, letting what falls due on the way run in its order. */
  advance(milliseconds: number): Promise<void>
}

export interface ManagementOptions {
  activity: Activity
  clock: RuntimeClock
  issuer: Issuer
  queues(): { name: string; ready: number; inFlight: number; delayed: number }[]
  stopExecution(executionArn: string, error?: string, cause?: string): Promise<void>
  sweep(): Promise<number>
  setMetering(on: boolean): void
}

export function createManagement(options: ManagementOptions): Management {
  const { activity, clock, issuer } = options

  const advance = async (milliseconds: number) => {
    const target = clock.now() + milliseconds
    const step = milliseconds / MOST_STEPS
    while (clock.now() < target) {
      const next = Math.max(clock.next() ?? target, clock.now() + step)
      clock.advance(Math.max(Math.min(next, target) - clock.now(), 0))
      await activity.settled(STEP_SETTLE)
    }
    await options.sweep()
  }

  const routes: Record<string, (body: unknown, query: URLSearchParams) => Promise<unknown>> = {
    'POST /_local/clock': async (body) => {
      await advance(ClockMove.parse(body).advanceSeconds * 1000)
      return { now: new Date(clock.now()).toISOString() }
    },
    'GET /_local/clock': async () => ({ now: new Date(clock.now()).toISOString() }),
    'GET /_local/settled': (_, query) => activity.settled(Number(query.get('timeout') ?? SETTLE_WITHIN)),
    'GET /_local/metrics': async () => activity.counters(),
    'POST /_local/metrics/reset': async (body) => {
      options.setMetering(MetricsReset.parse(body ?? {}).metering)
      activity.reset()
      return {}
    },
    'GET /_local/queues': async () => ({ queues: options.queues() }),
    'POST /_local/stop-execution': async (body) => {
      const { executionArn, error, cause } = Stop.parse(body)
      await options.stopExecution(executionArn, error, cause)
      return {}
    },
    'POST /_local/token': async (body) => ({ token: await issuer.mint(TokenInput.parse(body)) }),
  }

  return {
    advance,
    async handle(request, response, path) {
      // A page of another site must not move time or mint tokens, whatever name it reaches this address by.
      if (!fromHere(request)) return sendJson(response, 403, { message: 'Only from this machine' })
      const route = routes[`${request.method} ${path}`]
      if (route === undefined) return sendJson(response, 404, { message: 'Not Found' })
      const text = (await readBody(request, 64 * 1024))?.toString()
      try {
        const answer = await route(
          text ? JSON.parse(text) : undefined,
          new URL(request.url ?? '', 'http://local').searchParams,
        )
        sendJson(response, 200, answer)
      } catch (error) {
        if (error instanceof AwsError) return sendJson(response, 400, { message: error.message })
        if (!(error instanceof z.ZodError) && !(error instanceof SyntaxError)) throw error
        sendJson(response, 400, {
          message: error instanceof z.ZodError ? z.prettifyError(error) : 'The body is not JSON',
        })
      }
    },
  }
}

function fromHere({ headers }: IncomingMessage): boolean {
  const local = /^(127\.0\.0\.1|localhost)(:\d+)?$/
  const origin = headers.origin?.replace(/^https?:\/\//, '')
  return local.test(headers.host ?? '') && (origin === undefined || origin === headers.host)
}
