/** Milestones that the system itself reports: the catalogue read backwards. */
import type { Milestone } from '../../schemas/milestone'
import type { ReportedEvent } from '../../schemas/tracking'
import { AppError } from '../platform/errors'
import type { Decision, ShipmentState } from '../shipments/store'
import { CATALOGUE, type CatalogueRule } from './codes'
import { decideRecordEvent, OWN_EVENTS, occurrenceOf } from './domain'

export const OWN_SOURCE = 'PORTOLAN'

const FACILITIES = ['DEPO', 'CLOC', 'POTE', 'COFS', 'INTE', 'RAMP'] as const

/** An actual event at `at` that the catalogue maps to the milestone on this shipment's route. */
export function eventOf(
  milestone: Milestone,
  { header, detail }: Pick<ShipmentState, 'header' | 'detail'>,
  at: string,
): ReportedEvent {
  const rule: CatalogueRule | undefined = CATALOGUE.find((it) => it.milestone === milestone)
  if (!rule) throw new AppError('unprocessable', 'milestone.no_event', `No event reports ${milestone}`)
  const main = detail.legs.filter((leg) => leg.mode !== 'TRUCK')
  const places = {
    ORIGIN: main[0]?.from.unLocode ?? header.from,
    DESTINATION: main.at(-1)?.to.unLocode ?? header.to,
  }
  const facility = FACILITIES.find((code) => rule.facility?.includes(code))
  return {
    source: OWN_SOURCE,
    eventDateTime: at,
    eventType: rule.type,
    eventClassifierCode: 'ACT',
    eventCode: rule.code,
    ...(rule.document?.[0] ? { documentTypeCode: rule.document[0] } : {}),
    ...(facility ? { facilityTypeCode: facility } : {}),
    ...(rule.indicator ? { emptyIndicatorCode: rule.indicator } : {}),
    ...(rule.truck ? { modeOfTransport: 'TRUCK' } : {}),
    ...(rule.transshipment ? { isTransshipmentMove: true } : {}),
    ...(rule.side ? { unLocode: places[rule.side] } : {}),
  }
}

/** Records a milestone that does not stand yet. `eventId` is the natural key of whoever reports it. */
export function decideOwnMilestone(
  state: Pick<ShipmentState, 'header' | 'detail' | 'timeline'>,
  report: { milestone: Milestone; eventId: string; at: string },
  now: string,
): Decision {
  if (occurrenceOf(state.timeline, report.milestone)) return { facts: [] }
  const event = { eventId: OWN_EVENTS + report.eventId, ...eventOf(report.milestone, state, report.at) }
  return decideRecordEvent(state, event, now).decision
}
