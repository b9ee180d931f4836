import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { createClock, type RuntimeClock } from '../../local/clock'
import { type DynamoDb, startDynamoDb } from '../../local/dynamodb'
import type { Resource } from '../../local/service'
import { openState } from '../../local/state'

const STREAM = 'arn:aws:dynamodb:us-east-1:000000000000:table/freight/stream/2026-01-01T00:00:00.000'
const TABLE: Resource = {
  logicalId: 'Freight',
  type: 'AWS::DynamoDB::Table',
  ref: 'freight',
  arn: 'arn:aws:dynamodb:us-east-1:000000000000:table/freight',
  properties: {
    TableName: 'freight',
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ],
    StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
    TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
  },
}

const dir = mkdtempSync(join(tmpdir(), 'portolan-table-'))
const state = openState(dir)
let clock: RuntimeClock
let db: DynamoDb

const start = async () => {
  clock = createClock(state)
  db = await startDynamoDb({
    dataDir: dir,
    region: 'us-east-1',
    clock,
    tables: [TABLE],
    onExit: (reason) => process.stderr.write(reason),
    durable: async () => {},
  })
}
const put = (sk: string, more = {}) =>
  db.call('PutItem', { TableName: 'freight', Item: { pk: { S: 'shipment' }, sk: { S: sk }, ...more } })
const sortKeys = (records: { dynamodb: { Keys: { [key: string]: unknown } } }[]) =>
  records.map((record) => JSON.stringify(record.dynamodb.Keys.sk))

beforeAll(start)
afterAll(async () => {
  await db.stop()
  clock.close()
  state.close()
  rmSync(dir, { recursive: true })
})

test('a consumer reads the stream in the order of the writes and goes on after a restart from where it was', async () => {
  for (let n = 0; n < 12; n++) await put(`event ${n}`)
  const first = await db.readStream(STREAM, 'pipe', undefined, 9)
  expect(sortKeys(first.records)).toEqual(Array.from({ length: 9 }, (_, n) => `{"S":"event ${n}"}`))
  expect(first.records[0]).toMatchObject({ eventName: 'INSERT', eventSourceARN: STREAM, awsRegion: 'us-east-1' })

  await db.stop()
  clock.close()
  await start()
  const rest = await db.readStream(STREAM, 'pipe', first.next, 100)
  expect(sortKeys(rest.records)).toEqual(['{"S":"event 9"}', '{"S":"event 10"}', '{"S":"event 11"}'])
  expect((await db.readStream(STREAM, 'pipe', rest.next, 100)).records).toEqual([])
})

test('listeners of a stream are told of writes to its table alone', () => {
  let told = 0
  db.onStreamWrite(STREAM, () => told++)
  db.wrote(['other'])
  db.wrote(['freight'])
  expect(told).toBe(1)
})

test("items expire by the runtime's clock", async () => {
  const inAnHour = Math.floor(clock.now() / 1000) + 3600
  await put('expiring', { expiresAt: { N: String(inAnHour) } })
  expect(await db.sweep()).toBe(0)
  clock.advance(3_601_000)
  expect(await db.sweep()).toBe(1)
  const { Item } = await db.call('GetItem', {
    TableName: 'freight',
    Key: { pk: { S: 'shipment' }, sk: { S: 'expiring' } },
  })
  expect(Item).toBeUndefined()
})

test('a write costs the same after 20 000 stream records, and what is read is pruned', async () => {
  const file = new Database(join(dir, 'dynamodb.sqlite'))
  file.exec('PRAGMA busy_timeout = 5000')
  const text = (sql: string) => JSON.stringify(file.prepare(sql).all())
  const count = () => Number(text('SELECT COUNT(*) AS n FROM _stream_records').match(/"n":(\d+)/)?.[1])
  // The fastest tenth: what a write costs when nothing else runs on the machine.
  const lap = async (label: string) => {
    const times: number[] = []
    for (let n = 0; n < 150; n++) {
      const from = performance.now()
      await put(`${label} ${n}`)
      times.push(performance.now() - from)
    }
    return times.sort((a, b) => a - b)[15] ?? 0
  }
  for (let n = 0; n < 350; n++) await put(`warm ${n}`)
  const early = await lap('early')
  // 20 000 further records as the engine writes them, without the minutes that as many puts take.
  file.exec(`INSERT INTO _stream_records (table_name, event_name, keys_json, new_image, sequence_number, shard_id, created_at)
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
    SELECT table_name, event_name, keys_json, new_image, CAST(CAST(sequence_number AS INTEGER) + i AS TEXT), shard_id, created_at
    FROM n, (SELECT * FROM _stream_records ORDER BY id DESC LIMIT 1)`)
  expect(count()).toBeGreaterThan(20_000)
  const late = Math.min(await lap('late'), await lap('later'), await lap('latest'))
  expect(late).toBeLessThan(1.5 * early)
  const nextSequence = `SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1 FROM _stream_records WHERE table_name = 'freight'`
  expect(text(`EXPLAIN QUERY PLAN ${nextSequence}`)).toContain('INDEX zz_sequence')

  let position: string | undefined
  for (;;) {
    const { records, next } = await db.readStream(STREAM, 'pipe', position, 1000)
    position = next
    if (records.length === 0) break
  }
  expect(count()).toBeLessThan(3000)
  await put('after pruning')
  const { records } = await db.readStream(STREAM, 'pipe', position, 10)
  expect(sortKeys(records)).toEqual(['{"S":"after pruning"}'])
  file.close()
})
