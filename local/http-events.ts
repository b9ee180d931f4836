/** Payload format 2.0: from an HTTP request to the function's event, and from its result to the HTTP answer. */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import * as z from 'zod'
import type { Claims } from './cognito'

export interface RouteMatch<Route> {
  route: Route
  parameters: Record<string, string> | undefined
}

export interface EventInput {
  request: IncomingMessage
  body: Buffer
  requestId: string
  path: string
  query: string
  match: RouteMatch<{ key: string }>
  claims: Claims | undefined
  scopes: string[]
  apiId: string
  accountId: string
  /** UTC milliseconds. */
  now: number
}

export type ApiEvent = ReturnType<typeof buildEvent>

/** Bodies of these types pass as text, all others as base64. */
const TEXT = /^(text\/|application\/(json|javascript|xml)\b)/i
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

export function buildEvent(input: EventInput) {
  const { request, body, match, claims } = input
  const { cookie, ...headers } = flatHeaders(request)
  const sourceIp = request.socket.remoteAddress ?? '127.0.0.1'
  const host = headers.host ?? ''
  headers['x-forwarded-for'] = sourceIp
  headers['x-forwarded-port'] = String(request.socket.localPort ?? '')
  headers['x-forwarded-proto'] = 'http'
  headers['x-amzn-trace-id'] = `Root=1-${Math.floor(input.now / 1000).toString(16)}-${randomBytes(12).toString('hex')}`
  const isText = TEXT.test(headers['content-type'] ?? 'text/') && headers['content-encoding'] === undefined
  return {
    version: '2.0',
    routeKey: match.route.key,
    rawPath: input.path,
    rawQueryString: input.query,
    ...(cookie === undefined ? {} : { cookies: cookie.split(/;\s*/) }),
    headers,
    ...(input.query === '' ? {} : { queryStringParameters: queryParameters(input.query) }),
    requestContext: {
      accountId: input.accountId,
      apiId: input.apiId,
      ...(claims === undefined
        ? {}
        : {
            authorizer: { jwt: { claims: claimTexts(claims), scopes: input.scopes.length > 0 ? input.scopes : null } },
          }),
      domainName: host.replace(/:\d+$/, ''),
      domainPrefix: host.split(/[.:]/)[0] ?? '',
      http: {
        method: request.method ?? 'GET',
        path: input.path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: input.requestId,
      routeKey: match.route.key,
      stage: '$default',
      time: logTime(input.now),
      timeEpoch: input.now,
    },
    ...(match.parameters === undefined ? {} : { pathParameters: match.parameters }),
    ...(body.length === 0 ? {} : { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  }
}

/** Node lowercases the names; repeated headers are joined by a comma. */
function flatHeaders(request: IncomingMessage): Record<string, string> {
  const flat: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(',') : value
  }
  return flat
}

function queryParameters(query: string): Record<string, string> {
  const parameters: Record<string, string> = {}
  for (const [name, value] of new URLSearchParams(query)) {
    parameters[name] = name in parameters ? `${parameters[name]},${value}` : value
  }
  return parameters
}

/** API Gateway hands every claim over as text; a list as its items in brackets. */
function claimTexts(claims: Claims): Record<string, string> {
  return Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [
      name,
      Array.isArray(value) ? `[${value.join(' ')}]` : String(value),
    ]),
  )
}

/** Common log format: 22/Nov/2026:05:07:25 +0000. */
function logTime(milliseconds: number): string {
  const date = new Date(milliseconds)
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${two(date.getUTCDate())}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}`
  return `${day}:${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} +0000`
}

const Scalar = z.union([z.string(), z.number(), z.boolean()])
const FullResult = z.object({
  statusCode: z.coerce.number().int(),
  headers: z.record(z.string(), Scalar).nullish(),
  cookies: z.array(z.string()).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
})

/** A result with a statusCode is a response; any other is the body of a 200. A malformed one is API Gateway's 500. */
export function sendResult(response: ServerResponse, payload: string): void {
  const result: unknown = JSON.parse(payload)
  if (typeof result !== 'object' || result === null || !('statusCode' in result)) {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(typeof result === 'string' ? result : payload)
    return
  }
  const full = FullResult.safeParse(result)
  if (!full.success) {
    response.writeHead(500, { 'content-type': 'application/json' })
    response.end('{"message":"Internal Server Error"}')
    return
  }
  const { statusCode, headers, cookies, body, isBase64Encoded } = full.data
  response.statusCode = statusCode
  response.setHeader('content-type', 'text/plain; charset=utf-8')
  for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, String(value))
  if (cookies?.length) response.setHeader('set-cookie', cookies)
  response.end(isBase64Encoded ? Buffer.from(body ?? '', 'base64') : (body ?? ''))
}
