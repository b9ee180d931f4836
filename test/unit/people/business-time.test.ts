import fc from 'fast-check'
import {
  addOpenTime,
  isOpen,
  momentAt,
  type OpenTimes,
  openTimeBetween,
} from '../../../functions/people/domain/business-time'
import { WEEKDAYS } from '../../../schemas/common'

const HOUR = 3600_000
const day = (from: string, to: string) => [{ from, to }]
const OFFICE_WEEK: OpenTimes['hours'] = {
  MON: day('08:00', '17:00'),
  TUE: day('08:00', '17:00'),
  WED: day('08:00', '17:00'),
  THU: day('08:00', '17:00'),
  FRI: day('08:00', '17:00'),
  SAT: [],
  SUN: [],
}
const amsterdam: OpenTimes = { timeZone: 'Europe/Amsterdam', hours: OFFICE_WEEK, holidays: [{ date: '2026-04-27' }] }

const add = (calendar: OpenTimes, at: string, hours: number) =>
  new Date(addOpenTime(calendar, Date.parse(at), hours * HOUR)).toISOString()

describe('business hours', () => {
  it.each([
    ['within a day', '2026-03-03T08:00:00Z', 4, '2026-03-03T12:00:00.000Z'],
    ['into the next day', '2026-03-03T15:00:00Z', 2, '2026-03-04T08:00:00.000Z'],
    ['over a weekend', '2026-03-06T15:00:00Z', 2, '2026-03-09T08:00:00.000Z'],
    ['over a holiday', '2026-04-24T14:00:00Z', 2, '2026-04-28T07:00:00.000Z'],
    ['up to the close of a day, not to the next morning', '2026-03-03T07:00:00Z', 9, '2026-03-03T16:00:00.000Z'],
    ['from a closed moment, of the next opening on', '2026-03-07T12:00:00Z', 1, '2026-03-09T08:00:00.000Z'],
    ['back over a weekend', '2026-03-09T08:00:00Z', -2, '2026-03-06T15:00:00.000Z'],
    ['back from a closed moment, of the last close on', '2026-03-08T12:00:00Z', -1, '2026-03-06T15:00:00.000Z'],
    ['none, which leads out of a closed moment', '2026-03-08T12:00:00Z', 0, '2026-03-09T07:00:00.000Z'],
  ])('are counted %s', (_, at, hours, expected) => expect(add(amsterdam, at, hours)).toBe(expected))

  it('keep the clock on the wall when summer time begins and ends', () => {
    // 29 March 2026: from CET to CEST; Friday 16:00 is 15:00Z, Monday 09:00 is 07:00Z.
    expect(add(amsterdam, '2026-03-27T15:00:00Z', 2)).toBe('2026-03-30T07:00:00.000Z')
    // 25 October 2026: back.
    expect(add(amsterdam, '2026-10-23T14:00:00Z', 2)).toBe('2026-10-26T08:00:00.000Z')
  })

  it('of a night in which the clock is put forward are an hour less', () => {
    const nights: OpenTimes = { ...amsterdam, hours: { ...OFFICE_WEEK, SUN: day('00:00', '06:00') } }
    expect(openTimeBetween(nights, Date.parse('2026-03-28T22:00Z'), Date.parse('2026-03-29T12:00Z'))).toBe(5 * HOUR)
  })

  it('take the change itself for a time that the clock leaves out, and the first of two', () => {
    const at = (local: string) => new Date(momentAt('Europe/Amsterdam', Date.parse(`${local}Z`))).toISOString()
    expect(at('2026-03-29T02:30:00')).toBe('2026-03-29T01:00:00.000Z')
    expect(at('2026-10-25T02:30:00')).toBe('2026-10-25T00:30:00.000Z')
  })
})

const zones = ['UTC', 'Europe/Amsterdam', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Apia']
const time = fc
  .integer({ min: 0, max: 23 * 4 + 3 })
  .map((quarter) => `${String(Math.floor(quarter / 4)).padStart(2, '0')}:${['00', '15', '30', '45'][quarter % 4]}`)
const openings = fc
  .uniqueArray(time, { minLength: 0, maxLength: 4 })
  .map((times) => times.sort())
  .map((times) =>
    Array.from({ length: Math.floor(times.length / 2) }, (_, index) => ({
      from: times[2 * index] ?? '',
      to: times[2 * index + 1] ?? '',
    })),
  )
const START = Date.parse('2026-01-01T00:00:00Z')
const calendars: fc.Arbitrary<OpenTimes> = fc.record({
  timeZone: fc.constantFrom(...zones),
  hours: fc.tuple(openings, openings, openings, openings, openings, openings).map((days): OpenTimes['hours'] => {
    const [SUN = [], MON = [], TUE = [], WED = [], THU = [], FRI = []] = days
    return { SUN, MON, TUE, WED, THU, FRI, SAT: day('09:00', '12:00') }
  }),
  holidays: fc
    .array(fc.integer({ min: 0, max: 400 }), { maxLength: 10 })
    .map((days) => days.map((it) => ({ date: new Date(START + it * 24 * HOUR).toISOString().slice(0, 10) }))),
})
const moments = fc.integer({ min: 0, max: 400 * 24 * 4 }).map((quarter) => START + quarter * (HOUR / 4))
const lengths = fc.integer({ min: -200, max: 200 }).map((quarters) => quarters * (HOUR / 4))

describe('for every calendar', () => {
  const holds = (...property: Parameters<typeof fc.property<[OpenTimes, number, number, number]>>) =>
    fc.assert(fc.property(...property), { numRuns: 60 })

  it('what is added lies in open time', () =>
    holds(calendars, moments, lengths, lengths, (calendar, at, by) => isOpen(calendar, addOpenTime(calendar, at, by))))

  it('as much open time lies between as was added', () =>
    holds(calendars, moments, lengths, lengths, (calendar, at, by) => {
      const from = addOpenTime(calendar, at, 0)
      const to = addOpenTime(calendar, by < 0 ? at : from, by)
      return openTimeBetween(calendar, by < 0 ? at : from, to) === by
    }))

  it('what is added and taken away leads back, but for closed time between', () =>
    holds(calendars, moments, lengths, lengths, (calendar, at, by) => {
      const from = addOpenTime(calendar, at, 0)
      const back = addOpenTime(calendar, addOpenTime(calendar, from, by), -by)
      return openTimeBetween(calendar, from, back) === 0
    }))

  it('a later moment leads no earlier', () =>
    holds(calendars, moments, lengths, moments, (calendar, one, by, other) => {
      const [early, late] = [Math.min(one, other), Math.max(one, other)]
      return addOpenTime(calendar, early, by) <= addOpenTime(calendar, late, by)
    }))

  it('more leads no earlier than less', () =>
    holds(calendars, moments, lengths, lengths, (calendar, at, one, other) => {
      const [less, more] = [Math.min(one, other), Math.max(one, other)]
      return addOpenTime(calendar, at, less) <= addOpenTime(calendar, at, more)
    }))
})

it('weekdays are counted as the clock counts them', () => {
  expect(WEEKDAYS[new Date('2026-03-02T00:00Z').getUTCDay()]).toBe('MON')
})
