/** EventBridge Pipes: from a table's stream, through filters and an input template, to an event bus. */
import * as z from 'zod'
import { DeadLetterConfig } from './deliveries'
import { type EventBridge, MAX_REQUEST } from './event-bridge'
import { compilePattern } from './event-pattern'
import { compilePath, compileTemplate, rendered } from './input-template'
import { Ignored, nameOf, parseProperties, Whole } from './properties'
import { AwsError, type Json, type Resource, type Runtime, type StreamRecord, type StreamSource } from './service'
import { createWorker, query, transact } from './sql'
import type { Queues } from './sqs-queues'

/** -1: without limit. */
const Limit = z.coerce.number().int().min(-1)

const StreamParameters = z.strictObject({
  /** The pipe exists as long as its table, so either position is the beginning of the stream. */
  StartingPosition: z.enum(['TRIM_HORIZON', 'LATEST']),
  BatchSize: Whole.default(100),
  MaximumBatchingWindowInSeconds: Whole.default(0),
  MaximumRecordAgeInSeconds: Limit.default(-1),
  MaximumRetryAttempts: Limit.default(-1),
  /** Failing batches are always halved down to the record that fails. */
  OnPartialBatchItemFailure: z.literal('AUTOMATIC_BISECT').optional(),
  ParallelizationFactor: Ignored,
  DeadLetterConfig: DeadLetterConfig.optional(),
})

const PipeProperties = z.strictObject({
  Name: z.string().optional(),
  Description: Ignored,
  DesiredState: z.enum(['RUNNING', 'STOPPED']).default('RUNNING'),
  RoleArn: z.string(),
  Source: z.string(),
  SourceParameters: z.strictObject({
    DynamoDBStreamParameters: StreamParameters,
    FilterCriteria: z.strictObject({ Filters: z.array(z.strictObject({ Pattern: z.string() })) }).optional(),
  }),
  Target: z.string(),
  TargetParameters: z.strictObject({
    InputTemplate: z.string().optional(),
    EventBridgeEventBusParameters: z.strictObject({
      Source: z.string(),
      DetailType: z.string(),
      Resources: z.array(z.string()).default([]),
    }),
  }),
  LogConfiguration: Ignored,
  KmsKeyIdentifier: Ignored,
  Tags: Ignored,
})

/** A stream keeps its records for a day. */
const STREAM_RETENTION = 86_400_000
const LONGEST_BACKOFF = 60_000

export interface Pipes {
  boot(): void
  close(): void
}

export interface PipePeers {
  streams: StreamSource
  events: EventBridge
  queues: Queues
}

/** The AWS::Pipes::Pipe resources of the template. */
export function createPipes(runtime: Runtime, resources: Resource[], peers: PipePeers): Pipes {
  runtime.state.exec('CREATE TABLE IF NOT EXISTS pipe_positions (pipe TEXT PRIMARY KEY, position TEXT NOT NULL)')
  const pipes = resources.map((resource) => createPipe(runtime, resource, peers))
  return {
    boot: () => pipes.forEach((pipe) => void pipe.boot()),
    close: () => pipes.forEach((pipe) => void pipe.close()),
  }
}

