import { createEventBridge, type EventBridge } from '../../local/event-bridge'
import { createScheduler, type Scheduler } from '../../local/scheduler'
import type { Json, Resource } from '../../local/service'
import { createSns, type Sns } from '../../local/sns'
import { createQueues, type Queues } from '../../local/sqs-queues'
import {
  arnOf,
  cleanUp,
  newFolder,
  openRuntime,
  REGION,
  ROLE,
  resource,
  type TestRuntime,
} from '../unit/local-messaging/runtime'

const QUEUE = arnOf('sqs', 'due')
const DEAD = arnOf('sqs', 'dead')
const FUNCTION = arnOf('lambda', 'function:escalate')
const TOPIC = arnOf('sns', 'textract')
const SCHEDULE = arnOf('scheduler', 'schedule/default/escalate')
const HOUR = 3_600_000

let folder: string
let runtime: TestRuntime
let queues: Queues
let sns: Sns
let events: EventBridge
let scheduler: Scheduler

const schedule = (ScheduleExpression: string, more: Record<string, Json> = {}, target: Record<string, Json> = {}) =>
  resource('AWS::Scheduler::Schedule', SCHEDULE, {
    FlexibleTimeWindow: { Mode: 'OFF' },
    ScheduleExpression,
    Target: { Arn: QUEUE, RoleArn: ROLE.roleArn, Input: '{"at":"<aws.scheduler.scheduled-time>"}', ...target },
    ...more,
  })

function start(schedules: Resource[], rules: Resource[] = [], subscriptions: Resource[] = []): void {
  runtime = openRuntime(folder)
  queues = createQueues(runtime, [resource('AWS::SQS::Queue', QUEUE, {}), resource('AWS::SQS::Queue', DEAD, {})])
  sns = createSns(runtime, { topics: [resource('AWS::SNS::Topic', TOPIC, {})], subscriptions }, { queues })
  events = createEventBridge(runtime, { buses: [], rules, archives: [] }, { queues, publish: sns.publish })
  scheduler = createScheduler(runtime, schedules, { queues, publish: sns.publish, events })
}

function stop(): void {
  scheduler.close()
  events.close()
  sns.close()
  runtime.drop()
}

/** Takes all messages out of the queue. */
function bodies() {
  const messages = queues.receive(QUEUE, { max: 100, visibilityMilliseconds: 0, held: false })
  queues.purge(QUEUE)
  return messages.map((message) => JSON.parse(message.body))
}

/** Moves the clock by steps, letting each that falls due run. */
async function pass(total: number, step: number): Promise<void> {
  for (let passed = 0; passed < total; passed += step) {
    runtime.clock.advance(step)
    await runtime.idle()
  }
}

beforeEach(() => {
  folder = newFolder()
})
afterEach(() => {
  stop()
  cleanUp()
})

