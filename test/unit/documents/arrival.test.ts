/** The way of a file from the bucket to the reader, by the rules alone. */
import fc from 'fast-check'
import {
  advanced,
  decideReceive,
  decideReject,
  isHandedOut,
  rejectionOf,
  VERDICT_ERRORS,
  VERDICTS,
} from '../../../functions/documents/domain/arrival'
import { decideGenerated } from '../../../functions/documents/domain/generation'
import { decideAnnounce, decideExtracted, decideReview } from '../../../functions/documents/domain/intake'
import { mayBecome, TRANSITIONS } from '../../../functions/documents/domain/transitions'
import { AppError } from '../../../functions/platform/errors'
import type { Decision } from '../../../functions/shipments/store'
import { type DocumentRecord, DocumentStatus } from '../../../schemas/document'
import type { Extraction } from '../../../schemas/extraction'
import { aContext, aShipment, ORDERED } from '../../support/shipments'

const FILE = { versionId: 'v1', bytes: 42 }
const announced = (change: Partial<DocumentRecord> = {}): DocumentRecord => ({
  documentId: 'doc_00000000000000000000000001',
  shipmentId: 'shp_00000000000000000000000001',
  documentType: '380',
  status: 'AWAITING_UPLOAD',
  contentType: 'application/pdf',
  announcedBy: 'someone',
  announcedAt: ORDERED,
  ...change,
})
const idOf = (index: number) => `doc_${String(index + 1).padStart(26, '0')}`
const at = (status: DocumentStatus) => announced({ status, versionId: 'v1', bytes: 42 })
const NOTHING = { facts: [] }

describe('a file arrives', () => {
  test('and is told of before anybody looks inside', () => {
    const { decision, goesOn } = decideReceive(announced(), FILE)
    expect(goesOn).toBe(true)
    expect(decision.documents).toEqual([{ ...announced(), status: 'UPLOADED', ...FILE }])
    expect(decision.facts).toMatchObject([{ type: 'document.uploaded', data: FILE }])
  })

  test('what was announced of it stays, to be held against the file', () => {
    const { decision } = decideReceive(announced({ bytes: 7, sha256: 'x' }), FILE)
    expect(decision.documents).toMatchObject([{ bytes: 7, sha256: 'x' }])
  })

  test.each(['UPLOADED', 'SCANNING', 'EXTRACTING'] as const)(
    'again while it is %s: it goes on where it is',
    (status) => {
      expect(decideReceive(at(status), FILE)).toEqual({ decision: NOTHING, goesOn: true })
    },
  )

  test.each(['UPLOADED', 'EXTRACTING', 'VERIFIED', 'REJECTED', 'SUPERSEDED'] as const)(
    'as another file through the same form while it is %s: nothing happens',
    (status) => {
      const other = { versionId: 'v2', bytes: 1 }
      expect(decideReceive(at(status), other)).toEqual({ decision: NOTHING, goesOn: false })
    },
  )
})

test('a file goes its way one status after the other, and never back', () => {
  const found = { sha256: 'hash', scan: 'NO_THREATS_FOUND' } as const
  expect(advanced(at('UPLOADED'), 'SCANNING', {})).toMatchObject({ status: 'SCANNING' })
  expect(advanced(at('SCANNING'), 'EXTRACTING', found)).toEqual({ ...at('SCANNING'), status: 'EXTRACTING', ...found })
  expect(advanced(at('EXTRACTING'), 'SCANNING', {})).toBeUndefined()
  expect(advanced(at('VERIFIED'), 'EXTRACTING', {})).toBeUndefined()
})

describe('rejecting what could not be checked, scanned or read', () => {
  const rejection = rejectionOf('Document.NotChecked')

  test.each(['AWAITING_UPLOAD', 'UPLOADED', 'SCANNING', 'EXTRACTING'] as const)('tells the sender: %s', (status) => {
    const { documents, facts } = decideReject(at(status), 'v1', rejection)
    expect(documents).toMatchObject([{ status: 'REJECTED', rejection }])
    expect(facts).toMatchObject([{ type: 'document.rejected', data: rejection }])
  })

  test.each(['NEEDS_REVIEW', 'VERIFIED', 'REJECTED', 'SUPERSEDED'] as const)('leaves what is %s as it is', (status) => {
    expect(decideReject(at(status), 'v1', rejection)).toEqual(NOTHING)
  })

  test('leaves the first file alone when it is the second one that failed', () => {
    expect(decideReject(at('EXTRACTING'), 'v2', rejection)).toEqual(NOTHING)
  })

  test('every verdict but a clean one has a reason that helps the sender', () => {
    const told = VERDICTS.map((verdict) => rejectionOf(VERDICT_ERRORS[verdict] ?? '').code)
    expect(told).toEqual([
      'document.not_read',
      'document.malware',
      'document.not_scanned',
      'document.not_scanned',
      'document.not_scanned',
    ])
  })
})