function createPipe(runtime: Runtime, resource: Resource, peers: PipePeers): Pipes {
  const pipe = parseProperties(PipeProperties, resource)
  const name = nameOf(resource.arn)
  const source = pipe.SourceParameters.DynamoDBStreamParameters
  const filters = pipe.SourceParameters.FilterCriteria?.Filters.map(({ Pattern }) =>
    compilePattern(JSON.parse(Pattern)),
  )
  const detailOf = compileDetail(pipe, { arn: resource.arn, name })
  const bus = pipe.TargetParameters.EventBridgeEventBusParameters
  const window = source.MaximumBatchingWindowInSeconds * 1000
  const sql = {
    position: query<{ position: string }>(runtime.state, 'SELECT position FROM pipe_positions WHERE pipe = ?'),
    save: query(runtime.state, 'INSERT OR REPLACE INTO pipe_positions (pipe, position) VALUES (?, ?)'),
  }
  const worker = createWorker(runtime, `pipe ${name}`, turn)
  let position = sql.position.get(resource.arn)?.position
  /** Records to read at once: 1 while the one that fails is looked for. */
  let limit = source.BatchSize
  let attempts = 0
  let draining = false
  /** A write came while the pipe was reading. */
  let again = false
  let opensAt: number | undefined
  let gathering: { done(): void } | undefined
  let closed = false

  function turn(): void {
    again = true
    if (draining || waits()) return
    draining = true
    const busy = runtime.busy(`pipe ${name}`)
    void drain().finally(() => {
      draining = false
      if (again) worker.wake()
      busy.done()
    })
  }

  /** Opens the batching window at the first record, and waits for its end. */
  function waits(): boolean {
    const now = runtime.clock.now()
    if (window === 0 || (opensAt !== undefined && now >= opensAt)) return false
    gathering ??= runtime.busy('batching window')
    opensAt ??= now + window
    worker.wakeAt(opensAt)
    return true
  }

  async function drain(): Promise<void> {
    opensAt = undefined
    gathering?.done()
    gathering = undefined
    while (!closed) {
      again = false
      const { records, next } = await read()
      if (closed || records.length === 0 || next === undefined) return
      try {
        forward(records, next)
      } catch (error) {
        if (!recover(records, next, error)) return
      }
    }
  }

  async function read(): ReturnType<StreamSource['readStream']> {
    try {
      return await peers.streams.readStream(pipe.Source, resource.arn, position, limit)
    } catch (error) {
      if (!closed) retryLater(error)
      return { records: [], next: undefined }
    }
  }

  /** The events and the position after them are one transaction, so no record is lost and none is sent twice. */
  function forward(records: StreamRecord[], next: string): void {
    const taken = records.filter((record) => !filters || filters.some((matches) => matches(toJson(record))))
    if (taken.length > 0) runtime.authorize({ roleArn: pipe.RoleArn }, 'events:PutEvents', pipe.Target)
    transact(runtime.state, () => {
      for (const record of taken) {
        const detail = detailOf(record, runtime.clock.now())
        peers.events.put(pipe.Target, {
          source: bus.Source,
          detailType: bus.DetailType,
          detail,
          resources: bus.Resources,
        })
      }
      sql.save.run(resource.arn, next)
    })
    advance(next)
  }

  function advance(next: string): void {
    position = next
    attempts = 0
    limit = source.BatchSize
  }

  /** After a failure: finds the record that fails, repeats it with backoff, gives it up in the end. True: go on reading. */
  function recover(records: StreamRecord[], next: string, error: unknown): boolean {
    if (records.length > 1) {
      limit = Math.ceil(records.length / 2)
      return true
    }
    const [record] = records
    const exhausted = source.MaximumRetryAttempts >= 0 && attempts >= source.MaximumRetryAttempts
    if (!record || !(exhausted || isTooOld(record))) {
      retryLater(error)
      return false
    }
    runtime.log('error', 'a stream record was given up', { pipe: name, record: record.eventID, error: String(error) })
    transact(runtime.state, () => {
      const deadLetter = source.DeadLetterConfig?.Arn
      if (deadLetter) peers.queues.send(deadLetter, JSON.stringify(record))
      sql.save.run(resource.arn, next)
    })
    advance(next)
    return true
  }

  function isTooOld(record: StreamRecord): boolean {
    const age = runtime.clock.now() - record.dynamodb.ApproximateCreationDateTime * 1000
    const seconds = source.MaximumRecordAgeInSeconds
    return age > (seconds < 0 ? STREAM_RETENTION : seconds * 1000)
  }

  function retryLater(error: unknown): void {
    const delay = Math.min(1000 * 2 ** attempts, LONGEST_BACKOFF)
    attempts += 1
    runtime.log('warn', 'a pipe failed and will try again', { pipe: name, attempts, error: String(error) })
    worker.wakeAt(runtime.clock.now() + delay)
  }

  return {
    boot() {
      if (pipe.DesiredState === 'STOPPED') return
      runtime.authorize({ roleArn: pipe.RoleArn }, 'dynamodb:GetRecords', pipe.Source)
      peers.streams.onStreamWrite(pipe.Source, worker.wake)
      worker.wake()
    },
    close() {
      closed = true
      worker.close()
      gathering?.done()
      gathering = undefined
    },
  }
}

/** The event's detail for a record; throws if the template doesn't spell a JSON object or the event is too large. */
function compileDetail(pipe: z.output<typeof PipeProperties>, self: { arn: string; name: string }) {
  const template = pipe.TargetParameters.InputTemplate
  const render = template && compileTemplate<{ record: Json; now: number }>(template, variablesOf(pipe, self))
  return (record: StreamRecord, now: number): Json => {
    if (!render) return toJson(record)
    const text = render({ record: toJson(record), now })
    const detail = rendered(text)
    if (typeof detail !== 'object' || detail === null || Array.isArray(detail)) {
      throw new AwsError('MalformedDetail', `The input template of ${self.name} doesn't give a JSON object.`)
    }
    if (Buffer.byteLength(text) > MAX_REQUEST) throw new AwsError('ValidationException', 'The event is too large.')
    return detail
  }
}

function variablesOf(pipe: z.output<typeof PipeProperties>, self: { arn: string; name: string }) {
  const variables: Record<string, (context: { record: Json; now: number }) => Json> = {
    'aws.pipes.pipe-arn': () => self.arn,
    'aws.pipes.pipe-name': () => self.name,
    'aws.pipes.source-arn': () => pipe.Source,
    'aws.pipes.target-arn': () => pipe.Target,
    'aws.pipes.event.ingestion-time': ({ now }) => new Date(now).toISOString(),
    'aws.pipes.event': ({ record }) => record,
    'aws.pipes.event.json': ({ record }) => record,
  }
  return (variable: string) => {
    const known = variables[variable]
    if (known) return known
    if (!variable.startsWith('$')) throw new Error(`${self.name}: <${variable}> is not a variable of Pipes`)
    const path = compilePath(variable)
    return ({ record }: { record: Json }) => path(record)
  }
}

/** A record is JSON; only its optional images keep the compiler from seeing it. */
const toJson = (record: StreamRecord) => record as unknown as { [key: string]: Json }
