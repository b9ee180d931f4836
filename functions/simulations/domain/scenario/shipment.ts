/** A plain shipment for each SOP: it departs 20 days after it is ordered. */
import { CreateShipment } from '../../../../schemas/shipment'
import type { ProductSopId } from '../../../../schemas/sop'
import type { SopScope } from '../../../../schemas/sop-catalogue'
import { createShipment } from '../../../shipments/domain'
import type { ShipmentState } from '../../../shipments/store'
import { withFacts } from '../../../sops/domain/virtual/facts'

const DAY = 24 * 3600_000
const after = (from: string, days: number) => new Date(Date.parse(from) + days * DAY).toISOString()

const SEA = (from: string) => ({
  mode: 'MARITIME',
  loadType: 'FCL',
  incoterm: { rule: 'FCA', place: 'Rotterdam' },
  containers: [{ number: 'MSKU9070323', sizeType: '22G1', seals: [] }],
  legs: [
    {
      mode: 'VESSEL',
      from: { unLocode: 'NLRTM' },
      to: { unLocode: 'USNYC' },
      departure: after(from, 20),
      arrival: after(from, 48),
    },
  ],
  cutOffs: [
    { code: 'DCO', at: after(from, 17) },
    { code: 'VCO', at: after(from, 18) },
    { code: 'FCO', at: after(from, 19) },
  ],
  promisedDelivery: { from: after(from, 54), to: after(from, 55) },
})

const AIR = (from: string) => ({
  mode: 'AIR',
  incoterm: { rule: 'DAP', place: 'New York' },
  legs: [
    {
      mode: 'AIR',
      from: { unLocode: 'NLAMS' },
      to: { unLocode: 'USJFK' },
      departure: after(from, 20),
      arrival: after(from, 21),
    },
  ],
  promisedDelivery: { from: after(from, 25), to: after(from, 26) },
})

const KIND: Record<ProductSopId, (from: string) => object> = {
  'ocean-export-fcl': (from) => ({ ...SEA(from), type: 'EXPORT' }),
  'ocean-import-fcl': (from) => ({ ...SEA(from), type: 'IMPORT' }),
  'air-export': (from) => ({
    ...AIR(from),
    type: 'EXPORT',
    loadType: 'AIR',
    cutOffs: [
      { code: 'LCO', at: after(from, 19.75) },
      { code: 'CUA', at: after(from, 19.75) },
    ],
  }),
  'cross-border-ecommerce': (from) => ({ ...AIR(from), type: 'CROSS_BORDER_ECOM', loadType: 'PARCEL' }),
  return: (from) => ({
    type: 'RETURN',
    mode: 'ROAD',
    loadType: 'PARCEL',
    incoterm: { rule: 'DAP', place: 'Rotterdam' },
    legs: [{ mode: 'TRUCK', from: { unLocode: 'NLGRQ' }, to: { unLocode: 'NLRTM' }, departure: after(from, 20) }],
    promisedDelivery: { from: after(from, 26), to: after(from, 27) },
  }),
  'domestic-road': (from) => ({
    type: 'DOMESTIC',
    mode: 'ROAD',
    loadType: 'FTL',
    incoterm: { rule: 'DAP', place: 'Groningen' },
    legs: [{ mode: 'TRUCK', from: { unLocode: 'NLRTM' }, to: { unLocode: 'NLGRQ' }, departure: after(from, 20) }],
    promisedDelivery: { from: after(from, 21), to: after(from, 22) },
  }),
}

/** Of the SOP that came with Portolan, with what a tenant's own SOP is for in its place. */
export function sampleShipment(sopId: ProductSopId, orderedAt: string, scope: Partial<SopScope> = {}): ShipmentState {
  const { loadTypes = [], ...named } = scope
  const plain = Object(KIND[sopId](orderedAt))
  const loadType = loadTypes.length === 0 || loadTypes.includes(plain.loadType) ? {} : { loadType: loadTypes[0] }
  const command = CreateShipment.parse({
    customer: 'SAMPLE',
    orderedAt,
    parties: [{ function: 'CZ', name: 'Sample Shipper', organizationId: 'SAMPLE' }],
    cargoItems: [{ description: 'Goods', packages: 40, packageType: 'CT', grossWeight: 900 }],
    ...plain,
    ...named,
    ...loadType,
  })
  const { header, detail, fact } = createShipment(command, `shp_${'0'.repeat(26)}`, orderedAt)
  const state = { header: { ...header, version: 0 }, detail, timeline: [], tasks: [], documents: [], waits: [] }
  return withFacts({ ...state, answers: new Map() }, [fact], orderedAt)
}
