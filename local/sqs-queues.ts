/** The queues: messages in SQLite, visible or not, received, redriven and deleted as SQS does. */
import { createHash, randomUUID } from 'node:crypto'
import * as z from 'zod'
import { Flag, Ignored, nameOf, parseProperties, Whole } from './properties'
import { AwsError, type Resource, type Runtime } from './service'
import { query, transact } from './sql'

const RedrivePolicy = z.object({ deadLetterTargetArn: z.string(), maxReceiveCount: Whole })

const QueueProperties = z.strictObject({
  QueueName: z.string().optional(),
  VisibilityTimeout: Whole.default(30),
  DelaySeconds: Whole.default(0),
  MaximumMessageSize: Whole.default(1_048_576),
  /** Reported, not enforced: a clock moved forward must not drop what no consumer had the time to read. */
  MessageRetentionPeriod: Whole.default(345_600),
  ReceiveMessageWaitTimeSeconds: Whole.default(0),
  RedrivePolicy: RedrivePolicy.optional(),
  RedriveAllowPolicy: Ignored,
  KmsMasterKeyId: Ignored,
  KmsDataKeyReusePeriodSeconds: Ignored,
  SqsManagedSseEnabled: Flag.optional(),
  Tags: Ignored,
})

export interface Queue extends z.output<typeof QueueProperties> {
  arn: string
  name: string
  url: string
}

/** A message as it stands in the table; times are UTC milliseconds. */
export interface Message {
  seq: number
  id: string
  body: string
  /** Message attributes as they were sent, JSON. */
  attributes: string | null
  sentAt: number
  firstReceivedAt: number
  receiveCount: number
  visibleAt: number
  receipt: string
  deadLetterSource: string | null
}

export interface SendOptions {
  delaySeconds?: number | undefined
  attributes?: string | undefined
}

export interface ReceiveOptions {
  max: number
  visibilityMilliseconds: number
  /** Held by an event source mapping of this process: invisible until released, and visible again after a restart. */
  held: boolean
}

