/** The one endpoint of the AWS wire protocols: who calls, whether the role allows it, and on to the service. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { DynamoDb } from './dynamodb'
import { type TableAccess, tableAccess } from './dynamodb-actions'
import { readBody } from './http-wire'
import type { Iam } from './iam'
import type { Functions } from './lambda'
import { AwsError, type Json, type JsonService, type Principal } from './service'

// SQS takes messages of a mebibyte, DynamoDB transactions of 4 MB, Textract documents of 10 MB in base64.
const BODY_LIMIT = 16 * 1024 * 1024
/** Batches are allowed by the action of their single form. */
const ACTION_NAMES: Record<string, string> = {
  SendMessageBatch: 'SendMessage',
  DeleteMessageBatch: 'DeleteMessage',
  ChangeMessageVisibilityBatch: 'ChangeMessageVisibility',
}
const INVOKE = /^\/2015-03-31\/functions\/([^/]+)\/invocations/

type Fields = { [key: string]: Json }

export interface GatewayOptions {
  region: string
  accountId: string
  iam: Iam
  functions: Functions
  dynamoDb: DynamoDb
  /** Partition key attribute of each table and `table/index`. */
  partitionKeys: Map<string, string>
  services: JsonService[]
  /** Settles when all that the services have committed is on the disk. */
  durable(): Promise<void>
  count(metric: string, by?: number): void
  /** Whether to count capacity units, which makes each request ask for them. */
  metering(): boolean
  log(level: 'warn' | 'error', message: string, fields: Record<string, unknown>): void
}

