/** SQS on the wire (JSON protocol), and the mappings that poll its queues. */
import * as z from 'zod'
import { createEventSource } from './event-source'
import { JsonObject, JsonValue, nameOf, parseInput } from './properties'
import { AwsError, type JsonService, type Resource, type Runtime, type ServiceCall } from './service'
import { type Pending, transact } from './sql'
import { createQueues, handleOf, type Message, md5, type Queue, type Queues, systemAttributes } from './sqs-queues'

const MAX_BATCH = 10

const QueueUrl = z.object({ QueueUrl: z.string() })
const Names = z.array(z.string()).default([])
const MessageAttributes = z.record(z.string(), JsonValue).optional()
const Outgoing = z.object({
  MessageBody: z.string(),
  DelaySeconds: z.number().int().min(0).max(900).optional(),
  MessageAttributes,
})
const Send = QueueUrl.extend(Outgoing.shape)
const Receive = QueueUrl.extend({
  MaxNumberOfMessages: z.number().int().min(1).max(MAX_BATCH).default(1),
  VisibilityTimeout: z.number().int().min(0).max(43_200).optional(),
  WaitTimeSeconds: z.number().int().min(0).max(20).optional(),
  AttributeNames: Names,
  MessageSystemAttributeNames: Names,
  MessageAttributeNames: Names,
})
const Receipt = z.object({ ReceiptHandle: z.string() })
const Visibility = Receipt.extend({ VisibilityTimeout: z.number().int().min(0).max(43_200) })
const Entry = z.object({ Id: z.string() })

function batch<Shape extends z.core.$ZodLooseShape>(entry: z.ZodObject<Shape>) {
  return QueueUrl.extend({ Entries: z.array(z.intersection(Entry, entry)).default([]) })
}

export interface Sqs extends JsonService {
  queues: Queues
  boot(): void
  close(): void
  pending(): Pending
}

