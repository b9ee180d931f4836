import fc from 'fast-check'
import { decideCorrect, withCorrections, withoutPeople } from '../../../functions/documents/domain/corrections'
import { qualityOf, type Tally, talliesOf, thresholds } from '../../../functions/documents/domain/quality'
import { doubtsAbout } from '../../../functions/documents/domain/review'
import type { DocumentRecord } from '../../../schemas/document'
import { CorrectDocument } from '../../../schemas/document-review'
import type { Extraction, FieldValue, NormalisedValue } from '../../../schemas/extraction'
import { id, weight } from '../../support/document-columns'
import { aShipment, ORDERED, withFacts } from '../../support/shipments'

const value = (
  field: string,
  said: NormalisedValue,
  confidence: number,
  more: Partial<FieldValue> = {},
): FieldValue => ({
  field,
  raw: 'as printed',
  value: said,
  confidence,
  page: 2,
  box: { left: 0.1, top: 0.2, width: 0.3, height: 0.1 },
  method: 'key-value',
  checks: [],
  ambiguous: false,
  candidates: [],
  extractorVersion: '1',
  ...more,
})
const reading: Extraction = {
  classification: { kind: 'PACKING_LIST', confidence: 0.99, alternatives: [] },
  fields: [
    value('grossWeight', weight(18_250), 0.8, { candidates: [weight(13_250)] }),
    value('containerNumber', id('NSCU4420333'), 0.99),
    value('containerNumber', id('NSCU4420315'), 0.6),
  ],
  lineItems: [],
  warnings: [{ code: 'NET_EXCEEDS_GROSS', fields: ['grossWeight'], message: 'net is above gross' }],
  pages: 2,
  extractorVersion: '1',
}
const shipment = aShipment()
const document: DocumentRecord = {
  documentId: 'doc_00000000000000000000000001',
  shipmentId: shipment.header.shipmentId,
  documentType: '271',
  status: 'NEEDS_REVIEW',
  contentType: 'application/pdf',
  announcedBy: 'someone',
  announcedAt: ORDERED,
}

describe('what a person is asked', () => {
  const doubts = doubtsAbout(reading, ['packageCount', 'grossWeight'], () => 0.95)
  test('is every field below its threshold, with candidates and place, and each that is missing and must be there', () => {
    expect(doubts.fields.map(({ field, index }) => [field, index])).toEqual([
      ['packageCount', 0],
      ['grossWeight', 0],
      ['containerNumber', 1],
    ])
    expect(doubts.fields[1]).toMatchObject({ candidates: [weight(13_250)], page: 2, threshold: 0.95, confidence: 0.8 })
    expect(doubts.holding).toEqual(['packageCount', 'grossWeight'])
  })
  test('is nothing where all is sure', () => {
    expect(doubtsAbout(reading, ['grossWeight'], () => 0.5)).toEqual({ fields: [], holding: [] })
  })
})

