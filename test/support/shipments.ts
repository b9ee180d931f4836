/** Builders of shipments and their history: through the rules of creation and tracking, never around them. */

import type { Delivered } from '../../functions/platform/consume'
import { type Context, newId, systemContext } from '../../functions/platform/context'
import { createShipment } from '../../functions/shipments/domain'
import { insertShipment } from '../../functions/shipments/insertion'
import type { ShipmentState } from '../../functions/shipments/items'
import { loadShipment, onShipment } from '../../functions/shipments/store'
import { decideRecordEvent } from '../../functions/tracking/domain'
import { CreateShipment, type NewChargeLine } from '../../schemas/shipment'
import type { Fact, TimelineEntry, TimelineType } from '../../schemas/timeline'
import { RecordEvent } from '../../schemas/tracking'

export const ORDERED = '2026-03-01T08:00:00.000Z'

export const aCharge = (line: Partial<NewChargeLine> = {}): NewChargeLine => ({
  code: '101000',
  type: 'REVENUE',
  amount: { amount: 125_000, currency: 'EUR' },
  billableOn: 'DEPARTED_ORIGIN',
  counterparty: 'ACME',
  ...line,
})

export const aCommand = (change: Partial<CreateShipment> = {}): CreateShipment =>
  CreateShipment.parse({
    type: 'EXPORT',
    mode: 'MARITIME',
    loadType: 'LCL',
    customer: 'ACME',
    orderedAt: ORDERED,
    parties: [{ function: 'CZ', name: 'Acme BV', organizationId: 'ACME' }],
    cargoItems: [{ description: 'Pumps', packages: 40, packageType: 'CT', grossWeight: 900 }],
    legs: [{ mode: 'VESSEL', from: { unLocode: 'NLRTM' }, to: { unLocode: 'USNYC' } }],
    incoterm: { rule: 'FOB', place: 'Rotterdam' },
    promisedDelivery: { from: '2026-03-20T00:00:00Z', to: '2026-03-22T00:00:00Z' },
    ...change,
  })

/** A shipment as it stands after its creation, in memory. */
export function aShipment(change: Partial<CreateShipment> = {}, now = ORDERED): ShipmentState {
  const { header, detail, fact } = createShipment(aCommand(change), newId('shp', now), now)
  const created = { header, detail, timeline: [], tasks: [], documents: [], waits: [], answers: new Map() }
  return withFacts({ ...created, header: { ...header, version: 0 } }, [fact], now)
}

/** The state with more facts in its timeline. */
export function withFacts(state: ShipmentState, facts: readonly Fact[], now: string): ShipmentState {
  const version = state.header.version
  const entries = facts.map(
    (fact, index) =>
      ({
        ...fact,
        eventId: `evt_${state.header.shipmentId.slice(4)}_${version + index + 1}`,
        sequence: version + index + 1,
        occurredAt: fact.occurredAt ?? now,
        recordedAt: now,
        actor: { kind: 'SYSTEM', id: 'test' },
      }) as TimelineEntry,
  )
  return {
    ...state,
    header: { ...state.header, version: version + facts.length },
    timeline: [...state.timeline, ...entries],
  }
}

/** Events that reach milestones from NLRTM to USNYC. */
export const EVENTS = {
  DEPARTED_ORIGIN: { eventType: 'TRANSPORT', eventCode: 'DEPA', unLocode: 'NLRTM', modeOfTransport: 'VESSEL' },
  ARRIVED_DESTINATION_PORT: { eventType: 'TRANSPORT', eventCode: 'ARRI', unLocode: 'USNYC', modeOfTransport: 'VESSEL' },
  DELIVERED: { eventType: 'EQUIPMENT', eventCode: 'STRP' },
  DISCREPANCY: { eventType: 'SHIPMENT', eventCode: 'XDIS' },
} as const

export const anEvent = (milestone: keyof typeof EVENTS, at: string, more: Record<string, unknown> = {}): RecordEvent =>
  RecordEvent.parse({ ...EVENTS[milestone], eventClassifierCode: 'ACT', eventDateTime: at, source: 'TEST', ...more })

export const aRetraction = (retractedEventId: string, at: string): RecordEvent =>
  RecordEvent.parse({ retractedEventId, reason: 'reported in error', eventDateTime: at, source: 'TEST' })

/** The state after an event was recorded. */
export function recorded(state: ShipmentState, event: RecordEvent, now: string): ShipmentState {
  const { decision } = decideRecordEvent(state, event, now)
  return withFacts({ ...state, header: { ...state.header, ...decision.header } }, decision.facts, now)
}

export const aContext = (more: Partial<Context> = {}): Context => ({
  ...systemContext('demo', 'test', 'request'),
  ...more,
})

/** Creates a shipment in the table and answers its id. */
export async function createInTable(context: Context, change: Partial<CreateShipment> = {}): Promise<string> {
  const shipmentId = newId('shp', context.now)
  const { header, detail, fact } = createShipment(aCommand(change), shipmentId, context.now)
  const created = { shipmentId, version: 1, status: header.status, createdAt: context.now, warnings: [] }
  const idempotency = { operation: 'createShipment', key: undefined, request: null }
  await insertShipment(context, { header, detail, fact, created }, idempotency)
  return shipmentId
}

export const recordInTable = (context: Context, shipmentId: string, event: RecordEvent) =>
  onShipment(context, shipmentId, (state) => decideRecordEvent(state, event, context.now))

const is = <T extends TimelineType>(
  entry: TimelineEntry,
  types: readonly T[],
): entry is Extract<TimelineEntry, { type: T }> => (types as readonly string[]).includes(entry.type)

/** What the bus would deliver of a shipment to a consumer of these types. */
export async function eventsOf<T extends TimelineType>(
  context: Context,
  shipmentId: string,
  types: readonly T[],
): Promise<Delivered<T>[]> {
  const { timeline } = await loadShipment(context, shipmentId)
  return timeline
    .filter((entry) => is(entry, types))
    .map(
      ({ actor: _, ...entry }) =>
        ({ ...entry, tenantId: context.tenantId, subjectId: shipmentId }) as unknown as Delivered<T>,
    )
}
