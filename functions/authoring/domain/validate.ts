/** What can be proved of an SOP before it runs. Pure: the same definition, the same findings. */
import { isObject, type Json } from '../../../engine/json'
import { validate } from '../../../engine/validate'
import type { SopFinding } from '../../../schemas/sop-finding'
import { flowOf, placesOf } from '../../sops/domain/flow'
import { finding } from './validation/advice'
import { boundary } from './validation/boundary'
import { deadlines } from './validation/deadlines'
import { decisions } from './validation/decisions'
import { expressions } from './validation/expressions'
import { type Known, references } from './validation/known'
import { order } from './validation/order'
import { paths } from './validation/paths'
import { steps } from './validation/steps'

/** Bytes of JSON; an item of the table holds 400 KB. */
export const MAX_DEFINITION = 300_000

/** Every problem, by what it is about: grammar, boundary, steps, expressions, deadlines, paths, references. None: it may be published. */
export function validateSop(definition: Json, known: Known = {}): SopFinding[] {
  if (!isObject(definition)) return [finding('', 'NOT_AN_OBJECT', 'A definition is a JSON object')]
  const size = Buffer.byteLength(JSON.stringify(definition))
  if (size > MAX_DEFINITION) return [finding('', 'TOO_LARGE', `${size} bytes; at most ${MAX_DEFINITION} can be stored`)]
  const flow = flowOf(definition)
  const places = placesOf(flow)
  return [
    ...validate(definition).map(({ pointer, code, message }) => finding(pointer, code, message)),
    ...boundary(definition, places),
    ...steps(places),
    ...expressions(places),
    ...deadlines(places),
    ...paths(flow),
    ...order(flow),
    ...decisions(places),
    ...references(places, known),
  ]
}
