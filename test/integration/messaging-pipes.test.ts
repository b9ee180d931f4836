import { createEventBridge, type EventBridge } from '../../local/event-bridge'
import { createPipes, type Pipes } from '../../local/pipes'
import type { Json, StreamRecord, StreamSource } from '../../local/service'
import { createQueues, type Queues } from '../../local/sqs-queues'
import {
  arnOf,
  cleanUp,
  newFolder,
  openRuntime,
  ROLE,
  resource,
  type TestRuntime,
} from '../unit/local-messaging/runtime'

const QUEUE = arnOf('sqs', 'kpi')
const DEAD = arnOf('sqs', 'dead')
const BUS = arnOf('events', 'event-bus/portolan')
const PIPE = arnOf('pipes', 'pipe/timeline')
const STREAM = arnOf('dynamodb', 'table/portolan/stream/2026-01-01T00:00:00.000')

/** A stream in memory, which lives on through a crash of its reader. */
function createStream() {
  const written: StreamRecord[] = []
  const callbacks: Array<() => void> = []
  const limits: number[] = []
  const source: StreamSource = {
    async readStream(_arn, _consumer, position, limit) {
      const from = Number(position ?? 0)
      limits.push(limit)
      const records = written.slice(from, from + limit)
      return { records, next: records.length > 0 ? String(from + records.length) : position }
    },
    onStreamWrite: (_arn, callback) => void callbacks.push(callback),
  }
  return {
    source,
    limits,
    write(NewImage: { [key: string]: Json }, eventName: StreamRecord['eventName'] = 'INSERT') {
      written.push({
        eventID: `e${written.length}`,
        eventName,
        eventVersion: '1.1',
        eventSource: 'aws:dynamodb',
        eventSourceARN: STREAM,
        awsRegion: 'eu-central-1',
        dynamodb: {
          Keys: {},
          NewImage,
          SequenceNumber: String(written.length),
          SizeBytes: 1,
          StreamViewType: 'NEW_IMAGE',
          ApproximateCreationDateTime: runtime.clock.now() / 1000,
        },
      })
      for (const callback of callbacks) callback()
    },
    disconnect: () => void callbacks.splice(0),
  }
}

let folder: string
let runtime: TestRuntime
let queues: Queues
let events: EventBridge
let pipes: Pipes
let stream: ReturnType<typeof createStream>

const TEMPLATE =
  '{"type": <$.dynamodb.NewImage.type.S>, "shipment": "shipment <$.dynamodb.NewImage.id.S>", "body": <$.dynamodb.NewImage.body.S>}'
const FILTER = { eventName: ['INSERT'], dynamodb: { NewImage: { sk: { S: [{ prefix: 'TL#' }] } } } }

function start(source: Record<string, Json> = {}): void {
  runtime = openRuntime(folder)
  queues = createQueues(runtime, [resource('AWS::SQS::Queue', QUEUE, {}), resource('AWS::SQS::Queue', DEAD, {})])
  const rule = resource('AWS::Events::Rule', arnOf('events', 'rule/portolan/all'), {
    EventBusName: 'portolan',
    EventPattern: { source: ['portolan'], 'detail-type': ['timeline'] },
    Targets: [{ Id: 'a', Arn: QUEUE }],
  })
  const bus = resource('AWS::Events::EventBus', BUS, { Name: 'portolan' })
  events = createEventBridge(runtime, { buses: [bus], rules: [rule], archives: [] }, { queues })
  const pipe = resource('AWS::Pipes::Pipe', PIPE, {
    RoleArn: ROLE.roleArn,
    Source: STREAM,
    SourceParameters: {
      DynamoDBStreamParameters: { StartingPosition: 'TRIM_HORIZON', BatchSize: 10, ...source },
      FilterCriteria: { Filters: [{ Pattern: JSON.stringify(FILTER) }] },
    },
    Target: BUS,
    TargetParameters: {
      InputTemplate: TEMPLATE,
      EventBridgeEventBusParameters: { Source: 'portolan', DetailType: 'timeline' },
    },
  })
  pipes = createPipes(runtime, [pipe], { streams: stream.source, events, queues })
}

