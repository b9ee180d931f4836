/** One execution environment of a function: a worker thread that is called, timed, and ended when it misbehaves. */
import { randomUUID } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import * as z from 'zod'
import type { InvokeMessage, WorkerMessage, WorkerSettings } from './lambda-worker'

export const PAYLOAD_LIMIT = 6 * 1024 * 1024
/** A worker heap below this cannot load a bundle at all, whatever the template says about memory. */
const LEAST_HEAP_MB = 64
/** Lambda's own limit for loading a function. */
const INIT_LIMIT = 10_000

/** JSON text in and out, so that nobody parses what they only pass on. */
export interface RawResult {
  payload: string
  failed: boolean
}

/** What came over from the worker is shaped like an error but of no class that `instanceof` would know. */
const Thrown = z
  .object({ name: z.string(), message: z.string(), stack: z.string().optional(), code: z.string().optional() })
  .or(
    z
      .unknown()
      .transform((value) => ({ name: typeof value, message: String(value), stack: undefined, code: undefined })),
  )

/** One worker thread: one invocation at a time, as in Lambda. */
export class Environment {
  private readonly worker: Worker
  private finish: ((result: RawResult) => void) | undefined
  private requestId = ''
  private lastError: z.infer<typeof Thrown> | undefined
  private serial = 0
  gone = false
  cameUp = false
  /** Settles when it can be called, or has ended before that. */
  readonly ready: Promise<void>
  /** Settles with what its last call answers. */
  readonly ended: Promise<RawResult>

  constructor(
    source: string,
    settings: WorkerSettings,
    env: Record<string, string>,
    private readonly properties: { MemorySize: number; Timeout: number },
  ) {
    this.worker = new Worker(source, {
      eval: true,
      env,
      workerData: settings,
      resourceLimits: { maxOldGenerationSizeMb: Math.max(properties.MemorySize, LEAST_HEAP_MB) },
    })
    const initLimit = setTimeout(() => void this.worker.terminate(), INIT_LIMIT)
    let settle = () => {}
    this.ready = new Promise((done) => {
      settle = () => {
        clearTimeout(initLimit)
        done()
      }
    })
    this.worker.on('message', (message: WorkerMessage) => {
      if ('ready' in message) {
        this.cameUp = true
        settle()
      } else if (message.id === this.serial) this.answer({ payload: message.payload, failed: message.failed })
    })
    this.worker.on('error', (error: unknown) => {
      this.lastError = Thrown.parse(error)
    })
    this.ended = new Promise((done) => {
      this.worker.once('exit', (code) => {
        this.gone = true
        const death = this.died(code)
        this.answer(death)
        settle()
        done(death)
      })
    })
  }

  invoke(payload: string, arn: string): Promise<RawResult> {
    const { Timeout } = this.properties
    this.requestId = randomUUID()
    const message: InvokeMessage = {
      id: ++this.serial,
      payload,
      requestId: this.requestId,
      arn,
      deadline: Date.now() + Timeout * 1000,
    }
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.gone = true
        this.answer(
          document(
            'Sandbox.Timedout',
            `RequestId: ${this.requestId} Error: Task timed out after ${Timeout.toFixed(2)} seconds`,
          ),
        )
        void this.worker.terminate()
      }, Timeout * 1000)
      this.finish = (result) => {
        clearTimeout(timer)
        resolve(result)
      }
      this.worker.postMessage(message)
    })
  }

  private answer(result: RawResult): void {
    const finish = this.finish
    this.finish = undefined
    if (!result.failed && result.payload.length > PAYLOAD_LIMIT) {
      const message = `Response payload size exceeded maximum allowed payload size (${PAYLOAD_LIMIT} bytes).`
      finish?.(document('Function.ResponseSizeTooLarge', message))
    } else finish?.(result)
  }

  private died(code: number): RawResult {
    const error = this.lastError
    const exit = `RequestId: ${this.requestId} Error: Runtime exited`
    if (error === undefined) return document('Runtime.ExitError', `${exit} with error: exit status ${code}`)
    if (error.code === 'ERR_WORKER_OUT_OF_MEMORY')
      return document('Runtime.OutOfMemory', `${exit} with error: signal: killed`)
    return document(error.name, error.message, error.stack)
  }

  async stop(): Promise<void> {
    this.gone = true
    await this.worker.terminate()
  }
}

function document(errorType: string, errorMessage: string, stack?: string): RawResult {
  return { payload: JSON.stringify({ errorType, errorMessage, trace: stack?.split('\n') ?? [] }), failed: true }
}