describe('a schedule', () => {
  test('fires at its rate, from the start', async () => {
    start([schedule('rate(1 hour)')])
    const begin = runtime.clock.now()
    scheduler.boot()
    await runtime.idle()
    await pass(3 * HOUR, HOUR / 4)
    const seen = bodies().map(({ at }) => Math.round((Date.parse(at) + 1000 - begin) / HOUR))
    expect(seen).toEqual([0, 1, 2, 3])
  })

  test('of a cron fires at its times, in its zone', async () => {
    start([schedule('cron(0 8 * * ? *)', { ScheduleExpressionTimezone: 'Asia/Kolkata' })])
    scheduler.boot()
    await pass(72 * HOUR, HOUR / 2)
    const seen = bodies().map(({ at }) => at.slice(11))
    expect(seen).toEqual(['02:30:00Z', '02:30:00Z', '02:30:00Z'])
  })

  test('of one time fires once, and not again after a restart', async () => {
    runtime = openRuntime(folder)
    const at = new Date(runtime.clock.now() + HOUR).toISOString().slice(0, 19)
    runtime.drop()
    start([schedule(`at(${at})`)])
    scheduler.boot()
    await pass(2 * HOUR, HOUR / 2)
    stop()
    start([schedule(`at(${at})`)])
    scheduler.boot()
    await pass(2 * HOUR, HOUR / 2)
    expect(bodies()).toEqual([{ at: `${at}Z` }])
  })

  test('that was missed while the runtime was down fires once at the start, then keeps its times', async () => {
    start([schedule('rate(1 hour)')])
    scheduler.boot()
    await runtime.idle()
    runtime.clock.advance(10)
    stop()
    runtime = openRuntime(folder)
    runtime.clock.advance(5.5 * HOUR)
    runtime.drop()
    start([schedule('rate(1 hour)')])
    scheduler.boot()
    await runtime.idle()
    expect(bodies()).toHaveLength(2)
    await pass(HOUR, HOUR / 2)
    expect(bodies()).toHaveLength(1)
  })

  test('begins anew when its expression changes', async () => {
    start([schedule('rate(10 days)')])
    scheduler.boot()
    await runtime.idle()
    stop()
    start([schedule('rate(1 hour)')])
    scheduler.boot()
    await pass(HOUR, HOUR / 2)
    expect(bodies()).toHaveLength(3)
  })

  test('keeps to its start and end', async () => {
    runtime = openRuntime(folder)
    const day = (hours: number) => new Date(runtime.clock.now() + hours * HOUR).toISOString()
    const bounds = { StartDate: day(2), EndDate: day(4.5) }
    runtime.drop()
    start([schedule('rate(1 hour)', bounds)])
    scheduler.boot()
    await pass(8 * HOUR, HOUR / 4)
    expect(bodies()).toHaveLength(3)
  })

  test('calls a function with the event of AWS where it has no input, and repeats what fails', async () => {
    const { Input: _none, ...Target } = schedule('rate(1 day)').properties.Target as Record<string, Json>
    start([schedule('rate(1 day)', { Target: { ...Target, Arn: FUNCTION, DeadLetterConfig: { Arn: DEAD } } })])
    const seen: Json[] = []
    runtime.functions.set(FUNCTION, (payload) => {
      seen.push(payload)
      throw new Error('down')
    })
    scheduler.boot()
    await runtime.idle()
    expect(seen).toEqual([
      {
        version: '0',
        id: expect.any(String),
        'detail-type': 'Scheduled Event',
        source: 'aws.scheduler',
        account: '000000000000',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        region: REGION,
        resources: [SCHEDULE],
        detail: '{}',
      },
    ])
    await pass(10 * 60_000, 60_000)
    expect(seen).toHaveLength(3)
    expect(queues.counts(DEAD).ready).toBe(1)
  })

  test('whose role may not call its target says so and goes on', async () => {
    start([schedule('rate(1 hour)')])
    runtime.denied.add('sqs:SendMessage')
    scheduler.boot()
    await runtime.idle()
    expect(bodies()).toEqual([])
    expect(runtime.logs).toContainEqual(expect.objectContaining({ level: 'error' }))
    runtime.denied.clear()
    await pass(HOUR, HOUR / 2)
    expect(bodies()).toHaveLength(1)
  })

  test.each([
    ['an expression that is wrong', schedule('rate(1 hours)'), /not valid/],
    [
      'a target that is not supported',
      schedule('rate(1 hour)', {}, { Arn: 'arn:aws:scheduler:::aws-sdk:sqs:purgeQueue' }),
      /not supported/,
    ],
    ['a property that is not supported', schedule('rate(1 hour)', {}, { EcsParameters: {} }), /EcsParameters/],
  ])('with %s stops the start, by name', (_name, wrong, message) => {
    start([])
    expect(() => createScheduler(runtime, [wrong], { queues, events })).toThrow(message)
  })
})

test('a rule with a schedule sends the event of AWS, and a bus takes what a schedule puts', async () => {
  const rule = resource('AWS::Events::Rule', arnOf('events', 'rule/hourly'), {
    ScheduleExpression: 'rate(1 hour)',
    Targets: [{ Id: 'a', Arn: QUEUE }],
  })
  const taking = resource('AWS::Events::Rule', arnOf('events', 'rule/taking'), {
    EventPattern: { source: ['clock'] },
    Targets: [{ Id: 'a', Arn: QUEUE, InputPath: '$.detail' }],
  })
  const toBus = {
    Arn: arnOf('events', 'event-bus/default'),
    EventBridgeParameters: { Source: 'clock', DetailType: 'tick' },
  }
  start([schedule('rate(1 day)', {}, toBus)], [rule, taking])
  scheduler.boot()
  await runtime.idle()
  expect(bodies()).toEqual([{ at: expect.any(String) }])
  await pass(HOUR, HOUR / 2)
  expect(bodies()).toEqual([
    expect.objectContaining({ source: 'aws.events', 'detail-type': 'Scheduled Event', resources: [rule.arn] }),
  ])
})

