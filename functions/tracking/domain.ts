/** Events and milestones: what a reported event means for a shipment. Same events in any order: same milestones. */
import { createHash } from 'node:crypto'
import type { Milestone } from '../../schemas/milestone'
import type { ShipmentDetail, ShipmentHeader } from '../../schemas/shipment'
import type { Fact, TimelineEntry } from '../../schemas/timeline'
import type { MilestoneOccurrence, RecordEvent, ReportedEvent, RetractionEvent } from '../../schemas/tracking'
import { invalid } from '../platform/errors'
import { entriesOf } from '../platform/timeline'
import type { ShipmentState } from '../shipments/items'
import type { Decision } from '../shipments/store'
import { CATALOGUE, type CatalogueRule, KNOWN_CODES, type Side } from './codes'

type Route = Pick<ShipmentHeader, 'type' | 'from' | 'to'> & Pick<ShipmentDetail, 'legs'>
type Recorded = ReportedEvent & { eventId: string; milestone?: Milestone | undefined }

export interface RecordedAnswer {
  eventId: string
  duplicate: boolean
  unknown: boolean
  milestone?: Milestone | undefined
  /** Occurrences that this event began, moved or ended. */
  milestones: { type: string; occurrenceId: string; occurredAt?: string | undefined }[]
}

/** Sources' clocks and time zones are off by hours, never by more than a day. */
const MAX_AHEAD = 24 * 3600 * 1000

/** Stores an event or a retraction, and the milestones that it changes. A second one with the same id changes nothing. */
export function decideRecordEvent(
  state: Pick<ShipmentState, 'header' | 'detail' | 'timeline'>,
  event: RecordEvent,
  now: string,
): { decision: Decision; answer: RecordedAnswer } {
  const eventId = event.eventId ?? derivedId(event)
  const known = entriesOf(state.timeline, 'event.recorded', 'event.retracted').some((it) => it.data.eventId === eventId)
  if (known) return { decision: { facts: [] }, answer: answerOf(eventId, [], { duplicate: true }) }
  if ('retractedEventId' in event) return decideRetraction(state, { ...event, eventId })
  if (event.eventClassifierCode === 'ACT' && Date.parse(event.eventDateTime) > Date.parse(now) + MAX_AHEAD)
    throw invalid([
      { pointer: '/eventDateTime', code: 'event.in_future', message: 'an actual event cannot lie in the future' },
    ])
  return decideReported(state, { ...event, eventId })
}

function decideReported(
  state: Pick<ShipmentState, 'header' | 'detail' | 'timeline'>,
  event: ReportedEvent & { eventId: string },
) {
  const unknown = !KNOWN_CODES[event.eventType].has(event.eventCode)
  const milestone = unknown ? undefined : milestoneOf(event, { ...state.header, legs: state.detail.legs })
  const recorded: Fact = {
    type: 'event.recorded',
    occurredAt: event.eventDateTime,
    data: { ...event, ...(milestone ? { milestone } : {}), ...(unknown ? { unknown: true } : {}) },
  }
  const events = [...activeEvents(state.timeline), { ...event, milestone }].filter(
    (it) => !retractedIds(state.timeline).has(it.eventId),
  )
  const changes = milestone ? changesOf(state, events, event.eventId, '') : []
  const starts = state.header.status === 'CONFIRMED' && changes.some((fact) => fact.type === 'milestone.recorded')
  return {
    decision: {
      facts: [recorded, ...changes],
      ...(starts ? { header: { status: 'IN_PROGRESS' as const } } : {}),
    },
    answer: answerOf(event.eventId, changes, { unknown, milestone }),
  }
}

function decideRetraction(
  state: Pick<ShipmentState, 'header' | 'detail' | 'timeline'>,
  event: RetractionEvent & { eventId: string },
) {
  const events = activeEvents(state.timeline).filter((it) => it.eventId !== event.retractedEventId)
  const changes = changesOf(state, events, event.eventId, event.reason)
  return {
    decision: { facts: [{ type: 'event.retracted' as const, data: event }, ...changes] },
    answer: answerOf(event.eventId, changes, {}),
  }
}

const answerOf = (eventId: string, changes: Fact[], rest: Partial<RecordedAnswer>): RecordedAnswer => ({
  eventId,
  duplicate: false,
  unknown: false,
  ...rest,
  milestones: changes.flatMap((fact) =>
    fact.type === 'milestone.recorded' || fact.type === 'milestone.corrected' || fact.type === 'milestone.retracted'
      ? [{ type: fact.type, occurrenceId: fact.data.occurrenceId, occurredAt: fact.occurredAt }]
      : [],
  ),
})

