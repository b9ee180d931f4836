import { decidePin, decideUnmanaged, sopInput } from '../../../functions/sops/domain/catalogue'
import { SopInput } from '../../../schemas/sop'
import { aShipment, ORDERED } from '../../support/shipments'
import { committed } from '../../support/sop-world'

const PIN = { sopId: 'ocean-export-fcl', versionArn: 'arn:m:3', version: 3, executionArn: 'arn:e', run: 1 }

describe('an execution', () => {
  it('is given ids, anchors and what the shipment is, and nothing else', () => {
    const input = sopInput({ tenantId: 'demo', now: ORDERED }, aShipment(), 1)
    expect(SopInput.parse(input)).toEqual(input)
    for (const at of Object.values(input.anchors)) expect(new Date(at).toISOString()).toBe(at)
  })
})

describe('the pin', () => {
  it('is written once, and what was pinned first stays', () => {
    const shipment = aShipment()
    const pinned = committed(shipment, decidePin(shipment, PIN).decision, ORDERED)
    expect(pinned.header.sop).toEqual(PIN)
    expect(decidePin(pinned, { ...PIN, version: 4 })).toEqual({ decision: { facts: [] }, answer: 'pinned' })
  })

  it('is refused by a shipment that was cancelled meanwhile', () => {
    const cancelled = aShipment()
    cancelled.header.status = 'CANCELLED'
    expect(decidePin(cancelled, PIN)).toEqual({ decision: { facts: [] }, answer: 'stop' })
  })
})

describe('a shipment without an SOP', () => {
  it('shows it, once', () => {
    const shipment = aShipment()
    const { decision } = decideUnmanaged(shipment)
    expect(decision.facts).toMatchObject([{ type: 'exception.raised', data: { owner: 'SOP_ADMIN' } }])
    expect(decideUnmanaged(committed(shipment, decision, ORDERED)).decision.facts).toEqual([])
  })
})
