/** The body of an upload and what the client says about it. */
import { decodeAwsChunked } from './aws-chunked'
import { CHECKSUMS, type Checksum } from './checksums'
import { S3Error } from './s3-errors'
import type { S3Request } from './s3-request'
import type { StoredObject, Upload } from './s3-storage'

type Header = S3Request['header']
type Promised = Partial<Record<Checksum | 'md5', string>>

export interface NewBody {
  content: AsyncIterable<Buffer>
  /** Checksums to compute: those that were promised and the one that comes in the trailer. */
  algorithms: Checksum[]
  /** Filled in while the content is read. */
  trailers: Promised
  /** Checks what is known only at the end: the length, and the hash that the signature covers. */
  verify(upload: Upload): void
}

const MAX_METADATA = 2048
/** The largest object that one request may bring. */
const MAX_PUT = 5 * 1024 ** 3
const KEPT_HEADERS = ['content-type', 'cache-control', 'content-disposition', 'content-language', 'expires']

/** Checksums that the headers (or a form's fields) promise. */
export function promisedChecksums(header: Header): Promised {
  const unsupported = header('x-amz-checksum-crc64nvme') ?? header('x-amz-checksum-md5')
  if (unsupported !== undefined) throw new S3Error('NotImplemented', 'This checksum is not implemented here.', 501)
  const md5 = header('content-md5')
  if (md5 !== undefined && Buffer.from(md5, 'base64').length !== 16) {
    throw new S3Error('InvalidDigest', 'The Content-MD5 you specified was invalid.', 400)
  }
  const promised: Promised = md5 === undefined ? {} : { md5 }
  for (const algorithm of CHECKSUMS) {
    const value = header(`x-amz-checksum-${algorithm}`)
    if (value !== undefined) promised[algorithm] = value
  }
  return promised
}

/** The body of a PUT, out of the SDK's frames if it is in them. */
export function bodyOf({ header, message }: S3Request): NewBody {
  const hash = header('x-amz-content-sha256') ?? ''
  const isFramed = hash.startsWith('STREAMING-')
  const length = Number(isFramed ? header('x-amz-decoded-content-length') : message.headers['content-length'])
  if (!Number.isInteger(length)) {
    throw new S3Error('MissingContentLength', 'You must provide the Content-Length HTTP header.', 411)
  }
  if (length > MAX_PUT) {
    const details = { ProposedSize: length, MaxSizeAllowed: MAX_PUT }
    throw new S3Error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', 400, details)
  }
  const isSigned = /^[\da-f]{64}$/.test(hash)
  const trailers: Promised = {}
  const source: AsyncIterable<Buffer> = message.iterator({ destroyOnReturn: false })
  return {
    content: isFramed ? decodeAwsChunked(source, (name, value) => keepTrailer(trailers, name, value)) : source,
    algorithms: algorithmsOf(header, isSigned),
    trailers,
    verify(upload) {
      if (upload.size !== length) {
        throw new S3Error(
          'IncompleteBody',
          'You did not provide the number of bytes specified by the Content-Length HTTP header',
          400,
        )
      }
      if (isSigned && upload.checksums.sha256 !== Buffer.from(hash, 'hex').toString('base64')) {
        const message = "The provided 'x-amz-content-sha256' header does not match what was computed."
        throw new S3Error('XAmzContentSHA256Mismatch', message, 400)
      }
    },
  }
}

function keepTrailer(trailers: Promised, name: string, value: string): void {
  const algorithm = CHECKSUMS.find((known) => name === `x-amz-checksum-${known}`)
  if (algorithm) trailers[algorithm] = value
}

/** What to compute: promised now or in the trailer, named by the SDK, or needed for the signature. */
export function algorithmsOf(header: Header, isSigned: boolean): Checksum[] {
  const named = [header('x-amz-trailer'), header('x-amz-sdk-checksum-algorithm'), header('x-amz-checksum-algorithm')]
  const text = named.join(' ').toLowerCase()
  return CHECKSUMS.filter(
    (algorithm) =>
      header(`x-amz-checksum-${algorithm}`) !== undefined ||
      new RegExp(`\\b${algorithm}\\b`).test(text) ||
      (isSigned && algorithm === 'sha256'),
  )
}

/** Headers and metadata (of the names given) that are kept with the object and come back with it. */
export function objectHeaders(header: Header, names: Iterable<string>): StoredObject['headers'] {
  const kept: StoredObject['headers'] = {}
  for (const name of KEPT_HEADERS) keep(kept, name, header(name))
  const encoding = header('content-encoding')?.replace(/\s*aws-chunked\s*,?\s*/i, '')
  if (encoding) kept['content-encoding'] = encoding
  for (const name of names) if (name.startsWith('x-amz-meta-')) keep(kept, name, header(name))
  checkMetadata(kept)
  return kept
}

function keep(kept: Record<string, string>, name: string, value: string | undefined): void {
  if (value !== undefined && value !== '') kept[name] = value
}

/** User metadata has its own limit, names and values counted. */
function checkMetadata(headers: StoredObject['headers']): void {
  const entries = Object.entries(headers).filter(([name]) => name.startsWith('x-amz-meta-'))
  const size = entries.reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name.slice(11)) + Buffer.byteLength(value),
    0,
  )
  if (size <= MAX_METADATA) return
  const message = 'Your metadata headers exceed the maximum allowed metadata size'
  throw new S3Error('MetadataTooLarge', message, 400, { Size: size, MaxSizeAllowed: MAX_METADATA })
}
