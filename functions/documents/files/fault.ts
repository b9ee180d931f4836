/** What a file must be before anything reads it. The reason is for its sender. Pure. */

import type { ContentType, DocumentRecord } from '../../../schemas/document'
import type { Rejection } from '../domain/arrival'
import { checksum } from '../domain/checksum'
import { senderOf } from '../domain/slots'
import { imageFault } from './image'
import { pdfFault } from './pdf'

export type Fault = (code: string, reason: string) => Rejection
const fault: Fault = (code, reason) => ({ code: `document.${code}`, reason })

export function fileFault(
  document: DocumentRecord,
  bytes: Uint8Array,
  others: readonly DocumentRecord[],
): Rejection | undefined {
  if (document.bytes !== undefined && bytes.length !== document.bytes)
    return fault('wrong_size', `The file has ${bytes.length} bytes, ${document.bytes} were announced`)
  const sha256 = checksum(bytes)
  if (document.sha256 !== undefined && sha256 !== document.sha256)
    return fault('wrong_checksum', 'The file is not the one that was announced: its SHA-256 differs')
  const found = contentTypeOf(bytes)
  if (found !== document.contentType)
    return fault('wrong_type', `The file is ${found ?? 'of no type that is read here'}, not ${document.contentType}`)
  const twin = others.find(
    (it) =>
      it.sha256 === sha256 &&
      it.documentId !== document.documentId &&
      it.status === 'VERIFIED' &&
      // Two partners may file the same paper, and neither learns of the other's.
      senderOf(it) === senderOf(document),
  )
  if (twin) return fault('duplicate', `The same file stands here already as ${twin.documentId}`)
  if (endsAsArchive(bytes))
    return fault('two_types', 'The file is an archive as well as what it says it is; send it as one thing')
  return found === 'application/pdf' ? pdfFault(bytes, fault) : imageFault(found, bytes, fault)
}

const MAGIC: readonly [ContentType, readonly number[]][] = [
  ['application/pdf', [0x25, 0x50, 0x44, 0x46, 0x2d]],
  ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['image/tiff', [0x49, 0x49, 0x2a, 0x00]],
  ['image/tiff', [0x4d, 0x4d, 0x00, 0x2a]],
]

/** By its first bytes, not by its name. */
export const contentTypeOf = (bytes: Uint8Array): ContentType | undefined =>
  MAGIC.find(([, magic]) => magic.every((byte, at) => bytes[at] === byte))?.[0]

const END_OF_ARCHIVE = 22

/** A ZIP is found from its end (APPNOTE 4.3.16): a record whose comment reaches exactly to the end of the file. */
function endsAsArchive(bytes: Uint8Array): boolean {
  const tail = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).subarray(-(END_OF_ARCHIVE + 0xffff))
  for (let at = tail.lastIndexOf('PK\x05\x06'); at >= 0; at = at === 0 ? -1 : tail.lastIndexOf('PK\x05\x06', at - 1)) {
    const whole = at + END_OF_ARCHIVE <= tail.length
    if (whole && at + END_OF_ARCHIVE + tail.readUInt16LE(at + 20) === tail.length) return true
  }
  return false
}
