/** References out of the definition: to other SOPs, and to people who do the work. */
import type { JsonObject } from '../../../../engine/json'
import type { Member } from '../../../../schemas/people'
import type { InternalRole } from '../../../../schemas/role'
import type { SopStep } from '../../../../schemas/sop'
import type { SopFinding } from '../../../../schemas/sop-finding'
import { flowOf, isTask, type Place, placesOf, stepOf } from '../../../sops/domain/flow'
import { finding } from './advice'

/** What is known beside the definition; what is absent is not checked. */
export interface Known {
  /** The SOP that the definition is of. */
  sopId?: string
  /** Each SOP that can be started, with those that it starts. */
  starts?: ReadonlyMap<string, readonly string[]>
  /** The tenant's directory of people. */
  members?: readonly Pick<Member, 'subject' | 'roles'>[]
}

/** SOPs that a definition starts, each once. */
export const startedBy = (definition: JsonObject): string[] => [
  ...new Set(
    placesOf(flowOf(definition)).flatMap((place) => {
      const step = stepOf(place)
      return step?.step === 'startSubProcess' ? [step.sop] : []
    }),
  ),
]

export const references = (places: readonly Place[], known: Known): SopFinding[] => {
  const taken = places.filter(isTask).flatMap((place) => {
    const step = stepOf(place)
    return step ? [{ place, step }] : []
  })
  return taken.flatMap((it) => [...started(it, known), ...held(it, known), ...secondPerson(it, taken, known)])
}

interface Taken {
  place: Place
  step: SopStep
}

const at = ({ place }: Taken, ...path: string[]) => `${place.pointer}/Arguments/Payload/${path.join('/')}`

function started(it: Taken, { sopId, starts }: Known): SopFinding[] {
  if (it.step.step !== 'startSubProcess' || !starts) return []
  const { sop } = it.step
  if (sop !== sopId && !starts.has(sop))
    return [finding(at(it, 'sop'), 'UNKNOWN_SOP', `There is no SOP ${sop} of which a version is published`)]
  const way = sopId === undefined ? undefined : wayBack(sop, sopId, starts)
  return way ? [finding(at(it, 'sop'), 'SUBPROCESS_CIRCLE', `${[sopId, ...way].join(' starts ')}`)] : []
}

/** SOPs from the one that is started to the one that starts it; undefined when none leads there. */
function wayBack(
  from: string,
  to: string,
  starts: ReadonlyMap<string, readonly string[]>,
  seen: readonly string[] = [],
): string[] | undefined {
  if (from === to) return [...seen, from]
  if (seen.includes(from)) return undefined
  for (const next of starts.get(from) ?? []) {
    const way = wayBack(next, to, starts, [...seen, from])
    if (way) return way
  }
  return undefined
}

/** Admins may do everybody's tasks. */
const holders = (role: InternalRole, members: NonNullable<Known['members']>) =>
  members.filter(({ roles }) => roles.includes(role) || roles.includes('TENANT_ADMIN')).map(({ subject }) => subject)

function held(it: Taken, { members }: Known): SopFinding[] {
  if (!members || !('role' in it.step) || holders(it.step.role, members).length > 0) return []
  return [finding(at(it, 'role'), 'UNHELD_ROLE', `Nobody in the directory of members has the role ${it.step.role}`)]
}

/** Steps that people do. */
const HUMAN: readonly SopStep['step'][] = ['assignTask', 'approve', 'screenParties']

/** Whoever decides, somebody else can have done the work. */
function secondPerson(it: Taken, taken: readonly Taken[], { members }: Known): SopFinding[] {
  const { step } = it
  if (step.step !== 'approve') return []
  return step.notBy.flatMap((key, index) => {
    const work = taken.find((other) => other.step.key === key)?.step
    if (!work) return []
    if (!HUMAN.includes(work.step) || work.key === step.key)
      return [finding(at(it, 'notBy', String(index)), 'NO_SECOND_PERSON', `${key} is nothing that another person does`)]
    if (!members || !('role' in work)) return []
    const people = new Set([...holders(step.role, members), ...holders(work.role, members)])
    return people.size > 1 || people.size === 0
      ? []
      : [finding(at(it, 'role'), 'NO_SECOND_PERSON', `Only ${[...people].join()} could do ${key}, and decide on it`)]
  })
}
