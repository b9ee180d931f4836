import { createHash } from 'node:crypto'

/** SHA-256, base64, as S3 states it. */
export const checksum = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('base64')
