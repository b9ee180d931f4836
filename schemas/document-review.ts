/** What people decide about what was read, and what that says about the reading. */
import * as z from 'zod'
import { DocumentId, text } from './common'
import { BoundingBox, DocumentKind, NormalisedValue } from './extraction'

/** One field for a person to look at. */
export const DoubtfulField = z
  .object({
    field: z.string(),
    index: z.int().describe('Among those of the field, in reading order'),
    raw: z.string().optional(),
    value: NormalisedValue.optional().describe('Absent where nothing was read'),
    candidates: z.array(NormalisedValue),
    confidence: z.number(),
    threshold: z.number().describe('Least confidence that is accepted'),
    page: z.int().optional(),
    box: BoundingBox.optional(),
    crop: z.string().optional().describe('PNG of the place, for 5 minutes'),
  })
  .meta({ id: 'DoubtfulField' })
export type DoubtfulField = z.infer<typeof DoubtfulField>

/** What a task to review a document carries; the page is `GET …/documents/{documentId}/content`. */
export const DocumentReview = z
  .object({
    documentId: DocumentId,
    reasons: z.array(z.string()),
    fields: z.array(DoubtfulField),
    cropped: z.boolean().optional(),
  })
  .meta({ id: 'DocumentReview' })
export type DocumentReview = z.infer<typeof DocumentReview>

/** A person's word on one value: `after` equal to `before` confirms it; without `after` the field is not on the paper. */
export const FieldDecision = z
  .object({
    kind: DocumentKind,
    field: z.string(),
    index: z.int(),
    before: NormalisedValue.optional(),
    after: NormalisedValue.optional(),
    confidence: z.number().optional().describe('Stated for `before`'),
    right: z.boolean().optional().describe('Was `before` right? Absent where nothing had been read'),
  })
  .meta({ id: 'FieldDecision' })
export type FieldDecision = z.infer<typeof FieldDecision>

/** What was read may be anything; what a person gives in its place is text wherever it has text. */
const GivenValue = NormalisedValue.superRefine((value, { addIssue }) => {
  for (const [name, member] of Object.entries(value))
    for (const [index, said] of [member].flat().entries()) {
      const issue = typeof said === 'string' && text(2000).safeParse(said).error?.issues[0]
      const path = Array.isArray(member) ? [name, index] : [name]
      if (issue && said !== '') addIssue({ code: 'custom', path, message: issue.message })
    }
})

/** POST …/documents/{documentId}/corrections */
export const CorrectDocument = z
  .object({
    fields: z
      .array(
        z.discriminatedUnion('decision', [
          z.object({ decision: z.literal('CONFIRM'), field: z.string(), index: z.int().min(0).default(0) }),
          z.object({
            decision: z.literal('CORRECT'),
            field: z.string().regex(/^[a-z][A-Za-z]{1,39}$/),
            index: z.int().min(0).max(200).default(0),
            value: GivenValue,
          }),
          z.object({ decision: z.literal('REMOVE'), field: z.string(), index: z.int().min(0).default(0) }),
        ]),
      )
      .min(1)
      .max(50),
  })
  .meta({ id: 'CorrectDocument' })
export type CorrectDocument = z.infer<typeof CorrectDocument>

const Counted = {
  right: z.int(),
  decided: z.int(),
  precision: z.number().nullable().describe('Null while nothing was decided'),
}

export const DocumentQuality = z
  .object({
    decided: z.int().describe('Values that people confirmed, corrected or removed'),
    calibration: z.array(
      z.object({
        from: z.number(),
        to: z.number(),
        ...Counted,
        expected: z.number().describe('Precision that is counted with: what was observed, and what was known before'),
      }),
    ),
    fields: z.array(z.object({ kind: DocumentKind, field: z.string(), ...Counted, threshold: z.number() })),
    threshold: z.number().describe('For a field that has no record of its own'),
  })
  .meta({ id: 'DocumentQuality' })
export type DocumentQuality = z.infer<typeof DocumentQuality>
