/** Which KPIs a shipment is in as it stands, and what that adds to the buckets. Pure. */
import type { KpiMember, KpiName } from '../../../schemas/kpi'
import { orderCycleTimeOf } from './order-cycle-time'
import { type Measured, otifOf } from './otif'
import { bucketOf, type Sketch } from './sketch'

/** The same state gives the same members, whatever happened on the way to it. */
export function evaluate(state: Measured): KpiMember[] {
  const { shipmentId, customer, from, to, mode } = state.header
  const identity = { shipmentId, customer, from, to, mode }
  const cycle = orderCycleTimeOf(state)
  return [
    { kpi: 'otif', ...identity, ...otifOf(state) },
    ...(cycle ? [{ kpi: 'order-cycle-time' as const, ...identity, ...cycle }] : []),
  ]
}

/** Stored sums have one of two cuts; every other view adds these up (a mode is all its lanes). */
export type Dimension = 'customer' | 'lane'

/** Sums of one KPI, day, and value of a dimension: numerator, denominator, and counts of the sketch. */
export interface Sums {
  kpi: KpiName
  dimension: Dimension
  day: string
  /** Customer, or MODE#FROM-TO. */
  value: string
  add: { n: number; d: number } & Sketch
}

const keyOf = ({ kpi, dimension, day, value }: Sums) => `${kpi} ${dimension} ${day} ${value}`

function contributionsOf(member: KpiMember, sign: 1 | -1): Sums[] {
  if (member.bucket !== 'HIT' && member.bucket !== 'MISS') return []
  const { kpi, day, customer, mode, from, to } = member
  const seconds = member.evidence.seconds ?? 0
  const add =
    kpi === 'otif'
      ? { n: member.bucket === 'HIT' ? sign : 0, d: sign }
      : { n: sign * seconds, d: sign, [bucketOf(seconds)]: sign }
  return [
    { kpi, dimension: 'customer', day, value: customer, add },
    { kpi, dimension: 'lane', day, value: `${mode}#${from}-${to}`, add },
  ]
}

/** What must be added to the stored sums when a shipment's members change from `before` to `next`. */
export function deltaOf(before: readonly KpiMember[], next: readonly KpiMember[]): Sums[] {
  const delta = new Map<string, Sums>()
  const changes = [
    ...before.flatMap((member) => contributionsOf(member, -1)),
    ...next.flatMap((member) => contributionsOf(member, 1)),
  ]
  for (const change of changes) {
    const sums = delta.get(keyOf(change)) ?? { ...change, add: { n: 0, d: 0 } }
    for (const [name, amount] of Object.entries(change.add)) sums.add[name] = (sums.add[name] ?? 0) + amount
    delta.set(keyOf(change), sums)
  }
  return [...delta.values()].filter(({ add }) => Object.values(add).some((amount) => amount !== 0))
}
