/** The API door of a domain: router, validation by the route's schemas, RFC 9457 problems. */
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import middy from '@middy/core'
import type { APIGatewayProxyEventV2WithJWTAuthorizer, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import type * as z from 'zod'
import type { Problem } from '../../schemas/common'
import { authorize } from './auth'
import { AwsError } from './aws'
import type { Context } from './context'
import { AppError, type ErrorKind, type FieldError, pointerOf } from './errors'
import type { Answer, Input, Route } from './route'
import { Contended } from './table'
import { count, logger } from './telemetry'

type Event = APIGatewayProxyEventV2WithJWTAuthorizer
type Result = APIGatewayProxyStructuredResultV2
interface Operation {
  operation: string
  route: Route
  handler: Handler
}
type Handler = (context: Context, input: Input<Route>) => Promise<Answer<unknown>>

const STATUS: Record<ErrorKind, number> = {
  invalid: 400,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  stale: 412,
  unprocessable: 422,
  upstream: 502,
}
const TITLE: Record<number, string> = {
  400: 'Bad request',
  403: 'Forbidden',
  404: 'Not found',
  409: 'Conflict',
  412: 'Precondition failed',
  415: 'Unsupported media type',
  422: 'Unprocessable content',
  500: 'Internal error',
  502: 'Upstream failed',
  503: 'Unavailable',
}

/** One Lambda handler for all routes of a domain. `handlers` has a function for each operation of `routes`. */
export function createApi(routes: Record<string, Route>, handlers: object) {
  const byKey = new Map<string, Operation>()
  for (const [operation, route] of Object.entries(routes)) {
    // `Handlers<typeof routes>` has tied each operation to its route's types at the domain's index.ts.
    const handler = (handlers as Record<string, Handler>)[operation]
    if (!handler) throw new Error(`No handler for ${operation}`)
    byKey.set(`${route.method} ${route.path}`, { operation, route, handler })
  }
  return middy<Event, Result>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .handler(async (event: Event): Promise<Result> => {
      const found = byKey.get(event.routeKey)
      const result = found ? await answer(found, event) : problem(event, noSuchRoute())
      count(outcomeOf(result), found?.operation ?? 'none')
      return result
    })
}

const noSuchRoute = () => new AppError('not_found', 'route.not_found', 'No such route')

const outcomeOf = ({ statusCode = 500 }: Result) =>
  statusCode < 400 ? 'Answered' : statusCode < 500 ? 'Refused' : 'Failed'

async function answer({ operation, route, handler }: Operation, event: Event): Promise<Result> {
  try {
    const context = authorize(event, route)
    logger.appendKeys({ requestId: context.requestId, tenantId: context.tenantId, operation })
    if (event.pathParameters?.shipmentId) logger.appendKeys({ shipmentId: event.pathParameters.shipmentId })
    return respond(route, await handler(context, parse(route, event)))
  } catch (error) {
    return problem(event, error)
  }
}

function parse(route: Route, event: Event): Input<Route> {
  const errors: FieldError[] = []
  const check = (schema: z.ZodType | undefined, value: unknown, prefix: string) => {
    if (!schema) return undefined
    const parsed = schema.safeParse(value)
    if (parsed.success) return parsed.data
    for (const issue of parsed.error.issues) errors.push(...fieldErrors(issue, prefix, value))
    return undefined
  }
  const params = check(route.params, event.pathParameters ?? {}, '#/path')
  // An id that cannot exist is not told apart from one that does not.
  if (errors.length > 0) throw new AppError('not_found', 'not_found', 'No such resource')
  const query = check(route.query, event.queryStringParameters ?? {}, '#/query')
  errors.push(...strangers(route, event))
  const raw = rawBody(route, event)
  const text = route.rawBody ? textBody(event) : ''
  const body = raw || !route.body ? undefined : check(route.body, jsonBody(event), '')
  if (errors.length > 0)
    throw new AppError('unprocessable', 'validation_failed', 'The request breaks the rules named in errors', { errors })
  // The schemas have made these values; their static types are the route's own, seen again in Handlers.
  return {
    params,
    query,
    body,
    text,
    raw,
    ifMatch: ifMatch(event),
    idempotencyKey: idempotencyKey(event),
  } as Input<Route>
}

/** Parameters that the route has not: a misspelt filter would answer with everything. Links that the world passes on gain some. */
function strangers({ query, roles }: Route, event: Event): FieldError[] {
  const known = Object.keys(query?.shape ?? {})
  const given = roles === 'public' ? [] : Object.keys(event.queryStringParameters ?? {})
  return given
    .filter((name) => !known.includes(name))
    .map((name) => ({
      pointer: `#/query${pointerOf([name])}`,
      code: 'unrecognized_keys',
      message: 'not a parameter of this route',
    }))
}

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((inner, part) => (inner === undefined ? undefined : Object(inner)[part]), value)

/** A union's own message says only that nothing fitted: name the fields of the member that came closest. */
function fieldErrors(issue: z.core.$ZodIssue, prefix: string, value: unknown): FieldError[] {
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const closest = [...issue.errors].sort((a, b) => a.length - b.length)[0] ?? []
    return closest.flatMap((inner) => fieldErrors({ ...inner, path: [...issue.path, ...inner.path] }, prefix, value))
  }
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      pointer: prefix + pointerOf([...issue.path, key]),
      code: issue.code,
      message: 'not a member of this object',
    }))
  const pointer = prefix + pointerOf(issue.path)
  // Of a choice that was not made, zod says that it is a wrong one.
  if (issue.code === 'invalid_value' && valueAt(value, issue.path) === undefined)
    return [{ pointer, code: 'invalid_type', message: `missing; expected one of ${issue.values.join(', ')}` }]
  return [{ pointer, code: issue.code, message: issue.message }]
}

