import fc from 'fast-check'
import { merged, quantile, RELATIVE_ERROR, type Sketch, sketchOf } from '../../../functions/kpis/domain/sketch'

const durations = fc.array(fc.oneof(fc.nat(100), fc.nat(100_000_000)), { minLength: 1, maxLength: 300 })
const exact = (values: number[], q: number) =>
  [...values].sort((a, b) => a - b)[Math.floor(q * (values.length - 1))] ?? Number.NaN
const withoutZeros = (sketch: Sketch) => Object.fromEntries(Object.entries(sketch).filter(([, count]) => count !== 0))
const negated = (sketch: Sketch) =>
  Object.fromEntries(Object.entries(sketch).map(([bucket, count]) => [bucket, -count]))

test('a quantile is within the stated relative error of the exact one', () => {
  fc.assert(
    fc.property(durations, fc.double({ min: 0, max: 1, noNaN: true }), (values, q) => {
      const truth = exact(values, q)
      // A hair for the rounding of the logarithm at the edge of a bucket.
      expect(Math.abs((quantile(sketchOf(values), q) ?? -1) - truth)).toBeLessThanOrEqual(
        truth * RELATIVE_ERROR * 1.000001,
      )
    }),
  )
})

test('merging sketches of parts is the sketch of the whole, in any grouping', () => {
  fc.assert(
    fc.property(durations, durations, durations, (a, b, c) => {
      const whole = sketchOf([...a, ...b, ...c])
      expect(merged([sketchOf(a), merged([sketchOf(b), sketchOf(c)])])).toEqual(whole)
      expect(merged([sketchOf(c), sketchOf(a), sketchOf(b)])).toEqual(whole)
    }),
  )
})

test('what is subtracted was never there', () => {
  fc.assert(
    fc.property(durations, durations, (kept, taken) => {
      const restated = merged([sketchOf([...kept, ...taken]), negated(sketchOf(taken))])
      expect(withoutZeros(restated)).toEqual(sketchOf(kept))
      expect(quantile(restated, 0.9)).toBe(quantile(sketchOf(kept), 0.9))
    }),
  )
})

test('nothing has no quantile, and less than a second is zero', () => {
  expect(quantile({}, 0.5)).toBeNull()
  expect(quantile({ q10: 0 }, 0.5)).toBeNull()
  expect(quantile(sketchOf([0, 0, 0]), 0.5)).toBe(0)
})
