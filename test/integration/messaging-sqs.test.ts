import type { Json } from '../../local/service'
import { createSqs, type Sqs } from '../../local/sqs'
import {
  arnOf,
  cleanUp,
  newFolder,
  openRuntime,
  ROLE,
  resource,
  type TestRuntime,
} from '../unit/local-messaging/runtime'

const QUEUE = arnOf('sqs', 'billing-events')
const DEAD = arnOf('sqs', 'billing-events-dead')
const FUNCTION = arnOf('lambda', 'function:billing')
const QUEUE_URL = 'http://127.0.0.1:8700/000000000000/billing-events'
const DEAD_URL = 'http://127.0.0.1:8700/000000000000/billing-events-dead'

const QUEUES = [
  resource('AWS::SQS::Queue', DEAD, {}, DEAD_URL),
  resource(
    'AWS::SQS::Queue',
    QUEUE,
    { VisibilityTimeout: 60, RedrivePolicy: { deadLetterTargetArn: DEAD, maxReceiveCount: 3 } },
    QUEUE_URL,
  ),
]

const mapping = (properties: Record<string, Json> = {}) =>
  resource('AWS::Lambda::EventSourceMapping', 'mapping', {
    EventSourceArn: QUEUE,
    FunctionName: FUNCTION,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    ...properties,
  })

interface Received {
  Records: Array<{ messageId: string; body: string; receiptHandle: string; attributes: Record<string, string> }>
}
const records = (payload: Json) => (payload as unknown as Received).Records

let folder: string
let runtime: TestRuntime
let sqs: Sqs

function start(mappings = [mapping()]): void {
  runtime = openRuntime(folder)
  sqs = createSqs(runtime, { queues: QUEUES, mappings })
}

const call = (operation: string, input: Record<string, Json>) => sqs.handle({ operation, input, principal: ROLE })
const send = (body: string) => sqs.queues.send(QUEUE, body)

