/** The HTTP API of the template: routes, JWT authorizer, CORS, and Lambda proxy integrations with payload format 2.0. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import * as z from 'zod'
import type { Claims } from './cognito'
import { type ApiEvent, buildEvent, type RouteMatch, sendResult } from './http-events'
import { readBody, sendJson } from './http-wire'
import type { Functions } from './lambda'
import { parseProperties } from './properties'
import { AwsError, type Clock, type Resource } from './service'

const BODY_LIMIT = 10 * 1024 * 1024

const CorsConfiguration = z.object({
  AllowOrigins: z.array(z.string()).default([]),
  AllowMethods: z.array(z.string()).default([]),
  AllowHeaders: z.array(z.string()).default([]),
  ExposeHeaders: z.array(z.string()).default([]),
  AllowCredentials: z.boolean().default(false),
  MaxAge: z.coerce.number().optional(),
})
type Cors = z.infer<typeof CorsConfiguration>
const ApiProperties = z.object({ ProtocolType: z.literal('HTTP'), CorsConfiguration: CorsConfiguration.optional() })
const IntegrationProperties = z.object({
  IntegrationType: z.literal('AWS_PROXY'),
  IntegrationUri: z.string(),
  PayloadFormatVersion: z.literal('2.0'),
  TimeoutInMillis: z.coerce.number().default(30_000),
})
const AuthorizerProperties = z.object({
  AuthorizerType: z.literal('JWT'),
  IdentitySource: z
    .union([z.string(), z.array(z.string())])
    .transform(String)
    .pipe(z.literal('$request.header.Authorization')),
  JwtConfiguration: z.object({ Issuer: z.string(), Audience: z.array(z.string()).default([]) }),
})
const RouteProperties = z.object({
  RouteKey: z.string(),
  Target: z.string(),
  AuthorizationType: z.enum(['NONE', 'JWT']).default('NONE'),
  AuthorizerId: z.string().optional(),
  AuthorizationScopes: z.array(z.string()).default([]),
})

type Authorizer = z.infer<typeof AuthorizerProperties>['JwtConfiguration']

interface Route {
  key: string
  functionArn: string
  timeout: number
  authorizer: Authorizer | undefined
  scopes: string[]
}

export interface HttpApi {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
  /** The functions behind the routes. */
  functionArns: Set<string>
}

export interface HttpApiOptions {
  accountId: string
  resources: Resource[]
  functions: Functions
  clock: Clock
  /** Claims of a token with a good signature from this issuer, in its time; undefined otherwise. */
  verify(token: string, issuer: string): Promise<Claims | undefined>
  log(message: string, fields: Record<string, unknown>): void
}

/** Builds the front from the API's resources. Throws, by name, for what it does not do: other protocols, authorizers, integrations. */
export function createHttpApi(options: HttpApiOptions): HttpApi {
  const ofType = (type: string) =>
    options.resources.filter((resource) => resource.type === `AWS::ApiGatewayV2::${type}`)
  const [api, second] = ofType('Api')
  if (second) throw new Error(`${second.logicalId}: more than one API is not supported`)
  const { CorsConfiguration: cors } = api ? parseProperties(ApiProperties, api) : {}
  const root = new Node()
  const functionArns = new Set<string>()
  const integrations = byRef(ofType('Integration'))
  const authorizers = byRef(ofType('Authorizer'))
  for (const resource of ofType('Route')) {
    const route = parseProperties(RouteProperties, resource)
    const integration = parseProperties(
      IntegrationProperties,
      find(integrations, route.Target.replace('integrations/', ''), resource),
    )
    const authorizer =
      route.AuthorizationType === 'JWT'
        ? parseProperties(AuthorizerProperties, find(authorizers, route.AuthorizerId ?? '', resource)).JwtConfiguration
        : undefined
    functionArns.add(integration.IntegrationUri)
    root.add(route.RouteKey, {
      key: route.RouteKey,
      functionArn: integration.IntegrationUri,
      timeout: integration.TimeoutInMillis,
      authorizer,
      scopes: route.AuthorizationScopes,
    })
  }
  const front = new Front(root, cors, api?.ref ?? '', options)
  return { handle: (request, response) => front.handle(request, response), functionArns }
}

