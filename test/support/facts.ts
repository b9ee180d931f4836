/** The facts of a shipment, as tests of moves compare them. */
import type { ShipmentState } from '../../functions/shipments/store'
import { OPEN_TASK_STATUSES } from '../../schemas/task'
import type { TimelineEntry, TimelineType } from '../../schemas/timeline'

/** What tells of runs, of tasks that two versions do not have alike, and of how often papers were compared. */
const OF_MOVES: readonly TimelineType[] = [
  'sop.started',
  'sop.restarted',
  'task.cancelled',
  'task.revised',
  'task.reopened',
  'documents.compared',
]

const nameOf = ({ type, data }: TimelineEntry) => {
  const { stepKey, milestone } = data as { stepKey?: string; milestone?: string }
  return [type, stepKey, milestone].filter(Boolean).join(' ')
}

/** What was done, reached and said, sorted. */
export const doneIn = ({ timeline }: Pick<ShipmentState, 'timeline'>) =>
  timeline
    .filter(({ type }) => !OF_MOVES.includes(type))
    .map(nameOf)
    .sort()

const count = (names: readonly string[], name: string) => names.filter((it) => it === name).length

/** The facts of a shipment that had the version all along, and beside them what had rightly been done before. */
export function withBefore(all: readonly string[], before: readonly string[]): string[] {
  const beside = [...new Set(before)].flatMap((name) =>
    Array<string>(Math.max(0, count(before, name) - count(all, name))).fill(name),
  )
  return [...all, ...beside].sort()
}

/** Done once for ever, whatever the versions. */
const ONCE: readonly TimelineType[] = [
  'task.assigned',
  'task.completed',
  'notification.sent',
  'charge.added',
  'document.requested',
  'milestone.recorded',
  'party.screened',
  'exception.raised',
  'shipment.completed',
]

/** What was done more than once. */
export function doneTwice({ timeline }: Pick<ShipmentState, 'timeline'>): string[] {
  const names = timeline.filter(({ type }) => ONCE.includes(type)).map(nameOf)
  return names.filter((name, index) => names.indexOf(name) !== index)
}

export const openTasks = ({ tasks }: Pick<ShipmentState, 'tasks'>) =>
  tasks.filter(({ status }) => OPEN_TASK_STATUSES.includes(status)).map(({ stepKey }) => stepKey)
