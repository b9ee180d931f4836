/** Time as a business calendar counts it: open hours alone. Moments are epoch milliseconds. Pure. */
import { WEEKDAYS } from '../../../schemas/common'
import type { Calendar } from '../../../schemas/people'

export type OpenTimes = Pick<Calendar, 'timeZone' | 'hours' | 'holidays'>

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

const formats = new Map<string, Intl.DateTimeFormat>()
/** Making a format takes a hundred times as long as using it. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known) return known
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' },
  })
  formats.set(timeZone, made)
  return made
}

/** What a clock in the zone shows, as if it were UTC. */
function localOf(timeZone: string, at: number): number {
  const parts: Partial<Record<string, number>> = {}
  for (const { type, value } of formatOf(timeZone).formatToParts(at)) parts[type] = Number(value)
  const { year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  return Date.UTC(year, month - 1, day, hour, minute, second) + (((at % 1000) + 1000) % 1000)
}

const offsetAt = (timeZone: string, at: number) => localOf(timeZone, at) - at

/** The moment at which a clock in the zone shows `local`: the first of two in autumn; of those left out in spring, the change itself. */
export function momentAt(timeZone: string, local: number): number {
  const before = offsetAt(timeZone, local - DAY)
  const after = offsetAt(timeZone, local + DAY)
  const valid = [before, after].map((offset) => local - offset).filter((at) => localOf(timeZone, at) === local)
  if (valid.length > 0) return Math.min(...valid)
  let [early, late] = [local - after, local - before]
  while (late - early > MINUTE) {
    const middle = early + Math.floor((late - early) / 2 / MINUTE) * MINUTE
    if (offsetAt(timeZone, middle) === before) early = middle
    else late = middle
  }
  return late
}

const minutesOf = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))

/** Openings of a local day, which is given as the epoch days of its date. */
function openings({ timeZone, hours, holidays }: OpenTimes, day: number): [from: number, to: number][] {
  const date = new Date(day * DAY)
  const iso = date.toISOString().slice(0, 10)
  if (holidays.some((holiday) => holiday.date === iso)) return []
  return hours[WEEKDAYS[date.getUTCDay()] ?? 'SUN']
    .map(({ from, to }): [number, number] => [
      momentAt(timeZone, day * DAY + minutesOf(from) * MINUTE),
      momentAt(timeZone, day * DAY + minutesOf(to) * MINUTE),
    ])
    .filter(([from, to]) => from < to)
}

const dayOf = ({ timeZone }: OpenTimes, at: number) => Math.floor(localOf(timeZone, at) / DAY)

/** Calendars are open an hour a week and have few holidays, so a moment is always found before this many days. */
const MAX_DAYS = 20 * 366

/**
 * The moment that lies so many open milliseconds after `at`, before it when negative. Always in open hours or at their
 * end: from a closed moment it counts from the next opening, backwards from the last closing.
 */
export function addOpenTime(calendar: OpenTimes, at: number, ms: number): number {
  return ms < 0 ? backward(calendar, at, -ms) : forward(calendar, at, ms)
}

function forward(calendar: OpenTimes, at: number, ms: number): number {
  let left = ms
  const first = dayOf(calendar, at)
  for (let day = first; day < first + MAX_DAYS; day += 1)
    for (const [from, to] of openings(calendar, day)) {
      const start = Math.max(from, at)
      if (start >= to) continue
      if (to - start >= left) return start + left
      left -= to - start
    }
  throw new Error(`No open time within ${MAX_DAYS} days`)
}

function backward(calendar: OpenTimes, at: number, ms: number): number {
  let left = ms
  const first = dayOf(calendar, at)
  for (let day = first; day > first - MAX_DAYS; day -= 1)
    for (const [from, to] of openings(calendar, day).reverse()) {
      const end = Math.min(to, at)
      if (end <= from) continue
      if (end - from >= left) return end - left
      left -= end - from
    }
  throw new Error(`No open time within ${MAX_DAYS} days`)
}

/** Open milliseconds from `from` to `to`; negative when `to` comes first. */
export function openTimeBetween(calendar: OpenTimes, from: number, to: number): number {
  if (to < from) return -openTimeBetween(calendar, to, from)
  let sum = 0
  for (let day = dayOf(calendar, from); day <= dayOf(calendar, to); day += 1)
    for (const [opens, closes] of openings(calendar, day))
      sum += Math.max(0, Math.min(closes, to) - Math.max(opens, from))
  return sum
}

/** In open hours, or at the very moment when they end. */
export const isOpen = (calendar: OpenTimes, at: number): boolean =>
  openings(calendar, dayOf(calendar, at))
    .concat(openings(calendar, dayOf(calendar, at) - 1))
    .some(([from, to]) => from <= at && at <= to)
