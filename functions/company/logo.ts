/** A logo is checked when it is put, to the last of its dots: one that can't be drawn would stop every paper. Pure. */
import { crc32, inflateSync } from 'node:zlib'
import { type Logo, MAX_LOGO, MAX_LOGO_SIDE } from '../../schemas/legal-entity'
import { invalid } from '../platform/errors'

/** Throws what is wrong with it, with the pointer. */
export function checkLogo({ contentType, data }: Logo): void {
  const bytes = Buffer.from(data, 'base64')
  const message =
    bytes.length > MAX_LOGO
      ? `at most ${MAX_LOGO} bytes`
      : contentType === 'image/png'
        ? pngFault(bytes)
        : jpegFault(bytes)
  if (message) throw invalid([{ pointer: '/logo/data', code: 'logo', message }])
}

const sizeFault = (width: number, height: number) =>
  width < 1 || height < 1 || width > MAX_LOGO_SIDE || height > MAX_LOGO_SIDE
    ? `${width} × ${height} dots: ${MAX_LOGO_SIDE} a side are the most`
    : undefined

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex')
/** PNG, table 11.1: by type of colour its channels and the depths that it may have. */
const COLOURS: Record<number, { channels: number; depths: number[] }> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
}

interface Chunk {
  type: string
  data: Buffer
}

/** All chunks to the end, each with its right checksum; undefined where they are not so. */
function chunksOf(bytes: Buffer): Chunk[] | undefined {
  if (!bytes.subarray(0, 8).equals(SIGNATURE)) return undefined
  const chunks: Chunk[] = []
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + 8 + bytes.readUInt32BE(at)
    if (end + 4 > bytes.length || crc32(bytes.subarray(at + 4, end)) !== bytes.readUInt32BE(end)) return undefined
    chunks.push({ type: bytes.toString('latin1', at + 4, at + 8), data: bytes.subarray(at + 8, end) })
    at = end + 4
  }
  return chunks.at(-1)?.type === 'IEND' ? chunks : undefined
}

function pngFault(bytes: Buffer): string | undefined {
  const chunks = chunksOf(bytes)
  const header = chunks?.[0]
  if (!chunks || header?.type !== 'IHDR' || header.data.length !== 13) return 'expected a whole PNG'
  const [width, height, depth] = [header.data.readUInt32BE(0), header.data.readUInt32BE(4), header.data[8] ?? 0]
  const colour = COLOURS[header.data[9] ?? -1]
  if (!colour?.depths.includes(depth)) return 'expected a whole PNG'
  if (header.data[12] !== 0) return 'save the PNG without interlacing'
  if (chunks.some(({ type }) => type === 'acTL')) return 'save the PNG without animation'
  const lines = height * (1 + Math.ceil((width * depth * colour.channels) / 8))
  return sizeFault(width, height) ?? (isDrawn(chunks, header.data[9] === 3, lines) ? undefined : 'expected a whole PNG')
}

/** Unpacked it is as long as its size says, and not a byte more is unpacked than that. */
function isDrawn(chunks: readonly Chunk[], paletted: boolean, lines: number): boolean {
  const palette = chunks.find(({ type }) => type === 'PLTE')?.data.length ?? 0
  if (palette % 3 !== 0 || (paletted && palette === 0)) return false
  const packed = Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data))
  try {
    return inflateSync(packed, { maxOutputLength: lines }).length === lines
  } catch {
    return false
  }
}

/** ITU T.81, B.1.1.3: frames that a PDF reader decodes (baseline, extended, progressive), of 1, 3 or 4 components. */
const FRAMES = [0xc0, 0xc1, 0xc2]
const SCAN = 0xda

function jpegFault(bytes: Buffer): string | undefined {
  const damaged = 'expected a whole JPEG'
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8 || bytes.readUInt16BE(bytes.length - 2) !== 0xffd9)
    return damaged
  let fault: string | undefined = damaged
  for (let at = 2; at + 10 < bytes.length; ) {
    const marker = bytes[at + 1] ?? 0
    if (bytes[at] !== 0xff) return damaged
    // The first scan comes after the frame that describes it.
    if (marker === SCAN) return fault
    if (FRAMES.includes(marker)) {
      if (bytes[at + 4] !== 8 || ![1, 3, 4].includes(bytes[at + 9] ?? 0)) return damaged
      fault = sizeFault(bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5))
    }
    at += 2 + bytes.readUInt16BE(at + 2)
  }
  return damaged
}
