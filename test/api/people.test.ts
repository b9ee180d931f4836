/** People's work over HTTP: calendars and the directory, and what due dates make of them. */
import { ok, type Portolan, refused, startWorld, type World } from '../support/world'

jest.setTimeout(180_000)

let world: World
let admin: Portolan
let operations: Portolan
beforeAll(async () => {
  world = await startWorld()
  admin = await world.as('TENANT_ADMIN')
  operations = await world.as('OPERATIONS')
})
afterAll(() => world.stop())

const weekdays = [{ from: '08:00', to: '17:00' }]
const hours = { MON: weekdays, TUE: weekdays, WED: weekdays, THU: weekdays, FRI: weekdays, SAT: [], SUN: [] }
const rotterdam = { name: 'Rotterdam', timeZone: 'Europe/Amsterdam', hours, places: ['NLRTM'] }
const at = (calendarId: string) => ({ params: { path: { calendarId } } }) as const

describe('business calendars', () => {
  test('are put, read with their ETag, and replaced only by who has seen what stands', async () => {
    await ok(admin.PUT('/v1/calendars/{calendarId}', { ...at('rotterdam'), body: rotterdam }))
    const { data, response } = await operations.GET('/v1/calendars/{calendarId}', at('rotterdam'))
    expect(data).toMatchObject({ calendarId: 'rotterdam', office: false, holidays: [], countries: [] })
    const seen = response.headers.get('etag') ?? ''
    const change = { ...at('rotterdam'), body: { ...rotterdam, office: true }, headers: { 'If-Match': seen } }
    await ok(admin.PUT('/v1/calendars/{calendarId}', change))
    expect(await refused(admin.PUT('/v1/calendars/{calendarId}', change))).toMatchObject({
      status: 412,
      code: 'people.changed',
    })
    const { items } = await ok(operations.GET('/v1/calendars'))
    expect(items.map(({ calendarId, office }) => [calendarId, office])).toEqual([['rotterdam', true]])
  })

  test('are kept by administrators, and are of zones and hours that exist', async () => {
    expect(
      await refused(operations.PUT('/v1/calendars/{calendarId}', { ...at('mine'), body: rotterdam })),
    ).toMatchObject({ status: 403 })
    const wrong = { ...rotterdam, timeZone: 'Mars/Olympus', hours: { ...hours, MON: [{ from: '0:00', to: '17:00' }] } }
    expect(await refused(admin.PUT('/v1/calendars/{calendarId}', { ...at('mars'), body: wrong }))).toMatchObject({
      status: 422,
      pointers: ['/timeZone', '/hours/MON/0/from'],
    })
    expect(await refused(operations.GET('/v1/calendars/{calendarId}', at('mars')))).toMatchObject({
      code: 'calendar.not_found',
    })
  })

  test('take the holidays of an iCalendar file, once', async () => {
    const importHolidays = async (body: string) => {
      const bearer = await world.token({ roles: ['TENANT_ADMIN'] })
      const response = await fetch(`${world.url()}/v1/calendars/rotterdam/holiday-imports`, {
        method: 'POST',
        headers: { authorization: `Bearer ${bearer}`, 'content-type': 'text/calendar' },
        body,
      })
      return { status: response.status, body: Object(await response.json()), etag: response.headers.get('etag') }
    }
    const file =
      'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20270427\r\nSUMMARY:King’s Day\r\nEND:VEVENT\r\nEND:VCALENDAR'
    const first = await importHolidays(file)
    expect(first).toMatchObject({ status: 200, body: { holidays: [{ date: '2027-04-27', name: 'King’s Day' }] } })
    expect((await importHolidays(file)).etag).toBe(first.etag)
    expect(await importHolidays('date;name')).toMatchObject({ status: 400, body: { code: 'holidays.malformed' } })
  })
})

describe('the directory', () => {
  test('names people, their roles, whom they lead and when they are away', async () => {
    const body = {
      name: 'Ana',
      roles: ['OPERATIONS' as const],
      leads: ['OPERATIONS' as const],
      groups: ['reefer-desk'],
    }
    const who = { params: { path: { subject: 'ana' } } } as const
    await ok(admin.PUT('/v1/members/{subject}', { ...who, body }))
    expect((await ok(operations.GET('/v1/members'))).items).toEqual([{ subject: 'ana', ...body, absences: [] }])
    expect(await refused(operations.PUT('/v1/members/{subject}', { ...who, body }))).toMatchObject({ status: 403 })
    expect((await admin.DELETE('/v1/members/{subject}', who)).response.status).toBe(204)
    expect((await ok(operations.GET('/v1/members'))).items).toEqual([])
  })
})
