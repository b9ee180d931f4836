import { feedbackOf } from '../../../functions/documents/domain/feedback'
import { matrixOf } from '../../../functions/documents/matrix/matrix'
import type { DocumentRecord } from '../../../schemas/document'
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
