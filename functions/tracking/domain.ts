/** Events and milestones: what a reported event means for a shipment. Same events in any order: same milestones. */
import { createHash } from 'node:crypto'
import type { Milestone } from '../../schemas/milestone'
import type { ShipmentDetail, ShipmentHeader } from '../../schemas/shipment'
import type { Fact, TimelineEntry } from '../../schemas/timeline'
import type { MilestoneOccurrence, RecordEvent, ReportedEvent, RetractionEvent } from '../../schemas/tracking'
import { AppError, invalid } from '../platform/errors'
import { entriesOf } from '../platform/timeline'
import type { ShipmentState } from '../shipments/items'
import type { Decision } from '../shipments/store'
import { checkRoom } from './caps'
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

/** Prefix of the ids of events that the system itself reports; nobody else may use it. */
export const OWN_EVENTS = 'portolan:'

type State = Pick<ShipmentState, 'header' | 'detail' | 'timeline'>

/**
 * Stores an event or a retraction, and the milestones that it changes. A second one with the same id changes nothing.
 * A partner's ids are its own: `reporter`, its organization, stands before them, so that it can neither take the id of
 * another's event nor retract one.
 */
export function decideRecordEvent(
  state: State,
  given: RecordEvent,
  now: string,
  reporter?: string,
): { decision: Decision; answer: RecordedAnswer } {
  const own = (id: string) => (reporter === undefined ? id : `${reporter}:${id}`)
  const eventId = own(given.eventId ?? derivedId(given))
  const event =
    'retractedEventId' in given
      ? { ...given, eventId, retractedEventId: own(given.retractedEventId) }
      : { ...given, eventId }
  const known = entriesOf(state.timeline, 'event.recorded', 'event.retracted').find((it) => it.data.eventId === eventId)
  if (known) {
    if (contentOf(known.data) !== contentOf(event))
      throw new AppError('conflict', 'event.id_reused', `Another event was recorded as ${eventId}`)
    return { decision: { facts: [] }, answer: answerOf(eventId, [], { duplicate: true }) }
  }
  checkRoom(state.timeline, event, reporter)
  if ('retractedEventId' in event) return decideRetraction(state, event)
  if (event.eventClassifierCode === 'ACT' && Date.parse(event.eventDateTime) > Date.parse(now) + MAX_AHEAD)
    throw invalid([
      { pointer: '/eventDateTime', code: 'event.in_future', message: 'an actual event cannot lie in the future' },
    ])
  return decideReported(state, event)
}

/** What a source said, without what we made of it. */
const contentOf = (event: object) =>
  JSON.stringify(
    Object.entries(event)
      .filter(([member]) => member !== 'milestone' && member !== 'unknown')
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )

function decideReported(state: State, event: ReportedEvent & { eventId: string }) {
  const unknown = !KNOWN_CODES[event.eventType].has(event.eventCode)
  const milestone = unknown ? undefined : milestoneOf(event, { ...state.header, legs: state.detail.legs })
  const recorded: Fact = {
    type: 'event.recorded',
    occurredAt: event.eventDateTime,
    data: { ...event, ...(milestone ? { milestone } : {}), ...(unknown ? { unknown: true } : {}) },
  }
  const retracted = retractedIds(state.timeline)
  const events = [...activeEvents(state.timeline), { ...event, milestone }].filter((it) => !retracted.has(it.eventId))
  const changes = milestone ? reachedBy(state, events, [milestone]) : []
  const starts = state.header.status === 'CONFIRMED' && changes.some((fact) => fact.type === 'milestone.recorded')
  return {
    decision: {
      facts: [recorded, ...changes],
      ...(starts ? { header: { status: 'IN_PROGRESS' as const } } : {}),
    },
    answer: answerOf(event.eventId, changes, { unknown, milestone }),
  }
}

function decideRetraction(state: State, event: RetractionEvent & { eventId: string }) {
  const before = activeEvents(state.timeline)
  const milestone = before.find((it) => it.eventId === event.retractedEventId)?.milestone
  const events = before.filter((it) => it.eventId !== event.retractedEventId)
  const changes = milestone
    ? [...reachedBy(state, events, [milestone]), ...lostBy(state, events, milestone, event)]
    : []
  return {
    decision: { facts: [{ type: 'event.retracted' as const, data: event }, ...changes] },
    answer: answerOf(event.eventId, changes, {}),
  }
}

