import type { LineItem } from '../../../schemas/extraction'
import type { Candidate } from './candidates'

const amountOf = (c: Candidate): number | undefined => (c.value.type === 'money' ? c.value.amount : undefined)

const boost = (c: Candidate): Candidate =>
  c.checks.some((k) => k.code === 'sum') ? c : { ...c, checks: [...c.checks, { code: 'sum', passed: true }] }

function sumOfLines(items: readonly LineItem[]): number | undefined {
  const amounts = items.map((item) => {
    const value = item.fields.find((f) => f.field === 'amount')?.value
    return value?.type === 'money' ? value.amount : undefined
  })
  return items.length > 0 && amounts.every((a) => a !== undefined)
    ? amounts.reduce((a = 0, b = 0) => a + b, 0)
    : undefined
}

/** Whether some subtotal and tax among the candidates add up to this total. */
function adds(
  total: Candidate,
  subtotals: readonly Candidate[],
  taxes: readonly Candidate[],
): [Candidate, Candidate] | undefined {
  for (const subtotal of subtotals) {
    for (const tax of taxes) {
      const [s, t, sum] = [amountOf(subtotal), amountOf(tax), amountOf(total)]
      if (s === undefined || t === undefined || sum === undefined || t === 0 || s === sum) continue
      if (Math.abs(s + t - sum) <= 1) return [subtotal, tax]
    }
  }
  return undefined
}

/**
 * Amounts prove each other: where subtotal + tax = total, or lines = total, the candidates that take part gain a
 * passed check. A wrong reading hardly ever adds up.
 */
export function reconcile(candidates: readonly Candidate[], items: readonly LineItem[]): Candidate[] {
  const of = (field: string): Candidate[] => candidates.filter((c) => c.field === field && c.value.type === 'money')
  const proven = new Set<Candidate>()
  const lines = sumOfLines(items)
  for (const total of of('totalAmount')) {
    const parts = adds(total, of('subtotalAmount'), of('taxAmount'))
    if (parts) for (const c of [total, ...parts]) proven.add(c)
    if (lines !== undefined && lines !== 0 && amountOf(total) === lines && total.method !== 'table') proven.add(total)
  }
  for (const subtotal of of('subtotalAmount'))
    if (lines !== undefined && lines !== 0 && amountOf(subtotal) === lines) proven.add(subtotal)
  return candidates.map((c) => (proven.has(c) ? boost(c) : c))
}
