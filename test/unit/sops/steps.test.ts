import { chargesOf } from '../../../functions/shipments/perspective'
import type { ShipmentState } from '../../../functions/shipments/store'
import { decideStep } from '../../../functions/sops/domain/steps'
import { settlement } from '../../../functions/sops/domain/waits'
import { decideOwnMilestone } from '../../../functions/tracking/own-events'
import type { Milestone } from '../../../schemas/milestone'
import { SopStep } from '../../../schemas/sop'
import { aShipment, ORDERED } from '../../support/shipments'
import { planOf } from '../../support/sop-plans'
import { committed, verifiedDocument } from '../../support/sop-world'

const NOW = '2026-03-02T08:00:00.000Z'
const shipment = aShipment(planOf('ocean-export-fcl', ORDERED))
const { shipmentId } = shipment.header

const aStep = (step: object) => SopStep.parse({ key: 'a-step', tenantId: 'demo', shipmentId, ...step })
const take = (state: ShipmentState, step: object, now = NOW) =>
  decideStep(aStep(step), state, { now, denied: [{ name: 'Acme BV', aliases: [], list: 'TEST' }] })
const taken = (state: ShipmentState, step: object, now = NOW) => committed(state, take(state, step, now).decision, now)
const factsOf = (state: ShipmentState, step: object, now = NOW) => take(state, step, now).decision.facts
const reached = (state: ShipmentState, milestone: Milestone) =>
  committed(state, decideOwnMilestone(state, { milestone, eventId: milestone, at: NOW }, NOW), NOW)

const TASK = { step: 'assignTask', role: 'OPERATIONS', title: 'Confirm', due: { anchor: 'VCO', offset: '-P1D' } }
const REQUEST = { step: 'requestDocument', documentType: '380', from: 'CZ', due: { anchor: 'DCO' } }
const SCREEN = { step: 'screenParties', role: 'COMPLIANCE', title: 'Look', due: { anchor: 'STEP', offset: 'P1D' } }
const APPROVE = { ...TASK, step: 'approve', notBy: ['confirm-booking'], token: 't' }
const UNTIL = { step: 'waitUntil', due: { anchor: 'ETD' }, token: 't' }
const START = { step: 'startSubProcess', sop: 'domestic-road' }
const RAISE = { step: 'raiseException', severity: 'HIGH', reason: 'Late', owner: 'OPERATIONS' }
const CHARGE = {
  step: 'addCharge',
  code: '300000',
  type: 'REVENUE',
  amount: { amount: 4500, currency: 'EUR' },
  billableOn: 'DELIVERED',
}
const NOTICE = { step: 'notify', audience: ['CN', 'CUSTOMER_SERVICE'], template: 'pre-alert' }

describe('every step', () => {
  it.each([
    ['assignTask', TASK],
    ['approve', APPROVE],
    ['requestDocument', REQUEST],
    ['waitUntil', UNTIL],
    ['startSubProcess', START],
    ['recordMilestone', { step: 'recordMilestone', milestone: 'POD_RECEIVED' }],
    ['screenParties', { ...SCREEN, token: 't' }],
    ['addCharge', CHARGE],
    ['raiseException', RAISE],
    ['notify', NOTICE],
    ['completeShipment', { step: 'completeShipment' }],
  ])('%s writes its facts once', (_, step) => {
    const once = taken(shipment, step)
    expect(once.timeline.length).toBeGreaterThan(shipment.timeline.length)
    expect(factsOf(once, step, '2026-03-09T08:00:00.000Z')).toEqual([])
  })

  it.each([TASK, APPROVE, REQUEST, UNTIL, START, CHARGE, RAISE, NOTICE, SCREEN, { step: 'completeShipment' }])(
    '$step changes nothing of a cancelled shipment',
    (step) => {
      const cancelled = { ...shipment, header: { ...shipment.header, status: 'CANCELLED' as const } }
      expect(factsOf(cancelled, step)).toEqual([])
    },
  )
})

describe('assignTask', () => {
  it('gives the role a task, due before its anchor', () => {
    const [task] = taken(shipment, TASK).tasks
    expect(task).toMatchObject({
      taskId: `tsk_${shipmentId.slice(4)}_a-step`,
      role: 'OPERATIONS',
      status: 'CREATED',
      dueAt: '2026-03-18T12:00:00.000Z',
      dueBasis: 'VCO -P1D',
    })
  })

  it('makes no task when the milestone that it would prove stands', () => {
    const confirmed = reached(shipment, 'BOOKING_CONFIRMED')
    const { decision, answer } = take(confirmed, { ...TASK, token: 't', records: 'BOOKING_CONFIRMED' })
    expect(decision.facts).toEqual([])
    expect(answer).toEqual({ settled: true, output: { occurrenceId: 'BOOKING_CONFIRMED:1' } })
  })

  it('is settled at once when the task was completed before', () => {
    const assigned = taken(shipment, TASK)
    const done = { ...assigned, tasks: assigned.tasks.map((task) => ({ ...task, status: 'COMPLETED' as const })) }
    expect(take(done, { ...TASK, token: 't' }).answer.settled).toBe(true)
    expect(take(assigned, { ...TASK, token: 't' }).answer.settled).toBe(false)
  })
})

