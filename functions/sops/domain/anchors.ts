/** Anchors of a shipment, and moments relative to them. */
import type { CutOffCode, TransportMode } from '../../../schemas/codes'
import type { Anchor, CalendarAt, Due } from '../../../schemas/due'
import { addOpenTime } from '../../people/domain/business-time'
import { type Applied, calendarOfOffice, calendarOfPlace, NOBODY, type People } from '../../people/domain/calendars'
import type { ShipmentState } from '../../shipments/store'

type Planned = Pick<ShipmentState, 'header' | 'detail'>

export interface Moment {
  /** UTC, ISO 8601 with milliseconds. */
  at: string
  /** The shipment does not say; a usual lead time was taken. */
  assumed: boolean
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const DURATION = /^(-)?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$/

/** Milliseconds of an `Offset`. */
export function offsetMs(offset: string): number {
  const [, minus, weeks = 0, days = 0, hours = 0, minutes = 0] = DURATION.exec(offset) ?? []
  const length = (Number(weeks) * 7 + Number(days)) * DAY + Number(hours) * HOUR + Number(minutes) * MINUTE
  return minus ? 0 - length : length
}

const later = (at: string, ms: number) => new Date(Date.parse(at) + ms).toISOString()

/** Days before departure at which carriers usually close, where the shipment names no cut-off. */
const USUAL_CUT_OFF_DAYS: Partial<Record<CutOffCode, number>> = {
  DCO: 3,
  VCO: 2,
  FCO: 1,
  LCO: 3,
  CUA: 2,
  EFC: 7,
  ECP: 7,
}
/** Airlines close later. */
const USUAL_AIR_CUT_OFF_DAYS: typeof USUAL_CUT_OFF_DAYS = { LCO: 0.25, CUA: 0.25 }
const USUAL_TRANSIT_DAYS: Record<TransportMode, number> = {
  MARITIME: 30,
  INLAND_WATER: 7,
  RAIL: 15,
  AIR: 2,
  ROAD: 2,
  MAIL: 7,
  MULTIMODAL: 30,
}
const UNPLANNED_DEPARTURE_DAYS = 7
const PORT_TO_DOOR_DAYS = 3

/** When an anchor is, by the shipment's plan as it stands. */
export function momentOf(anchor: Anchor, state: Planned, now: string): Moment {
  switch (anchor) {
    case 'STEP':
      return { at: now, assumed: false }
    case 'ETD':
      return departure(state)
    case 'ETA':
      return arrival(state)
    case 'PROMISED_DELIVERY':
      return promisedDelivery(state)
    default:
      return cutOff(anchor, state)
  }
}

const assumed = (from: Moment, days: number): Moment => ({ at: later(from.at, days * DAY), assumed: true })
const known = (at: string): Moment => ({ at, assumed: false })

const departure = ({ header }: Planned): Moment =>
  header.departure ? known(header.departure) : assumed(known(header.createdAt), UNPLANNED_DEPARTURE_DAYS)

function arrival(state: Planned): Moment {
  const main = state.detail.legs.findLast((leg) => leg.mode !== 'TRUCK' && leg.arrival)
  const at = main?.arrival ?? state.header.arrival
  return at ? known(at) : assumed(departure(state), USUAL_TRANSIT_DAYS[state.header.mode])
}

function promisedDelivery(state: Planned): Moment {
  const window = state.detail.promisedDelivery ?? state.detail.requestedDelivery
  return window ? known(window.to) : assumed(arrival(state), PORT_TO_DOOR_DAYS)
}

function cutOff(code: CutOffCode, state: Planned): Moment {
  const named = state.detail.cutOffs.find((it) => it.code === code)
  const usual =
    (state.header.mode === 'AIR' ? USUAL_AIR_CUT_OFF_DAYS[code] : undefined) ?? USUAL_CUT_OFF_DAYS[code] ?? 1
  return named ? known(named.at) : assumed(departure(state), -usual)
}

export interface Derivation {
  at: string
  /** In a line, e.g. `VCO -P1D -8 business hours of rotterdam`. */
  basis: string
  /** What it was derived from. */
  rule: Due
  anchor: Moment & { name: Anchor }
  /** Whose hours were counted, where the due date has business hours. */
  calendar?: Pick<Applied, 'name' | 'assumed'> & { timeZone: string }
}

/** The moment of a `Due`, and how it came about. Without what is known of people, the usual hours of a place stand in. */
export function dueAt(due: Due, state: Planned, now: string, people: People = NOBODY): Derivation {
  const anchor = { name: due.anchor, ...momentOf(due.anchor, state, now) }
  const from = due.offset === undefined ? anchor.at : later(anchor.at, offsetMs(due.offset))
  const plain = `${due.anchor}${due.offset === undefined ? '' : ` ${due.offset}`}${anchor.assumed ? ' (assumed)' : ''}`
  if (due.businessHours === undefined) return { at: from, basis: plain, rule: due, anchor }
  const { times, name, assumed: usual } = calendarOf(due.at ?? 'OFFICE', state, people)
  return {
    at: new Date(addOpenTime(times, Date.parse(from), due.businessHours * HOUR)).toISOString(),
    basis: `${plain} ${signed(due.businessHours)} business hours of ${name}${usual ? ' (assumed)' : ''}`,
    rule: due,
    anchor,
    calendar: { name, assumed: usual, timeZone: times.timeZone },
  }
}

/** A rule in a line, e.g. `VCO -P1D -8 business hours of ORIGIN`. */
export function dueText({ anchor, offset, businessHours, at = 'OFFICE' }: Due): string {
  const plain = `${anchor}${offset === undefined ? '' : ` ${offset}`}`
  return businessHours === undefined ? plain : `${plain} ${signed(businessHours)} business hours of ${at}`
}

const signed = (hours: number) => (hours < 0 ? String(hours) : `+${hours}`)

export function calendarOf(at: CalendarAt, { header }: Pick<Planned, 'header'>, people: People): Applied {
  if (at === 'OFFICE') return calendarOfOffice(people)
  return calendarOfPlace(at === 'ORIGIN' ? header.from : header.to, people)
}
