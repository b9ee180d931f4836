/** Schedule expressions of EventBridge: `rate(…)`, `cron(…)` and `at(…)`, in a time zone. Pure. */

export interface Schedule {
  /** The first time after `time` (both UTC milliseconds); undefined if there is none. `anchor`: where a rate begins. */
  next(time: number, anchor: number): number | undefined
}

const DAY = 86_400_000
const UNITS: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: DAY }
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']
const LAST_YEAR = 2199

/** Compiles an expression; throws, saying what is wrong with it. */
export function parseSchedule(expression: string, timeZone = 'UTC'): Schedule {
  const [, kind, argument = ''] = /^(rate|cron|at)\((.*)\)$/.exec(expression.trim()) ?? []
  const offset = offsetOf(timeZone)
  if (kind === 'rate') return parseRate(argument)
  if (kind === 'cron') return parseCron(argument, offset)
  if (kind === 'at') return parseAt(argument, offset)
  throw new Error(`${expression} is not a schedule: rate(…), cron(…) or at(…)`)
}

function parseRate(argument: string): Schedule {
  const [, count = '', unit = '', plural] = /^(\d+) (minute|hour|day)(s?)$/.exec(argument.trim()) ?? []
  const period = Number(count) * (UNITS[unit] ?? 0)
  if (!(period > 0) || (count === '1') === (plural === 's')) throw new Error(`rate(${argument}) is not valid`)
  return { next: (time, anchor) => anchor + Math.max(0, Math.floor((time - anchor) / period) + 1) * period }
}

function parseAt(argument: string, offset: Offset): Schedule {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)$/.exec(argument.trim())
  if (!match || Number.isNaN(Date.parse(`${argument.trim()}Z`))) throw new Error(`at(${argument}) is not valid`)
  const at = toUtc(Date.parse(`${argument.trim()}Z`), offset)
  return { next: (time) => (at !== undefined && at > time ? at : undefined) }
}

/** A field that allows these values; undefined: any. */
type Values = Set<number> | undefined
type DayTest = (year: number, month: number, day: number) => boolean

function parseCron(argument: string, offset: Offset): Schedule {
  const fields = argument.trim().split(/\s+/)
  if (fields.length !== 6) throw new Error(`cron(${argument}) must have six fields`)
  const [minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = '', year = ''] = fields
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) {
    throw new Error(`cron(${argument}): one of day-of-month and day-of-week must be ?, and only one`)
  }
  const minutes = [...(parseField(minute, 0, 59) ?? range(0, 59))].sort(ascending)
  const hours = [...(parseField(hour, 0, 23) ?? range(0, 23))].sort(ascending)
  const months = parseField(month, 1, 12, MONTHS)
  const years = parseField(year, 1970, LAST_YEAR)
  const fits = dayOfWeek === '?' ? parseDayOfMonth(dayOfMonth) : parseDayOfWeek(dayOfWeek)

  /** Local midnights, as if they were UTC, of the days that fit, from the given one on. */
  function* days(from: number) {
    const start = new Date(from)
    for (let at = [start.getUTCFullYear(), start.getUTCMonth() + 1, start.getUTCDate()]; ; ) {
      const [y = 0, m = 1, d = 1] = at
      if (y > LAST_YEAR) return
      if (years && !years.has(y)) at = [y + 1, 1, 1]
      else if (months && !months.has(m)) at = nextMonth(y, m)
      else {
        if (fits(y, m, d)) yield Date.UTC(y, m - 1, d)
        at = d < daysIn(y, m) ? [y, m, d + 1] : nextMonth(y, m)
      }
    }
  }

  return {
    next(time) {
      const local = time + offset(time)
      for (const day of days(Math.floor(local / DAY) * DAY)) {
        for (const h of hours) {
          for (const m of minutes) {
            const at = toUtc(day + h * 3_600_000 + m * 60_000, offset)
            if (at !== undefined && at > time) return at
          }
        }
      }
      return undefined
    },
  }
}

const ascending = (a: number, b: number) => a - b
const nextMonth = (year: number, month: number) => (month === 12 ? [year + 1, 1, 1] : [year, month + 1, 1])
const daysIn = (year: number, month: number) => new Date(Date.UTC(year, month, 0)).getUTCDate()
/** 1 is Sunday. */
const weekdayOf = (year: number, month: number, day: number) => new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1

