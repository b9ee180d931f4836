/** Event source mappings: from a queue to a function, in batches, with partial batch responses. */
import * as z from 'zod'
import { compilePattern } from './event-pattern'
import { rendered } from './input-template'
import { Flag, Ignored, JsonValue, nameOf, parseProperties, Whole } from './properties'
import type { Json, Resource, Runtime } from './service'
import { createWorker, transact } from './sql'
import { handleOf, type Message, md5, type Queue, type Queues, systemAttributes } from './sqs-queues'

const MappingProperties = z.strictObject({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  BatchSize: Whole.default(10),
  MaximumBatchingWindowInSeconds: Whole.default(0),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
  ScalingConfig: z.strictObject({ MaximumConcurrency: Whole }).optional(),
  FilterCriteria: z.strictObject({ Filters: z.array(z.strictObject({ Pattern: z.string() })) }).optional(),
  Enabled: Flag.default(true),
  LoggingConfig: Ignored,
  MetricsConfig: Ignored,
  Tags: Ignored,
})

/** Lambda starts with five concurrent batches where no maximum is set. */
const DEFAULT_CONCURRENCY = 5

const BatchResponse = z.object({
  batchItemFailures: z.array(z.object({ itemIdentifier: z.string().min(1) })).nullish(),
})

export interface EventSource {
  queueArn: string
  boot(): void
  close(): void
}

/** One AWS::Lambda::EventSourceMapping of a queue. */
export function createEventSource(runtime: Runtime, queues: Queues, resource: Resource): EventSource {
  const mapping = parseProperties(MappingProperties, resource)
  const queue = queues.find(mapping.EventSourceArn)
  const concurrency = mapping.ScalingConfig?.MaximumConcurrency ?? DEFAULT_CONCURRENCY
  const filters = mapping.FilterCriteria?.Filters.map(({ Pattern }) => compilePattern(JSON.parse(Pattern)))
  const window = mapping.MaximumBatchingWindowInSeconds * 1000
  let running = 0
  /** Set while a batch gathers: when it goes even if not full, and the mark that something is under way. */
  let gathering: { until: number; done(): void } | undefined
  let closed = false

  const worker = createWorker(runtime, `mapping ${nameOf(mapping.FunctionName)}`, turn)
  const stopListening = queues.onChange(queue.arn, worker.wake)

  function turn(): void {
    while (!closed && running < concurrency) {
      if (mustGather()) return
      const messages = queues.receive(queue.arn, {
        max: mapping.BatchSize,
        visibilityMilliseconds: queue.VisibilityTimeout * 1000,
        held: true,
      })
      endGathering()
      if (messages.length === 0) break
      void process(messages)
    }
    const next = queues.nextVisibleAt(queue.arn)
    if (running < concurrency && next !== undefined) worker.wakeAt(next)
  }

  /** True while the batching window is open and the batch isn't full. */
  function mustGather(): boolean {
    if (window === 0) return false
    const { ready } = queues.counts(queue.arn)
    const now = runtime.clock.now()
    if (ready === 0 || ready >= mapping.BatchSize) return false
    if (!gathering) {
      const busy = runtime.busy('batching window')
      gathering = { until: now + window, done: () => busy.done() }
    }
    if (now >= gathering.until) return false
    worker.wakeAt(gathering.until)
    return true
  }

  function endGathering(): void {
    gathering?.done()
    gathering = undefined
  }

  async function process(messages: Message[]): Promise<void> {
    running += 1
    const busy = runtime.busy(`function ${nameOf(mapping.FunctionName)}`)
    const failed = await failuresOf(messages)
    running -= 1
    if (!closed) {
      settle(messages, failed)
      worker.wake()
    }
    busy.done()
  }

  /** Ids of the messages that must be received again. What the filters don't take counts as done. */
  async function failuresOf(messages: Message[]): Promise<Set<string>> {
    const taken = messages.filter((message) => !filters || filters.some((matches) => matches(filterable(message))))
    if (taken.length === 0) return new Set()
    const everything = new Set(taken.map((message) => message.id))
    try {
      const records = taken.map((message) => recordOf(message, queue, runtime))
      const result = await runtime.invoke(mapping.FunctionName, { Records: records })
      if (result.functionError) return everything
      if (mapping.FunctionResponseTypes.length === 0) return new Set()
      return failuresReported(result.payload, everything)
    } catch (error) {
      runtime.log('error', 'a batch could not be handed to its function', { queue: queue.name, error: String(error) })
      return everything
    }
  }

  /** One transaction: what succeeded is deleted, what failed comes back when its visibility timeout ends. */
  function settle(messages: Message[], failed: Set<string>): void {
    transact(runtime.state, () => {
      for (const message of messages) {
        if (failed.has(message.id)) queues.release(queue.arn, message)
        else queues.delete(handleOf(message))
      }
    })
  }

  return {
    queueArn: queue.arn,
    boot() {
      if (!mapping.Enabled) return
      queues.free(queue.arn)
      worker.wake()
    },
    close() {
      closed = true
      stopListening()
      worker.close()
      endGathering()
    },
  }
}

/** Reads a partial batch response: an empty one is success, one that can't be read or names a stranger fails the batch. */
export function failuresReported(payload: Json, everything: Set<string>): Set<string> {
  if (payload === null) return new Set()
  const parsed = BatchResponse.safeParse(payload)
  if (!parsed.success) return everything
  const failed = new Set((parsed.data.batchItemFailures ?? []).map((failure) => failure.itemIdentifier))
  return [...failed].every((id) => everything.has(id)) ? failed : everything
}

const Attributes = z.record(
  z.string(),
  z.object({ DataType: z.string(), StringValue: z.string().optional(), BinaryValue: z.string().optional() }),
)

/** What a filter pattern sees: a body that is JSON is seen into. */
const filterable = (message: Message): Json => ({ messageId: message.id, body: rendered(message.body) })

/** The record of the SQS event that Lambda hands to a function. */
function recordOf(message: Message, queue: Queue, { region, accountId }: Runtime): Json {
  return {
    messageId: message.id,
    receiptHandle: handleOf(message),
    body: message.body,
    attributes: systemAttributes(message, accountId),
    messageAttributes: lambdaAttributes(message.attributes),
    md5OfBody: md5(message.body),
    eventSource: 'aws:sqs',
    eventSourceARN: queue.arn,
    awsRegion: region,
  }
}

function lambdaAttributes(attributes: string | null): Json {
  if (!attributes) return {}
  const parsed = Attributes.parse(JSON.parse(attributes))
  return Object.fromEntries(
    Object.entries(parsed).map(([name, value]) => [
      name,
      JsonValue.parse({
        ...(value.StringValue === undefined ? {} : { stringValue: value.StringValue }),
        ...(value.BinaryValue === undefined ? {} : { binaryValue: value.BinaryValue }),
        stringListValues: [],
        binaryListValues: [],
        dataType: value.DataType,
      }),
    ]),
  )
}
