/** What happens when a task stays undone: a ladder of rungs, each taken once. Pure. */
import type { Member } from '../../../schemas/people'
import type { InternalRole } from '../../../schemas/role'
import {
  type EscalationAction,
  type Ladder,
  OPEN_TASK_STATUSES,
  type Rung,
  type Task,
  type TaskPriority,
} from '../../../schemas/task'
import type { Fact, TimelineData, TimelineEntry } from '../../../schemas/timeline'
import { addOpenTime } from '../../people/domain/business-time'
import { calendarOfOffice, NOBODY, type People } from '../../people/domain/calendars'
import { entriesOf } from '../../platform/timeline'
import type { Decision, ShipmentState } from '../../shipments/store'
import { offsetMs } from '../../sops/domain/anchors'

const rung = (action: EscalationAction, offset: string): Rung => ({ action, offset })

/** Ladders of tasks that name none, in elapsed time from the due date. */
export const USUAL_LADDERS: Record<TaskPriority, Ladder> = {
  LOW: [rung('REMIND', 'P1D')],
  NORMAL: [rung('REMIND', 'PT0M'), rung('REASSIGN_TO_LEAD', 'P1D'), rung('RAISE_EXCEPTION', 'P2D')],
  HIGH: [rung('REMIND', '-PT2H'), rung('REASSIGN_TO_LEAD', 'PT4H'), rung('RAISE_EXCEPTION', 'P1D')],
  CRITICAL: [rung('REMIND', '-PT4H'), rung('REASSIGN_TO_LEAD', 'PT0M'), rung('RAISE_EXCEPTION', 'PT2H')],
}

const SEVERITIES: Record<TaskPriority, TimelineData<'exception.raised'>['severity']> = {
  LOW: 'LOW',
  NORMAL: 'MEDIUM',
  HIGH: 'HIGH',
  CRITICAL: 'CRITICAL',
}

const HOUR = 3600_000
const priorityOf = ({ priority = 'NORMAL' }: Task) => priority
export const ladderOf = (task: Task): Ladder => task.escalation ?? USUAL_LADDERS[priorityOf(task)]

export interface PlannedRung extends Rung {
  /** Place in the ladder, from 0. */
  index: number
  /** UTC */
  moment: string
}

/** Rungs in the order of their moments, but those before the task was made, and reminders in that very moment. */
export function plannedRungs(task: Task, people: People): PlannedRung[] {
  if (task.dueAt === undefined) return []
  const due = Date.parse(task.dueAt)
  const created = Date.parse(task.createdAt)
  return ladderOf(task)
    .map((it, index) => ({ ...it, index, at: momentOf(it, due, created, people) }))
    .filter(({ at, action }) => at > created || (at === created && action !== 'REMIND'))
    .sort((a, b) => a.at - b.at || a.index - b.index)
    .map(({ at, ...it }) => ({ ...it, moment: new Date(at).toISOString() }))
}

/** A task that was late when it was made still gives people the time between the rungs. */
function momentOf({ offset, businessHours }: Rung, due: number, created: number, people: People): number {
  const by = offset === undefined ? 0 : offsetMs(offset)
  const before = by < 0 || (businessHours ?? 0) < 0
  const from = (before ? due : Math.max(due, created)) + by
  if (businessHours === undefined) return from
  return addOpenTime(calendarOfOffice(people).times, from, businessHours * HOUR)
}

/** When the task's next rung comes due; nothing when it has taken all. */
export function nextEscalation(task: Task, taken: readonly number[], people: People): Pick<Task, 'escalateAt'> {
  const next = plannedRungs(task, people).find(({ index }) => !taken.includes(index))
  return next ? { escalateAt: next.moment } : {}
}

const isOpen = ({ status }: Task) => OPEN_TASK_STATUSES.includes(status)

export const takenRungs = (timeline: readonly TimelineEntry[], stepKey: string): number[] =>
  entriesOf(timeline, 'task.escalated').flatMap(({ data }) => (data.stepKey === stepKey ? [data.rung] : []))

/** Tasks whose next rung has come due. */
const overdue = (state: Pick<ShipmentState, 'tasks'>, now: string): Task[] =>
  state.tasks.filter((task) => isOpen(task) && task.escalateAt !== undefined && task.escalateAt <= now)