test('a file is handed out once it was checked, and never when the check refused it', () => {
  const handedOut = DocumentStatus.options.filter((status) => isHandedOut({ ...at(status), scan: 'NO_THREATS_FOUND' }))
  expect(handedOut).not.toContain('UPLOADED')
  expect(handedOut).not.toContain('SCANNING')
  expect(handedOut).toEqual(expect.arrayContaining(['EXTRACTING', 'NEEDS_REVIEW', 'VERIFIED', 'SUPERSEDED']))
  expect(isHandedOut({ ...at('UPLOADED'), origin: 'GENERATED' })).toBe(true)
  expect(isHandedOut(at('REJECTED'))).toBe(false)
  expect(isHandedOut({ ...at('REJECTED'), scan: 'NO_THREATS_FOUND' })).toBe(true)
})

describe('the transitions', () => {
  test('reach every status from the announcement, and end', () => {
    const reached = new Set<DocumentStatus>(['AWAITING_UPLOAD'])
    for (const status of reached) for (const next of TRANSITIONS[status]) reached.add(next)
    expect([...reached].sort()).toEqual([...DocumentStatus.options].sort())
    expect(DocumentStatus.options.filter((status) => TRANSITIONS[status].length === 0)).toEqual([
      'REJECTED',
      'SUPERSEDED',
    ])
  })

  const extraction = (kind: Extraction['classification']['kind'], pages: number): Extraction => ({
    classification: { kind, confidence: 0.9, alternatives: [] },
    fields: [
      {
        field: 'currency',
        raw: 'EUR',
        value: { type: 'text', text: 'EUR' },
        confidence: 0.9,
        page: 1,
        box: { left: 0, top: 0, width: 1, height: 1 },
        method: 'key-value',
        checks: [],
        ambiguous: false,
        candidates: [],
        extractorVersion: '1',
      },
    ],
    lineItems: [],
    warnings: [],
    pages,
    extractorVersion: '1',
  })
  const SURE = { fields: [], holding: [] }
  type Decide = (document: DocumentRecord, documents: DocumentRecord[]) => Decision
  const stepped = (document: DocumentRecord, status: 'SCANNING' | 'EXTRACTING'): Decision => {
    const next = advanced(document, status, {})
    return { facts: [], documents: next ? [next] : [] }
  }
  const state = (documents: DocumentRecord[]) => ({ ...aShipment(), documents })
  /** Everything that anybody can decide about a document. */
  const DECISIONS: Decide[] = [
    (_, documents) => decideAnnounce(state(documents), announced(), idOf(documents.length), aContext()),
    (document) => decideReceive(document, FILE).decision,
    (document) => decideReceive(document, { versionId: 'v2', bytes: 1 }).decision,
    (document) => stepped(document, 'SCANNING'),
    (document) => stepped(document, 'EXTRACTING'),
    (document) => decideReject(document, 'v1', rejectionOf('Document.NotScanned')),
    (document) => decideReject(document, 'v2', rejectionOf('Document.NotChecked')),
    (document, documents) =>
      decideExtracted({ documents, tasks: [] }, document, extraction('COMMERCIAL_INVOICE', 1), SURE, ORDERED),
    (document, documents) =>
      decideExtracted(
        { documents, tasks: [] },
        document,
        extraction('COMMERCIAL_INVOICE', 1),
        { fields: [], holding: ['x'] },
        ORDERED,
      ),
    (document, documents) =>
      decideExtracted({ documents, tasks: [] }, document, extraction('PACKING_LIST', 101), SURE, ORDERED),
    (document, documents) => decideReview({ documents, tasks: [] }, document, { decision: 'ACCEPT' }, ORDERED),
    (document, documents) =>
      decideReview({ documents, tasks: [] }, document, { decision: 'REJECT', reason: 'blank' }, ORDERED),
    (document, documents) => decideGenerated(state(documents), document, { versionId: 'g', bytes: 1, sha256: 'g' }),
  ]

  const decided = (decide: Decide, document: DocumentRecord, documents: DocumentRecord[]): Decision => {
    try {
      return decide(document, documents)
    } catch (error) {
      if (error instanceof AppError) return NOTHING
      throw error
    }
  }

  test('hold every change of a status that anybody decides, in whatever order', () => {
    const step = fc.record({ decide: fc.nat(DECISIONS.length - 1), which: fc.nat(2) })
    const changes = new Set<string>()
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...DocumentStatus.options), { minLength: 1, maxLength: 3 }),
        fc.array(step, { maxLength: 20 }),
        (from, steps) => {
          let documents = from.map((status, index) => ({ ...at(status), documentId: idOf(index) }))
          for (const { decide, which } of steps) {
            const document = documents[which % documents.length]
            const decision = DECISIONS[decide]
            if (!document || !decision) continue
            for (const next of decided(decision, document, documents).documents ?? []) {
              const before = documents.find(({ documentId }) => documentId === next.documentId)
              if (!before) expect(next.status).toBe('AWAITING_UPLOAD')
              else if (before.status !== next.status) {
                expect([before.status, next.status, mayBecome(before.status, next.status)]).toEqual([
                  before.status,
                  next.status,
                  true,
                ])
                changes.add(`${before.status} ${next.status}`)
              }
              documents = [...documents.filter((it) => it !== before), next]
            }
          }
        },
      ),
      { numRuns: 500 },
    )
    const all = Object.entries(TRANSITIONS).flatMap(([from, next]) => next.map((to) => `${from} ${to}`))
    expect(all.filter((change) => !changes.has(change))).toEqual([])
  })
})
