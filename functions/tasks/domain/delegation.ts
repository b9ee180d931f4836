/** Giving a task to another: by delegation, by rejection, or as one that a person makes. Pure. */
import type { Member } from '../../../schemas/people'
import type { Task } from '../../../schemas/task'
import type { CreateTask } from '../../../schemas/task-request'
import type { Fact } from '../../../schemas/timeline'
import type { People } from '../../people/domain/calendars'
import { AppError } from '../../platform/errors'
import { entriesOf } from '../../platform/timeline'
import type { ShipmentState } from '../../shipments/store'
import { dueAt } from '../../sops/domain/anchors'
import {
  assignment,
  type Caller,
  type Decided,
  decided,
  identityOf,
  openTask,
  refuseIfTaken,
  refuseOtherRole,
  taskFor,
} from '../domain'
import { refuseOwn } from './approval'
import { leadOf } from './escalation'

/** Another does it; who delegates keeps answering for it, and may take it back. Of several in a row, the first answers. */
export function decideDelegate(
  state: ShipmentState,
  taskId: string,
  { to, reason, member }: { to: string; reason: string; member: Member | undefined },
  caller: Caller,
): Decided {
  const task = openTask(state, taskId, caller, 'ASSIGNED')
  refuseIfTaken(task, caller)
  const from = task.assignee ?? caller.actor.id
  const delegatedBy = task.delegatedBy ?? from
  if (to === from || to === delegatedBy)
    throw new AppError('unprocessable', 'task.own', 'Release or claim a task to hand it back or take it back')
  refuseOtherRole(task.role, member)
  const delegated: Task = { ...task, status: 'ASSIGNED', assignee: to, delegatedBy }
  return decided(delegated, { type: 'task.delegated', data: { ...identityOf(task), from, to, reason } })
}

/** Says that a task cannot or must not be done. Its SOP goes on if it knows a way; else the lead has to decide. */
export function decideReject(
  state: ShipmentState,
  taskId: string,
  { reason, people }: { reason: string; people: People },
  caller: Caller,
): Decided {
  const known = state.tasks.find((it) => it.taskId === taskId)
  const closes = known !== undefined && (known.rejectable === true || isAdHoc(known))
  const task = openTask(state, taskId, caller, closes ? 'REJECTED' : 'BLOCKED')
  refuseIfTaken(task, caller)
  refuseOwn(state, task, caller)
  const rejected: Fact = { type: 'task.rejected', data: { ...identityOf(task), reason, blocked: !closes } }
  if (closes) return decided({ ...task, status: 'REJECTED', closedAt: caller.now, reason }, rejected)
  const { assignee: _, delegatedBy: __, ...rest } = task
  const lead = leadOf(people, task.role, caller.now)
  const blocked: Task = { ...rest, status: 'BLOCKED', reason, ...(lead === undefined ? {} : { assignee: lead }) }
  return decided(blocked, rejected, ...dispute(task, reason, state))
}

/** One exception stands while the task is blocked, however often it is rejected. */
function dispute({ stepKey, role, title }: Task, reason: string, { timeline }: ShipmentState): Fact[] {
  const key = `rejected-${stepKey}`
  const last = entriesOf(timeline, 'exception.raised', 'exception.resolved').findLast(
    ({ data }) => data.stepKey === key,
  )
  if (last?.type === 'exception.raised') return []
  const text = `Rejected: ${title}. ${reason}`.slice(0, 200)
  return [
    {
      type: 'exception.raised',
      data: { stepKey: key, severity: 'HIGH', reason: text, owner: role, concerns: stepKey },
    },
  ]
}

const AD_HOC = 'adhoc-'
export const isAdHoc = ({ stepKey }: Pick<Task, 'stepKey'>) => stepKey.startsWith(AD_HOC)

/** A task beside the SOP. `id` makes its key. */
export function decideCreate(
  state: ShipmentState,
  command: CreateTask,
  { id, now, people, member }: { id: string; now: string; people: People; member: Member | undefined },
): Decided {
  const { status, shipmentId } = state.header
  if (status === 'CANCELLED' || status === 'CLOSED')
    throw new AppError('conflict', 'shipment.ended', `A ${status} shipment gets no more tasks`)
  refuseOtherRole(command.role, member)
  const { dueAt: at, due, ...given } = command
  const moment = due ? dueAt(due, state, now, people) : { at: at ?? now, basis: 'named' }
  const { task, fact } = assignment(shipmentId, { ...given, key: AD_HOC + id, due: moment }, now, people)
  return decided(task, fact)
}

/** Says something about a task, open or closed. */
export function decideComment(state: ShipmentState, taskId: string, text: string, caller: Caller) {
  const task = taskFor(state, taskId, caller)
  const fact: Fact = { type: 'task.commented', data: { ...identityOf(task), text } }
  return { decision: { facts: [fact] }, answer: { by: caller.actor.id, at: caller.now, text } }
}

/** Comments on a task, in the order in which they were made. */
export const commentsOn = (state: Pick<ShipmentState, 'timeline'>, taskId: string) =>
  entriesOf(state.timeline, 'task.commented').flatMap(({ actor, recordedAt, data }) =>
    data.taskId === taskId ? [{ by: actor.id, at: recordedAt, text: data.text }] : [],
  )
