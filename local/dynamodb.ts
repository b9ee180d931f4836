/** Tables of the template on the embedded database: schema, streams, expiry, and the indexes that keep stream writes fast. */
import Database from 'libsql'
import * as z from 'zod'
import { type Engine, type EngineAnswer, startEngine } from './dynamodb-engine'
import { AwsError, type Clock, type Json, type Resource, type StreamRecord, type StreamSource } from './service'

const IndexProperties = z.object({
  IndexName: z.string(),
  KeySchema: z.array(z.json()),
  Projection: z.record(z.string(), z.json()),
})
const TableProperties = z.object({
  TableName: z.string(),
  KeySchema: z.array(z.json()),
  AttributeDefinitions: z.array(z.json()),
  GlobalSecondaryIndexes: z.array(IndexProperties).default([]),
  LocalSecondaryIndexes: z.array(IndexProperties).default([]),
  StreamSpecification: z.object({ StreamViewType: z.string() }).optional(),
  TimeToLiveSpecification: z.object({ AttributeName: z.string().optional(), Enabled: z.boolean() }).optional(),
})
type TableProperties = z.infer<typeof TableProperties>

const Described = z.object({
  Table: z.object({
    KeySchema: z.array(z.json()),
    GlobalSecondaryIndexes: z.array(z.object({ IndexName: z.string() })).default([]),
    LatestStreamArn: z.string().optional(),
  }),
})
const Shards = z.object({ StreamDescription: z.object({ Shards: z.array(z.object({ ShardId: z.string() })) }) })
// Only the envelope is looked at: images pass as the engine wrote them.
const Records = z.object({
  Records: z.array(
    z.custom<StreamRecord>((record) => typeof record === 'object' && record !== null && 'dynamodb' in record),
  ),
  NextShardIterator: z.string().nullish(),
})
const Positions = z.record(z.string(), z.string())

const SWEEP_EVERY = 10_000
const PRUNE_AFTER = 2_000
const SWEEP_PAGE = 100

export interface DynamoDb extends StreamSource {
  /** Where the database itself listens. */
  readonly url: string
  send(target: string, body: Buffer | string): Promise<EngineAnswer>
  call: Engine['call']
  /** To be told of every write, with the tables it may have changed, before its answer goes out. */
  wrote(tables: Iterable<string>): void
  /** Deletes what has expired by the runtime's clock; answers how many items. */
  sweep(): Promise<number>
  stop(): Promise<void>
}

export interface DynamoDbOptions {
  dataDir: string
  region: string
  clock: Clock
  tables: Resource[]
  onExit(reason: string): void
  /** Settles when the positions that consumers have confirmed are on the disk: what is pruned is gone for good. */
  durable(): Promise<void>
}

/** Starts the database and makes the template's tables. Throws where an existing table has other keys than the template. */
export async function startDynamoDb(options: DynamoDbOptions): Promise<DynamoDb> {
  const engine = await startEngine(options.dataDir, options.onExit)
  try {
    const tables = options.tables.map((resource) => ({
      arn: resource.arn,
      ...TableProperties.parse(resource.properties),
    }))
    for (const table of tables) await ensureTable(engine, table)
    const file = engine.file === undefined ? undefined : openFile(engine.file, tables)
    return new Tables(engine, file, tables, options)
  } catch (error) {
    await engine.stop()
    throw error
  }
}

async function ensureTable(engine: Engine, table: TableProperties): Promise<void> {
  const { TableName, KeySchema, AttributeDefinitions, GlobalSecondaryIndexes, LocalSecondaryIndexes } = table
  const present = await engine.call('DescribeTable', { TableName }).then(
    (answer) => Described.parse(answer).Table,
    () => undefined,
  )
  if (present === undefined) {
    await engine.call('CreateTable', {
      TableName,
      KeySchema,
      AttributeDefinitions,
      BillingMode: 'PAY_PER_REQUEST',
      ...(GlobalSecondaryIndexes.length > 0 ? { GlobalSecondaryIndexes } : {}),
      ...(LocalSecondaryIndexes.length > 0 ? { LocalSecondaryIndexes } : {}),
      ...(table.StreamSpecification
        ? { StreamSpecification: { StreamEnabled: true, ...table.StreamSpecification } }
        : {}),
    })
    return
  }
  if (JSON.stringify(present.KeySchema) !== JSON.stringify(KeySchema)) {
    throw new Error(`Table ${TableName} was made with other keys than the template has now: npm run reset`)
  }
  const have = new Set(present.GlobalSecondaryIndexes.map((index) => index.IndexName))
  for (const index of GlobalSecondaryIndexes.filter(({ IndexName }) => !have.has(IndexName))) {
    await engine.call('UpdateTable', {
      TableName,
      AttributeDefinitions,
      GlobalSecondaryIndexUpdates: [{ Create: index }],
    })
  }
}

