/** Deadlines that an amendment has moved earlier take effect at the new time, though the machine keeps to the old one. */
import { decidePin } from '../../../functions/sops/domain/catalogue'
import { latenessIn, outdated, placedLateness } from '../../../functions/sops/domain/deadlines'
import { decideLook, nextLook } from '../../../functions/sops/domain/look'
import { pinOf } from '../../../functions/sops/domain/runs'
import { decideStep } from '../../../functions/sops/domain/steps'
import { ProductSopId } from '../../../schemas/sop'
import { aShipment, ORDERED } from '../../support/shipments'
import { planOf } from '../../support/sop-plans'
import { committed, readMachine } from '../../support/sop-world'

const VERSION = { sopId: 'domestic-road', version: 1, versionArn: 'arn:aws:states:eu:1:stateMachine:road:1' }
const created = aShipment(planOf('domestic-road', ORDERED))
const { shipmentId } = created.header
const wait = {
  stepKey: 'await-pick-up',
  token: 't',
  since: ORDERED,
  awaited: { kind: 'milestone' as const, milestone: 'PICKED_UP' as const },
}
const begun = {
  ...committed(created, decidePin(created, pinOf(VERSION, { shipmentId, run: 1 })).decision, ORDERED),
  waits: [wait],
}
const later = (at: string, hours: number) => new Date(Date.parse(at) + hours * 3600_000).toISOString()
/** Departure is tomorrow. */
const DEPARTURE = later(ORDERED, 24)
const amended = committed(
  begun,
  { header: { departure: DEPARTURE }, facts: [{ type: 'shipment.amended', data: { changed: ['legs'] } }] },
  ORDERED,
)
const lateness = latenessIn(readMachine('domestic-road')).map((it) => placedLateness(it, amended))

it.each(ProductSopId.options)('are known of %s: those that hang on the plan', (sopId) => {
  const found = latenessIn(readMachine(sopId))
  // A return has no date that it is planned for: each of its waits counts from its own beginning.
  expect(found.length > 2).toBe(sopId !== 'return')
  expect(found.every(({ unlessBefore }) => unlessBefore.anchor !== 'STEP')).toBe(true)
})

it('are followed once the plan was changed under what runs, and no more once that was restarted', () => {
  expect(outdated(begun)).toEqual([])
  expect(outdated(amended)).toMatchObject([{ pin: { run: 1 } }])
  const { sop } = amended.header
  if (!sop) throw new Error('Nothing is pinned')
  const data = { from: sop, to: { ...sop, run: 2 }, kind: 'RESTARTED' as const, reason: 'by hand' }
  const again = committed(amended, { header: { sop: data.to }, facts: [{ type: 'sop.restarted', data }] }, ORDERED)
  expect(outdated(again)).toEqual([])
})

it('raise at the moment of the new plan what the machine would raise later, once', () => {
  const due = later(DEPARTURE, 2)
  expect(nextLook(amended, ORDERED, undefined, undefined, lateness)).toBe(later(ORDERED, 24))
  expect(nextLook(amended, later(ORDERED, 5), undefined, undefined, lateness)).toBe(due)
  expect(decideLook(amended, later(due, -1), undefined, lateness).decision.facts).toEqual([])
  const { decision } = decideLook(amended, due, undefined, lateness)
  expect(decision.facts).toMatchObject([
    { type: 'exception.raised', data: { stepKey: 'late-pick-up', concerns: 'await-pick-up' } },
  ])
  const raised = committed(amended, decision, due)
  expect(decideLook(raised, later(due, 1), undefined, lateness).decision.facts).toEqual([])
  const machine = lateness.find(({ concerns }) => concerns === 'await-pick-up')
  if (!machine) throw new Error('It has none')
  expect(decideStep(machine.step, raised, { now: later(due, 400), denied: [] })).toMatchObject({
    decision: { facts: [] },
    answer: { output: { raised: true } },
  })
})

it('say nothing of what is not waited for, or has come', () => {
  const due = later(DEPARTURE, 2)
  expect(decideLook({ ...amended, waits: [] }, due, undefined, lateness).decision.facts).toEqual([])
})

it('are those of a sub-process under its own keys', () => {
  const [first] = latenessIn(readMachine('domestic-road'))
  if (!first) throw new Error('There is none')
  expect(placedLateness(first, amended, 'extra')).toMatchObject({
    concerns: `extra--${first.concerns}`,
    step: { key: `extra--${first.step.key}`, concerns: `extra--${first.concerns}` },
  })
})