/** Issuer and audiences that tokens need, as the template's authorizer says. */
export function authorizerOf(resources: Resource[]): Authorizer | undefined {
  const authorizer = resources.find(({ type }) => type === 'AWS::ApiGatewayV2::Authorizer')
  return authorizer && parseProperties(AuthorizerProperties, authorizer).JwtConfiguration
}

function byRef(resources: Resource[]): Map<string, Resource> {
  return new Map(resources.map((resource) => [resource.ref, resource]))
}

function find(resources: Map<string, Resource>, ref: string, by: Resource): Resource {
  const found = resources.get(ref)
  if (found) return found
  throw new Error(`${by.logicalId} (${by.type}) refers to ${ref}, which is not in the template`)
}

/** Routes by path segment. The most specific one wins: literal, then variable, then greedy, then $default. */
class Node {
  private readonly literal = new Map<string, Node>()
  private variable: { name: string; node: Node }[] = []
  private readonly greedy = new Map<string, { name: string; route: Route }>()
  private readonly here = new Map<string, { route: Route; names: string[] }>()
  private fallback: Route | undefined

  add(key: string, route: Route): void {
    if (key === '$default') {
      this.fallback = route
      return
    }
    const [method = '', path = ''] = key.split(' ')
    let node: Node = this
    for (const segment of path.split('/').slice(1)) {
      const name = segment.match(/^\{(\w+)\}$/)?.[1]
      const greedy = segment.match(/^\{(\w+)\+\}$/)?.[1]
      if (greedy !== undefined) {
        node.greedy.set(method, { name: greedy, route })
        return
      }
      node = name === undefined ? node.child(segment) : node.wild(name)
    }
    node.here.set(method, { route, names: [] })
  }

  private child(segment: string): Node {
    const node = this.literal.get(segment) ?? new Node()
    this.literal.set(segment, node)
    return node
  }

  private wild(name: string): Node {
    const known = this.variable.find((one) => one.name === name)
    if (known) return known.node
    const node = new Node()
    this.variable.push({ name, node })
    return node
  }

  find(method: string, path: string): RouteMatch<Route> | undefined {
    const found = this.match(method, path.split('/'), 1)
    return found ?? (this.fallback && { route: this.fallback, parameters: undefined })
  }

