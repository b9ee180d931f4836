/**
 * Calls of AWS's JSON protocol, signed with Signature Version 4. The SDK costs four times the CPU of such a call and weighs
 * more than all the rest of a bundle (docs/decisions/no-sdk-in-api-bundles.md).
 */
import { createHash, createHmac } from 'node:crypto'
import { Agent as PlainAgent, request as plainRequest } from 'node:http'
import { Agent as TlsAgent, request as tlsRequest } from 'node:https'
import { timestamp } from './context'
import { awsEnvironment } from './env'

/** Endpoint prefix and signing name, and what its operations are prefixed with. */
const TARGETS = { dynamodb: 'DynamoDB_20120810', states: 'AWSStepFunctions' } as const
export type JsonService = keyof typeof TARGETS

/** An error that the service answered, or `TransportError` when it could not be reached. */
export class AwsError extends Error {
  constructor(
    /** Name of the error without its namespace, e.g. `TransactionCanceledException`. */
    readonly code: string,
    message: string,
    /** The whole answer. */
    readonly answer: unknown,
    readonly retryable: boolean,
  ) {
    super(message)
    this.name = code
  }
}

const ATTEMPTS = 4
/** Milliseconds. */
const FIRST_PAUSE = 50
const PATIENCE = 10_000

const RETRYABLE = new Set([
  'InternalServerError',
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestTimeout',
  'ServiceUnavailable',
  'ThrottlingException',
  // Of a write by itself on an item that a transaction is busy with; a transaction's own conflict has another name.
  'TransactionConflictException',
  'TransactionInProgressException',
])

/** One operation. Answers its parsed JSON; throttles, faults of the service and of the network are tried again. */
export async function callAws(service: JsonService, operation: string, input: object): Promise<unknown> {
  const body = JSON.stringify(input)
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send(service, operation, body)
    } catch (error) {
      if (attempt === ATTEMPTS || !(error instanceof AwsError && error.retryable)) throw error
      await pauseAfter(attempt)
    }
  }
}

/** A random pause that grows with the attempts made, so that callers who failed together do not come back together. */
export const pauseAfter = (attempt: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.random() * FIRST_PAUSE * 2 ** Math.min(attempt, 4)))

async function send(service: JsonService, operation: string, body: string): Promise<unknown> {
  const { status, text } = await exchange(service, headersOf(service, operation, body), body)
  if (status === 200) return JSON.parse(text)
  const answer = parsed(text)
  const code = String(answer.__type ?? `Http${status}`).replace(/^.*#/, '')
  const message = String(answer.message ?? answer.Message ?? `${operation} answered ${status}`)
  throw new AwsError(code, message, answer, status >= 500 || status === 429 || RETRYABLE.has(code))
}

function parsed(text: string): { __type?: unknown; message?: unknown; Message?: unknown } {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}

const PLAIN = new PlainAgent({ keepAlive: true })
const TLS = new TlsAgent({ keepAlive: true })

function exchange(service: JsonService, headers: Record<string, string>, body: string) {
  const url = endpointOf(service)
  const plain = url.protocol === 'http:'
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const fail = (error: Error) => reject(new AwsError('TransportError', error.message, undefined, true))
    const options = { method: 'POST', headers, agent: plain ? PLAIN : TLS, timeout: PATIENCE }
    const request = (plain ? plainRequest : tlsRequest)(url, options, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }))
      response.on('error', fail)
    })
    request.on('timeout', () => request.destroy(new Error(`No answer within ${PATIENCE} ms`)))
    request.on('error', fail)
    request.end(body)
  })
}

function endpointOf(service: JsonService): URL {
  const { region, endpoints } = awsEnvironment()
  return new URL(endpoints[service] ?? `https://${service}.${region}.amazonaws.com`)
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()

/** Everything that a request carries; all but length, trace and authorization is signed. */
function headersOf(service: JsonService, operation: string, body: string): Record<string, string> {
  const { accessKeyId, secretAccessKey, sessionToken, region, traceId } = awsEnvironment()
  const time = timestamp().replace(/[-:]|\.\d+/g, '')
  const date = time.slice(0, 8)
  // In the order of their names, as a canonical request wants them.
  const signed: Record<string, string> = {
    'content-type': 'application/x-amz-json-1.0',
    host: endpointOf(service).host,
    'x-amz-date': time,
    ...(sessionToken ? { 'x-amz-security-token': sessionToken } : {}),
    'x-amz-target': `${TARGETS[service]}.${operation}`,
  }
  const names = Object.keys(signed).join(';')
  const lines = Object.entries(signed).map(([name, value]) => `${name}:${value}\n`)
  const canonical = `POST\n/\n\n${lines.join('')}\n${names}\n${sha256(body)}`
  const scope = `${date}/${region}/${service}/aws4_request`
  const key = [date, region, service, 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`)
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical)}`).toString('hex')
  return {
    ...signed,
    'content-length': String(Buffer.byteLength(body)),
    ...(traceId ? { 'x-amzn-trace-id': traceId } : {}),
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
  }
}
