/** What runs inside a function's worker thread: virtual time, logs to a file, the handler, and Lambda's error documents. */
import { openSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'

export interface WorkerSettings {
  /** Absolute path of the bundle, without extension, and the name of its export. */
  modulePath: string
  exportName: string
  logFile: string
  /** One double: milliseconds that virtual time is ahead of the machine's. */
  clock: SharedArrayBuffer
}

export interface InvokeMessage {
  id: number
  payload: string
  requestId: string
  arn: string
  /** Machine time, milliseconds. */
  deadline: number
}

export type WorkerMessage = { ready: true } | { id: number; payload: string; failed: boolean }

type Handler = (event: unknown, context: object) => unknown

// The parent made these with the type above; both sides are compiled together.
const settings = workerData as WorkerSettings
const realNow = Date.now.bind(Date)

function moveTime(clock: SharedArrayBuffer): void {
  const RealDate = Date
  const offset = new Float64Array(clock)
  const now = () => realNow() + (offset[0] ?? 0)
  function VirtualDate(this: unknown, ...given: unknown[]): Date | string {
    if (!new.target) return new RealDate(now()).toString()
    return Reflect.construct(RealDate, given.length === 0 ? [now()] : given, new.target)
  }
  VirtualDate.prototype = RealDate.prototype
  Object.setPrototypeOf(VirtualDate, RealDate)
  Object.defineProperty(VirtualDate, 'now', { value: now, configurable: true, writable: true })
  Object.defineProperty(RealDate.prototype, 'constructor', { value: VirtualDate, configurable: true, writable: true })
  Object.defineProperty(globalThis, 'Date', { value: VirtualDate, configurable: true, writable: true })
}

/** Lines go straight to the file: through the parent thread each would cost it a message. */
function logTo(path: string): void {
  const file = openSync(path, 'a')
  const write = (chunk: string | Uint8Array, ...rest: unknown[]) => {
    if (typeof chunk === 'string') writeSync(file, chunk)
    else writeSync(file, chunk)
    const done = rest.at(-1)
    if (typeof done === 'function') done()
    return true
  }
  process.stdout.write = write
  process.stderr.write = write
}

/** Lambda's error document. */
function errorDocument(error: unknown): string {
  if (!(error instanceof Error))
    return JSON.stringify({ errorType: typeof error, errorMessage: String(error), trace: [] })
  return JSON.stringify({ errorType: error.name, errorMessage: error.message, trace: error.stack?.split('\n') ?? [] })
}

function loadHandler(): Handler {
  const loaded: unknown = createRequire(settings.modulePath)(settings.modulePath)
  const handler = typeof loaded === 'object' && loaded !== null ? Reflect.get(loaded, settings.exportName) : undefined
  if (typeof handler === 'function') return handler
  throw Object.assign(new Error(`${settings.exportName} is undefined or not exported`), {
    name: 'Runtime.HandlerNotFound',
  })
}

function contextOf(message: InvokeMessage): object {
  const name = process.env.AWS_LAMBDA_FUNCTION_NAME
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: name,
    functionVersion: '$LATEST',
    invokedFunctionArn: message.arn,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    awsRequestId: message.requestId,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    getRemainingTimeInMillis: () => Math.max(message.deadline - realNow(), 0),
  }
}

function start(): void {
  moveTime(settings.clock)
  logTo(settings.logFile)
  let handler: Handler | undefined
  let initError: unknown
  try {
    handler = loadHandler()
  } catch (error) {
    initError = error
  }
  const post = (message: WorkerMessage) => parentPort?.postMessage(message)
  const report = (id: number, error: unknown) => {
    const payload = errorDocument(error)
    process.stderr.write(`${payload}\n`)
    post({ id, payload, failed: true })
  }
  parentPort?.on('message', async (message: InvokeMessage) => {
    if (handler === undefined) return report(message.id, initError)
    try {
      const result = await handler(JSON.parse(message.payload), contextOf(message))
      post({ id: message.id, payload: JSON.stringify(result) ?? 'null', failed: false })
    } catch (error) {
      report(message.id, error)
    }
  })
  post({ ready: true })
}

start()
