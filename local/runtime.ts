/** The embedded AWS: boots a cloud assembly on one machine and wires its services together. */
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { type Activity, createActivity } from './activity'
import { type Assembly, loadAssembly } from './assembly'
import { createClock } from './clock'
import { createIssuer, type Issuer, type TokenRequest } from './cognito'
import { type DynamoDb, startDynamoDb } from './dynamodb'
import { createGateway } from './gateway'
import { authorizerOf, createHttpApi } from './http-api'
import { createIam, type Iam } from './iam'
import { createFunctions, type Functions } from './lambda'
import { createManagement } from './management'
import { listen, type RuntimeServer } from './server'
import type { Json, Resource, Runtime } from './service'
import { createServices, type Services } from './services'
import { createDurability, lockFolder, openState } from './state'

export interface RuntimeOptions {
  /** Cloud assembly, e.g. `cdk.out`. */
  assemblyDir: string
  /** Folder of all state; made if missing. */
  dataDir: string
  /** 0 takes a free port. */
  port: number
}

export interface RunningRuntime {
  url: string
  accountId: string
  region: string
  outputs: Map<string, Json>
  mint(request: TokenRequest): Promise<string>
  settled: Activity['settled']
  /** Moves time forward, letting what falls due on the way run in its order. */
  advance(milliseconds: number): Promise<void>
  /** Settles if a part of the runtime ends by itself, with the reason. */
  failed: Promise<Error>
  stop(): Promise<void>
}

/** Boots the template. Settles when every service answers; throws, naming it, for anything the runtime does not know. */
export async function startRuntime(options: RuntimeOptions): Promise<RunningRuntime> {
  const stops: (() => Promise<void> | void)[] = []
  const stop = async () => {
    for (const step of stops.splice(0).reverse()) await step()
  }
  try {
    return await boot(options, stops, stop)
  } catch (error) {
    await stop()
    throw error
  }
}

async function boot(
  options: RuntimeOptions,
  stops: (() => Promise<void> | void)[],
  stop: () => Promise<void>,
): Promise<RunningRuntime> {
  const { dataDir } = options
  mkdirSync(join(dataDir, 'logs'), { recursive: true })
  const log = logger(join(dataDir, 'logs', 'runtime.log'))
  let fail: (error: Error) => void = () => {}
  const failed = new Promise<Error>((resolve) => {
    fail = resolve
  })
  stops.push(lockFolder(dataDir))
  const state = openState(dataDir)
  stops.push(() => void state.close())
  const { durable, close } = createDurability(dataDir, state)
  stops.push(close)
  const server = await listen(options.port, (error) => log('error', 'request failed', { error: String(error) }))
  stops.push(() => server.close())
  const assembly = loadAssembly(options.assemblyDir, server.url)
  const ofType = (...types: string[]) =>
    assembly.resources.filter(({ type }) => types.includes(type)).map((one) => withDefinition(one, assembly))
  const clock = createClock(state)
  stops.push(() => clock.close())
  const activity = createActivity()
  const tables = ofType('AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable')
  const iam = createIam(assembly.resources)
  const dynamoDb = await startDynamoDb({
    dataDir,
    region: assembly.region,
    clock,
    tables,
    onExit: (reason) => fail(new Error(reason)),
    durable,
  })
  stops.push(() => dynamoDb.stop())
  const functions = createFunctions({
    dataDir,
    region: assembly.region,
    functions: ofType('AWS::Lambda::Function'),
    asset: assembly.asset,
    environment: endpoints(server.url, assembly.region),
    clock: clock.shared,
    count: activity.count,
  })
  stops.push(() => functions.stop())

  // The services and what they are given need each other: calls through `services` happen only once they are made.
  const runtime: Runtime = {
    accountId: assembly.accountId,
    region: assembly.region,
    dataDir,
    clock,
    state,
    log,
    busy: activity.busy,
    count: activity.count,
    authorize: (principal, action, resource) => iam.authorize(principal, action, resource),
    async invoke(functionArn, payload) {
      const result = await functions.invoke(functionArn, JSON.stringify(payload), 'background')
      return { payload: JSON.parse(result.payload), ...(result.failed ? { functionError: 'Unhandled' as const } : {}) }
    },
    putEvent: (busArn, event) => services.putEvent(busArn, event),
    sendMessage: (queueArn, body) => services.sendMessage(queueArn, body),
    startExecution: (stateMachineArn, input, name) => services.startExecution(stateMachineArn, input, name),
  }
  const services = createServices(runtime, ofType, dynamoDb, functions.signerOf)
  stops.push(() => services.close())
  const parts: Parts = {
    options,
    assembly,
    runtime,
    server,
    activity,
    tables,
    iam,
    dynamoDb,
    functions,
    services,
    durable,
  }
  const { issuer, advance } = await openFronts(parts, clock)
  services.boot()
  log('info', 'ready', { url: server.url })
  return {
    url: server.url,
    accountId: assembly.accountId,
    region: assembly.region,
    outputs: assembly.outputs,
    mint: issuer.mint,
    settled: activity.settled,
    advance,
    failed,
    stop,
  }
}

