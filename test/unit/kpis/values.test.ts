import fc from 'fast-check'
import { deltaOf, evaluate, type Sums } from '../../../functions/kpis/domain/members'
import { kpiValue } from '../../../functions/kpis/domain/values'
import type { ShipmentState } from '../../../functions/shipments/items'
import type { TransportMode } from '../../../schemas/codes'
import type { KpiMember } from '../../../schemas/kpi'
import { anEvent, aRetraction, aShipment, recorded } from '../../support/shipments'

const key = ({ kpi, dimension, day, value }: Sums) => `${kpi} ${dimension} ${day} ${value}`

/** Sums as the table keeps them: only ever added to. */
class Store {
  private readonly sums = new Map<string, Sums>()
  private readonly members = new Map<string, KpiMember[]>()

  refresh(state: ShipmentState) {
    const next = evaluate(state)
    const changes = deltaOf(this.members.get(state.header.shipmentId) ?? [], next)
    this.members.set(state.header.shipmentId, next)
    for (const change of changes) {
      const stored = this.sums.get(key(change)) ?? { ...change, add: { n: 0, d: 0 } }
      for (const [name, amount] of Object.entries(change.add)) stored.add[name] = (stored.add[name] ?? 0) + amount
      this.sums.set(key(change), stored)
    }
    return changes
  }

  /** Attributes that went back to zero say nothing. */
  contents() {
    const nonZero = [...this.sums].map(([name, { add }]) => [
      name,
      Object.fromEntries(Object.entries(add).filter(([, amount]) => amount !== 0)),
    ])
    return Object.fromEntries(nonZero.filter(([, add]) => Object.keys(Object(add)).length > 0))
  }

  all = (kpi: string, dimension: string) =>
    [...this.sums.values()].filter((it) => it.kpi === kpi && it.dimension === dimension)
}

const step = fc.record({
  shipment: fc.nat(2),
  act: fc.constantFrom('deliver', 'short', 'damage', 'retract', 'repromise', 'cancel', 'refresh'),
  day: fc.integer({ min: 2, max: 28 }),
  which: fc.nat(10),
})
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

const MODES: TransportMode[] = ['MARITIME', 'AIR', 'ROAD']
const shipments = () =>
  MODES.map((mode, index) =>
    aShipment({ mode, customer: index < 2 ? 'ACME' : 'OTHER', incoterm: { rule: 'FCA', place: 'Rotterdam' } }),
  )

function changed(state: ShipmentState, { act, day, which }: Step, eventId: string): ShipmentState {
  const at = `2026-03-${String(day).padStart(2, '0')}T10:00:00.000Z`
  if (act === 'deliver') return recorded(state, anEvent('DELIVERED', at, { eventId }), '2026-04-01T00:00:00.000Z')
  if (act === 'short')
    return recorded(state, anEvent('DELIVERED', at, { eventId, deliveredPackages: which }), '2026-04-01T00:00:00.000Z')
  if (act === 'damage') return recorded(state, anEvent('DISCREPANCY', at, { eventId }), '2026-04-01T00:00:00.000Z')
  if (act === 'retract') return recorded(state, aRetraction(`event-${which}`, at), '2026-04-01T00:00:00.000Z')
  if (act === 'repromise') {
    const to = new Date(Date.parse(at) + 3_600_000).toISOString()
    return { ...state, detail: { ...state.detail, promisedDelivery: { from: at, to } } }
  }
  return act === 'cancel' ? { ...state, header: { ...state.header, status: 'CANCELLED' } } : state
}

test('sums that followed every change, some twice, some late or never, are those rebuilt from the timelines', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.array(fc.boolean()), (steps, heard) => {
      const states = shipments()
      const incremental = new Store()
      for (const [index, it] of steps.entries()) {
        const state = states[it.shipment]
        if (!state) continue
        states[it.shipment] = changed(state, it, `event-${index}`)
        if (heard[index] ?? true) incremental.refresh(states[it.shipment] ?? state)
      }
      // What was not heard at once is delivered in the end, in another order.
      for (const state of [...states].reverse()) incremental.refresh(state)
      for (const state of states) expect(incremental.refresh(state)).toEqual([])
      const rebuilt = new Store()
      for (const state of states) rebuilt.refresh(state)
      expect(incremental.contents()).toEqual(rebuilt.contents())
    }),
    { numRuns: 200 },
  )
})

describe('values', () => {
  const store = new Store()
  const [sea, air, road] = shipments()
  if (!sea || !air || !road) throw new Error('three shipments')
  const NOW = '2026-04-01T00:00:00.000Z'
  store.refresh(recorded(sea, anEvent('DELIVERED', '2026-03-21T08:00:00Z'), NOW))
  store.refresh(recorded(air, anEvent('DELIVERED', '2026-03-25T08:00:00Z'), NOW))
  const overdue = evaluate(road).filter((it) => it.bucket === 'OPEN')
  const question = { name: 'otif' as const, from: '2026-03-01', to: '2026-04-01' }

  test('are a fraction, with the overdue in the denominator', () => {
    const value = kpiValue({ ...question, groupBy: undefined }, store.all('otif', 'lane'), overdue)
    expect(value.total).toEqual({ numerator: 1, denominator: 3, ratio: 1 / 3, overdue: 1 })
    expect(value.groups).toEqual([])
  })

  test.each([
    ['mode', ['AIR 0/1', 'MARITIME 1/1', 'ROAD 0/1']],
    ['lane', ['NLRTM-USNYC 1/3']],
    ['customer', ['ACME 1/2', 'OTHER 0/1']],
    ['day', ['2026-03-21 1/3']],
  ] as const)('by %s', (groupBy, groups) => {
    const dimension = groupBy === 'customer' ? 'customer' : 'lane'
    const value = kpiValue({ ...question, groupBy }, store.all('otif', dimension), overdue)
    expect(value.groups.map((it) => `${it.key} ${it.numerator}/${it.denominator}`)).toEqual(groups)
  })

  test('of durations are mean and quantiles in seconds', () => {
    const cycle = store.all('order-cycle-time', 'lane')
    const { total } = kpiValue({ ...question, name: 'order-cycle-time', groupBy: undefined }, cycle, [])
    const days = (seconds: number | null | undefined) => (seconds ?? 0) / 86_400
    expect(days(total.ratio)).toBe(22)
    expect(Math.abs(days(total.p50) - 20)).toBeLessThanOrEqual(0.2)
  })

  test('are null, not zero, when nothing was measured', () => {
    expect(kpiValue({ ...question, groupBy: 'mode' }, [], [])).toMatchObject({
      total: { numerator: 0, denominator: 0, ratio: null },
      groups: [],
    })
    expect(kpiValue({ ...question, name: 'order-cycle-time', groupBy: undefined }, [], []).total).toMatchObject({
      ratio: null,
      p50: null,
      p90: null,
    })
  })
})
