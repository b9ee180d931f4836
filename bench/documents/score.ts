import type { DocumentKind, Extraction, FieldValue, LineItem } from '../../schemas/extraction'
import type { Case, Expected, ExpectedLine } from './case'
import { matches } from './compare'

/** One decision about one field: what was stated with which confidence, and whether it was right. */
export type Judged = {
  field: string
  outcome: 'right' | 'wrong' | 'missed' | 'invented'
  confidence: number
  /** The reader itself asks for a person, or would never accept the paper unseen. */
  asked: boolean
  expected: string
  got: string
}

export type Outcome = {
  id: string
  path: Case['path']
  expectedKind: DocumentKind
  kind: DocumentKind
  classified: boolean
  judged: Judged[]
  lines: { right: number; stated: number; expected: number }
  extraction: Extraction
  seconds: number
  pages: number
  readable: boolean
}

const shown = (field: FieldValue | undefined): string => (field ? field.raw.replace(/\s+/g, ' ').slice(0, 60) : '')

/** "SAME AS CONSIGNEE" means the consignee. */
function referred(field: FieldValue, fields: readonly FieldValue[]): FieldValue[] {
  const { value } = field
  return value.type === 'party' && value.sameAs !== undefined ? fields.filter((f) => f.field === value.sameAs) : []
}

function judgeOne(expected: Expected, fields: readonly FieldValue[], asked: boolean): Judged | undefined {
  const found = fields.filter((f) => expected.fields.includes(f.field))
  const best = found[0]
  const name = expected.fields[0] ?? ''
  const base = {
    field: name,
    expected: String(expected.value),
    got: shown(best),
    confidence: best?.confidence ?? 0,
    asked: asked || (best?.ambiguous ?? false),
  }
  if (expected.value === null) return best ? { ...base, outcome: 'invented' } : undefined
  const right = found.find((f) => matches(f, expected) || referred(f, fields).some((g) => matches(g, expected)))
  if (right) return { ...base, outcome: 'right', confidence: right.confidence, got: shown(right) }
  return { ...base, outcome: best ? 'wrong' : 'missed' }
}

/** Of a field that occurs many times, values that no truth names are invented. */
function surplus(expected: readonly Expected[], fields: readonly FieldValue[], asked: boolean): Judged[] {
  const many = new Set(['containerNumber', 'sealNumber'])
  return fields
    .filter((f) => many.has(f.field))
    .flatMap((f) => {
      const about = expected.filter((e) => e.fields.includes(f.field))
      if (about.length === 0 || about.some((e) => matches(f, e))) return []
      // A wrong value in the place of an expected one is already counted.
      if (about.some((e) => !fields.some((g) => matches(g, e)))) return []
      return [
        { field: f.field, outcome: 'invented' as const, confidence: f.confidence, asked, expected: '', got: shown(f) },
      ]
    })
}

const amountIn = (item: LineItem | undefined, column: string): number | undefined => {
  const value = item?.fields.find((f) => f.field === column)?.value
  if (!value || !('amount' in value)) return undefined
  return value.type === 'money' ? value.amount / 100 : value.amount
}

function judgeLines(expected: readonly ExpectedLine[] | undefined, items: readonly LineItem[]): Outcome['lines'] {
  if (!expected) return { right: 0, stated: 0, expected: 0 }
  const left = [...items]
  let right = 0
  for (const line of expected) {
    const index = left.findIndex((item) => {
      const near = (a: number | undefined, b: number | undefined): boolean =>
        b === undefined || (a !== undefined && Math.abs(a - b) < 0.005)
      return near(amountIn(item, 'quantity'), line.quantity) && near(amountIn(item, 'amount'), line.amount)
    })
    if (index >= 0) {
      right++
      left.splice(index, 1)
    }
  }
  return { right, stated: items.length, expected: expected.length }
}

/** Holds a reading against the truth. A date printed on a form (of its edition, or partly filled) is not counted. */
export function judge(c: Case, extraction: Extraction, seconds: number): Outcome {
  const { truth } = c
  const { kind } = extraction.classification
  const asked = kind === 'OTHER'
  const invented: Judged[] = truth.blank
    ? extraction.fields
        .filter((f) => !/[Dd]ate/.test(f.field))
        .map((f) => ({
          field: f.field,
          outcome: 'invented',
          confidence: f.confidence,
          asked: asked || f.ambiguous,
          expected: '',
          got: shown(f),
        }))
    : surplus(truth.expected, extraction.fields, asked)
  return {
    id: c.id,
    path: c.path,
    expectedKind: truth.kinds[0] ?? 'OTHER',
    kind,
    classified: truth.kinds.includes(kind),
    judged: [...truth.expected.flatMap((e) => judgeOne(e, extraction.fields, asked) ?? []), ...invented],
    lines: judgeLines(truth.lines, extraction.lineItems),
    extraction,
    seconds,
    pages: Math.max(1, extraction.pages),
    readable: true,
  }
}
