/** People's tasks: who may do what with one, and when. Pure. */
import type { Due } from '../../schemas/due'
import type { Member } from '../../schemas/people'
import type { InternalRole } from '../../schemas/role'
import { type FormField, OPEN_TASK_STATUSES, type Task, type TaskStatus } from '../../schemas/task'
import type { Fact } from '../../schemas/timeline'
import { NOBODY, type People } from '../people/domain/calendars'
import type { Context } from '../platform/context'
import { AppError, invalid, notFound } from '../platform/errors'
import type { Decision, ShipmentState } from '../shipments/store'
import { decideOwnMilestone } from '../tracking/own-events'
import { DECISION_FORM, refuseOwn, refuseUndecided, refuseUnreasoned } from './domain/approval'
import { nextEscalation } from './domain/escalation'
import { readForm } from './form'

/** A blocked task is not completed as if nobody had rejected it: somebody takes it up first. */
export const TRANSITIONS = {
  CREATED: ['CREATED', 'ASSIGNED', 'IN_PROGRESS', 'BLOCKED', 'COMPLETED', 'SKIPPED', 'REJECTED', 'CANCELLED'],
  ASSIGNED: ['CREATED', 'ASSIGNED', 'IN_PROGRESS', 'BLOCKED', 'COMPLETED', 'SKIPPED', 'REJECTED', 'CANCELLED'],
  IN_PROGRESS: ['CREATED', 'ASSIGNED', 'IN_PROGRESS', 'BLOCKED', 'COMPLETED', 'SKIPPED', 'REJECTED', 'CANCELLED'],
  BLOCKED: ['CREATED', 'ASSIGNED', 'IN_PROGRESS', 'SKIPPED', 'CANCELLED'],
  COMPLETED: [],
  SKIPPED: [],
  REJECTED: [],
  CANCELLED: [],
} as const satisfies Record<TaskStatus, readonly TaskStatus[]>

export interface Caller extends Pick<Context, 'actor' | 'roles' | 'now'> {
  /** Their entry in the directory; read for tasks that have candidates. */
  member?: Member | undefined
}
export type Decided = { decision: Decision; answer: Task }

const unchanged = (task: Task): Decided => ({ decision: { facts: [] }, answer: task })
export const identityOf = ({ taskId, stepKey, role }: Task) => ({ taskId, stepKey, role })

export const taskIdOf = (shipmentId: string, stepKey: string) => `tsk_${shipmentId.slice(4)}_${stepKey}`

/** The shipment and step that a task id names. */
export const partsOf = (taskId: string) => ({ shipmentId: `shp_${taskId.slice(4, 30)}`, stepKey: taskId.slice(31) })

interface Assignment {
  key: string
  role: InternalRole
  title: string
  form: FormField[]
  due: { at: string; basis: string; rule?: Due }
  records?: Task['records']
  priority?: Task['priority']
  candidates?: Task['candidates']
  escalation?: Task['escalation']
  rejectable?: Task['rejectable']
  /** Who was named for it, and the open tasks of all who could have been, where that was the reason. */
  assignee?: string | undefined
  loads?: Record<string, number> | undefined
  /** With one, the form is that of a decision. */
  approval?: Task['approval']
}

/** A new task in its role's inbox, or with the person who was named for it. */
export function assignment(
  shipmentId: string,
  step: Assignment,
  now: string,
  people: People = NOBODY,
): { task: Task; fact: Fact } {
  const { records, priority, candidates, escalation, rejectable, assignee, loads, due, approval } = step
  const task: Task = {
    taskId: taskIdOf(shipmentId, step.key),
    shipmentId,
    stepKey: step.key,
    role: step.role,
    title: step.title,
    status: assignee === undefined ? 'CREATED' : 'ASSIGNED',
    ...(assignee === undefined ? {} : { assignee }),
    dueAt: due.at,
    dueBasis: due.basis,
    ...(due.rule ? { due: due.rule } : {}),
    ...(priority ? { priority } : {}),
    ...(candidates ? { candidates } : {}),
    ...(escalation ? { escalation } : {}),
    ...(rejectable ? { rejectable } : {}),
    ...(approval ? { approval } : {}),
    form: approval ? DECISION_FORM : step.form,
    ...(records ? { records } : {}),
    createdAt: now,
  }
  const named = { ...(assignee === undefined ? {} : { assignee }), ...(loads ? { loads } : {}) }
  return {
    task: { ...task, ...nextEscalation(task, [], people) },
    fact: { type: 'task.assigned', data: { ...identityOf(task), title: task.title, dueAt: due.at, ...named } },
  }
}

/** A cancelled task, open again as it was: who had it has it. */
export function reopening({ closedAt: _, reason: __, ...cancelled }: Task, reason: string): { task: Task; fact: Fact } {
  const task: Task = { ...cancelled, status: cancelled.assignee === undefined ? 'CREATED' : 'IN_PROGRESS' }
  return { task, fact: { type: 'task.reopened', data: { ...identityOf(task), reason } } }
}

const isAdmin = (caller: Caller) => caller.roles.includes('TENANT_ADMIN')

export const maySee = (caller: Pick<Context, 'roles'>, role: InternalRole) =>
  caller.roles.some((it) => it === role || it === 'TENANT_ADMIN' || it === 'AUDITOR')