/** Sources that give no id still send the same event twice: its content is its identity. */
const derivedId = (event: RecordEvent) =>
  `derived-${createHash('sha256')
    .update(JSON.stringify(Object.entries(event).sort(([a], [b]) => (a < b ? -1 : 1))))
    .digest('hex')
    .slice(0, 24)}`

const retractedIds = (timeline: readonly TimelineEntry[]) =>
  new Set(entriesOf(timeline, 'event.retracted').map((entry) => entry.data.retractedEventId))

function activeEvents(timeline: readonly TimelineEntry[]): Recorded[] {
  const retracted = retractedIds(timeline)
  return entriesOf(timeline, 'event.recorded')
    .map((entry) => entry.data)
    .filter((event) => !retracted.has(event.eventId))
}

/** The milestone that a known code reaches on this route, if any. */
export function milestoneOf(event: ReportedEvent, route: Route): Milestone | undefined {
  const side = sideOf(event, route)
  return CATALOGUE.find((rule) => fits(rule, event, side))?.milestone
}

function fits(rule: CatalogueRule, event: ReportedEvent, side: Side | undefined): boolean {
  return (
    rule.type === event.eventType &&
    rule.code === event.eventCode &&
    (!rule.document || rule.document.includes(event.documentTypeCode ?? '')) &&
    (!rule.facility || rule.facility.includes(event.facilityTypeCode ?? '')) &&
    (!rule.indicator || rule.indicator === (event.emptyIndicatorCode ?? 'LADEN')) &&
    (rule.truck === undefined || rule.truck === (event.modeOfTransport === 'TRUCK')) &&
    (!rule.transshipment || event.isTransshipmentMove === true) &&
    (!rule.side || rule.side === side)
  )
}

const MAIN_CARRIAGE: readonly string[] = ['VESSEL', 'AIR', 'BARGE', 'RAIL']

/** Origin: where the journey or its main carriage begins; destination: where either ends. Without a place, the shipment's type says. */
function sideOf(event: ReportedEvent, route: Route): Side | undefined {
  const { unLocode } = event
  if (unLocode === undefined) return route.type === 'IMPORT' ? 'DESTINATION' : 'ORIGIN'
  const main = route.legs.filter((leg) => MAIN_CARRIAGE.includes(leg.mode))
  if ([route.from, main[0]?.from.unLocode].includes(unLocode)) return 'ORIGIN'
  if ([route.to, main.at(-1)?.to.unLocode].includes(unLocode)) return 'DESTINATION'
  if (unLocode.slice(0, 2) === route.from.slice(0, 2) && route.from.slice(0, 2) !== route.to.slice(0, 2))
    return 'ORIGIN'
  if (unLocode.slice(0, 2) === route.to.slice(0, 2) && route.from.slice(0, 2) !== route.to.slice(0, 2))
    return 'DESTINATION'
  return undefined
}

/** Milestones that stand now, by the timeline. */
export function occurrencesOf(timeline: readonly TimelineEntry[]): MilestoneOccurrence[] {
  const current = new Map<string, MilestoneOccurrence>()
  for (const entry of entriesOf(timeline, 'milestone.recorded', 'milestone.corrected', 'milestone.retracted')) {
    if (entry.type === 'milestone.retracted') current.delete(entry.data.occurrenceId)
    else current.set(entry.data.occurrenceId, entry.data)
  }
  return [...current.values()]
}

export const occurrenceOf = (timeline: readonly TimelineEntry[], milestone: Milestone) =>
  occurrencesOf(timeline).find((occurrence) => occurrence.milestone === milestone)

