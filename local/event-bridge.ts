/** EventBridge: buses and rules. What PutEvents accepts is stored, with its deliveries, before it answers. */
import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import { createDeliveries, type DeliveryPeers } from './deliveries'
import { createEventArchives } from './event-archive'
import { compilePattern, InvalidPattern } from './event-pattern'
import { compileRule, Event, type Rule, toJson } from './event-rules'
import { rendered } from './input-template'
import { Ignored, nameOf, parseInput, parseProperties } from './properties'
import { AwsError, type Json, type JsonService, type Resource, type Runtime, type ServiceCall } from './service'
import { type Pending, transact } from './sql'

/** Bytes of one event, and of all entries of one PutEvents request. */
export const MAX_REQUEST = 262_144
const MAX_ENTRIES = 10

const Entry = z.object({
  Source: z.string().optional(),
  DetailType: z.string().optional(),
  Detail: z.string().optional(),
  EventBusName: z.string().default('default'),
  Resources: z.array(z.string()).default([]),
  /** Seconds. */
  Time: z.number().optional(),
  TraceHeader: z.string().optional(),
})
type Entry = z.output<typeof Entry>

const StartReplay = z.object({
  ReplayName: z.string(),
  EventSourceArn: z.string(),
  /** Seconds. */
  EventStartTime: z.number(),
  EventEndTime: z.number(),
  Destination: z.object({ Arn: z.string(), FilterArns: z.array(z.string()).optional() }),
})

const BusProperties = z.strictObject({
  Name: Ignored,
  Description: Ignored,
  DeadLetterConfig: Ignored,
  KmsKeyIdentifier: Ignored,
  LogConfig: Ignored,
  Policy: Ignored,
  Tags: Ignored,
})

/** An event before it has an envelope. */
export interface NewEvent {
  source: string
  detailType: string
  detail: Json
  resources?: string[]
  /** UTC milliseconds; absent: now. */
  time?: number
}

/** A rule that a schedule fires. `fire` stores its deliveries in the transaction that is open. */
export interface ScheduledRule {
  arn: string
  expression: string
  fire(time: number): void
}

export interface EventBridge extends JsonService {
  /** Stores an event of the runtime itself or of a peer, in the transaction that is open; answers its id. */
  put(busArnOrName: string, event: NewEvent): string
  scheduledRules: ScheduledRule[]
  boot(): void
  close(): void
  pending(): Pending
}

export interface EventBridgeResources {
  buses: Resource[]
  rules: Resource[]
  archives: Resource[]
}

