/** What the demo ships: the invented ocean export that its documents tell of, and smaller ones that keep the tenant moving. */
import type { z } from 'zod'
import type { CreateShipment } from '../schemas/shipment'

type Command = z.input<typeof CreateShipment>

const DAY = 86_400_000
/** `days` from `now`, at full hours, so that what the demo tells is easy to read. */
const at = (now: number, days: number) => new Date(Math.floor((now + days * DAY) / 3_600_000) * 3_600_000).toISOString()

export const SHIPPER = 'KESTREL'
export const CONSIGNEE = 'ORCHID'
export const CARRIER = 'NORTHSEA'
export const CONTAINERS = ['NSCU4420333', 'NSCU4420375'] as const

/** Rotterdam to Singapore, two full containers; it sailed a month ago and was delivered as promised. */
export function oceanExport(now: number, clientReference: string): Command {
  return {
    type: 'EXPORT',
    mode: 'MARITIME',
    loadType: 'FCL',
    clientReference,
    customer: SHIPPER,
    orderedAt: at(now, -50),
    promisedDelivery: { from: at(now, -6), to: at(now, -3) },
    incoterm: { rule: 'FOB', place: 'Rotterdam' },
    references: [{ type: 'PO', value: 'ORC-88213' }],
    parties: [
      { function: 'CZ', name: 'Kestrel Machinery B.V.', organizationId: SHIPPER, country: 'NL' },
      { function: 'CN', name: 'Orchid Imports Pte Ltd', organizationId: CONSIGNEE, country: 'SG' },
      { function: 'DP', name: 'Orchid Imports Pte Ltd', organizationId: CONSIGNEE, country: 'SG' },
      { function: 'CA', name: 'Northsea Container Line N.V.', organizationId: CARRIER, country: 'NL' },
    ],
    cargoItems: [
      {
        description: 'Hydraulic forming presses HP-400',
        packages: 24,
        packageType: 'CR',
        grossWeight: 10_950,
        volume: 33.84,
        hsCode: '847989',
        containerNumber: CONTAINERS[0],
      },
      {
        description: 'Coil feeders CF-120 with controls',
        packages: 16,
        packageType: 'CR',
        grossWeight: 7_300,
        volume: 22.56,
        hsCode: '847989',
        containerNumber: CONTAINERS[1],
      },
    ],
    containers: [
      { number: CONTAINERS[0], sizeType: '45G1', seals: ['NL884213'] },
      { number: CONTAINERS[1], sizeType: '45G1', seals: ['NL884214'] },
    ],
    legs: [
      {
        mode: 'VESSEL',
        from: { unLocode: 'NLRTM', facilityType: 'POTE' },
        to: { unLocode: 'SGSIN', facilityType: 'POTE' },
        departure: at(now, -35),
        arrival: at(now, -7),
        vessel: 'PORTOLAN STAR',
        voyage: '127E',
      },
    ],
    cutOffs: [
      { code: 'DCO', at: at(now, -38) },
      { code: 'VCO', at: at(now, -37) },
      { code: 'FCO', at: at(now, -36) },
    ],
    chargeLines: [
      charge('freight', '101000', 'REVENUE', 412_000, 'DEPARTED_ORIGIN', SHIPPER),
      charge('bunker', '103008', 'REVENUE', 38_500, 'DEPARTED_ORIGIN', SHIPPER),
      charge('delivery', '208030', 'REVENUE', 65_000, 'DELIVERED', SHIPPER),
      charge('freight-cost', '101000', 'COST', 355_000, 'DEPARTED_ORIGIN', CARRIER),
    ],
  }
}

const charge = (
  chargeId: string,
  code: string,
  type: 'REVENUE' | 'COST',
  amount: number,
  billableOn: 'DEPARTED_ORIGIN' | 'DELIVERED',
  counterparty: string,
) => ({ chargeId, code, type, amount: { amount, currency: 'EUR' }, billableOn, counterparty })

/** Shipments of the demo tenant at different points of their way: sailing in two weeks, arriving, on the road. */
export function movingShipments(now: number): Command[] {
  const party = (code: 'CZ' | 'CN', name: string, organizationId: string) => ({ function: code, name, organizationId })
  const parties = [party('CZ', 'Kestrel Machinery B.V.', SHIPPER), party('CN', 'Orchid Imports Pte Ltd', CONSIGNEE)]
  const goods = { description: 'Machine parts', packages: 12, packageType: 'PX', grossWeight: 4_800, hsCode: '847990' }
  const vessel = (from: string, to: string, departure: number, arrival: number) => ({
    mode: 'VESSEL' as const,
    from: { unLocode: from },
    to: { unLocode: to },
    departure: at(now, departure),
    arrival: at(now, arrival),
  })
  const box = [{ sizeType: '22G1' }]
  return [
    {
      type: 'EXPORT',
      mode: 'MARITIME',
      loadType: 'FCL',
      clientReference: 'DEMO-EXPORT-1',
      customer: SHIPPER,
      promisedDelivery: { from: at(now, 44), to: at(now, 47) },
      incoterm: { rule: 'CIF', place: 'Singapore' },
      parties,
      cargoItems: [goods],
      containers: box,
      legs: [vessel('NLRTM', 'SGSIN', 14, 42)],
      chargeLines: [charge('freight', '101000', 'REVENUE', 219_000, 'DEPARTED_ORIGIN', SHIPPER)],
    },
    {
      type: 'IMPORT',
      mode: 'MARITIME',
      loadType: 'FCL',
      clientReference: 'DEMO-IMPORT-1',
      customer: CONSIGNEE,
      promisedDelivery: { from: at(now, 8), to: at(now, 10) },
      incoterm: { rule: 'FOB', place: 'Shanghai' },
      parties,
      cargoItems: [goods],
      containers: box,
      legs: [vessel('CNSHA', 'DEHAM', -24, 5)],
      chargeLines: [charge('delivery', '208030', 'REVENUE', 48_000, 'DELIVERED', CONSIGNEE)],
    },
    {
      type: 'DOMESTIC',
      mode: 'ROAD',
      loadType: 'FTL',
      clientReference: 'DEMO-ROAD-1',
      customer: SHIPPER,
      promisedDelivery: { from: at(now, 2), to: at(now, 3) },
      incoterm: { rule: 'DAP', place: 'Hamburg' },
      parties,
      cargoItems: [goods],
      legs: [
        {
          mode: 'TRUCK',
          from: { unLocode: 'DEMUC', facilityType: 'CLOC' },
          to: { unLocode: 'DEHAM', facilityType: 'CLOC' },
          departure: at(now, 1),
          arrival: at(now, 2),
        },
      ],
      chargeLines: [charge('haulage', '106000', 'REVENUE', 92_000, 'DELIVERED', SHIPPER)],
    },
  ]
}