export interface Gateway {
  /** Answers a call of the JSON protocols or an invocation of a function; S3 is served elsewhere. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
}

export function createGateway(options: GatewayOptions): Gateway {
  const services = new Map(options.services.map((service) => [service.target, service]))

  const principal = (request: IncomingMessage): Principal => {
    const key = request.headers.authorization?.match(/Credential=([^/]+)\//)?.[1]
    if (key === undefined)
      throw new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token', 403)
    const found = options.functions.signerOf(key)?.principal
    if (found === undefined)
      throw new AwsError('UnrecognizedClientException', 'The security token included in the request is invalid.', 403)
    return found
  }

  const authorizeAccess = (caller: Principal, { action, table, index, leadingKeys }: TableAccess) => {
    const partitionKey = options.partitionKeys.get(index === undefined ? table : `${table}/${index}`)
    const arn = `arn:aws:dynamodb:${options.region}:${options.accountId}:table/${table}${index === undefined ? '' : `/index/${index}`}`
    options.iam.authorize(caller, `dynamodb:${action}`, arn, (key) =>
      key === 'dynamodb:LeadingKeys' && partitionKey !== undefined ? leadingKeys(partitionKey) : common(key),
    )
  }

  const dynamoDb = async (
    caller: Principal,
    operation: string,
    target: string,
    body: Buffer,
    response: ServerResponse,
  ) => {
    const input: Fields = JSON.parse(body.toString())
    const access = tableAccess(operation, input)
    for (const one of access) authorizeAccess(caller, one)
    options.count('database.calls')
    options.count(`database.calls.${operation}`)
    const metering = options.metering() && metered(operation)
    const answer = await options.dynamoDb.send(
      target,
      metering ? JSON.stringify({ ReturnConsumedCapacity: 'TOTAL', ...input }) : body,
    )
    if (answer.status < 300) {
      if (access.some((one) => one.writes) || operation === 'TransactWriteItems')
        options.dynamoDb.wrote(new Set(access.map((one) => one.table)))
      if (metering) countCapacity(options.count, operation, answer.body)
    }
    response.writeHead(answer.status, {
      'content-type': 'application/x-amz-json-1.0',
      'content-length': answer.body.length,
    })
    response.end(answer.body)
  }

  const json = async (
    caller: Principal,
    service: JsonService,
    operation: string,
    body: Buffer,
    type: string,
    response: ServerResponse,
  ) => {
    const call = { operation, input: JSON.parse(body.toString() || '{}'), principal: caller }
    options.iam.authorize(
      caller,
      `${service.iam}:${ACTION_NAMES[operation] ?? operation}`,
      service.resourceOf(call) ?? '*',
      common,
    )
    const answer = await service.handle(call)
    await options.durable()
    response.writeHead(200, { 'content-type': type, 'x-amzn-requestid': randomUUID() })
    response.end(JSON.stringify(answer ?? {}))
  }

  const invoke = async (
    caller: Principal,
    name: string,
    request: IncomingMessage,
    body: Buffer,
    response: ServerResponse,
  ) => {
    const arn = name.startsWith('arn:')
      ? name
      : `arn:aws:lambda:${options.region}:${options.accountId}:function:${name}`
    options.iam.authorize(caller, 'lambda:InvokeFunction', arn, common)
    const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse'
    if (type === 'DryRun') return void response.writeHead(204).end()
    if (type !== 'RequestResponse')
      throw new AwsError(
        'InvalidParameterValueException',
        `InvocationType ${type} is not supported by the local runtime`,
      )
    const result = await options.functions.invoke(arn, body.toString() || '{}', 'urgent')
    if (result.failed) response.setHeader('x-amz-function-error', 'Unhandled')
    response.writeHead(200, { 'content-type': 'application/json', 'x-amz-executed-version': '$LATEST' })
    response.end(result.payload)
  }

  const dispatch = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await readBody(request, BODY_LIMIT)
    if (body === undefined) throw new AwsError('RequestEntityTooLargeException', 'Request too large', 413)
    const caller = principal(request)
    const target = String(request.headers['x-amz-target'] ?? '')
    const [prefix = '', operation = ''] = target.split('.')
    if (prefix === 'DynamoDB_20120810') return dynamoDb(caller, operation, target, body, response)
    const service = services.get(prefix)
    if (service)
      return json(
        caller,
        service,
        operation,
        body,
        request.headers['content-type'] ?? 'application/x-amz-json-1.0',
        response,
      )
    const name = request.url?.match(INVOKE)?.[1]
    if (name !== undefined) return invoke(caller, decodeURIComponent(name), request, body, response)
    throw new AwsError(
      'UnknownOperationException',
      `${target || request.url} is not supported by the local runtime`,
      404,
    )
  }

  return {
    async handle(request, response) {
      try {
        await dispatch(request, response)
      } catch (error) {
        fail(error, request, response, options.log)
      }
    },
  }
}

/** Loopback stands for TLS: nobody else hears it. */
const common = (key: string) => (key === 'aws:SecureTransport' ? ['true'] : undefined)

function fail(error: unknown, request: IncomingMessage, response: ServerResponse, log: GatewayOptions['log']): void {
  const known = error instanceof AwsError
  if (!known) log('error', 'gateway failed', { target: request.headers['x-amz-target'], error: String(error) })
  else if (error.code === 'AccessDeniedException') log('warn', 'access denied', { reason: error.message })
  if (response.headersSent) return void response.destroy()
  const { code, message, status } = known
    ? error
    : { code: 'InternalFailure', message: 'The local runtime failed; see its log', status: 500 }
  // Services that once spoke the query protocol are read by this header first.
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    'x-amzn-errortype': code,
    'x-amzn-query-error': `${code};${status < 500 ? 'Sender' : 'Receiver'}`,
  })
  response.end(JSON.stringify({ __type: code, message, Message: message }))
}

const READS = new Set(['GetItem', 'Query', 'Scan', 'BatchGetItem', 'TransactGetItems'])
const WRITES = new Set(['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'TransactWriteItems'])
const metered = (operation: string) => READS.has(operation) || WRITES.has(operation)

function countCapacity(count: GatewayOptions['count'], operation: string, body: Buffer): void {
  const consumed: { CapacityUnits?: number } | { CapacityUnits?: number }[] | undefined = JSON.parse(
    body.toString(),
  ).ConsumedCapacity
  const units = [consumed ?? []].flat().reduce((sum, one) => sum + (one.CapacityUnits ?? 0), 0)
  count(READS.has(operation) ? 'database.readUnits' : 'database.writeUnits', units)
}
