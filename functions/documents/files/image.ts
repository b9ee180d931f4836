/** Pictures that would not fit into memory once unpacked, or end before their end. Pure. */
import type { ContentType } from '../../../schemas/document'
import type { Rejection } from '../domain/arrival'
import type { Fault } from './fault'

/** Textract's limit on each side. */
const MAX_SIDE = 10_000

export function imageFault(type: ContentType, bytes: Uint8Array, fault: Fault): Rejection | undefined {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const size = type === 'image/png' ? pngSize(data) : type === 'image/jpeg' ? jpegSize(data) : tiffSize(data)
  if (!size) return fault('truncated', 'The picture ends before its end, or is damaged; send it again')
  if (size.width < 1 || size.height < 1 || size.width > MAX_SIDE || size.height > MAX_SIDE)
    return fault('too_large', `The picture has ${size.width} × ${size.height} dots, ${MAX_SIDE} a side are the most`)
  if (type === 'image/png' && !data.subarray(-64).includes('IEND'))
    return fault('truncated', 'The picture ends before its end; send it again')
  return undefined
}

interface Size {
  width: number
  height: number
}

/** PNG 11.2.1: the header is the first chunk. */
const pngSize = (data: Buffer): Size | undefined =>
  data.length >= 24 && data.toString('latin1', 12, 16) === 'IHDR'
    ? { width: data.readUInt32BE(16), height: data.readUInt32BE(20) }
    : undefined

/** ITU T.81, B.2.2: the start-of-frame segment; C4, C8 and CC are others. */
const isFrame = (marker: number) => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)

function jpegSize(data: Buffer): Size | undefined {
  for (let at = 2; at + 9 < data.length; ) {
    if (data[at] !== 0xff) return undefined
    const marker = data[at + 1] ?? 0
    // Fill bytes.
    if (marker === 0xff) {
      at += 1
      continue
    }
    if (isFrame(marker)) return { height: data.readUInt16BE(at + 5), width: data.readUInt16BE(at + 7) }
    at += 2 + data.readUInt16BE(at + 2)
  }
  return undefined
}

const WIDTH = 0x0100
const HEIGHT = 0x0101
const SHORT = 3

/** TIFF 6.0, section 2: the first directory. */
function tiffSize(data: Buffer): Size | undefined {
  const little = data[0] === 0x49
  const short = (at: number) => (little ? data.readUInt16LE(at) : data.readUInt16BE(at))
  const long = (at: number) => (little ? data.readUInt32LE(at) : data.readUInt32BE(at))
  const directory = data.length >= 8 ? long(4) : data.length
  if (directory + 2 > data.length) return undefined
  const entries = short(directory)
  if (directory + 2 + entries * 12 > data.length) return undefined
  const tags = new Map<number, number>()
  for (let entry = 0; entry < entries; entry += 1) {
    const at = directory + 2 + entry * 12
    tags.set(short(at), short(at + 2) === SHORT ? short(at + 8) : long(at + 8))
  }
  const [width, height] = [tags.get(WIDTH), tags.get(HEIGHT)]
  return width === undefined || height === undefined ? undefined : { width, height }
}
