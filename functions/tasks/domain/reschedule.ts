/** Due dates after a change of the plan. Pure. */
import { OPEN_TASK_STATUSES, type Task } from '../../../schemas/task'
import type { Fact } from '../../../schemas/timeline'
import type { People } from '../../people/domain/calendars'
import type { Decision, ShipmentState } from '../../shipments/store'
import { dueAt } from '../../sops/domain/anchors'
import { nextEscalation, takenRungs } from './escalation'

type Planned = Pick<ShipmentState, 'header' | 'detail' | 'tasks' | 'timeline'>

const followsPlan = ({ status, due }: Task) => OPEN_TASK_STATUSES.includes(status) && due !== undefined

/** Does a due date or a ladder of an open task count business hours, so that calendars have to be known? */
export const countsBusinessHours = ({ tasks }: Pick<ShipmentState, 'tasks'>): boolean =>
  tasks
    .filter(followsPlan)
    .flatMap(({ due, escalation = [] }) => [due, ...escalation])
    .some((rule) => rule?.businessHours !== undefined)

/** Open tasks whose due dates the plan, as it now stands, has moved. Rungs of their ladders that were taken stay taken. */
export function reschedule(planned: Planned, people: People): Required<Pick<Decision, 'facts' | 'tasks'>> {
  const moved = planned.tasks.filter(followsPlan).flatMap((task) => move(task, planned, people))
  return { facts: moved.map(({ fact }) => fact), tasks: moved.map(({ task }) => task) }
}

function move(task: Task, planned: Planned, people: People): { task: Task; fact: Fact }[] {
  if (!task.due) return []
  // STEP is when the task was made.
  const { at, basis } = dueAt(task.due, planned, task.createdAt, people)
  if (at === task.dueAt) return []
  const { escalateAt: _, ...rest } = { ...task, dueAt: at, dueBasis: basis }
  const { taskId, stepKey, role, dueAt: from } = task
  const data = { taskId, stepKey, role, ...(from === undefined ? {} : { from }), to: at, basis }
  const next = nextEscalation(rest, takenRungs(planned.timeline, stepKey), people)
  return [{ task: { ...rest, ...next }, fact: { type: 'task.rescheduled', data } }]
}
