/** PDFs that cannot be read, or that hold more than a document should. Pure. */
import { inflateSync } from 'node:zlib'
import type { Rejection } from '../domain/arrival'
import { MAX_PAGES } from '../domain/intake'
import type { Fault } from './fault'

export function pdfFault(bytes: Uint8Array, fault: Fault): Rejection | undefined {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const text = data.toString('latin1')
  // ISO 32000-1, 7.5.5: the trailer names the encryption dictionary in the clear, even when it is a cross-reference stream.
  if (/\/Encrypt\s*(?:\d+\s+\d+\s+R|<<)/.test(text))
    return fault('encrypted', 'The PDF is protected with a password; send it without')
  const end = text.lastIndexOf('%%EOF')
  if (end < 0 || text.length - end > 2048) return fault('truncated', 'The PDF ends before its end; send it again')
  if (/[^\s\0]/.test(text.slice(end + 5)))
    return fault('two_types', 'Something else follows the end of the PDF; send the PDF alone')
  if (/\/(?:JavaScript|Launch|RichMedia)\b/.test(text))
    return fault('active', 'The PDF holds programs or asks to start some; print it to a new PDF and send that')
  if ((text.match(/\/Type\s*\/Page\b(?!s)/g) ?? []).length > MAX_PAGES)
    return fault('too_long', `More than ${MAX_PAGES} pages; send it in parts`)
  return isBomb(data, text)
    ? fault('too_large', 'The PDF unpacks to more than a document can hold; send it again, printed anew')
    : undefined
}

const MEGABYTE = 1024 * 1024
/** A scanned page at 300 dots an inch, unpacked, in colour, is 26 MB. */
const MAX_PICTURE = 100 * MEGABYTE
/** Fonts and drawings. */
const MAX_OTHER = 20 * MEGABYTE
const MAX_ALL = 400 * MEGABYTE

/** Unpacks what is packed, as any reader will have to, and stops where no document goes on. */
function isBomb(data: Buffer, text: string): boolean {
  let total = 0
  for (const match of text.matchAll(/stream\r?\n/g)) {
    const before = text.slice(Math.max(0, match.index - 1024), match.index)
    if (before.endsWith('end')) continue
    const dictionary = before.slice(before.lastIndexOf('obj') + 3)
    // Packed twice over: no program that makes documents does that.
    if ((dictionary.match(/\/(?:FlateDecode|Fl)\b/g) ?? []).length > 1) return true
    if (!/\/(?:FlateDecode|Fl)\b/.test(dictionary)) continue
    const from = match.index + match[0].length
    const to = text.indexOf('endstream', from)
    const most = /\/Subtype\s*\/Image\b/.test(dictionary) ? MAX_PICTURE : MAX_OTHER
    total += unpacked(data.subarray(from, to < 0 ? data.length : to), most)
    if (total > MAX_ALL) return true
  }
  return false
}

/** Bytes when unpacked; more than any document's when the limit is reached, none when it is damaged. */
function unpacked(packed: Buffer, most: number): number {
  // Nothing is packed by more than 1 : 1032 (RFC 1951): a small stream need not be looked into.
  if (packed.length * 1032 < MEGABYTE) return packed.length * 10
  try {
    return inflateSync(packed, { maxOutputLength: most }).length
  } catch (error) {
    return Reflect.get(Object(error), 'code') === 'ERR_BUFFER_TOO_LARGE' ? MAX_ALL + 1 : 0
  }
}
