import type { LineItem } from '../../../schemas/extraction'
import type { Candidate } from './candidate'

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
 * passed check. A wrong reading hardly ever adds up. A "Total" to which tax is added to make a "Grand Total" is the
 * subtotal, whatever it is called.
 */
export function reconcile(candidates: readonly Candidate[], items: readonly LineItem[]): Candidate[] {
  const of = (field: string): Candidate[] => candidates.filter((c) => c.field === field && c.value.type === 'money')
  const totals = of('totalAmount')
  const proven = new Set<Candidate>()
  const demoted = new Set<Candidate>()
  for (const total of totals) {
    const parts = adds(total, [...of('subtotalAmount'), ...totals], of('taxAmount'))
    if (!parts) continue
    for (const c of [total, ...parts]) proven.add(c)
    const before = amountOf(parts[0])
    for (const c of totals) if (amountOf(c) === before) demoted.add(c)
  }
  const lines = sumOfLines(items)
  // Discounts stand between the lines and the taxed sum: what adds up to the total is the better proof.
  if (lines !== undefined && lines !== 0 && proven.size === 0) {
    for (const c of [...totals, ...of('subtotalAmount')])
      if (amountOf(c) === lines && c.method !== 'table') proven.add(c)
  }
  return candidates.map((c) => {
    const sure = proven.has(c) ? boost(c) : c
    return demoted.has(c) ? { ...sure, field: 'subtotalAmount' } : sure
  })
}
