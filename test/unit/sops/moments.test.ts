/** Waiting until a moment of the plan, which may move meanwhile. */
import fc from 'fast-check'
import { decideLook, nextLook } from '../../../functions/sops/domain/look'
import { untilOf } from '../../../functions/sops/domain/moments'
import { decideStep } from '../../../functions/sops/domain/steps'
import { waitOf } from '../../../functions/sops/domain/waits'
import type { Due } from '../../../schemas/due'
import { SopStep } from '../../../schemas/sop'
import { aShipment, ORDERED } from '../../support/shipments'
import { planOf } from '../../support/sop-plans'
import { committed } from '../../support/sop-world'

const shipment = aShipment(planOf('ocean-export-fcl', ORDERED))
const ETD = shipment.header.departure ?? ''
const later = (at: string, hours: number) => new Date(Date.parse(at) + hours * 3600_000).toISOString()

const aStep = (due: Due, key = 'wait-a-while') =>
  SopStep.parse({
    step: 'waitUntil',
    key,
    tenantId: 'demo',
    shipmentId: shipment.header.shipmentId,
    token: `token of ${key}`,
    due,
  })

/** The step is taken as `functions/sops/tasks.ts` does it. */
function taken(state: typeof shipment, step: SopStep, now: string) {
  const wait = waitOf(step, now)
  const waits = [...state.waits.filter((it) => it.stepKey !== step.key), ...(wait ? [wait] : [])]
  const { decision, answer } = decideStep(step, { ...state, waits }, { now, denied: [] })
  return { state: committed({ ...state, waits }, decision, now), decision, answer }
}
const moved = (state: typeof shipment, departure: string) =>
  committed(
    state,
    { header: { departure }, facts: [{ type: 'shipment.amended', data: { changed: ['legs'] } }] },
    ORDERED,
  )

it('says once until when it waits, and has the shipment looked at then', () => {
  const first = taken(shipment, aStep({ anchor: 'ETD', offset: '-P1D' }), ORDERED)
  expect(first).toMatchObject({
    decision: { wakeAt: later(ETD, -24), facts: [{ type: 'moment.awaited', data: { basis: 'ETD -P1D' } }] },
    answer: { settled: false },
  })
  const again = taken(first.state, aStep({ anchor: 'ETD', offset: '-P1D' }), later(ORDERED, 1))
  expect(again.decision.facts).toEqual([])
})

it('goes on at the look that follows the moment, and not before', () => {
  const { state } = taken(shipment, aStep({ anchor: 'ETD' }), ORDERED)
  expect(decideLook(state, later(ETD, -1))).toMatchObject({ decision: { facts: [] }, answer: [] })
  const { decision, answer } = decideLook(state, ETD)
  expect(decision.facts).toMatchObject([{ type: 'moment.passed', data: { stepKey: 'wait-a-while', at: ETD } }])
  expect(answer).toMatchObject([{ wait: { token: 'token of wait-a-while' }, output: { at: ETD, basis: 'ETD' } }])
})

it('follows the plan: an amendment moves the moment both ways, until it has passed', () => {
  const { state } = taken(shipment, aStep({ anchor: 'ETD' }), ORDERED)
  const [sooner, postponed] = [later(ETD, -48), later(ETD, 48)]
  expect(untilOf(moved(state, sooner), ORDERED)).toBe(sooner)
  expect(decideLook(moved(state, sooner), sooner).answer).toHaveLength(1)
  expect(decideLook(moved(state, postponed), ETD).answer).toEqual([])
  const passed = committed(state, decideLook(state, ETD).decision, ETD)
  expect(untilOf(moved(passed, postponed), ETD)).toBeUndefined()
  expect(taken(moved(passed, postponed), aStep({ anchor: 'ETD' }), ETD).answer).toMatchObject({ settled: true })
})

it('is settled at once where the moment has passed when the step is taken', () => {
  const { decision, answer, state } = taken(shipment, aStep({ anchor: 'ETD' }), later(ETD, 1))
  expect(decision.facts.map(({ type }) => type)).toEqual(['moment.passed'])
  expect(answer.settled).toBe(true)
  expect(taken(state, aStep({ anchor: 'ETD' }), later(ETD, 2)).decision.facts).toEqual([])
})

it('counts from when the step was taken first, however often it is taken again', () => {
  const due: Due = { anchor: 'STEP', offset: 'P2D' }
  const { state } = taken(shipment, aStep(due), ORDERED)
  const again = taken(state, aStep(due), later(ORDERED, 47)).state
  expect(untilOf(again, later(ORDERED, 47))).toBe(later(ORDERED, 48))
  expect(taken(again, aStep(due), later(ORDERED, 48)).answer.settled).toBe(true)
})

it('is nothing that a cancelled shipment does', () => {
  const { state } = taken(shipment, aStep({ anchor: 'ETD' }), ORDERED)
  const cancelled = { ...state, header: { ...state.header, status: 'CANCELLED' as const } }
  expect(decideLook(cancelled, later(ETD, 1))).toMatchObject({ decision: { facts: [] }, answer: [] })
  expect(nextLook(cancelled, ORDERED)).toBeUndefined()
})

it('is looked at by the earliest of all moments, and each passes once', () => {
  const hours = fc.uniqueArray(fc.integer({ min: -200, max: 200 }), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(hours, (offsets) => {
      let state = shipment
      for (const [index, offset] of offsets.entries()) {
        const due: Due = { anchor: 'ETD', offset: `${offset < 0 ? '-' : ''}PT${Math.abs(offset)}H` }
        state = taken(state, aStep(due, `wait-${index}`), ORDERED).state
      }
      const passed: string[] = []
      for (let now = untilOf(state, ORDERED); now !== undefined; now = untilOf(state, now)) {
        const { decision } = decideLook(state, now)
        state = committed(state, decision, now)
        passed.push(...decision.facts.map(({ type }) => `${type} ${now}`))
      }
      const expected = [...offsets].sort((a, b) => a - b).map((offset) => `moment.passed ${later(ETD, offset)}`)
      expect(passed).toEqual(expected)
    }),
  )
})