/** Does something come due for which the tenant's people have to be known? */
export const escalates = (state: Pick<ShipmentState, 'tasks'>, now: string): boolean => overdue(state, now).length > 0

/** When the earliest rung of all tasks comes due, UTC. */
export const escalatesAt = ({ tasks }: Pick<ShipmentState, 'tasks'>): string | undefined =>
  tasks
    .flatMap((task) => (isOpen(task) && task.escalateAt !== undefined ? [task.escalateAt] : []))
    .sort()
    .at(0)

/** All rungs that are due: what is told of them, and the tasks as they then stand. The second time, nothing. */
export function escalations(
  state: Pick<ShipmentState, 'tasks' | 'timeline'>,
  now: string,
  people: People = NOBODY,
): Required<Pick<Decision, 'facts' | 'tasks'>> {
  const climbed = overdue(state, now).map((task) => climb(task, state, now, people))
  return { facts: climbed.flatMap(({ facts }) => facts), tasks: climbed.map(({ task }) => task) }
}

interface Climbed {
  task: Task
  facts: Fact[]
}

function climb(task: Task, { timeline }: Pick<ShipmentState, 'timeline'>, now: string, people: People): Climbed {
  const taken = takenRungs(timeline, task.stepKey)
  const due = plannedRungs(task, people).filter(({ index, moment }) => moment <= now && !taken.includes(index))
  const start: Climbed = { task, facts: [] }
  const top = due.reduce((climbed, it) => take(it, climbed, timeline, now, people), start)
  const { escalateAt: _, ...rest } = top.task
  const next = nextEscalation(rest, [...taken, ...due.map(({ index }) => index)], people)
  return { task: { ...rest, ...next }, facts: top.facts }
}

function take(
  { action, index }: PlannedRung,
  { task, facts }: Climbed,
  timeline: readonly TimelineEntry[],
  now: string,
  people: People,
): Climbed {
  const { taskId, stepKey, role, assignee, dueAt } = task
  const told = { taskId, stepKey, role, rung: index, action, ...(dueAt === undefined ? {} : { dueAt }) }
  const escalated = (more: { from?: string; to?: string } = {}): Fact => ({
    type: 'task.escalated',
    data: { ...told, ...more },
  })
  if (action === 'REMIND') return { task, facts: [...facts, escalated({ to: assignee ?? role })] }
  if (action === 'RAISE_EXCEPTION')
    return { task, facts: [...facts, escalated({ to: role }), ...lateness(task, timeline)] }
  const lead = leadOf(people, role, now)
  if (lead === undefined || lead === assignee)
    return { task, facts: [...facts, escalated(lead === undefined ? {} : { to: lead })] }
  const { delegatedBy: _, ...rest } = task
  const from = assignee === undefined ? { from: role } : { from: assignee }
  return {
    task: { ...rest, assignee: lead, status: task.status === 'BLOCKED' ? 'BLOCKED' : 'ASSIGNED' },
    facts: [...facts, escalated({ ...from, to: lead })],
  }
}

/** Nothing is raised where an exception about the step stands already, such as that of its SOP. */
function lateness(task: Task, timeline: readonly TimelineEntry[]): Fact[] {
  const { stepKey, role, title, dueAt } = task
  const resolved = new Set(entriesOf(timeline, 'exception.resolved').map(({ data }) => data.stepKey))
  const standing = entriesOf(timeline, 'exception.raised').some(
    ({ data }) => data.concerns === stepKey && !resolved.has(data.stepKey),
  )
  if (standing) return []
  const reason = `Not done since ${dueAt}: ${title}`
  const data = { stepKey: `late-${stepKey}`, severity: SEVERITIES[priorityOf(task)], reason, owner: role }
  return [{ type: 'exception.raised', data: { ...data, concerns: stepKey } }]
}

const isAway = ({ absences }: Member, now: string) =>
  absences.some(({ from, to }) => from <= now.slice(0, 10) && now.slice(0, 10) <= to)

/** Who is there of the members, by subject. */
export const present = ({ members }: People, now: string): Member[] =>
  members.filter((member) => !isAway(member, now)).sort((a, b) => (a.subject < b.subject ? -1 : 1))

/** Who leads the role and is there; the first by subject of several. */
export const leadOf = (people: People, role: InternalRole, now: string): string | undefined =>
  present(people, now).find(({ leads }) => leads.includes(role))?.subject