describe('a task that a move to another version has cancelled', () => {
  it.each([
    ['assignTask', TASK],
    ['approve', APPROVE],
    ['screenParties', { ...SCREEN, token: 't' }],
  ])('is opened again, as it was, by %s', (_, step) => {
    const state = taken(shipment, step)
    const mine = state.tasks.map((task) => ({ ...task, assignee: 'eve', status: 'IN_PROGRESS' as const }))
    const cancelled = mine.map((task) => ({ ...task, status: 'CANCELLED' as const, closedAt: NOW, reason: 'Moved' }))
    const again = taken({ ...state, tasks: cancelled }, step)
    expect(again.tasks).toEqual(mine)
    expect(again.timeline.at(-1)).toMatchObject({ type: 'task.reopened', data: { stepKey: 'a-step' } })
    expect(factsOf(again, step)).toEqual([])
  })
})

describe('documents', () => {
  it('are not asked for again when one has been verified', () => {
    const verified = committed(shipment, verifiedDocument(shipmentId, '380', NOW), NOW)
    const { decision, answer } = take(verified, { ...REQUEST, token: 't' })
    expect(decision.facts).toEqual([])
    expect(answer).toMatchObject({ settled: true, output: { documentType: '380' } })
  })

  it('settle nothing while they are not verified', () => {
    const [document] = committed(shipment, verifiedDocument(shipmentId, '380', NOW), NOW).documents
    if (!document) throw new Error('no document')
    for (const status of ['UPLOADED', 'NEEDS_REVIEW', 'REJECTED', 'SUPERSEDED'] as const) {
      const state = { ...shipment, documents: [{ ...document, status }] }
      expect(settlement({ kind: 'document', documentType: '380' }, state)).toBeUndefined()
    }
  })
})

describe('recordMilestone', () => {
  it('reports an event of the system, and the shipment is under way', () => {
    const state = taken(shipment, { step: 'recordMilestone', milestone: 'TRANSPORT_DOC_ISSUED' })
    expect(state.header.status).toBe('IN_PROGRESS')
    expect(state.timeline.slice(-2)).toMatchObject([
      { type: 'event.recorded', data: { eventId: 'portolan:sop-a-step', source: 'PORTOLAN', eventCode: 'ISSU' } },
      { type: 'milestone.recorded', data: { milestone: 'TRANSPORT_DOC_ISSUED' } },
    ])
  })

  it('leaves a milestone that a carrier has reported as it is', () => {
    const state = reached(shipment, 'TRANSPORT_DOC_ISSUED')
    expect(factsOf(state, { step: 'recordMilestone', milestone: 'TRANSPORT_DOC_ISSUED' })).toEqual([])
  })
})

describe('awaitMilestone', () => {
  const step = { step: 'awaitMilestone', milestone: 'DELIVERED', or: ['DELIVERY_FAILED', 'RETURNED'], token: 't' }

  it('is settled by any of its milestones, and says which', () => {
    expect(take(shipment, step).answer.settled).toBe(false)
    expect(take(reached(shipment, 'DELIVERY_FAILED'), step).answer).toMatchObject({
      settled: true,
      output: { milestone: 'DELIVERY_FAILED' },
    })
  })

  it('answers the one that it is named for when several stand', () => {
    const both = reached(reached(shipment, 'DELIVERY_FAILED'), 'DELIVERED')
    expect(take(both, step).answer.output).toMatchObject({ milestone: 'DELIVERED' })
  })
})

describe('screenParties', () => {
  it('gives compliance a task for a match, and keeps the outcome when asked again', () => {
    const state = taken(shipment, { ...SCREEN, token: 't' })
    expect(state.tasks).toMatchObject([{ role: 'COMPLIANCE', status: 'CREATED' }])
    expect(state.timeline.at(-2)).toMatchObject({ type: 'party.screened', data: { outcome: 'BLOCKED' } })
    expect(take(state, { ...SCREEN, token: 'u' }).answer).toMatchObject({ settled: false })
  })

  it('is settled at once when nothing matches, then and later', () => {
    const step = aStep({ ...SCREEN, token: 't' })
    const first = decideStep(step, shipment, { now: NOW, denied: [] })
    expect(first.answer).toEqual({ settled: true, output: { outcome: 'CLEAR', matches: 0 } })
    const state = committed(shipment, first.decision, NOW)
    expect(take(state, { ...SCREEN, token: 'u' }).answer.settled).toBe(true)
    expect(settlement({ kind: 'task', taskKey: 'a-step' }, state)).toBeDefined()
  })
})

