/** What a move to another version does to the tasks of a shipment. */
import { OPEN_TASK_STATUSES, Task } from '../../../schemas/task'
import { NOBODY, type People } from '../../people/domain/calendars'
import type { ShipmentState } from '../../shipments/store'
import { dueAt } from '../../sops/domain/anchors'
import { assignment, reopening } from '../../tasks/domain'
import { nextEscalation, takenRungs } from '../../tasks/domain/escalation'
import type { Forwarded } from './forward'
import { following, isTaskStep, keyOf, type Steps, type TaskStep } from './steps'

export interface Change {
  before: Task
  after: Task
}

export const isOpen = ({ status }: Task) => OPEN_TASK_STATUSES.includes(status)

/** Tasks that an earlier move has cancelled, of steps that this version has. */
export const reopenings = ({ tasks }: ShipmentState, to: Steps): Change[] =>
  tasks
    .filter(({ status, stepKey }) => status === 'CANCELLED' && isTaskStep(to.byKey.get(stepKey)))
    .map((before) => ({ before, after: reopening(before, '').task }))

/** Open tasks of steps that the target has not, or that can not come any more from where the shipment will stand. */
export function cancellations({ tasks }: ShipmentState, from: Steps, to: Steps, run: Forwarded): Task[] {
  const ahead = new Set([...following(to, run.stands)].map((name) => keyOf(to.places.get(name))))
  const wanted = (key: string) => isTaskStep(to.byKey.get(key)) && (run.taken.has(key) || ahead.has(key))
  return tasks.filter((task) => isOpen(task) && isTaskStep(from.byKey.get(task.stepKey)) && !wanted(task.stepKey))
}

/** Open tasks that stay and that the target has on other terms: for another role, under another title, until another date. */
export const revisions = (
  state: ShipmentState,
  from: Steps,
  to: Steps,
  gone: readonly Task[],
  people: People | undefined,
): Change[] =>
  state.tasks.flatMap((before) => {
    const was = from.byKey.get(before.stepKey)
    const is = to.byKey.get(before.stepKey)
    if (!isOpen(before) || gone.includes(before) || !isTaskStep(was) || !isTaskStep(is)) return []
    const after = revised(before, state, { was, is }, people ?? NOBODY)
    return equal(after, before) ? [] : [{ before, after }]
  })

const equal = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

const TERMS = ['title', 'priority', 'candidates', 'escalation', 'rejectable', 'form', 'records', 'approval'] as const

/** Only what the versions differ in: what people have decided meanwhile stays. */
function revised(task: Task, state: ShipmentState, { was, is }: { was: TaskStep; is: TaskStep }, people: People): Task {
  if (was.step !== is.step) return task
  // STEP is when the task was made.
  const made = (step: TaskStep) => {
    const due = dueAt(step.due, state, task.createdAt, people)
    const decision = step.step === 'approve' ? { approval: { notBy: step.notBy }, rejectable: true } : {}
    return assignment(task.shipmentId, { form: [], ...step, ...decision, due }, task.createdAt, people).task
  }
  const [before, after] = [made(was), made(is)]
  const differing = TERMS.filter((term) => !equal(before[term], after[term])).map((term) => [term, after[term]])
  const due = equal(was.due, is.due) ? {} : { due: after.due, dueAt: after.dueAt, dueBasis: after.dueBasis }
  const role = was.role !== is.role && task.role === was.role ? { role: is.role } : {}
  if (differing.length === 0 && equal(due, {}) && equal(role, {})) return task
  const unassigned = 'role' in role ? { assignee: undefined, delegatedBy: undefined, status: 'CREATED' } : {}
  const changed = { ...task, ...Object.fromEntries(differing), ...due, ...role, ...unassigned, escalateAt: undefined }
  const next = Task.parse(JSON.parse(JSON.stringify(changed)))
  return { ...next, ...nextEscalation(next, takenRungs(state.timeline, task.stepKey), people) }
}
