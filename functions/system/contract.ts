import * as z from 'zod'
import { type Contract, route } from '../platform/route'

export const routes = {
  getHealth: route({
    method: 'GET',
    path: '/v1/health',
    summary: 'Whether the API answers',
    roles: 'public',
    status: 200,
    response: z.object({ status: z.literal('ok'), time: z.string() }).meta({ id: 'Health' }),
  }),
  getOpenApi: route({
    method: 'GET',
    path: '/v1/openapi.json',
    summary: 'This API as an OpenAPI 3.1 document',
    roles: 'public',
    status: 200,
    response: z.looseObject({ openapi: z.string() }),
  }),
}

export const contract = {
  domain: 'system',
  doors: { api: { access: [] } },
  routes,
  publishes: [],
  subscribes: [],
} as const satisfies Contract
