/** How a shipment enters the table: one transaction with the guards of its reference and of the request. */
import { CreatedShipment, type ShipmentDetail, type ShipmentHeader } from '../../schemas/shipment'
import type { Fact } from '../../schemas/timeline'
import type { Context } from '../platform/context'
import { type Condition, ConditionFailed, get, type Item, type Tenant, transact, type Write } from '../platform/table'
import { noteTenant } from '../platform/tenants'
import { timelineItem } from '../platform/timeline'
import { detailItem, digest, headerItem, listOrder, requestKey, shipmentPk, wakeItem } from './items'
import { keyReused } from './store'

/** A client reference held for a shipment that an import is about to create. */
export interface Reservation {
  shipmentId: string
  holder: string
}

export type Insertion =
  | { kind: 'created' | 'replayed'; created: CreatedShipment }
  | { kind: 'reference-taken'; shipmentId: string }

const referenceKey = (clientReference: string) => ({ pk: `REFERENCE#${clientReference}`, sk: 'REFERENCE' })
const GUARD_DAYS = 7

/** A shipment to be written, with the answer that its creation gives. */
export interface NewShipment {
  header: ShipmentHeader
  detail: ShipmentDetail
  fact: Fact
  created: CreatedShipment
}

export interface Idempotency {
  operation: string
  key: string | undefined
  request: unknown
}

/** A new shipment in one transaction: the guard of the request, the guard of its client reference, its items. */
export async function insertShipment(
  context: Context,
  shipment: NewShipment,
  idempotency: Idempotency,
  reservation?: Reservation,
): Promise<Insertion> {
  // Before the shipment: the timer finds it even when all that tells of it is lost.
  await noteTenant(context)
  try {
    await transact(context, insertionWrites(context, shipment, idempotency, reservation))
    return { kind: 'created', created: shipment.created }
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error
    if (idempotency.key === undefined || error.index > 0)
      return { kind: 'reference-taken', shipmentId: String(error.item?.shipmentId) }
    if (error.item?.fingerprint !== fingerprintOf(idempotency)) throw keyReused()
    return { kind: 'replayed', created: CreatedShipment.parse(JSON.parse(String(error.item.body))) }
  }
}

const fingerprintOf = ({ request }: Idempotency) => digest(JSON.stringify(request))

/** The writes of that transaction, in its order. */
export function insertionWrites(
  context: Context,
  { header, detail, fact, created }: NewShipment,
  idempotency: Idempotency,
  reservation?: Reservation,
): Extract<Write, { put: Item }>[] {
  const { operation, key } = idempotency
  const { clientReference, shipmentId } = header
  const items = newShipmentItems(context, header, detail, fact).map((item) => ({ put: item }))
  const unclaimed: Condition = reservation ? { attribute: 'holder', equals: reservation.holder } : 'absent'
  return [
    ...(key === undefined
      ? []
      : [
          {
            put: {
              pk: `IDEMPOTENCY#${requestKey(context, operation, key)}`,
              sk: 'GUARD',
              fingerprint: fingerprintOf(idempotency),
              body: JSON.stringify(created),
              expiresAt: Math.floor(Date.parse(context.now) / 1000) + GUARD_DAYS * 86_400,
            },
            if: 'absent' as const,
          },
        ]),
    ...(clientReference === undefined
      ? []
      : [{ put: { ...referenceKey(clientReference), shipmentId }, if: unclaimed }]),
    ...items,
  ]
}

/** The shipment that a client reference names, if any. */
export async function findReference(context: Tenant, clientReference: string): Promise<string | undefined> {
  const item = await get(context, referenceKey(clientReference))
  return item && String(item.shipmentId)
}

/** Holds a client reference for a shipment to come. Answers the shipment that has it already, if another one does. */
export async function reserveReference(
  context: Tenant,
  clientReference: string,
  { shipmentId, holder }: Reservation,
): Promise<string | undefined> {
  try {
    await transact(context, [{ put: { ...referenceKey(clientReference), shipmentId, holder }, if: 'absent' }])
    return undefined
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error
    return error.item?.holder === holder ? undefined : String(error.item?.shipmentId)
  }
}

/** Gives a held reference back; one that a shipment has taken stays. */
export async function releaseReference(context: Tenant, clientReference: string, holder: string): Promise<void> {
  try {
    await transact(context, [{ remove: referenceKey(clientReference), if: { attribute: 'holder', equals: holder } }])
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error
  }
}

/** By then its SOP runs, or something went wrong that nobody has seen. */
const FIRST_LOOK_MS = 15 * 60_000

/** Header, detail, the first entry of the timeline, when to look at it, and a link for each partner. */
function newShipmentItems(context: Context, header: ShipmentHeader, detail: ShipmentDetail, fact: Fact): Item[] {
  const pk = shipmentPk(header.shipmentId)
  return [
    headerItem(header),
    detailItem(header.shipmentId, detail),
    timelineItem(context, pk, header.shipmentId, 1, fact),
    wakeItem(header.shipmentId, new Date(Date.parse(context.now) + FIRST_LOOK_MS).toISOString()),
    ...header.organizations.map((organizationId) => ({
      pk,
      sk: `PARTY#${organizationId}`,
      gsi1pk: `PARTY#${organizationId}`,
      gsi1sk: listOrder(header),
    })),
  ]
}
