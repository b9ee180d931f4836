/** Plans, a partition each, with an item a shipment; and the shipments that they look at. */
import * as z from 'zod'
import { ShipmentHeader } from '../../schemas/shipment'
import type { SopId } from '../../schemas/sop'
import { MigrationPlan, PlannedShipment } from '../../schemas/sop-migration'
import type { Context } from '../platform/context'
import { notFound } from '../platform/errors'
import {
  ConditionFailed,
  get,
  type Item,
  list,
  type PageRequest,
  type Tenant,
  transact,
  type Write,
} from '../platform/table'
import { timelineItem } from '../platform/timeline'
import { keyReused } from '../shipments/store'
import { between, bodiesOf, fingerprintAt, fingerprintOf, jobOf, SHIPMENT, written } from './store'

const planPk = (planId: string) => `PLAN#${planId}`

/** A plan with how far it has come; `version` counts its writes. */
export const PlanJob = z.object({
  plan: MigrationPlan,
  version: z.int(),
  part: z.int(),
  cursor: z.string().optional(),
})
export type PlanJob = z.infer<typeof PlanJob>

const planItem = (job: PlanJob): Item => ({
  pk: planPk(job.plan.planId),
  sk: 'PLAN',
  version: job.version,
  body: JSON.stringify(job),
})
/** The entry by which the job asks for its next part. */
const requestOf = (context: Context, { part, plan: { planId } }: PlanJob): Write => {
  const fact = { type: 'migration-plan.requested' as const, data: { planId, part } }
  return { put: timelineItem(context, planPk(planId), planId, part, fact) }
}

/** Opens a plan. The same Idempotency-Key answers the one that it opened. */
export async function openPlan(
  context: Context,
  plan: MigrationPlan,
  request: unknown,
): Promise<{ plan: MigrationPlan; replayed: boolean }> {
  const job: PlanJob = { plan, version: 1, part: 1 }
  const fingerprint = fingerprintOf([plan.sopId, request])
  try {
    await transact(context, [{ put: { ...planItem(job), fingerprint }, if: 'absent' }, requestOf(context, job)])
    return { plan, replayed: false }
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error
    const known = await get(context, { pk: planPk(plan.planId), sk: 'PLAN' })
    if (known?.fingerprint !== fingerprint) throw keyReused()
    return { plan: jobOf(PlanJob, known).plan, replayed: true }
  }
}

/** Of any SOP when none is named: a job knows its own. */
export async function loadPlan(tenant: Tenant, planId: string, sopId?: SopId): Promise<PlanJob> {
  const item = await get(tenant, { pk: planPk(planId), sk: 'PLAN' })
  const job = item && jobOf(PlanJob, item)
  if (!job || (sopId !== undefined && job.plan.sopId !== sopId)) throw notFound('plan')
  return job
}

/** Shipments that a plan has found, with how far it has come. False when another delivery has been here before. */
export async function savePlan(
  context: Context,
  before: PlanJob,
  next: Omit<PlanJob, 'version'>,
  found: readonly PlannedShipment[],
): Promise<boolean> {
  const job = { ...next, version: before.version + 1 }
  const fingerprint = await fingerprintAt(context, { pk: planPk(job.plan.planId), sk: 'PLAN' })
  return written(context, [
    {
      put: { ...planItem(job), fingerprint },
      if: { attribute: 'version', equals: before.version },
    },
    ...found.map((planned): Write => ({ put: plannedItem(job.plan.planId, planned) })),
    ...(job.part > before.part ? [requestOf(context, job)] : []),
  ])
}

const plannedItem = (planId: string, planned: PlannedShipment): Item => ({
  pk: planPk(planId),
  sk: SHIPMENT + planned.shipmentId,
  status: planned.verdict,
  body: JSON.stringify(planned),
})

export async function listPlanned(tenant: Tenant, planId: string, page: PageRequest) {
  const { items, next } = await list(tenant, planPk(planId), page, { index: 'table', begins: SHIPMENT })
  return { items: bodiesOf(items, PlannedShipment), ...(next ? { next } : {}) }
}

/** Planned shipments after one, in the order of their ids. */
export async function plannedAfter(tenant: Tenant, planId: string, after: string, limit: number) {
  const { items } = await list(tenant, planPk(planId), { limit }, { index: 'table', between: between(after) })
  return bodiesOf(items, PlannedShipment)
}

export async function findPlanned(tenant: Tenant, planId: string, shipmentId: string) {
  const item = await get(tenant, { pk: planPk(planId), sk: SHIPMENT + shipmentId })
  return item && jobOf(PlannedShipment, item)
}

/** Headers of the tenant's shipments, newest first. */
export async function listHeaders(tenant: Tenant, page: PageRequest, createdAfter: string | undefined) {
  const { items, next } = await list(tenant, 'SHIPMENTS', page, {
    newestFirst: true,
    ...(createdAfter === undefined ? {} : { between: [createdAfter, '~'] as [string, string] }),
  })
  // The index does not hold the version; who needs it loads the shipment.
  const headers = items.map((item) =>
    ShipmentHeader.parse({ ...Object(JSON.parse(String(item.body))), status: item.status, version: 0 }),
  )
  return { headers, ...(next ? { next } : {}) }
}
