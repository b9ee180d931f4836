/** Which business calendar counts at a place or in the office. Pure. */
import type { Calendar, Member } from '../../../schemas/people'
import type { OpenTimes } from './business-time'

/** What is known of a tenant's people and hours. */
export interface People {
  calendars: readonly Calendar[]
  members: readonly Member[]
  /** Usual time zones of the places that were asked for, by UN/LOCODE. */
  timeZones: ReadonlyMap<string, string>
  /** Open tasks by assignee; counted when a person is to be chosen. */
  loads?: ReadonlyMap<string, number>
}

/** A tenant that has said nothing. */
export const NOBODY: People = { calendars: [], members: [], timeZones: new Map() }

export interface Applied {
  times: OpenTimes
  /** Id of the tenant's calendar, else the place whose usual hours were taken, else OFFICE. */
  name: string
  /** The tenant has no calendar for it: Monday to Friday, 08:00 to 17:00, no holidays. */
  assumed: boolean
}

const WORKING_DAY = [{ from: '08:00', to: '17:00' }]
const USUAL_HOURS: Calendar['hours'] = {
  MON: WORKING_DAY,
  TUE: WORKING_DAY,
  WED: WORKING_DAY,
  THU: WORKING_DAY,
  FRI: WORKING_DAY,
  SAT: [],
  SUN: [],
}

/** The tenant's calendar of the place, else of its country; the one whose id comes first, if several claim it. */
export function calendarOfPlace(unLocode: string, people: People): Applied {
  const own =
    first(people, ({ places }) => places.includes(unLocode)) ??
    first(people, ({ countries }) => countries.includes(unLocode.slice(0, 2)))
  return own ?? usual(unLocode, people.timeZones.get(unLocode))
}

export const calendarOfOffice = (people: People): Applied =>
  first(people, ({ office }) => office) ?? usual('OFFICE', undefined)

function first({ calendars }: People, claims: (calendar: Calendar) => boolean): Applied | undefined {
  const [own] = calendars.filter(claims).sort((a, b) => (a.calendarId < b.calendarId ? -1 : 1))
  return own && { times: own, name: own.calendarId, assumed: false }
}

const usual = (name: string, timeZone: string | undefined): Applied => ({
  times: { timeZone: timeZone ?? 'UTC', hours: USUAL_HOURS, holidays: [] },
  name,
  assumed: true,
})