/** SQS over the queues (AWS::SQS::Queue) and mappings (AWS::Lambda::EventSourceMapping) of the template. */
export function createSqs(runtime: Runtime, resources: { queues: Resource[]; mappings: Resource[] }): Sqs {
  const queues = createQueues(runtime, resources.queues)
  const sources = resources.mappings.map((mapping) => createEventSource(runtime, queues, mapping))
  const waiting = new Set<() => void>()
  let closed = false

  function send(queue: Queue, message: z.output<typeof Outgoing>) {
    const attributes = message.MessageAttributes
    const id = queues.send(queue.arn, message.MessageBody, {
      delaySeconds: message.DelaySeconds,
      attributes: attributes && JSON.stringify(attributes),
    })
    return { MessageId: id, MD5OfMessageBody: md5(message.MessageBody) }
  }

  function changeVisibility(queue: Queue, receiptHandle: string, seconds: number): void {
    if (queues.setVisible(queue.arn, receiptHandle, runtime.clock.now() + seconds * 1000)) return
    throw new AwsError('MessageNotInflight', "The message referred to isn't in flight.")
  }

  async function receive(input: z.output<typeof Receive>) {
    const queue = queues.named(input.QueueUrl)
    const options = {
      max: input.MaxNumberOfMessages,
      visibilityMilliseconds: (input.VisibilityTimeout ?? queue.VisibilityTimeout) * 1000,
      held: false,
    }
    const seconds = input.WaitTimeSeconds ?? queue.ReceiveMessageWaitTimeSeconds
    const deadline = runtime.clock.now() + seconds * 1000
    let messages = queues.receive(queue.arn, options)
    while (messages.length === 0 && runtime.clock.now() < deadline) {
      await change(queue.arn, deadline)
      if (closed) break
      messages = queues.receive(queue.arn, options)
    }
    return messages.length === 0
      ? {}
      : { Messages: messages.map((message) => wireMessage(message, input, runtime.accountId)) }
  }

  /** Resolves when the queue may have a message, at the deadline, or when the service closes. */
  function change(queueArn: string, deadline: number): Promise<void> {
    return new Promise((resolve) => {
      const stops: Array<() => void> = []
      const finish = () => {
        for (const stop of stops) stop()
        waiting.delete(finish)
        setImmediate(resolve)
      }
      const timer = runtime.clock.at(Math.min(queues.nextVisibleAt(queueArn) ?? deadline, deadline), finish)
      stops.push(() => timer.cancel(), queues.onChange(queueArn, finish))
      waiting.add(finish)
    })
  }

  /** Each entry on its own: one that is wrong fails alone. All are stored by one transaction. */
  function each<T extends { Id: string }>(entries: T[], act: (entry: T) => object | undefined) {
    if (entries.length === 0) throw new AwsError('EmptyBatchRequest', 'The batch request contains no entries.')
    if (entries.length > MAX_BATCH) {
      throw new AwsError('TooManyEntriesInBatchRequest', `Maximum number of entries per request are ${MAX_BATCH}.`)
    }
    if (new Set(entries.map((entry) => entry.Id)).size < entries.length) {
      throw new AwsError('BatchEntryIdsNotDistinct', 'Two or more batch entries in the request have the same Id.')
    }
    const Successful: object[] = []
    const Failed: object[] = []
    transact(runtime.state, () => {
      for (const entry of entries) {
        try {
          Successful.push({ Id: entry.Id, ...act(entry) })
        } catch (error) {
          if (!(error instanceof AwsError)) throw error
          Failed.push({ Id: entry.Id, SenderFault: true, Code: error.code, Message: error.message })
        }
      }
    })
    return { Successful, ...(Failed.length > 0 ? { Failed } : {}) }
  }

  function attributesOf(queue: Queue, names: string[]) {
    const { ready, held, invisible, delayed } = queues.counts(queue.arn)
    const attributes = {
      QueueArn: queue.arn,
      ApproximateNumberOfMessages: ready,
      ApproximateNumberOfMessagesNotVisible: held + invisible,
      ApproximateNumberOfMessagesDelayed: delayed,
      VisibilityTimeout: queue.VisibilityTimeout,
      DelaySeconds: queue.DelaySeconds,
      MaximumMessageSize: queue.MaximumMessageSize,
      MessageRetentionPeriod: queue.MessageRetentionPeriod,
      ReceiveMessageWaitTimeSeconds: queue.ReceiveMessageWaitTimeSeconds,
      ...(queue.RedrivePolicy ? { RedrivePolicy: JSON.stringify(queue.RedrivePolicy) } : {}),
    }
    return chosen(Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, String(value)])), names)
  }

  const read = <Schema extends z.ZodType>(schema: Schema, call: ServiceCall) =>
    parseInput(schema, call.input, 'InvalidParameterValue')

  const operations: Record<string, (call: ServiceCall) => unknown> = {
    SendMessage(call) {
      const input = read(Send, call)
      return send(queues.named(input.QueueUrl), input)
    },
    SendMessageBatch(call) {
      const input = read(batch(Outgoing), call)
      const queue = queues.named(input.QueueUrl)
      return each(input.Entries, (entry) => send(queue, entry))
    },
    ReceiveMessage: (call) => receive(read(Receive, call)),
    DeleteMessage(call) {
      const input = read(QueueUrl.extend(Receipt.shape), call)
      queues.named(input.QueueUrl)
      queues.delete(input.ReceiptHandle)
    },
    DeleteMessageBatch(call) {
      const input = read(batch(Receipt), call)
      queues.named(input.QueueUrl)
      return each(input.Entries, (entry) => void queues.delete(entry.ReceiptHandle))
    },
    ChangeMessageVisibility(call) {
      const input = read(QueueUrl.extend(Visibility.shape), call)
      changeVisibility(queues.named(input.QueueUrl), input.ReceiptHandle, input.VisibilityTimeout)
    },
    ChangeMessageVisibilityBatch(call) {
      const input = read(batch(Visibility), call)
      const queue = queues.named(input.QueueUrl)
      return each(input.Entries, (entry) => void changeVisibility(queue, entry.ReceiptHandle, entry.VisibilityTimeout))
    },
    GetQueueUrl: (call) => ({ QueueUrl: queues.named(read(z.object({ QueueName: z.string() }), call).QueueName).url }),
    GetQueueAttributes(call) {
      const input = read(QueueUrl.extend({ AttributeNames: Names }), call)
      return { Attributes: attributesOf(queues.named(input.QueueUrl), input.AttributeNames) ?? {} }
    },
    PurgeQueue: (call) => void queues.purge(queues.named(read(QueueUrl, call).QueueUrl).arn),
    ListQueues(call) {
      const { QueueNamePrefix: prefix } = read(z.object({ QueueNamePrefix: z.string().default('') }), call)
      const found = queues.all().filter((queue) => queue.name.startsWith(prefix))
      return { QueueUrls: found.map((queue) => queue.url) }
    },
  }

  return {
    target: 'AmazonSQS',
    iam: 'sqs',
    queues,
    resourceOf(call) {
      const { QueueUrl: url, QueueName: name } = call.input
      const named = typeof url === 'string' ? url : name
      return typeof named === 'string' ? `arn:aws:sqs:${runtime.region}:${runtime.accountId}:${nameOf(named)}` : null
    },
    async handle(call) {
      const operation = operations[call.operation]
      if (!operation) throw new AwsError('UnsupportedOperation', `SQS ${call.operation} is not supported here.`)
      return (await operation(call)) ?? {}
    },
    boot() {
      for (const source of sources) source.boot()
    },
    close() {
      closed = true
      for (const source of sources) source.close()
      for (const finish of waiting) finish()
    },
    /** Messages of queues that a function reads: to be processed now, or later (delayed, or waiting for another try). */
    pending() {
      const pending = { active: 0, waiting: 0 }
      for (const arn of new Set(sources.map((source) => source.queueArn))) {
        const { ready, held, invisible, delayed } = queues.counts(arn)
        pending.active += ready + held
        pending.waiting += invisible + delayed
      }
      return pending
    },
  }
}

/** A message as ReceiveMessage answers it: attributes only as far as they are asked for. */
function wireMessage(message: Message, input: z.output<typeof Receive>, accountId: string) {
  const attributes = chosen(systemAttributes(message, accountId), [
    ...input.AttributeNames,
    ...input.MessageSystemAttributeNames,
  ])
  const messageAttributes = chosen(
    JsonObject.parse(JSON.parse(message.attributes ?? '{}')),
    input.MessageAttributeNames,
  )
  return {
    MessageId: message.id,
    ReceiptHandle: handleOf(message),
    MD5OfBody: md5(message.body),
    Body: message.body,
    ...(attributes ? { Attributes: attributes } : {}),
    ...(messageAttributes ? { MessageAttributes: messageAttributes } : {}),
  }
}

function chosen<Value>(attributes: Record<string, Value>, names: string[]): Record<string, Value> | undefined {
  const all = names.includes('All') || names.includes('.*')
  const entries = Object.entries(attributes).filter(([name]) => all || names.includes(name))
  return entries.length > 0 ? Object.fromEntries(entries) : undefined
}
