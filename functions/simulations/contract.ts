import * as z from 'zod'
import { DraftId, page, pageQuery } from '../../schemas/common'
import { InternalRole } from '../../schemas/role'
import { SopId } from '../../schemas/sop'
import { VersionNumber } from '../../schemas/sop-draft'
import { PublicationGate, ReplayedShipment, SimulationId, SopFlight } from '../../schemas/sop-flight'
import { ObservedDurations, SimulateSop, SopSimulationAnswer } from '../../schemas/sop-simulation'
import { type Contract, route } from '../platform/route'

const ofSop = z.object({ sopId: SopId })
const ofSimulation = ofSop.extend({ simulationId: SimulationId })
const Gate = z.object({ gate: PublicationGate.nullable().describe('null: a publication has to show nothing') })

const ADMIN = ['SOP_ADMIN'] as const
const READERS = InternalRole.options

export const routes = {
  simulateSopDraft: route({
    method: 'POST',
    path: '/v1/sops/{sopId}/drafts/{draftId}/simulations',
    summary: 'Try a draft in virtual time: on a scenario, or on the histories of real shipments',
    roles: ADMIN,
    params: ofSop.extend({ draftId: DraftId }),
    body: SimulateSop,
    status: 200,
    response: SopSimulationAnswer,
    errors: ['sop.not_found', 'draft.not_found', 'draft.invalid', 'idempotency_key.reused'],
  }),
  simulateSopVersion: route({
    method: 'POST',
    path: '/v1/sops/{sopId}/versions/{version}/simulations',
    summary: 'Try a version in virtual time: on a scenario, or on the histories of real shipments',
    roles: ADMIN,
    params: ofSop.extend({ version: VersionNumber }),
    body: SimulateSop,
    status: 200,
    response: SopSimulationAnswer,
    errors: ['sop.not_found', 'sop_version.not_found', 'draft.invalid', 'idempotency_key.reused'],
  }),
  listSopSimulations: route({
    method: 'GET',
    path: '/v1/sops/{sopId}/simulations',
    summary: 'Replays of histories through drafts and versions of an SOP, newest first',
    roles: READERS,
    params: ofSop,
    query: z.object(pageQuery),
    status: 200,
    response: page(SopFlight),
  }),
  getSopSimulation: route({
    method: 'GET',
    path: '/v1/sops/{sopId}/simulations/{simulationId}',
    summary: 'Progress and report of a replay of histories',
    roles: READERS,
    params: ofSimulation,
    status: 200,
    response: SopFlight,
    errors: ['simulation.not_found'],
  }),
  listReplayedShipments: route({
    method: 'GET',
    path: '/v1/sops/{sopId}/simulations/{simulationId}/shipments',
    summary: 'What a replay found of each shipment, oldest first',
    roles: READERS,
    params: ofSimulation,
    query: z.object(pageQuery),
    status: 200,
    response: page(ReplayedShipment),
    errors: ['simulation.not_found'],
  }),
  getSopDurations: route({
    method: 'GET',
    path: '/v1/sops/{sopId}/durations',
    summary: 'How long each step has taken, as the last replay of histories found it',
    roles: READERS,
    params: ofSop,
    status: 200,
    response: ObservedDurations,
  }),
  getPublicationGate: route({
    method: 'GET',
    path: '/v1/sops/{sopId}/publication-gate',
    summary: 'What every publication of the SOP has to show',
    roles: READERS,
    params: ofSop,
    status: 200,
    response: Gate,
  }),
  putPublicationGate: route({
    method: 'PUT',
    path: '/v1/sops/{sopId}/publication-gate',
    summary: 'Let every publication of the SOP show a replay that blocks few enough shipments, or none',
    roles: ['TENANT_ADMIN'],
    params: ofSop,
    body: Gate.strict(),
    status: 200,
    response: Gate,
  }),
}

export const contract = {
  domain: 'simulations',
  doors: {
    api: { access: ['table:write', 'definitions:read'], memory: 1769, timeout: 29 },
    // Short, for a message that failed is tried again after six times this.
    events: { access: ['table:write', 'definitions:read'], memory: 1769, timeout: 60 },
  },
  routes,
  publishes: ['simulation.requested'],
  subscribes: ['simulation.requested'],
} as const satisfies Contract
