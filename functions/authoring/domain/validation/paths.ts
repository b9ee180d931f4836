/** Every path ends, and ends with the shipment completed. */
import type { SopFinding } from '../../../../schemas/sop-finding'
import { branchesOf, catchersOf, type Flow, isEnd, type Place, payloadOf } from '../../../sops/domain/flow'
import { finding } from './advice'
import { followers } from './deadlines'

const ways = (place: Place) => [...followers(place), ...catchersOf(place).map(({ next }) => next)]

export const paths = (flow: Flow): SopFinding[] => [...ends(flow), ...completes(flow)]

function ends(flow: Flow): SopFinding[] {
  const places = [...flow.places.values()]
  const ending = closure(places, isEnd)
  const reached = reachable(flow, ways)
  // Where no state ends at all, the grammar says so once.
  const endless = ending.size === 0 ? [] : places.filter((it) => reached.has(it.name) && !ending.has(it.name))
  return [
    ...endless.map(({ pointer, name }) => finding(pointer, 'ENDLESS_PATH', `No way leads from ${name} to an end`)),
    ...places.flatMap(branchesOf).flatMap(ends),
  ]
}

/** Names of the states from which one that `is` so can be reached. */
function closure(places: readonly Place[], is: (place: Place) => boolean): Set<string> {
  const found = new Set(places.filter(is).map(({ name }) => name))
  for (let before = -1; before < found.size; ) {
    before = found.size
    for (const place of places) if (ways(place).some((name) => found.has(name))) found.add(place.name)
  }
  return found
}

function reachable(flow: Flow, waysOf: (place: Place) => string[]): Set<string> {
  const reached = new Set<string>()
  const open = [flow.startAt]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const place = flow.places.get(name)
    if (!place || reached.has(name)) continue
    reached.add(name)
    open.push(...waysOf(place))
  }
  return reached
}

const completing = (place: Place) => payloadOf(place).step === 'completeShipment'

/** Leaving out the states that complete the shipment, no ordinary way may reach an end. */
function completes(flow: Flow): SopFinding[] {
  const early = [...flow.places.values()].flatMap(branchesOf).flatMap(completingIn)
  const without = reachable(flow, (place) => (completing(place) ? [] : followers(place)))
  const ended = [...without].flatMap((name) => flow.places.get(name) ?? [])
  const never = ended.filter((place) => isEnd(place) && place.state.Type !== 'Fail' && !completing(place))
  return [
    ...early.map(({ pointer, name }) =>
      finding(pointer, 'COMPLETES_EARLY', `${name} completes the shipment while other branches run`),
    ),
    ...never.map(({ pointer, name }) =>
      finding(pointer, 'NEVER_COMPLETES', `${name} ends the SOP of a shipment that goes on`),
    ),
  ]
}

const completingIn = (flow: Flow): Place[] =>
  [...flow.places.values()].flatMap((place) => [
    ...(completing(place) ? [place] : []),
    ...branchesOf(place).flatMap(completingIn),
  ])