export interface Counts {
  ready: number
  /** In the hands of a mapping. */
  held: number
  /** Received by a client, or waiting for another try. */
  invisible: number
  delayed: number
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS sqs_messages (
  seq INTEGER PRIMARY KEY,
  queue TEXT NOT NULL,
  id TEXT NOT NULL,
  body TEXT NOT NULL,
  attributes TEXT,
  sentAt INTEGER NOT NULL,
  firstReceivedAt INTEGER,
  receiveCount INTEGER NOT NULL DEFAULT 0,
  visibleAt INTEGER NOT NULL,
  held INTEGER NOT NULL DEFAULT 0,
  receipt TEXT,
  deadLetterSource TEXT
);
CREATE INDEX IF NOT EXISTS sqs_visible ON sqs_messages (queue, held, visibleAt);`

type Stored = Omit<Message, 'firstReceivedAt' | 'receipt'> & { firstReceivedAt: number | null; receipt: string | null }

export type Queues = ReturnType<typeof createQueues>

/** The queues of the template. Every method joins the transaction that is open, if one is. */
export function createQueues(runtime: Runtime, resources: Resource[]) {
  const db = runtime.state
  db.exec(SCHEMA)
  const queues = new Map(resources.map((resource) => [resource.arn, queueOf(resource)]))
  for (const queue of queues.values()) {
    const target = queue.RedrivePolicy?.deadLetterTargetArn
    if (target && !queues.has(target))
      throw new Error(`${queue.name}: dead-letter queue ${target} is not in the template`)
  }
  const listeners = new Map<string, Set<() => void>>()
  const sql = {
    insert: query(
      db,
      'INSERT INTO sqs_messages (queue, id, body, attributes, sentAt, visibleAt) VALUES (?, ?, ?, ?, ?, ?)',
    ),
    ready: query<Stored>(
      db,
      'SELECT * FROM sqs_messages WHERE queue = ? AND held = 0 AND visibleAt <= ? ORDER BY visibleAt, seq LIMIT ?',
    ),
    next: query<{ time: number | null }>(
      db,
      'SELECT MIN(visibleAt) AS time FROM sqs_messages WHERE queue = ? AND held = 0',
    ),
    receive: query(
      db,
      'UPDATE sqs_messages SET receiveCount = ?, firstReceivedAt = ?, visibleAt = ?, held = ?, receipt = ? WHERE seq = ?',
    ),
    redrive: query(
      db,
      'UPDATE sqs_messages SET queue = ?, deadLetterSource = ?, visibleAt = ?, held = 0, receipt = NULL WHERE seq = ?',
    ),
    delete: query(db, 'DELETE FROM sqs_messages WHERE seq = ? AND receipt = ?'),
    release: query(db, 'UPDATE sqs_messages SET held = 0, visibleAt = ? WHERE seq = ? AND receipt = ? AND held = 1'),
    setVisible: query(
      db,
      `UPDATE sqs_messages SET held = 0, visibleAt = ?
       WHERE queue = ? AND seq = ? AND receipt = ? AND (held = 1 OR visibleAt > ?)`,
    ),
    purge: query(db, 'DELETE FROM sqs_messages WHERE queue = ?'),
    // The end of this process is no failure of the function: it does not bring the message nearer to its dead-letter queue.
    free: query(
      db,
      'UPDATE sqs_messages SET held = 0, visibleAt = ?, receiveCount = receiveCount - 1 WHERE queue = ? AND held = 1',
    ),
    counts: query<Counts>(
      db,
      `SELECT COUNT(*) FILTER (WHERE held = 0 AND visibleAt <= ?1) AS ready,
              COUNT(*) FILTER (WHERE held = 1) AS held,
              COUNT(*) FILTER (WHERE held = 0 AND visibleAt > ?1 AND receipt IS NOT NULL) AS invisible,
              COUNT(*) FILTER (WHERE held = 0 AND visibleAt > ?1 AND receipt IS NULL) AS delayed
       FROM sqs_messages WHERE queue = ?2`,
    ),
  }

  const find = (arn: string): Queue => {
    const queue = queues.get(arn)
    if (!queue) throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.')
    return queue
  }
  const changed = (arn: string) => {
    for (const listener of listeners.get(arn) ?? []) listener()
  }

  /** Moves what has been received too often to the dead-letter queue; answers whether there was any. */
  function redrive(queue: Queue, found: Stored[]): boolean {
    const policy = queue.RedrivePolicy
    const spent = policy ? found.filter((message) => message.receiveCount >= policy.maxReceiveCount) : []
    if (!policy || spent.length === 0) return false
    for (const { seq } of spent) sql.redrive.run(policy.deadLetterTargetArn, queue.arn, runtime.clock.now(), seq)
    runtime.log('warn', 'messages moved to the dead-letter queue', { queue: queue.name, messages: spent.length })
    changed(policy.deadLetterTargetArn)
    return true
  }

  function take(message: Stored, options: ReceiveOptions, now: number): Message {
    const taken = {
      ...message,
      receiveCount: message.receiveCount + 1,
      firstReceivedAt: message.firstReceivedAt ?? now,
      visibleAt: now + options.visibilityMilliseconds,
      receipt: randomUUID(),
    }
    const held = options.held ? 1 : 0
    sql.receive.run(taken.receiveCount, taken.firstReceivedAt, taken.visibleAt, held, taken.receipt, taken.seq)
    return taken
  }

  return {
    all: () => [...queues.values()],
    find,
    named(nameOrUrl: string): Queue {
      const name = nameOf(nameOrUrl)
      for (const queue of queues.values()) if (queue.name === name) return queue
      throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.')
    },
    has: (arn: string) => queues.has(arn),

    /** Stores the message and answers its id. */
    send(arn: string, body: string, options: SendOptions = {}): string {
      const queue = find(arn)
      checkBody(queue, body, options.attributes)
      const id = randomUUID()
      const now = runtime.clock.now()
      const delay = (options.delaySeconds ?? queue.DelaySeconds) * 1000
      sql.insert.run(arn, id, body, options.attributes ?? null, now, now + delay)
      runtime.count('sqs.messages')
      changed(arn)
      return id
    },

    receive(arn: string, options: ReceiveOptions): Message[] {
      const queue = find(arn)
      const now = runtime.clock.now()
      if (!sql.ready.get(arn, now, 1)) return []
      return transact(db, () => {
        let found = sql.ready.all(arn, now, options.max)
        while (redrive(queue, found)) found = sql.ready.all(arn, now, options.max)
        return found.map((message) => take(message, options, now))
      })
    },

    /** Deletes by receipt; the receipt of an earlier delivery deletes nothing, as in SQS. */
    delete(handle: string): void {
      const { seq, receipt } = readHandle(handle)
      sql.delete.run(seq, receipt)
    },

    /** Gives back a message that a mapping holds, unless the function has set its visibility itself. */
    release(arn: string, message: Message): void {
      sql.release.run(message.visibleAt, message.seq, message.receipt)
      changed(arn)
    },

    /** Sets when a message in flight becomes visible again; false if it isn't in flight. */
    setVisible(arn: string, handle: string, time: number): boolean {
      const { seq, receipt } = readHandle(handle)
      const found = sql.setVisible.run(time, arn, seq, receipt, runtime.clock.now())
      changed(arn)
      return found > 0
    },

    purge: (arn: string) => void sql.purge.run(arn),

    /** Makes visible what a mapping held when the process ended. */
    free: (arn: string) => void sql.free.run(runtime.clock.now(), arn),

    /** When the next message becomes visible; undefined when none will. */
    nextVisibleAt: (arn: string): number | undefined => sql.next.get(arn)?.time ?? undefined,

    counts: (arn: string): Counts =>
      sql.counts.get(runtime.clock.now(), arn) ?? { ready: 0, held: 0, invisible: 0, delayed: 0 },

    /** Calls back when the queue may have a message; answers how to stop. */
    onChange(arn: string, listener: () => void): () => void {
      const known = listeners.get(arn) ?? new Set()
      listeners.set(arn, known.add(listener))
      return () => void known.delete(listener)
    },
  }
}

function queueOf(resource: Resource): Queue {
  return {
    ...parseProperties(QueueProperties, resource),
    arn: resource.arn,
    name: nameOf(resource.arn),
    url: resource.ref,
  }
}

function checkBody(queue: Queue, body: string, attributes = ''): void {
  const size = Buffer.byteLength(body) + Buffer.byteLength(attributes)
  if (size === 0) throw new AwsError('MissingParameter', 'The request must contain the parameter MessageBody.')
  if (size <= queue.MaximumMessageSize) return
  const reason = `Message must be shorter than ${queue.MaximumMessageSize} bytes.`
  throw new AwsError('InvalidParameterValue', `One or more parameters are invalid. Reason: ${reason}`)
}

/** The receipt handle, as clients see it. */
export const handleOf = (message: Message) => Buffer.from(`${message.seq} ${message.receipt}`).toString('base64')

function readHandle(handle: string): { seq: number; receipt: string } {
  const [seq, receipt] = Buffer.from(handle, 'base64').toString().split(' ')
  if (!receipt || !Number.isInteger(Number(seq))) {
    throw new AwsError('ReceiptHandleIsInvalid', `The input receipt handle "${handle}" is not a valid receipt handle.`)
  }
  return { seq: Number(seq), receipt }
}

/** The attributes of a message that SQS keeps by itself. */
export function systemAttributes(message: Message, senderId: string): Record<string, string> {
  return {
    ApproximateReceiveCount: String(message.receiveCount),
    SentTimestamp: String(message.sentAt),
    SenderId: senderId,
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
    ...(message.deadLetterSource ? { DeadLetterQueueSourceArn: message.deadLetterSource } : {}),
  }
}

export const md5 = (text: string) => createHash('md5').update(text).digest('hex')
