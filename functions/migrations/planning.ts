/** A plan as a job: page after page of the tenant's shipments, each looked at by the pure rules. */
import type { ShipmentHeader } from '../../schemas/shipment'
import type { MigrationPlan, PlannedShipment } from '../../schemas/sop-migration'
import { type Context, timestamp } from '../platform/context'
import { AppError } from '../platform/errors'
import { loadShipment } from '../shipments/store'
import { endedPlan, withShipments } from './domain/jobs'
import { planMove } from './domain/plan'
import { ENDED } from './domain/verdict'
import { listHeaders, loadPlan, type PlanJob, savePlan } from './plans'
import { surroundingsOf } from './surroundings'
import { type Versions, versionsOf } from './versions'

/** With what stands beside them, in one transaction of at most 100 writes. */
const PAGE = 80
const AT_ONCE = 8
/** Milliseconds after which a delivery hands over to the next: its function has two minutes. */
const BUDGET = 20_000

/** Goes on from where the plan stands. A second delivery of the same part finds it further, and stops. */
export async function advancePlan(context: Context, planId: string, part: number): Promise<void> {
  let job = await loadPlan(context, planId)
  const versions = versionsOf(context, job.plan.sopId)
  const started = Date.parse(timestamp())
  while (job.part === part && job.plan.status === 'RUNNING') {
    const { plan, cursor, found } = await nextPage(context, job, versions)
    const late = Date.parse(timestamp()) - started > BUDGET && plan.status === 'RUNNING'
    const next = { plan, part: late ? part + 1 : part, ...(cursor === undefined ? {} : { cursor }) }
    if (!(await savePlan(context, job, next, found))) return
    job = { ...next, version: job.version + 1 }
  }
}

async function nextPage(context: Context, { plan, cursor: from }: PlanJob, versions: Versions) {
  const { headers, next: cursor } = await listHeaders(context, { limit: PAGE, cursor: from }, plan.createdAfter)
  const left = (plan.limit ?? Number.POSITIVE_INFINITY) - plan.totals.shipments
  const wanted = headers.filter((header) => isWanted(header, plan)).slice(0, left)
  const found = await plannedOf(context, plan, wanted, versions)
  const grown = withShipments(plan, headers.length, found)
  const over = cursor === undefined || found.length === left
  return { plan: over ? endedPlan(grown, timestamp()) : grown, cursor, found }
}

const isWanted = ({ sop, status }: ShipmentHeader, { sopId, from }: MigrationPlan) =>
  sop?.sopId === sopId && !ENDED.includes(status) && (from === undefined || from.includes(sop.version))

async function plannedOf(
  context: Context,
  plan: MigrationPlan,
  headers: readonly ShipmentHeader[],
  versions: Versions,
): Promise<PlannedShipment[]> {
  const found: PlannedShipment[] = []
  for (let first = 0; first < headers.length; first += AT_ONCE) {
    const some = headers.slice(first, first + AT_ONCE)
    const planned = await Promise.all(
      some.map(({ shipmentId }) => planOne({ ...context, now: timestamp() }, plan, shipmentId, versions)),
    )
    found.push(...planned.flatMap((it) => it ?? []))
  }
  return found
}

async function planOne(
  context: Context,
  { sopId, to, includeUnchanged }: MigrationPlan,
  shipmentId: string,
  versions: Versions,
): Promise<PlannedShipment | undefined> {
  const state = await loadShipment(context, shipmentId).catch(nothing)
  const target = await versions(to)
  if (!state || !target) return undefined
  const from = state.header.sop && (await versions(state.header.sop.version))
  const around = await surroundingsOf(context, state, [from, target])
  const move = await planMove({ sopId, state, from, to: target, includeUnchanged }, around)
  return move.planned
}

function nothing(error: unknown): undefined {
  if (error instanceof AppError && error.kind === 'not_found') return undefined
  throw error
}
