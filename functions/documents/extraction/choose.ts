import type { FieldValue, NormalisedValue } from '../../../schemas/extraction'
import type { FieldSpec } from '../kinds/kind'
import type { Candidate } from './candidate'
import { squash } from './text'
import { EXTRACTOR_VERSION } from './version'

/** A key under which two readings count as the same value. */
export function valueKey(value: NormalisedValue): string {
  switch (value.type) {
    case 'party':
      return `party ${squash(value.name)}`
    case 'place':
      return `place ${squash(value.name)}`
    case 'text':
      return `text ${squash(value.text)}`
    case 'identifier':
      return `id ${squash(value.id)}`
    case 'code':
      return `code ${value.code}`
    case 'date':
      return `date ${value.date}`
    case 'money':
      return `money ${value.amount} ${value.currency}`
    default:
      return `${value.type} ${value.amount}`
  }
}

type Group = { key: string; best: Candidate; confidence: number }

/** What the checks of a value do to the belief in it: a passed check digit is hard to get by chance. */
export function weighChecks(confidence: number, candidate: Candidate): number {
  let out = confidence
  for (const check of candidate.checks) out = check.passed ? 1 - (1 - out) * 0.3 : out * 0.5
  return out
}

/** Joins candidates that say the same; each independent sighting takes away half of the remaining doubt at most. */
function group(candidates: readonly Candidate[]): Group[] {
  const groups = new Map<string, Candidate[]>()
  for (const candidate of candidates) {
    const key = valueKey(candidate.value)
    groups.set(key, [...(groups.get(key) ?? []), candidate])
  }
  return [...groups].flatMap(([key, members]) => {
    const sorted = members.sort((a, b) => b.confidence - a.confidence)
    const best = sorted[0]
    if (!best) return []
    let doubt = 1 - best.confidence
    const seen = new Set([sighting(best)])
    for (const other of sorted.slice(1)) {
      if (seen.has(sighting(other))) continue
      seen.add(sighting(other))
      doubt *= 1 - other.confidence * 0.45
    }
    const ink = Math.max(...sorted.map((c) => c.ink))
    return [{ key, best, confidence: weighChecks(Math.min(1 - doubt, ink + 0.03), best) }]
  })
}

// Two methods that read the same ink in the same way are one witness.
const sighting = (c: Candidate): string =>
  `${c.page} ${Math.round(c.box.top * 60)} ${Math.round(c.box.left * 20)} ${c.method}`

// Score against observed correctness on the bench's trade papers (docs/documents.md has the table); between the knots a straight line.
const CURVE: readonly (readonly [score: number, probability: number])[] = [
  [0, 0],
  [0.35, 0.35],
  [0.5, 0.55],
  [0.6, 0.68],
  [0.7, 0.88],
  [0.76, 0.95],
  [0.8, 0.965],
  [0.9, 0.985],
  [1, 0.995],
]

/** Turns a score into the probability of being right that such scores have shown. */
export function calibrated(score: number): number {
  const s = Math.max(0, Math.min(1, score))
  const upper = CURVE.findIndex(([knot]) => knot >= s)
  const [x1, y1] = CURVE[Math.max(1, upper)] ?? [1, 0.995]
  const [x0, y0] = CURVE[Math.max(1, upper) - 1] ?? [0, 0]
  return y0 + ((s - x0) / (x1 - x0)) * (y1 - y0)
}

/** Values at or above are right in at least 99 of 100 cases on the bench; below, a person looks. */
export const ACCEPTANCE_THRESHOLD = 0.95

const toField = (g: Group, confidence: number, rivals: readonly NormalisedValue[]): FieldValue => ({
  field: g.best.field,
  raw: g.best.raw,
  value: g.best.value,
  confidence: calibrated(confidence),
  page: g.best.page,
  box: g.best.box,
  method: g.best.method,
  checks: g.best.checks,
  ambiguous: g.best.ambiguous,
  candidates: [...g.best.others, ...rivals].slice(0, 4),
  extractorVersion: EXTRACTOR_VERSION,
})

/** Below this a candidate is noise: nothing is said about the field. */
const FLOOR = 0.35

/** Lets the candidates of one field compete; a strong rival lowers the winner's confidence and is kept as candidate. */
export function choose(spec: Pick<FieldSpec, 'field' | 'many'>, candidates: readonly Candidate[]): FieldValue[] {
  const groups = group(candidates).sort((a, b) => b.confidence - a.confidence)
  const alive = groups.filter((g) => g.confidence >= FLOOR)
  if (spec.many) return alive.map((g) => toField(g, g.confidence, []))
  const [first, second] = alive
  if (!first) return []
  const rivalry = second ? Math.max(0, second.confidence / first.confidence - 0.5) * 0.5 : 0
  const rivals = alive.slice(1, 4).map((g) => g.best.value)
  return [toField(first, first.confidence * (1 - rivalry), rivals)]
}
