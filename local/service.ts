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
  /** The session's name, as it shows in error messages: the function's. */
  session?: string
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

/**
 * What every service is constructed with. `state` is one SQLite file: each service makes its own tables.
 * A commit survives the end of the process; the fronts hold each answer until what it acknowledges is on the disk.
 */
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
  /** Throws AccessDeniedException, in AWS's words, unless the role's policies in the template allow the action. */
  authorize(principal: Principal, action: string, resource: string): void
  /** Marks work in flight, so that `settled` can wait until streams, queues, rules and machines are idle. */
  busy(what?: string): { done(): void }
  /** Exact counts for the bench: invocations, database calls and capacity units, state transitions. */
  count(metric: string, by?: number): void
}

/** A resource of the template with its intrinsics resolved. `properties` are CloudFormation's own names and shapes. */
export interface Resource {
  logicalId: string
  type: string
  /** What `Ref` answers: the name, ARN, URL or id, as the type defines it. */
  ref: string
  /** Empty where the type has no ARN. */
  arn: string
  properties: { [key: string]: Json }
}

/** A record of a table's stream, as Lambda and Pipes receive it. */
export interface StreamRecord {
  eventID: string
  eventName: 'INSERT' | 'MODIFY' | 'REMOVE'
  eventVersion: string
  eventSource: 'aws:dynamodb'
  eventSourceARN: string
  awsRegion: string
  dynamodb: {
    Keys: { [key: string]: Json }
    NewImage?: { [key: string]: Json }
    OldImage?: { [key: string]: Json }
    SequenceNumber: string
    SizeBytes: number
    StreamViewType: string
    ApproximateCreationDateTime: number
  }
}

/** The streams of the tables. A consumer keeps its own position, durably, and after a crash reads on from there (at least once). */
export interface StreamSource {
  /**
   * Records after `position` (undefined: from the oldest kept), in the order of the writes; `next` is the position after them.
   * An empty batch means caught up. To ask from a position is to confirm all before it: what every `consumer` has confirmed is pruned.
   */
  readStream(
    streamArn: string,
    consumer: string,
    position: string | undefined,
    limit: number,
  ): Promise<{ records: StreamRecord[]; next: string | undefined }>
  /** Calls back, synchronously with the write's answer, each time the stream may have grown; call `runtime.busy()` in there. */
  onStreamWrite(streamArn: string, callback: () => void): void
}
