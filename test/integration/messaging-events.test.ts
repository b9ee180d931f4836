import { createEventBridge, type EventBridge, type EventBridgeResources } from '../../local/event-bridge'
import type { Json } from '../../local/service'
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
const OTHER_BUS = arnOf('events', 'event-bus/audit')
const FUNCTION = arnOf('lambda', 'function:notify')
const MACHINE = arnOf('states', 'stateMachine:intake')
const ARCHIVE = arnOf('events', 'archive/all')

let folder: string
let runtime: TestRuntime
let queues: Queues
let events: EventBridge

const rule = (name: string, properties: Record<string, Json>) =>
  resource('AWS::Events::Rule', arnOf('events', `rule/portolan/${name}`), { EventBusName: 'portolan', ...properties })

const target = (Arn: string, more: Record<string, Json> = {}) => ({ Id: 'Target0', Arn, ...more })
const MILESTONES = { source: ['portolan'], detail: { type: [{ prefix: 'shipment.' }] } }

function start(rules: EventBridgeResources['rules'] = [], archives: EventBridgeResources['archives'] = []): void {
  runtime = openRuntime(folder)
  queues = createQueues(runtime, [resource('AWS::SQS::Queue', QUEUE, {}), resource('AWS::SQS::Queue', DEAD, {})])
  const buses = [BUS, OTHER_BUS].map((arn) => resource('AWS::Events::EventBus', arn, { Name: arn.split('/')[1] ?? '' }))
  events = createEventBridge(runtime, { buses, rules, archives }, { queues })
}

function stop(): void {
  events.close()
  runtime.drop()
}

const call = (operation: string, input: Record<string, Json>) => events.handle({ operation, input, principal: ROLE })
const entry = (detail: Json, more: Record<string, Json> = {}) => ({
  Source: 'portolan',
  DetailType: 'fact',
  Detail: JSON.stringify(detail),
  EventBusName: 'portolan',
  ...more,
})
const bodies = (arn = QUEUE) =>
  queues
    .receive(arn, { max: 100, visibilityMilliseconds: 30_000, held: false })
    .map((message) => JSON.parse(message.body))

beforeEach(() => {
  folder = newFolder()
})
afterEach(() => {
  stop()
  cleanUp()
})

