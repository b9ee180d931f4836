/** Functions: the real bundles in worker threads, each with its own environment, memory limit and timeout. */
import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { transformSync } from 'esbuild'
import * as z from 'zod'
import { Environment, PAYLOAD_LIMIT, type RawResult } from './lambda-environment'
import { Lane } from './lambda-lane'
import type { WorkerSettings } from './lambda-worker'
import { parseProperties } from './properties'
import { stableId } from './resource-names'
import type { Signer } from './s3-request'
import { AwsError, type Resource } from './service'

const FunctionProperties = z.object({
  FunctionName: z.string(),
  Code: z.object({ S3Key: z.string() }),
  Handler: z.string(),
  Role: z.string(),
  Runtime: z.string().regex(/^nodejs/, 'only Node.js functions run here'),
  PackageType: z.literal('Zip').optional(),
  MemorySize: z.coerce.number().default(128),
  Timeout: z.coerce.number().default(3),
  ReservedConcurrentExecutions: z.coerce.number().optional(),
  Environment: z.object({ Variables: z.record(z.string(), z.coerce.string()).default({}) }).default({ Variables: {} }),
})
type FunctionProperties = z.infer<typeof FunctionProperties>

/** Environments of one function that run at once: more only compete for the same cores, each with code of its own to warm up. */
const MAX_WORKERS = Math.min(Math.max(availableParallelism(), 2), 4)

/** `urgent`: someone waits for the answer over HTTP. The rest takes turns, so that it never starves those. */
export type Priority = 'urgent' | 'background'

export interface Functions {
  /** Runs a function by name or ARN. Errors of the function are results; throws AwsError if there is no such function. */
  invoke(nameOrArn: string, payload: string, priority: Priority): Promise<RawResult>
  exists(nameOrArn: string): boolean
  /** Whose call this is, by the access key that the worker was given, and what it signs with. */
  signerOf(accessKeyId: string): Signer | undefined
  stop(): Promise<void>
}

export interface FunctionsOptions {
  dataDir: string
  region: string
  functions: Resource[]
  /** Folder of an uploaded bundle. */
  asset(objectKey: string): string
  /** Variables that every function gets: region and endpoints. */
  environment: Record<string, string>
  clock: SharedArrayBuffer
  count(metric: string): void
}

/** The functions of the template. No worker starts before its first call. */
export function createFunctions(options: FunctionsOptions): Functions {
  const logs = join(options.dataDir, 'logs')
  mkdirSync(logs, { recursive: true })
  const source = transformSync(readFileSync(join(__dirname, 'lambda-worker.ts'), 'utf8'), {
    loader: 'ts',
    format: 'cjs',
    target: 'node20',
  }).code
  const byName = new Map<string, Pool>()
  const byKey = new Map<string, Signer>()
  for (const resource of options.functions) {
    const properties = parseProperties(FunctionProperties, resource)
    const credentials = credentialsOf(resource.arn)
    const principal = { roleArn: properties.Role, session: properties.FunctionName }
    byKey.set(credentials.AWS_ACCESS_KEY_ID, {
      principal,
      secret: credentials.AWS_SECRET_ACCESS_KEY,
      sessionToken: credentials.AWS_SESSION_TOKEN,
    })
    byName.set(properties.FunctionName, new Pool(properties, resource.arn, credentials, source, options))
  }
  const lane = new Lane(2 * availableParallelism())
  const find = (nameOrArn: string) => {
    const pool = byName.get(functionName(nameOrArn))
    if (pool) return pool
    throw new AwsError('ResourceNotFoundException', `Function not found: ${nameOrArn}`, 404)
  }
  return {
    async invoke(nameOrArn, payload, priority) {
      const pool = find(nameOrArn)
      if (payload.length > PAYLOAD_LIMIT) {
        const message = `${payload.length} byte payload is too large for the RequestResponse invocation type (limit ${PAYLOAD_LIMIT} bytes)`
        throw new AwsError('RequestEntityTooLargeException', message, 413)
      }
      return priority === 'urgent'
        ? lane.urgent(() => pool.invoke(payload))
        : lane.background(() => pool.invoke(payload))
    },
    exists: (nameOrArn) => byName.has(functionName(nameOrArn)),
    signerOf: (accessKeyId) => byKey.get(accessKeyId),
    async stop() {
      await Promise.all([...byName.values()].map((pool) => pool.stop()))
    },
  }
}

