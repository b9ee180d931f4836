/** Reads state machines for tests. */
import { isObject, type Json, type JsonObject } from '../../engine/json'

export interface FoundState {
  name: string
  state: JsonObject
  /** The states around it, by name. */
  siblings: JsonObject
  /** The Parallel states that it stands in, outermost first. */
  within: JsonObject[]
}

/** Every state of a machine, those of branches included. */
export function statesOf(flow: JsonObject, within: JsonObject[] = []): FoundState[] {
  const siblings = objectOf(flow.States)
  return Object.entries(siblings).flatMap(([name, raw]) => {
    const state = objectOf(raw)
    const branches = Array.isArray(state.Branches) ? state.Branches.map(objectOf) : []
    return [{ name, state, siblings, within }, ...branches.flatMap((branch) => statesOf(branch, [...within, state]))]
  })
}

/** Names of the states that are entered when nothing fails, nothing is late, and every choice falls as usual. */
export function ordinaryStates(flow: JsonObject): Set<string> {
  const states = objectOf(flow.States)
  const names = new Set<string>()
  for (let name: Json | undefined = flow.StartAt; typeof name === 'string'; ) {
    names.add(name)
    const state: JsonObject = objectOf(states[name])
    const branches = Array.isArray(state.Branches) ? state.Branches.map(objectOf) : []
    for (const inner of branches.flatMap((branch) => [...ordinaryStates(branch)])) names.add(inner)
    name = state.Default ?? state.Next
  }
  return names
}

export const objectOf = (value: Json | undefined): JsonObject => {
  if (!isObject(value)) throw new Error('expected an object')
  return value
}

export const payloadOf = (state: JsonObject): JsonObject => objectOf(objectOf(state.Arguments).Payload)

export const isWait = ({ state }: FoundState) => String(state.Resource).endsWith('.waitForTaskToken')

export const catchersOf = (state: JsonObject): { ErrorEquals: string[]; Next: string }[] =>
  Array.isArray(state.Catch) ? JSON.parse(JSON.stringify(state.Catch)) : []
