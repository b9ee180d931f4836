import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { fileFault } from '../../../functions/documents/files/fault'
import type { ContentType, DocumentRecord } from '../../../schemas/document'
import { HOSTILE } from '../../support/hostile-files'

const FOLDER = join(__dirname, '../../fixtures/documents')
const fixture = (name: string) => readFileSync(join(FOLDER, name))
const announced = (contentType: ContentType): DocumentRecord => ({
  documentId: 'doc_00000000000000000000000001',
  shipmentId: 'shp_00000000000000000000000001',
  documentType: '380',
  status: 'AWAITING_UPLOAD',
  contentType,
  announcedBy: 'someone',
  announcedAt: '2026-03-01T08:00:00.000Z',
})
const SOUND: [string, ContentType][] = [
  ['commercial-invoice.pdf', 'application/pdf'],
  ['bill-of-lading.pdf', 'application/pdf'],
  ['packing-list-two-pages.pdf', 'application/pdf'],
  ['packing-list.png', 'image/png'],
  ['packing-list-sideways.jpg', 'image/jpeg'],
]

test.each(SOUND)('%s has no fault', (name, type) => {
  expect(fileFault(announced(type), fixture(name), [])).toBeUndefined()
})

test.each(HOSTILE.filter(({ code }) => code !== undefined))('$name is refused before anything reads it', (hostile) => {
  expect(fileFault(announced(hostile.contentType), hostile.bytes, [])?.code).toBe(hostile.code)
})

test('whatever is changed in a file, judging it neither fails nor hangs', () => {
  const files = SOUND.map(([name, type]) => ({ bytes: fixture(name), type }))
  const damage = fc.record({
    file: fc.constantFrom(...files),
    cut: fc.double({ min: 0, max: 1, noNaN: true }),
    edits: fc.array(fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat(255)), { maxLength: 40 }),
  })
  fc.assert(
    fc.property(damage, ({ file, cut, edits }) => {
      const bytes = Buffer.from(file.bytes.subarray(0, Math.ceil(file.bytes.length * cut)))
      for (const [at, value] of edits) if (bytes.length > 0) bytes[Math.floor(at * bytes.length)] = value
      const fault = fileFault(announced(file.type), bytes, [])
      expect(fault === undefined || fault.code.startsWith('document.')).toBe(true)
    }),
    { numRuns: 150 },
  )
})

test('a page of dense ink is no bomb', () => {
  const scan = deflateSync(Buffer.alloc(26 * 1024 * 1024, 'ink and paper '))
  const pdf = Buffer.concat([
    Buffer.from('%PDF-1.7\n1 0 obj\n<< /Subtype /Image /Filter /FlateDecode /Length 1 >>\nstream\n'),
    scan,
    Buffer.from('\nendstream\nendobj\n%%EOF\n'),
  ])
  expect(fileFault(announced('application/pdf'), pdf, [])).toBeUndefined()
})
