import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { constants, deflateRawSync, deflateSync } from 'node:zlib'
import { DocumentError } from '../../local/textract/page'
import { createReader, type Reader } from '../../local/textract/reader'

jest.setTimeout(60_000)

const FIXTURES = join(__dirname, '../fixtures/documents')
const INVOICE = readFileSync(join(FIXTURES, 'commercial-invoice.pdf'))
const SCAN = readFileSync(join(FIXTURES, 'packing-list.png'))
const DEADLINE = 20_000

let reader: Reader

beforeAll(() => {
  reader = createReader({ deadline: DEADLINE, memory: 500_000_000 })
})
afterAll(() => reader.close())

const read = (bytes: Uint8Array) => reader.read(bytes, { features: ['FORMS', 'TABLES'] }, { urgent: true })

/** Still works: a document after the hostile one is read as ever. */
const readsOn = async () => {
  const { pages } = await read(INVOICE)
  expect(pages[0]?.blocks.some((block) => block.Text === 'KM-2026-0417')).toBe(true)
}

function pdf(objects: readonly (string | Buffer)[]): Buffer {
  const body = objects.map((object, index) =>
    Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), Buffer.from(object), Buffer.from('\nendobj\n')]),
  )
  return Buffer.concat([Buffer.from('%PDF-1.4\n'), ...body, Buffer.from('trailer << /Root 1 0 R >>\n%%EOF\n')])
}

const onePage = (mediaBox: string, content: Buffer) =>
  pdf([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    `<< /Type /Page /Parent 2 0 R /MediaBox ${mediaBox} /Contents 4 0 R /Resources << >> >>`,
    Buffer.concat([
      Buffer.from(`<< /Length ${content.length} /Filter /FlateDecode >>\nstream\n`),
      content,
      Buffer.from('\nendstream'),
    ]),
  ])

/** Some gigabytes of spaces in a few megabytes: one deflated piece over and over. */
function bomb(gigabytes: number): Buffer {
  const piece = deflateRawSync(Buffer.alloc(16 * 1024 * 1024, 0x20), { finishFlush: constants.Z_FULL_FLUSH })
  const head = Buffer.from([0x78, 0x9c])
  return Buffer.concat([head, ...Array.from({ length: gigabytes * 64 }, () => piece), deflateRawSync(Buffer.alloc(0))])
}

function pngHeader(width: number, height: number): Buffer {
  const header = Buffer.from(SCAN.subarray(0, 4096))
  header.writeUInt32BE(width, 16)
  header.writeUInt32BE(height, 20)
  return header
}

test.each([
  ['an empty file', Buffer.alloc(0), 'UnsupportedDocumentException'],
  ['a web page that carries a PDF', Buffer.concat([Buffer.from('<html>\n'), INVOICE]), 'UnsupportedDocumentException'],
  ['a zip archive', Buffer.from('504b0304140000000800', 'hex'), 'UnsupportedDocumentException'],
  ['a picture of absurd size', pngHeader(2 ** 31 - 1, 2 ** 31 - 1), 'UnsupportedDocumentException'],
  ['a picture cut off after its header', pngHeader(1200, 1600).subarray(0, 60), 'BadDocumentException'],
  ['a picture cut off in the middle', SCAN.subarray(0, SCAN.length / 2), 'BadDocumentException'],
  ['a JPEG of noise', Buffer.concat([Buffer.from('ffd8ffe0', 'hex'), Buffer.alloc(900, 0x5a)]), 'BadDocumentException'],
  ['a page larger than a house', onePage('[0 0 900000 900000]', deflateSync('')), 'UnsupportedDocumentException'],
])('%s is refused', async (_name, bytes, code) => {
  await expect(read(bytes)).rejects.toMatchObject({ code })
})

test('a page that inflates to gigabytes is given up, and the next document is read', async () => {
  const started = Date.now()
  await expect(read(onePage('[0 0 595 842]', bomb(6)))).rejects.toBeInstanceOf(DocumentError)
  expect(Date.now() - started).toBeLessThan(DEADLINE + 5000)
  await readsOn()
})

// A thread that is ended inside the second engine's native code takes the whole process along.
test('a scan may be given up at any moment of its reading, and the thread starts anew', async () => {
  for (const deadline of [400, 900, 1400, 1900, 2400, 3200, 4000]) {
    const hasty = createReader({ deadline, memory: 900_000_000 })
    const outcome = await hasty.read(SCAN, { features: [] }, { urgent: false }).then(
      ({ total }) => total,
      (error: Error) => error.message,
    )
    expect([1, 'Request has bad document']).toContain(outcome)
    await hasty.close()
  }
})

test('a document over its deadline is given up, and the thread starts anew', async () => {
  const hasty = createReader({ deadline: 5, memory: 900_000_000 })
  await expect(hasty.read(SCAN, { features: [] }, { urgent: true })).rejects.toMatchObject({
    code: 'BadDocumentException',
  })
  await hasty.close()
  await readsOn()
})

test('documents damaged at any byte are read or refused, never more', async () => {
  let seed = 20260417
  const random = (below: number): number => {
    seed = (seed * 16807) % 2147483647
    return seed % below
  }
  for (let round = 0; round < 30; round += 1) {
    const bytes = Buffer.from(INVOICE)
    for (let hit = 0; hit <= round % 12; hit += 1) bytes[random(bytes.length)] = random(256)
    const cut = round % 3 === 0 ? bytes.subarray(0, random(bytes.length)) : bytes
    const outcome = await read(cut).catch((error: unknown) => error)
    if (outcome instanceof Error) expect(outcome).toBeInstanceOf(DocumentError)
  }
  await readsOn()
})
