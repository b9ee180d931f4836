import { createHash } from 'node:crypto'
import { MAX_DOCUMENTS, MAX_OPEN } from '../../../functions/documents/domain/caps'
import {
  decideAnnounce,
  decideExtracted,
  decideReview,
  isReadAtOnce,
  parseUploadKey,
  uploadKey,
} from '../../../functions/documents/domain/intake'
import type { Doubts } from '../../../functions/documents/domain/review'
import { contentTypeOf, fileFault } from '../../../functions/documents/files/fault'
import { presignPost } from '../../../functions/documents/presign'
import type { DocumentRecord } from '../../../schemas/document'
import type { Extraction } from '../../../schemas/extraction'
import { aContext, aShipment, ORDERED } from '../../support/shipments'

const PDF = Buffer.from('%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n')
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('base64')
const announced = (bytes: Buffer, change: Partial<DocumentRecord> = {}): DocumentRecord => ({
  documentId: 'doc_00000000000000000000000001',
  shipmentId: 'shp_00000000000000000000000001',
  documentType: '380',
  status: 'AWAITING_UPLOAD',
  contentType: 'application/pdf',
  bytes: bytes.length,
  sha256: sha256(bytes),
  announcedBy: 'someone',
  announcedAt: ORDERED,
  ...change,
})
const reading = (kind: Extraction['classification']['kind'], confidence: number, fields = 1): Extraction => ({
  classification: { kind, confidence, alternatives: [] },
  fields: Array.from({ length: fields }, () => ({
    field: 'invoiceNumber',
    raw: 'A',
    value: { type: 'identifier', id: 'A' },
    confidence: 0.9,
    page: 1,
    box: { left: 0, top: 0, width: 1, height: 1 },
    method: 'key-value',
    checks: [],
    ambiguous: false,
    candidates: [],
    extractorVersion: '1',
  })),
  lineItems: [],
  warnings: [],
  pages: 1,
  extractorVersion: '1',
})

const SURE = { fields: [], holding: [] }
const extracted = (
  document: DocumentRecord,
  extraction: Extraction,
  documents: DocumentRecord[] = [],
  doubts: Doubts = SURE,
) => decideExtracted({ documents, tasks: [] }, document, extraction, doubts, ORDERED)

test('a document is announced with what the form will be bound to', () => {
  const { documentType, contentType } = announced(PDF)
  const command = { documentType, contentType, bytes: PDF.length, sha256: sha256(PDF) }
  const context = aContext({ organizationId: 'ACME' })
  const decision = decideAnnounce(aShipment(), command, 'doc_00000000000000000000000001', context)
  expect(decision.documents?.[0]).toMatchObject({ ...command, status: 'AWAITING_UPLOAD', organizationId: 'ACME' })
  expect(decision.facts.map((fact) => fact.type)).toEqual(['document.announced'])
})

describe('a file', () => {
  test('as announced has no fault', () => {
    expect(fileFault(announced(PDF), PDF, [])).toBeUndefined()
  })

  const html = Buffer.from('<html>%PDF-1.7</html>')
  const encrypted = Buffer.from(PDF.toString().replace('/Root', '/Encrypt 5 0 R /Root'))
  const cut = PDF.subarray(0, 30)
  test.each([
    ['of another size', announced(PDF, { bytes: 3 }), PDF, 'document.wrong_size'],
    ['with another content', announced(PDF, { sha256: sha256(html) }), PDF, 'document.wrong_checksum'],
    ['that is HTML', announced(html), html, 'document.wrong_type'],
    ['that is a PDF and not a PNG', announced(PDF, { contentType: 'image/png' }), PDF, 'document.wrong_type'],
    ['that is encrypted', announced(encrypted), encrypted, 'document.encrypted'],
    ['that was cut short', announced(cut), cut, 'document.truncated'],
  ])('%s is refused', (_, document, bytes, code) => {
    expect(fileFault(document, bytes, [])).toMatchObject({ code })
  })

  test('that stands there already is refused', () => {
    const twin = announced(PDF, { documentId: 'doc_00000000000000000000000002', status: 'VERIFIED' })
    expect(fileFault(announced(PDF), PDF, [twin])).toMatchObject({ code: 'document.duplicate' })
  })

  test('is known by its first bytes', () => {
    expect(contentTypeOf(Buffer.from([0xff, 0xd8, 0xff, 0xe0]))).toBe('image/jpeg')
    expect(contentTypeOf(Buffer.alloc(0))).toBeUndefined()
  })
})

