/** A stored timeline, parted: what came from outside, which is delivered again, and what the SOP itself wrote. */
import type { DeniedParty } from '../../../../schemas/sop'
import type { TimelineEntry, TimelineType } from '../../../../schemas/timeline'
import { entriesOf } from '../../../platform/timeline'
import type { ShipmentState } from '../../../shipments/store'
import { processOf } from '../../../sops/domain/runs'

/** How a person closed a task, by the key of its step. */
export interface Closure {
  key: string
  at: string
  how: 'COMPLETED' | 'SKIPPED' | 'REJECTED'
  by: TimelineEntry['actor']
  result: Record<string, unknown>
  reason: string
}

export interface History {
  /** As it stood when it had been created. Its plan is the one that stands now: the timeline keeps no earlier ones. */
  shipment: ShipmentState
  /** When its SOP began, UTC. */
  startedAt: string
  /** In the order in which they were recorded. */
  outside: TimelineEntry[]
  closures: Closure[]
  /** Last entry, UTC. */
  endedAt: string
  denied: DeniedParty[]
}

/** Facts of these types follow from others, belong to no SOP, or are about executions; none is delivered. */
const NOT_DELIVERED: readonly TimelineType[] = [
  ...([
    'shipment.created',
    'sop.started',
    'sop.restarted',
    'subprocess.requested',
    'subprocess.started',
    'subprocess.restarted',
  ] as const),
  ...(['milestone.recorded', 'milestone.corrected', 'milestone.retracted'] as const),
  ...(['invoice.issued', 'cost.accrued', 'accrual.reversed', 'credit.proposed', 'import.requested'] as const),
]

/** Written by a step of the shipment's own SOP, by the end of its waits, or by the clock that looks at it. */
export function isOwn({ actor, data }: TimelineEntry): boolean {
  if (actor.kind !== 'SYSTEM') return false
  if (actor.id === 'sops' || actor.id === 'sops-timer') return true
  // Sub-processes are not replayed: what they wrote is delivered.
  return actor.id.startsWith('sop/') && !('stepKey' in data && processOf(String(data.stepKey)) !== undefined)
}

/** What a person's work on a task brings about by itself. */
const byTask = (entry: TimelineEntry) =>
  entry.type === 'event.recorded' && entry.data.eventId.startsWith('portolan:task-')

export function historyOf(state: ShipmentState): History {
  const { timeline } = state
  const started = timeline.find(({ type }) => type === 'sop.started')
  const created = timeline.filter(({ type }) => type === 'shipment.created')
  const { sop: _, ...header } = state.header
  return {
    shipment: {
      ...state,
      header: { ...header, status: 'CONFIRMED', version: created.at(-1)?.sequence ?? 0 },
      timeline: created,
      tasks: [],
      documents: [],
      waits: [],
      answers: new Map(),
    },
    startedAt: started?.recordedAt ?? header.createdAt,
    outside: timeline.filter(isDelivered),
    closures: timeline.flatMap(closureOf),
    endedAt: timeline.at(-1)?.recordedAt ?? header.createdAt,
    denied: deniedIn(timeline),
  }
}

const isDelivered = (entry: TimelineEntry) =>
  !NOT_DELIVERED.includes(entry.type) && !entry.type.startsWith('task.') && !byTask(entry) && !isOwn(entry)

function closureOf({ type, data, recordedAt: at, actor: by }: TimelineEntry): Closure[] {
  if (type === 'task.completed')
    return [{ key: data.stepKey, at, how: 'COMPLETED', by, result: data.result, reason: '' }]
  if (type === 'task.skipped') return [{ key: data.stepKey, at, how: 'SKIPPED', by, result: {}, reason: data.reason }]
  if (type === 'task.rejected' && !data.blocked)
    return [{ key: data.stepKey, at, how: 'REJECTED', by, result: {}, reason: data.reason }]
  return []
}

/** A list on which are just those whom a screening found at the time. */
const deniedIn = (timeline: readonly TimelineEntry[]): DeniedParty[] =>
  entriesOf(timeline, 'party.screened').flatMap(({ data }) =>
    data.matches.map(({ party, listed }) => ({ name: listed, aliases: [party], list: 'recorded' })),
  )

/** What the SOP wrote, without order and times. */
const told = ({ type, data }: TimelineEntry): string => {
  const about = 'stepKey' in data ? data.stepKey : 'milestone' in data ? data.milestone : ''
  return `${type} ${about}`
}

const ABOUT_EXECUTIONS: readonly TimelineType[] = [
  'sop.started',
  'sop.restarted',
  'subprocess.started',
  'subprocess.restarted',
]

export const ownFacts = (timeline: readonly TimelineEntry[]): string[] =>
  timeline.flatMap((entry) => (isOwn(entry) && !ABOUT_EXECUTIONS.includes(entry.type) ? [told(entry)] : [])).sort()