describe('PutEvents', () => {
  test('gives an event its envelope and hands it to the queues of the rules that match', async () => {
    start([
      rule('milestones', { EventPattern: MILESTONES, Targets: [target(QUEUE)] }),
      rule('others', { EventPattern: { source: ['other'] }, Targets: [target(DEAD)] }),
      rule('off', { EventPattern: MILESTONES, State: 'DISABLED', Targets: [target(DEAD)] }),
    ])
    const detail = { type: 'shipment.booked', shipment: 'shp_1' }
    const answer = await call('PutEvents', { Entries: [entry(detail, { Resources: ['r1'], Time: 1_700_000_000 })] })
    expect(answer).toEqual({ FailedEntryCount: 0, Entries: [{ EventId: expect.stringMatching(/^[\da-f-]{36}$/) }] })
    expect(bodies()).toEqual([
      {
        version: '0',
        id: (answer as { Entries: Array<{ EventId: string }> }).Entries[0]?.EventId,
        'detail-type': 'fact',
        source: 'portolan',
        account: '000000000000',
        time: '2023-11-14T22:13:20Z',
        region: 'eu-central-1',
        resources: ['r1'],
        detail,
      },
    ])
    expect(bodies(DEAD)).toEqual([])
  })

  test('answers each entry that is wrong by itself, and takes the others', async () => {
    start([rule('milestones', { EventPattern: MILESTONES, Targets: [target(QUEUE)] })])
    const good = entry({ type: 'shipment.booked' })
    const answer = await call('PutEvents', {
      Entries: [
        good,
        { ...good, Detail: '{' },
        { ...good, Detail: '"text"' },
        { ...good, Source: 'aws.s3' },
        { ...good, DetailType: '' },
        { ...good, EventBusName: 'nowhere' },
      ],
    })
    expect(answer).toMatchObject({
      FailedEntryCount: 5,
      Entries: [
        { EventId: expect.any(String) },
        { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' },
        { ErrorCode: 'MalformedDetail' },
        { ErrorCode: 'NotAuthorizedForSourceException' },
        { ErrorCode: 'InvalidArgument' },
        { ErrorCode: 'ResourceNotFoundException' },
      ],
    })
    expect(bodies()).toHaveLength(1)
  })

  test('refuses a request that is too large, too long or empty', async () => {
    start()
    const refused = (Entries: Json[]) =>
      expect(call('PutEvents', { Entries })).rejects.toMatchObject({ code: 'ValidationException' })
    await refused([entry({ text: 'x'.repeat(262_144) })])
    await refused(Array(11).fill(entry({})))
    await refused([])
  })

  test('needs a grant for each bus that the entries name', async () => {
    start()
    runtime.denied.add('events:PutEvents')
    const Entries = [entry({}), entry({}, { EventBusName: 'audit' })]
    expect(events.resourceOf({ operation: 'PutEvents', input: { Entries }, principal: ROLE })).toBe(BUS)
    await expect(call('PutEvents', { Entries })).rejects.toMatchObject({ code: 'AccessDeniedException' })
  })

  test('keeps an event and its deliveries together with the transaction that is open, or not at all', () => {
    start([rule('milestones', { EventPattern: MILESTONES, Targets: [target(QUEUE), target(FUNCTION)] })])
    const failing = runtime.state.transaction(() => {
      events.put(BUS, { source: 'portolan', detailType: 'fact', detail: { type: 'shipment.booked' } })
      throw new Error('after the event')
    })
    expect(failing).toThrow('after the event')
    expect(bodies()).toEqual([])
    expect(events.pending()).toEqual({ active: 0, waiting: 0 })
  })
})

describe('a target', () => {
  const deliver = async (properties: Record<string, Json>, detail: Json = { type: 'shipment.booked', n: 7 }) => {
    start([rule('r', { EventPattern: MILESTONES, Targets: [properties] })])
    events.put(BUS, { source: 'portolan', detailType: 'fact', detail, time: 1_700_000_000_000 })
    await runtime.idle()
  }

  test.each<[string, Record<string, Json>, Json]>([
    ['a constant', { Input: '{"a":1}' }, { a: 1 }],
    ['a part of the event', { InputPath: '$.detail' }, { type: 'shipment.booked', n: 7 }],
    [
      'what a template makes of the event',
      {
        InputTransformer: {
          InputPathsMap: { type: '$.detail.type', n: '$.detail.n' },
          InputTemplate: '{"what": <type>, "text": "<type> no. <n>", "n": <n>, "rule": <aws.events.rule-name>}',
        },
      },
      { what: 'shipment.booked', text: 'shipment.booked no. 7', n: 7, rule: 'r' },
    ],
    [
      'the whole event inside a template',
      { InputTransformer: { InputTemplate: '{"event": <aws.events.event.json>}' } },
      { event: expect.objectContaining({ source: 'portolan', detail: { type: 'shipment.booked', n: 7 } }) },
    ],
  ])('receives %s', async (_name, properties, expected) => {
    await deliver(target(QUEUE, properties))
    expect(bodies()).toEqual([expected])
  })

  test('that is a function is called with the event', async () => {
    start([rule('r', { EventPattern: MILESTONES, Targets: [target(FUNCTION)] })])
    const seen: Json[] = []
    runtime.functions.set(FUNCTION, (payload) => {
      seen.push(payload)
      return null
    })
    events.put(BUS, { source: 'portolan', detailType: 'fact', detail: { type: 'shipment.booked' } })
    await runtime.idle()
    expect(seen).toMatchObject([{ source: 'portolan', detail: { type: 'shipment.booked' } }])
  })

  test('that is a state machine is started once, with its input', async () => {
    await deliver(target(MACHINE, { RoleArn: ROLE.roleArn, InputPath: '$.detail' }))
    expect(runtime.executions).toEqual([
      { machine: MACHINE, input: { type: 'shipment.booked', n: 7 }, name: expect.any(String) },
    ])
  })

  test('whose role may not call it receives nothing; the event goes to the dead letters at once', async () => {
    start([
      rule('r', {
        EventPattern: MILESTONES,
        Targets: [target(MACHINE, { RoleArn: ROLE.roleArn, DeadLetterConfig: { Arn: DEAD } })],
      }),
    ])
    runtime.denied.add('states:StartExecution')
    events.put(BUS, { source: 'portolan', detailType: 'fact', detail: { type: 'shipment.booked' } })
    await runtime.idle()
    expect(runtime.executions).toEqual([])
    expect(bodies(DEAD)).toMatchObject([{ detail: { type: 'shipment.booked' } }])
  })

  test('that is a function and fails is called twice more, then the event goes to the dead letters', async () => {
    start([rule('r', { EventPattern: MILESTONES, Targets: [target(FUNCTION, { DeadLetterConfig: { Arn: DEAD } })] })])
    let calls = 0
    runtime.functions.set(FUNCTION, () => {
      calls += 1
      throw new Error('down')
    })
    events.put(BUS, { source: 'portolan', detailType: 'fact', detail: { type: 'shipment.booked' } })
    await runtime.idle()
    expect(events.pending()).toEqual({ active: 0, waiting: 1 })
    runtime.clock.advance(60_000)
    await runtime.idle()
    runtime.clock.advance(120_000)
    await runtime.idle()
    expect(calls).toBe(3)
    const [dead] = queues.receive(DEAD, { max: 1, visibilityMilliseconds: 1, held: false })
    expect(JSON.parse(dead?.attributes ?? '{}')).toMatchObject({
      TARGET_ARN: { StringValue: FUNCTION },
      ERROR_CODE: { StringValue: 'Unhandled' },
    })
    expect(events.pending()).toEqual({ active: 0, waiting: 0 })
  })

  test('that is another bus hands the event to the rules there', () => {
    const audit = resource('AWS::Events::Rule', arnOf('events', 'rule/audit/all'), {
      EventBusName: 'audit',
      EventPattern: { source: [{ exists: true }] },
      Targets: [target(QUEUE)],
    })
    start([rule('forward', { EventPattern: MILESTONES, Targets: [target(OTHER_BUS)] }), audit])
    const id = events.put(BUS, { source: 'portolan', detailType: 'fact', detail: { type: 'shipment.booked' } })
    expect(bodies()).toMatchObject([{ id, source: 'portolan' }])
  })
})

test.each([
  ['a wrong pattern', { EventPattern: { source: 'x' } }, /must be an object or an array/],
  [
    'a property that is not supported',
    { EventPattern: MILESTONES, Targets: [target(QUEUE, { EcsParameters: {} })] },
    /EcsParameters/,
  ],
  [
    'a template with an unknown name',
    { Targets: [target(QUEUE, { InputTransformer: { InputTemplate: '<x>' } })] },
    /x is not in/,
  ],
  ['its own bus as target', { EventPattern: MILESTONES, Targets: [target(BUS)] }, /its own bus/],
])('a rule with %s stops the start, by name', (_name, properties, message) => {
  start()
  const resources = {
    buses: [resource('AWS::Events::EventBus', BUS, {})],
    rules: [rule('r', properties)],
    archives: [],
  }
  expect(() => createEventBridge(runtime, resources, { queues })).toThrow(message)
})

describe('an archive', () => {
  test('keeps what its pattern takes, and replays it to the rules that are named', async () => {
    const archive = resource('AWS::Events::Archive', ARCHIVE, { SourceArn: BUS, EventPattern: MILESTONES })
    const taking = rule('taking', { EventPattern: MILESTONES, Targets: [target(QUEUE)] })
    start([taking, rule('not-named', { EventPattern: MILESTONES, Targets: [target(DEAD)] })], [archive])
    for (const type of ['shipment.booked', 'invoice.issued', 'shipment.departed']) {
      events.put(BUS, { source: 'portolan', detailType: 'fact', detail: { type } })
      runtime.clock.advance(1000)
    }
    queues.purge(QUEUE)
    queues.purge(DEAD)
    const seconds = runtime.clock.now() / 1000
    await call('StartReplay', {
      ReplayName: 'again',
      EventSourceArn: ARCHIVE,
      EventStartTime: seconds - 3600,
      EventEndTime: seconds,
      Destination: { Arn: BUS, FilterArns: [taking.arn] },
    })
    expect(bodies()).toMatchObject([
      { 'replay-name': 'again', detail: { type: 'shipment.booked' } },
      { 'replay-name': 'again', detail: { type: 'shipment.departed' } },
    ])
    expect(bodies(DEAD)).toEqual([])
  })
})

test('a pattern can be tried on an event', async () => {
  start()
  const tryOut = (EventPattern: string) => call('TestEventPattern', { EventPattern, Event: '{"source":"a"}' })
  expect(await tryOut('{"source":["a"]}')).toEqual({ Result: true })
  await expect(tryOut('{"source":"a"}')).rejects.toMatchObject({ code: 'InvalidEventPatternException' })
})

test('after a crash every delivery that was under way is made, and no execution is started twice', async () => {
  const rules = [rule('r', { EventPattern: MILESTONES, Targets: [target(FUNCTION), target(MACHINE)] })]
  start(rules)
  runtime.functions.set(FUNCTION, () => new Promise(() => undefined))
  for (let n = 0; n < 100; n++) {
    events.put(BUS, { source: 'portolan', detailType: 'fact', detail: { type: 'shipment.booked', n } })
  }
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
  const started = runtime.executions
  stop()

  start(rules)
  runtime.executions.push(...started)
  const seen = new Set<Json>()
  runtime.functions.set(FUNCTION, (payload) => {
    seen.add((payload as { detail: { n: number } }).detail.n)
    return null
  })
  events.boot()
  await runtime.idle()
  expect(seen.size).toBe(100)
  expect(new Set(runtime.executions.map(({ input }) => (input as { detail: { n: number } }).detail.n)).size).toBe(100)
  expect(runtime.executions).toHaveLength(100)
  expect(events.pending()).toEqual({ active: 0, waiting: 0 })
})
