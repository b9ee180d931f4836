/** A running Portolan: the local runtime booted from the real template, reached over HTTP through the generated client. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import createClient, { type Client } from 'openapi-fetch'
import type { paths } from './api.generated'

export type Portolan = Client<paths>

export interface Caller {
  roles: string[]
  tenant?: string
  organization?: string
  subject?: string
}

export interface World {
  url(): string
  token(caller: Caller): Promise<string>
  /** The API as this caller sees it. A role alone is one of the tenant's own people. */
  as(caller: Caller | string): Promise<Portolan>
  /** Until streams, queues, rules and machines have nothing to do but wait for people, partners and time. */
  settled(): Promise<void>
  /** Moves time forward; what falls due on the way runs. */
  advance(hours: number): Promise<void>
  local(method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown>
  /** As a power cut to the process: nothing is told, nothing is flushed. */
  kill(): Promise<void>
  /** Starts again on the same folder and address. */
  restart(): Promise<void>
  stop(): Promise<void>
}

const TENANT = 'harbour'
const START_WITHIN = 60_000
const ROOT = join(__dirname, '../..')

/** Boots on an empty folder. */
export async function startWorld(): Promise<World> {
  const dataDir = mkdtempSync(join(tmpdir(), 'portolan-test-'))
  let serving = await serve(dataDir, '0')
  const port = new URL(serving.url).port
  const tokens = new Map<string, Promise<string>>()

  const local: World['local'] = async (method, path, body) => {
    const response = await fetch(serving.url + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`)
    return response.json()
  }

  const token = (caller: Caller) => {
    const request = { tenant: TENANT, subject: caller.roles.join('-').toLowerCase(), ...caller }
    const key = JSON.stringify(request)
    const minted =
      tokens.get(key) ?? local('POST', '/_local/token', request).then((answer) => stringIn(answer, 'token'))
    tokens.set(key, minted)
    return minted
  }

  const end = async (signal: NodeJS.Signals) => {
    if (serving.process.exitCode !== null || serving.process.signalCode !== null) return
    const gone = new Promise<void>((resolve) => serving.process.once('exit', () => resolve()))
    serving.process.kill(signal)
    await gone
  }

  return {
    url: () => serving.url,
    token,
    local,
    async as(caller) {
      const bearer = await token(typeof caller === 'string' ? { roles: [caller] } : caller)
      return createClient<paths>({ baseUrl: serving.url, headers: { authorization: `Bearer ${bearer}` } })
    },
    async settled() {
      const answer = await local('GET', '/_local/settled?timeout=60000')
      if (Reflect.get(Object(answer), 'settled') !== true) throw new Error(`Not settled: ${JSON.stringify(answer)}`)
    },
    async advance(hours) {
      await local('POST', '/_local/clock', { advanceSeconds: hours * 3600 })
      // They were good for hours of that time.
      tokens.clear()
    },
    kill: () => end('SIGKILL'),
    async restart() {
      serving = await serve(dataDir, port)
    },
    async stop() {
      await end('SIGTERM')
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

function stringIn(answer: unknown, member: string): string {
  const value: unknown = Reflect.get(Object(answer), member)
  if (typeof value !== 'string') throw new Error(`No ${member} in ${JSON.stringify(answer)}`)
  return value
}

async function serve(dataDir: string, port: string): Promise<{ process: ChildProcess; url: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'serve.ts'), dataDir, port], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  const url = await new Promise<string>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`Not started in time: ${said}`)), START_WITHIN)
    child.stderr.on('data', (chunk) => {
      said += chunk
    })
    child.stdout.once('data', (chunk) => {
      clearTimeout(late)
      resolve(String(chunk).trim())
    })
    child.once('exit', (code) => {
      clearTimeout(late)
      reject(new Error(`Ended with ${code} before it served: ${said}`))
    })
  })
  return { process: child, url }
}

/** The answer of a call that must succeed. */
export async function ok<T>(answer: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await answer
  if (data === undefined) throw new Error(`${response.status} ${response.url}: ${JSON.stringify(error)}`)
  return data
}

/** Status and problem of a call that must be refused. */
export async function refused(
  answer: Promise<{ data?: unknown; error?: unknown; response: Response }>,
): Promise<{ status: number; code: string; pointers: string[] }> {
  const { data, error, response } = await answer
  if (data !== undefined) throw new Error(`${response.url} was not refused: ${JSON.stringify(data)}`)
  const problem = Object(error) as { code?: string; errors?: { pointer: string }[] }
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  return {
    status: response.status,
    code: problem.code ?? '',
    pointers: (problem.errors ?? []).map((field) => field.pointer),
  }
}

/** Looks until it is as wanted; says what was last seen when it never is. */
export async function eventually<T>(
  look: () => Promise<T>,
  wanted: (seen: T) => boolean,
  seconds = 60,
  every = 50,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000
  for (;;) {
    const seen = await look()
    if (wanted(seen)) return seen
    if (Date.now() > deadline) throw new Error(`Never as wanted; last seen: ${JSON.stringify(seen)}`)
    await new Promise((resolve) => setTimeout(resolve, every))
  }
}