/** A task that is the caller's business. */
export function taskFor(state: Pick<ShipmentState, 'tasks'>, taskId: string, caller: Caller): Task {
  const task = state.tasks.find((it) => it.taskId === taskId)
  if (!task) throw notFound('task')
  if (!isAdmin(caller) && !caller.roles.includes(task.role))
    throw new AppError('forbidden', 'task.other_role', `This task is ${task.role}'s`)
  return task
}

/** The open task that the caller may bring to `to`. */
export function openTask(state: Pick<ShipmentState, 'tasks'>, taskId: string, caller: Caller, to: TaskStatus): Task {
  const task = taskFor(state, taskId, caller)
  if (!OPEN_TASK_STATUSES.includes(task.status))
    throw new AppError('conflict', 'task.closed', `The task is ${task.status}`)
  if ((task.review || task.disagreements) && (to === 'COMPLETED' || to === 'SKIPPED' || to === 'REJECTED'))
    throw new AppError('conflict', 'task.of_documents', 'The task ends when its documents are decided on')
  if (!(TRANSITIONS[task.status] as readonly TaskStatus[]).includes(to))
    throw new AppError('conflict', 'task.not_now', `A ${task.status} task cannot become ${to}`)
  return task
}

/** Others may not touch what somebody has, but who delegated it still answers for it; what nobody has is for its candidates. */
export function refuseIfTaken(task: Task, caller: Caller) {
  if (isAdmin(caller)) return
  const own = task.assignee === caller.actor.id || task.delegatedBy === caller.actor.id
  if (task.assignee !== undefined && !own)
    throw new AppError('conflict', 'task.taken', `${task.assignee} has this task`)
  if (!own && !isCandidate(task, caller))
    throw new AppError('forbidden', 'task.not_candidate', 'The task is for other people of the role')
}

function isCandidate({ candidates, role }: Task, { actor, member }: Caller): boolean {
  if (!candidates) return true
  const { users = [], groups = [] } = candidates
  return (
    users.includes(actor.id) ||
    (member?.groups.some((group) => groups.includes(group)) ?? false) ||
    (member?.leads.includes(role) ?? false)
  )
}

/** Takes a task up; one that the caller has taken up already stays as it is. */
export function decideClaim(state: ShipmentState, taskId: string, caller: Caller): Decided {
  const own = state.tasks.find((it) => it.taskId === taskId)
  if (own?.status === 'IN_PROGRESS' && own.assignee === caller.actor.id) return unchanged(own)
  const task = openTask(state, taskId, caller, 'IN_PROGRESS')
  refuseIfTaken(task, caller)
  refuseOwn(state, task, caller)
  const { delegatedBy, ...rest } = task
  const stays = delegatedBy === undefined || delegatedBy === caller.actor.id ? {} : { delegatedBy }
  const claimed: Task = { ...rest, ...stays, status: 'IN_PROGRESS', assignee: caller.actor.id }
  return decided(claimed, { type: 'task.claimed', data: { ...identityOf(task), assignee: caller.actor.id } })
}

/** Puts a task back into its role's inbox; a delegated one into the hands of who delegated it. */
export function decideRelease(state: ShipmentState, taskId: string, caller: Caller): Decided {
  const task = openTask(state, taskId, caller, 'CREATED')
  refuseIfTaken(task, caller)
  const { assignee, delegatedBy, ...rest } = task
  if (assignee === undefined) return unchanged(task)
  const released: Task =
    delegatedBy === undefined ? { ...rest, status: 'CREATED' } : { ...rest, status: 'ASSIGNED', assignee: delegatedBy }
  const reason = delegatedBy === undefined ? 'Released' : 'Handed back'
  return decided(released, {
    type: 'task.reassigned',
    data: { ...identityOf(task), from: assignee, to: delegatedBy ?? task.role, reason },
  })
}

export interface Reassignment {
  assignee?: string | undefined
  role?: InternalRole | undefined
  reason: string
  /** The assignee's entry in the directory. */
  member?: Member | undefined
}

/** Of whom the directory knows that they do other work, nobody gets a task of the role. */
export function refuseOtherRole(role: InternalRole, member: Member | undefined) {
  if (member && !member.roles.includes(role))
    throw new AppError('unprocessable', 'task.assignee_other_role', `${member.subject} does not do ${role}'s work`)
}

/** Names another person or role for a task; with a new role and no person it goes to that role's inbox. */
export function decideReassign(state: ShipmentState, taskId: string, to: Reassignment, caller: Caller): Decided {
  const task = openTask(state, taskId, caller, to.assignee === undefined ? 'CREATED' : 'ASSIGNED')
  const { assignee: before, delegatedBy: _, candidates, ...rest } = task
  const role = to.role ?? task.role
  refuseOtherRole(role, to.member)
  const reassigned: Task = {
    ...rest,
    // Candidates are of the role that the task came from.
    ...(candidates && role === task.role ? { candidates } : {}),
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
  refuseOwn(state, task, caller)
  const result = readForm(task.form, data)
  refuseUnreasoned(task, result)
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
  refuseUndecided(task)
  const skipped: Task = { ...task, status: 'SKIPPED', closedAt: caller.now, reason }
  return decided(skipped, { type: 'task.skipped', data: { ...identityOf(task), reason } })
}

export const decided = (task: Task, ...facts: Fact[]): Decided => ({ decision: { facts, tasks: [task] }, answer: task })
