/** One shipment is moved, or brought back: tasks, the new run of its SOP and the outcome, in one transaction. */

import type { SopPin } from '../../schemas/shipment'
import type { MigrationOutcome, PlannedShipment } from '../../schemas/sop-migration'
import type { SopRestart } from '../../schemas/sop-run'
import { AppError } from '../platform/errors'
import { type Decision, onShipment, type ShipmentState } from '../shipments/store'
import { decideRestart } from '../sops/domain/runs'
import { planMove } from './domain/plan'
import { decideReversal, keptBecause } from './domain/reversal'
import type { Work } from './moving'
import { findOutcome, loadMigration, outcomeWrite, saveOutcome, unlessGoneOn } from './store'
import { surroundingsOf } from './surroundings'
import type { ReadableVersion } from './versions'

/** The job has gone on without this delivery. */
export class Superseded extends Error {}

interface Decided {
  decision: Decision
  answer: MigrationOutcome
}

/**
 * Moves a shipment if the plan still holds for it as it stands now. Done once: where an outcome stands, that is answered.
 */
export function moveShipment(
  work: Work,
  planned: PlannedShipment,
  includeUnchanged: boolean,
): Promise<MigrationOutcome> {
  return settled(work, planned.shipmentId, undefined, (state) => decideMove(work, planned, includeUnchanged, state))
}

async function decideMove(
  work: Work,
  planned: PlannedShipment,
  includeUnchanged: boolean,
  state: ShipmentState,
): Promise<Decided> {
  const { context, versions } = work
  const { sopId, to, results } = work.job.migration
  const { now } = context
  const base = { shipmentId: planned.shipmentId, wave: results.length + 1, cancelled: [], revised: [], at: now }
  const skipped = (message: string): Decided => ({
    decision: { facts: [] },
    answer: { ...base, status: 'SKIPPED', code: 'CHANGED', message },
  })
  const [target, from] = [await versions(to), await versions(planned.from)]
  if (!target) return skipped(`Version ${to} can not be read any more`)
  const around = await surroundingsOf(context, state, [from, target])
  const request = { sopId, state, from, to: target, includeUnchanged }
  const move = await planMove(request, around)
  if (!holds(planned, move.planned)) return skipped(changeOf(planned, move.planned))
  const restarted = restart(work, state, target, 'MIGRATED')
  if (!restarted) return skipped('Its SOP can not be started anew')
  return {
    decision: both(move.decision, restarted.decision),
    answer: {
      ...base,
      status: 'MOVED',
      ...(state.header.sop ? { before: state.header.sop } : {}),
      after: restarted.pin,
      cancelled: move.cancelled,
      revised: move.revised,
    },
  }
}

/** The same verdict for the same reasons; where the shipment stands may have changed. */
function holds(before: PlannedShipment, now: PlannedShipment): boolean {
  if (before.verdict !== now.verdict || before.from !== now.from) return false
  const known = before.reasons.map(({ code, stepKey }) => `${code} ${stepKey}`)
  return now.verdict !== 'MANUAL' || now.reasons.every(({ code, stepKey }) => known.includes(`${code} ${stepKey}`))
}

const changeOf = (before: PlannedShipment, { verdict, reasons, from }: PlannedShipment) =>
  from === before.from
    ? `It was ${before.verdict} when it was planned, and is ${verdict} now: ${reasons.map(({ message }) => message).join('; ')}`
    : `It ran on version ${before.from} when it was planned, and runs on ${from} now`

function restart(
  { context, job }: Work,
  state: ShipmentState,
  { version, versionArn }: Pick<ReadableVersion, 'version' | 'versionArn'>,
  kind: SopRestart['kind'],
): { decision: Decision; pin: SopPin } | undefined {
  const { sopId, migrationId, reason, reversal } = job.migration
  const target = { after: state.header.sop?.run ?? 0, sopId, version, versionArn }
  const why = { kind, reason: `${migrationId}: ${kind === 'UNDONE' ? (reversal?.reason ?? reason) : reason}` }
  const { decision, answer } = decideRestart(state, target, why, context.now)
  return answer.outcome === 'RESTARTED' ? { decision, pin: answer.pin } : undefined
}

/** What is done to the tasks comes first: the new run finds it done. */
const both = (tasks: Decision, restarted: Decision): Decision => ({
  ...tasks,
  ...restarted,
  facts: [...tasks.facts, ...restarted.facts],
})

/** Brings a shipment back to the version that it had. */
export async function reverseShipment(work: Work, outcome: MigrationOutcome): Promise<MigrationOutcome> {
  const { before } = outcome
  const [from, to] = [await work.versions(work.job.migration.to), before && (await work.versions(before.version))]
  const at = work.context.now
  return settled(work, outcome.shipmentId, outcome, (state) => {
    const kept = keptBecause(state, outcome)
    const nothing = { facts: [] }
    if (kept || !from || !to)
      return { decision: nothing, answer: { ...outcome, status: 'KEPT', ...(kept ?? GONE), at } }
    const restarted = restart(work, state, to, 'UNDONE')
    if (!restarted) return { decision: nothing, answer: { ...outcome, status: 'KEPT', ...GONE, at } }
    const { code: _, message: __, ...rest } = outcome
    return {
      decision: both(decideReversal(state, outcome, { from, to }, at), restarted.decision),
      answer: { ...rest, status: 'REVERSED', at },
    }
  })
}

const GONE = { code: 'MOVED_ON' as const, message: 'The version that it had can not be started any more' }

/**
 * Commits what is decided with its outcome, in one transaction that holds only while the job is as it was read and the
 * outcome as well. Throws `Superseded` when the job has gone on.
 */
async function settled(
  work: Work,
  shipmentId: string,
  before: MigrationOutcome | undefined,
  decide: (state: ShipmentState) => Decided | Promise<Decided>,
): Promise<MigrationOutcome> {
  const { context, job } = work
  const { migrationId } = job.migration
  // A second delivery finds what the first has done.
  let known: MigrationOutcome | undefined
  const decideOnce = async (state: ShipmentState): Promise<Decided> => {
    if ((await loadMigration(context, migrationId)).version !== job.version) throw new Superseded()
    const standing = await findOutcome(context, migrationId, shipmentId)
    known = standing?.status === before?.status ? undefined : standing
    return known ? { decision: { facts: [] }, answer: known } : decide(state)
  }
  try {
    const { answer } = await onShipment(context, shipmentId, decideOnce, {
      writes: (outcome) => [unlessGoneOn(job), outcomeWrite(migrationId, outcome, before)],
    })
    if (known || answer.status === 'MOVED' || answer.status === 'REVERSED') return answer
    return await recorded(work, answer, before)
  } catch (error) {
    if (!(error instanceof AppError && error.kind === 'not_found')) throw error
    const gone = { status: before ? 'KEPT' : 'SKIPPED', code: 'VANISHED', message: error.message } as const
    const base = { shipmentId, wave: job.migration.results.length + 1, cancelled: [], revised: [] }
    return recorded(work, { ...base, ...before, ...gone, at: context.now }, before)
  }
}

/** An outcome of nothing done. */
async function recorded(
  { context, job }: Work,
  outcome: MigrationOutcome,
  before: MigrationOutcome | undefined,
): Promise<MigrationOutcome> {
  const { migrationId } = job.migration
  if (await saveOutcome(context, migrationId, outcome, before)) return outcome
  const known = await findOutcome(context, migrationId, outcome.shipmentId)
  if (!known) throw new Superseded()
  return known
}
