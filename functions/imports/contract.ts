import * as z from 'zod'
import { JobId, page } from '../../schemas/common'
import { ErrorBehaviour, ImportJob, RowQuery, RowResult, ShipmentImport } from '../../schemas/import'
import type { Role } from '../../schemas/role'
import { type Contract, route } from '../platform/route'

const IMPORTERS: Role[] = ['SALES', 'OPERATIONS', 'CUSTOMER_SERVICE', 'TENANT_ADMIN', 'INTEGRATION']
const one = z.object({ jobId: JobId })

export const routes = {
  importShipments: route({
    method: 'POST',
    path: '/v1/shipment-imports',
    summary: 'Create up to 10,000 shipments from JSON or CSV; answers a job',
    roles: IMPORTERS,
    query: z.object({ errorBehaviour: ErrorBehaviour.optional().describe('For CSV; JSON says it in the body') }),
    body: ShipmentImport,
    rawBody: ['text/csv'],
    status: 202,
    response: ImportJob,
    errors: ['csv.malformed', 'rows.count', 'idempotency_key.reused'],
  }),
  getShipmentImport: route({
    method: 'GET',
    path: '/v1/shipment-imports/{jobId}',
    summary: 'Progress of an import',
    roles: IMPORTERS,
    params: one,
    status: 200,
    response: ImportJob,
    errors: ['import.not_found'],
  }),
  listImportRows: route({
    method: 'GET',
    path: '/v1/shipment-imports/{jobId}/rows',
    summary: 'Results of the rows processed so far, in their order',
    roles: IMPORTERS,
    params: one,
    query: RowQuery,
    status: 200,
    response: page(RowResult),
    errors: ['import.not_found'],
  }),
  getImportPayload: route({
    method: 'GET',
    path: '/v1/shipment-imports/{jobId}/payload',
    summary: 'The payload as it came',
    roles: IMPORTERS,
    params: one,
    status: 200,
    response: z.object({ contentType: z.string(), text: z.string() }).meta({ id: 'ImportPayload' }),
    errors: ['import.not_found'],
  }),
}

export const contract = {
  domain: 'imports',
  doors: {
    api: { access: ['table:write'], memory: 1024, timeout: 29 },
    events: { access: ['table:write'], memory: 1024, timeout: 600 },
  },
  routes,
  publishes: ['import.requested', 'shipment.created'],
  subscribes: ['import.requested'],
} as const satisfies Contract