/** What must be recorded, corrected or retracted so that the milestones are those that `events` prove. */
function changesOf(
  state: Pick<ShipmentState, 'detail' | 'timeline'>,
  events: readonly Recorded[],
  eventId: string,
  reason: string,
): Fact[] {
  const current = new Map(occurrencesOf(state.timeline).map((it) => [it.milestone, it]))
  const proven = provenBy(events, containerNumbers(state.detail))
  const facts: Fact[] = []
  for (const [milestone, proof] of proven) {
    const standing = current.get(milestone)
    if (!standing) {
      const occurrenceId = `${milestone}:${timesRecorded(state.timeline, milestone) + 1}`
      const data = { occurrenceId, milestone, ...proof }
      facts.push({ type: 'milestone.recorded', occurredAt: proof.occurredAt, data })
    } else if (!sameProof(standing, proof)) {
      const data = { occurrenceId: standing.occurrenceId, milestone, ...proof }
      facts.push({ type: 'milestone.corrected', occurredAt: proof.occurredAt, data })
    }
  }
  for (const [milestone, { occurrenceId }] of current)
    if (!proven.has(milestone))
      facts.push({ type: 'milestone.retracted', data: { occurrenceId, milestone, eventId, reason } })
  return facts
}

const timesRecorded = (timeline: readonly TimelineEntry[], milestone: Milestone) =>
  entriesOf(timeline, 'milestone.recorded').filter((entry) => entry.data.milestone === milestone).length

type Proof = Omit<MilestoneOccurrence, 'occurrenceId' | 'milestone'>
/** Which events prove it is bookkeeping; only time, place and quantity are facts about the world. */
const sameProof = (a: Proof, b: Proof) =>
  a.occurredAt === b.occurredAt && a.unLocode === b.unLocode && a.deliveredPackages === b.deliveredPackages

const containerNumbers = (detail: ShipmentDetail) =>
  detail.containers.flatMap((container) => (container.number === undefined ? [] : [container.number]))

function provenBy(events: readonly Recorded[], containers: readonly string[]): Map<Milestone, Proof> {
  const byMilestone = new Map<Milestone, Recorded[]>()
  for (const event of events) {
    if (!event.milestone || event.eventClassifierCode !== 'ACT') continue
    byMilestone.set(event.milestone, [...(byMilestone.get(event.milestone) ?? []), event])
  }
  const proven = new Map<Milestone, Proof>()
  for (const [milestone, reports] of byMilestone) {
    const proof = proofOf(reports, containers)
    if (proof) proven.set(milestone, proof)
  }
  return proven
}

/**
 * The earliest report stands, whichever arrived first. Reports of single containers prove a milestone when every
 * container of the shipment has one; it then occurred when the last container reached it.
 */
function proofOf(reports: readonly Recorded[], containers: readonly string[]): Proof | undefined {
  const ordered = [...reports].sort((a, b) =>
    a.eventDateTime === b.eventDateTime ? (a.eventId < b.eventId ? -1 : 1) : a.eventDateTime < b.eventDateTime ? -1 : 1,
  )
  const whole = ordered.find(
    (event) => !event.equipmentReference || containers.length === 0 || !containers.includes(event.equipmentReference),
  )
  const each = containers.map((number) => ordered.find((event) => event.equipmentReference === number))
  const complete = each.length > 0 && each.every((event) => event !== undefined)
  const last = complete
    ? each.reduce((a, b) => ((a?.eventDateTime ?? '') < (b?.eventDateTime ?? '') ? b : a))
    : undefined
  const decisive = whole && (!last || whole.eventDateTime <= last.eventDateTime) ? whole : last
  if (!decisive) return undefined
  const proving = decisive === whole ? [whole] : each.flatMap((event) => event ?? [])
  const packages = proving.flatMap((event) => event.deliveredPackages ?? [])
  return {
    occurredAt: decisive.eventDateTime,
    ...(decisive.unLocode ? { unLocode: decisive.unLocode } : {}),
    ...(packages.length > 0 ? { deliveredPackages: packages.reduce((sum, count) => sum + count, 0) } : {}),
    eventIds: proving.map((event) => event.eventId),
  }
}

/** Planned, estimated and actual time of each milestone side by side; the latest plan and estimate of event time stand. */
export function milestoneTimes(timeline: readonly TimelineEntry[]) {
  const rows = new Map<Milestone, { planned?: string; estimated?: string; actual?: string }>()
  const row = (milestone: Milestone) => {
    const found = rows.get(milestone) ?? {}
    rows.set(milestone, found)
    return found
  }
  for (const event of activeEvents(timeline)) {
    if (!event.milestone || event.eventClassifierCode === 'ACT') continue
    row(event.milestone)[event.eventClassifierCode === 'PLN' ? 'planned' : 'estimated'] = event.eventDateTime
  }
  for (const occurrence of occurrencesOf(timeline)) row(occurrence.milestone).actual = occurrence.occurredAt
  return [...rows].map(([milestone, times]) => ({ milestone, ...times }))
}
