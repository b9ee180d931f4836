/** Reads the payloads of a definition's Task states: the same payload is checked once, however many shipments come by. */
import type { Json, JsonObject } from '../../../../engine/json'
import { SopStep } from '../../../../schemas/sop'
import { objectOr } from '../flow'

/** What differs from one shipment to the next; the machine itself fills it in. */
const OF_SHIPMENT = ['tenantId', 'shipmentId', 'token'] as const

const readers = new WeakMap<JsonObject, StepReader>()

/** The reader of a definition. */
export function readerOf(definition: JsonObject): StepReader {
  const known = readers.get(definition) ?? new StepReader()
  readers.set(definition, known)
  return known
}

export class StepReader {
  private readonly known = new Map<Json | undefined, { raw: JsonObject; members: number; step: SopStep }>()

  /** Throws a ZodError where the payload is no step of the vocabulary. */
  read(payload: Json | undefined): SopStep {
    const raw = objectOr(payload)
    const found = this.known.get(raw.key)
    if (found && same(raw, found)) return withShipment(found.step, raw)
    const step = SopStep.parse(raw)
    this.known.set(raw.key, { raw, members: Object.keys(raw).length, step })
    return step
  }
}

/** What the definition says literally is the same object each time; what was computed is compared as a value. */
function same(raw: JsonObject, before: { raw: JsonObject; members: number }): boolean {
  let members = 0
  for (const name in raw) {
    members += 1
    if (raw[name] === before.raw[name]) continue
    if (typeof raw[name] !== 'string' || !(OF_SHIPMENT as readonly string[]).includes(name)) return false
  }
  return members === before.members
}

function withShipment(step: SopStep, { tenantId, shipmentId, token }: JsonObject): SopStep {
  const own = { ...step, tenantId: String(tenantId), shipmentId: String(shipmentId) }
  return 'token' in own && own.token !== undefined ? { ...own, token: String(token) } : own
}