  private match(method: string, segments: string[], at: number): RouteMatch<Route> | undefined {
    const segment = segments[at]
    if (segment === undefined) {
      const found = this.here.get(method) ?? this.here.get('ANY')
      return found && { route: found.route, parameters: undefined }
    }
    const literal = this.literal.get(segment)?.match(method, segments, at + 1)
    if (literal) return literal
    if (segment !== '') {
      for (const { name, node } of this.variable) {
        const found = node.match(method, segments, at + 1)
        if (found) return { route: found.route, parameters: { [name]: decode(segment), ...found.parameters } }
      }
    }
    const greedy = this.greedy.get(method) ?? this.greedy.get('ANY')
    return greedy && { route: greedy.route, parameters: { [greedy.name]: decode(segments.slice(at).join('/')) } }
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

class Front {
  constructor(
    private readonly routes: Node,
    private readonly cors: Cors | undefined,
    private readonly apiId: string,
    private readonly options: HttpApiOptions,
  ) {}

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID()
    response.setHeader('apigw-requestid', requestId)
    if (this.allowOrigin(request, response)) return
    const target = request.url ?? '/'
    const at = target.indexOf('?')
    const path = at < 0 ? target : target.slice(0, at)
    const match = this.routes.find(request.method ?? 'GET', path)
    if (match === undefined) return sendJson(response, 404, { message: 'Not Found' })
    const claims = await this.claims(match.route, request)
    if (claims === 'unauthorized') {
      response.setHeader('www-authenticate', 'Bearer')
      return sendJson(response, 401, { message: 'Unauthorized' })
    }
    if (claims === 'forbidden') return sendJson(response, 403, { message: 'Forbidden' })
    const body = await readBody(request, BODY_LIMIT)
    if (body === undefined) return sendJson(response, 413, { message: 'Request Entity Too Large' })
    const event = buildEvent({
      request,
      body,
      requestId,
      path,
      query: at < 0 ? '' : target.slice(at + 1),
      match,
      claims,
      scopes: match.route.scopes,
      apiId: this.apiId,
      accountId: this.options.accountId,
      now: this.options.clock.now(),
    })
    await this.invoke(match.route, event, response)
  }

  private async invoke(route: Route, event: ApiEvent, response: ServerResponse): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const timeout = new Promise<'timeout'>((resolve) => {
      timer = setTimeout(resolve, route.timeout, 'timeout')
    })
    try {
      const result = await Promise.race([
        this.options.functions.invoke(route.functionArn, JSON.stringify(event), 'urgent'),
        timeout,
      ])
      if (result === 'timeout') return sendJson(response, 503, { message: 'Service Unavailable' })
      if (result.failed) {
        this.options.log('function failed', { route: route.key, error: result.payload })
        return sendJson(response, 500, { message: 'Internal Server Error' })
      }
      sendResult(response, result.payload)
    } catch (error) {
      if (!(error instanceof AwsError)) throw error
      const tooLarge = error.code === 'RequestEntityTooLargeException'
      sendJson(response, tooLarge ? 413 : 500, {
        message: tooLarge ? 'Request Entity Too Large' : 'Internal Server Error',
      })
    } finally {
      clearTimeout(timer)
    }
  }

  private async claims(
    route: Route,
    request: IncomingMessage,
  ): Promise<Claims | undefined | 'unauthorized' | 'forbidden'> {
    if (route.authorizer === undefined) return undefined
    const token = request.headers.authorization?.replace(/^Bearer /i, '')
    if (token === undefined || token === '') return 'unauthorized'
    const claims = await this.options.verify(token, route.authorizer.Issuer)
    if (claims === undefined) return 'unauthorized'
    const audiences = [claims.aud ?? claims.client_id].flat()
    if (!audiences.some((audience) => route.authorizer?.Audience.includes(String(audience)))) return 'unauthorized'
    const scopes = String(claims.scope ?? '').split(' ')
    return route.scopes.length === 0 || route.scopes.some((scope) => scopes.includes(scope)) ? claims : 'forbidden'
  }

  /** Sets the CORS headers; true if it was a preflight, which is answered here. */
  private allowOrigin(request: IncomingMessage, response: ServerResponse): boolean {
    const { origin } = request.headers
    if (this.cors === undefined || origin === undefined) return false
    const { AllowOrigins, AllowMethods, AllowHeaders, ExposeHeaders, AllowCredentials, MaxAge } = this.cors
    const preflight = request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined
    if (AllowOrigins.includes('*') || AllowOrigins.includes(origin)) {
      response.setHeader('access-control-allow-origin', AllowOrigins.includes('*') ? '*' : origin)
      if (AllowCredentials) response.setHeader('access-control-allow-credentials', 'true')
      if (ExposeHeaders.length > 0) response.setHeader('access-control-expose-headers', ExposeHeaders.join(','))
      if (preflight) {
        response.setHeader('access-control-allow-methods', AllowMethods.join(','))
        response.setHeader('access-control-allow-headers', AllowHeaders.join(','))
        if (MaxAge !== undefined) response.setHeader('access-control-max-age', String(MaxAge))
      }
    }
    if (preflight) response.writeHead(204).end()
    return preflight
  }
}
