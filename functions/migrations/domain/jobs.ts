/** Plans and migrations as jobs: how each goes on, halts and ends. Pure. */
import type {
  Migration,
  MigrationPlan,
  PlanMigration,
  PlannedShipment,
  PlanTotals,
  StartMigration,
} from '../../../schemas/sop-migration'
import type { Context } from '../../platform/context'
import { AppError } from '../../platform/errors'
import { errorRate, haltReason, waveSizes } from './waves'

type Who = Pick<Context, 'actor' | 'now'>

const NOTHING: PlanTotals = {
  shipments: 0,
  MIGRATE: 0,
  STAY: 0,
  MANUAL: 0,
  tasksCancelled: 0,
  tasksCreated: 0,
  tasksReopened: 0,
  tasksRevised: 0,
  exceptions: 0,
  notices: 0,
  charges: 0,
}

export const begunPlan = (
  { planId, sopId }: Pick<MigrationPlan, 'planId' | 'sopId'>,
  request: PlanMigration,
  { actor, now }: Who,
): MigrationPlan => ({
  planId,
  sopId,
  ...request,
  status: 'RUNNING',
  seen: 0,
  totals: NOTHING,
  reasons: {},
  createdAt: now,
  createdBy: actor.id,
})

/** The plan with more shipments in it. */
export function withShipments(plan: MigrationPlan, seen: number, planned: readonly PlannedShipment[]): MigrationPlan {
  const totals = { ...plan.totals }
  const reasons = { ...plan.reasons }
  for (const { verdict, reasons: found, tasks, exceptions, notices, charges } of planned) {
    totals.shipments += 1
    totals[verdict] += 1
    for (const code of new Set(found.map((reason) => reason.code))) reasons[code] = (reasons[code] ?? 0) + 1
    if (verdict !== 'MIGRATE') continue
    totals.tasksCancelled += tasks.cancelled.length
    totals.tasksCreated += tasks.created.length
    totals.tasksReopened += tasks.reopened.length
    totals.tasksRevised += tasks.revised.length
    totals.exceptions += exceptions.length
    totals.notices += notices.length
    totals.charges += charges.length
  }
  return { ...plan, seen: plan.seen + seen, totals, reasons }
}

export const endedPlan = (plan: MigrationPlan, now: string): MigrationPlan => ({
  ...plan,
  status: 'COMPLETED',
  finishedAt: now,
})

const refused = (code: string, message: string) => new AppError('conflict', code, message)
const signed = ({ actor, now }: Who, reason: string) => ({ by: actor.id, at: now, reason })

export function begunMigration(
  migrationId: string,
  plan: MigrationPlan,
  request: StartMigration,
  { actor, now }: Who,
): Migration {
  if (plan.status !== 'COMPLETED') throw refused('plan.not_ready', 'The plan is still being made')
  const size = plan.totals.MIGRATE + request.includeManual.length
  if (size === 0) throw refused('plan.nothing_to_move', 'The plan moves no shipment')
  return {
    migrationId,
    sopId: plan.sopId,
    to: plan.to,
    ...request,
    status: 'RUNNING',
    size,
    waveSizes: waveSizes(request.waves, size),
    done: 0,
    moved: 0,
    skipped: 0,
    failed: 0,
    reversed: 0,
    results: [],
    createdAt: now,
    createdBy: actor.id,
  }
}

const notNow = ({ status }: Migration, what: string) =>
  refused('migration.not_now', `A migration that is ${status} can not be ${what}`)

/** Also one that runs, in case its job was lost. */
export function resumed(migration: Migration, reason: string, who: Who): Migration {
  if (migration.status !== 'HALTED' && migration.status !== 'RUNNING') throw notNow(migration, 'resumed')
  const { halted, ...rest } = migration
  const next: Migration = { ...rest, status: 'RUNNING', resumed: signed(who, reason) }
  // Who goes on after the last wave takes it as it is.
  const over = halted !== undefined && migration.results.length >= migration.waveSizes.length
  return over ? { ...next, status: 'COMPLETED', finishedAt: who.now } : next
}

export function cancelled(migration: Migration, reason: string, who: Who): Migration {
  if (migration.status !== 'HALTED' && migration.status !== 'RUNNING') throw notNow(migration, 'cancelled')
  return { ...migration, status: 'CANCELLED', cancelled: signed(who, reason) }
}

/** Whatever has come of it; once more for those that could not be brought back the first time. */
export function reversing(migration: Migration, reason: string, who: Who): Migration {
  if (migration.status === 'RUNNING') throw notNow(migration, 'reversed: cancel it first')
  const { finishedAt: _, ...rest } = migration
  return { ...rest, status: 'REVERSING', reversed: 0, reversal: signed(who, reason) }
}

export type Counts = Pick<Migration, 'moved' | 'skipped' | 'failed'>

/** The migration with another wave judged: it goes on, halts, or is over. */
export function judged(migration: Migration, { size, ...counts }: Counts & { size: number }, now: string): Migration {
  const wave = migration.results.length + 1
  const result = { wave, size, ...counts, errorRate: errorRate(counts), endedAt: now }
  const next: Migration = { ...migration, results: [...migration.results, result] }
  const halted = haltReason(result, migration)
  if (halted) return { ...next, status: 'HALTED', halted }
  return wave < migration.waveSizes.length ? next : { ...next, status: 'COMPLETED', finishedAt: now }
}
