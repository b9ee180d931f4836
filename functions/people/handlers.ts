import { notFound } from '../platform/errors'
import type { Handlers } from '../platform/route'
import type { routes } from './contract'
import { mergeHolidays, readHolidays } from './domain/holidays'
import {
  findCalendar,
  findMember,
  listCalendars,
  listMembers,
  overtaken,
  putCalendar,
  putMember,
  removeMember,
} from './store'

export const handlers: Handlers<typeof routes> = {
  async listCalendars(context) {
    return { body: { items: await listCalendars(context) } }
  },

  async getCalendar(context, { params: { calendarId } }) {
    const found = await findCalendar(context, calendarId)
    if (!found) throw notFound('calendar')
    return { body: found.value, version: found.version }
  },

  async putCalendar(context, { params: { calendarId }, body, ifMatch }) {
    const before = (await findCalendar(context, calendarId))?.version
    refuseOther(ifMatch, before)
    const calendar = { calendarId, ...body }
    return { body: calendar, version: await putCalendar(context, calendar, before) }
  },

  async importHolidays(context, { params: { calendarId }, raw, ifMatch }) {
    const found = await findCalendar(context, calendarId)
    if (!found) throw notFound('calendar')
    refuseOther(ifMatch, found.version)
    const holidays = mergeHolidays(found.value.holidays, readHolidays(raw?.text ?? ''))
    const calendar = { ...found.value, holidays }
    if (holidays.length === found.value.holidays.length) return { body: calendar, version: found.version }
    return { body: calendar, version: await putCalendar(context, calendar, found.version) }
  },

  async listMembers(context) {
    return { body: { items: await listMembers(context) } }
  },

  async putMember(context, { params: { subject }, body, ifMatch }) {
    const before = (await findMember(context, subject))?.version
    refuseOther(ifMatch, before)
    const member = { subject, ...body }
    return { body: member, version: await putMember(context, member, before) }
  },

  async removeMember(context, { params: { subject } }) {
    await removeMember(context, subject)
    return { body: undefined }
  },
}

function refuseOther(ifMatch: number | undefined, version: number | undefined) {
  if (ifMatch !== undefined && ifMatch !== version) throw overtaken()
}
