/** How far stated confidence can be trusted, from what people have decided; and the thresholds that follow. Pure. */
import type { DocumentQuality, FieldDecision } from '../../../schemas/document-review'
import { DocumentKind } from '../../../schemas/extraction'

/** Of values whose stated confidence lies in one bucket: how many people have decided on, how many were right. */
export interface Tally {
  kind: DocumentKind
  field: string
  bucket: number
  right: number
  decided: number
}

/** Buckets by their lower edges, finer where it matters, with what the bench has shown before anybody decided. */
const BUCKETS = [
  { from: 0, prior: 0.3 },
  { from: 0.5, prior: 0.6 },
  { from: 0.7, prior: 0.78 },
  { from: 0.8, prior: 0.87 },
  { from: 0.9, prior: 0.94 },
  { from: 0.95, prior: 0.99 },
  { from: 0.98, prior: 0.997 },
] as const

/** So many decisions weigh as much as what was known before. */
const WEIGHT = 50
/** A field is judged by its own record when it has so many. */
const FIELD_WEIGHT = 30

/** Accepted without a person: at most one value in a hundred may be wrong. */
const TARGET = 0.99
/** No confidence is enough. */
const NEVER = 1.01

export const bucketOf = (confidence: number) =>
  Math.max(
    0,
    BUCKETS.findLastIndex(({ from }) => confidence >= from),
  )

/** What the decisions add. Values that a person gave, or that were decided on before, say nothing about the reading. */
export function talliesOf(decisions: readonly FieldDecision[]): Tally[] {
  const tallies = new Map<string, Tally>()
  for (const { kind, field, confidence, right } of decisions) {
    if (confidence === undefined || right === undefined) continue
    const bucket = bucketOf(confidence)
    const key = `${kind} ${field} ${bucket}`
    const tally = tallies.get(key) ?? { kind, field, bucket, right: 0, decided: 0 }
    tallies.set(key, { ...tally, right: tally.right + (right ? 1 : 0), decided: tally.decided + 1 })
  }
  return [...tallies.values()]
}

interface Counts {
  right: number
  decided: number
}
const sum = (tallies: readonly Counts[]): Counts =>
  tallies.reduce<Counts>((all, { right, decided }) => ({ right: all.right + right, decided: all.decided + decided }), {
    right: 0,
    decided: 0,
  })
const ratio = ({ right, decided }: Counts) => (decided === 0 ? null : right / decided)
const posterior = (prior: number, weight: number, { right, decided }: Counts) =>
  (prior * weight + right) / (weight + decided)

/** The precision to count with in each bucket. */
const expected = (tallies: readonly Tally[], priors: readonly number[], weight: number): number[] =>
  priors.map((prior, bucket) => posterior(prior, weight, sum(tallies.filter((it) => it.bucket === bucket))))

/** The lowest edge above which every bucket, and so any mixture of them, meets the target. */
function thresholdOf(precisions: readonly number[]): number {
  const failing = precisions.findLastIndex((precision) => precision < TARGET)
  return BUCKETS[failing + 1]?.from ?? NEVER
}

const PRIORS = BUCKETS.map(({ prior }) => prior)

/** The threshold of a field: by its own record as far as it has one, by all fields' otherwise. */
export function thresholds(tallies: readonly Tally[]): (kind: DocumentKind, field: string) => number {
  const general = expected(tallies, PRIORS, WEIGHT)
  return (kind, field) => {
    const own = tallies.filter((it) => it.kind === kind && it.field === field)
    return thresholdOf(expected(own, general, FIELD_WEIGHT))
  }
}

export function qualityOf(tallies: readonly Tally[]): DocumentQuality {
  const general = expected(tallies, PRIORS, WEIGHT)
  const threshold = thresholds(tallies)
  const fields = [...new Map(tallies.map(({ kind, field }) => [`${kind} ${field}`, { kind, field }])).entries()].sort(
    ([a], [b]) => (a < b ? -1 : 1),
  )
  return {
    decided: sum(tallies).decided,
    calibration: BUCKETS.map(({ from }, bucket) => {
      const counts = sum(tallies.filter((it) => it.bucket === bucket))
      const to = BUCKETS[bucket + 1]?.from ?? 1
      return { from, to, ...counts, precision: ratio(counts), expected: general[bucket] ?? 0 }
    }),
    fields: fields.map(([, { kind, field }]) => {
      const counts = sum(tallies.filter((it) => it.kind === kind && it.field === field))
      return { kind, field, ...counts, precision: ratio(counts), threshold: threshold(kind, field) }
    }),
    threshold: thresholdOf(general),
  }
}

export const isKind = (text: string): text is DocumentKind => DocumentKind.safeParse(text).success
