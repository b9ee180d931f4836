import fc from 'fast-check'
import { decideAddCharge, pairKey } from '../../../functions/billing/domain/charges'
import { balancesView, fold, NO_BALANCES } from '../../../functions/billing/domain/ledger'
import { issue, type Posted, planOf } from '../../../functions/billing/domain/postings'
import { proofOf } from '../../../functions/billing/domain/proof'
import type { ShipmentState } from '../../../functions/shipments/items'
import { aCharge, anEvent, aRetraction, aShipment, recorded, withFacts } from '../../support/shipments'

/** A tenant in memory: shipments, one journal, and the bus deliveries that are still to come. */
interface World {
  shipments: ShipmentState[]
  posted: Posted
  queue: number[]
  events: string[][]
}

const MILESTONES = ['DEPARTED_ORIGIN', 'ARRIVED_DESTINATION_PORT', 'DELIVERED'] as const
const now = (minute: number) => new Date(Date.UTC(2026, 2, 10, 0, minute)).toISOString()
const TYPES = ['REVENUE', 'COST', 'DISBURSEMENT'] as const

const aWorld = (): World => ({
  shipments: [0, 1].map(() =>
    aShipment({
      chargeLines: MILESTONES.flatMap((billableOn, index) =>
        TYPES.map((type) =>
          aCharge({ billableOn, type, counterparty: `P${index % 2}`, amount: { amount: 7 + index, currency: 'EUR' } }),
        ),
      ),
    }),
  ),
  posted: { invoices: [], journals: [], counters: { journal: 0, series: {} } },
  queue: [],
  events: [[], []],
})

type Step =
  | { do: 'record'; shipment: number; milestone: number }
  | { do: 'retract'; shipment: number; which: number }
  | { do: 'charge'; shipment: number; milestone: number }
  | { do: 'deliver'; which: number; again: boolean }

const shipment = fc.nat(1)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('record' as const), shipment, milestone: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('retract' as const), shipment, which: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('charge' as const), shipment, milestone: fc.nat(2) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('deliver' as const), which: fc.nat(50), again: fc.boolean() }) },
)

function happen(world: World, it: Step, minute: number): void {
  if (it.do === 'deliver') {
    deliver(world, it.which, it.again)
    return
  }
  const state = world.shipments[it.shipment]
  if (!state) throw new Error('no such shipment')
  const next = changed(world, state, it, minute)
  if (next.header.version > state.header.version) world.queue.push(it.shipment)
  world.shipments[it.shipment] = next
}

function changed(world: World, state: ShipmentState, it: Exclude<Step, { do: 'deliver' }>, minute: number) {
  const at = now(minute)
  if (it.do === 'charge') {
    const line = aCharge({ billableOn: MILESTONES[it.milestone] ?? 'DELIVERED' })
    return withFacts(state, decideAddCharge(state, line).decision.facts, at)
  }
  if (it.do === 'record') {
    const eventId = `event-${minute}`
    world.events[it.shipment]?.push(eventId)
    return recorded(state, anEvent(MILESTONES[it.milestone] ?? 'DELIVERED', at, { eventId }), at)
  }
  const known = world.events[it.shipment] ?? []
  return known.length === 0 ? state : recorded(state, aRetraction(known[it.which % known.length] ?? '', at), at)
}

/** What the reaction commits, as one step: the table's transaction makes it one. */
function deliver(world: World, which: number, again: boolean): void {
  if (world.queue.length === 0) return
  const place = which % world.queue.length
  const index = world.queue[place] ?? 0
  if (!again) world.queue.splice(place, 1)
  const state = world.shipments[index]
  if (!state) return
  const { facts, posted } = issue(state, planOf(state), {
    counters: world.posted.counters,
    now: now(999),
    newInvoiceId: () => `inv_${String(world.posted.invoices.length).padStart(26, '0')}`,
  })
  world.shipments[index] = withFacts(state, facts, now(999))
  world.posted = {
    invoices: [...world.posted.invoices, ...posted.invoices],
    journals: [...world.posted.journals, ...posted.journals],
    counters: posted.counters,
  }
}

const drain = (world: World) => {
  while (world.queue.length > 0) deliver(world, 0, false)
}

function assertSound(world: World) {
  const { invoices, journals } = world.posted
  expect(invoices.map((it) => it.number)).toEqual(
    invoices.map((_, index) => `INV-2026-${String(index + 1).padStart(6, '0')}`),
  )
  expect(journals.map((it) => it.sequence)).toEqual(journals.map((_, index) => index + 1))
  expect(balancesView(fold(NO_BALANCES, journals), journals.length)).toMatchObject({
    balanced: true,
    journals: journals.length,
  })
  for (const state of world.shipments) {
    const proof = proofOf(
      state,
      journals.filter((it) => it.shipmentId === state.header.shipmentId),
    )
    expect(proof.orphans).toEqual([])
    expect(proof.notBilled.filter((it) => it.reason === 'DUE')).toEqual([])
    expect(new Set(proof.billed.map(pairKey)).size).toBe(proof.billed.length)
    expect(planOf(state)).toEqual({ tasks: [], credits: [], more: false })
    for (const { occurrenceId, undone } of proof.billed)
      if (undone) expect(proof.billed.some((it) => it.occurrenceId === occurrenceId && !it.undone)).toBe(false)
  }
}

test('any interleaving of commands and deliveries, some of them twice, bills each pair once and leaves no orphan', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const world = aWorld()
      for (const [minute, it] of steps.entries()) happen(world, it, minute)
      drain(world)
      assertSound(world)
    }),
    { numRuns: 150 },
  )
})

test('after the same history, every order and number of deliveries bills the same pairs', () => {
  const history = fc.array(
    step.filter((it) => it.do !== 'deliver'),
    { maxLength: 25 },
  )
  const schedule = fc.array(fc.record({ which: fc.nat(50), again: fc.boolean() }), { maxLength: 30 })
  const billedBy = (steps: Step[], deliveries: { which: number; again: boolean }[]) => {
    const world = aWorld()
    for (const [minute, it] of steps.entries()) happen(world, it, minute)
    for (const { which, again } of deliveries) deliver(world, which, again)
    drain(world)
    assertSound(world)
    return world.shipments.map((state) =>
      proofOf(
        state,
        world.posted.journals.filter((it) => it.shipmentId === state.header.shipmentId),
      )
        .billed.map((it) => `${pairKey(it)} ${it.amount.amount}`)
        .sort(),
    )
  }
  fc.assert(
    fc.property(history, schedule, schedule, (steps, one, other) => {
      expect(billedBy(steps, one)).toEqual(billedBy(steps, other))
    }),
    { numRuns: 100 },
  )
})
