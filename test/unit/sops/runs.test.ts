import * as fc from 'fast-check'
import { decidePin } from '../../../functions/sops/domain/catalogue'
import { decideRestart, isOver, pinOf, runName, runOf } from '../../../functions/sops/domain/runs'
import { ShipmentHeader, type ShipmentStatus, SopPin } from '../../../schemas/shipment'
import { SopRunName, SopStep } from '../../../schemas/sop'
import { aShipment, ORDERED } from '../../support/shipments'
import { planOf } from '../../support/sop-plans'
import { committed } from '../../support/sop-world'

const VERSION = 'arn:aws:states:eu-central-1:1:stateMachine:portolan-domestic-road:1'
const target = { sopId: 'domestic-road', version: 1, versionArn: VERSION, after: 1 }
const WHY = { kind: 'RESTARTED', reason: 'Stuck' } as const
const created = aShipment(planOf('domestic-road', ORDERED))
const { shipmentId } = created.header
const PIN = pinOf(target, { shipmentId, run: 1 })
const pinned = committed(created, decidePin(created, PIN).decision, ORDERED)

describe('the name of a run', () => {
  it('is the shipment, and from the second on the shipment and its number', () => {
    expect(runName({ shipmentId, run: 1 })).toBe(shipmentId)
    expect(runName({ shipmentId, run: 2 })).toBe(`${shipmentId}-2`)
  })

  it('says both, may stand in a step, and fits an execution', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999 }), (run) => {
        const name = runName({ shipmentId, run })
        expect(runOf(name)).toEqual({ shipmentId, run })
        expect(SopRunName.parse(name)).toBe(name)
        expect(name.length).toBeLessThanOrEqual(80)
        const step = { step: 'completeShipment', key: 'k', tenantId: 'demo', shipmentId: name }
        expect(SopStep.safeParse(step).success).toBe(true)
      }),
    )
  })
})

describe('a restart', () => {
  it('pins the next run in one transaction with the fact that says why', () => {
    const { decision, answer } = decideRestart(pinned, target, WHY, ORDERED)
    const executionArn = `arn:aws:states:eu-central-1:1:execution:portolan-domestic-road:${shipmentId}-2`
    const pin = { ...PIN, executionArn, run: 2 }
    expect(answer).toEqual({ outcome: 'RESTARTED', pin })
    expect(decision).toMatchObject({
      header: { sop: pin },
      facts: [{ type: 'sop.restarted', data: { from: PIN, to: pin, ...WHY } }],
    })
  })

  it('ends the waits of the run before', () => {
    const wait = { stepKey: 'k', token: 't', awaited: { kind: 'task' as const, taskKey: 'k' }, since: ORDERED }
    const waiting = { ...pinned, waits: [wait] }
    expect(committed(waiting, decideRestart(waiting, target, WHY, ORDERED).decision, ORDERED).waits).toEqual([])
  })

  it('changes nothing when it is asked for once more', () => {
    const restarted = committed(pinned, decideRestart(pinned, target, WHY, ORDERED).decision, ORDERED)
    expect(decideRestart(restarted, target, WHY, ORDERED)).toMatchObject({
      decision: { facts: [] },
      answer: { outcome: 'OVERTAKEN', pin: { run: 2 } },
    })
  })

  it.each<[ShipmentStatus, string]>([
    ['CANCELLED', 'ENDED'],
    ['COMPLETED', 'ENDED'],
    ['CLOSED', 'ENDED'],
    ['ON_HOLD', 'RESTARTED'],
    ['REOPENED', 'RESTARTED'],
  ])('of a %s shipment: %s', (status, outcome) => {
    const state = { ...pinned, header: { ...pinned.header, status } }
    expect(decideRestart(state, target, WHY, ORDERED).answer.outcome).toBe(outcome)
  })

  it('is none where nothing was started', () => {
    expect(decideRestart(created, target, WHY, ORDERED)).toEqual({
      decision: { facts: [] },
      answer: { outcome: 'NOT_STARTED' },
    })
  })
})

describe('a run', () => {
  it('is over once another is pinned, and not before', () => {
    expect([created, pinned].map((state) => isOver(state, { run: 1 }))).toEqual([false, false])
    const restarted = committed(pinned, decideRestart(pinned, target, WHY, ORDERED).decision, ORDERED)
    expect([1, 2].map((run) => isOver(restarted, { run }))).toEqual([true, false])
  })

  it('is the first of a shipment that was pinned before runs were numbered', () => {
    const { run: _, ...old } = PIN
    expect(SopPin.parse(old)).toEqual(PIN)
    expect(ShipmentHeader.parse({ ...pinned.header, sop: old }).sop).toEqual(PIN)
  })
})
