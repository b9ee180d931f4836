import { calendarOfOffice, calendarOfPlace, NOBODY, type People } from '../../../functions/people/domain/calendars'
import { mergeHolidays, readHolidays } from '../../../functions/people/domain/holidays'
import { usualTimeZone } from '../../../functions/people/domain/time-zones'
import { AppError } from '../../../functions/platform/errors'
import { dueAt } from '../../../functions/sops/domain/anchors'
import { Due } from '../../../schemas/due'
import { Calendar, PutCalendar } from '../../../schemas/people'
import { aShipment } from '../../support/shipments'

const hours = { MON: [{ from: '08:00', to: '17:00' }], TUE: [], WED: [], THU: [], FRI: [], SAT: [], SUN: [] }
const aCalendar = (calendarId: string, more: Partial<Calendar> = {}) =>
  Calendar.parse({ calendarId, name: calendarId, timeZone: 'Europe/Amsterdam', hours, ...more })
const knowing = (...calendars: Calendar[]): People => ({ ...NOBODY, calendars })

describe('the calendar of a place', () => {
  it("is the tenant's of the place, before that of its country", () => {
    const people = knowing(aCalendar('a-land', { countries: ['NL'] }), aCalendar('port', { places: ['NLRTM'] }))
    expect(calendarOfPlace('NLRTM', people)).toMatchObject({ name: 'port', assumed: false })
    expect(calendarOfPlace('NLAMS', people)).toMatchObject({ name: 'a-land', assumed: false })
  })

  it('is assumed where the tenant has none: weekdays from eight to five in the time zone of the place, else UTC', () => {
    const people = { ...NOBODY, timeZones: new Map([['NLRTM', 'Europe/Amsterdam']]) }
    expect(calendarOfPlace('NLRTM', people)).toMatchObject({
      name: 'NLRTM',
      assumed: true,
      times: { timeZone: 'Europe/Amsterdam' },
    })
    expect(calendarOfPlace('USNYC', people).times.timeZone).toBe('UTC')
  })

  it('of the office is the one that says so', () => {
    expect(calendarOfOffice(knowing(aCalendar('hq', { office: true })))).toMatchObject({ name: 'hq' })
    expect(calendarOfOffice(NOBODY)).toMatchObject({ name: 'OFFICE', assumed: true })
  })
})

describe('time zones', () => {
  it.each([
    ['NL', undefined, 'Europe/Amsterdam'],
    ['CN', undefined, 'Asia/Shanghai'],
    ['SG', undefined, 'Asia/Singapore'],
    ['US', [40.7, -74], 'America/New_York'],
    ['US', [29.76, -95.36], 'America/Chicago'],
    ['US', [33.74, -118.26], 'America/Los_Angeles'],
    ['US', [21.3, -157.86], 'Pacific/Honolulu'],
    ['AU', [-27.4, 153.2], 'Australia/Brisbane'],
    ['AU', [-33.86, 151.2], 'Australia/Sydney'],
    ['BR', [-3.1, -60], 'America/Manaus'],
  ] as const)('of %s at %s: %s', (country, at, zone) => {
    const [latitude, longitude] = at ?? []
    expect(usualTimeZone(country, { latitude, longitude })).toBe(zone)
  })

  it('are unknown where it depends on where the place lies, and nobody knows', () => {
    expect([usualTimeZone('US'), usualTimeZone('XZ')]).toEqual([undefined, undefined])
  })

  it('are all known to the platform', () => {
    for (const country of ['AE', 'KR', 'VN', 'ZA', 'GB', 'IN', 'JP', 'TR', 'EG', 'NG', 'CL', 'AR', 'UA'])
      expect(() => new Intl.DateTimeFormat('en', { timeZone: usualTimeZone(country) ?? 'none' })).not.toThrow()
  })
})

