/** A shipment for each SOP. */
import type { CreateShipment } from '../../schemas/shipment'
import type { ProductSopId } from '../../schemas/sop'

const DAY = 24 * 3600_000

/** Days after `from`, at noon UTC. */
const day = (from: string, days: number) =>
  new Date(Math.floor(Date.parse(from) / DAY) * DAY + (days + 0.5) * DAY).toISOString()

const sea = (from: string): Partial<CreateShipment> => ({
  loadType: 'FCL',
  containers: [{ number: 'MSKU9070323', sizeType: '22G1', seals: [] }],
  legs: [
    {
      mode: 'VESSEL',
      from: { unLocode: 'NLRTM' },
      to: { unLocode: 'USNYC' },
      departure: day(from, 20),
      arrival: day(from, 48),
    },
  ],
  cutOffs: [
    { code: 'DCO', at: day(from, 17) },
    { code: 'VCO', at: day(from, 18) },
    { code: 'FCO', at: day(from, 19) },
  ],
  promisedDelivery: { from: day(from, 54), to: day(from, 55) },
})

const air = (from: string): Partial<CreateShipment> => ({
  mode: 'AIR',
  incoterm: { rule: 'DAP', place: 'New York' },
  legs: [
    {
      mode: 'AIR',
      from: { unLocode: 'NLAMS' },
      to: { unLocode: 'USJFK' },
      departure: day(from, 20),
      arrival: day(from, 21),
    },
  ],
  promisedDelivery: { from: day(from, 25), to: day(from, 26) },
})

/** Planned so that departure lies 20 days after `from`, and the cut-offs one, two and three days before it. */
export const planOf = (sopId: ProductSopId, from: string): Partial<CreateShipment> =>
  ({
    'ocean-export-fcl': { ...sea(from), type: 'EXPORT' as const },
    'ocean-import-fcl': { ...sea(from), type: 'IMPORT' as const },
    'air-export': {
      ...air(from),
      type: 'EXPORT' as const,
      loadType: 'AIR' as const,
      cutOffs: [
        { code: 'LCO' as const, at: day(from, 19.25) },
        { code: 'CUA' as const, at: day(from, 19.5) },
      ],
    },
    'cross-border-ecommerce': { ...air(from), type: 'CROSS_BORDER_ECOM' as const, loadType: 'PARCEL' as const },
    return: {
      type: 'RETURN' as const,
      mode: 'ROAD' as const,
      loadType: 'PARCEL' as const,
      incoterm: { rule: 'DAP' as const, place: 'Rotterdam' },
      legs: [
        { mode: 'TRUCK' as const, from: { unLocode: 'NLGRQ' }, to: { unLocode: 'NLRTM' }, departure: day(from, 20) },
      ],
      promisedDelivery: { from: day(from, 26), to: day(from, 27) },
    },
    'domestic-road': {
      type: 'DOMESTIC' as const,
      mode: 'ROAD' as const,
      loadType: 'FTL' as const,
      incoterm: { rule: 'DAP' as const, place: 'Groningen' },
      legs: [
        { mode: 'TRUCK' as const, from: { unLocode: 'NLRTM' }, to: { unLocode: 'NLGRQ' }, departure: day(from, 20) },
      ],
      promisedDelivery: { from: day(from, 21), to: day(from, 22) },
    },
  })[sopId]
