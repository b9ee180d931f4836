/** Whom a task is given to when it goes to who has the least to do. Pure. */
import { createHash } from 'node:crypto'
import type { InternalRole } from '../../../schemas/role'
import type { Candidates } from '../../../schemas/task'
import type { People } from '../../people/domain/calendars'
import { present } from './escalation'

/** Subjects who may get a task: members with the role who are there, or those among them who are candidates. */
export function eligible(
  people: People,
  { role, candidates }: { role: InternalRole; candidates?: Candidates | undefined },
  now: string,
): string[] {
  const able = present(people, now).filter(({ roles }) => roles.includes(role))
  if (!candidates) return able.map(({ subject }) => subject)
  const { users = [], groups = [] } = candidates
  const known = new Set(people.members.map(({ subject }) => subject))
  const named = able.filter(
    ({ subject, groups: own }) => users.includes(subject) || own.some((group) => groups.includes(group)),
  )
  // Who is named by the definition and unknown to the directory may well be there.
  return [...named.map(({ subject }) => subject), ...users.filter((subject) => !known.has(subject))].sort()
}

/**
 * The subject with the fewest open tasks. Among equals the task's id decides, so that tasks that are made together,
 * before the index shows any of them, do not all go to one person.
 */
export function leastLoaded(
  subjects: readonly string[],
  loads: ReadonlyMap<string, number>,
  taskId: string,
): string | undefined {
  const ranked = subjects.map((subject) => ({ subject, load: loads.get(subject) ?? 0, lot: lotOf(taskId, subject) }))
  ranked.sort((a, b) => a.load - b.load || (a.lot < b.lot ? -1 : 1))
  return ranked.at(0)?.subject
}

const lotOf = (taskId: string, subject: string) => createHash('sha256').update(`${taskId} ${subject}`).digest('hex')