/** EventBridge over the template's AWS::Events::EventBus, ::Rule and ::Archive; a bus named `default` always exists. */
export function createEventBridge(
  runtime: Runtime,
  resources: EventBridgeResources,
  peers: Omit<DeliveryPeers, 'forward'>,
): EventBridge {
  const db = runtime.state
  const archives = createEventArchives(runtime, resources.archives)
  const rules = resources.rules.map(compileRule).filter((rule) => rule !== undefined)
  const buses = new Map<string, Rule[]>([['default', []]])
  for (const bus of resources.buses) {
    parseProperties(BusProperties, bus)
    buses.set(nameOf(bus.arn), [])
  }
  for (const busName of archives.busNames) rulesOf(busName)
  for (const rule of rules) {
    rulesOf(rule.busName).push(rule)
    if (rule.targets.some(({ arn }) => arn.endsWith(`:event-bus/${rule.busName}`))) {
      throw new Error(`${rule.arn}: a rule can't send events to its own bus`)
    }
  }
  const deliveries = createDeliveries(runtime, 'events', {
    ...peers,
    forward: (busArn, text) => accept(nameOf(busArn), Event.parse(JSON.parse(text))),
  })

  function rulesOf(arnOrName: string): Rule[] {
    const found = buses.get(nameOf(arnOrName))
    if (!found) throw new AwsError('ResourceNotFoundException', `Event bus ${nameOf(arnOrName)} does not exist.`)
    return found
  }

  function accept(busName: string, event: Event): void {
    const text = JSON.stringify(event)
    const matching = rulesOf(busName).filter((rule) => rule.matches(event))
    transact(db, () => {
      archives.record(busName, toJson(event), text)
      for (const rule of matching) deliver(rule, event, text)
    })
  }

  function deliver(rule: Rule, event: Event, text: string): void {
    const ingestedAt = wholeSeconds(runtime.clock.now())
    for (const target of rule.targets) deliveries.add(target, target.inputFor(event, text, ingestedAt), rule.arn)
  }

  function envelope({ source, detailType, detail, resources = [], time }: NewEvent): Event {
    return {
      version: '0',
      id: randomUUID(),
      'detail-type': detailType,
      source,
      account: runtime.accountId,
      time: wholeSeconds(time ?? runtime.clock.now()),
      region: runtime.region,
      resources,
      detail,
    }
  }

  function put(busArnOrName: string, event: NewEvent): string {
    const accepted = envelope(event)
    accept(nameOf(busArnOrName), accepted)
    runtime.count('events.put')
    return accepted.id
  }

  function putEvents(call: ServiceCall) {
    const { Entries: entries } = read(z.object({ Entries: z.array(Entry).min(1).max(MAX_ENTRIES) }), call)
    if (entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > MAX_REQUEST) {
      throw new AwsError('ValidationException', 'Total size of the entries in the request is over the limit.')
    }
    const [first, ...others] = new Set(entries.map((entry) => nameOf(entry.EventBusName)))
    for (const name of others) if (name !== first) runtime.authorize(call.principal, 'events:PutEvents', arnOf(name))
    const answers = transact(db, () => entries.map(putEntry))
    return { FailedEntryCount: answers.filter((answer) => 'ErrorCode' in answer).length, Entries: answers }
  }

  function putEntry(entry: Entry) {
    try {
      return { EventId: put(entry.EventBusName, eventOf(entry)) }
    } catch (error) {
      if (!(error instanceof AwsError)) throw error
      return { ErrorCode: error.code, ErrorMessage: error.message }
    }
  }

  /** All events of that time at once, to the rules that are named (or all of the bus). */
  function startReplay(call: ServiceCall) {
    const input = read(StartReplay, call)
    const { Arn: busArn, FilterArns: only } = input.Destination
    const replayed = rulesOf(busArn).filter((rule) => !only || only.includes(rule.arn))
    transact(db, () => {
      for (const archived of archives.read(
        input.EventSourceArn,
        input.EventStartTime * 1000,
        input.EventEndTime * 1000,
      )) {
        const event: Event = { ...archived, 'replay-name': input.ReplayName }
        for (const rule of replayed) if (rule.matches(event)) deliver(rule, event, JSON.stringify(event))
      }
    })
    const now = runtime.clock.now() / 1000
    return { ReplayArn: replayArn(input.ReplayName), State: 'COMPLETED', ReplayStartTime: now }
  }

  const read = <Schema extends z.ZodType>(schema: Schema, call: ServiceCall) =>
    parseInput(schema, call.input, 'ValidationException')
  const arnOf = (busName: string) => `arn:aws:events:${runtime.region}:${runtime.accountId}:event-bus/${busName}`
  const replayArn = (name: string) => `arn:aws:events:${runtime.region}:${runtime.accountId}:replay/${name}`
  const operations: Record<string, (call: ServiceCall) => unknown> = {
    PutEvents: putEvents,
    StartReplay: startReplay,
    TestEventPattern: (call) => testPattern(read(z.object({ EventPattern: z.string(), Event: z.string() }), call)),
  }

  return {
    target: 'AWSEvents',
    iam: 'events',
    put,
    scheduledRules: rules.flatMap((rule) => {
      if (rule.scheduleExpression === undefined) return []
      const fire = (time: number) => {
        const scheduled = {
          source: 'aws.events',
          detailType: 'Scheduled Event',
          detail: {},
          resources: [rule.arn],
          time,
        }
        const event = envelope(scheduled)
        deliver(rule, event, JSON.stringify(event))
      }
      return [{ arn: rule.arn, expression: rule.scheduleExpression, fire }]
    }),
    resourceOf(call) {
      if (call.operation === 'StartReplay') return replayArn(String(call.input.ReplayName))
      const entries = z.object({ Entries: z.array(Entry).min(1) }).safeParse(call.input)
      return entries.success ? arnOf(nameOf(entries.data.Entries[0]?.EventBusName ?? 'default')) : null
    },
    async handle(call) {
      const operation = operations[call.operation]
      if (!operation) throw new AwsError('UnsupportedOperation', `EventBridge ${call.operation} is not supported here.`)
      return operation(call)
    },
    boot() {
      archives.prune()
      deliveries.boot()
    },
    close: deliveries.close,
    pending: deliveries.pending,
  }
}

const wholeSeconds = (time: number) => `${new Date(time).toISOString().slice(0, 19)}Z`

/** Bytes of an entry by EventBridge's rule. */
function sizeOf(entry: Entry): number {
  const texts = [entry.Source, entry.DetailType, entry.Detail, ...entry.Resources]
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text ?? ''), 0)
  return bytes + (entry.Time === undefined ? 0 : 14)
}

function eventOf(entry: Entry): NewEvent {
  const source = required('Source', entry.Source)
  if (source.startsWith('aws.')) {
    throw new AwsError('NotAuthorizedForSourceException', 'Not authorized for the source.')
  }
  return {
    source,
    detailType: required('DetailType', entry.DetailType),
    detail: detailOf(required('Detail', entry.Detail)),
    resources: entry.Resources,
    ...(entry.Time === undefined ? {} : { time: entry.Time * 1000 }),
  }
}

function required(name: string, value: string | undefined): string {
  if (value) return value
  throw new AwsError('InvalidArgument', `Parameter ${name} is not valid. Reason: ${name} is a required argument.`)
}

function detailOf(text: string): Json {
  const detail = rendered(text)
  if (typeof detail === 'object' && detail !== null && !Array.isArray(detail)) return detail
  throw new AwsError('MalformedDetail', 'Detail is malformed.')
}

function testPattern(input: { EventPattern: string; Event: string }) {
  try {
    return { Result: compilePattern(JSON.parse(input.EventPattern))(JSON.parse(input.Event)) }
  } catch (error) {
    if (!(error instanceof InvalidPattern || error instanceof SyntaxError)) throw error
    const reason = `Event pattern is not valid. Reason: ${error.message}`
    throw new AwsError('InvalidEventPatternException', reason)
  }
}
