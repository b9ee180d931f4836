/** Calendars and members of a tenant: one small partition, read whole when a step needs it. */
import { Calendar, Member } from '../../schemas/people'
import type { InternalRole } from '../../schemas/role'
import { findPlaces } from '../places/store'
import { AppError } from '../platform/errors'
import { ConditionFailed, get, type Item, partition, remove, type Tenant, transact } from '../platform/table'
import type { People } from './domain/calendars'
import { needsSituation, type Situation, usualTimeZone } from './domain/time-zones'

const PK = 'PEOPLE'
const CALENDAR = 'CALENDAR#'
const MEMBER = 'MEMBER#'

const calendarOf = (item: Item) => Calendar.parse(JSON.parse(String(item.body)))
const memberOf = (item: Item) => Member.parse(JSON.parse(String(item.body)))

/** Calendars, members, and the usual time zones of the places for which the tenant has no calendar. */
export async function loadPeople(tenant: Tenant, unLocodes: readonly string[] = []): Promise<People> {
  const items = await partition(tenant, PK)
  const calendars = items.filter((item) => item.sk.startsWith(CALENDAR)).map(calendarOf)
  const members = items.filter((item) => item.sk.startsWith(MEMBER)).map(memberOf)
  return { calendars, members, timeZones: await timeZonesOf(tenant, unLocodes) }
}

async function timeZonesOf(tenant: Tenant, unLocodes: readonly string[]): Promise<Map<string, string>> {
  const lying = unLocodes.filter((unLocode) => needsSituation(unLocode.slice(0, 2)))
  const places: Map<string, Situation> = lying.length > 0 ? await findPlaces(tenant, lying) : new Map()
  return new Map(
    unLocodes.flatMap((unLocode) => {
      const zone = usualTimeZone(unLocode.slice(0, 2), places.get(unLocode))
      return zone === undefined ? [] : [[unLocode, zone] as const]
    }),
  )
}

/** Roles that somebody in the directory holds; undefined for a tenant that keeps none, of which nothing is known. */
export async function rolesHeld(tenant: Tenant): Promise<ReadonlySet<InternalRole> | undefined> {
  const members = await listMembers(tenant)
  return members.length === 0 ? undefined : new Set(members.flatMap(({ roles }) => roles))
}

export const listCalendars = async (tenant: Tenant): Promise<Calendar[]> =>
  (await partition(tenant, PK, CALENDAR)).map(calendarOf)

export const listMembers = async (tenant: Tenant): Promise<Member[]> =>
  (await partition(tenant, PK, MEMBER)).map(memberOf)

export interface Versioned<T> {
  value: T
  version: number
}

const versioned = <T>(item: Item | undefined, read: (item: Item) => T): Versioned<T> | undefined =>
  item && { value: read(item), version: Number(item.version) }

export const findCalendar = async (tenant: Tenant, calendarId: string): Promise<Versioned<Calendar> | undefined> =>
  versioned(await get(tenant, { pk: PK, sk: CALENDAR + calendarId }), calendarOf)

export const findMember = async (tenant: Tenant, subject: string): Promise<Versioned<Member> | undefined> =>
  versioned(await get(tenant, { pk: PK, sk: MEMBER + subject }), memberOf)

export const putCalendar = (tenant: Tenant, calendar: Calendar, before: number | undefined): Promise<number> =>
  replace(tenant, CALENDAR + calendar.calendarId, calendar, before)

export const putMember = (tenant: Tenant, member: Member, before: number | undefined): Promise<number> =>
  replace(tenant, MEMBER + member.subject, member, before)

export const removeMember = (tenant: Tenant, subject: string): Promise<void> =>
  remove(tenant, { pk: PK, sk: MEMBER + subject }, 'present')

/** Writes over the version that was read, and answers the new one; refused when another came between. */
async function replace(tenant: Tenant, sk: string, body: unknown, before: number | undefined): Promise<number> {
  const version = (before ?? 0) + 1
  const put = { pk: PK, sk, version, body: JSON.stringify(body) }
  try {
    await transact(tenant, [{ put, if: before === undefined ? 'absent' : { attribute: 'version', equals: before } }])
    return version
  } catch (error) {
    throw error instanceof ConditionFailed ? overtaken() : error
  }
}

export const overtaken = () => new AppError('stale', 'people.changed', 'Another has changed it: read it again')
