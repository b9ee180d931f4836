/** Small changes of a definition. */
import type { Json, JsonObject } from '../../engine/json'
import { readMachine } from './sop-world'

/** A change at a path, `RunShipment.Branches.0.States.AwaitPickUp.Next`; undefined removes. */
export interface Edit {
  at: string
  to?: Json | ((before: Json) => Json)
}

/** The definition with the edits; paths that begin with a state's name begin at the states. */
export function edited(sopId: string, ...edits: Edit[]): JsonObject {
  const definition = structuredClone(readMachine(sopId))
  for (const { at, to } of edits) {
    const parts = at.startsWith('/') ? at.slice(1).split('.') : ['States', ...at.split('.')]
    const last = parts.pop() ?? ''
    const holder = parts.reduce<unknown>((inside, part) => Reflect.get(Object(inside), part), definition)
    if (typeof holder !== 'object' || holder === null) throw new Error(`Nothing at ${at}`)
    const value = typeof to === 'function' ? to(Reflect.get(holder, last)) : to
    if (value === undefined) Reflect.deleteProperty(holder, last)
    else Reflect.set(holder, last, value)
  }
  return definition
}
