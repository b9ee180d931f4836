/** The embedded database by itself: filled in bulk before the runtime starts on it, and measured bare as the yardstick of all rates. */
import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, GetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb'
import { loadAssembly } from '../local/assembly'
import { type DynamoDb, startDynamoDb } from '../local/dynamodb'
import { type LoadOptions, measure, type Rate } from './load'
import { usageOf } from './processes'
import { creation, type StoredPut } from './shipments'
import { rounded } from './statistics'

const TABLE_TYPES = ['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable']

/** Starts the database alone, with the template's table, on `dataDir`. */
async function startBare(assemblyDir: string, dataDir: string): Promise<{ database: DynamoDb; table: string }> {
  const { resources, region } = loadAssembly(assemblyDir, 'http://127.0.0.1')
  const tables = resources.filter(({ type }) => TABLE_TYPES.includes(type))
  const clock = { now: Date.now, at: () => ({ cancel() {} }), advance() {} }
  // If it ends early, the next call to it fails and says so.
  const database = await startDynamoDb({ dataDir, region, clock, tables, onExit() {}, durable: async () => {} })
  return { database, table: tables[0]?.ref ?? '' }
}

/** Attributes as they go over the wire, where binary is base64. Items of the table are flat (functions/platform/table.ts). */
const attributes = (item: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(item).flatMap(([name, value]) => (value === undefined ? [] : [[name, attribute(value)]])),
  )

function attribute(value: unknown) {
  if (value instanceof Uint8Array) return { B: Buffer.from(value).toString('base64') }
  return typeof value === 'number' ? { N: String(value) } : { S: String(value) }
}

export interface Seeded {
  shipments: number
  items: number
  /** Seconds to make the items and to load them. */
  seconds: { making: number; loading: number }
  shipmentIds: string[]
}

/**
 * Puts shipments into a data folder that no runtime has used yet: the items that a creation writes, loaded by the database's own
 * import of DynamoDB exports. They go round the API and the stream, so no SOP, KPI or task of theirs exists.
 */
export async function seed(assemblyDir: string, dataDir: string, shipments: number): Promise<Seeded> {
  mkdirSync(dataDir, { recursive: true })
  const { database, table } = await startBare(assemblyDir, dataDir)
  const schema = await database.call('DescribeTable', { TableName: table })
  await database.stop()
  const source = join(dataDir, 'export')
  mkdirSync(join(source, table, 'data'), { recursive: true })
  const started = performance.now()
  const { items, shipmentIds } = writeExport(join(source, table, 'data'), shipments)
  const made = performance.now()
  const schemaFile = join(source, 'schema.json')
  writeFileSync(schemaFile, JSON.stringify(schema))
  await importInto(join(dataDir, 'imported.sqlite'), source, schemaFile)
  for (const suffix of ['', '-wal', '-shm']) rmSync(join(dataDir, `dynamodb.sqlite${suffix}`), { force: true })
  renameSync(join(dataDir, 'imported.sqlite'), join(dataDir, 'dynamodb.sqlite'))
  rmSync(source, { recursive: true })
  const seconds = { making: rounded((made - started) / 1000), loading: rounded((performance.now() - made) / 1000) }
  return { shipments, items, seconds, shipmentIds }
}

const CHUNK = 500

function writeExport(folder: string, shipments: number): { items: number; shipmentIds: string[] } {
  const file = openSync(join(folder, 'items.json'), 'w')
  const shipmentIds: string[] = []
  let items = 0
  let lines = ''
  for (let serial = 0; serial < shipments; serial++) {
    const { shipmentId, puts } = creation(serial)
    shipmentIds.push(shipmentId)
    items += puts.length
    for (const { item } of puts) lines += `${JSON.stringify({ Item: attributes(item) })}\n`
    if (serial % CHUNK < CHUNK - 1) continue
    writeSync(file, lines)
    lines = ''
  }
  writeSync(file, lines)
  closeSync(file)
  return { items, shipmentIds }
}

async function importInto(output: string, source: string, schema: string): Promise<void> {
  const binary = require.resolve(`@dynoxide/${process.platform}-${process.arch}/dynoxide`)
  const child = spawn(binary, ['import', '--source', source, '--schema', schema, '--output', output, '--force'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let complaint = ''
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk
  })
  const code = await new Promise((resolve) => child.once('exit', resolve))
  if (code !== 0) throw new Error(`The import failed: ${complaint}`)
}