/** The same at each start, so that a URL presigned before a restart is still good after it. */
function credentialsOf(arn: string) {
  return {
    AWS_ACCESS_KEY_ID: `ASIA${stableId(`key ${arn}`, 16).toUpperCase()}`,
    AWS_SECRET_ACCESS_KEY: stableId(`secret ${arn}`, 40),
    AWS_SESSION_TOKEN: stableId(`session ${arn}`, 40),
  }
}

/** `arn:…:function:name[:qualifier]` or the name itself. */
function functionName(nameOrArn: string): string {
  return nameOrArn.startsWith('arn:') ? (nameOrArn.split(':')[6] ?? '') : nameOrArn
}

interface Job {
  payload: string
  resolve(result: RawResult): void
}

/** The execution environments of one function. */
class Pool {
  private readonly queue: Job[] = []
  private readonly idle: Environment[] = []
  private readonly all = new Set<Environment>()
  private readonly most: number
  private starting = 0

  constructor(
    private readonly properties: FunctionProperties,
    private readonly arn: string,
    private readonly credentials: ReturnType<typeof credentialsOf>,
    private readonly source: string,
    private readonly options: FunctionsOptions,
  ) {
    this.most = Math.min(properties.ReservedConcurrentExecutions ?? MAX_WORKERS, MAX_WORKERS)
  }

  invoke(payload: string): Promise<RawResult> {
    this.options.count('invocations')
    this.options.count(`invocations.${this.properties.FunctionName}`)
    return new Promise((resolve) => {
      this.queue.push({ payload, resolve })
      this.next()
    })
  }

  private next(): void {
    while (this.queue.length > 0 && this.idle.length > 0) {
      const environment = this.idle.pop()
      const job = this.queue.shift()
      if (environment && job) this.run(environment, job)
    }
    // One at a time: by the time it is up, those that run are often free again.
    if (this.queue.length > 0 && this.starting === 0 && this.all.size < this.most) this.grow()
  }

  private grow(): void {
    this.starting++
    const environment = new Environment(this.source, this.settings(), this.variables(), this.properties)
    this.all.add(environment)
    environment.ready.then(() => {
      this.starting--
      if (!environment.gone) this.idle.push(environment)
      this.next()
    })
    environment.ended.then((death) => {
      this.all.delete(environment)
      const at = this.idle.indexOf(environment)
      if (at >= 0) this.idle.splice(at, 1)
      // One that never came up fails a call; else the next start would fail the same, without end.
      if (!environment.cameUp) this.queue.shift()?.resolve(death)
      this.next()
    })
  }

  private async run(environment: Environment, job: Job): Promise<void> {
    const result = await environment.invoke(job.payload, this.arn)
    if (result.failed) this.options.count(`errors.${this.properties.FunctionName}`)
    if (!environment.gone) this.idle.push(environment)
    job.resolve(result)
    this.next()
  }

  private settings(): WorkerSettings {
    const { FunctionName, Handler, Code } = this.properties
    const dot = Handler.lastIndexOf('.')
    const asset = this.options.asset(Code.S3Key)
    if (!statSync(asset).isDirectory()) throw new Error(`${FunctionName}: its code ${asset} is not a folder`)
    return {
      modulePath: resolve(asset, Handler.slice(0, dot)),
      exportName: Handler.slice(dot + 1),
      logFile: join(this.options.dataDir, 'logs', `${FunctionName}.log`),
      clock: this.options.clock,
    }
  }

  private variables(): Record<string, string> {
    const { FunctionName, Handler, MemorySize, Runtime, Environment } = this.properties
    return {
      PATH: process.env.PATH ?? '',
      TZ: ':UTC',
      LANG: 'en_US.UTF-8',
      LAMBDA_TASK_ROOT: '/var/task',
      _HANDLER: Handler,
      AWS_EXECUTION_ENV: `AWS_Lambda_${Runtime}`,
      AWS_LAMBDA_FUNCTION_NAME: FunctionName,
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(MemorySize),
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${FunctionName}`,
      AWS_LAMBDA_LOG_STREAM_NAME: 'local',
      ...this.credentials,
      ...this.options.environment,
      ...Environment.Variables,
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.all].map((environment) => environment.stop()))
  }
}
