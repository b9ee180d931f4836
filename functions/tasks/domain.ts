/** People's tasks: who may do what with one, and when. Pure. */
import type { InternalRole } from '../../schemas/role'
import { type FormField, OPEN_TASK_STATUSES, type Task, type TaskStatus } from '../../schemas/task'
import type { Fact } from '../../schemas/timeline'
import type { Context } from '../platform/context'
import { AppError, invalid, notFound } from '../platform/errors'
import type { Decision, ShipmentState } from '../shipments/store'
import { decideOwnMilestone } from '../tracking/own-events'
import { readForm } from './form'

/** ASSIGNED: somebody was named for it; IN_PROGRESS: somebody took it up. */
export const TRANSITIONS = {
  CREATED: ['CREATED', 'ASSIGNED', 'IN_PROGRESS', 'BLOCKED', 'COMPLETED', 'SKIPPED', 'CANCELLED', 'EXPIRED'],
  ASSIGNED: ['CREATED', 'ASSIGNED', 'IN_PROGRESS', 'BLOCKED', 'COMPLETED', 'SKIPPED', 'CANCELLED', 'EXPIRED'],
  IN_PROGRESS: ['CREATED', 'ASSIGNED', 'IN_PROGRESS', 'BLOCKED', 'COMPLETED', 'SKIPPED', 'CANCELLED', 'EXPIRED'],
  BLOCKED: ['CREATED', 'ASSIGNED', 'IN_PROGRESS', 'SKIPPED', 'CANCELLED', 'EXPIRED'],
  COMPLETED: [],
  SKIPPED: [],
  CANCELLED: [],
  EXPIRED: [],
} as const satisfies Record<TaskStatus, readonly TaskStatus[]>

type Caller = Pick<Context, 'actor' | 'roles' | 'now'>
type Decided = { decision: Decision; answer: Task }

const unchanged = (task: Task): Decided => ({ decision: { facts: [] }, answer: task })
const identityOf = ({ taskId, stepKey, role }: Task) => ({ taskId, stepKey, role })

export const taskIdOf = (shipmentId: string, stepKey: string) => `tsk_${shipmentId.slice(4)}_${stepKey}`

/** The shipment and step that a task id names. */
export const partsOf = (taskId: string) => ({ shipmentId: `shp_${taskId.slice(4, 30)}`, stepKey: taskId.slice(31) })

interface Assignment {
  key: string
  role: InternalRole
  title: string
  form: FormField[]
  due: { at: string; basis: string }
  records?: Task['records']
}

/** A new task in its role's inbox. */
export function assignment(shipmentId: string, step: Assignment, now: string): { task: Task; fact: Fact } {
  const task: Task = {
    taskId: taskIdOf(shipmentId, step.key),
    shipmentId,
    stepKey: step.key,
    role: step.role,
    title: step.title,
    status: 'CREATED',
    dueAt: step.due.at,
    dueBasis: step.due.basis,
    form: step.form,
    ...(step.records ? { records: step.records } : {}),
    createdAt: now,
  }
  return {
    task,
    fact: { type: 'task.assigned', data: { ...identityOf(task), title: task.title, dueAt: step.due.at } },
  }
}

const isAdmin = (caller: Caller) => caller.roles.includes('TENANT_ADMIN')

export const maySee = (caller: Pick<Context, 'roles'>, role: InternalRole) =>
  caller.roles.some((it) => it === role || it === 'TENANT_ADMIN' || it === 'AUDITOR')

/** The open task that the caller may bring to `to`. */
function openTask(state: Pick<ShipmentState, 'tasks'>, taskId: string, caller: Caller, to: TaskStatus): Task {
  const task = state.tasks.find((it) => it.taskId === taskId)
  if (!task) throw notFound('task')
  if (!isAdmin(caller) && !caller.roles.includes(task.role))
    throw new AppError('forbidden', 'task.other_role', `This task is ${task.role}'s`)
  if (!OPEN_TASK_STATUSES.includes(task.status))
    throw new AppError('conflict', 'task.closed', `The task is ${task.status}`)
  if ((task.review || task.disagreements) && (to === 'COMPLETED' || to === 'SKIPPED'))
    throw new AppError('conflict', 'task.of_documents', 'The task ends when its documents are decided on')
  if (!(TRANSITIONS[task.status] as readonly TaskStatus[]).includes(to))
    throw new AppError('conflict', 'task.not_now', `A ${task.status} task cannot become ${to}`)
  return task
}

