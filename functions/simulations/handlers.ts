import type { JsonObject } from '../../engine/json'
import type { SopId } from '../../schemas/sop'
import { AT_ONCE, type FlightHistory, type SopFlight } from '../../schemas/sop-flight'
import type { SimulateSop } from '../../schemas/sop-simulation'
import { readVersion } from '../authoring/definitions'
import { loadKnown } from '../authoring/known'
import { refuseInvalid } from '../authoring/releases'
import { loadDefinition, loadDraft } from '../authoring/store'
import type { Context } from '../platform/context'
import { notFound } from '../platform/errors'
import type { Handlers } from '../platform/route'
import { findSop } from '../sops/live'
import type { routes } from './contract'
import { durationsOf, NONE_OBSERVED, summaryOf } from './domain/durations'
import { NOTHING } from './domain/flight/report'
import { simulate } from './domain/simulate'
import { Crew, nextPage } from './flying'
import {
  type FlightJob,
  findDurations,
  findFlight,
  findGate,
  fingerprintOf,
  listFlights,
  listReplayed,
  loadFlight,
  openFlight,
  saveGate,
  simulationIdOf,
} from './store'

interface Subject {
  sopId: SopId
  draftId?: string
  version: number
  definition: JsonObject
}

async function answered(context: Context, subject: Subject, body: SimulateSop, key: string | undefined) {
  refuseInvalid(subject.definition, await loadKnown(context, subject.sopId, subject.definition))
  if (body.history) return replayed(context, subject, body.history, key)
  const stored = body.durations === 'OBSERVED' ? await findDurations(context, subject.sopId) : undefined
  const durations = stored ? durationsOf(stored.steps) : NONE_OBSERVED
  const { machine, origin, appliesTo } = await findSop(context, subject.sopId)
  const scope = origin === 'TENANT' ? appliesTo : {}
  return { body: await simulate(machine, subject.definition, body, context.now, { durations, scope }) }
}

async function replayed(context: Context, subject: Subject, history: FlightHistory, key: string | undefined) {
  const { sopId, draftId, version, definition } = subject
  const simulationId = simulationIdOf(context, key)
  const request = [sopId, draftId, version, history]
  const location = `/v1/sops/${sopId}/simulations/${simulationId}`
  const earlier = key === undefined ? undefined : await findFlight(context, simulationId, request)
  if (earlier) return { body: earlier, replayed: true, status: statusOf(earlier), location }
  const flight: SopFlight = {
    kind: 'HISTORY',
    simulationId,
    sopId,
    ...(draftId === undefined ? {} : { draftId }),
    version,
    definition: fingerprintOf(definition),
    history,
    status: 'RUNNING',
    requestedBy: context.actor.id,
    requestedAt: context.now,
    looked: 0,
    totals: NOTHING,
  }
  const job: FlightJob = { fingerprint: fingerprintOf(request), flight, version: 1, part: 1, observed: {} }
  const small = history.limit <= AT_ONCE ? await flown(context, job, new Crew(context, sopId, definition)) : undefined
  const opened = await openFlight(context, small?.job ?? job, definition, small?.shipments)
  return { body: opened.flight, replayed: opened.replayed, status: statusOf(opened.flight), location }
}

const statusOf = ({ status }: SopFlight) => (status === 'RUNNING' ? 202 : 200)

/** Many shipments of other SOPs may have to be looked at for a few of this one; a request has seconds for that. */
const MAX_PAGES = 20

/** Undefined when it takes too long for a request: then it is a job. */
async function flown(context: Context, begun: FlightJob, crew: Crew) {
  let job = begun
  const shipments = []
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const { next, replayed: some } = await nextPage(context, job, crew)
    job = next
    shipments.push(...some)
    if (job.flight.status === 'COMPLETED') return { job, shipments }
  }
  return undefined
}

const ofSop = async (context: Context, sopId: string, simulationId: string) => {
  const { flight } = await loadFlight(context, simulationId)
  if (flight.sopId !== sopId) throw notFound('simulation')
  return flight
}

export const handlers: Handlers<typeof routes> = {
  async simulateSopDraft(context, { params: { sopId, draftId }, body, idempotencyKey }) {
    const draft = await loadDraft(context, sopId, draftId)
    const definition = await loadDefinition(context, draft)
    return answered(context, { sopId, draftId, version: draft.version, definition }, body, idempotencyKey)
  },

  async simulateSopVersion(context, { params: { sopId, version }, body, idempotencyKey }) {
    const { definition } = await readVersion(context, sopId, version)
    return answered(context, { sopId, version, definition }, body, idempotencyKey)
  },

  async listSopSimulations(context, { params: { sopId }, query }) {
    return { body: await listFlights(context, sopId, query) }
  },

  async getSopSimulation(context, { params: { sopId, simulationId } }) {
    return { body: await ofSop(context, sopId, simulationId) }
  },

  async listReplayedShipments(context, { params: { sopId, simulationId }, query }) {
    await ofSop(context, sopId, simulationId)
    return { body: await listReplayed(context, simulationId, query) }
  },

  async getSopDurations(context, { params: { sopId } }) {
    const stored = await findDurations(context, sopId)
    if (!stored) return { body: { shipments: 0, steps: [] } }
    return { body: { ...stored, steps: summaryOf(stored.steps) } }
  },

  async getPublicationGate(context, { params: { sopId } }) {
    return { body: { gate: (await findGate(context, sopId)) ?? null } }
  },

  async putPublicationGate(context, { params: { sopId }, body: { gate } }) {
    await saveGate(context, sopId, gate)
    return { body: { gate } }
  },
}