describe('a calendar', () => {
  const given = { name: 'Rotterdam', timeZone: 'Europe/Amsterdam', hours }
  const pointers = (change: object) =>
    PutCalendar.safeParse({ ...given, ...change }).error?.issues.map(({ path }) => path.join('/'))

  it.each([
    ['a time zone that does not exist', { timeZone: 'Europe/Rotterdam' }, 'timeZone'],
    [
      'a day that ends before it begins',
      { hours: { ...hours, TUE: [{ from: '17:00', to: '08:00' }] } },
      'hours/TUE/0/to',
    ],
    [
      'openings that overlap',
      {
        hours: {
          ...hours,
          TUE: [
            { from: '08:00', to: '13:00' },
            { from: '12:00', to: '17:00' },
          ],
        },
      },
      'hours/TUE',
    ],
    ['a week without an open hour', { hours: { ...hours, MON: [] } }, 'hours'],
    ['a date that does not exist', { holidays: [{ date: '2026-02-30' }] }, 'holidays/0/date'],
  ])('refuses %s', (_, change, pointer) => expect(pointers(change)).toEqual([pointer]))
})

describe('holidays of an iCalendar file', () => {
  const file = [
    'BEGIN:VCALENDAR',
    'BEGIN:VEVENT',
    'DTSTART;VALUE=DATE:20261225',
    'DTEND;VALUE=DATE:20261227',
    'SUMMARY;LANGUAGE=en:Christmas\\, both',
    '  days',
    'END:VEVENT',
    'BEGIN:VEVENT',
    'DTSTART;VALUE=DATE:20260427',
    'SUMMARY:King’s Day',
    'END:VEVENT',
    'BEGIN:VEVENT',
    'DTSTART:20260504T200000Z',
    'SUMMARY:Two minutes',
    'END:VEVENT',
    'END:VCALENDAR',
  ].join('\r\n')

  it('are its all-day events, every day of each', () => {
    expect(readHolidays(file)).toEqual([
      { date: '2026-04-27', name: 'King’s Day' },
      { date: '2026-12-25', name: 'Christmas, both days' },
      { date: '2026-12-26', name: 'Christmas, both days' },
    ])
  })

  it('are added to those that stand, once', () => {
    const once = mergeHolidays([{ date: '2026-12-25', name: 'Ours' }], readHolidays(file))
    expect(once.map(({ name }) => name)).toEqual(['King’s Day', 'Ours', 'Christmas, both days'])
    expect(mergeHolidays(once, readHolidays(file))).toEqual(once)
  })

  it('are not read from anything else', () => {
    expect(() => readHolidays('date,name')).toThrow(AppError)
  })
})

describe('a due date in business hours', () => {
  const shipment = aShipment({
    legs: [
      {
        mode: 'VESSEL',
        from: { unLocode: 'NLRTM' },
        to: { unLocode: 'USNYC' },
        departure: '2026-03-16T10:00:00.000Z',
      },
    ],
    cutOffs: [{ code: 'VCO', at: '2026-03-13T10:00:00.000Z' }],
  })
  const zones = new Map([
    ['NLRTM', 'Europe/Amsterdam'],
    ['USNYC', 'America/New_York'],
  ])
  const due = (it: Due, people = { ...NOBODY, timeZones: zones }) =>
    dueAt(it, shipment, '2026-03-07T12:00:00.000Z', people)

  it('is counted from the anchor in the hours of the place, and says so', () => {
    expect(due({ anchor: 'ETD', businessHours: -4, at: 'ORIGIN' })).toMatchObject({
      at: '2026-03-13T15:00:00.000Z',
      basis: 'ETD -4 business hours of NLRTM (assumed)',
      anchor: { name: 'ETD', assumed: false },
      calendar: { name: 'NLRTM', timeZone: 'Europe/Amsterdam', assumed: true },
    })
  })
  it('from the step counts from the next opening on', () => {
    expect(due({ anchor: 'STEP', businessHours: 2, at: 'DESTINATION' }).at).toBe('2026-03-09T14:00:00.000Z')
  })
  it('is counted after the offset, in the office unless another place is named', () => {
    expect(due({ anchor: 'VCO', offset: '-P1D', businessHours: -8 })).toMatchObject({
      at: '2026-03-11T11:00:00.000Z',
      basis: 'VCO -P1D -8 business hours of OFFICE (assumed)',
    })
  })
  it('names a calendar only for business hours', () => {
    expect(Due.safeParse({ anchor: 'ETD', at: 'ORIGIN' }).success).toBe(false)
  })
})
