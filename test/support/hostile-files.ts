/** Files that nobody should send, and what intake says of them. Without a code the reading itself has to cope. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import type { ContentType } from '../../schemas/document'

export interface Hostile {
  name: string
  contentType: ContentType
  bytes: Buffer
  /** Of the rejection before anything is read. */
  code?: string
}

const FOLDER = join(__dirname, '../fixtures/documents')
const fixture = (name: string) => readFileSync(join(FOLDER, name))
const INVOICE = fixture('commercial-invoice.pdf')
const PICTURE = fixture('packing-list.png')

const pdfOf = (...objects: (string | Buffer)[]): Buffer =>
  Buffer.concat([
    Buffer.from('%PDF-1.7\n'),
    ...objects.map((object, index) =>
      Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), Buffer.from(object), Buffer.from('\nendobj\n')]),
    ),
    Buffer.from(`trailer << /Root 1 0 R /Size ${objects.length + 1} >>\n%%EOF\n`),
  ])
const stream = (dictionary: string, content: Buffer) =>
  Buffer.concat([
    Buffer.from(`<< ${dictionary} /Length ${content.length} >>\nstream\n`),
    content,
    Buffer.from('\nendstream'),
  ])
const CATALOG = '<< /Type /Catalog /Pages 2 0 R >>'
const PAGE = '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>'

/** An empty archive, whose end is the end of the file. */
const ARCHIVE = Buffer.concat([Buffer.from('PK\x05\x06', 'latin1'), Buffer.alloc(18)])

function png(width: number, height: number): Buffer {
  const bytes = Buffer.from(PICTURE)
  bytes.writeUInt32BE(width, 16)
  bytes.writeUInt32BE(height, 20)
  return bytes
}

/** A JPEG's head, with a frame of that size and nothing after it. */
const jpeg = (side: number): Buffer => {
  const frame = Buffer.from([0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0, 0, 0, 0, 1, 1, 0x11, 0, 0, 0, 0xff, 0xd9])
  frame.writeUInt16BE(side, 7)
  frame.writeUInt16BE(side, 9)
  return frame
}

const pdf = (name: string, bytes: Buffer, code?: string): Hostile => ({
  name,
  contentType: 'application/pdf',
  bytes,
  ...(code ? { code } : {}),
})

export const HOSTILE: readonly Hostile[] = [
  pdf('a truncated PDF', fixture('truncated.pdf'), 'document.truncated'),
  pdf('damage under a head of PDF', fixture('corrupt.pdf'), 'document.truncated'),
  pdf('a PDF with a password', fixture('encrypted.pdf'), 'document.encrypted'),
  pdf('a web page named PDF', fixture('web-page.pdf'), 'document.wrong_type'),
  pdf('a picture named PDF', PICTURE, 'document.wrong_type'),
  pdf('a PDF that is an archive too', Buffer.concat([INVOICE, ARCHIVE]), 'document.two_types'),
  pdf('a PDF with a web page behind it', Buffer.concat([INVOICE, Buffer.from('<html>…</html>')]), 'document.two_types'),
  pdf(
    'a PDF that starts programs',
    pdfOf('<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>'),
    'document.active',
  ),
  pdf(
    'a PDF bomb',
    pdfOf(
      CATALOG,
      '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
      PAGE,
      stream('/Filter /FlateDecode', deflateSync(Buffer.alloc(300 * 1024 * 1024, ' '))),
    ),
    'document.too_large',
  ),
  pdf(
    'a PDF bomb in a bomb',
    pdfOf(CATALOG, stream('/Filter [/FlateDecode /FlateDecode]', deflateSync(deflateSync(Buffer.alloc(1024 * 1024))))),
    'document.too_large',
  ),
  pdf('a PDF of too many pages', pdfOf(CATALOG, ...Array.from({ length: 2000 }, () => PAGE)), 'document.too_long'),
  {
    name: 'a picture of billions of dots',
    contentType: 'image/png',
    bytes: png(60_000, 60_000),
    code: 'document.too_large',
  },
  { name: 'a picture without size', contentType: 'image/png', bytes: png(0, 0), code: 'document.too_large' },
  {
    name: 'a truncated picture',
    contentType: 'image/png',
    bytes: PICTURE.subarray(0, 20_000),
    code: 'document.truncated',
  },
  {
    name: 'a picture that is an archive too',
    contentType: 'image/png',
    bytes: Buffer.concat([PICTURE, ARCHIVE]),
    code: 'document.two_types',
  },
  {
    name: 'a photograph of billions of dots',
    contentType: 'image/jpeg',
    bytes: jpeg(65_000),
    code: 'document.too_large',
  },
  {
    name: 'a head of a photograph',
    contentType: 'image/jpeg',
    bytes: Buffer.from([0xff, 0xd8, 0xff]),
    code: 'document.truncated',
  },
  { name: 'a head of a TIFF', contentType: 'image/tiff', bytes: Buffer.from('II*\0'), code: 'document.truncated' },
  pdf('a PDF of nothing', pdfOf(CATALOG)),
  pdf('a PDF whose pages are their own parents', pdfOf(CATALOG, '<< /Type /Pages /Kids [2 0 R] /Count 1 >>')),
  pdf(
    'a PDF of an empty page',
    pdfOf(CATALOG, '<< /Type /Pages /Kids [3 0 R] /Count 1 >>', PAGE, stream('', Buffer.from('BT ET'))),
  ),
  pdf(
    'a PDF that draws for ever',
    pdfOf(
      CATALOG,
      '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
      PAGE,
      stream('/Filter /FlateDecode', deflateSync(Buffer.alloc(40 * 1024 * 1024, '0 0 m 9 9 l S '))),
    ),
    'document.too_large',
  ),
  pdf(
    'a PDF that draws for long',
    pdfOf(
      CATALOG,
      '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
      PAGE,
      stream('/Filter /FlateDecode', deflateSync(Buffer.alloc(256 * 1024, '0 0 m 9 9 l S '))),
    ),
  ),
  { name: 'a photograph of nothing', contentType: 'image/jpeg', bytes: jpeg(50) },
]

/** The harmless file of EICAR that every scanner takes for malicious; in two parts, so that this file is not taken for it. */
const EICAR = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}', '$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('')

/** What our own checks let pass, and a scanner does not. */
export const MALICIOUS: readonly Hostile[] = [
  pdf('a PDF with a malicious part', pdfOf(CATALOG, `<< /Note (${EICAR}) >>`)),
  pdf(
    'a PDF with a malicious part that is packed',
    pdfOf(CATALOG, stream('/Filter /FlateDecode', deflateSync(Buffer.from(EICAR)))),
  ),
]
