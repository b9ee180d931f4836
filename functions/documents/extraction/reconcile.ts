import type { LineItem } from '../../../schemas/extraction'
import type { Page, Segment } from './blocks'
import { type Candidate, candidatesFrom } from './candidate'
import { toBox } from './geometry'
import type { Habits } from './reading'

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

/** Sums stand under what they sum up: three numbers of a page that add up in another order do so by chance. */
const isAbove = (a: Candidate, b: Candidate): boolean =>
  a.page < b.page || (a.page === b.page && a.box.top + a.box.height < b.box.top)

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
      if (isAbove(total, subtotal) && isAbove(total, tax)) continue
      if (Math.abs(s + t - sum) <= 1) return [subtotal, tax]
    }
  }
  return undefined
}

/** OCR confidence below which an amount proves nothing: among the numbers of a smudged page some always add up. */
const READABLE = 0.5

type Part = 'totalAmount' | 'subtotalAmount' | 'taxAmount' | 'amountPaid' | 'changeGiven'
type Parts = (field: Part) => Candidate[]

/** What was paid less the change, and what subtotal and tax make together: totals, whether the paper calls them so or not. */
function derivedTotals(of: Parts): { amount: number; from: Candidate[] }[] {
  const pairs = (left: readonly Candidate[], right: readonly Candidate[], sign: 1 | -1) =>
    left.flatMap((a) =>
      right.flatMap((b) => {
        const [x, y] = [amountOf(a), amountOf(b)]
        if (x === undefined || y === undefined || y < 0 || (sign === 1 && y === 0)) return []
        return x + sign * y > 0 ? [{ amount: x + sign * y, from: [a, b] }] : []
      }),
    )
  return [
    ...pairs(of('amountPaid'), of('changeGiven'), -1),
    ...pairs([...of('subtotalAmount'), ...of('totalAmount')], of('taxAmount'), 1),
  ]
}

/** A total that the paper prints without a label that could be read, and that its other amounts make. */
function unlabelledTotals(of: Parts, pages: readonly Page[], habits: Habits): Candidate[] {
  const known = new Set(of('totalAmount').map(amountOf))
  const wanted = new Set(derivedTotals(of).map(({ amount }) => amount))
  for (const amount of known) if (amount !== undefined) wanted.delete(amount)
  if (wanted.size === 0) return []
  const read = (segment: Segment): Candidate[] =>
    candidatesFrom(
      { field: 'totalAmount', type: 'money' },
      segment.text,
      {
        method: 'pattern',
        page: segment.page,
        box: toBox(segment.box),
        ocr: segment.confidence,
        trust: 0.75,
        label: '',
        lines: [],
      },
      habits,
    )
  return pages
    .flatMap(({ segments }) => segments.filter(({ text }) => /\d[.,]\s?\d{2}(?!\d)/.test(text)).flatMap(read))
    .filter((c) => wanted.has(amountOf(c) ?? Number.NaN))
}

type Verdict = { proven: Set<Candidate>; demoted: Set<Candidate> }

/** Candidates that take part in subtotal + tax = total; a "Total" in the place of the subtotal is one. */
function byTax(of: Parts): Verdict {
  const totals = of('totalAmount')
  const [proven, demoted] = [new Set<Candidate>(), new Set<Candidate>()]
  for (const total of totals) {
    const parts = adds(total, [...of('subtotalAmount'), ...totals], of('taxAmount'))
    if (!parts) continue
    for (const c of [total, ...parts]) proven.add(c)
    const before = amountOf(parts[0])
    for (const c of totals) if (amountOf(c) === before) demoted.add(c)
  }
  return { proven, demoted }
}

/** Candidates that take part in paid - change = total. */
function byCash(of: Parts): Candidate[] {
  const cash: Parts = (field) => (field === 'amountPaid' || field === 'changeGiven' ? of(field) : [])
  return derivedTotals(cash).flatMap(({ amount, from }) => {
    const same = of('totalAmount').filter((total) => amountOf(total) === amount)
    return same.length > 0 ? [...same, ...from] : []
  })
}

/** Discounts stand between the lines and the taxed sum: asked only where nothing else proves a total. */
function byLines(of: Parts, items: readonly LineItem[]): Candidate[] {
  const lines = sumOfLines(items)
  if (lines === undefined || lines === 0) return []
  return [...of('totalAmount'), ...of('subtotalAmount')].filter((c) => amountOf(c) === lines && c.method !== 'table')
}

/**
 * Amounts prove each other: where subtotal + tax = total, paid - change = total, or lines = total, the candidates that take
 * part gain a passed check, and rivals lose belief. A wrong reading hardly ever adds up. A "Total" to which tax is added to
 * make a "Grand Total" is the subtotal, whatever it is called.
 */
export function reconcile(
  read: readonly Candidate[],
  items: readonly LineItem[],
  pages: readonly Page[],
  habits: Habits,
): Candidate[] {
  const among =
    (list: readonly Candidate[]): Parts =>
    (field) =>
      list.filter((c) => c.field === field && c.value.type === 'money' && c.ink >= READABLE)
  const candidates = [...read, ...unlabelledTotals(among(read), pages, habits)]
  const of = among(candidates)
  const { proven, demoted } = byTax(of)
  for (const c of byCash(of)) if (!demoted.has(c)) proven.add(c)
  if (proven.size === 0) for (const c of byLines(of, items)) proven.add(c)
  const shown = new Set(of('totalAmount').flatMap((c) => (proven.has(c) && !demoted.has(c) ? [amountOf(c)] : [])))
  return candidates.map((c) => {
    if (demoted.has(c)) return { ...(proven.has(c) ? boost(c) : c), field: 'subtotalAmount' }
    if (proven.has(c)) return boost(c)
    const rival = shown.size > 0 && c.field === 'totalAmount' && !shown.has(amountOf(c))
    return rival ? { ...c, confidence: c.confidence * 0.7 } : c
  })
}
