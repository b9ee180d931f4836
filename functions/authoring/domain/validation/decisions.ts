/** Decisions come after the work that they are on, and what becomes of a rejection is said. */
import { textOf } from '../../../../engine/json'
import type { SopFinding } from '../../../../schemas/sop-finding'
import { around, isEnd, isWait, type Place, payloadOf, stepOf } from '../../../sops/domain/flow'
import { finding } from './advice'
import { followers } from './deadlines'

export const decisions = (places: readonly Place[]): SopFinding[] =>
  places.filter(isWait).flatMap((place) => [...early(place, places), ...unheard(place)])

/** Branches run at their own pace: nobody waits for the work of another one before the decision is made. */
function early(place: Place, places: readonly Place[]): SopFinding[] {
  const step = stepOf(place)
  if (step?.step !== 'approve') return []
  const beside = places.filter((it) => step.notBy.includes(textOf(payloadOf(it).key)) && areBeside(it, place))
  return beside.map(({ name }) =>
    finding(
      `${place.pointer}/Arguments/Payload/notBy`,
      'DECIDED_EARLY',
      `${place.name} may be decided before ${name} is done, which is in another branch`,
    ),
  )
}

/** Of two branches of one Parallel state. */
const areBeside = (one: Place, other: Place): boolean =>
  around(one).some(
    ({ pointer }) =>
      around(other).some((it) => it.pointer === pointer) && branchIn(one, pointer) !== branchIn(other, pointer),
  )

/** Number of the branch of a Parallel state in which a place stands. */
const branchIn = ({ pointer }: Place, parallel: string) => pointer.slice(`${parallel}/Branches/`.length).split('/')[0]

/** A rejection goes the way of an acceptance unless a Choice parts them, or something is kept of it to part them later. */
function unheard(place: Place): SopFinding[] {
  const step = stepOf(place)
  const rejectable = step?.step === 'approve' || (step?.step === 'assignTask' && step.rejectable === true)
  if (!rejectable || isHeard(place)) return []
  return [finding(place.pointer, 'UNHEARD_REJECTION', `${place.name} goes on in the same way when it is rejected`)]
}

function isHeard(place: Place, seen: readonly string[] = []): boolean {
  if (place.state.Assign !== undefined) return true
  return followers(place).some((name) => {
    const next = place.flow.places.get(name)
    if (!next || seen.includes(name)) return false
    if (next.state.Type === 'Choice') return /REJECTED|APPROVED/.test(JSON.stringify(next.state))
    return !isWait(next) && !isEnd(next) && isHeard(next, [...seen, name])
  })
}
