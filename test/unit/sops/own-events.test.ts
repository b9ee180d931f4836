import { milestoneOf } from '../../../functions/tracking/domain'
import { decideOwnMilestone, eventOf } from '../../../functions/tracking/own-events'
import { Milestone } from '../../../schemas/milestone'
import { ProductSopId } from '../../../schemas/sop'
import { aRetraction, aShipment, ORDERED, recorded } from '../../support/shipments'
import { planOf } from '../../support/sop-plans'
import { committed } from '../../support/sop-world'

describe.each(ProductSopId.options)('events of the system for %s', (sopId) => {
  const shipment = aShipment(planOf(sopId, ORDERED))
  const route = { ...shipment.header, legs: shipment.detail.legs }

  it.each(Milestone.options)('%s is reported by an event that the catalogue maps back to it', (milestone) => {
    expect(milestoneOf(eventOf(milestone, shipment, ORDERED), route)).toBe(milestone)
  })
})

it('does not record again what a person has retracted', () => {
  const shipment = aShipment()
  const report = { milestone: 'POD_RECEIVED' as const, eventId: 'sop-pod', at: ORDERED }
  const state = committed(shipment, decideOwnMilestone(shipment, report, ORDERED), ORDERED)
  const retracted = recorded(state, aRetraction('portolan:sop-pod', ORDERED), ORDERED)
  expect(decideOwnMilestone(retracted, report, ORDERED).facts).toEqual([])
})
