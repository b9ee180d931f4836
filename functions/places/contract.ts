import * as z from 'zod'
import { UnLocode } from '../../schemas/common'
import { PlaceRecord } from '../../schemas/place'
import { Role } from '../../schemas/role'
import { type Contract, route } from '../platform/route'

export const routes = {
  findPlaces: route({
    method: 'GET',
    path: '/v1/places',
    summary: 'Find places of a country by code or name',
    roles: Role.options,
    query: z.object({
      country: z
        .string()
        .regex(/^[A-Z]{2}$/)
        .describe('ISO 3166-1 alpha-2'),
      search: z.string().max(60).default('').describe('Beginning of the UN/LOCODE, or part of the name'),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    status: 200,
    response: z.object({ items: z.array(PlaceRecord) }),
  }),
  getPlace: route({
    method: 'GET',
    path: '/v1/places/{unLocode}',
    summary: 'One place by its UN/LOCODE',
    roles: Role.options,
    params: z.object({ unLocode: UnLocode }),
    status: 200,
    response: PlaceRecord,
    errors: ['place.not_found'],
  }),
  importPlaces: route({
    method: 'POST',
    path: '/v1/place-imports',
    summary: 'Import the official UN/LOCODE CSV, whole or in the parts that UNECE publishes; repeating it is harmless',
    roles: ['TENANT_ADMIN'],
    rawBody: ['text/csv'],
    body: z.never(),
    status: 201,
    response: z
      .object({ places: z.int().describe('Places read'), blocks: z.int().describe('Stored blocks') })
      .meta({ id: 'PlaceImport' }),
    errors: ['csv.malformed', 'csv.no_places'],
  }),
}

export const contract = {
  domain: 'places',
  doors: { api: { access: ['table:write'], memory: 1024, timeout: 29 } },
  routes,
  publishes: [],
  subscribes: [],
} as const satisfies Contract
