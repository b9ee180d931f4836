/** Deliveries to targets: stored with what caused them, made at least once, retried, then given to the dead-letter queue. */
import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import { Whole } from './properties'
import { AwsError, type Json, type Runtime } from './service'
import { createWorker, type Pending, query, transact } from './sql'
import type { Queues } from './sqs-queues'

export const RetryPolicy = z.strictObject({
  MaximumRetryAttempts: Whole.default(185),
  MaximumEventAgeInSeconds: Whole.default(86_400),
})

export const DeadLetterConfig = z.strictObject({ Arn: z.string().optional() })

/** A target of a rule, schedule or subscription. */
export interface Target {
  arn: string
  /** The role that makes the call, where the service uses one. */
  roleArn?: string | undefined
  deadLetterArn?: string | undefined
  retry?: z.output<typeof RetryPolicy> | undefined
}

export interface Deliveries {
  /** Stores a delivery in the transaction that is open. Queues and buses receive it in that very transaction. */
  add(target: Target, input: string, cause: string): void
  boot(): void
  close(): void
  pending(): Pending
}

export interface DeliveryPeers {
  queues: Queues
  /** Puts an event that a rule hands on to another bus. */
  forward?(busArn: string, event: string): void
  publish?(topicArn: string, message: string): void
}

interface Row {
  id: string
  target: string
  input: string
  cause: string
  role: string | null
  deadLetter: string | null
  maxAttempts: number
  expiresAt: number
  attempts: number
  dueAt: number
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS deliveries (
  id TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  target TEXT NOT NULL,
  input TEXT NOT NULL,
  cause TEXT NOT NULL,
  role TEXT,
  deadLetter TEXT,
  maxAttempts INTEGER NOT NULL,
  expiresAt INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  dueAt INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (owner, dueAt);`

const MAX_CONCURRENT = 32
/** Lambda retries an asynchronous invocation twice: after one minute, then after two. */
const FUNCTION_RETRIES = [60_000, 120_000]
const LONGEST_BACKOFF = 900_000
/** What another attempt would not mend. */
const PERMANENT = new Set([
  'INVALID_JSON',
  'AccessDeniedException',
  'InvalidExecutionInput',
  'ResourceNotFoundException',
  'StateMachineDoesNotExist',
])

/** The deliveries of one service (`owner`). */
export function createDeliveries(runtime: Runtime, owner: string, peers: DeliveryPeers): Deliveries {
  const db = runtime.state
  db.exec(SCHEMA)
  const sql = {
    insert: query(
      db,
      `INSERT INTO deliveries (id, owner, target, input, cause, role, deadLetter, maxAttempts, expiresAt, dueAt)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    due: query<Row>(db, 'SELECT * FROM deliveries WHERE owner = ? AND dueAt <= ? ORDER BY dueAt LIMIT ?'),
    next: query<{ time: number | null }>(db, 'SELECT MIN(dueAt) AS time FROM deliveries WHERE owner = ? AND dueAt > ?'),
    retry: query(db, 'UPDATE deliveries SET attempts = attempts + 1, dueAt = ? WHERE id = ?'),
    delete: query(db, 'DELETE FROM deliveries WHERE id = ?'),
    counts: query<Pending>(
      db,
      `SELECT COUNT(*) FILTER (WHERE dueAt <= ?1) AS active, COUNT(*) FILTER (WHERE dueAt > ?1) AS waiting
       FROM deliveries WHERE owner = ?2`,
    ),
  }
  const underWay = new Set<string>()
  const finished: Array<() => void> = []
  let closed = false
  const worker = createWorker(runtime, `deliveries of ${owner}`, turn)

  /** One transaction for all that has ended since the last turn, then as many deliveries as there is room for. */
  function turn(): void {
    const endings = finished.splice(0)
    if (endings.length > 0) transact(db, () => endings.forEach((end) => void end()))
    const now = runtime.clock.now()
    for (const row of sql.due.all(owner, now, MAX_CONCURRENT + underWay.size)) {
      if (underWay.has(row.id)) continue
      if (underWay.size >= MAX_CONCURRENT) return
      void deliver(row)
    }
    const next = sql.next.get(owner, now)?.time
    if (next) worker.wakeAt(next)
  }

  async function deliver(row: Row): Promise<void> {
    underWay.add(row.id)
    const busy = runtime.busy(`delivery to ${row.target}`)
    const failure = await attempt(row)
    finished.push(() => {
      underWay.delete(row.id)
      if (failure) failed(row, failure)
      else sql.delete.run(row.id)
    })
    if (!closed) worker.wake()
    busy.done()
  }

  async function attempt(row: Row): Promise<Failure | undefined> {
    try {
      return await call(row)
    } catch (error) {
      const code = error instanceof AwsError ? error.code : 'InternalError'
      return { code, message: error instanceof Error ? error.message : String(error) }
    }
  }

