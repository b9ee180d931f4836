/** The most specific SOP that applies is the one that a shipment gets. */
import fc from 'fast-check'
import {
  candidatesFor,
  productSop,
  type SopRef,
  specificityOf,
  type Wanted,
} from '../../../functions/sops/domain/resolution'
import { LoadType, ShipmentType, TransportMode } from '../../../schemas/codes'
import { ProductSopId } from '../../../schemas/sop'
import { aShipment, ORDERED } from '../../support/shipments'
import { planOf } from '../../support/sop-plans'

const PRODUCT = ProductSopId.options.map(productSop)
const anExport: Wanted = { type: 'EXPORT', mode: 'MARITIME', loadType: 'FCL', customer: 'ACME' }

const own = (sopId: string, appliesTo: Partial<SopRef['appliesTo']>, status: SopRef['status'] = 'ACTIVE'): SopRef => ({
  sopId,
  title: sopId,
  origin: 'TENANT',
  machine: 'ocean-export-fcl',
  appliesTo: { type: 'EXPORT', loadTypes: [], ...appliesTo },
  status,
})
const chosen = (sops: readonly SopRef[], wanted: Wanted) =>
  candidatesFor([...PRODUCT, ...sops], wanted).map(({ sopId }) => sopId)

describe('what came with Portolan', () => {
  it.each(ProductSopId.options)('%s is for its shipments alone', (sopId) => {
    expect(chosen([], aShipment(planOf(sopId, ORDERED)).header)).toEqual([sopId])
  })

  it('is nothing where nothing is written', () => {
    expect(chosen([], { ...anExport, loadType: 'LCL' })).toEqual([])
  })
})

describe('an SOP of the tenant', () => {
  it('comes before that of Portolan when it is for the same shipments, and after one that is more specific', () => {
    const same = own('our-export', { mode: 'MARITIME', loadTypes: ['FCL'] })
    const wide = own('any-export', {})
    expect(chosen([same, wide], anExport)).toEqual(['our-export', 'ocean-export-fcl', 'any-export'])
    expect(chosen([same, wide], { ...anExport, loadType: 'LCL' })).toEqual(['any-export'])
  })

  it('for a customer comes before everything, and is for that customer alone', () => {
    const acme = own('acme-export', { customer: 'ACME' })
    expect(chosen([acme, own('our-export', { mode: 'MARITIME', loadTypes: ['FCL'] })], anExport)[0]).toBe('acme-export')
    expect(chosen([acme], { ...anExport, customer: 'OTHER' })).toEqual(['ocean-export-fcl'])
  })

  it('is for no new shipment once it is retired', () => {
    expect(chosen([own('acme-export', { customer: 'ACME' }, 'RETIRED')], anExport)).toEqual(['ocean-export-fcl'])
  })
})

const scope = fc.record(
  {
    type: fc.constantFrom(...ShipmentType.options),
    mode: fc.constantFrom(...TransportMode.options),
    loadTypes: fc.uniqueArray(fc.constantFrom(...LoadType.options), { maxLength: 3 }),
    customer: fc.constantFrom('ACME', 'OTHER'),
  },
  { requiredKeys: ['type', 'loadTypes'] },
)
const sops = fc
  .array(scope, { maxLength: 12 })
  .map((scopes) => scopes.map((appliesTo, index) => own(`own-${index}`, appliesTo)))
const wanted = fc.record({
  type: fc.constantFrom(...ShipmentType.options),
  mode: fc.constantFrom(...TransportMode.options),
  loadType: fc.constantFrom(...LoadType.options),
  customer: fc.constantFrom('ACME', 'OTHER', 'THIRD'),
})

describe('resolution', () => {
  it('does not depend on the order in which SOPs are listed', () => {
    fc.assert(
      fc.property(sops, wanted, (all, shipment) => {
        const found = candidatesFor([...PRODUCT, ...all], shipment)
        expect(candidatesFor([...all, ...PRODUCT].reverse(), shipment)).toEqual(found)
      }),
    )
  })

  it('answers all that apply and nothing else, none before one that names more and the more telling', () => {
    const ORDER = ['CUSTOMER', 'LOAD_TYPE', 'MODE', 'TENANT'] as const
    const digits = (sop: SopRef) => ORDER.map((it) => (specificityOf(sop).includes(it) ? '1' : '0')).join('')
    fc.assert(
      fc.property(sops, wanted, (all, shipment) => {
        const found = candidatesFor([...PRODUCT, ...all], shipment)
        for (const { appliesTo } of found) {
          expect(appliesTo.type).toBe(shipment.type)
          expect([undefined, shipment.customer]).toContain(appliesTo.customer)
          expect([undefined, shipment.mode]).toContain(appliesTo.mode)
        }
        const order = found.map(digits)
        expect(order).toEqual([...order].sort().reverse())
      }),
    )
  })

  it('changes for no other shipment when an SOP for one customer comes', () => {
    fc.assert(
      fc.property(sops, wanted, (all, shipment) => {
        const more = own('more', { type: shipment.type, customer: 'SOMEBODY-ELSE' })
        expect(chosen([...all, more], shipment)).toEqual(chosen(all, shipment))
      }),
    )
  })
})