function refuseIfTaken(task: Task, caller: Caller) {
  if (task.assignee !== undefined && task.assignee !== caller.actor.id && !isAdmin(caller))
    throw new AppError('conflict', 'task.taken', `${task.assignee} has this task`)
}

/** Takes a task up; one that the caller has taken up already stays as it is. */
export function decideClaim(state: ShipmentState, taskId: string, caller: Caller): Decided {
  const own = state.tasks.find((it) => it.taskId === taskId)
  if (own?.status === 'IN_PROGRESS' && own.assignee === caller.actor.id) return unchanged(own)
  const task = openTask(state, taskId, caller, 'IN_PROGRESS')
  refuseIfTaken(task, caller)
  const claimed: Task = { ...task, status: 'IN_PROGRESS', assignee: caller.actor.id }
  return decided(claimed, { type: 'task.claimed', data: { ...identityOf(task), assignee: caller.actor.id } })
}

/** Puts a task back into its role's inbox. */
export function decideRelease(state: ShipmentState, taskId: string, caller: Caller): Decided {
  const task = openTask(state, taskId, caller, 'CREATED')
  refuseIfTaken(task, caller)
  const { assignee, ...rest } = task
  if (assignee === undefined) return unchanged(task)
  const released: Task = { ...rest, status: 'CREATED' }
  return decided(released, {
    type: 'task.reassigned',
    data: { ...identityOf(task), from: assignee, to: task.role, reason: 'Released' },
  })
}

export interface Reassignment {
  assignee?: string | undefined
  role?: InternalRole | undefined
  reason: string
}

/** Names another person or role for a task; with a new role and no person it goes to that role's inbox. */
export function decideReassign(state: ShipmentState, taskId: string, to: Reassignment, caller: Caller): Decided {
  const task = openTask(state, taskId, caller, to.assignee === undefined ? 'CREATED' : 'ASSIGNED')
  const { assignee: before, ...rest } = task
  const role = to.role ?? task.role
  const reassigned: Task = {
    ...rest,
    role,
    reason: to.reason,
    ...(to.assignee === undefined ? { status: 'CREATED' } : { status: 'ASSIGNED', assignee: to.assignee }),
  }
  return decided(reassigned, {
    type: 'task.reassigned',
    data: { ...identityOf(reassigned), from: before ?? task.role, to: to.assignee ?? role, reason: to.reason },
  })
}

/** Closes a task with the data that it asks for, and records the milestone that this proves. */
export function decideComplete(
  state: ShipmentState,
  taskId: string,
  data: Record<string, unknown>,
  caller: Caller,
): Decided {
  const task = openTask(state, taskId, caller, 'COMPLETED')
  refuseIfTaken(task, caller)
  const result = readForm(task.form, data)
  const completed: Task = { ...task, status: 'COMPLETED', closedAt: caller.now, result }
  const fact: Fact = { type: 'task.completed', data: { ...identityOf(task), result } }
  if (!task.records) return decided(completed, fact)
  const at = occurredAt(result, caller.now)
  const recorded = decideOwnMilestone(
    state,
    { milestone: task.records, eventId: `task-${task.stepKey}`, at },
    caller.now,
  )
  return { decision: { ...recorded, tasks: [completed], facts: [fact, ...recorded.facts] }, answer: completed }
}

/** Clocks and time zones of people are off by hours, never by more than a day. */
const MAX_AHEAD = 24 * 3600 * 1000

/** A form's `occurredAt`, where it has one, is when the milestone happened. */
function occurredAt(result: Record<string, unknown>, now: string): string {
  const at = result.occurredAt
  if (typeof at !== 'string') return now
  if (Date.parse(at) > Date.parse(now) + MAX_AHEAD)
    throw invalid([{ pointer: '/data/occurredAt', code: 'event.in_future', message: 'lies in the future' }])
  return at
}

/** Closes a task undone. */
export function decideSkip(state: ShipmentState, taskId: string, reason: string, caller: Caller): Decided {
  const task = openTask(state, taskId, caller, 'SKIPPED')
  refuseIfTaken(task, caller)
  const skipped: Task = { ...task, status: 'SKIPPED', closedAt: caller.now, reason }
  return decided(skipped, { type: 'task.skipped', data: { ...identityOf(task), reason } })
}

const decided = (task: Task, fact: Fact): Decided => ({ decision: { facts: [fact], tasks: [task] }, answer: task })
