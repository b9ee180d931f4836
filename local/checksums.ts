/** Checksums of S3 over a stream: base64, as the `x-amz-checksum-*` headers carry them. */
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'

export const CHECKSUMS = ['crc32', 'crc32c', 'sha1', 'sha256'] as const
export type Checksum = (typeof CHECKSUMS)[number]

interface Digest {
  update(chunk: Buffer): void
  /** Base64. */
  end(): string
}

/** Starts a digest: one of S3's checksums, or the MD5 of Content-MD5 and ETag. */
export function startDigest(algorithm: Checksum | 'md5'): Digest {
  if (algorithm === 'crc32') return crcDigest(crc32)
  if (algorithm === 'crc32c') return crcDigest(crc32c)
  const hash = createHash(algorithm)
  return { update: (chunk) => void hash.update(chunk), end: () => hash.digest('base64') }
}

function crcDigest(compute: (chunk: Buffer, previous: number) => number): Digest {
  let value = 0
  return {
    update(chunk) {
      value = compute(chunk, value)
    },
    end() {
      const bytes = Buffer.alloc(4)
      bytes.writeUInt32BE(value >>> 0)
      return bytes.toString('base64')
    },
  }
}

/** Castagnoli's polynomial, reflected. */
const CRC32C = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1
  return value >>> 0
})

function crc32c(chunk: Buffer, previous: number): number {
  let value = ~previous
  for (const byte of chunk) value = (value >>> 8) ^ (CRC32C[(value ^ byte) & 0xff] ?? 0)
  return ~value >>> 0
}
