/** Signature Version 4 as S3 uses it for presigned URLs and forms. Pure. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** `AKID/20261122/eu-central-1/s3/aws4_request`, taken apart. */
export interface CredentialScope {
  accessKeyId: string
  date: string
  region: string
  service: string
}

/** Undefined if the text is no credential scope. */
export function parseCredential(credential: string): CredentialScope | undefined {
  const match = /^([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request$/.exec(credential)
  if (!match) return undefined
  const [, accessKeyId = '', date = '', region = '', service = ''] = match
  return { accessKeyId, date, region, service }
}

/** UTC milliseconds of `20261122T093000Z`; undefined if it is no such time. */
export function parseAmzDate(text: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text)
  if (!match) return undefined
  const [, year, month, day, hour, minute, second] = match
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(time) ? undefined : time
}

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()

/** Signs a text (a string to sign, or a form's policy) with the key derived for the scope; hex. */
export function sign(secret: string, scope: CredentialScope, text: string): string {
  const key = [scope.date, scope.region, scope.service, 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secret}`)
  return hmac(key, text).toString('hex')
}

export interface PresignedRequest {
  method: string
  /** Path as it came, percent-encoded. */
  path: string
  query: URLSearchParams
  header(name: string): string | undefined
}

/** The signature that a presigned URL must carry; undefined if it doesn't name what a presigned URL names. */
export function presignedSignature(request: PresignedRequest, secret: string): string | undefined {
  const { query } = request
  const scope = parseCredential(query.get('X-Amz-Credential') ?? '')
  const date = query.get('X-Amz-Date')
  const signedHeaders = query.get('X-Amz-SignedHeaders')
  if (!scope || !date || !signedHeaders) return undefined
  const names = signedHeaders.split(';')
  const canonical = [
    request.method,
    encodePath(request.path),
    canonicalQuery(query),
    ...names.map((name) => `${name}:${(request.header(name) ?? '').trim().replaceAll(/ +/g, ' ')}`),
    '',
    signedHeaders,
    query.get('X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD',
  ].join('\n')
  const hash = createHash('sha256').update(canonical).digest('hex')
  const scopeText = `${scope.date}/${scope.region}/${scope.service}/aws4_request`
  return sign(secret, scope, `AWS4-HMAC-SHA256\n${date}\n${scopeText}\n${hash}`)
}

function canonicalQuery(query: URLSearchParams): string {
  return [...query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** S3 encodes each part of the path once, whatever the client left plain. */
const encodePath = (path: string) => path.split('/').map(decodeURIComponent).map(encode).join('/')

const encode = (text: string) =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)

/** Compares signatures in constant time. */
export function sameSignature(given: string, expected: string): boolean {
  const a = Buffer.from(given)
  const b = Buffer.from(expected)
  return a.length === b.length && timingSafeEqual(a, b)
}
