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

export const objectOf = (value: Json | undefined): JsonObject => {
  if (!isObject(value)) throw new Error('expected an object')
  return value
}

export const payloadOf = (state: JsonObject): JsonObject => objectOf(objectOf(state.Arguments).Payload)

export const isWait = ({ state }: FoundState) => String(state.Resource).endsWith('.waitForTaskToken')

export const catchersOf = (state: JsonObject): { ErrorEquals: string[]; Next: string }[] =>
  Array.isArray(state.Catch) ? JSON.parse(JSON.stringify(state.Catch)) : []
