import * as z from 'zod'
import { Subject } from '../../schemas/common'
import { Calendar, CalendarId, Member, PutCalendar, PutMember } from '../../schemas/people'
import { InternalRole } from '../../schemas/role'
import { type Contract, route } from '../platform/route'

const one = z.object({ calendarId: CalendarId })
const KEEPERS = ['TENANT_ADMIN', 'SOP_ADMIN'] as const

export const routes = {
  listCalendars: route({
    method: 'GET',
    path: '/v1/calendars',
    summary: 'Business calendars: weekly hours, holidays and time zone of places, countries and the office',
    roles: InternalRole.options,
    status: 200,
    response: z.object({ items: z.array(Calendar) }),
  }),
  getCalendar: route({
    method: 'GET',
    path: '/v1/calendars/{calendarId}',
    summary: 'One business calendar',
    roles: InternalRole.options,
    params: one,
    status: 200,
    response: Calendar,
    errors: ['calendar.not_found'],
  }),
  putCalendar: route({
    method: 'PUT',
    path: '/v1/calendars/{calendarId}',
    summary: 'Create or replace a business calendar; due dates that are computed from then on count its hours',
    roles: KEEPERS,
    params: one,
    body: PutCalendar,
    status: 200,
    response: Calendar,
    errors: ['people.changed'],
  }),
  importHolidays: route({
    method: 'POST',
    path: '/v1/calendars/{calendarId}/holiday-imports',
    summary: 'Add the all-day events of an iCalendar file (RFC 5545) as holidays; repeating it is harmless',
    roles: KEEPERS,
    params: one,
    rawBody: ['text/calendar'],
    body: z.never(),
    status: 200,
    response: Calendar,
    errors: ['calendar.not_found', 'holidays.malformed', 'holidays.too_many', 'people.changed'],
  }),
  listMembers: route({
    method: 'GET',
    path: '/v1/members',
    summary: "The directory of the tenant's people: roles, leads, groups, absences",
    roles: InternalRole.options,
    status: 200,
    response: z.object({ items: z.array(Member) }),
  }),
  putMember: route({
    method: 'PUT',
    path: '/v1/members/{subject}',
    summary: 'Create or replace an entry of the directory; what a person may do, their token says',
    roles: ['TENANT_ADMIN'],
    params: z.object({ subject: Subject }),
    body: PutMember,
    status: 200,
    response: Member,
    errors: ['people.changed'],
  }),
  removeMember: route({
    method: 'DELETE',
    path: '/v1/members/{subject}',
    summary: 'Take a person out of the directory; their tasks stay with them',
    roles: ['TENANT_ADMIN'],
    params: z.object({ subject: Subject }),
    status: 204,
  }),
}

export const contract = {
  domain: 'people',
  doors: { api: { access: ['table:write'] } },
  routes,
  publishes: [],
  subscribes: [],
} as const satisfies Contract
