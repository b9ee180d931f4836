/** A definition as the steps that it takes, and what may still come from where a shipment stands. */
import { equal, type JsonObject } from '../../../engine/json'
import type { SopStep } from '../../../schemas/sop'
import {
  branchesOf,
  catchersOf,
  flowOf,
  isEnd,
  listOr,
  objectOr,
  type Place,
  placesOf,
  stepOf,
} from '../../sops/domain/flow'

export interface Steps {
  /** By the name of the state. */
  places: ReadonlyMap<string, Place>
  byKey: ReadonlyMap<string, SopStep>
}

export function stepsOf(definition: JsonObject): Steps {
  const places = placesOf(flowOf(definition))
  const steps = places.flatMap((place) => stepOf(place) ?? [])
  return {
    places: new Map(places.map((place) => [place.name, place])),
    byKey: new Map(steps.map((step) => [step.key, step])),
  }
}

/** A step that gives a role something to do; whoever makes tasks says for whom and until when. */
export type TaskStep = Extract<SopStep, { role: unknown; due: unknown }>
export const isTaskStep = (step: SopStep | undefined): step is TaskStep =>
  step !== undefined && 'role' in step && 'due' in step

export const keyOf = (place: Place | undefined): string | undefined => place && stepOf(place)?.key

/** States that may follow when the state is over, and of the end of a branch those that follow when all are. */
function afterwards(place: Place): string[] {
  const { Next, Default, Choices } = place.state
  const named = [Next, Default, ...listOr(Choices).map((choice) => objectOr(choice).Next)]
  const joined = isEnd(place) && place.flow.parent ? afterwards(place.flow.parent) : []
  const caught = catchersOf(place).map(({ next }) => next)
  return [...named.filter((name): name is string => typeof name === 'string'), ...caught, ...joined]
}

const nexts = (place: Place): string[] => [...afterwards(place), ...branchesOf(place).map(({ startAt }) => startAt)]

/** Names of the states that may be entered after these; those themselves only where a way leads back. */
export function following({ places }: Steps, names: readonly string[]): Set<string> {
  const found = new Set<string>()
  const visit = (name: string) => {
    const place = places.get(name)
    for (const next of place ? nexts(place) : [])
      if (!found.has(next)) {
        found.add(next)
        visit(next)
      }
  }
  for (const name of names) visit(name)
  return found
}

/** What is left from where it stands is the same in both, state by state. */
export function sameFrom(a: Steps, standsA: readonly string[], b: Steps, standsB: readonly string[]): boolean {
  const left = (steps: Steps, names: readonly string[]) => new Set([...names, ...following(steps, names)])
  const inA = left(a, standsA)
  const inB = left(b, standsB)
  const same = (name: string) => equal(bare(a.places.get(name)), bare(b.places.get(name)))
  return inA.size === inB.size && [...inA].every((name) => inB.has(name) && same(name))
}

/** A state without the branches that it holds: those that are still to come are states of their own. */
function bare(place: Place | undefined): JsonObject {
  const { Branches, ...state } = place?.state ?? {}
  return { ...state, starts: place ? branchesOf(place).map(({ startAt }) => startAt) : [] }
}
