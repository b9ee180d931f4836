import type { NormalisedValue, ValueCheck } from '../../../schemas/extraction'
import type { DateOrder } from './normalise/dates'
import type { DecimalStyle } from './normalise/numbers'

/** What the whole document shows about its own habits; it settles what one value leaves open. */
export type Habits = {
  style: DecimalStyle | undefined
  order: DateOrder | undefined
  currency: string | undefined
}

export type ReadContext = Habits & {
  /** The label as printed: it may hold the unit or the currency. */
  label: string
  /** Lines of a block, for names with addresses. */
  lines: readonly string[]
}

/** One understanding of a raw text. `quality` is how well the text fits the type, 0..1. */
export type Reading = {
  value: NormalisedValue
  raw: string
  quality: number
  checks: ValueCheck[]
  ambiguous: boolean
  others: NormalisedValue[]
}

export type Reader = (raw: string, context: ReadContext) => Reading[]

export const reading = (value: NormalisedValue, raw: string, quality: number, more?: Partial<Reading>): Reading => ({
  value,
  raw,
  quality,
  checks: [],
  ambiguous: false,
  others: [],
  ...more,
})
