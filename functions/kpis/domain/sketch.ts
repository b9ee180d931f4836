/**
 * Quantiles of durations that add up: a DDSketch (Masson, Rim and Lee, 2019). Bucket i counts the values in
 * (γ^(i-1), γ^i], so its middle is within the relative error of each of them. Sketches merge by adding counts, and a
 * value is taken out by subtracting one. Counts are flat attributes of an item, so the table's ADD does both.
 */
export const RELATIVE_ERROR = 0.01
const GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)

/** Count by bucket. */
export type Sketch = Record<string, number>

const PREFIX = 'q'
const ZERO = `${PREFIX}z`

/** The bucket of a value of at least 0. */
export const bucketOf = (value: number): string =>
  value < 1 ? ZERO : `${PREFIX}${Math.ceil(Math.log(value) / Math.log(GAMMA))}`

export const isBucket = (attribute: string) => /^q(z|[0-9]+)$/.test(attribute)

const estimateOf = (bucket: string): number =>
  bucket === ZERO ? 0 : (2 * GAMMA ** Number(bucket.slice(PREFIX.length))) / (GAMMA + 1)

export const sketchOf = (values: readonly number[]): Sketch => merged(values.map((value) => ({ [bucketOf(value)]: 1 })))

export function merged(sketches: readonly Sketch[]): Sketch {
  const sum: Sketch = {}
  for (const sketch of sketches)
    for (const [bucket, count] of Object.entries(sketch)) sum[bucket] = (sum[bucket] ?? 0) + count
  return sum
}

/** The value at rank ⌊q·(n-1)⌋ of n in order, within the relative error of it; null of none. */
export function quantile(sketch: Sketch, q: number): number | null {
  const buckets = Object.entries(sketch)
    .filter(([, count]) => count > 0)
    .map(([bucket, count]) => ({ estimate: estimateOf(bucket), count }))
    .sort((a, b) => a.estimate - b.estimate)
  const rank = Math.floor(q * (buckets.reduce((sum, { count }) => sum + count, 0) - 1))
  let below = 0
  for (const { estimate, count } of buckets) {
    below += count
    if (below > rank) return estimate
  }
  return null
}
