import * as z from 'zod'
import { ShipmentId } from '../../schemas/common'
import { Milestone } from '../../schemas/milestone'
import { RecordEvent } from '../../schemas/tracking'
import { type Contract, route } from '../platform/route'

export const routes = {
  recordEvent: route({
    method: 'POST',
    path: '/v1/shipments/{shipmentId}/events',
    summary: 'Record an event, or retract one; duplicates, late and out-of-order events are normal',
    roles: [
      'OPERATIONS',
      'CUSTOMS',
      'WAREHOUSE',
      'CUSTOMER_SERVICE',
      'TENANT_ADMIN',
      'INTEGRATION',
      'CARRIER',
      'AGENT_ORIGIN',
      'AGENT_DESTINATION',
      'CUSTOMS_BROKER',
      'WAREHOUSE_PARTNER',
    ],
    params: z.object({ shipmentId: ShipmentId }),
    body: RecordEvent,
    status: 201,
    response: z
      .object({
        eventId: z.string(),
        duplicate: z.boolean().describe('It was known already; nothing changed'),
        unknown: z.boolean().describe('The code is in no catalogue; stored and flagged'),
        milestone: Milestone.optional(),
        milestones: z.array(
          z.object({
            type: z.string().describe('milestone.recorded, .corrected or .retracted'),
            occurrenceId: z.string(),
            occurredAt: z.string().optional(),
          }),
        ),
      })
      .meta({ id: 'RecordedEvent' }),
    errors: ['shipment.not_found', 'event.in_future', 'event.id_reused', 'event.too_many'],
  }),
}

export const contract = {
  domain: 'tracking',
  doors: { api: { access: ['table:write'] } },
  routes,
  publishes: ['event.recorded', 'event.retracted', 'milestone.recorded', 'milestone.corrected', 'milestone.retracted'],
  subscribes: [],
} as const satisfies Contract
