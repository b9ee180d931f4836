import { KIND_THRESHOLD } from '../../functions/documents/domain/intake'
import { doubtsAbout } from '../../functions/documents/domain/review'
import { keyFields } from '../../functions/documents/extraction/read-document'
import type { Judged, Outcome } from './score'

export type Summary = {
  documents: number
  classification: number | null
  fieldPrecision: number | null
  fieldRecall: number | null
  fieldF1: number | null
  lineItemF1: number | null
  secondsPerPage: number | null
  verifiedShare: number | null
  /** Confidence above which 99 % of the stated values are right; null if there is none. */
  threshold: number | null
  wrongAboveThreshold: number | null
  fields: { expected: number; right: number; wrong: number; missed: number; invented: number }
}

const ratio = (a: number, b: number): number | null => (b === 0 ? null : Math.round((a / b) * 10_000) / 10_000)

const harmonic = (p: number | null, r: number | null): number | null =>
  p === null || r === null ? null : p + r === 0 ? 0 : Math.round(((2 * p * r) / (p + r)) * 10_000) / 10_000

/**
 * The lowest threshold at which at least 99 of 100 accepted values are right. Values that a person sees anyway
 * (ambiguous ones, those of papers of no known kind) are never accepted and do not count.
 */
export function thresholdFor(judged: readonly Judged[], precision = 0.99): number | null {
  const stated = judged.filter((j) => j.outcome !== 'missed' && !j.asked).sort((a, b) => b.confidence - a.confidence)
  let [right, best] = [0, null as number | null]
  for (const [i, j] of stated.entries()) {
    if (j.outcome === 'right') right++
    const next = stated[i + 1]
    const boundary = next === undefined || next.confidence < j.confidence
    if (boundary && right / (i + 1) >= precision) best = j.confidence
  }
  return best
}

/** Whether the intake would accept the document, sent as what it is, without asking a person: its own rule. */
function verified({ classified, extraction }: Outcome, threshold: number): boolean {
  const { classification, fields } = extraction
  const keys = keyFields(classification.kind)
  if (!classified || keys.length === 0 || fields.length === 0 || classification.confidence < KIND_THRESHOLD)
    return false
  return doubtsAbout(extraction, keys, () => threshold).holding.length === 0
}

export function summarise(outcomes: readonly Outcome[], threshold: number | null): Summary {
  const judged = outcomes.flatMap((o) => o.judged)
  const count = (outcome: Judged['outcome']): number => judged.filter((j) => j.outcome === outcome).length
  const [right, wrong, missed, invented] = [count('right'), count('wrong'), count('missed'), count('invented')]
  const precision = ratio(right, right + wrong + invented)
  const recall = ratio(right, right + wrong + missed)
  const lines = outcomes.reduce(
    (sum, o) => ({
      right: sum.right + o.lines.right,
      stated: sum.stated + (o.lines.expected > 0 ? o.lines.stated : 0),
      expected: sum.expected + o.lines.expected,
    }),
    { right: 0, stated: 0, expected: 0 },
  )
  const trade = outcomes.filter((o) => o.expectedKind !== 'OTHER')
  const accepted =
    threshold === null ? [] : judged.filter((j) => j.outcome !== 'missed' && !j.asked && j.confidence >= threshold)
  const pages = outcomes.reduce((sum, o) => sum + o.pages, 0)
  return {
    documents: outcomes.length,
    classification: ratio(outcomes.filter((o) => o.classified).length, outcomes.length),
    fieldPrecision: precision,
    fieldRecall: recall,
    fieldF1: harmonic(precision, recall),
    lineItemF1: harmonic(ratio(lines.right, lines.stated), ratio(lines.right, lines.expected)),
    secondsPerPage: ratio(
      outcomes.reduce((sum, o) => sum + o.seconds, 0),
      pages,
    ),
    verifiedShare: threshold === null ? 0 : ratio(trade.filter((o) => verified(o, threshold)).length, trade.length),
    threshold,
    wrongAboveThreshold: ratio(accepted.filter((j) => j.outcome !== 'right').length, accepted.length),
    fields: { expected: right + wrong + missed, right, wrong, missed, invented },
  }
}

/** Stated confidence against observed correctness, in tenths and finer above 0.9. */
export function calibration(
  outcomes: readonly Outcome[],
): { from: number; to: number; stated: number; right: number | null }[] {
  const judged = outcomes.flatMap((o) => o.judged).filter((j) => j.outcome !== 'missed')
  const edges = [0, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1]
  return edges.slice(0, -1).map((from, i) => {
    const to = edges[i + 1] ?? 1
    const members = judged.filter((j) => j.confidence >= from && (j.confidence < to || to === 1))
    return {
      from,
      to,
      stated: members.length,
      right: ratio(members.filter((j) => j.outcome === 'right').length, members.length),
    }
  })
}