describe('what was read', () => {
  const extracting = announced(PDF, { status: 'EXTRACTING' })
  test('is verified when it is what it was announced to be', () => {
    expect(extracted(extracting, reading('COMMERCIAL_INVOICE', 0.9)).documents?.[0]?.status).toBe('VERIFIED')
  })

  test.each([
    ['another kind', reading('PACKING_LIST', 0.9)],
    ['an unsure kind', reading('COMMERCIAL_INVOICE', 0.3)],
    ['no fields', reading('COMMERCIAL_INVOICE', 0.9, 0)],
  ])('is a person’s to review with %s', (_, extraction) => {
    const decision = extracted(extracting, extraction)
    expect(decision.documents?.[0]?.status).toBe('NEEDS_REVIEW')
    expect(decision.tasks).toMatchObject([{ role: 'DOCUMENTATION', review: { documentId: extracting.documentId } }])
    const state = { documents: decision.documents ?? [], tasks: decision.tasks ?? [] }
    const accepted = decideReview(state, decision.documents?.[0] as DocumentRecord, { decision: 'ACCEPT' }, ORDERED)
    expect(accepted.facts.map(({ type }) => type)).toEqual(['document.verified', 'task.completed'])
    expect(accepted.tasks).toMatchObject([{ status: 'COMPLETED', result: { decision: 'ACCEPT' } }])
  })

  test('is a person’s to review while what matters is in doubt', () => {
    const doubts = { fields: [], holding: ['totalAmount'] }
    const decision = extracted(extracting, reading('COMMERCIAL_INVOICE', 0.9), [], doubts)
    expect(decision.documents?.[0]?.status).toBe('NEEDS_REVIEW')
    expect(decision.tasks?.[0]?.review?.reasons).toEqual(['Not read with enough confidence: totalAmount'])
  })

  test('a second time changes nothing', () => {
    expect(extracted(announced(PDF, { status: 'VERIFIED' }), reading('OTHER', 1)).facts).toEqual([])
  })
})

describe('a re-upload', () => {
  const older = announced(PDF, {
    documentId: 'doc_00000000000000000000000002',
    status: 'VERIFIED',
    organizationId: 'ACME',
    number: 'A',
  })
  const newer = announced(PDF, { status: 'EXTRACTING', organizationId: 'ACME' })
  const superseded = (before: DocumentRecord, after = newer) =>
    (extracted(after, reading('COMMERCIAL_INVOICE', 0.9), [before, after]).documents ?? [])
      .filter(({ status }) => status === 'SUPERSEDED')
      .map(({ documentId, supersededBy }) => [documentId, supersededBy])
  const taken = [[older.documentId, newer.documentId]]

  test('with the same number by the same sender takes the place of the older one', () => {
    expect(superseded(older)).toEqual(taken)
  })
  test('takes the place of one that nobody has accepted and whose number was not read', () => {
    const { number: _, ...unread } = older
    expect(superseded({ ...unread, status: 'NEEDS_REVIEW' })).toEqual(taken)
    expect(superseded(unread)).toEqual([])
  })
  test('takes the place of the one that it was announced to replace', () => {
    expect(superseded({ ...older, number: 'B' }, { ...newer, supersedes: older.documentId })).toEqual(taken)
  })
  test.each([
    ['with another number', { number: 'B' }],
    ['by another sender', { organizationId: 'OTHER' }],
    ['of another type', { documentType: '271' as const }],
    ['that was rejected', { status: 'REJECTED' as const }],
  ])('leaves one %s where it is', (_, change) => {
    expect(superseded({ ...older, ...change })).toEqual([])
  })
  test('cannot replace a document of another type', () => {
    const state = { ...aShipment(), documents: [{ ...older, documentType: '271' as const }] }
    const command = {
      documentType: '380' as const,
      contentType: 'application/pdf' as const,
      supersedes: older.documentId,
    }
    expect(() => decideAnnounce(state, command, newer.documentId, aContext())).toThrow(/is of type 271/)
  })
})

