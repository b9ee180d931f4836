/** Why a task: why it, why for this role or person, why by this date, and what comes if it stays undone. Pure. */
import type { Reason } from '../../../schemas/explanation'
import type { Task } from '../../../schemas/task'
import type { TimelineEntry } from '../../../schemas/timeline'
import type { People } from '../../people/domain/calendars'
import { entriesOf } from '../../platform/timeline'
import type { ShipmentState } from '../../shipments/store'
import { type Derivation, dueAt, offsetMs } from '../../sops/domain/anchors'
import { isAdHoc } from '../../tasks/domain/delegation'
import { plannedRungs, takenRungs } from '../../tasks/domain/escalation'

export function reasonsForTask(
  { task, entries }: { task: Task; entries: readonly TimelineEntry[] },
  state: ShipmentState,
  people: People,
): Reason[] {
  return [whyIt(task), whyThem(task, entries), whyThen(task, entries, state, people), whatNext(task, state, people)]
}

function whyIt(task: Task): Reason {
  const { title, records, review, disagreements, approval } = task
  const rule = isAdHoc(task)
    ? 'A person gave it beside the SOP'
    : review
      ? 'A document was read with doubts, and a person has to look'
      : disagreements
        ? 'Documents of the shipment disagree'
        : approval
          ? 'A step of the SOP asks for the decision of a second person'
          : 'A step of the SOP asks for it'
  return {
    question: 'Why this task?',
    rule,
    inputs: {
      ...(records ? { records } : {}),
      ...(approval ? { notBy: approval.notBy } : {}),
      ...(review ? { reasons: review.reasons } : {}),
      ...(disagreements ? { disagreements: disagreements.map(({ message }) => message) } : {}),
    },
    outcome: title,
    otherwise: records ? [`Had ${records} stood already, the task would not have been made`] : [],
  }
}

function whyThem(task: Task, entries: readonly TimelineEntry[]): Reason {
  const assigned = entriesOf(entries, 'task.assigned').at(0)
  const { loads, assignee } = assigned?.data ?? {}
  const changes = entries.flatMap(changeOf)
  const ranked = Object.entries(loads ?? {}).sort(([, a], [, b]) => a - b)
  const next = ranked.find(([subject]) => subject !== assignee)
  const rule = loads
    ? 'Of the candidates who were there, the one with the fewest open tasks; among equals, the lot that the task’s id draws'
    : assignee
      ? 'Whoever made the task named the person'
      : 'The role is named; whoever of it takes the task up has it'
  return {
    question: 'Why this role and person?',
    rule,
    inputs: {
      role: task.role,
      ...(task.candidates ? { candidates: task.candidates } : {}),
      ...(loads ? { openTasks: loads } : {}),
      ...(changes.length > 0 ? { changes } : {}),
    },
    outcome: `${task.role}${task.assignee === undefined ? ', nobody by name' : `, ${task.assignee}`}${
      task.delegatedBy === undefined ? '' : ` for ${task.delegatedBy}`
    }`,
    otherwise: next ? [`Without ${assignee}: ${next[0]}, who had ${next[1]} open`] : [],
  }
}

/** Who had it afterwards, and why. */
function changeOf(entry: TimelineEntry): Record<string, unknown>[] {
  const { recordedAt: at, actor } = entry
  switch (entry.type) {
    case 'task.claimed':
      return [{ at, by: actor.id, what: 'claimed', to: entry.data.assignee }]
    case 'task.delegated':
    case 'task.reassigned':
      return [
        { at, by: actor.id, what: entry.type.slice('task.'.length), to: entry.data.to, reason: entry.data.reason },
      ]
    case 'task.rejected':
      return [{ at, by: actor.id, what: 'rejected', reason: entry.data.reason }]
    case 'task.escalated':
      return entry.data.action === 'REASSIGN_TO_LEAD'
        ? [{ at, by: actor.id, what: 'escalated to the lead', to: entry.data.to ?? 'nobody leads the role' }]
        : []
    default:
      return []
  }
}

function whyThen(task: Task, entries: readonly TimelineEntry[], state: ShipmentState, people: People): Reason {
  const moved = entriesOf(entries, 'task.rescheduled').map(({ recordedAt, data }) => ({
    at: recordedAt,
    from: data.from,
    to: data.to,
    basis: data.basis,
  }))
  const question = 'Why this date?'
  const outcome = `${task.dueAt ?? 'none'} (${task.dueBasis ?? 'no basis'})`
  const changes = moved.length > 0 ? { changes: moved } : {}
  if (!task.due)
    return {
      question,
      rule: task.dueBasis ?? 'None',
      inputs: { createdAt: task.createdAt, ...changes },
      outcome,
      otherwise: [],
    }
  const derived = dueAt(task.due, state, task.createdAt, people)
  return {
    question,
    rule: 'Anchor, then offset, then business hours by the calendar',
    inputs: { ...traceOf(derived), ...changes },
    outcome,
    otherwise: alternatives(derived, task),
  }
}

const ANCHOR_SOURCES: Partial<Record<string, string>> = {
  STEP: 'the moment when the task was made',
  ETD: 'the planned departure of the main carriage',
  ETA: 'the planned arrival of the main carriage',
  PROMISED_DELIVERY: 'the end of the promised, else of the requested delivery window',
}

/** How a due date came about, step by step. */
export function traceOf({ rule, anchor, calendar, at }: Derivation): Record<string, unknown> {
  const source = anchor.assumed
    ? `assumed: the shipment names no ${anchor.name}, a usual lead time stands in`
    : (ANCHOR_SOURCES[anchor.name] ?? `the cut-off ${anchor.name} of the shipment`)
  return {
    anchor: { name: anchor.name, at: anchor.at, source },
    ...(rule.offset === undefined ? {} : { offset: rule.offset }),
    ...(rule.businessHours === undefined ? {} : { businessHours: rule.businessHours, at: rule.at ?? 'OFFICE' }),
    ...(calendar ? { calendar } : {}),
    computed: at,
  }
}

function alternatives({ rule, anchor, calendar, at }: Derivation, { dueAt: stored }: Task): string[] {
  const elapsed = Date.parse(anchor.at) + (rule.offset === undefined ? 0 : offsetMs(rule.offset))
  const hours = (rule.businessHours ?? 0) * 3600_000
  return [
    ...(calendar ? [`In elapsed hours it would be due at ${new Date(elapsed + hours).toISOString()}`] : []),
    ...(calendar?.assumed
      ? ['A business calendar of the tenant for the place would take the place of the usual hours']
      : []),
    ...(anchor.assumed ? [`A ${anchor.name} named in the shipment would move it`] : []),
    ...(at === stored ? [] : [`Computed anew from today’s plan and calendars it would be due at ${at}`]),
  ]
}

function whatNext(task: Task, { timeline }: ShipmentState, people: People): Reason {
  const taken = takenRungs(timeline, task.stepKey)
  const ladder = plannedRungs(task, people).map(({ index, action, moment }) => ({
    ...{ rung: index, action, at: moment },
    taken: taken.includes(index),
  }))
  return {
    question: 'What comes if it stays undone?',
    rule: task.escalation ? 'The ladder of its step' : `The usual ladder of priority ${task.priority ?? 'NORMAL'}`,
    inputs: { ladder },
    outcome:
      task.closedAt !== undefined
        ? `Nothing: ${task.status}`
        : `Next at ${task.escalateAt ?? 'no time: all rungs are taken'}`,
    otherwise: [],
  }
}