/**
 * Opens the engine's file beside it and adds indexes: without the first two each write reads the whole stream table to find
 * its sequence number; the others find expired items.
 */
function openFile(path: string, tables: TableProperties[]): Database.Database {
  const file = new Database(path)
  file.exec(`PRAGMA busy_timeout = 5000;
    CREATE INDEX IF NOT EXISTS zz_sequence ON _stream_records (table_name, CAST(sequence_number AS INTEGER));
    CREATE INDEX IF NOT EXISTS zz_shard ON _stream_records (table_name, shard_id, sequence_number)`)
  for (const table of tables) {
    const expiry = expiryOf(table)
    if (expiry === undefined) continue
    const index = JSON.stringify(`zz_expiry ${table.TableName} ${expiry.attribute}`)
    file.exec(
      `CREATE INDEX IF NOT EXISTS ${index} ON ${JSON.stringify(table.TableName)} (${expiry.sql}) WHERE ${expiry.sql} IS NOT NULL`,
    )
  }
  return file
}

function expiryOf(table: TableProperties): { attribute: string; sql: string } | undefined {
  const { AttributeName: attribute, Enabled } = table.TimeToLiveSpecification ?? {}
  if (!Enabled || attribute === undefined || !/^\w+$/.test(attribute)) return undefined
  return { attribute, sql: `CAST(json_extract(item_json, '$.${attribute}.N') AS INTEGER)` }
}

class Tables implements DynamoDb {
  private readonly listeners = new Map<string, (() => void)[]>()
  private readonly streams = new Map<string, { arn: string; shards: string[] }>()
  private readonly iterators = new Map<string, string>()
  private readonly confirmed = new Map<string, Map<string, number>>()
  private readonly sweeper: NodeJS.Timeout
  readonly url: string
  readonly send: Engine['send']
  readonly call: Engine['call']

  constructor(
    private readonly engine: Engine,
    private readonly file: Database.Database | undefined,
    private readonly tables: (TableProperties & { arn: string })[],
    private readonly options: DynamoDbOptions,
  ) {
    this.url = engine.url
    this.send = engine.send
    this.call = engine.call
    this.sweeper = setInterval(
      () => this.sweep().catch((error) => options.onExit(`expiry failed: ${error}`)),
      SWEEP_EVERY,
    )
  }

  wrote(tables: Iterable<string>): void {
    for (const table of tables) for (const callback of this.listeners.get(table) ?? []) callback()
  }

  onStreamWrite(streamArn: string, callback: () => void): void {
    const table = this.tableOf(streamArn)
    this.listeners.set(table, [...(this.listeners.get(table) ?? []), callback])
  }

  async readStream(streamArn: string, consumer: string, position: string | undefined, limit: number) {
    const table = this.tableOf(streamArn)
    const positions = position === undefined ? {} : Positions.parse(JSON.parse(position))
    const stream = await this.stream(table)
    const records: StreamRecord[] = []
    for (const ShardId of stream.shards) {
      const after = positions[ShardId]
      const key = `${consumer} ${ShardId} ${after}`
      const iterator = this.iterators.get(key) ?? (await this.iterator(stream.arn, ShardId, after))
      this.iterators.delete(key)
      const answer = Records.parse(
        await this.call('GetRecords', { ShardIterator: iterator, Limit: limit - records.length }),
      )
      const last = answer.Records.at(-1)?.dynamodb.SequenceNumber ?? after
      if (last !== undefined) positions[ShardId] = last
      if (answer.NextShardIterator) this.iterators.set(`${consumer} ${ShardId} ${last}`, answer.NextShardIterator)
      else this.streams.delete(table)
      for (const record of answer.Records)
        records.push({ ...record, eventSourceARN: streamArn, awsRegion: this.options.region })
      if (after !== undefined) await this.confirm(table, consumer, Number(after))
      if (records.length >= limit) break
    }
    return { records, next: Object.keys(positions).length === 0 ? undefined : JSON.stringify(positions) }
  }

