/** The real engine in memory, behind a meter that counts capacity units and can act a crash around a write. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'

export interface TestTable {
  /** Units since the last `reset`. */
  units: { write: number; read: number }
  reset(): void
  /**
   * The next transaction dies, or the one after so many others: `before` it reaches the table, or `after` it is committed
   * and before anybody hears of it.
   */
  crash(when: 'before' | 'after', others?: number): void
  /** The next transaction waits on its way to the table until it is let go. */
  hold(): { arrived: Promise<void>; letGo(): void }
  stop(): Promise<void>
}

interface Faults {
  crashes: ('before' | 'after' | 'not')[]
  holds: (() => Promise<void>)[]
}

const ENGINE = join(__dirname, '../../node_modules/@dynoxide/linux-x64/dynoxide')

/** Starts the engine, creates the table, and points the SDK of this process at it. Call before the first use of the table. */
export async function startTable(): Promise<TestTable> {
  const port = await freePort()
  const engine = spawn(ENGINE, ['serve', '--port', String(port)], { stdio: 'ignore' })
  await listening(port)
  const units = { write: 0, read: 0 }
  const faults: Faults = { crashes: [], holds: [] }
  const meter = createServer((request, response) => {
    forward(port, request, response, units, faults).catch((error) => response.destroy(error))
  })
  await new Promise<void>((resolve) => meter.listen(0, '127.0.0.1', resolve))
  const { port: meterPort } = meter.address() as AddressInfo
  Object.assign(process.env, {
    TABLE_NAME: 'portolan',
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${meterPort}`,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  })
  await createTable()
  return {
    units,
    reset: () => Object.assign(units, { write: 0, read: 0 }),
    crash: (when, others = 0) => faults.crashes.push(...Array<'not'>(others).fill('not'), when),
    hold: () => hold(faults),
    stop: () => stop(engine, meter),
  }
}

function hold({ holds }: Faults) {
  let letGo = () => {}
  const gone = new Promise<void>((resolve) => {
    letGo = resolve
  })
  const arrived = new Promise<void>((resolve) => {
    holds.push(() => {
      resolve()
      return gone
    })
  })
  return { arrived, letGo }
}

async function createTable() {
  const client = new DynamoDBClient({})
  const string = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' as const })
  await client.send(
    new CreateTableCommand({
      TableName: 'portolan',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk', 'gsi1pk', 'gsi1sk'].map(string),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'gsi1',
          KeySchema: [
            { AttributeName: 'gsi1pk', KeyType: 'HASH' },
            { AttributeName: 'gsi1sk', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['status', 'body'] },
        },
      ],
    }),
  )
  client.destroy()
}

async function forward(
  port: number,
  request: IncomingMessage,
  response: ServerResponse,
  units: TestTable['units'],
  faults: Faults,
) {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const operation = String(request.headers['x-amz-target']).split('.')[1]
  const transaction = operation === 'TransactWriteItems'
  const crash = transaction ? faults.crashes.shift() : undefined
  if (transaction) await faults.holds.shift()?.()
  const crashed = () =>
    response
      .writeHead(400, { 'content-type': 'application/x-amz-json-1.0' })
      .end('{"__type":"Crashed","message":"crash"}')
  if (crash === 'before') return crashed()
  const body = JSON.stringify({
    ...JSON.parse(Buffer.concat(chunks).toString()),
    ...(operation === 'CreateTable' ? {} : { ReturnConsumedCapacity: 'TOTAL' }),
  })
  const answer = await fetch(`http://127.0.0.1:${port}/`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': String(request.headers['x-amz-target']),
      authorization: String(request.headers.authorization),
      'x-amz-date': String(request.headers['x-amz-date']),
    },
  })
  const text = await answer.text()
  count(units, operation, JSON.parse(text))
  if (crash === 'after') return crashed()
  return response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' }).end(text)
}

const WRITES = ['PutItem', 'UpdateItem', 'DeleteItem', 'TransactWriteItems', 'BatchWriteItem']

function count(units: TestTable['units'], operation: string | undefined, answer: { ConsumedCapacity?: unknown }) {
  const consumed = [answer.ConsumedCapacity ?? []].flat() as { CapacityUnits: number }[]
  const total = consumed.reduce((sum, it) => sum + it.CapacityUnits, 0)
  units[WRITES.includes(operation ?? '') ? 'write' : 'read'] += total
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function listening(port: number) {
  const deadline = Date.now() + 10_000
  const reached = () =>
    new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy()
        resolve(true)
      }).on('error', () => setTimeout(() => resolve(false), 20))
    })
  while (!(await reached())) if (Date.now() > deadline) throw new Error('The engine does not answer')
}

async function stop(engine: ChildProcess, meter: Server) {
  meter.closeAllConnections()
  await new Promise((resolve) => meter.close(resolve))
  const gone = new Promise((resolve) => engine.once('exit', resolve))
  engine.kill()
  await gone
}