test('keys of uploads are read as they are written, and no others', () => {
  const ids = { tenantId: 'demo', shipmentId: 'shp_A', documentId: 'doc_B' }
  expect(parseUploadKey(uploadKey('demo', 'shp_A', 'doc_B'))).toEqual(ids)
  expect(parseUploadKey('uploads/demo/../doc_B')).toBeUndefined()
})

test('a presigned form carries a policy that names every field and the exact size', () => {
  const signer = {
    accessKeyId: 'AK',
    secretAccessKey: 'SK',
    sessionToken: 'ST',
    region: 'eu-west-1',
    s3Endpoint: undefined,
  }
  const form = presignPost(signer, {
    bucket: 'documents',
    key: 'uploads/demo/a/b',
    contentType: 'application/pdf',
    bytes: 42,
    sha256: sha256(PDF),
    now: ORDERED,
    seconds: 60,
  })
  expect(form.url).toBe('https://documents.s3.eu-west-1.amazonaws.com/')
  const policy = JSON.parse(Buffer.from(form.fields.policy ?? '', 'base64').toString())
  const { policy: _, 'x-amz-signature': __, ...fields } = form.fields
  for (const [name, value] of Object.entries(fields)) expect(policy.conditions).toContainEqual({ [name]: value })
  expect(policy.conditions).toContainEqual(['content-length-range', 42, 42])
})

describe('reading at once', () => {
  it.each([
    ['image/png', 10 * 1024 * 1024, true],
    ['image/jpeg', 1, true],
    ['image/jpeg', 10 * 1024 * 1024 + 1, false],
    ['image/tiff', 1, false],
    ['application/pdf', 1, false],
  ] as const)('%s of %i bytes: %s', (contentType, bytes, expected) => {
    expect(isReadAtOnce(announced(PDF, { contentType, bytes }))).toBe(expected)
  })
})

describe('how much one sender may announce', () => {
  const command = { documentType: '380', contentType: 'application/pdf' } as const
  const later = new Date(Date.parse(ORDERED) + 1_800_000).toISOString()
  const many = (count: number, change: Partial<DocumentRecord>) =>
    Array.from({ length: count }, () => announced(PDF, { organizationId: 'ACME', ...change }))
  const announce = (documents: DocumentRecord[], by: { organizationId?: string; grantId?: string }) =>
    decideAnnounce(
      { ...aShipment(), documents },
      { ...command, ...(by.grantId ? { grantId: by.grantId } : {}) },
      'doc_00000000000000000000000009',
      aContext({ now: later, ...(by.organizationId ? { organizationId: by.organizationId } : {}) }),
    ).documents
  const problem = (code: string) => expect.objectContaining({ kind: 'conflict', code })

  test('is fifty at a time; forms that ran out or were used make room', () => {
    expect(announce(many(MAX_OPEN - 1, {}), { organizationId: 'ACME' })).toHaveLength(1)
    expect(() => announce(many(MAX_OPEN, {}), { organizationId: 'ACME' })).toThrow(problem('document.too_many_open'))
    const passed = '2026-03-01T07:00:00.000Z'
    expect(announce(many(MAX_OPEN, { announcedAt: passed }), { organizationId: 'ACME' })).toHaveLength(1)
    expect(announce(many(MAX_OPEN, { status: 'VERIFIED' }), { organizationId: 'ACME' })).toHaveLength(1)
  })

  test('is five hundred in all, whatever became of them', () => {
    const all = many(MAX_DOCUMENTS, { status: 'REJECTED' })
    expect(() => announce(all, { organizationId: 'ACME' })).toThrow(problem('document.too_many'))
  })

  test('is each sender’s own: one that has no room takes none from others', () => {
    const grantId = 'grt_00000000000000000000000001'
    const full = many(MAX_OPEN, { grantId })
    expect(announce(full, { organizationId: 'ACME' })).toHaveLength(1)
    expect(announce(full, {})).toHaveLength(1)
    expect(() => announce(full, { grantId })).toThrow(problem('document.too_many_open'))
  })
})
