import { feedbackOf } from '../../../functions/documents/domain/feedback'
import { matrixOf } from '../../../functions/documents/matrix/matrix'
import type { DocumentRecord } from '../../../schemas/document'
import type { Waiver } from '../../../schemas/document-matrix'
import type { Extraction } from '../../../schemas/extraction'
import * as say from '../../support/document-columns'

const packing: DocumentRecord = {
  documentId: 'packing',
  shipmentId: 'shp_00000000000000000000000001',
  documentType: '271',
  status: 'VERIFIED',
  contentType: 'application/pdf',
  announcedBy: 'someone',
  announcedAt: '2026-03-01T08:00:00.000Z',
}

test('a sender is told that its lines differ, where they are, and nothing of what another paper says', () => {
  const columns = say.papers(
    {},
    { invoice: [say.line('HP-400', 'Press', 24)], packing: [say.line('HP-400', 'Press', 23)] },
  )
  const feedbacks = feedbackOf(packing, undefined, matrixOf(columns))
  expect(feedbacks).toMatchObject([
    {
      severity: 'ERROR',
      code: 'PROPERTY_VALUE_MUST_CHANGE',
      jsonPath: '$.extraction.lineItems',
      property: 'lineItems',
    },
  ])
  expect(feedbacks[0]?.message).not.toContain('24')
})

test('who agrees with all others is told nothing', () => {
  expect(feedbackOf(packing, undefined, matrixOf(say.papers()))).toEqual([])
})

describe('a value that differs', () => {
  const HEAVIER = { packing: { grossWeight: [say.weight(18_800)] } }
  const reading: Extraction = {
    classification: { kind: 'PACKING_LIST', confidence: 0.99, alternatives: [] },
    fields: ['packageCount', 'grossWeight'].map((field) => ({
      field,
      raw: field === 'grossWeight' ? '18,800 KGS' : '40',
      value: say.weight(18_800),
      confidence: 0.97,
      page: 2,
      box: { left: 0.1, top: 0.2, width: 0.3, height: 0.1 },
      method: 'key-value',
      checks: [],
      ambiguous: false,
      candidates: [],
      extractorVersion: '1',
    })),
    lineItems: [],
    warnings: [],
    pages: 2,
    extractorVersion: '1',
  }

  test('is quoted as the paper prints it, with its page and its place in the reading, and how grave it is', () => {
    expect(feedbackOf(packing, reading, matrixOf(say.papers(HEAVIER)))).toEqual([
      {
        severity: 'ERROR',
        code: 'PROPERTY_VALUE_MUST_CHANGE',
        message:
          'Gross weights differ by half a percent at most. “18,800 KGS” on page 2 differs from the rest of the shipment',
        jsonPath: '$.extraction.fields[1]',
        property: 'grossWeight',
      },
    ])
    const nearly = matrixOf(say.papers({ packing: { grossWeight: [say.weight(18_400)] } }))
    expect(feedbackOf(packing, reading, nearly)).toMatchObject([
      { severity: 'WARN', code: 'PROPERTY_VALUE_MAY_CHANGE', property: 'grossWeight' },
    ])
  })

  test('and was waived is told as a remark', () => {
    const found = matrixOf(say.papers(HEAVIER)).rows.flatMap((row) => row.disagreements)
    const waiver: Waiver = {
      by: 'ada',
      roles: ['DOCUMENTATION'],
      reason: 'weighed wet',
      at: '2026-03-02T08:00:00.000Z',
    }
    const matrix = matrixOf(say.papers(HEAVIER), new Map(found.map(({ key }) => [key, waiver])))
    const [told] = feedbackOf(packing, reading, matrix)
    expect(told).toMatchObject({ severity: 'INFO', code: 'INFORMATIONAL_MESSAGE' })
    expect(told?.message).toMatch(/differs from the rest of the shipment, and was let pass$/)
    // Why it was waived is not the sender's to know.
    expect(told?.message).not.toContain('weighed wet')
  })
})

test.each([
  [{ status: 'AWAITING_UPLOAD' }, 'INFO', 'The file has not arrived yet'],
  [{ status: 'EXTRACTING' }, 'INFO', 'It is being read'],
  [{ status: 'NEEDS_REVIEW' }, 'INFO', 'A person will look at it'],
  [{ status: 'SUPERSEDED', supersededBy: 'doc_2' }, 'INFO', 'doc_2 has taken its place'],
  [
    { status: 'REJECTED', rejection: { code: 'file.encrypted', reason: 'It asks for a password' } },
    'ERROR',
    'It asks for a password',
  ],
] as const)('a document that is %j says so', (change, severity, message) => {
  expect(feedbackOf({ ...packing, ...change }, undefined, undefined)).toMatchObject([{ severity, message }])
})
