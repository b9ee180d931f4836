/** Who works when: business calendars and the directory of a tenant's people. */
import * as z from 'zod'
import { ENDS_IN_ORDER, ENDS_LATER, Group, line, Subject, UnLocode, WEEKDAYS } from './common'
import { InternalRole } from './role'

export const CalendarId = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'expected kebab-case')
  .max(40)
  .describe('Id of a business calendar, unique in the tenant')

const LocalTime = z
  .string()
  .regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'expected a time such as 08:00, or 24:00 for the end of the day')
  .describe('Local time, 24 hours')

const Opening = z.strictObject({ from: LocalTime, to: LocalTime }).refine(({ from, to }) => from < to, ENDS_LATER)

const Openings = z
  .array(Opening)
  .max(4)
  .default([])
  .refine((day) => day.every(({ from }, index) => index === 0 || (day[index - 1]?.to ?? '') <= from), {
    message: 'openings of a day follow each other and do not overlap',
  })
  .describe('Empty on a closed day')

const minutesOf = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
const openMinutes = (hours: z.output<typeof WeeklyHours>) =>
  WEEKDAYS.flatMap((day) => hours[day]).reduce(
    (sum, { from, to }) => sum + Math.max(0, minutesOf(to) - minutesOf(from)),
    0,
  )

export const WeeklyHours = z.strictObject({
  MON: Openings,
  TUE: Openings,
  WED: Openings,
  THU: Openings,
  FRI: Openings,
  SAT: Openings,
  SUN: Openings,
})

/** One that the time zone database of the platform knows. */
const TimeZone = z
  .string()
  .max(60)
  .refine(isTimeZone, { message: 'expected an IANA time zone such as Europe/Amsterdam' })
  .describe('IANA time zone')

function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

export const Holiday = z.strictObject({
  date: z.iso.date().describe('Local date'),
  name: line(80).optional(),
})
export type Holiday = z.infer<typeof Holiday>

export const MAX_HOLIDAYS = 400

const calendar = {
  name: line(80),
  timeZone: TimeZone,
  hours: WeeklyHours.refine((hours) => !(openMinutes(hours) < 60), 'at least one hour a week').describe(
    'Openings of each weekday, local time',
  ),
  holidays: z.array(Holiday).max(MAX_HOLIDAYS).default([]).describe('Closed all day'),
  places: z.array(UnLocode).max(200).default([]).describe('Places that keep these hours; stands before a country'),
  countries: z
    .array(z.string().regex(/^[A-Z]{2}$/))
    .max(50)
    .default([])
    .describe('Countries (ISO 3166-1 alpha-2) whose places keep these hours'),
  office: z.boolean().default(false).describe("The tenant's own office keeps these hours"),
}

export const PutCalendar = z.strictObject(calendar).meta({ id: 'PutCalendar' })
export const Calendar = z.object({ calendarId: CalendarId, ...calendar }).meta({ id: 'Calendar' })
export type Calendar = z.infer<typeof Calendar>

const Absence = z
  .strictObject({ from: z.iso.date(), to: z.iso.date() })
  .refine(({ from, to }) => from <= to, ENDS_IN_ORDER)
  .describe('First and last day, UTC')

const member = {
  name: line(120),
  roles: z.array(InternalRole).min(1).max(13).describe('Whose work they do; what they may do, their token says'),
  leads: z.array(InternalRole).max(13).default([]).describe('Roles that they lead: escalated work comes to them'),
  groups: z.array(Group).max(20).default([]),
  absences: z.array(Absence).max(50).default([]).describe('No work is given to them meanwhile'),
}

export const PutMember = z.strictObject(member).meta({ id: 'PutMember' })
export const Member = z.object({ subject: Subject, ...member }).meta({ id: 'Member' })
export type Member = z.infer<typeof Member>
