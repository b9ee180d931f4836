import fc from 'fast-check'
import { parseSchedule } from '../../../local/schedule-expression'

const at = (text: string) => Date.parse(text)
/** The next times after one, as ISO texts. */
function times(expression: string, from: string, count = 1, zone?: string, anchor = from): Array<string | undefined> {
  const schedule = parseSchedule(expression, zone)
  const found: Array<string | undefined> = []
  let time: number | undefined = at(from)
  for (let n = 0; n < count && time !== undefined; n++) {
    time = schedule.next(time, at(anchor))
    found.push(time === undefined ? undefined : new Date(time).toISOString().slice(0, 16))
  }
  return found
}

describe('a schedule', () => {
  test.each([
    ['rate(5 minutes)', '2026-11-22T10:00:00Z', '2026-11-22T10:05'],
    ['rate(1 hour)', '2026-11-22T10:00:00Z', '2026-11-22T11:00'],
    ['rate(7 days)', '2026-11-22T10:00:00Z', '2026-11-29T10:00'],
    ['cron(0 8 * * ? *)', '2026-11-22T10:00:00Z', '2026-11-23T08:00'],
    ['cron(0/15 * * * ? *)', '2026-11-22T10:14:59Z', '2026-11-22T10:15'],
    ['cron(15 10 ? * MON-FRI *)', '2026-11-20T11:00:00Z', '2026-11-23T10:15'],
    ['cron(0 0 ? * 2-6 *)', '2026-11-20T11:00:00Z', '2026-11-23T00:00'],
    ['cron(0 9,17 1 JAN,JUL ? *)', '2026-11-22T10:00:00Z', '2027-01-01T09:00'],
    ['cron(0 0 L * ? *)', '2028-02-03T00:00:00Z', '2028-02-29T00:00'],
    ['cron(0 0 LW * ? *)', '2026-02-01T00:00:00Z', '2026-02-27T00:00'],
    ['cron(0 0 15W * ? *)', '2026-11-02T00:00:00Z', '2026-11-16T00:00'],
    ['cron(0 0 1W * ? *)', '2026-08-01T00:00:00Z', '2026-08-03T00:00'],
    ['cron(0 0 ? * 6L *)', '2026-11-01T00:00:00Z', '2026-11-27T00:00'],
    ['cron(0 0 ? * 3#2 *)', '2026-11-01T00:00:00Z', '2026-11-10T00:00'],
    ['cron(0 0 ? * L *)', '2026-11-22T00:00:00Z', '2026-11-28T00:00'],
    ['cron(30 6 29 2 ? *)', '2026-11-22T00:00:00Z', '2028-02-29T06:30'],
    ['cron(0 0 1 1 ? 2030-2032)', '2026-11-22T00:00:00Z', '2030-01-01T00:00'],
    ['cron(0 0 1 1 ? 2020)', '2026-11-22T00:00:00Z', undefined],
    ['cron(0 0 31 2 ? *)', '2026-11-22T00:00:00Z', undefined],
    ['at(2026-12-01T09:30:00)', '2026-11-22T00:00:00Z', '2026-12-01T09:30'],
    ['at(2026-12-01T09:30:00)', '2026-12-01T09:30:00Z', undefined],
  ])('%s after %s comes at %s', (expression, from, next) => {
    expect(times(expression, from)).toEqual([next])
  })

  test('of a rate keeps to its anchor, whenever it is asked', () => {
    expect(times('rate(10 minutes)', '2026-11-22T12:34:56Z', 2, 'UTC', '2026-11-22T10:05:00Z')).toEqual([
      '2026-11-22T12:35',
      '2026-11-22T12:45',
    ])
    expect(times('rate(10 minutes)', '2026-11-22T08:00:00Z', 1, 'UTC', '2026-11-22T10:05:00Z')).toEqual([
      '2026-11-22T10:05',
    ])
  })

  test('follows the clocks of its place', () => {
    expect(times('cron(0 8 * * ? *)', '2026-03-28T00:00:00Z', 2, 'Europe/Amsterdam')).toEqual([
      '2026-03-28T07:00',
      '2026-03-29T06:00',
    ])
    expect(times('cron(30 9 * * ? *)', '2026-11-22T00:00:00Z', 1, 'Asia/Kolkata')).toEqual(['2026-11-22T04:00'])
    expect(times('at(2026-12-01T09:30:00)', '2026-11-22T00:00:00Z', 1, 'Asia/Shanghai')).toEqual(['2026-12-01T01:30'])
  })

  test('skips a time that clocks jump over, and takes the first of one that comes twice', () => {
    expect(times('cron(30 2 * * ? *)', '2026-03-28T12:00:00Z', 1, 'Europe/Amsterdam')).toEqual(['2026-03-30T00:30'])
    expect(times('cron(30 2 * * ? *)', '2026-10-24T12:00:00Z', 2, 'Europe/Amsterdam')).toEqual([
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ])
  })

  test('of a cron comes at the first minute that fits, and at no other', () => {
    const weekdays = fc.subarray(['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'], { minLength: 1 })
    const hours = fc.uniqueArray(fc.integer({ min: 0, max: 23 }), { minLength: 1, maxLength: 4 })
    const minute = fc.integer({ min: 0, max: 59 })
    const from = fc.integer({ min: at('2026-01-01'), max: at('2028-01-01') })
    fc.assert(
      fc.property(weekdays, hours, minute, from, (days, hour, m, time) => {
        const next = parseSchedule(`cron(${m} ${hour.join(',')} ? * ${days.join(',')} *)`).next(time, 0)
        let expected = Math.floor(time / 60_000) * 60_000
        const fits = (t: number) => {
          const date = new Date(t)
          const day = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'][date.getUTCDay()] ?? ''
          return date.getUTCMinutes() === m && hour.includes(date.getUTCHours()) && days.includes(day)
        }
        do expected += 60_000
        while (!fits(expected))
        expect(next).toBe(expected)
      }),
      { numRuns: 50 },
    )
  })

  test.each([
    'every day',
    'rate(0 minutes)',
    'rate(1 minutes)',
    'rate(5 minute)',
    'rate(5 seconds)',
    'cron(0 8 * * *)',
    'cron(0 8 * * * *)',
    'cron(0 8 ? * ? *)',
    'cron(60 8 * * ? *)',
    'cron(0 24 * * ? *)',
    'cron(0 8 32 * ? *)',
    'cron(0 8 * FOO ? *)',
    'cron(0 8 ? * 8 *)',
    'cron(0 5-3 * * ? *)',
    'at(tomorrow)',
    'at(2026-13-01T00:00:00)',
  ])('%s is refused', (expression) => {
    expect(() => parseSchedule(expression)).toThrow(/./)
  })
  test('with a time zone that does not exist is refused', () => {
    expect(() => parseSchedule('rate(1 day)', 'Europe/Atlantis')).toThrow(/Atlantis/)
  })
})