interface Answer {
  Messages?: Array<{ MessageId: string; ReceiptHandle: string; Body: string; Attributes?: Record<string, string> }>
}
const receive = async (url = QUEUE_URL, more: Record<string, Json> = {}) => {
  const input = { QueueUrl: url, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All'], ...more }
  return ((await call('ReceiveMessage', input)) as Answer).Messages ?? []
}

/** Lets everything run that waits for no clock. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}

beforeEach(() => {
  folder = newFolder()
})
afterEach(() => {
  sqs.close()
  runtime.drop()
  cleanUp()
})

describe('a queue', () => {
  beforeEach(() => start([]))

  test('hides a received message until its visibility timeout ends, and counts its deliveries', async () => {
    send('one')
    const [first] = await receive()
    expect(first).toMatchObject({ Body: 'one', Attributes: { ApproximateReceiveCount: '1' } })
    expect(await receive()).toEqual([])
    runtime.clock.advance(60_000)
    const [second] = await receive()
    expect(second).toMatchObject({ MessageId: first?.MessageId, Attributes: { ApproximateReceiveCount: '2' } })
    expect(second?.Attributes?.ApproximateFirstReceiveTimestamp).toBe(
      first?.Attributes?.ApproximateFirstReceiveTimestamp,
    )
  })

  test('deletes by receipt; an old receipt deletes nothing', async () => {
    send('one')
    const [first] = await receive()
    runtime.clock.advance(60_000)
    const [second] = await receive()
    await call('DeleteMessage', { QueueUrl: QUEUE_URL, ReceiptHandle: first?.ReceiptHandle ?? '' })
    runtime.clock.advance(60_000)
    expect(await receive()).toHaveLength(1)
    expect(second?.ReceiptHandle).not.toBe(first?.ReceiptHandle)
  })

  test('moves a message to the dead-letter queue after three receives, with its time of sending', async () => {
    send('poison')
    const [first] = await receive()
    for (const _ of [2, 3]) {
      runtime.clock.advance(60_000)
      expect(await receive()).toHaveLength(1)
    }
    runtime.clock.advance(60_000)
    expect(await receive()).toEqual([])
    expect(await receive(DEAD_URL)).toMatchObject([
      {
        MessageId: first?.MessageId,
        Body: 'poison',
        Attributes: { SentTimestamp: first?.Attributes?.SentTimestamp, DeadLetterQueueSourceArn: QUEUE },
      },
    ])
  })

  test('delays a message', async () => {
    await call('SendMessage', { QueueUrl: QUEUE_URL, MessageBody: 'later', DelaySeconds: 30 })
    expect(await receive()).toEqual([])
    expect(await call('GetQueueAttributes', { QueueUrl: QUEUE_URL, AttributeNames: ['All'] })).toMatchObject({
      Attributes: { ApproximateNumberOfMessagesDelayed: '1', VisibilityTimeout: '60', QueueArn: QUEUE },
    })
    runtime.clock.advance(30_000)
    expect(await receive()).toHaveLength(1)
  })

  test('answers a waiting receive as soon as a message comes', async () => {
    const waiting = receive(QUEUE_URL, { WaitTimeSeconds: 20 })
    send('come')
    expect(await waiting).toMatchObject([{ Body: 'come' }])
  })

  test('answers a waiting receive empty when the time is over', async () => {
    const waiting = receive(QUEUE_URL, { WaitTimeSeconds: 20 })
    runtime.clock.advance(20_000)
    expect(await waiting).toEqual([])
  })

  test('changes visibility, and refuses to where the message is not in flight', async () => {
    send('one')
    const [message] = await receive()
    const input = { QueueUrl: QUEUE_URL, ReceiptHandle: message?.ReceiptHandle ?? '', VisibilityTimeout: 0 }
    await call('ChangeMessageVisibility', input)
    await expect(call('ChangeMessageVisibility', input)).rejects.toMatchObject({ code: 'MessageNotInflight' })
    expect(await receive()).toHaveLength(1)
  })

  test('sends, deletes and refuses in batches, each entry for itself', async () => {
    const large = 'x'.repeat(1_048_577)
    const answer = await call('SendMessageBatch', {
      QueueUrl: QUEUE_URL,
      Entries: [
        { Id: 'a', MessageBody: 'one' },
        { Id: 'b', MessageBody: large },
        { Id: 'c', MessageBody: 'two', MessageAttributes: { kind: { DataType: 'String', StringValue: 'k' } } },
      ],
    })
    expect(answer).toMatchObject({
      Successful: [{ Id: 'a', MD5OfMessageBody: 'f97c5d29941bfb1b2fdab0874906ab82' }, { Id: 'c' }],
      Failed: [{ Id: 'b', SenderFault: true, Code: 'InvalidParameterValue' }],
    })
    const messages = await receive(QUEUE_URL, { MessageAttributeNames: ['All'] })
    expect(messages).toMatchObject([
      { Body: 'one' },
      { Body: 'two', MessageAttributes: { kind: { DataType: 'String', StringValue: 'k' } } },
    ])
    const Entries = messages.map((message, at) => ({ Id: `${at}`, ReceiptHandle: message.ReceiptHandle }))
    expect(await call('DeleteMessageBatch', { QueueUrl: QUEUE_URL, Entries })).toEqual({
      Successful: [{ Id: '0' }, { Id: '1' }],
    })
    runtime.clock.advance(60_000)
    expect(await receive()).toEqual([])
  })

  test.each([
    ['SendMessage', { QueueUrl: 'http://x/000000000000/none', MessageBody: 'x' }, 'QueueDoesNotExist'],
    ['SendMessage', { QueueUrl: QUEUE_URL, MessageBody: '' }, 'MissingParameter'],
    ['SendMessage', { QueueUrl: QUEUE_URL, MessageBody: 'x', DelaySeconds: 901 }, 'InvalidParameterValue'],
    ['ReceiveMessage', { QueueUrl: QUEUE_URL, MaxNumberOfMessages: 11 }, 'InvalidParameterValue'],
    ['DeleteMessage', { QueueUrl: QUEUE_URL, ReceiptHandle: 'nonsense' }, 'ReceiptHandleIsInvalid'],
    ['SendMessageBatch', { QueueUrl: QUEUE_URL, Entries: [] }, 'EmptyBatchRequest'],
    [
      'SendMessageBatch',
      { QueueUrl: QUEUE_URL, Entries: [1, 2].map(() => ({ Id: 'same', MessageBody: 'x' })) },
      'BatchEntryIdsNotDistinct',
    ],
    [
      'SendMessageBatch',
      { QueueUrl: QUEUE_URL, Entries: Array.from({ length: 11 }, (_, at) => ({ Id: `${at}`, MessageBody: 'x' })) },
      'TooManyEntriesInBatchRequest',
    ],
    ['CreateQueue', { QueueName: 'x' }, 'UnsupportedOperation'],
  ])('%s %j is refused: %s', async (operation, input, code) => {
    await expect(call(operation, input as Record<string, Json>)).rejects.toMatchObject({ code })
  })

  test('may be looked into without hiding what is there, each message once', async () => {
    for (const body of ['a', 'b']) send(body)
    expect(await receive(QUEUE_URL, { VisibilityTimeout: 0 })).toHaveLength(2)
    expect(await receive()).toHaveLength(2)
  })

  test('lists, finds and purges', async () => {
    send('one')
    expect(await call('ListQueues', { QueueNamePrefix: 'billing-events-' })).toEqual({ QueueUrls: [DEAD_URL] })
    expect(await call('GetQueueUrl', { QueueName: 'billing-events' })).toEqual({ QueueUrl: QUEUE_URL })
    await call('PurgeQueue', { QueueUrl: QUEUE_URL })
    expect(await receive()).toEqual([])
  })

  test('names the ARN that a role must be allowed', () => {
    const input = { QueueUrl: QUEUE_URL, MessageBody: 'x' }
    expect(sqs.resourceOf({ operation: 'SendMessage', input, principal: ROLE })).toBe(QUEUE)
  })
})

test('a queue with a property that is not supported stops the start, by name', () => {
  runtime = openRuntime(folder)
  sqs = createSqs(runtime, { queues: [], mappings: [] })
  const fifo = resource('AWS::SQS::Queue', QUEUE, { FifoQueue: true })
  expect(() => createSqs(runtime, { queues: [fifo], mappings: [] })).toThrow(/FifoQueue/)
})

describe('an event source mapping', () => {
  test('hands over batches in the shape that Lambda gives them', async () => {
    start([mapping({ BatchSize: 10 })])
    const batches: Json[] = []
    runtime.functions.set(FUNCTION, (payload) => {
      batches.push(payload)
      return null
    })
    for (let at = 0; at < 25; at++) send(`message ${at}`)
    sqs.boot()
    await runtime.idle()
    expect(batches.map((batch) => records(batch).length)).toEqual([10, 10, 5])
    expect(records(batches[0] ?? null)[0]).toEqual({
      messageId: expect.stringMatching(/^[\da-f-]{36}$/),
      receiptHandle: expect.any(String),
      body: 'message 0',
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: expect.stringMatching(/^\d{13}$/),
        SenderId: '000000000000',
        ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
      },
      messageAttributes: {},
      md5OfBody: expect.stringMatching(/^[\da-f]{32}$/),
      eventSource: 'aws:sqs',
      eventSourceARN: QUEUE,
      awsRegion: 'eu-central-1',
    })
    expect(sqs.pending()).toEqual({ active: 0, waiting: 0 })
  })

  test('deletes what succeeded, and hands over again only what failed', async () => {
    start()
    const seen: string[][] = []
    runtime.functions.set(FUNCTION, (payload) => {
      const batch = records(payload)
      seen.push(batch.map((record) => record.body))
      const failed = batch.filter((record) => record.body === 'b' && record.attributes.ApproximateReceiveCount === '1')
      return { batchItemFailures: failed.map((record) => ({ itemIdentifier: record.messageId })) }
    })
    for (const body of ['a', 'b', 'c']) send(body)
    sqs.boot()
    await runtime.idle()
    expect(sqs.pending()).toEqual({ active: 0, waiting: 1 })
    runtime.clock.advance(60_000)
    await runtime.idle()
    expect(seen).toEqual([['a', 'b', 'c'], ['b']])
    expect(sqs.pending()).toEqual({ active: 0, waiting: 0 })
  })

  test.each<[string, () => Json]>([
    [
      'throws',
      () => {
        throw new Error('no')
      },
    ],
    ['names a stranger', () => ({ batchItemFailures: [{ itemIdentifier: 'stranger' }] })],
    ['names nobody', () => ({ batchItemFailures: [{ itemIdentifier: '' }] })],
    ['answers a wrong key', () => ({ batchItemFailures: [{ id: 'x' }] })],
  ])('brings the whole batch to the dead letters when the function %s three times', async (_name, answer) => {
    start()
    let calls = 0
    runtime.functions.set(FUNCTION, () => {
      calls += 1
      return answer()
    })
    send('a')
    send('b')
    sqs.boot()
    for (const _ of [1, 2, 3, 4]) {
      await runtime.idle()
      runtime.clock.advance(60_000)
    }
    await runtime.idle()
    expect(calls).toBe(3)
    expect((await receive(DEAD_URL)).map((message) => message.Body)).toEqual(['a', 'b'])
  })

  test('keeps to its maximum concurrency', async () => {
    start([mapping({ BatchSize: 1, ScalingConfig: { MaximumConcurrency: 2 } })])
    let running = 0
    let most = 0
    runtime.functions.set(FUNCTION, async () => {
      running += 1
      most = Math.max(most, running)
      await new Promise((resolve) => setImmediate(resolve))
      running -= 1
      return null
    })
    for (let at = 0; at < 10; at++) send('x')
    sqs.boot()
    await runtime.idle()
    expect(most).toBe(2)
  })

  test('waits for its batching window, or for a full batch', async () => {
    start([mapping({ BatchSize: 3, MaximumBatchingWindowInSeconds: 5 })])
    const sizes: number[] = []
    runtime.functions.set(FUNCTION, (payload) => {
      sizes.push(records(payload).length)
      return null
    })
    sqs.boot()
    await runtime.idle()
    for (const body of ['a', 'b', 'c', 'd']) send(body)
    const settled = runtime.idle()
    await turns()
    expect(sizes).toEqual([3])
    runtime.clock.advance(5_000)
    await settled
    expect(sizes).toEqual([3, 1])
  })

  test('drops what its filters do not take', async () => {
    start([mapping({ FilterCriteria: { Filters: [{ Pattern: '{"body":{"type":["wanted"]}}' }] } })])
    const bodies: string[] = []
    runtime.functions.set(FUNCTION, (payload) => {
      bodies.push(...records(payload).map((record) => record.body))
      return null
    })
    for (const type of ['wanted', 'other']) send(JSON.stringify({ type }))
    send('no JSON')
    sqs.boot()
    await runtime.idle()
    expect(bodies).toEqual(['{"type":"wanted"}'])
    expect(sqs.pending()).toEqual({ active: 0, waiting: 0 })
  })

  test('respects the visibility that the function itself has set', async () => {
    start()
    const receives: string[] = []
    runtime.functions.set(FUNCTION, async (payload) => {
      const [record] = records(payload)
      receives.push(record?.attributes.ApproximateReceiveCount ?? '')
      const input = { QueueUrl: QUEUE_URL, ReceiptHandle: record?.receiptHandle ?? '', VisibilityTimeout: 600 }
      if (receives.length === 1) await call('ChangeMessageVisibility', input)
      return receives.length === 1 ? { batchItemFailures: [{ itemIdentifier: record?.messageId ?? '' }] } : null
    })
    send('x')
    sqs.boot()
    await runtime.idle()
    runtime.clock.advance(599_000)
    await runtime.idle()
    expect(receives).toEqual(['1'])
    runtime.clock.advance(1_000)
    await runtime.idle()
    expect(receives).toEqual(['1', '2'])
  })

  test('a clock that jumps does not take a message out of the hands of its function', async () => {
    start()
    let calls = 0
    runtime.functions.set(FUNCTION, async () => {
      calls += 1
      runtime.clock.advance(3_600_000)
      await turns()
      return null
    })
    send('x')
    sqs.boot()
    await runtime.idle()
    expect(calls).toBe(1)
    expect(sqs.pending()).toEqual({ active: 0, waiting: 0 })
  })

  test('after a crash, what was in the hands of a function comes again at once, as if for the first time', async () => {
    start()
    const first: string[] = []
    runtime.functions.set(FUNCTION, (payload) => {
      first.push(...records(payload).map((record) => record.body))
      return new Promise(() => undefined)
    })
    for (let at = 0; at < 30; at++) send(`${at}`)
    sqs.boot()
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
    expect(first.length).toBe(30)
    sqs.close()
    runtime.drop()

    start()
    const second: string[] = []
    runtime.functions.set(FUNCTION, (payload) => {
      second.push(...records(payload).map((record) => record.attributes.ApproximateReceiveCount ?? ''))
      return null
    })
    sqs.boot()
    await runtime.idle()
    expect(second).toEqual(Array(30).fill('1'))
    expect(sqs.pending()).toEqual({ active: 0, waiting: 0 })
  })
})
