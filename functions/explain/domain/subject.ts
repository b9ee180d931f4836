/** What is to be explained: found among what the caller may see of the shipment. Pure. */
import type { ChargeLine } from '../../../schemas/shipment'
import type { Task } from '../../../schemas/task'
import type { TimelineEntry, TimelineEntryOf } from '../../../schemas/timeline'
import type { MilestoneOccurrence } from '../../../schemas/tracking'
import { notFound } from '../../platform/errors'
import { entriesOf } from '../../platform/timeline'
import { chargesOf, visibleEntries } from '../../shipments/perspective'
import type { ShipmentState } from '../../shipments/store'

export type Subject =
  | { kind: 'TASK'; task: Task; entries: TimelineEntry[] }
  | { kind: 'EXCEPTION'; raised: TimelineEntryOf<'exception.raised'>; entries: TimelineEntry[] }
  | { kind: 'NOTICE'; sent: TimelineEntryOf<'notification.sent'>; entries: TimelineEntry[] }
  | { kind: 'CHARGE'; charge: ChargeLine; entries: TimelineEntry[] }
  | { kind: 'MILESTONE'; occurrence: MilestoneOccurrence; entries: TimelineEntry[] }
  | { kind: 'ENTRY'; entry: TimelineEntry; entries: TimelineEntry[] }

export interface Named {
  prefix: string
  shipmentId: string
  /** Step key, charge, occurrence, or sequence. */
  key: string
}

export const namedBy = (id: string): Named => ({
  prefix: id.slice(0, 3),
  shipmentId: `shp_${id.slice(4, 30)}`,
  key: id.slice(31),
})

/** The viewer is a partner's organization, or undefined. What it may not see looks like what does not exist. */
export function subjectOf({ prefix, key }: Named, state: ShipmentState, viewer: string | undefined): Subject {
  const entries = visibleEntries(state, viewer)
  const found =
    prefix === 'tsk'
      ? taskOf(state, entries, key, viewer)
      : prefix === 'exc'
        ? exceptionOf(entries, key)
        : prefix === 'ntc'
          ? noticeOf(entries, key)
          : prefix === 'chg'
            ? chargeOf(state, entries, key, viewer)
            : prefix === 'mst'
              ? milestoneOf(entries, key)
              : entryOf(state, entries, Number(key), viewer)
  if (!found) throw notFound('decision')
  return found
}

function taskOf(state: ShipmentState, entries: TimelineEntry[], stepKey: string, viewer: string | undefined) {
  const task = viewer === undefined ? state.tasks.find((it) => it.stepKey === stepKey) : undefined
  const own = entries.filter((entry) => 'taskId' in entry.data && entry.data.taskId === task?.taskId)
  return task && { kind: 'TASK' as const, task, entries: own }
}

function exceptionOf(entries: TimelineEntry[], stepKey: string) {
  const own = entriesOf(entries, 'exception.raised', 'exception.resolved').filter(
    ({ data }) => data.stepKey === stepKey,
  )
  const raised = entriesOf(own, 'exception.raised').at(-1)
  return raised && { kind: 'EXCEPTION' as const, raised, entries: own }
}

function noticeOf(entries: TimelineEntry[], stepKey: string) {
  const sent = entriesOf(entries, 'notification.sent').find(({ data }) => data.stepKey === stepKey)
  return sent && { kind: 'NOTICE' as const, sent, entries: [sent] }
}

function chargeOf(state: ShipmentState, entries: TimelineEntry[], chargeId: string, viewer: string | undefined) {
  const charge = chargesOf(state).find((line) => line.chargeId === chargeId)
  const own = viewer === undefined || (charge?.counterparty === viewer && charge.type !== 'COST')
  if (!charge || !own) return undefined
  const about = entries.filter((entry) => {
    if (entry.type === 'charge.added') return entry.data.charge.chargeId === chargeId
    if (entry.type !== 'invoice.issued' && entry.type !== 'cost.accrued' && entry.type !== 'accrual.reversed')
      return entry.type === 'credit.proposed' && entry.data.chargeIds.includes(chargeId)
    return entry.data.lines.some((line) => line.chargeId === chargeId)
  })
  const made = about.some(({ type }) => type === 'charge.added') ? [] : entries.slice(0, 1)
  return { kind: 'CHARGE' as const, charge, entries: [...made, ...about] }
}

function milestoneOf(entries: TimelineEntry[], occurrenceId: string) {
  const own = entriesOf(entries, 'milestone.recorded', 'milestone.corrected', 'milestone.retracted').filter(
    ({ data }) => data.occurrenceId === occurrenceId,
  )
  const last = entriesOf(own, 'milestone.recorded', 'milestone.corrected').at(-1)
  return last && { kind: 'MILESTONE' as const, occurrence: last.data, entries: own }
}

/** What an entry tells of, if that is explained by itself. */
function entryOf(
  state: ShipmentState,
  entries: TimelineEntry[],
  sequence: number,
  viewer: string | undefined,
): Subject | undefined {
  const entry = entries.find((it) => it.sequence === sequence)
  if (!entry) return undefined
  const own = { kind: 'ENTRY' as const, entry, entries: [entry] }
  if ('taskId' in entry.data) return taskOf(state, entries, entry.data.stepKey, viewer) ?? own
  switch (entry.type) {
    case 'exception.raised':
    case 'exception.resolved':
      return exceptionOf(entries, entry.data.stepKey) ?? own
    case 'notification.sent':
      return noticeOf(entries, entry.data.stepKey) ?? own
    case 'charge.added':
      return chargeOf(state, entries, entry.data.charge.chargeId, viewer) ?? own
    case 'milestone.recorded':
    case 'milestone.corrected':
    case 'milestone.retracted':
      return milestoneOf(entries, entry.data.occurrenceId) ?? own
    default:
      return own
  }
}
