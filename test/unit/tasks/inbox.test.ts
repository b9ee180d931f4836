import fc from 'fast-check'
import { assignment } from '../../../functions/tasks/domain'
import { costOfDelay, dearest, USUAL_COSTS } from '../../../functions/tasks/domain/delay'
import { isWanted } from '../../../functions/tasks/domain/inbox'
import type { Due } from '../../../schemas/due'
import type { Task } from '../../../schemas/task'
import { aCharge, aShipment, ORDERED } from '../../support/shipments'

const NOW = '2026-03-10T08:00:00.000Z'
const hours = (by: number) => new Date(Date.parse(NOW) + by * 3600_000).toISOString()
const container = { sizeType: '22G1', seals: [] }
/** Sails in five days, with 2,500.00 EUR of revenue. */
const shipment = aShipment({
  loadType: 'FCL',
  containers: [container, container],
  chargeLines: [aCharge(), aCharge(), aCharge({ type: 'COST' })],
  legs: [
    {
      mode: 'VESSEL',
      from: { unLocode: 'NLRTM' },
      to: { unLocode: 'USNYC' },
      departure: '2026-03-15T08:00:00.000Z',
      arrival: '2026-03-28T08:00:00.000Z',
    },
  ],
})
function aTask(dueAt: string, rule?: Due): Task {
  const due = { at: dueAt, basis: 'x', ...(rule ? { rule } : {}) }
  const step = { key: 'k', role: 'OPERATIONS' as const, title: 'x', form: [], due }
  return assignment(shipment.header.shipmentId, step, ORDERED).task
}
const cost = (task: Task, of = shipment, now = NOW) => costOfDelay(task, of, USUAL_COSTS, now)

describe('the cost of delay', () => {
  it('is what is threatened: one percent of the revenue a day, and rebooking where a cut-off is to be met', () => {
    expect(cost(aTask(NOW, { anchor: 'VCO' }))).toEqual({
      amount: 2_500 + 100_000,
      currency: 'EUR',
      probability: 1,
      daysLate: 1,
      parts: { penalty: 2_500, demurrage: 0, cutOff: 100_000 },
    })
    expect(cost(aTask(NOW, { anchor: 'STEP' })).parts.cutOff).toBe(0)
  })
  it('counts demurrage of each container for what is left on arrival, and no rebooking once the vessel has left', () => {
    const late = cost(aTask('2026-03-27T08:00:00.000Z', { anchor: 'ETA' }), shipment, '2026-03-29T09:00:00.000Z')
    expect(late).toMatchObject({ daysLate: 3, parts: { penalty: 7_500, demurrage: 3 * 2 * 15_000, cutOff: 0 } })
    const papers = cost(aTask('2026-03-14T08:00:00.000Z', { anchor: 'VCO' }), shipment, '2026-03-16T08:00:00.000Z')
    expect(papers.parts.cutOff).toBe(0)
  })
  it('is half as probable for every day that is left', () => {
    expect([0, 24, 48].map((by) => cost(aTask(hours(by))).probability)).toEqual([1, 0.5, 0.25])
  })
  it('knows no penalty without a promise, none above the cap, and leaves out money of other currencies, which it names', () => {
    const { promisedDelivery: _, ...detail } = shipment.detail
    expect(cost(aTask(NOW), { ...shipment, detail }).parts.penalty).toBe(0)
    expect(cost(aTask(hours(-24 * 60))).parts.penalty).toBe(25_000)
    const dollars = aCharge({ amount: { amount: 100, currency: 'USD' } })
    expect(cost(aTask(NOW), aShipment({ chargeLines: [aCharge(), dollars] }))).toMatchObject({
      parts: { penalty: 1_250 },
      leftOut: ['USD'],
    })
  })
  it('never falls as time passes before the vessel leaves, and is never negative', () => {
    const moments = fc.integer({ min: -200, max: 110 })
    fc.assert(
      fc.property(moments, moments, fc.integer({ min: -100, max: 100 }), (one, other, due) => {
        const task = aTask(hours(due), { anchor: 'VCO' })
        const [early, late] = [Math.min(one, other), Math.max(one, other)].map(
          (by) => cost(task, shipment, hours(by)).amount,
        )
        return (early ?? 0) >= 0 && (early ?? 0) <= (late ?? 0)
      }),
    )
  })
  it('puts the dearest first, and of equals what is due first', () => {
    const tasks = [hours(48), hours(24), hours(24), hours(0)].map((at) => ({ ...aTask(at), delay: cost(aTask(at)) }))
    expect(dearest(tasks).map(({ dueAt }) => dueAt)).toEqual([hours(0), hours(24), hours(24), hours(48)])
  })
})

describe('an inbox', () => {
  const task: Task = { ...aTask(hours(-1)), assignee: 'ben', delegatedBy: 'ana', priority: 'HIGH' }
  const wanted = (what: Parameters<typeof isWanted>[1], caller = 'ana', it = task) => isWanted(it, what, caller, NOW)
  it('is asked by assignee, for one’s own, by priority, and for what is overdue', () => {
    expect([wanted({ assignee: 'ben' }), wanted({ assignee: 'ana' })]).toEqual([true, false])
    expect(['ana', 'ben', 'carl'].map((caller) => wanted({ mine: true }, caller))).toEqual([true, true, false])
    expect([wanted({ priority: 'HIGH' }), wanted({ priority: 'NORMAL' })]).toEqual([true, false])
    expect(wanted({ priority: 'NORMAL' }, 'ana', aTask(NOW))).toBe(true)
    expect([wanted({ overdue: true }), wanted({ overdue: true }, 'ana', aTask(hours(1)))]).toEqual([true, false])
    expect(wanted({ overdue: true }, 'ana', { ...aTask(hours(-1)), closedAt: hours(-2) })).toBe(false)
  })
})
