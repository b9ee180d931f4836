/** The seams between the emulated services: what each is given, and what each offers to the wire and to its peers. */
import type { Database } from 'libsql'

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** UTC milliseconds. The offset lets tests and demos move time forward; timers follow it. */
export interface Clock {
  now(): number
  /** Calls back once now() >= at. Not durable: a service re-arms its timers from its own tables at boot. */
  at(time: number, callback: () => void): { cancel(): void }
  advance(milliseconds: number): void
}

/** Who signed a call: a function's role (credentials handed to its worker) or the runtime itself. */
export interface Principal {
  roleArn: string
}

/** An error as AWS answers it on the wire. */
export class AwsError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message)
  }
}

export interface ServiceCall {
  operation: string
  input: { [key: string]: Json }
  principal: Principal
}

/** A service of the JSON protocols (X-Amz-Target). S3 answers raw HTTP and is mounted by itself. */
export interface JsonService {
  /** Prefix of X-Amz-Target, e.g. `AWSStepFunctions`. */
  target: string
  /** IAM service prefix, e.g. `states`. */
  iam: string
  /** ARN that an IAM statement must cover for this call; null where AWS defines no resource level (`*`). */
  resourceOf(call: ServiceCall): string | null
  handle(call: ServiceCall): Promise<unknown>
}

export interface InvokeResult {
  payload: Json
  /** Set when the function threw, timed out or could not start; payload is then Lambda's error document. */
  functionError?: 'Unhandled'
}

/** What every service is constructed with. `state` is one SQLite file (WAL, synchronous=FULL): each service makes its own tables. */
export interface Runtime {
  readonly accountId: string
  readonly region: string
  readonly dataDir: string
  readonly clock: Clock
  readonly state: Database
  log(level: 'info' | 'warn' | 'error', message: string, fields?: Record<string, unknown>): void
  /** Synchronous invocation, by ARN or name, timeout and memory as in the template. */
  invoke(functionArn: string, payload: Json): Promise<InvokeResult>
  /** Puts an event on a bus (by ARN or name), as PutEvents does. */
  putEvent(busArn: string, event: { source: string; detailType: string; detail: Json; resources?: string[] }): void
  sendMessage(queueArn: string, body: string): void
  startExecution(stateMachineArn: string, input: Json, name?: string): string
  /** Marks work in flight, so that `settled` can wait until streams, queues, rules and machines are idle. */
  busy(): { done(): void }
  /** Exact counts for the bench: invocations, database calls and capacity units, state transitions. */
  count(metric: string, by?: number): void
}
