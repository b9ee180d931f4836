/** What a file really is, by its first bytes, and how large a picture is before anything is decoded. */

export type Kind = 'pdf' | 'png' | 'jpeg' | 'tiff'

export function kindOf(bytes: Uint8Array): Kind | null {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 1024))
  if (head.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))) return 'png'
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return 'jpeg'
  if (['II*\0', 'MM\0*'].includes(head.toString('latin1', 0, 4))) return 'tiff'
  // ISO 32000-1 7.5.2, as readers have always allowed: the header lies within the first 1024 bytes.
  return head.includes('%PDF-') && !looksLikeHtml(head) ? 'pdf' : null
}

const looksLikeHtml = (head: Buffer): boolean => /^\s*(?:<!doctype|<html|<\?xml)/i.test(head.toString('latin1'))

export function imageSize(bytes: Uint8Array, kind: 'png' | 'jpeg'): { width: number; height: number } | null {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (kind === 'png') return view.length >= 24 ? { width: view.readUInt32BE(16), height: view.readUInt32BE(20) } : null
  return jpegSize(view)
}

/** Walks the segments to the frame header (SOF0..SOF15 without DHT, JPG and DAC). */
function jpegSize(view: Buffer): { width: number; height: number } | null {
  let at = 2
  while (at + 9 < view.length) {
    if (view[at] !== 0xff) return null
    const marker = view[at + 1] ?? 0
    if (marker === 0xff) {
      at += 1
      continue
    }
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc)
      return { height: view.readUInt16BE(at + 5), width: view.readUInt16BE(at + 7) }
    at += 2 + view.readUInt16BE(at + 2)
  }
  return null
}

/** Whether a picture has its end: one cut off in transit still decodes, in part. */
export function isWhole(bytes: Uint8Array, kind: 'png' | 'jpeg'): boolean {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (kind === 'png') return view.includes('IEND')
  // Some cameras append data after the end marker; a thumbnail has one of its own near the start.
  return view.lastIndexOf(Buffer.from([0xff, 0xd9])) > view.length / 2
}
