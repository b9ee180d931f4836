/** The database process: started with the runtime, stopped with it even after kill -9, reached over kept-alive HTTP. */
import { spawn } from 'node:child_process'
import { Agent, request } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { AwsError, type Json } from './service'

export interface EngineAnswer {
  status: number
  body: Buffer
}

export interface Engine {
  readonly url: string
  /** Sends a request body as it is; `target` is the X-Amz-Target. */
  send(target: string, body: Buffer | string): Promise<EngineAnswer>
  /** Calls an operation of DynamoDB or DynamoDBStreams. Throws AwsError with the engine's code. */
  call(operation: string, input: { [key: string]: Json }): Promise<{ [key: string]: Json }>
  /** The SQLite file, where the engine is embedded. */
  file: string | undefined
  stop(): Promise<void>
}

// The shell ends the engine when its input closes, which the kernel does even if the runtime is killed.
const GUARD = 'exec 3<&0; "$0" "$@" & p=$!; (cat <&3 >/dev/null; kill $p 2>/dev/null) & wait $p'
const READY_WITHIN = 15_000

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

function binary(): string {
  const name = `@dynoxide/${process.platform}-${process.arch}`
  try {
    return require.resolve(`${name}/dynoxide`)
  } catch {
    throw new Error(
      `The embedded database has no package ${name} installed; set DYNAMODB_ENDPOINT to a DynamoDB-compatible server`,
    )
  }
}

/** Starts the database on `dir`, or connects to DYNAMODB_ENDPOINT. `onExit` is told if it ends by itself. */
export async function startEngine(dir: string, onExit: (reason: string) => void): Promise<Engine> {
  const external = process.env.DYNAMODB_ENDPOINT
  if (external !== undefined) return connect(external, undefined, async () => {})
  const port = await freePort()
  const file = join(dir, 'dynamodb.sqlite')
  const child = spawn('sh', ['-c', GUARD, binary(), 'serve', '--port', String(port), '--db-path', file], {
    stdio: ['pipe', 'ignore', 'pipe'],
    // A group of its own: Ctrl-C at the terminal is for the runtime, which ends the engine last.
    detached: true,
  })
  let complaint = ''
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk).slice(-2000)
  })
  let stopping = false
  const exited = new Promise<void>((resolve) => {
    child.once('exit', (code) => {
      resolve()
      if (!stopping) onExit(`the database ended with code ${code}: ${complaint}`)
    })
  })
  const engine = connect(`http://127.0.0.1:${port}`, file, async () => {
    stopping = true
    child.stdin.end()
    await exited
  })
  await ready(engine, exited, () => complaint)
  return engine
}

async function ready(engine: Engine, exited: Promise<void>, complaint: () => string): Promise<void> {
  let gone = false
  exited.then(() => {
    gone = true
  })
  const deadline = Date.now() + READY_WITHIN
  while (!gone && Date.now() < deadline) {
    try {
      await engine.call('ListTables', {})
      return
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  throw new Error(`The database did not start: ${complaint()}`)
}

function connect(url: string, file: string | undefined, close: () => Promise<void>): Engine {
  const { hostname, port } = new URL(url)
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  // The engine wants a signature's form, not its truth: the gateway has already decided who may do what.
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-date': '20260101T000000Z',
    authorization:
      'AWS4-HMAC-SHA256 Credential=runtime/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=none',
  }
  const send = (target: string, body: Buffer | string) =>
    new Promise<EngineAnswer>((resolve, reject) => {
      const length = Buffer.byteLength(body)
      const call = request(
        {
          hostname,
          port,
          agent,
          method: 'POST',
          path: '/',
          headers: { ...headers, 'x-amz-target': target, 'content-length': length },
        },
        (answer) => {
          const chunks: Buffer[] = []
          answer.on('data', (chunk: Buffer) => chunks.push(chunk))
          answer.on('end', () =>
            resolve({
              status: answer.statusCode ?? 500,
              body: chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks),
            }),
          )
          answer.on('error', reject)
        },
      )
      call.on('error', reject)
      call.end(body)
    })
  return {
    url,
    send,
    file,
    async call(operation, input) {
      const service = /Stream|Shard|Records/.test(operation) ? 'DynamoDBStreams_20120810' : 'DynamoDB_20120810'
      const { status, body } = await send(`${service}.${operation}`, JSON.stringify(input))
      const answer = JSON.parse(body.toString())
      if (status < 300) return answer
      throw new AwsError(String(answer.__type).replace(/^.*#/, ''), answer.message ?? answer.Message ?? '', status)
    },
    async stop() {
      agent.destroy()
      await close()
    },
  }
}
