/** A request to S3: which bucket and key, and who makes it. */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Bucket } from './s3-buckets'
import { accessDenied, S3Error } from './s3-errors'
import type { Principal } from './service'
import { parseAmzDate, parseCredential, presignedSignature, sameSignature } from './signature-v4'

/** Credentials that the runtime has handed out, to a function's role. */
export interface Signer {
  secret: string
  principal: Principal
  sessionToken?: string | undefined
}

export type SignerOf = (accessKeyId: string) => Signer | undefined

export interface S3Request {
  id: string
  method: string
  bucket: Bucket
  /** Empty where the request is about the bucket. */
  key: string
  query: URLSearchParams
  /** A header; in a presigned URL, the parameter that stands for it. */
  header(name: string): string | undefined
  message: IncomingMessage
  response: ServerResponse
}

/** Who may make the request; the second part of S3's life, a form, carries its own signature. */
export interface SignedRequest extends S3Request {
  principal: Principal
}

const WEEK = 604_800

/** Finds the bucket in the path (`/bucket/key`) or in the host (`bucket.localhost`); undefined if there is none. */
export function parseRequest(
  message: IncomingMessage,
  response: ServerResponse,
  buckets: Map<string, Bucket>,
): S3Request | undefined {
  const [path = '/', search = ''] = split(message.url ?? '/', '?')
  const place = placeOf(path, message.headers.host, buckets)
  if (!place) return undefined
  const query = new URLSearchParams(search)
  const isPresigned = query.has('X-Amz-Signature')
  const header = (name: string) => {
    const value = message.headers[name]
    const given = Array.isArray(value) ? value.join(',') : value
    return given ?? (isPresigned && name.startsWith('x-amz-') ? parameter(query, name) : undefined)
  }
  const id = randomBytes(8).toString('hex').toUpperCase()
  return { id, method: message.method ?? 'GET', ...place, query, header, message, response }
}

function parameter(query: URLSearchParams, name: string): string | undefined {
  for (const [key, value] of query) if (key.toLowerCase() === name) return value
  return undefined
}

function placeOf(path: string, host: string | undefined, buckets: Map<string, Bucket>) {
  const [, first = '', rest = ''] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? []
  const inPath = buckets.get(first)
  if (inPath) return { bucket: inPath, key: decode(rest) }
  const inHost = buckets.get(host?.split('.')[0] ?? '')
  return inHost && { bucket: inHost, key: decode(path.slice(1)) }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new S3Error('InvalidURI', "Couldn't parse the specified URI.", 400)
  }
}

/** Who makes the request. The key in a header is enough; a presigned URL must be signed, in time, for this very request. */
export function authenticate(request: S3Request, signerOf: SignerOf, region: string, now: number): Principal {
  const { query } = request
  if (query.has('X-Amz-Signature') || query.has('X-Amz-Credential')) return presigner(request, signerOf, region, now)
  const credential = /Credential=([^,\s]+)/.exec(request.message.headers.authorization ?? '')?.[1]
  if (!credential) throw accessDenied()
  return known(credential.split('/')[0] ?? '', signerOf).principal
}

function known(accessKeyId: string, signerOf: SignerOf): Signer {
  const signer = signerOf(accessKeyId)
  if (signer) return signer
  const message = 'The AWS Access Key Id you provided does not exist in our records.'
  throw new S3Error('InvalidAccessKeyId', message, 403, { AWSAccessKeyId: accessKeyId })
}

function presigner(request: S3Request, signerOf: SignerOf, region: string, now: number): Principal {
  const { query } = request
  const scope = parseCredential(query.get('X-Amz-Credential') ?? '')
  const signedAt = parseAmzDate(query.get('X-Amz-Date') ?? '')
  const seconds = Number(query.get('X-Amz-Expires'))
  const isRight = query.get('X-Amz-Algorithm') === 'AWS4-HMAC-SHA256' && scope?.service === 's3'
  if (
    !isRight ||
    signedAt === undefined ||
    scope.region !== region ||
    !query.get('X-Amz-Date')?.startsWith(scope.date)
  ) {
    throw parametersError('The query-string authentication parameters are missing or malformed')
  }
  if (!Number.isInteger(seconds) || seconds < 1) throw parametersError('X-Amz-Expires should be a number')
  if (seconds > WEEK) {
    throw parametersError(
      'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
    )
  }
  const signer = known(scope.accessKeyId, signerOf)
  if (signer.sessionToken !== undefined && query.get('X-Amz-Security-Token') !== signer.sessionToken) {
    throw new S3Error('InvalidToken', 'The provided token is malformed or otherwise invalid.', 400)
  }
  checkSignature(request, signer.secret, scope.accessKeyId)
  if (now > signedAt + seconds * 1000) {
    const [ExpiresDate, ServerTime] = [signedAt + seconds * 1000, now].map((time) => new Date(time).toISOString())
    const details = { 'X-Amz-Expires': seconds, ExpiresDate: ExpiresDate ?? '', ServerTime: ServerTime ?? '' }
    throw new S3Error('AccessDenied', 'Request has expired', 403, details)
  }
  return signer.principal
}

function checkSignature(request: S3Request, secret: string, accessKeyId: string): void {
  const [path = '/'] = split(request.message.url ?? '/', '?')
  const headers = request.message.headers
  const header = (name: string) => [headers[name] ?? []].flat().join(',')
  const expected = presignedSignature({ method: request.method, path, query: request.query, header }, secret)
  if (expected !== undefined && sameSignature(request.query.get('X-Amz-Signature') ?? '', expected)) return
  const message =
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.'
  throw new S3Error('SignatureDoesNotMatch', message, 403, { AWSAccessKeyId: accessKeyId })
}

const parametersError = (message: string) => new S3Error('AuthorizationQueryParametersError', message, 400)

function split(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}