  private async iterator(arn: string, shardId: string, after: string | undefined): Promise<string> {
    const from: { [key: string]: Json } =
      after === undefined
        ? { ShardIteratorType: 'TRIM_HORIZON' }
        : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: after }
    const answer = await this.call('GetShardIterator', { StreamArn: arn, ShardId: shardId, ...from })
    return z.string().parse(answer.ShardIterator)
  }

  /** The engine's own name of the stream, and its shards; asked again when a shard has ended. */
  private async stream(table: string): Promise<{ arn: string; shards: string[] }> {
    const known = this.streams.get(table)
    if (known !== undefined) return known
    const { Table } = Described.parse(await this.call('DescribeTable', { TableName: table }))
    if (Table.LatestStreamArn === undefined) throw new AwsError('ResourceNotFoundException', `${table} has no stream`)
    const { StreamDescription } = Shards.parse(await this.call('DescribeStream', { StreamArn: Table.LatestStreamArn }))
    const stream = { arn: Table.LatestStreamArn, shards: StreamDescription.Shards.map((shard) => shard.ShardId) }
    if (stream.shards.length > 0) this.streams.set(table, stream)
    return stream
  }

  private tableOf(streamArn: string): string {
    const name = streamArn.match(/:table\/([^/]+)\/stream\//)?.[1]
    if (name === undefined || !this.tables.some((table) => table.TableName === name)) {
      throw new AwsError('ResourceNotFoundException', `Requested resource not found: Stream: ${streamArn} not found`)
    }
    return name
  }

  /** Prunes in one stroke every few thousand records; the last record stays, for the sequence goes on from the largest kept. */
  private async confirm(table: string, consumer: string, sequence: number): Promise<void> {
    const consumers = this.confirmed.get(table) ?? new Map<string, number>()
    this.confirmed.set(table, consumers)
    const before = Math.min(...consumers.values())
    consumers.set(consumer, sequence)
    const floor = Math.min(...consumers.values())
    if (this.file === undefined || Math.floor(before / PRUNE_AFTER) === Math.floor(floor / PRUNE_AFTER)) return
    await this.options.durable()
    const cast = 'CAST(sequence_number AS INTEGER)'
    this.file
      .prepare(
        `DELETE FROM _stream_records WHERE table_name = ?1 AND ${cast} < ?2
          AND ${cast} < (SELECT MAX(${cast}) FROM _stream_records WHERE table_name = ?1)`,
      )
      .run(table, floor)
  }

  async sweep(): Promise<number> {
    let swept = 0
    for (const table of this.tables) {
      const expiry = expiryOf(table)
      if (expiry === undefined || this.file === undefined) continue
      const now = Math.floor(this.options.clock.now() / 1000)
      const expired = this.file.prepare(
        `SELECT item_json FROM ${JSON.stringify(table.TableName)} WHERE ${expiry.sql} IS NOT NULL AND ${expiry.sql} < ? LIMIT ${SWEEP_PAGE}`,
      )
      for (let page = expired.all(now); page.length > 0; page = expired.all(now)) {
        for (const row of page)
          await this.expire(table, expiry.attribute, z.object({ item_json: z.string() }).parse(row).item_json, now)
        swept += page.length
        this.wrote([table.TableName])
      }
    }
    return swept
  }

  private async expire(table: TableProperties, attribute: string, itemJson: string, now: number): Promise<void> {
    const item = z.record(z.string(), z.json()).parse(JSON.parse(itemJson))
    const keys = z.array(z.object({ AttributeName: z.string() })).parse(table.KeySchema)
    await this.call('DeleteItem', {
      TableName: table.TableName,
      Key: Object.fromEntries(keys.map(({ AttributeName }) => [AttributeName, item[AttributeName] ?? null])),
      ConditionExpression: '#expiry < :now',
      ExpressionAttributeNames: { '#expiry': attribute },
      ExpressionAttributeValues: { ':now': { N: String(now) } },
    }).catch((error) => {
      if (!(error instanceof AwsError) || error.code !== 'ConditionalCheckFailedException') throw error
    })
  }

  async stop(): Promise<void> {
    clearInterval(this.sweeper)
    this.file?.close()
    await this.engine.stop()
  }
}
