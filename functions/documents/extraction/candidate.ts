import type { BoundingBox, ExtractionMethod, NormalisedValue, ValueCheck } from '../../../schemas/extraction'
import type { FieldSpec } from '../kinds/kind'
import type { Habits, Reading } from './reading'
import { READERS } from './values'

/** One possible value of a field, before candidates compete. */
export type Candidate = {
  field: string
  value: NormalisedValue
  raw: string
  confidence: number
  /** OCR's confidence in the words themselves: no agreement of rules makes a smudged letter clear. */
  ink: number
  page: number
  box: BoundingBox
  method: ExtractionMethod
  checks: ValueCheck[]
  ambiguous: boolean
  others: NormalisedValue[]
}

/** How far a method is to be trusted when everything else is perfect; from the bench's calibration. */
const TRUST: Readonly<Record<ExtractionMethod, number>> = {
  'key-value': 0.95,
  query: 0.9,
  expense: 0.93,
  'label-right': 0.97,
  'label-below': 0.93,
  table: 0.9,
  pattern: 0.9,
}

export type Source = {
  method: ExtractionMethod
  page: number
  box: BoundingBox
  ocr: number
  trust: number
  label: string
  lines: string[]
}

// Labels we do not know ("Trailer number:", "NMFC #"), lines to write on, and the hints of fillable forms.
const NO_VALUE =
  /[:#]\s*$|^[\s_.:…-]*$|\b(?:please specify|if other|select (?:down|from|one)|drop ?down|click here|enter text|place and date|dd\s?[/.-]\s?mm\s?[/.-]\s?yy)/i

/** Reads a raw text as the field's type and weighs what comes out. */
export function candidatesFrom(
  spec: Pick<FieldSpec, 'field' | 'type'>,
  raw: string,
  source: Source,
  habits: Habits,
): Candidate[] {
  if (source.lines.length <= 1 && NO_VALUE.test(raw)) return []
  const readings: Reading[] = READERS[spec.type](raw, { ...habits, label: source.label, lines: source.lines })
  return readings
    .filter((r) => !/^(?:sub)?totalAmount$/i.test(spec.field) || !('amount' in r.value) || r.value.amount !== 0)
    .map((r) => ({
      field: spec.field,
      value: r.value,
      raw: r.raw,
      // OCR's own confidence counts in full below 0.8 and hardly above 0.95.
      confidence: source.trust * TRUST[source.method] * r.quality * Math.min(1, 0.25 + 0.8 * source.ocr),
      ink: source.ocr,
      page: source.page,
      box: source.box,
      method: source.method,
      checks: r.checks,
      ambiguous: r.ambiguous,
      others: r.others,
    }))
}