interface Parts {
  options: RuntimeOptions
  assembly: Assembly
  runtime: Runtime
  server: RuntimeServer
  activity: Activity
  tables: Resource[]
  iam: Iam
  dynamoDb: DynamoDb
  functions: Functions
  services: Services
  durable(): Promise<void>
}

async function openFronts(
  parts: Parts,
  clock: ReturnType<typeof createClock>,
): Promise<{ issuer: Issuer; advance(milliseconds: number): Promise<void> }> {
  const { assembly, runtime, server, activity, iam, dynamoDb, functions, services } = parts
  let metering = false
  const api = createHttpApi({
    accountId: assembly.accountId,
    resources: assembly.resources,
    functions,
    clock,
    verify: (token, issuerName) => issuer.verify(token, issuerName),
    log: (message, fields) => runtime.log('error', message, fields),
  })
  const issuer = await createIssuer({
    dataDir: parts.options.dataDir,
    endpoint: server.url,
    region: assembly.region,
    resources: assembly.resources,
    authorizer: authorizerOf(assembly.resources),
    now: () => clock.now() / 1000,
    invoke: async (arn, event) => (await runtime.invoke(arn, event)).payload,
  })
  const gateway = createGateway({
    region: assembly.region,
    accountId: assembly.accountId,
    iam,
    functions,
    dynamoDb,
    partitionKeys: partitionKeys(parts.tables),
    services: services.json,
    durable: parts.durable,
    count: activity.count,
    metering: () => metering,
    log: runtime.log,
  })
  const management = createManagement({
    activity,
    clock,
    issuer,
    queues: services.queues,
    stopExecution: services.stopExecution,
    sweep: () => dynamoDb.sweep(),
    setMetering: (on) => {
      metering = on
    },
  })
  server.open({
    management: management.handle,
    gateway: gateway.handle,
    api: api.handle,
    issuer: issuer.handle,
    durable: parts.durable,
    files: services.files,
    isFile: services.isFile,
  })
  return { issuer, advance: management.advance }
}

function logger(path: string): Runtime['log'] {
  return (level, message, fields) =>
    appendFileSync(path, `${JSON.stringify({ level, time: new Date().toISOString(), message, ...fields })}\n`)
}

/** Endpoints that the SDK reads by itself, so that function code is the same here and on AWS. */
function endpoints(url: string, region: string): Record<string, string> {
  const services = ['DYNAMODB', 'EVENTBRIDGE', 'LAMBDA', 'S3', 'SCHEDULER', 'SFN', 'SNS', 'SQS', 'TEXTRACT']
  return {
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    ...Object.fromEntries(services.map((service) => [`AWS_ENDPOINT_URL_${service}`, url])),
  }
}

const KeySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.string() }))
const Keyed = z.object({
  TableName: z.string(),
  KeySchema,
  GlobalSecondaryIndexes: z.array(z.object({ IndexName: z.string(), KeySchema })).default([]),
})

function partitionKeys(tables: Resource[]): Map<string, string> {
  const hash = (schema: z.infer<typeof KeySchema>) =>
    schema.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName ?? ''
  return new Map(
    tables.flatMap((table) => {
      const { TableName, KeySchema: schema, GlobalSecondaryIndexes } = Keyed.parse(table.properties)
      return [
        [TableName, hash(schema)] as const,
        ...GlobalSecondaryIndexes.map((index) => [`${TableName}/${index.IndexName}`, hash(index.KeySchema)] as const),
      ]
    }),
  )
}

const InAsset = z.object({ DefinitionS3Location: z.object({ Key: z.string() }) })

/** A definition that a deployment would upload is put in the resource itself. */
function withDefinition(resource: Resource, assembly: Assembly): Resource {
  const inAsset = InAsset.safeParse(resource.properties)
  if (!inAsset.success) return resource
  const { DefinitionS3Location: _, ...properties } = resource.properties
  const DefinitionString = readFileSync(assembly.asset(inAsset.data.DefinitionS3Location.Key), 'utf8')
  return { ...resource, properties: { ...properties, DefinitionString } }
}
