/** Our own papers, damaged in a thousand ways, through the rules of intake, the reader and the extraction: each ends, and none crashes. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { readDocument } from '../../functions/documents/extraction/read-document'
import { contentTypeOf, fileFault } from '../../functions/documents/files/fault'
import { DocumentError } from '../../local/textract/page'
import { createReader, type Reader } from '../../local/textract/reader'
import type { ContentType, DocumentRecord } from '../../schemas/document'
import { Extraction } from '../../schemas/extraction'

jest.setTimeout(300_000)

const FOLDER = join(__dirname, '../fixtures/documents')
const fixture = (name: string) => readFileSync(join(FOLDER, name))

/** One strip of grey, little-endian, as TIFF 6.0 has it. */
function tiff(side: number): Buffer {
  const head = Buffer.from([0x49, 0x49, 0x2a, 0, 8, 0, 0, 0])
  const tags: [number, number, number][] = [
    [0x100, 3, side],
    [0x101, 3, side],
    [0x102, 3, 8],
    [0x103, 3, 1],
    [0x106, 3, 1],
    [0x111, 4, 8 + 2 + 8 * 12 + 4],
    [0x116, 3, side],
    [0x117, 4, side * side],
  ]
  const directory = Buffer.alloc(2 + tags.length * 12 + 4)
  directory.writeUInt16LE(tags.length, 0)
  for (const [index, [tag, type, value]] of tags.entries()) {
    directory.writeUInt16LE(tag, 2 + index * 12)
    directory.writeUInt16LE(type, 4 + index * 12)
    directory.writeUInt32LE(1, 6 + index * 12)
    directory.writeUInt32LE(value, 10 + index * 12)
  }
  return Buffer.concat([head, directory, Buffer.alloc(side * side, 0xee)])
}

const PDFS = ['commercial-invoice.pdf', 'bill-of-lading.pdf', 'packing-list-two-pages.pdf'].map(fixture)
const PICTURES = [fixture('packing-list.png'), fixture('packing-list-sideways.jpg'), tiff(64)]

const share = fc.double({ min: 0, max: 0.999, noNaN: true })
type Damage = (bytes: Buffer) => Buffer
const at = (bytes: Buffer, where: number) => Math.floor(where * bytes.length)

/** Bits flipped; cut; a piece of another file in it; a piece of its own again, or taken out. */
const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.array(fc.tuple(share, fc.nat(7)), { minLength: 1, maxLength: 60 }).map(
    (flips): Damage =>
      (bytes) => {
        const out = Buffer.from(bytes)
        for (const [where, bit] of flips) {
          const index = at(out, where)
          if (out.length > 0) out[index] = (out[index] ?? 0) ^ (1 << bit)
        }
        return out
      },
  ),
  share.map(
    (where): Damage =>
      (bytes) =>
        bytes.subarray(0, at(bytes, where)),
  ),
  fc.tuple(fc.constantFrom(...PDFS, ...PICTURES), share, share, share).map(
    ([other, from, length, where]): Damage =>
      (bytes) => {
        const piece = other.subarray(at(other, from), at(other, from) + at(other, length) / 4)
        return Buffer.concat([bytes.subarray(0, at(bytes, where)), piece, bytes.subarray(at(bytes, where))])
      },
  ),
  fc.tuple(share, share, fc.nat(4)).map(
    ([from, length, times]): Damage =>
      (bytes) => {
        const [start, end] = [at(bytes, from), at(bytes, from) + at(bytes, length) / 4]
        const piece = bytes.subarray(start, end)
        return Buffer.concat([
          bytes.subarray(0, end),
          ...Array.from({ length: times }, () => piece),
          bytes.subarray(end),
        ])
      },
  ),
  // Objects of a PDF once more at its end, where readers look first.
  fc.tuple(share, fc.integer({ min: 1, max: 30 })).map(
    ([where, times]): Damage =>
      (bytes) => {
        const start = bytes.indexOf(' obj', at(bytes, where))
        const end = bytes.indexOf('endobj', start)
        if (start < 2 || end < 0) return bytes
        const object = bytes.subarray(start - 3, end + 7)
        return Buffer.concat([bytes, ...Array.from({ length: times }, () => object)])
      },
  ),
)
const damaged = (files: readonly Buffer[]) =>
  fc
    .tuple(fc.constantFrom(...files), fc.array(damage, { minLength: 1, maxLength: 3 }))
    .map(([file, all]) => ({ type: contentTypeOf(file), bytes: all.reduce((bytes, change) => change(bytes), file) }))

const announced = (contentType: ContentType): DocumentRecord => ({
  documentId: 'doc_00000000000000000000000001',
  shipmentId: 'shp_00000000000000000000000001',
  documentType: '380',
  status: 'AWAITING_UPLOAD',
  contentType,
  announcedBy: 'someone',
  announcedAt: '2026-03-01T08:00:00.000Z',
})

/** Nothing that is refused may lack a reason, and nothing is judged for longer than this. */
const JUDGED_WITHIN = 5_000
const DEADLINE = 20_000

function judged({ type, bytes }: { type: ContentType | undefined; bytes: Buffer }): boolean {
  if (!type) throw new Error('A fixture of no type')
  const started = performance.now()
  const fault = fileFault(announced(type), bytes, [])
  expect(performance.now() - started).toBeLessThan(JUDGED_WITHIN)
  if (!fault) return true
  expect(fault.code).toMatch(/^document\./)
  expect(fault.reason.length).toBeGreaterThan(10)
  return false
}

/** Read, or refused as Textract would; what was read is an extraction, whatever it says. */
async function ends(reader: Reader, bytes: Buffer): Promise<'READ' | 'REFUSED'> {
  try {
    const { pages } = await reader.read(bytes, { features: ['FORMS', 'TABLES'] }, { urgent: true })
    const extraction = readDocument([{ Blocks: pages.flatMap(({ blocks }) => blocks) }])
    expect(Extraction.safeParse(extraction).success).toBe(true)
    return 'READ'
  } catch (error) {
    expect(error).toBeInstanceOf(DocumentError)
    return 'REFUSED'
  }
}

test('whatever is changed in a file, it is let in or refused with a reason, at once', () => {
  fc.assert(
    fc.property(damaged([...PDFS, ...PICTURES]), (file) => {
      judged(file)
    }),
    { numRuns: 300 },
  )
})

test.each([
  ['PDFs', PDFS, 25],
  ['pictures', PICTURES, 4],
] as const)(
  'damaged %s that are let in are read or refused in time, and the next sound one is read',
  async (_, files, numRuns) => {
    const reader = createReader({ deadline: DEADLINE, memory: 1_600_000_000 })
    try {
      await fc.assert(
        fc.asyncProperty(damaged(files), async (file) => {
          if (judged(file)) await ends(reader, file.bytes)
        }),
        { numRuns, endOnFailure: true },
      )
      expect(await ends(reader, fixture('commercial-invoice.pdf'))).toBe('READ')
    } finally {
      await reader.close()
    }
  },
)
