/** Pixels of a page, and the part of it that a value stands in. Pure. */
import { deflateSync } from 'node:zlib'
import type { BoundingBox } from '../../../schemas/extraction'

/** Three bytes a pixel: red, green, blue. */
export interface Picture {
  width: number
  height: number
  data: Uint8Array
}

interface Rectangle {
  left: number
  top: number
  width: number
  height: number
}

/** Of a value's own size, and of the page's: enough around it to see the label beside it. */
const AROUND = { wide: 0.5, high: 1, page: 0.02 }

const clamp = (value: number, most: number) => Math.min(Math.max(Math.round(value), 0), most)

/** The pixels around a box, which is in shares of the page, as Textract gives it. */
export function surroundings(
  { left, top, width, height }: BoundingBox,
  page: Pick<Picture, 'width' | 'height'>,
): Rectangle {
  const wide = width * AROUND.wide + AROUND.page
  const high = height * AROUND.high + AROUND.page / 2
  const from = {
    x: clamp((left - wide) * page.width, page.width - 1),
    y: clamp((top - high) * page.height, page.height - 1),
  }
  const to = {
    x: clamp((left + width + wide) * page.width, page.width),
    y: clamp((top + height + high) * page.height, page.height),
  }
  return { left: from.x, top: from.y, width: Math.max(1, to.x - from.x), height: Math.max(1, to.y - from.y) }
}

export function crop({ width, data }: Picture, part: Rectangle): Picture {
  const rows = Array.from({ length: part.height }, (_, row) => {
    const at = ((part.top + row) * width + part.left) * 3
    return data.subarray(at, at + part.width * 3)
  })
  return { width: part.width, height: part.height, data: Buffer.concat(rows) }
}

/** From pixels of four bytes: red, green, blue and how opaque, which no paper needs. */
export function withoutAlpha({ width, height, data }: Picture): Picture {
  const plain = new Uint8Array(width * height * 3)
  for (let from = 0, to = 0; to < plain.length; from += 4, to += 3) plain.set(data.subarray(from, from + 3), to)
  return { width, height, data: plain }
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const NO_FILTER = Buffer.from([0])

/** PNG (ISO/IEC 15948): true colour, eight bits, one chunk of data, rows unfiltered. */
export function png({ width, height, data }: Picture): Uint8Array {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8)
  const rows = Array.from({ length: height }, (_, row) => [
    NO_FILTER,
    data.subarray(row * width * 3, (row + 1) * width * 3),
  ])
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(rows.flat()))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Uint8Array): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const check = Buffer.alloc(4)
  check.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, check])
}

/** PNG, annex D. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1
  return value
})

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}
