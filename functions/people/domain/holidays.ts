/** Reads holidays of an iCalendar file (RFC 5545), the form in which authorities publish them. Pure. */
import { Holiday, MAX_HOLIDAYS } from '../../../schemas/people'
import { AppError } from '../../platform/errors'

const DAY = 24 * 3600_000
/** An event of weeks is a season, not a holiday. */
const MAX_LENGTH = 14

/** All-day events, each of their days; times of day and recurrence rules are left out. Sorted, each date once. */
export function readHolidays(text: string): Holiday[] {
  const lines = text.replaceAll(/\r?\n[ \t]/g, '').split(/\r?\n/)
  if (!lines.includes('BEGIN:VCALENDAR'))
    throw new AppError('invalid', 'holidays.malformed', 'The file is not an iCalendar')
  const events = lines.join('\n').split('BEGIN:VEVENT').slice(1)
  const found = new Map<string, Holiday>()
  for (const holiday of events.flatMap(daysOf)) if (!found.has(holiday.date)) found.set(holiday.date, holiday)
  return [...found.values()].sort((a, b) => (a.date < b.date ? -1 : 1))
}

function daysOf(event: string): Holiday[] {
  const from = dateOf(event, 'DTSTART')
  if (from === undefined) return []
  // RFC 5545, 3.6.1: the end is not part of it, and without one an all-day event lasts a day.
  const to = dateOf(event, 'DTEND') ?? from + DAY
  const days = Math.max(1, Math.round((to - from) / DAY))
  const summary = /^SUMMARY[^:\n]*:(.*)$/m.exec(event)?.[1] ?? ''
  // A name that the API would not take is left out: the day counts.
  const { data: name } = Holiday.shape.name.safeParse(
    summary
      .replaceAll(/\\([,;\\])/g, '$1')
      .trim()
      .slice(0, 80),
  )
  if (days > MAX_LENGTH) return []
  return Array.from({ length: days }, (_, index) => ({
    date: new Date(from + index * DAY).toISOString().slice(0, 10),
    ...(name ? { name } : {}),
  }))
}

function dateOf(event: string, property: 'DTSTART' | 'DTEND'): number | undefined {
  const [, year, month, day] = new RegExp(`^${property}[^:\\n]*:(\\d{4})(\\d{2})(\\d{2})\\s*$`, 'm').exec(event) ?? []
  const at = year === undefined ? Number.NaN : Date.parse(`${year}-${month}-${day}T00:00:00Z`)
  return Number.isNaN(at) ? undefined : at
}

/** The list with those that are new; what stands for a date is kept. Throws when they are too many. */
export function mergeHolidays(standing: readonly Holiday[], added: readonly Holiday[]): Holiday[] {
  const dates = new Set(standing.map(({ date }) => date))
  const merged = [...standing, ...added.filter(({ date }) => !dates.has(date))]
  if (merged.length > MAX_HOLIDAYS)
    throw new AppError('unprocessable', 'holidays.too_many', `A calendar has at most ${MAX_HOLIDAYS} holidays`)
  return merged.sort((a, b) => (a.date < b.date ? -1 : 1))
}
