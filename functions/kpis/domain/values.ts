/** From stored sums to what is answered. Pure. */
import type { KpiGroupBy, KpiMember, KpiName, KpiValue } from '../../../schemas/kpi'
import type { Sums } from './members'
import { isBucket, merged, quantile, RELATIVE_ERROR, type Sketch } from './sketch'

/** Version of the rule; it changes when a shipment could be judged otherwise. */
const DEFINITION: Record<KpiName, string> = { otif: 'otif/1', 'order-cycle-time': 'order-cycle-time/1' }

/** The dimension whose sums answer a grouping. */
export const dimensionFor = (groupBy: KpiGroupBy | undefined) => (groupBy === 'customer' ? 'customer' : 'lane')

export interface Question {
  name: KpiName
  from: string
  to: string
  groupBy: KpiGroupBy | undefined
}

interface Part {
  key: string
  n: number
  d: number
  overdue: number
  sketch: Sketch
}

/** `overdue`: members that are open past their due day; they are in the denominator. */
export function kpiValue(question: Question, sums: readonly Sums[], overdue: readonly KpiMember[]): KpiValue {
  const { name, from, to, groupBy } = question
  const parts = [...sums.map((it) => storedPart(it, groupBy)), ...overdue.map((it) => overduePart(it, groupBy))]
  const keys = groupBy ? [...new Set(parts.map((part) => part.key))].sort() : []
  return {
    name,
    definition: DEFINITION[name],
    unit: name === 'otif' ? 'ratio' : 'seconds',
    from,
    to,
    ...(name === 'otif' ? {} : { relativeError: RELATIVE_ERROR }),
    total: fractionOf(name, parts),
    ...(groupBy ? { groupBy } : {}),
    groups: keys
      .map((key) => ({
        key,
        ...fractionOf(
          name,
          parts.filter((part) => part.key === key),
        ),
      }))
      .filter((group) => group.denominator !== 0),
  }
}

function storedPart({ dimension, day, value, add: { n, d, ...rest } }: Sums, groupBy: KpiGroupBy | undefined): Part {
  const [mode = '', lane = ''] = dimension === 'lane' ? value.split('#') : []
  const keys = { day, customer: value, lane, mode }
  const sketch = Object.fromEntries(Object.entries(rest).filter(([attribute]) => isBucket(attribute)))
  return { key: groupBy ? keys[groupBy] : '', n, d, overdue: 0, sketch }
}

function overduePart({ day, customer, from, to, mode }: KpiMember, groupBy: KpiGroupBy | undefined): Part {
  const keys = { day, customer, lane: `${from}-${to}`, mode }
  return { key: groupBy ? keys[groupBy] : '', n: 0, d: 1, overdue: 1, sketch: {} }
}

const sumOf = (parts: readonly Part[], member: 'n' | 'd' | 'overdue') =>
  parts.reduce((sum, part) => sum + part[member], 0)

function fractionOf(name: KpiName, parts: readonly Part[]): KpiValue['total'] {
  const numerator = sumOf(parts, 'n')
  const denominator = sumOf(parts, 'd')
  const fraction = { numerator, denominator, ratio: denominator === 0 ? null : numerator / denominator }
  if (name === 'otif') return { ...fraction, overdue: sumOf(parts, 'overdue') }
  const sketch = merged(parts.map((part) => part.sketch))
  return { ...fraction, p50: quantile(sketch, 0.5), p90: quantile(sketch, 0.9) }
}