function textBody(event: Event): string {
  return event.isBase64Encoded ? Buffer.from(event.body ?? '', 'base64').toString('utf8') : (event.body ?? '')
}

const mediaType = (event: Event) => (event.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''

function rawBody(route: Route, event: Event): { contentType: string; text: string } | undefined {
  const contentType = mediaType(event)
  return route.rawBody?.includes(contentType) ? { contentType, text: textBody(event) } : undefined
}

function jsonBody(event: Event): unknown {
  const contentType = mediaType(event)
  if (contentType && contentType !== 'application/json' && !contentType.endsWith('+json'))
    throw new UnsupportedMediaType(contentType)
  try {
    return JSON.parse(textBody(event) || 'null')
  } catch {
    throw new AppError('invalid', 'malformed_json', 'The body is not JSON')
  }
}

class UnsupportedMediaType extends Error {}

function ifMatch(event: Event): number | undefined {
  const header = event.headers['if-match']
  if (header === undefined || header === '*') return undefined
  const version = /^"([0-9]+)"$/.exec(header)?.[1]
  // An entity tag that we never gave matches nothing.
  return version === undefined ? -1 : Number(version)
}

function idempotencyKey(event: Event): string | undefined {
  const key = event.headers['idempotency-key']
  if (key !== undefined && !/^[\x21-\x7e]{1,255}$/.test(key))
    throw new AppError('invalid', 'idempotency_key.invalid', 'Idempotency-Key is 1 to 255 visible ASCII characters')
  return key
}

function respond(route: Route, answer: Answer<unknown>): Result {
  const headers: Record<string, string> = {}
  if (answer.version !== undefined) headers.etag = `"${answer.version}"`
  if (answer.location) headers.location = answer.location
  if (answer.replayed) headers['idempotent-replayed'] = 'true'
  const statusCode = answer.status ?? route.status
  if (!route.response) return { statusCode, headers }
  headers['content-type'] = 'application/json'
  return { statusCode, headers, body: JSON.stringify(route.response.parse(answer.body)) }
}

function problem(event: Event, error: unknown): Result {
  const { status, code, detail, extensions } = explain(error)
  const body: Problem & Record<string, unknown> = {
    type: `https://portolan.dev/problems/${code.replaceAll('_', '-').replaceAll('.', '/')}`,
    title: TITLE[status] ?? 'Error',
    status,
    detail,
    instance: event.rawPath,
    code,
    requestId: event.requestContext.requestId,
    ...extensions,
  }
  const headers: Record<string, string> = { 'content-type': 'application/problem+json' }
  if (code === 'contended' || code === 'unavailable') headers['retry-after'] = '1'
  return { statusCode: status, headers, body: JSON.stringify(body) }
}

function explain(error: unknown): { status: number; code: string; detail: string; extensions: object } {
  if (error instanceof AppError)
    return { status: STATUS[error.kind], code: error.code, detail: error.message, extensions: error.details }
  if (error instanceof UnsupportedMediaType)
    return {
      status: 415,
      code: 'media_type.unsupported',
      detail: `Content-Type ${error.message} is not taken here`,
      extensions: {},
    }
  if (error instanceof Contended)
    return { status: 409, code: 'contended', detail: 'Others are changing this just now; try again', extensions: {} }
  if (error instanceof AwsError && error.retryable) {
    logger.warn('A service behind us does not answer', { error })
    return { status: 503, code: 'unavailable', detail: 'Too much is going on just now; try again', extensions: {} }
  }
  logger.error('Unhandled error', { error: error instanceof Error ? error : new Error(String(error)) })
  return { status: 500, code: 'internal', detail: 'Something failed on our side', extensions: {} }
}