export interface Yardstick {
  /** GetItem of a shipment's header. */
  getItem: Rate
  /** Query of a whole shipment, as a read of the API does. */
  query: Rate
  /** TransactWriteItems of four puts: guard, header, detail, timeline entry. */
  transaction: Rate
  /** The whole transaction of a creation. */
  creation: Rate
  /** GetItem and the four puts through the AWS SDK's document client: what the goals' 1,600 and 600 a second were measured with. */
  throughSdk: { getItem: Rate; transaction: Rate }
}

const CLIENTS = 8
const SHIPMENTS = 1000

/** Rates of the database without anything of ours around it, durable as the runtime has it, at 8 clients. */
export async function measureBare(assemblyDir: string, dataDir: string, seconds: number): Promise<Yardstick> {
  mkdirSync(dataDir, { recursive: true })
  const { database, table } = await startBare(assemblyDir, dataDir)
  try {
    const keys = await fill(database, table)
    const options = { clients: CLIENTS, seconds, warmUp: Math.min(0.5, seconds / 2), cpu: cpuOfChildren }
    let fresh = SHIPMENTS
    const call = async (operation: string, body: string) => {
      const { status, body: answer } = await database.send(`DynamoDB_20120810.${operation}`, body)
      if (status !== 200) throw new Error(`${operation} answered ${status}: ${answer}`)
    }
    const keyOf = (serial: number) => keys[serial % keys.length] ?? ''
    const getItem = await measure(options, (serial) => call('GetItem', getBody(table, keyOf(serial))))
    const query = await measure(options, (serial) => call('Query', queryBody(table, keyOf(serial))))
    const transaction = await measure(options, () => call('TransactWriteItems', transactBody(table, four(fresh++))))
    const whole = await measure(options, () => call('TransactWriteItems', transactBody(table, creation(fresh++).puts)))
    const throughSdk = await measureSdk(database.url, table, { options, keyOf, next: () => fresh++ })
    return { getItem, query, transaction, creation: whole, throughSdk }
  } finally {
    await database.stop()
  }
}

/** The database is the only process that this one has started by then. */
function cpuOfChildren(): number {
  const { user, system } = process.cpuUsage()
  return usageOf(process.pid).cpu - (user + system) / 1000
}

/** Creates the shipments that are then read; answers their partition keys. */
async function fill(database: DynamoDb, table: string): Promise<string[]> {
  const keys: string[] = []
  for (let serial = 0; serial < SHIPMENTS; serial++) {
    const { puts } = creation(serial)
    const { status, body } = await database.send('DynamoDB_20120810.TransactWriteItems', transactBody(table, puts))
    if (status !== 200) throw new Error(`TransactWriteItems answered ${status}: ${body}`)
    keys.push(String(header(puts)?.item.pk))
  }
  return keys
}

const header = (puts: StoredPut[]) => puts.find(({ item }) => item.sk === 'SHIPMENT')
const FOUR = ['GUARD', 'SHIPMENT', 'DETAIL', 'TIMELINE#000001']
const four = (serial: number) => creation(serial).puts.filter(({ item }) => FOUR.includes(String(item.sk)))

const transactBody = (table: string, puts: StoredPut[]) =>
  JSON.stringify({
    TransactItems: puts.map(({ item, absent }) => ({
      Put: {
        TableName: table,
        Item: attributes(item),
        ...(absent ? { ConditionExpression: 'attribute_not_exists(pk)' } : {}),
      },
    })),
  })

const getBody = (table: string, pk: string) =>
  JSON.stringify({ TableName: table, Key: attributes({ pk, sk: 'SHIPMENT' }), ConsistentRead: true })

const queryBody = (table: string, pk: string) =>
  JSON.stringify({
    TableName: table,
    ConsistentRead: true,
    KeyConditionExpression: '#pk = :pk',
    ExpressionAttributeNames: { '#pk': 'pk' },
    ExpressionAttributeValues: attributes({ ':pk': pk }),
  })

async function measureSdk(
  endpoint: string,
  TableName: string,
  work: { options: LoadOptions; keyOf(serial: number): string; next(): number },
): Promise<Yardstick['throughSdk']> {
  const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' }
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, region: 'us-east-1', credentials }), {
    marshallOptions: { removeUndefinedValues: true },
  })
  const getItem = await measure(work.options, async (serial) => {
    const Key = { pk: work.keyOf(serial), sk: 'SHIPMENT' }
    await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }))
  })
  const transaction = await measure(work.options, async () => {
    const TransactItems = four(work.next()).map(({ item }) => ({ Put: { TableName, Item: item } }))
    await client.send(new TransactWriteCommand({ TransactItems }))
  })
  client.destroy()
  return { getItem, transaction }
}
