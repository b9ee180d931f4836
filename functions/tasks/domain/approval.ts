/** Decisions by a second person. Pure. */
import type { FormField, Task } from '../../../schemas/task'
import type { Context } from '../../platform/context'
import { AppError, invalid } from '../../platform/errors'
import { entriesOf } from '../../platform/timeline'
import type { ShipmentState } from '../../shipments/store'

export const DECISION_FORM: FormField[] = [
  { name: 'outcome', label: 'Decision', type: 'choice', required: true, options: ['APPROVED', 'REJECTED'] },
  { name: 'reason', label: 'Reason; a rejection needs one', type: 'text', required: false },
]

/** Who completed the tasks of these steps. */
export const workersOf = (stepKeys: readonly string[], timeline: ShipmentState['timeline']): string[] =>
  entriesOf(timeline, 'task.completed').flatMap(({ data, actor }) =>
    stepKeys.includes(data.stepKey) ? [actor.id] : [],
  )

/** Four eyes, admins' too: throws `task.own` when the caller has done what is to be decided on. */
export function refuseOwn(
  { timeline }: Pick<ShipmentState, 'timeline'>,
  { approval }: Pick<Task, 'approval'>,
  { actor }: Pick<Context, 'actor'>,
) {
  if (approval && workersOf(approval.notBy, timeline).includes(actor.id))
    throw new AppError('forbidden', 'task.own', 'Who did the work does not decide on it; another must')
}

/** Throws `validation_failed` for a rejection without a reason. */
export function refuseUnreasoned({ approval }: Pick<Task, 'approval'>, result: Record<string, unknown>) {
  if (approval && result.outcome === 'REJECTED' && result.reason === undefined)
    throw invalid([{ pointer: '/data/reason', code: 'reason.required', message: 'say why it is rejected' }])
}

export function refuseUndecided({ approval }: Pick<Task, 'approval'>) {
  if (approval) throw new AppError('conflict', 'task.needs_decision', 'Approve or reject it; a decision is not skipped')
}
