/** What the bench ships: the ocean export of the demo, each with its own reference and Idempotency-Key. */

import { CONTAINERS, oceanExport } from '../demo/shipments'
import { newId, systemContext } from '../functions/platform/context'
import { scopedItem } from '../functions/platform/table'
import { createShipment, warningsOf } from '../functions/shipments/domain'
import { insertionWrites } from '../functions/shipments/insertion'
import { CreateShipment } from '../schemas/shipment'
import { TENANT } from './instance'

/** A conditional put as a transaction has it, keys under the tenant. */
export interface StoredPut {
  item: Record<string, unknown>
  absent: boolean
}

const DAY = 86_400_000
/** Two days ago: 100,000 shipments, one a second, are then all of the past, and their guards have not expired. */
const BASE = Date.now() - 2 * DAY
const TEMPLATE = CreateShipment.parse(oceanExport(BASE, 'TEMPLATE'))

/** A request body, as JSON. */
export const createBody = (reference: string) => JSON.stringify(oceanExport(BASE, reference))

/** The writes of the transaction that creates shipment `serial`, made by the code that the API uses. */
export function creation(serial: number): { shipmentId: string; puts: StoredPut[] } {
  const reference = `SEED-${serial}`
  const command: CreateShipment = { ...TEMPLATE, clientReference: reference }
  const now = new Date(BASE + serial * 1000).toISOString()
  const context = { ...systemContext(TENANT, 'bench', reference), now }
  const shipmentId = newId('shp', now)
  const { header, detail, fact } = createShipment(command, shipmentId, now)
  const warnings = warningsOf(command)
  const created = {
    shipmentId,
    version: 1,
    status: header.status,
    clientReference: reference,
    createdAt: now,
    warnings,
  }
  const idempotency = { operation: 'createShipment', key: reference, request: command }
  const writes = insertionWrites(context, { header, detail, fact, created }, idempotency)
  return {
    shipmentId,
    // Seeded shipments have no SOP, and the timer would find that out of each of them while others are measured.
    puts: writes
      .filter(({ put }) => put.sk !== 'WAKE')
      .map((write) => ({ item: scopedItem(context, write.put), absent: write.if === 'absent' })),
  }
}

/** Carrier's events of an ocean export, one a milestone, that any shipment of the bench takes in this order. */
export const EVENTS: readonly Record<string, unknown>[] = [
  { eventType: 'EQUIPMENT', eventCode: 'GTOT', facilityTypeCode: 'DEPO', emptyIndicatorCode: 'EMPTY' },
  { eventType: 'EQUIPMENT', eventCode: 'STUF', unLocode: 'NLRTM' },
  { eventType: 'EQUIPMENT', eventCode: 'GTIN', facilityTypeCode: 'POTE', unLocode: 'NLRTM' },
  { eventType: 'EQUIPMENT', eventCode: 'CUSR', unLocode: 'NLRTM' },
  { eventType: 'EQUIPMENT', eventCode: 'LOAD', unLocode: 'NLRTM' },
  { eventType: 'TRANSPORT', eventCode: 'DEPA', unLocode: 'NLRTM', modeOfTransport: 'VESSEL' },
  { eventType: 'TRANSPORT', eventCode: 'ARRI', unLocode: 'SGSIN', modeOfTransport: 'VESSEL' },
  {
    eventType: 'EQUIPMENT',
    eventCode: 'GTIN',
    facilityTypeCode: 'CLOC',
    emptyIndicatorCode: 'LADEN',
    unLocode: 'SGSIN',
    deliveredPackages: 40,
  },
]

/** Request body of an event of the first container, by its place in the journey. `id` is the source's own. */
export function eventBody(id: string, place: number): string {
  const event = EVENTS[place] ?? {}
  return JSON.stringify({
    ...event,
    eventId: id,
    eventClassifierCode: 'ACT',
    eventDateTime: new Date(BASE + (place - 40) * DAY).toISOString(),
    source: 'NSCL',
    ...(event.eventType === 'EQUIPMENT' ? { equipmentReference: CONTAINERS[0] } : {}),
  })
}