describe('a topic', () => {
  const subscription = (Endpoint: string, more: Record<string, Json> = {}) =>
    resource('AWS::SNS::Subscription', `${TOPIC}:${Endpoint}`, {
      TopicArn: TOPIC,
      Endpoint,
      Protocol: Endpoint.includes(':sqs:') ? 'sqs' : 'lambda',
      ...more,
    })

  test('hands what is published to functions and queues, in their shapes', async () => {
    start([], [], [subscription(QUEUE), subscription(FUNCTION)])
    const seen: Json[] = []
    runtime.functions.set(FUNCTION, (payload) => {
      seen.push(payload)
      return null
    })
    const id = sns.publish(TOPIC, '{"JobId":"j1"}', { subject: 'done' })
    await runtime.idle()
    const notification = {
      Type: 'Notification',
      MessageId: id,
      TopicArn: TOPIC,
      Subject: 'done',
      Message: '{"JobId":"j1"}',
    }
    expect(bodies()).toEqual([expect.objectContaining(notification)])
    expect(seen).toEqual([
      {
        Records: [
          {
            EventSource: 'aws:sns',
            EventVersion: '1.0',
            EventSubscriptionArn: expect.stringContaining(TOPIC),
            Sns: expect.objectContaining({ ...notification, MessageAttributes: {} }),
          },
        ],
      },
    ])
  })

  test('delivers raw, and only what a filter policy takes', () => {
    const policy = { RawMessageDelivery: true, FilterPolicy: { kind: ['invoice', { prefix: 'bl' }] } }
    start([], [], [subscription(QUEUE, policy)])
    for (const Value of ['invoice', 'packing-list', 'bl-draft']) {
      sns.publish(TOPIC, JSON.stringify({ Value }), { attributes: { kind: { Type: 'String', Value } } })
    }
    sns.publish(TOPIC, '{}')
    expect(bodies()).toEqual([{ Value: 'invoice' }, { Value: 'bl-draft' }])
  })

  test('may filter by the body', () => {
    const policy = {
      RawMessageDelivery: true,
      FilterPolicyScope: 'MessageBody',
      FilterPolicy: { Status: ['SUCCEEDED'] },
    }
    start([], [], [subscription(QUEUE, policy)])
    for (const Status of ['SUCCEEDED', 'FAILED']) sns.publish(TOPIC, JSON.stringify({ Status }))
    expect(bodies()).toEqual([{ Status: 'SUCCEEDED' }])
  })

  test('is a target of rules, and refuses to be one that does not exist', () => {
    const rule = resource('AWS::Events::Rule', arnOf('events', 'rule/all'), {
      EventPattern: { source: ['a'] },
      Targets: [{ Id: 'a', Arn: TOPIC, InputPath: '$.detail' }],
    })
    start([], [rule], [subscription(QUEUE, { RawMessageDelivery: true })])
    events.put('default', { source: 'a', detailType: 'b', detail: { x: 1 } })
    expect(bodies()).toEqual([{ x: 1 }])
    expect(() => sns.publish(`${TOPIC}-none`, 'x')).toThrow(expect.objectContaining({ code: 'NotFound' }))
  })

  test('keeps a delivery to a function through a crash', async () => {
    start([], [], [subscription(FUNCTION)])
    runtime.functions.set(FUNCTION, () => new Promise(() => undefined))
    sns.publish(TOPIC, 'x')
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
    stop()
    start([], [], [subscription(FUNCTION)])
    let calls = 0
    runtime.functions.set(FUNCTION, () => {
      calls += 1
      return null
    })
    sns.boot()
    await runtime.idle()
    expect(calls).toBe(1)
    expect(sns.pending()).toEqual({ active: 0, waiting: 0 })
  })
})