function stop(): void {
  stream.disconnect()
  pipes.close()
  events.close()
  runtime.drop()
}

const write = (id: string, more: { [key: string]: Json } = {}, eventName?: StreamRecord['eventName']) =>
  stream.write(
    { sk: { S: 'TL#1' }, type: { S: 'shipment.booked' }, id: { S: id }, body: { S: '{"a":"b"}' }, ...more },
    eventName,
  )
const details = () =>
  queues
    .receive(QUEUE, { max: 1000, visibilityMilliseconds: 30_000, held: false })
    .map((message) => JSON.parse(message.body).detail)

beforeEach(() => {
  folder = newFolder()
  stream = createStream()
})
afterEach(() => {
  stop()
  cleanUp()
})

test('carries the records that its filter takes to the bus, in order, as its template shapes them', async () => {
  start()
  for (let n = 0; n < 25; n++) write(`${n}`)
  write('modified', {}, 'MODIFY')
  write('other item', { sk: { S: 'HEADER' } })
  pipes.boot()
  await runtime.idle()
  write('25')
  await runtime.idle()
  const received = details()
  expect(received).toHaveLength(26)
  expect(received[0]).toEqual({ type: 'shipment.booked', shipment: 'shipment 0', body: '{"a":"b"}' })
  expect(received.map((detail) => detail.shipment)).toEqual(Array.from({ length: 26 }, (_, n) => `shipment ${n}`))
  expect(Math.max(...stream.limits)).toBe(10)
})

test('goes on after a crash where it was, and sends nothing twice', async () => {
  start()
  for (let n = 0; n < 25; n++) write(`${n}`)
  pipes.boot()
  await new Promise((resolve) => setImmediate(resolve))
  stop()
  start()
  pipes.boot()
  await runtime.idle()
  stop()
  start()
  pipes.boot()
  await runtime.idle()
  expect(details().map((detail) => detail.shipment)).toEqual(Array.from({ length: 25 }, (_, n) => `shipment ${n}`))
})

test('a record that can not be sent holds up what follows, is tried again, and goes to the dead letters', async () => {
  start({ MaximumRetryAttempts: 2, DeadLetterConfig: { Arn: DEAD } })
  for (let n = 0; n < 12; n++) write(`${n}`, n === 7 ? { body: { S: 'x'.repeat(300_000) } } : {})
  pipes.boot()
  await runtime.idle()
  expect(details()).toHaveLength(7)
  runtime.clock.advance(1000)
  await runtime.idle()
  expect(details()).toHaveLength(0)
  runtime.clock.advance(2000)
  await runtime.idle()
  expect(details().map((detail) => detail.shipment)).toEqual(['shipment 8', 'shipment 9', 'shipment 10', 'shipment 11'])
  expect(queues.counts(DEAD).ready).toBe(1)
})

test('gives up a record that is older than its maximum age', async () => {
  start({ MaximumRecordAgeInSeconds: 60 })
  write('bad', { body: { S: 'x'.repeat(300_000) } })
  write('good')
  pipes.boot()
  await runtime.idle()
  runtime.clock.advance(61_000)
  await runtime.idle()
  expect(details().map((detail) => detail.shipment)).toEqual(['shipment good'])
})

test('tries again when the stream can not be read', async () => {
  start()
  const { readStream } = stream.source
  stream.source.readStream = async () => {
    throw new Error('the table is starting')
  }
  write('1')
  pipes.boot()
  await runtime.idle()
  stream.source.readStream = readStream
  runtime.clock.advance(1000)
  await runtime.idle()
  expect(details()).toHaveLength(1)
})

test('gathers records for its batching window', async () => {
  start({ MaximumBatchingWindowInSeconds: 2 })
  pipes.boot()
  runtime.clock.advance(2000)
  await runtime.idle()
  write('1')
  write('2')
  const settled = runtime.idle()
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
  expect(details()).toHaveLength(0)
  runtime.clock.advance(2000)
  await settled
  expect(details()).toHaveLength(2)
})

test('does not start where its role may not read the stream', () => {
  start()
  runtime.denied.add('dynamodb:GetRecords')
  expect(() => pipes.boot()).toThrow(/not authorized to perform: dynamodb:GetRecords/)
})