describe('what a person decides', () => {
  const command = CorrectDocument.parse({
    fields: [
      { decision: 'CORRECT', field: 'grossWeight', value: weight(13_250) },
      { decision: 'CONFIRM', field: 'containerNumber', index: 0 },
      { decision: 'REMOVE', field: 'containerNumber', index: 1 },
      { decision: 'CORRECT', field: 'packageCount', value: { type: 'quantity', amount: 40 } },
    ],
  })
  const { facts } = decideCorrect(document, reading, command)
  const state = withFacts(shipment, facts, ORDERED)
  const after = withCorrections(reading, document.documentId, state.timeline)

  test('stands in the reading from then on, with who said so; what was warned about it is gone', () => {
    expect(after.fields.map(({ field, value: now, decidedBy }) => [field, now, decidedBy])).toEqual([
      ['grossWeight', weight(13_250), 'test'],
      ['containerNumber', id('NSCU4420333'), 'test'],
      ['packageCount', { type: 'quantity', amount: 40 }, 'test'],
    ])
    expect(after.warnings).toEqual([])
    expect(doubtsAbout(after, ['packageCount', 'grossWeight'], () => 0.95)).toEqual({ fields: [], holding: [] })
  })

  test('is shown to partners without the names of those who decided', () => {
    expect(withoutPeople(after).fields).toEqual(after.fields.map(({ decidedBy: _, ...field }) => field))
    expect(JSON.stringify(withoutPeople(after))).not.toContain('"test"')
  })

  test('keeps what was read, with the confidence that was stated and whether it was right', () => {
    expect(facts).toMatchObject([
      {
        type: 'document.corrected',
        data: {
          decisions: [
            { field: 'grossWeight', before: weight(18_250), after: weight(13_250), confidence: 0.8, right: false },
            { field: 'containerNumber', confidence: 0.99, right: true },
            { field: 'containerNumber', index: 1, confidence: 0.6, right: false },
            { field: 'packageCount' },
          ],
        },
      },
    ])
  })

  test('again, the same value is counted once only', () => {
    const again = decideCorrect(
      document,
      after,
      CorrectDocument.parse({ fields: [{ decision: 'CONFIRM', field: 'grossWeight' }] }),
    )
    const [fact] = again.facts
    expect(fact?.type === 'document.corrected' && talliesOf(fact.data.decisions)).toEqual([])
  })

  test('must be about a value that was read, of a document that is open', () => {
    const none = CorrectDocument.parse({ fields: [{ decision: 'CONFIRM', field: 'volume' }] })
    expect(() => decideCorrect(document, reading, none)).toThrow(expect.objectContaining({ code: 'validation_failed' }))
    expect(() => decideCorrect({ ...document, status: 'REJECTED' }, reading, command)).toThrow(/REJECTED/)
  })
})

describe('quality', () => {
  const tally = (bucket: number, right: number, decided: number, field = 'grossWeight'): Tally => ({
    kind: 'PACKING_LIST',
    field,
    bucket,
    right,
    decided,
  })
  test('before anybody decided, values from 0.95 are accepted, as the bench has shown', () => {
    expect(qualityOf([])).toMatchObject({ decided: 0, threshold: 0.95, fields: [] })
    expect(thresholds([])('PACKING_LIST', 'grossWeight')).toBe(0.95)
  })
  test('a field that is wrong too often needs more confidence; one that is always right needs less', () => {
    const bad = thresholds([tally(5, 20, 30)])
    expect(bad('PACKING_LIST', 'grossWeight')).toBe(0.98)
    const good = thresholds([tally(4, 2_000, 2_000, 'volume')])
    expect(good('PACKING_LIST', 'volume')).toBe(0.9)
  })
  test('a field that is wrong even when it is surest is never accepted unseen', () => {
    expect(thresholds([tally(6, 0, 100)])('PACKING_LIST', 'grossWeight')).toBeGreaterThan(1)
  })
  test('the calibration curve is what was observed in each bucket of stated confidence', () => {
    const { calibration, fields } = qualityOf([tally(4, 8, 10), tally(6, 99, 100, 'volume')])
    expect(calibration[4]).toMatchObject({ from: 0.9, to: 0.95, right: 8, decided: 10, precision: 0.8 })
    expect(calibration[0]).toMatchObject({ decided: 0, precision: null })
    expect(fields).toMatchObject([
      { field: 'grossWeight', precision: 0.8 },
      { field: 'volume', precision: 0.99 },
    ])
  })
  test('a wrong value more never lowers a threshold', () => {
    const counts = fc.record({ bucket: fc.nat(6), right: fc.nat(200), wrong: fc.nat(20) })
    fc.assert(
      fc.property(fc.array(counts, { maxLength: 7 }), fc.nat(6), (list, bucket) => {
        const tallies = list.map((it) => tally(it.bucket, it.right, it.right + it.wrong))
        const before = thresholds(tallies)('PACKING_LIST', 'grossWeight')
        expect(thresholds([...tallies, tally(bucket, 0, 5)])('PACKING_LIST', 'grossWeight')).toBeGreaterThanOrEqual(
          before,
        )
      }),
    )
  })
})
