/** A migration as a job: wave after wave, each moved, checked and judged; or brought back. */
import type { Migration, MigrationOutcome, PlannedShipment } from '../../schemas/sop-migration'
import { type Context, timestamp } from '../platform/context'
import { checkShipment } from './checking'
import { type Counts, judged } from './domain/jobs'
import { loadPlan, plannedAfter } from './plans'
import { moveShipment, reverseShipment, Superseded } from './shipment'
import { loadMigration, type MigrationJob, outcomesBetween, saveMigration } from './store'
import { type Versions, versionsOf } from './versions'

/** Shipments between two writes of the job. */
const CHUNK = 10
/** Milliseconds after which a delivery hands over to the next: its function has two minutes, and a check may take 40 seconds. */
const BUDGET = 10_000

export interface Work {
  context: Context
  job: MigrationJob
  versions: Versions
}

const PHASES = { MOVE: moveSome, CHECK: checkSome, COUNT: countAll, REVERSE: reverseSome }

/**
 * Goes on from where the migration stands. Everything that is done to a shipment stands or falls with the job as it was
 * read, so a delivery that was overtaken, by its double or by a cancellation, does nothing more and stops.
 */
export async function advanceMigration(context: Context, migrationId: string, part: number): Promise<void> {
  let job = withTime(await loadMigration(context, migrationId))
  const versions = versionsOf(context, job.migration.sopId)
  const started = Date.parse(timestamp())
  while (job.part === part && job.phase !== 'REST') {
    const next = await PHASES[job.phase]({ context, job, versions }).catch(overtaken)
    const late = next && next.phase !== 'REST' && Date.parse(timestamp()) - started > BUDGET
    const saved = next && { ...next, part: late ? part + 1 : part }
    if (!saved || !(await saveMigration(context, job, saved))) return
    job = { ...saved, version: job.version + 1 }
  }
}

/** Milliseconds past a deadline after which nobody can have been at work. */
const OUTAGE = 60_000

/** After an outage the shipments of a wave get their time anew: they stood still as well. */
function withTime(job: MigrationJob): MigrationJob {
  const now = Date.parse(timestamp())
  if (job.deadline === undefined || now - Date.parse(job.deadline) < OUTAGE) return job
  return { ...job, deadline: new Date(now + job.migration.checkSeconds * 1000).toISOString() }
}

function overtaken(error: unknown): undefined {
  if (error instanceof Superseded) return undefined
  throw error
}

const now = (context: Context): Context => ({ ...context, now: timestamp() })

const plus = (a: Counts, b: Counts): Counts => ({
  moved: a.moved + b.moved,
  skipped: a.skipped + b.skipped,
  failed: a.failed + b.failed,
})
const countsOf = (outcomes: readonly MigrationOutcome[]): Counts => {
  const count = (status: MigrationOutcome['status']) => outcomes.filter((it) => it.status === status).length
  return { moved: count('MOVED'), skipped: count('SKIPPED'), failed: count('FAILED') }
}

const isWanted = ({ includeManual }: Migration, { verdict, shipmentId }: PlannedShipment) =>
  verdict === 'MIGRATE' || (verdict === 'MANUAL' && includeManual.some((it) => it.shipmentId === shipmentId))

async function moveSome({ context, job, versions }: Work): Promise<MigrationJob> {
  const { migration, wave } = job
  const room = (migration.waveSizes[migration.results.length] ?? 0) - wave.size
  const found = await plannedAfter(context, migration.planId, job.after, 5 * CHUNK)
  const chosen = found.filter((planned) => isWanted(migration, planned)).slice(0, Math.min(CHUNK, room))
  const { plan } = await loadPlan(context, migration.planId)
  const outcomes: MigrationOutcome[] = []
  for (const planned of chosen)
    outcomes.push(await moveShipment({ context: now(context), job, versions }, planned, plan.includeUnchanged))
  const size = wave.size + outcomes.length
  const last = chosen.at(-1)?.shipmentId ?? wave.last
  const counts = countsOf(outcomes)
  const next: MigrationJob = {
    ...job,
    // What was passed over since the last one that was moved is passed over once more: it costs little.
    after: chosen.length < CHUNK && chosen.length < room ? (found.at(-1)?.shipmentId ?? job.after) : last,
    wave: { ...wave, ...plus(wave, counts), size, last },
    migration: { ...migration, ...plus(migration, counts), done: migration.done + outcomes.length },
  }
  return chosen.length === room || found.length === 0 ? toCheck(next) : next
}

const toCheck = (job: MigrationJob): MigrationJob => ({
  ...job,
  phase: 'CHECK',
  after: job.wave.after,
  deadline: new Date(Date.parse(timestamp()) + job.migration.checkSeconds * 1000).toISOString(),
})

async function checkSome(work: Work): Promise<MigrationJob> {
  const { context, job } = work
  const { migration, wave } = job
  const outcomes = await outcomesBetween(context, migration.migrationId, { after: job.after, last: wave.last }, CHUNK)
  if (outcomes.length === 0) return toNextWave(job)
  // One that an earlier delivery has found to have failed counts as well.
  const checked = await Promise.all(
    outcomes.map((outcome) => (outcome.status === 'MOVED' ? checkShipment(work, outcome) : outcome)),
  )
  const { failed } = countsOf(checked)
  const counts = { moved: -failed, skipped: 0, failed }
  return {
    ...job,
    after: outcomes.at(-1)?.shipmentId ?? job.after,
    wave: { ...wave, ...plus(wave, counts) },
    migration: { ...migration, ...plus(migration, counts) },
  }
}

function toNextWave(job: MigrationJob): MigrationJob {
  const { moved, skipped, failed, size, last } = job.wave
  const migration = judged(job.migration, { moved, skipped, failed, size }, timestamp())
  const { deadline: _, ...rest } = job
  return {
    ...rest,
    migration,
    phase: migration.status === 'RUNNING' ? 'MOVE' : 'REST',
    after: last,
    wave: { after: last, last, size: 0, moved: 0, skipped: 0, failed: 0 },
  }
}

/** After a cancellation: what was being moved just then stands in the outcomes, and in no count yet. */
async function countAll({ context, job }: Work): Promise<MigrationJob> {
  const { migration } = job
  let counts: Counts = { moved: 0, skipped: 0, failed: 0 }
  for (let after = '', more = true; more; ) {
    const outcomes = await outcomesBetween(context, migration.migrationId, { after }, 10 * CHUNK)
    counts = plus(counts, countsOf(outcomes))
    after = outcomes.at(-1)?.shipmentId ?? after
    more = outcomes.length > 0
  }
  const done = counts.moved + counts.skipped + counts.failed
  return { ...job, phase: 'REST', migration: { ...migration, ...counts, done } }
}

async function reverseSome({ context, job, versions }: Work): Promise<MigrationJob> {
  const { migration } = job
  const outcomes = await outcomesBetween(context, migration.migrationId, { after: job.after }, CHUNK)
  if (outcomes.length === 0)
    return { ...job, phase: 'REST', migration: { ...migration, status: 'REVERSED', finishedAt: timestamp() } }
  const ended: MigrationOutcome[] = []
  for (const outcome of outcomes)
    ended.push(
      outcome.status === 'MOVED' || outcome.status === 'FAILED'
        ? await reverseShipment({ context: now(context), job, versions }, outcome)
        : outcome,
    )
  const reversed = migration.reversed + ended.filter(({ status }) => status === 'REVERSED').length
  return { ...job, after: outcomes.at(-1)?.shipmentId ?? job.after, migration: { ...migration, reversed } }
}
