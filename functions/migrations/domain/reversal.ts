/** Bringing a shipment back to the version that it had. Pure. What has happened since stays happened. */
import type { MigrationOutcome } from '../../../schemas/sop-migration'
import type { Task } from '../../../schemas/task'
import type { TimelineType } from '../../../schemas/timeline'
import type { Decision, ShipmentState } from '../../shipments/store'
import { cancelledFact, needlessExceptions, reopenedFact, revisedFact, type Version } from './plan'
import { isTaskStep } from './steps'
import { isOpen, reopenings } from './tasks'
import { ENDED } from './verdict'

export type Kept = { code: 'ENDED' | 'MOVED_ON'; message: string }

/** Why a shipment stays where it is; undefined when it may be brought back. */
export function keptBecause({ header }: ShipmentState, { after, before }: MigrationOutcome): Kept | undefined {
  if (ENDED.includes(header.status)) return { code: 'ENDED', message: `The shipment is ${header.status}` }
  const version = header.sop?.version
  if (version !== before?.version && after !== undefined && version !== after.version)
    return { code: 'MOVED_ON', message: `It runs on version ${version} by now` }
  return undefined
}

/** A person has done something with the task since it was made, or since the move changed it. */
function isTouched({ timeline }: ShipmentState, taskId: string): boolean {
  const entries = timeline.filter(({ data }) => 'taskId' in data && data.taskId === taskId)
  const made = entries.findLastIndex(({ type }) => MADE.includes(type))
  return entries.some(({ type }, index) => index > made && TOUCHES.includes(type))
}
const MADE: readonly TimelineType[] = ['task.assigned', 'task.revised', 'task.reopened']
const TOUCHES: readonly TimelineType[] = [
  'task.claimed',
  'task.reassigned',
  'task.delegated',
  'task.commented',
  'task.rejected',
]

/**
 * What is to be committed before the earlier version is started anew: tasks that the move cancelled are opened as they
 * were, those that it changed and nobody has touched are as before, and those that only the target version made go.
 */
export function decideReversal(
  state: ShipmentState,
  outcome: Pick<MigrationOutcome, 'cancelled' | 'revised'>,
  { from, to }: { from: Version; to: Version },
  now: string,
): Decision {
  const reason = `Moved back from version ${from.version} of the SOP to ${to.version}`
  const asTheyWere = new Map([...outcome.cancelled, ...outcome.revised].map((task) => [task.stepKey, task]))
  const opened = reopenings(state, to.steps).map(({ after }) => asTheyWere.get(after.stepKey) ?? after)
  const untouched = state.tasks.filter((task) => isOpen(task) && !isTouched(state, task.taskId))
  const restored = untouched.flatMap(({ stepKey }) => outcome.revised.find((task) => task.stepKey === stepKey) ?? [])
  const gone = untouched.filter(
    ({ stepKey }) => isTaskStep(from.steps.byKey.get(stepKey)) && !isTaskStep(to.steps.byKey.get(stepKey)),
  )
  return {
    tasks: [
      ...opened,
      ...restored,
      ...gone.map((task): Task => ({ ...task, status: 'CANCELLED', closedAt: now, reason })),
    ],
    facts: [
      ...opened.map((task) => reopenedFact(task, reason)),
      ...restored.map((task) => revisedFact(task, reason)),
      ...gone.map((task) => cancelledFact(task, reason)),
      ...needlessExceptions(state, from.steps, to),
    ],
  }
}
