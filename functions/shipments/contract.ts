import * as z from 'zod'
import { page, pageQuery, ShipmentId, text } from '../../schemas/common'
import { type Role, Role as Roles } from '../../schemas/role'
import { AmendShipment, CreatedShipment, CreateShipment, ShipmentStatus, ShipmentSummary } from '../../schemas/shipment'
import { ShipmentView } from '../../schemas/shipment-view'
import { TimelineArea, TimelineEntryView } from '../../schemas/timeline'
import { type Contract, route } from '../platform/route'

const CREATORS: Role[] = ['SALES', 'OPERATIONS', 'CUSTOMER_SERVICE', 'TENANT_ADMIN', 'INTEGRATION']
const one = z.object({ shipmentId: ShipmentId })

export const routes = {
  createShipment: route({
    method: 'POST',
    path: '/v1/shipments',
    summary: 'Create a shipment; its SOP starts by itself',
    roles: CREATORS,
    body: CreateShipment,
    status: 201,
    response: CreatedShipment,
    errors: ['validation_failed', 'client_reference.taken', 'idempotency_key.reused'],
  }),
  validateShipment: route({
    method: 'POST',
    path: '/v1/shipments/validate',
    summary: 'Answer as the creation would, and write nothing',
    roles: CREATORS,
    body: CreateShipment,
    status: 200,
    response: z
      .object({ valid: z.literal(true), warnings: CreatedShipment.shape.warnings })
      .meta({ id: 'ValidShipment' }),
    errors: ['validation_failed', 'client_reference.taken'],
  }),
  listShipments: route({
    method: 'GET',
    path: '/v1/shipments',
    summary: 'Shipments, newest first; a partner sees those that it is a party to',
    roles: Roles.options,
    query: z.object(pageQuery),
    status: 200,
    response: page(ShipmentSummary),
  }),
  getShipment: route({
    method: 'GET',
    path: '/v1/shipments/{shipmentId}',
    summary: 'The whole shipment, with its ETag',
    roles: Roles.options,
    params: one,
    status: 200,
    response: ShipmentView,
    errors: ['shipment.not_found'],
  }),
  amendShipment: route({
    method: 'PATCH',
    path: '/v1/shipments/{shipmentId}',
    summary: 'Replace containers, legs, cut-offs, references or delivery windows; needs If-Match',
    roles: CREATORS,
    params: one,
    body: AmendShipment,
    status: 200,
    response: ShipmentView,
    errors: ['shipment.not_found', 'shipment.ended', 'shipment.changed', 'if_match.required', 'validation_failed'],
  }),
  cancelShipment: route({
    method: 'POST',
    path: '/v1/shipments/{shipmentId}/cancellations',
    summary: 'Cancel a shipment and its open tasks',
    roles: ['OPERATIONS', 'CUSTOMER_SERVICE', 'TENANT_ADMIN', 'INTEGRATION'],
    params: one,
    body: z.object({ reason: text(300) }),
    status: 200,
    response: z.object({ shipmentId: ShipmentId, status: ShipmentStatus }),
    errors: ['shipment.not_found', 'shipment.not_cancellable'],
  }),
  readTimeline: route({
    method: 'GET',
    path: '/v1/shipments/{shipmentId}/timeline',
    summary: 'The one ordered history: operations, documents, tasks, money, as far as the caller may see',
    roles: Roles.options,
    params: one,
    query: z.object({
      area: TimelineArea.optional(),
      limit: z.coerce.number().int().min(1).max(1000).default(500),
      after: z.coerce.number().int().min(0).default(0).describe('`sequence` of the last entry seen, for catching up'),
    }),
    status: 200,
    response: z.object({ items: z.array(TimelineEntryView) }).meta({ id: 'Timeline' }),
    errors: ['shipment.not_found'],
  }),
}

export const contract = {
  domain: 'shipments',
  doors: { api: { access: ['table:write'] } },
  routes,
  publishes: ['shipment.created', 'shipment.amended', 'shipment.cancelled', 'task.cancelled', 'task.rescheduled'],
  subscribes: [],
} as const satisfies Contract