  async function call(row: Row): Promise<Failure | undefined> {
    const input = parsed(row.input)
    authorize(row.role, row.target)
    if (row.target.includes(':lambda:')) {
      const { functionError, payload } = await runtime.invoke(row.target, input)
      return functionError && { code: functionError, message: JSON.stringify(payload), ofFunction: true }
    }
    startOnce(row, input)
    return undefined
  }

  function authorize(roleArn: string | null | undefined, target: string): void {
    if (roleArn) runtime.authorize({ roleArn }, actionOn(target), target)
  }

  /** The delivery's id names the execution, so that a second attempt after a crash starts nothing twice. */
  function startOnce(row: Row, input: Json): void {
    try {
      runtime.startExecution(row.target, input, row.id)
    } catch (error) {
      if (!(error instanceof AwsError && error.code === 'ExecutionAlreadyExists')) throw error
    }
  }

  function failed(row: Row, failure: Failure): void {
    const now = runtime.clock.now()
    const retries = failure.ofFunction ? Math.min(row.maxAttempts, FUNCTION_RETRIES.length) : row.maxAttempts
    const backoff =
      (failure.ofFunction && FUNCTION_RETRIES[row.attempts]) || Math.min(1000 * 2 ** row.attempts, LONGEST_BACKOFF)
    if (!PERMANENT.has(failure.code) && row.attempts < retries && now + backoff <= row.expiresAt) {
      runtime.log('warn', 'a delivery failed and will be repeated', { ...about(row), ...failure })
      sql.retry.run(now + backoff, row.id)
      return
    }
    sql.delete.run(row.id)
    abandon(row, failure)
  }

  function abandon(row: Pick<Row, 'target' | 'cause' | 'deadLetter' | 'input'>, failure: Failure): void {
    runtime.log('error', 'a delivery was given up', { ...about(row), ...failure, deadLetter: row.deadLetter })
    if (!row.deadLetter) return
    const attribute = (value: string) => ({ DataType: 'String', StringValue: value })
    peers.queues.send(row.deadLetter, row.input, {
      attributes: JSON.stringify({
        RULE_ARN: attribute(row.cause),
        TARGET_ARN: attribute(row.target),
        ERROR_CODE: attribute(failure.code),
        ERROR_MESSAGE: attribute(failure.message.slice(0, 1000)),
      }),
    })
  }

  /** Targets that live in the same database receive at once; false if the target is none of them. */
  function direct({ arn, roleArn }: Target, input: string): boolean {
    if (isQueued(arn)) return false
    authorize(roleArn, arn)
    if (arn.includes(':sqs:')) peers.queues.send(arn, input)
    else if (arn.includes(':event-bus/') && peers.forward) peers.forward(arn, input)
    else if (arn.includes(':sns:') && peers.publish) peers.publish(arn, input)
    else throw new AwsError('ResourceNotFoundException', `${arn} can not be a target here`)
    return true
  }

  return {
    add(target, input, cause) {
      const deadLetter = target.deadLetterArn ?? null
      try {
        if (transact(db, () => direct(target, input))) return
      } catch (error) {
        if (!(error instanceof AwsError)) throw error
        abandon({ target: target.arn, cause, deadLetter, input }, error)
        return
      }
      const now = runtime.clock.now()
      const { MaximumRetryAttempts: attempts, MaximumEventAgeInSeconds: age } = target.retry ?? RetryPolicy.parse({})
      const role = target.roleArn ?? null
      const expiresAt = now + age * 1000
      sql.insert.run(randomUUID(), owner, target.arn, input, cause, role, deadLetter, attempts, expiresAt, now)
      worker.wake()
    },
    boot: () => worker.wake(),
    close() {
      closed = true
      worker.close()
    },
    pending: () => sql.counts.get(runtime.clock.now(), owner) ?? { active: 0, waiting: 0 },
  }
}

interface Failure {
  code: string
  message: string
  /** The function was called and failed; otherwise it could not be called. */
  ofFunction?: boolean
}

const isQueued = (arn: string) => arn.includes(':lambda:') || arn.includes(':states:')

function actionOn(arn: string): string {
  const service = arn.split(':')[2] ?? ''
  return ACTIONS[service] ?? `${service}:Invoke`
}

const ACTIONS: Record<string, string> = {
  lambda: 'lambda:InvokeFunction',
  states: 'states:StartExecution',
  sqs: 'sqs:SendMessage',
  events: 'events:PutEvents',
  sns: 'sns:Publish',
}

function parsed(input: string): Json {
  try {
    return JSON.parse(input)
  } catch {
    throw new AwsError('INVALID_JSON', 'The input for the target is not valid JSON.')
  }
}

const about = (row: Pick<Row, 'target' | 'cause'>) => ({ target: row.target, cause: row.cause })