function* range(first: number, last: number, step = 1) {
  for (let value = first; value <= last; value += step) yield value
}

/** `*`, `5`, `1-5`, `0/15`, `MON-FRI`, and lists of them. */
function parseField(text: string, min: number, max: number, names: string[] = []): Values {
  if (text === '*') return undefined
  const number = (value: string) => {
    const named = names.indexOf(value.toUpperCase())
    const parsed = named >= 0 ? named + min : /^\d+$/.test(value) ? Number(value) : Number.NaN
    if (!(parsed >= min && parsed <= max))
      throw new Error(`${value} in a cron expression is not between ${min} and ${max}`)
    return parsed
  }
  const values = new Set<number>()
  for (const part of text.split(',')) {
    const [span = '', step] = part.split('/')
    const [first = '', last] = span.split('-')
    const from = first === '*' ? min : number(first)
    const to = last === undefined ? (step === undefined && first !== '*' ? from : max) : number(last)
    const by = step === undefined ? 1 : Number(step)
    if (!(by >= 1) || to < from) throw new Error(`${part} in a cron expression is not valid`)
    for (const value of range(from, to, by)) values.add(value)
  }
  return values
}

/** Days of the month: `L` the last, `LW` the last weekday, `15W` the weekday nearest to the 15th. */
function parseDayOfMonth(text: string): DayTest {
  if (text === 'L') return (year, month, day) => day === daysIn(year, month)
  if (text === 'LW') return (year, month, day) => day === nearestWeekday(year, month, daysIn(year, month))
  const [, nearest] = /^(\d+)W$/.exec(text) ?? []
  if (nearest !== undefined) {
    return (year, month, day) =>
      Number(nearest) <= daysIn(year, month) && day === nearestWeekday(year, month, Number(nearest))
  }
  const days = parseField(text, 1, 31)
  return (_year, _month, day) => !days || days.has(day)
}

/** Monday to Friday, within the same month. */
function nearestWeekday(year: number, month: number, day: number): number {
  const weekday = weekdayOf(year, month, day)
  if (weekday === 7) return day > 1 ? day - 1 : day + 2
  if (weekday === 1) return day < daysIn(year, month) ? day + 1 : day - 2
  return day
}

/** Days of the week: `L` Saturday, `6L` the last Friday of the month, `3#2` its second Tuesday. */
function parseDayOfWeek(text: string): DayTest {
  const [, lastOne] = /^([1-7]|[A-Z]{3})L$/i.exec(text) ?? []
  if (lastOne !== undefined) {
    const [wanted] = parseField(lastOne, 1, 7, WEEKDAYS) ?? []
    return (year, month, day) => weekdayOf(year, month, day) === wanted && day > daysIn(year, month) - 7
  }
  const [, which, nth] = /^([1-7]|[A-Z]{3})#([1-5])$/i.exec(text) ?? []
  if (which !== undefined) {
    const [wanted] = parseField(which, 1, 7, WEEKDAYS) ?? []
    return (year, month, day) => weekdayOf(year, month, day) === wanted && Math.ceil(day / 7) === Number(nth)
  }
  const days = parseField(text === 'L' ? '7' : text, 1, 7, WEEKDAYS)
  return (year, month, day) => !days || days.has(weekdayOf(year, month, day))
}

/** Milliseconds that local time is ahead of UTC. */
type Offset = (time: number) => number

/** Throws a RangeError for a time zone that does not exist. */
function offsetOf(timeZone: string): Offset {
  if (timeZone === 'UTC') return () => 0
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  return (time) => {
    const parts = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, Number(value)]))
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(time / 1000) * 1000
  }
}

/**
 * The UTC time of a local time, given as if it were UTC. Undefined where clocks are put forward over it
 * (the invocation is skipped); the first of two where they are put back, as EventBridge Scheduler does.
 */
function toUtc(local: number, offset: Offset): number | undefined {
  const around = [offset(local - DAY), offset(local + DAY)]
  const times = around.map((ahead) => local - ahead).filter((time) => time + offset(time) === local)
  return times.length === 0 ? undefined : Math.min(...times)
}
