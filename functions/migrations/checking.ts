/** Whether a shipment that was moved has come to stand where it should. */
import type { MigrationOutcome } from '../../schemas/sop-migration'
import { type Context, timestamp } from '../platform/context'
import { entriesOf } from '../platform/timeline'
import { loadShipment, type ShipmentState } from '../shipments/store'
import { enactRestart } from '../sops/restart'
import { forward } from './domain/forward'
import { ENDED } from './domain/verdict'
import type { Work } from './moving'
import { saveOutcome } from './store'
import { surroundingsOf } from './surroundings'

/** Milliseconds between two looks. */
const PAUSE = 500

type Failure = Required<Pick<MigrationOutcome, 'code' | 'message'>>

/** Looks until it stands there or its time is up, twice; a failure is written. */
export async function checkShipment(work: Work, outcome: MigrationOutcome): Promise<MigrationOutcome> {
  const { context, job } = work
  let failure = await failureBy(work, outcome, job.deadline ?? '')
  if (failure?.code === 'BLOCKED') {
    await bringAbout(context, outcome)
    const { checkSeconds } = job.migration
    failure = await failureBy(work, outcome, new Date(Date.parse(timestamp()) + checkSeconds * 1000).toISOString())
  }
  if (!failure) return outcome
  const failed: MigrationOutcome = { ...outcome, status: 'FAILED', ...failure, at: timestamp() }
  return (await saveOutcome(context, job.migration.migrationId, failed, outcome)) ? failed : outcome
}

async function failureBy(work: Work, outcome: MigrationOutcome, deadline: string): Promise<Failure | undefined> {
  for (;;) {
    const failure = await failureOf(work, outcome)
    if (!failure || failure.code === 'EXECUTION_FAILED' || timestamp() >= deadline) return failure
    await new Promise((resolve) => setTimeout(resolve, PAUSE))
  }
}

/** The event that starts the new run may be late, as after an outage, for longer than a check lasts. */
async function bringAbout(context: Context, { shipmentId, after }: MigrationOutcome): Promise<void> {
  const { timeline } = await loadShipment(context, shipmentId)
  const restarted = entriesOf(timeline, 'sop.restarted').findLast(({ data }) => data.to.run === after?.run)
  if (restarted) await enactRestart(context, shipmentId, restarted.data)
}

async function failureOf({ context, job, versions }: Work, outcome: MigrationOutcome): Promise<Failure | undefined> {
  const { sopId, to } = job.migration
  const state = await loadShipment(context, outcome.shipmentId)
  const target = await versions(to)
  // What has ended, or was moved on by somebody else, is no failure of this move.
  if (ENDED.includes(state.header.status) || state.header.sop?.version !== to || !target) return undefined
  if (hasFailed(state, outcome)) return { code: 'EXECUTION_FAILED', message: 'The new run has failed' }
  const around = await surroundingsOf({ ...context, now: timestamp() }, state, [target])
  const run = await forward(target.definition, sopId, state, around)
  if (run.refused) return { code: 'BLOCKED', message: `${run.refused.key} is refused: ${run.refused.message}` }
  const missing = run.state.waits.filter(({ stepKey }) => !state.waits.some((wait) => wait.stepKey === stepKey))
  if (missing.length === 0) return undefined
  const keys = (waits: ShipmentState['waits']) => waits.map(({ stepKey }) => stepKey).join(', ') || 'nothing'
  return { code: 'BLOCKED', message: `It should wait for ${keys(run.state.waits)}, and waits for ${keys(state.waits)}` }
}

/** What fails for good says so by the exception of the failure, or of its own, in the new run. */
const hasFailed = ({ timeline }: ShipmentState, { after }: MigrationOutcome) => {
  const restarted = timeline.findLastIndex(
    ({ type, data }) => type === 'sop.restarted' && 'to' in data && data.to.run === after?.run,
  )
  return timeline.some(
    ({ type, data }, index) =>
      index > restarted && type === 'exception.raised' && 'stepKey' in data && data.stepKey === 'sop-failed',
  )
}