describe('addCharge', () => {
  const charged = (step: object) => chargesOf(taken(shipment, step))

  it('adds one line that the customer pays, or the party that is named', () => {
    expect(charged(CHARGE)).toMatchObject([{ chargeId: 'a-step', counterparty: 'ACME' }])
    expect(charged({ ...CHARGE, counterparty: 'CZ' })).toMatchObject([{ counterparty: 'ACME' }])
    expect(() => take(shipment, { ...CHARGE, counterparty: 'CA' })).toThrow('No organization acts as CA')
  })

  it('adds nothing the second time', () => {
    expect(take(taken(shipment, CHARGE), CHARGE).decision.facts).toEqual([])
  })
})

describe('raiseException', () => {
  const late = { ...RAISE, unlessBefore: { anchor: 'FCO' }, concerns: 'await-gate-in' }
  const CUT_OFF = '2026-03-20T12:00:00.000Z'

  it('waits on while the deadline is to come', () => {
    const { decision, answer } = take(shipment, late, '2026-03-20T11:59:30.500Z')
    expect(decision.facts).toEqual([])
    expect(answer.output).toEqual({ raised: false, waitSeconds: 30 })
  })

  it('raises at the deadline, and then looks again in 30 days', () => {
    const { decision, answer } = take(shipment, late, CUT_OFF)
    expect(decision.facts).toMatchObject([{ type: 'exception.raised', data: { concerns: 'await-gate-in' } }])
    expect(answer.output).toEqual({ raised: true, waitSeconds: 2_592_000 })
  })

  it('raises nothing when what was late has come meanwhile', () => {
    const awaited = { kind: 'milestone' as const, milestone: 'RECEIVED_AT_ORIGIN' as const }
    const wait = { stepKey: 'await-gate-in', token: 't', awaited, since: NOW }
    const state = { ...reached(shipment, 'RECEIVED_AT_ORIGIN'), waits: [wait] }
    const { decision, answer } = take(state, late, CUT_OFF)
    expect(decision.facts).toEqual([])
    expect(answer.output).toEqual({ raised: false, waitSeconds: 1 })
  })

  it('is resolved by the step that it concerns, once that is settled', () => {
    const raised = reached(taken(shipment, { ...late, key: 'late-gate-in' }, CUT_OFF), 'RECEIVED_AT_ORIGIN')
    const step = { step: 'awaitMilestone', key: 'await-gate-in', milestone: 'RECEIVED_AT_ORIGIN', token: 't' }
    expect(factsOf(raised, step)).toMatchObject([{ type: 'exception.resolved', data: { stepKey: 'late-gate-in' } }])
    expect(factsOf(taken(raised, step), step)).toEqual([])
  })
})

describe('notify', () => {
  it('tells the audience where the cargo is and when it is expected', () => {
    expect(factsOf(shipment, NOTICE)).toMatchObject([
      {
        type: 'notification.sent',
        data: {
          audience: ['CN', 'CUSTOMER_SERVICE'],
          message: `${shipmentId} (MSKU9070323) has left NLRTM for USNYC; expected 2026-04-18.`,
        },
      },
    ])
  })
})

describe('completeShipment', () => {
  it('waits for a shipment that is on hold', () => {
    const held = { ...shipment, header: { ...shipment.header, status: 'ON_HOLD' as const } }
    expect(() => take(held, { step: 'completeShipment' })).toThrow('cannot be completed')
  })
})

describe('the vocabulary', () => {
  it.each([
    ['a step that does not exist', { step: 'sendMoney' }],
    ['a key that is not kebab-case', { ...NOTICE, key: 'Send Notice' }],
    ['a member that the step does not have', { ...NOTICE, amount: 1 }],
    ['a token for a step that waits for nothing', { ...NOTICE, token: 't' }],
    ['a wait without a token', { step: 'awaitMilestone', milestone: 'LOADED' }],
    ['a role that nobody has', { ...TASK, role: 'CARRIER' }],
    ['a charge of nothing', { ...CHARGE, amount: { amount: 0, currency: 'EUR' } }],
  ])('refuses %s', (_, step) => {
    expect(SopStep.safeParse({ key: 'a-step', tenantId: 'demo', shipmentId, ...step }).success).toBe(false)
  })
})
