/** The OpenAPI document of the contracts. Run as a script, it writes docs/openapi.json. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import * as z from 'zod'
import type { Contract, Route } from '../../functions/platform/route'
import { Problem } from '../../schemas/common'
import { SopStep } from '../../schemas/sop'
import { CONTRACTS } from '../domains'
import { Components, type Schema } from './schemas'

const ROOT = resolve(__dirname, '..', '..')
export const DOCUMENT = join(ROOT, 'docs', 'openapi.json')
export const VOCABULARY = join(ROOT, 'docs', 'sop-vocabulary.json')

const REASONS = {
  400: 'The request is malformed',
  401: 'No token, or one that is not good',
  403: 'The roles of the token do not allow this',
  404: 'Unknown, or not visible to the caller',
  409: 'Conflicts with what was done before, or contended',
  412: 'If-Match names another version',
  415: 'The media type of the body is not taken here',
  422: 'A rule does not hold; errors names each field',
  500: 'A fault on our side',
  503: 'The table is throttled or out of reach; Retry-After says when to try again',
} as const
type Reason = keyof typeof REASONS

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'Makes repeating the request harmless: it answers what the first one answered',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
}
const IF_MATCH = {
  name: 'If-Match',
  in: 'header',
  required: false,
  description: 'ETag of the version that is to be changed',
  schema: { type: 'string' },
}

/** OpenAPI 3.1, the same bytes for the same contracts. */
export function openApi(contracts: readonly Contract[] = CONTRACTS): Record<string, unknown> {
  const components = new Components()
  const problem = { 'application/problem+json': { schema: components.add(Problem, 'output') } }
  const paths: Record<string, Record<string, unknown>> = {}
  for (const { domain, routes } of contracts)
    for (const [operationId, route] of Object.entries(routes)) {
      const path = paths[route.path] ?? {}
      paths[route.path] = path
      path[route.method.toLowerCase()] = operation(operationId, domain, route, components)
    }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Portolan',
      version: z.object({ version: z.string() }).parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')))
        .version,
      description: 'Logistics management for freight forwarders, 3PLs and cross-border shippers',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: contracts.filter(({ routes }) => Object.keys(routes).length > 0).map(({ domain }) => ({ name: domain })),
    security: [{ token: [] }],
    paths: Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1))),
    components: {
      schemas: components.finish(),
      responses: Object.fromEntries(
        Object.entries(REASONS).map(([status, description]) => [
          `Problem${status}`,
          // The gateway answers this one by itself.
          { description, content: status === '401' ? { 'application/json': { schema: GATEWAY_ERROR } } : problem },
        ]),
      ),
      securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  }
}

const GATEWAY_ERROR: Schema = { type: 'object', properties: { message: { type: 'string' } }, required: ['message'] }

function operation(operationId: string, domain: string, route: Route, components: Components) {
  const open = route.roles === 'public'
  return {
    operationId,
    summary: route.summary,
    tags: [domain],
    ...(open ? { security: [] } : { 'x-roles': route.roles }),
    ...(route.errors?.length ? { 'x-errors': route.errors } : {}),
    parameters: [
      ...parameters('path', route.params, components),
      ...parameters('query', route.query, components),
      ...(route.method === 'POST' ? [IDEMPOTENCY_KEY] : []),
      ...(changes(route) ? [IF_MATCH] : []),
    ],
    ...requestBody(route, components),
    responses: {
      [route.status]: {
        description: 'Done',
        ...(route.response
          ? { content: { 'application/json': { schema: components.add(route.response, 'output') } } }
          : {}),
      },
      ...Object.fromEntries(
        reasons(route).map((status) => [status, { $ref: `#/components/responses/Problem${status}` }]),
      ),
    },
  }
}

const changes = ({ method }: Route) => method === 'PATCH' || method === 'PUT' || method === 'DELETE'

function reasons(route: Route): Reason[] {
  const applies: Record<Reason, boolean> = {
    400: route.method !== 'GET',
    401: route.roles !== 'public',
    403: route.roles !== 'public',
    404: route.params !== undefined,
    409: route.method !== 'GET' || (route.errors ?? []).some((code) => !code.endsWith('.not_found')),
    412: changes(route),
    415: route.body !== undefined,
    // Query parameters that a route does not have are refused, except on public ones.
    422: route.body !== undefined || route.query !== undefined || route.roles !== 'public',
    500: true,
    503: true,
  }
  return ([400, 401, 403, 404, 409, 412, 415, 422, 500, 503] as const).filter((reason) => applies[reason])
}

function parameters(place: 'path' | 'query', type: z.ZodObject | undefined, components: Components) {
  if (!type) return []
  return Object.entries(type.shape).map(([name, member]) => {
    // The members of a zod object are zod schemas; its type says only that they are of the core.
    const { description, ...schema } = components.add(member as z.ZodType, 'input')
    return {
      name,
      in: place,
      required: place === 'path' || !z.safeParse(member, undefined).success,
      ...(description ? { description } : {}),
      schema,
    }
  })
}

function requestBody({ body, rawBody = [] }: Route, components: Components) {
  const json = body && body._zod.def.type !== 'never' ? { schema: components.add(body, 'input') } : undefined
  const content = {
    ...(json ? { 'application/json': json } : {}),
    ...Object.fromEntries(rawBody.map((mediaType) => [mediaType, { schema: { type: 'string' } }])),
  }
  return Object.keys(content).length > 0 ? { requestBody: { required: true, content } } : {}
}

export const rendered = () => `${JSON.stringify(openApi(), null, 2)}\n`

/** The steps of the SOP vocabulary as JSON Schema, for editors of SOPs. */
export const renderedVocabulary = () => `${JSON.stringify(z.toJSONSchema(SopStep, { io: 'input' }), null, 2)}\n`

if (require.main === module) {
  writeFileSync(DOCUMENT, rendered())
  writeFileSync(VOCABULARY, renderedVocabulary())
}
