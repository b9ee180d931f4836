/** The operations of S3 on objects and buckets. */
import type { OutgoingHttpHeaders } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { EventBridge } from './event-bridge'
import { bodyOf, type NewBody, objectHeaders, promisedChecksums } from './s3-body'
import { accessDenied, S3Error, toXml } from './s3-errors'
import { eventsOf } from './s3-events'
import type { SignedRequest } from './s3-request'
import { type Storage, type StoredObject, verifyUpload } from './s3-storage'
import type { Runtime } from './service'

const MAX_KEY_BYTES = 1024
const MAX_KEYS = 1000
/** Headers of the answer that a presigned URL may set. */
const OVERRIDES = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
]

type Operation = (request: SignedRequest) => Promise<void>

/** By method and `object` or `bucket`. */
export function createOperations(
  runtime: Runtime,
  storage: Storage,
  events: Pick<EventBridge, 'put'>,
): Record<string, Operation> {
  const { created, deleted } = eventsOf(runtime, events)
  const arnOf = (request: SignedRequest) => `${request.bucket.arn}/${request.key}`
  const allow = (request: SignedRequest, action: string, resource: string) =>
    runtime.authorize(request.principal, `s3:${action}`, resource)

  function mayList(request: SignedRequest): boolean {
    try {
      allow(request, 'ListBucket', request.bucket.arn)
      return true
    } catch {
      return false
    }
  }

  /** The object of a read; what is missing is only told to those who may list. */
  function find(request: SignedRequest): StoredObject {
    const versionId = request.query.get('versionId') ?? undefined
    allow(request, versionId === undefined ? 'GetObject' : 'GetObjectVersion', arnOf(request))
    const object = storage.find(request.bucket.name, request.key, versionId)
    if (object?.file) return object
    if (object) request.response.setHeader('x-amz-delete-marker', 'true')
    if (!mayList(request)) throw accessDenied()
    if (object && versionId !== undefined) {
      throw new S3Error('MethodNotAllowed', 'The specified method is not allowed against this resource.', 405)
    }
    if (versionId !== undefined) throw new S3Error('NoSuchVersion', 'The specified version does not exist.', 404)
    throw new S3Error('NoSuchKey', 'The specified key does not exist.', 404, { Key: request.key })
  }

  async function read(request: SignedRequest): Promise<void> {
    const object = find(request)
    checkConditions(request, object)
    const range = rangeOf(request.header('range'), object.size)
    const headers: OutgoingHttpHeaders = {
      ...describeObject(object, request.header('x-amz-checksum-mode') === 'ENABLED' && !range),
      ...overrides(request),
      'accept-ranges': 'bytes',
      'content-length': range ? range.end - range.start + 1 : object.size,
      ...(range ? { 'content-range': `bytes ${range.start}-${range.end}/${object.size}` } : {}),
    }
    if (request.method === 'HEAD' || object.size === 0) {
      return void request.response.writeHead(range ? 206 : 200, headers).end()
    }
    const file = await storage.open(object)
    request.response.writeHead(range ? 206 : 200, headers)
    await pipeline(file.createReadStream(range), request.response)
  }

  async function put(request: SignedRequest): Promise<void> {
    if (Buffer.byteLength(request.key) > MAX_KEY_BYTES)
      throw new S3Error('KeyTooLongError', 'Your key is too long', 400)
    allow(request, 'PutObject', arnOf(request))
    const existing = storage.find(request.bucket.name, request.key)
    if (request.header('if-none-match') === '*' && existing?.file) throw preconditionFailed('If-None-Match')
    const source = request.header('x-amz-copy-source')
    if (source !== undefined) return copy(request, source)
    const headers = objectHeaders(request.header, headerNames(request))
    const upload = await receive(request, bodyOf(request))
    runtime.count('s3.puts')
    const target = { bucket: request.bucket.name, key: request.key, versioned: request.bucket.versioned, headers }
    const object = await storage.commit(upload, target, (stored) => created(request, stored, 'PutObject'))
    request.response.writeHead(200, { ...identity(object), ...checksumHeaders(object) }).end()
  }

  async function receive(request: SignedRequest, body: NewBody) {
    const promised = promisedChecksums(request.header)
    const upload = await storage.receive(body.content, body.algorithms)
    try {
      body.verify(upload)
      verifyUpload(upload, { ...promised, ...body.trailers })
      return upload
    } catch (error) {
      await storage.discard(upload)
      throw error
    }
  }

  async function copy(request: SignedRequest, source: string): Promise<void> {
    const [path = '', search = ''] = source.replace(/^\//, '').split('?')
    const [bucket = '', ...parts] = path.split('/').map(decodeURIComponent)
    const query = new URLSearchParams(search)
    if (bucket !== request.bucket.name) {
      throw new S3Error('NotImplemented', 'Copying between buckets is not implemented here.', 501)
    }
    const original = find({ ...request, key: parts.join('/'), query })
    const replaces = request.header('x-amz-metadata-directive') === 'REPLACE'
    const headers = replaces ? objectHeaders(request.header, headerNames(request)) : original.headers
    const target = { bucket, key: request.key, versioned: request.bucket.versioned, headers }
    const upload = await storage.duplicate(original)
    runtime.count('s3.puts')
    const object = await storage.commit(upload, target, (stored) => created(request, stored, 'CopyObject'))
    const body = toXml('CopyObjectResult', { LastModified: isoTime(object), ETag: `"${object.etag}"` })
    request.response.writeHead(200, { ...identity(object), 'content-type': 'application/xml' }).end(body)
  }

  async function remove(request: SignedRequest): Promise<void> {
    const { bucket, key, response } = request
    const versionId = request.query.get('versionId') ?? undefined
    allow(request, versionId === undefined ? 'DeleteObject' : 'DeleteObjectVersion', arnOf(request))
    if (versionId === undefined) {
      const marker = await storage.delete(bucket.name, key, bucket.versioned, (made) =>
        deleted(request, made ? 'Delete Marker Created' : 'Permanently Deleted', made),
      )
      const headers = marker ? { 'x-amz-delete-marker': 'true', 'x-amz-version-id': marker.versionId } : {}
      return void response.writeHead(204, headers).end()
    }
    const object = storage.find(bucket.name, key, versionId)
    if (object) await storage.deleteVersion(object, () => deleted(request, 'Permanently Deleted', object))
    response.writeHead(204, { 'x-amz-version-id': versionId }).end()
  }

  async function list(request: SignedRequest): Promise<void> {
    const { bucket, query, response } = request
    allow(request, 'ListBucket', bucket.arn)
    if (query.has('location')) return sendXml(response, 'LocationConstraint', runtime.region)
    if (query.get('list-type') !== '2')
      throw new S3Error('NotImplemented', 'Only ListObjectsV2 is implemented here.', 501)
    const token = query.get('continuation-token')
    const limit = Math.min(Number(query.get('max-keys') ?? MAX_KEYS), MAX_KEYS)
    if (!Number.isInteger(limit) || limit < 0) throw new S3Error('InvalidArgument', 'max-keys must be a number', 400)
    const prefix = query.get('prefix') ?? ''
    const delimiter = query.get('delimiter') ?? ''
    const after = token === null ? (query.get('start-after') ?? '') : Buffer.from(token, 'base64').toString()
    const page = storage.list(bucket.name, { prefix, delimiter, after, limit })
    const encoded = query.get('encoding-type') === 'url' ? encodeURIComponent : (text: string) => text
    sendXml(response, 'ListBucketResult', {
      Name: bucket.name,
      Prefix: encoded(prefix),
      ...(delimiter === '' ? {} : { Delimiter: encoded(delimiter) }),
      ...(query.has('encoding-type') ? { EncodingType: 'url' } : {}),
      MaxKeys: limit,
      KeyCount: page.objects.length + page.prefixes.length,
      IsTruncated: page.next !== undefined,
      ...(page.next === undefined ? {} : { NextContinuationToken: Buffer.from(page.next).toString('base64') }),
      Contents: page.objects.map((object) => ({
        Key: encoded(object.key),
        LastModified: isoTime(object),
        ETag: `"${object.etag}"`,
        Size: object.size,
        StorageClass: 'STANDARD',
      })),
      CommonPrefixes: page.prefixes.map((common) => ({ Prefix: encoded(common) })),
    })
  }

  return {
    'GET object': read,
    'HEAD object': read,
    'PUT object': put,
    'DELETE object': remove,
    'GET bucket': list,
    'HEAD bucket': async (request) => {
      allow(request, 'ListBucket', request.bucket.arn)
      request.response.writeHead(200, { 'x-amz-bucket-region': runtime.region }).end()
    },
  }
}

function sendXml(response: SignedRequest['response'], root: string, content: Parameters<typeof toXml>[1]): void {
  response.writeHead(200, { 'content-type': 'application/xml' }).end(toXml(root, content))
}

const isoTime = (object: StoredObject) => new Date(object.modifiedAt).toISOString()

/** What every answer about an object says of it. */
export function identity(object: StoredObject): OutgoingHttpHeaders {
  return {
    etag: `"${object.etag}"`,
    'x-amz-server-side-encryption': 'AES256',
    ...(object.versionId === 'null' ? {} : { 'x-amz-version-id': object.versionId }),
  }
}

export function checksumHeaders(object: StoredObject): OutgoingHttpHeaders {
  const entries = Object.entries(object.checksums).map(([name, value]) => [`x-amz-checksum-${name}`, value])
  return entries.length === 0 ? {} : { ...Object.fromEntries(entries), 'x-amz-checksum-type': 'FULL_OBJECT' }
}

/** A presigned URL carries headers of Amazon's as parameters. */
const headerNames = ({ message, query }: SignedRequest) => [
  ...Object.keys(message.headers),
  ...[...query.keys()].map((name) => name.toLowerCase()),
]

/** HTTP headers are ASCII; S3 sends other text as RFC 2047 words. */
function encodeHeaders(headers: StoredObject['headers']): OutgoingHttpHeaders {
  const encoded = Object.entries(headers).map(([name, value]) => {
    return [name, /^[\t\x20-\x7e]*$/.test(value) ? value : `=?UTF-8?B?${Buffer.from(value).toString('base64')}?=`]
  })
  return Object.fromEntries(encoded)
}

function describeObject(object: StoredObject, withChecksums: boolean): OutgoingHttpHeaders {
  return {
    ...identity(object),
    'content-type': 'binary/octet-stream',
    'last-modified': new Date(object.modifiedAt).toUTCString(),
    ...encodeHeaders(object.headers),
    // On one machine the files share their origin with the console: a page among them must not run.
    'content-security-policy': "script-src 'none'",
    'x-content-type-options': 'nosniff',
    ...(withChecksums ? checksumHeaders(object) : {}),
  }
}

function overrides(request: SignedRequest): OutgoingHttpHeaders {
  const set = OVERRIDES.map((name) => [name, request.query.get(`response-${name}`)] as const)
  return Object.fromEntries(set.flatMap(([name, value]) => (value === null ? [] : [[name, value]])))
}

const preconditionFailed = (Condition: string) =>
  new S3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412, { Condition })

function checkConditions(request: SignedRequest, object: StoredObject): void {
  const names = (header: string) =>
    request
      .header(header)
      ?.split(',')
      .map((tag) => tag.trim().replaceAll('"', ''))
  const holds = (tags: string[]) => tags.includes('*') || tags.includes(object.etag)
  const wanted = names('if-match')
  if (wanted && !holds(wanted)) throw preconditionFailed('If-Match')
  const unwanted = names('if-none-match')
  if (unwanted && holds(unwanted)) throw new S3Error('NotModified', 'Not Modified', 304)
}

/** A single range of bytes, both ends included; undefined for the whole object, as for a range that is malformed. */
export function rangeOf(header: string | undefined, size: number): { start: number; end: number } | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  if (first === '' && last === '') return undefined
  const start = first === '' ? Math.max(size - Number(last), 0) : Number(first)
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined
  if (start <= end) return { start, end }
  const details = { RangeRequested: header ?? '', ActualObjectSize: size }
  throw new S3Error('InvalidRange', 'The requested range is not satisfiable', 416, details)
}
