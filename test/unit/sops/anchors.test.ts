import fc from 'fast-check'
import { dueAt, momentOf, offsetMs } from '../../../functions/sops/domain/anchors'
import { Anchor, Offset } from '../../../schemas/due'
import { aShipment, ORDERED } from '../../support/shipments'
import { planOf } from '../../support/sop-plans'

const planned = aShipment(planOf('ocean-export-fcl', ORDERED))
const unplanned = aShipment({ promisedDelivery: undefined })
const HOUR = 3600_000
const offset = fc
  .tuple(fc.boolean(), fc.nat(9), fc.nat(40), fc.nat(48), fc.nat(120))
  .map(([minus, weeks, days, hours, minutes]) => ({
    text: `${minus ? '-' : ''}P${weeks}W${days}DT${hours}H${minutes}M`,
    ms: (((weeks * 7 + days) * 24 + hours) * HOUR + minutes * 60_000) * (minus ? -1 : 1) || 0,
  }))

describe('due dates', () => {
  it('read every duration of the vocabulary', () => {
    fc.assert(
      fc.property(offset, ({ text, ms }) => {
        expect(Offset.parse(text)).toBe(text)
        expect(offsetMs(text)).toBe(ms)
      }),
    )
  })

  it.each(['P', '-P', 'PT', 'P1Y', 'P1M', 'PT1S', '1D', 'P1DT', '+P1D'])('refuse %s', (text) => {
    expect(Offset.safeParse(text).success).toBe(false)
  })

  it('lie as far from their anchor as the offset says, for every anchor and plan', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Anchor.options),
        offset,
        fc.constantFrom(planned, unplanned),
        (anchor, by, state) => {
          const due = Date.parse(dueAt({ anchor, offset: by.text }, state, ORDERED).at)
          expect(due - Date.parse(momentOf(anchor, state, ORDERED).at)).toBe(by.ms)
        },
      ),
    )
  })

  it('keep the order of the plan: cut-offs before departure, departure before arrival, arrival before delivery', () => {
    for (const state of [planned, unplanned]) {
      const at = (anchor: Anchor) => momentOf(anchor, state, ORDERED).at
      const order = (['DCO', 'VCO', 'FCO', 'ETD', 'ETA', 'PROMISED_DELIVERY'] as const).map(at)
      expect([...order].sort()).toEqual(order)
    }
  })

  it('say what they were computed from, and when the plan does not tell', () => {
    expect(dueAt({ anchor: 'VCO', offset: '-PT6H' }, planned, ORDERED)).toMatchObject({
      at: '2026-03-19T06:00:00.000Z',
      basis: 'VCO -PT6H',
    })
    expect(dueAt({ anchor: 'ETD' }, unplanned, ORDERED)).toMatchObject({
      at: '2026-03-08T08:00:00.000Z',
      basis: 'ETD (assumed)',
    })
    expect(dueAt({ anchor: 'STEP', offset: 'P1D' }, unplanned, '2026-05-01T00:00:00.000Z').at).toBe(
      '2026-05-02T00:00:00.000Z',
    )
  })

  it('take the arrival of the main carriage, not of the truck after it', () => {
    const [vessel] = planned.detail.legs
    if (!vessel) throw new Error('no leg')
    const truck = { mode: 'TRUCK' as const, from: vessel.to, to: vessel.to, arrival: '2026-06-01T00:00:00.000Z' }
    const state = { ...planned, detail: { ...planned.detail, legs: [vessel, truck] } }
    expect(momentOf('ETA', state, ORDERED).at).toBe(vessel.arrival)
  })
})
