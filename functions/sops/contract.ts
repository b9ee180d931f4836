import * as z from 'zod'
import { LoadType, ShipmentType, TransportMode } from '../../schemas/codes'
import { OrganizationId, ShipmentId } from '../../schemas/common'
import { InternalRole } from '../../schemas/role'
import { DeniedParty, SopId } from '../../schemas/sop'
import { Sop, SopResolution } from '../../schemas/sop-catalogue'
import { RestartSop, SopRun } from '../../schemas/sop-run-view'
import { type Contract, route } from '../platform/route'

const OfShipment = z.object({ shipmentId: ShipmentId })

const DeniedPartyList = z
  .object({ items: z.array(DeniedParty).max(1000) })
  .meta({ id: 'DeniedPartyList', description: 'Names that shipments’ parties are screened against' })

export const routes = {
  listSops: route({
    method: 'GET',
    path: '/v1/sops',
    summary: 'SOPs of Portolan and of the tenant, what they apply to, and the version that new shipments get',
    roles: InternalRole.options,
    status: 200,
    response: z.object({ items: z.array(Sop) }),
  }),
  getSop: route({
    method: 'GET',
    path: '/v1/sops/{sopId}',
    summary: 'One SOP',
    roles: InternalRole.options,
    params: z.object({ sopId: SopId }),
    status: 200,
    response: Sop,
    errors: ['sop.not_found'],
  }),
  resolveSop: route({
    method: 'GET',
    path: '/v1/sops/resolution',
    summary: 'Which SOP a shipment would get, and why: all that apply, most specific first',
    roles: InternalRole.options,
    query: z.object({
      type: ShipmentType,
      mode: TransportMode,
      loadType: LoadType,
      customer: OrganizationId.optional(),
    }),
    status: 200,
    response: SopResolution,
  }),
  getSopVocabulary: route({
    method: 'GET',
    path: '/v1/sops/vocabulary',
    summary: 'The steps that an SOP is made of, as JSON Schema',
    roles: InternalRole.options,
    status: 200,
    response: z.record(z.string(), z.unknown()),
  }),
  listSopRuns: route({
    method: 'GET',
    path: '/v1/shipments/{shipmentId}/sop-runs',
    summary: 'The runs of a shipment’s SOP: version, why, how each ended',
    roles: InternalRole.options,
    params: OfShipment,
    status: 200,
    response: z.object({ items: z.array(SopRun).describe('The first one first') }),
  }),
  restartSop: route({
    method: 'POST',
    path: '/v1/shipments/{shipmentId}/sop-restarts',
    summary: 'Restart a shipment’s SOP: the new run goes through what has happened, and does nothing twice',
    roles: ['SOP_ADMIN', 'TENANT_ADMIN'],
    params: OfShipment,
    body: RestartSop,
    status: 201,
    response: SopRun,
    errors: ['sop.not_started', 'shipment.ended', 'sop_version.not_found', 'sop_version.retired'],
  }),
  getDeniedParties: route({
    method: 'GET',
    path: '/v1/denied-parties',
    summary: 'The denied-party list',
    roles: ['COMPLIANCE', 'TENANT_ADMIN', 'AUDITOR'],
    status: 200,
    response: DeniedPartyList,
  }),
  putDeniedParties: route({
    method: 'PUT',
    path: '/v1/denied-parties',
    summary: 'Replace the denied-party list; shipments are screened against it when their SOP begins',
    roles: ['COMPLIANCE', 'TENANT_ADMIN', 'INTEGRATION'],
    body: DeniedPartyList,
    status: 200,
    response: DeniedPartyList,
    errors: ['denied_parties.changed', 'denied_parties.too_many'],
  }),
}

export const contract = {
  domain: 'sops',
  doors: {
    api: { access: ['table:write', 'executions:start'] },
    events: { access: ['table:write', 'executions:start', 'executions:supervise', 'tokens:answer'] },
    tasks: { access: ['table:write', 'tokens:answer'] },
    timer: {
      access: ['table:write', 'executions:start', 'executions:supervise', 'tokens:answer'],
      onFailedExecutions: true,
      every: 'rate(1 minute)',
      timeout: 55,
    },
  },
  routes,
  publishes: [
    'sop.started',
    'sop.restarted',
    'task.assigned',
    'task.reopened',
    'task.escalated',
    'document.requested',
    'event.recorded',
    'milestone.recorded',
    'party.screened',
    'moment.awaited',
    'moment.passed',
    'subprocess.requested',
    'subprocess.started',
    'subprocess.restarted',
    'subprocess.ended',
    'documents.agreed',
    'charge.added',
    'exception.raised',
    'exception.resolved',
    'notification.sent',
    'shipment.completed',
  ],
  subscribes: [
    'shipment.created',
    'shipment.amended',
    'shipment.cancelled',
    'sop.restarted',
    'subprocess.requested',
    'subprocess.restarted',
    'subprocess.ended',
    'milestone.recorded',
    'task.completed',
    'task.skipped',
    'task.rejected',
    'document.verified',
    'documents.compared',
  ],
} as const satisfies Contract
