/** On time in full. docs/kpis.md has the definition with its reasons. Pure. */
import type { KpiEvidence, KpiReason } from '../../../schemas/kpi'
import type { ShipmentState } from '../../shipments/items'
import { occurrenceOf } from '../../tracking/domain'
import { addDays, dayOf, lastDayOf } from './days'

export type Measured = Pick<ShipmentState, 'header' | 'detail' | 'timeline'>
export interface Verdict {
  day: string
  bucket: 'HIT' | 'MISS' | 'OPEN' | 'EXCLUDED'
  reasons: KpiReason[]
  evidence: KpiEvidence
}

/** Days by which a delivery may leave its window and still be on time. */
export interface Tolerance {
  earlyDays: number
  lateDays: number
}
export const TOLERANCE: Tolerance = { earlyDays: 0, lateDays: 0 }

export interface Delivery {
  window: { from: string; to: string }
  deliveredAt: string
  orderedPackages: number
  /** Undefined when nobody counted. */
  deliveredPackages?: number | undefined
  discrepancy: boolean
}

/** What is wrong with a delivery; nothing when it was on time and in full. */
export function failuresOf(delivery: Delivery, tolerance: Tolerance): KpiReason[] {
  const { window, deliveredAt, orderedPackages, deliveredPackages, discrepancy } = delivery
  const day = dayOf(deliveredAt)
  return [
    ...(day > addDays(lastDayOf(window), tolerance.lateDays) ? (['LATE'] as const) : []),
    ...(day < addDays(dayOf(window.from), -tolerance.earlyDays) ? (['EARLY'] as const) : []),
    ...(deliveredPackages !== undefined && deliveredPackages < orderedPackages ? (['SHORT'] as const) : []),
    ...(discrepancy ? (['DISCREPANCY'] as const) : []),
  ]
}

/** Cohort: the day by which delivery was due, so that what never arrives is not forgotten. */
export function otifOf({ header, detail, timeline }: Measured): Verdict {
  const { promisedDelivery, requestedDelivery } = detail
  const window = promisedDelivery ?? requestedDelivery
  const orderedPackages = detail.cargoItems.reduce((sum, item) => sum + item.packages, 0)
  if (!window) {
    const reason = header.status === 'CANCELLED' ? 'CANCELLED' : 'NO_PROMISE'
    return { day: dayOf(header.orderedAt), bucket: 'EXCLUDED', reasons: [reason], evidence: {} }
  }
  const day = lastDayOf(window)
  const baseline = promisedDelivery ? ('PROMISED' as const) : ('REQUESTED' as const)
  const promise = { baseline, window, orderedPackages }
  if (header.status === 'CANCELLED') return { day, bucket: 'EXCLUDED', reasons: ['CANCELLED'], evidence: promise }
  const delivered = occurrenceOf(timeline, 'DELIVERED')
  if (!delivered) return { day, bucket: 'OPEN', reasons: ['NOT_DUE'], evidence: promise }
  const discrepancy = occurrenceOf(timeline, 'DISCREPANCY')
  const { deliveredPackages } = delivered
  const failures = failuresOf(
    { window, deliveredAt: delivered.occurredAt, orderedPackages, deliveredPackages, discrepancy: !!discrepancy },
    TOLERANCE,
  )
  return {
    day,
    bucket: failures.length === 0 ? 'HIT' : 'MISS',
    reasons: failures.length === 0 ? ['ON_TIME_IN_FULL'] : failures,
    evidence: {
      ...promise,
      ...(deliveredPackages === undefined ? {} : { deliveredPackages }),
      deliveredAt: delivered.occurredAt,
      occurrenceId: delivered.occurrenceId,
      eventIds: [...delivered.eventIds, ...(discrepancy?.eventIds ?? [])],
    },
  }
}

/** The last due day that is past: what is open up to it counts as missed. */
export const lastOverdueDay = (now: string) => addDays(dayOf(now), -1 - TOLERANCE.lateDays)