/** Milestones that what was reported proves once the shipment's containers are these. */
export const reachedByContainers = (state: State): Fact[] => {
  const events = activeEvents(state.timeline)
  return reachedBy(state, events, [...new Set(events.flatMap((event) => event.milestone ?? []))])
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
export const milestoneOf = (event: ReportedEvent, route: Route): Milestone | undefined =>
  ruleFor(event, route)?.milestone

/** The rule of the catalogue that decides what an event means on this route. */
export const ruleFor = (event: ReportedEvent, route: Route): CatalogueRule | undefined =>
  CATALOGUE.find((rule) => fits(rule, event, route))

function fits(rule: CatalogueRule, event: ReportedEvent, route: Route): boolean {
  return (
    rule.type === event.eventType &&
    rule.code === event.eventCode &&
    (!rule.document || rule.document.includes(event.documentTypeCode ?? '')) &&
    (!rule.facility || rule.facility.includes(event.facilityTypeCode ?? '')) &&
    (!rule.indicator || rule.indicator === (event.emptyIndicatorCode ?? 'LADEN')) &&
    (rule.truck === undefined || rule.truck === (event.modeOfTransport === 'TRUCK')) &&
    (rule.transshipment ?? false) === (event.isTransshipmentMove ?? false) &&
    isThere(rule, event, route)
  )
}

function isThere(rule: CatalogueRule, event: ReportedEvent, route: Route): boolean {
  const side = rule.port ? portSideOf(event, route) : sideOf(event, route)
  const away = !rule.awayFrom || event.unLocode === undefined || side !== rule.awayFrom
  return away && (!rule.side || rule.side === side)
}

const MAIN_CARRIAGE: readonly string[] = ['VESSEL', 'AIR', 'BARGE', 'RAIL']
const mainLegs = (route: Route) => route.legs.filter((leg) => MAIN_CARRIAGE.includes(leg.mode))
const withoutPlace = (route: Route): Side => (route.type === 'IMPORT' ? 'DESTINATION' : 'ORIGIN')

/** Origin: where the journey or its main carriage begins; destination: where either ends. Without a place, the shipment's type says. */
function sideOf({ unLocode }: ReportedEvent, route: Route): Side | undefined {
  if (unLocode === undefined) return withoutPlace(route)
  const main = mainLegs(route)
  const origin = [route.from, main[0]?.from.unLocode].includes(unLocode)
  const destination = [route.to, main.at(-1)?.to.unLocode].includes(unLocode)
  // Within one town the place does not tell.
  if (origin || destination) return origin && destination ? undefined : origin ? 'ORIGIN' : 'DESTINATION'
  const [from, to, here] = [route.from, route.to, unLocode].map((place) => place.slice(0, 2))
  if (from === to) return undefined
  return here === from ? 'ORIGIN' : here === to ? 'DESTINATION' : undefined
}

/** At POL or POD; where there is no main carriage, at the first or last place. Trucks to and from a port are not the main carriage. */
function portSideOf(event: ReportedEvent, route: Route): Side | undefined {
  const main = mainLegs(route)
  if (main.length > 0 && event.modeOfTransport === 'TRUCK') return undefined
  if (event.unLocode === undefined) return withoutPlace(route)
  const departs = event.eventCode === 'DEPA'
  const port = departs ? (main[0]?.from.unLocode ?? route.from) : (main.at(-1)?.to.unLocode ?? route.to)
  return event.unLocode === port ? (departs ? 'ORIGIN' : 'DESTINATION') : undefined
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

/** What must be recorded or corrected so that these milestones are as `events` prove. A cancelled shipment reaches none. */
function reachedBy(state: State, events: readonly Recorded[], milestones: readonly Milestone[]): Fact[] {
  if (state.header.status === 'CANCELLED') return []
  return milestones.flatMap((milestone): Fact[] => {
    const proof = proofOf(reportsOf(events, milestone), state.detail.containers)
    const standing = occurrenceOf(state.timeline, milestone)
    if (!proof || (standing && sameProof(standing, proof))) return []
    const occurrenceId = standing?.occurrenceId ?? `${milestone}:${timesRecorded(state.timeline, milestone) + 1}`
    const type = standing ? 'milestone.corrected' : 'milestone.recorded'
    return [{ type, occurredAt: proof.occurredAt, data: { occurrenceId, milestone, ...proof } }]
  })
}

/** Only a retraction takes a milestone back: when no report proves it any more. */
function lostBy(
  state: State,
  events: readonly Recorded[],
  milestone: Milestone,
  by: RetractionEvent & { eventId: string },
): Fact[] {
  const standing = occurrenceOf(state.timeline, milestone)
  if (!standing || proofOf(reportsOf(events, milestone), state.detail.containers)) return []
  const { occurrenceId } = standing
  return [{ type: 'milestone.retracted', data: { occurrenceId, milestone, eventId: by.eventId, reason: by.reason } }]
}

const timesRecorded = (timeline: readonly TimelineEntry[], milestone: Milestone) =>
  entriesOf(timeline, 'milestone.recorded').filter((entry) => entry.data.milestone === milestone).length

const reportsOf = (events: readonly Recorded[], milestone: Milestone) =>
  events.filter((event) => event.milestone === milestone && event.eventClassifierCode === 'ACT')

type Proof = Omit<MilestoneOccurrence, 'occurrenceId' | 'milestone'>
/** Which events prove it is bookkeeping; only time, place and quantity are facts about the world. */
const sameProof = (a: Proof, b: Proof) =>
  a.occurredAt === b.occurredAt && a.unLocode === b.unLocode && a.deliveredPackages === b.deliveredPackages

/**
 * The earliest report stands, whichever arrived first. Reports of single containers prove a milestone when every
 * container of the shipment has one; it then occurred when the last container reached it. A container whose number is
 * not known yet may be any that the shipment does not name; once all are named, others prove nothing.
 */
function proofOf(reports: readonly Recorded[], containers: ShipmentDetail['containers']): Proof | undefined {
  const ordered = [...reports].sort((a, b) =>
    a.eventDateTime === b.eventDateTime ? (a.eventId < b.eventId ? -1 : 1) : a.eventDateTime < b.eventDateTime ? -1 : 1,
  )
  const whole = ordered.find((event) => !event.equipmentReference || containers.length === 0)
  const each = firstOfEach(ordered, containers)
  const last = each?.reduce((a, b) => (a.eventDateTime < b.eventDateTime ? b : a))
  const decisive = whole && (!last || whole.eventDateTime <= last.eventDateTime) ? whole : last
  if (!decisive) return undefined
  const proving = decisive === whole ? [whole] : (each ?? [])
  const packages = proving.flatMap((event) => event.deliveredPackages ?? [])
  return {
    occurredAt: decisive.eventDateTime,
    ...(decisive.unLocode ? { unLocode: decisive.unLocode } : {}),
    ...(packages.length > 0 ? { deliveredPackages: packages.reduce((sum, count) => sum + count, 0) } : {}),
    eventIds: proving.map((event) => event.eventId),
  }
}

/** The first report of every container; undefined while one has none. */
function firstOfEach(
  ordered: readonly Recorded[],
  containers: ShipmentDetail['containers'],
): [Recorded, ...Recorded[]] | undefined {
  const first = new Map<string, Recorded>()
  for (const event of ordered)
    if (event.equipmentReference && !first.has(event.equipmentReference)) first.set(event.equipmentReference, event)
  const numbers = containers.flatMap((container) => container.number ?? [])
  const named = numbers.flatMap((number) => first.get(number) ?? [])
  const others = [...first.values()].filter((event) => !numbers.includes(event.equipmentReference ?? ''))
  const [head, ...rest] = [...named, ...others.slice(0, containers.length - numbers.length)]
  return head && rest.length + 1 === containers.length ? [head, ...rest] : undefined
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
