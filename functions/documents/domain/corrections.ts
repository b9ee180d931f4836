/** What people decided about values that were read. The timeline keeps it; a reading is shown with it applied. Pure. */
import type { DocumentRecord } from '../../../schemas/document'
import type { CorrectDocument, FieldDecision } from '../../../schemas/document-review'
import type { Extraction, FieldValue, NormalisedValue } from '../../../schemas/extraction'
import type { TimelineEntry } from '../../../schemas/timeline'
import { AppError, invalid } from '../../platform/errors'
import { entriesOf } from '../../platform/timeline'
import type { Decision } from '../../shipments/store'
import { numberOf } from './slots'

const sameValue = (a: NormalisedValue, b: NormalisedValue) => JSON.stringify(a) === JSON.stringify(b)

/** The values of one field, in reading order. */
const valuesOf = (fields: readonly FieldValue[], field: string) => fields.filter((it) => it.field === field)

/** The reading as it stands after all that people have decided about it. */
export function withCorrections(
  extraction: Extraction,
  documentId: string,
  timeline: readonly TimelineEntry[],
): Extraction {
  return entriesOf(timeline, 'document.corrected')
    .filter(({ data }) => data.documentId === documentId)
    .reduce((reading, { data, actor }) => applied(reading, data.decisions, actor.id), extraction)
}

/** A reading as partners see it: which of the tenant's people decided is the tenant's own affair. */
export const withoutPeople = (extraction: Extraction): Extraction => ({
  ...extraction,
  fields: extraction.fields.map(({ decidedBy: _, ...field }) => field),
})

/** Indexes are those of the reading before any of these decisions. */
function applied(reading: Extraction, decisions: readonly FieldDecision[], by: string): Extraction {
  const wholePage = { left: 0, top: 0, width: 1, height: 1 }
  const kept = reading.fields.flatMap((field) => {
    const index = valuesOf(reading.fields, field.field).indexOf(field)
    const decision = decisions.find((it) => it.field === field.field && it.index === index)
    if (!decision) return [field]
    if (!decision.after) return []
    return [{ ...field, value: decision.after, confidence: 1, ambiguous: false, candidates: [], decidedBy: by }]
  })
  const added = decisions.flatMap(({ field, before, after }): FieldValue[] =>
    before || !after
      ? []
      : [
          {
            field,
            raw: '',
            value: after,
            confidence: 1,
            page: 1,
            box: wholePage,
            method: 'pattern',
            checks: [],
            ambiguous: false,
            candidates: [],
            extractorVersion: reading.extractorVersion,
            decidedBy: by,
          },
        ],
  )
  const touched = new Set(decisions.map(({ field }) => field))
  return {
    ...reading,
    fields: [...kept, ...added],
    // A warning was about the values before.
    warnings: reading.warnings.filter(({ fields }) => !fields.some((field) => touched.has(field))),
  }
}

const OPEN: readonly DocumentRecord['status'][] = ['NEEDS_REVIEW', 'VERIFIED']

export function decideCorrect(
  document: DocumentRecord,
  reading: Extraction | undefined,
  { fields }: CorrectDocument,
): Decision {
  if (!OPEN.includes(document.status) || !reading)
    throw new AppError('conflict', 'document.not_correctable', `The document is ${document.status}`)
  const { kind } = reading.classification
  const decisions = fields.map((wanted, at): FieldDecision => {
    const read = valuesOf(reading.fields, wanted.field)[wanted.index]
    if (wanted.decision !== 'CORRECT' && !read)
      throw invalid([{ pointer: `/fields/${at}/field`, code: 'field.not_read', message: 'no such value was read' }])
    const after = wanted.decision === 'CORRECT' ? wanted.value : wanted.decision === 'CONFIRM' ? read?.value : undefined
    return {
      kind,
      field: wanted.field,
      index: wanted.index,
      ...(read ? { before: read.value, right: after !== undefined && sameValue(read.value, after) } : {}),
      ...(read && read.decidedBy === undefined ? { confidence: read.confidence } : {}),
      ...(after ? { after } : {}),
    }
  })
  const { documentId, documentType } = document
  const number = numberOf(applied(reading, decisions, ''))
  return {
    ...(number !== undefined && number !== document.number ? { documents: [{ ...document, number }] } : {}),
    facts: [{ type: 'document.corrected', data: { documentId, documentType, decisions } }],
  }
}
