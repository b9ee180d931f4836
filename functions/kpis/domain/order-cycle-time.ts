/** From order to delivery. Pure. */
import { occurrenceOf } from '../../tracking/domain'
import { dayOf } from './days'
import type { Measured, Verdict } from './otif'

/** Whole seconds; negative when the clocks of the two sources disagree. */
export const secondsBetween = (from: string, to: string) => Math.floor((Date.parse(to) - Date.parse(from)) / 1000)

/** Cohort: the day of delivery. Undefined while there is none. */
export function orderCycleTimeOf({ header, timeline }: Measured): Verdict | undefined {
  const delivered = occurrenceOf(timeline, 'DELIVERED')
  if (!delivered) return undefined
  const seconds = secondsBetween(header.orderedAt, delivered.occurredAt)
  const { occurrenceId, eventIds, occurredAt } = delivered
  const excluded = header.status === 'CANCELLED' ? 'CANCELLED' : seconds < 0 ? 'DELIVERED_BEFORE_ORDERED' : undefined
  return {
    day: dayOf(occurredAt),
    bucket: excluded ? 'EXCLUDED' : 'HIT',
    reasons: [excluded ?? 'DELIVERED'],
    evidence: { orderedAt: header.orderedAt, deliveredAt: occurredAt, seconds, occurrenceId, eventIds },
  }
}
