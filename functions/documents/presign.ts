/**
 * Presigned S3 forms and links, AWS Signature Version 4. Five HMACs: the SDK's presigner weighs more than the rest of
 * the bundle (docs/decisions). Pure: time and credentials are given.
 */
import { createHash, createHmac } from 'node:crypto'
import { MAX_DOCUMENT_BYTES } from '../../schemas/document'

export interface Signer {
  accessKeyId: string
  secretAccessKey: string
  sessionToken: string | undefined
  region: string
  /** Path-style endpoint instead of S3's own. */
  s3Endpoint: string | undefined
}

export interface UploadTerms {
  bucket: string
  key: string
  contentType: string
  /** Exact size; up to `MAX_DOCUMENT_BYTES` where the sender does not know it. */
  bytes?: number | undefined
  /** Base64. */
  sha256?: string | undefined
  /** UTC. */
  now: string
  seconds: number
}

export interface PresignedForm {
  url: string
  fields: Record<string, string>
  expiresAt: string
}

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()

function signature(signer: Signer, date: string, text: string): string {
  const day = hmac(`AWS4${signer.secretAccessKey}`, date)
  const key = hmac(hmac(hmac(day, signer.region), 's3'), 'aws4_request')
  return hmac(key, text).toString('hex')
}

const amzDate = (now: string) => `${now.replaceAll(/[-:]/g, '').slice(0, 15)}Z`

function scopeOf(signer: Signer, now: string) {
  const date = amzDate(now).slice(0, 8)
  const scope = `${date}/${signer.region}/s3/aws4_request`
  return { date, scope, credential: `${signer.accessKeyId}/${scope}` }
}

const endpointOf = (signer: Signer, bucket: string) =>
  new URL(
    signer.s3Endpoint ? `${signer.s3Endpoint}/${bucket}/` : `https://${bucket}.s3.${signer.region}.amazonaws.com/`,
  )

const expiry = (now: string, seconds: number) => new Date(Date.parse(now) + seconds * 1000).toISOString()

/** A POST form that S3 takes only for this key, type, size and checksum, and only until it expires. */
export function presignPost(signer: Signer, terms: UploadTerms): PresignedForm {
  const { date, credential } = scopeOf(signer, terms.now)
  const fields: Record<string, string> = {
    key: terms.key,
    'Content-Type': terms.contentType,
    ...(terms.sha256 ? { 'x-amz-checksum-algorithm': 'SHA256', 'x-amz-checksum-sha256': terms.sha256 } : {}),
    success_action_status: '201',
    'x-amz-algorithm': 'AWS4-HMAC-SHA256',
    'x-amz-credential': credential,
    'x-amz-date': amzDate(terms.now),
    ...(signer.sessionToken ? { 'x-amz-security-token': signer.sessionToken } : {}),
  }
  const expiresAt = expiry(terms.now, terms.seconds)
  const conditions = [
    { bucket: terms.bucket },
    ...Object.entries(fields).map(([name, value]) => ({ [name]: value })),
    ['content-length-range', terms.bytes ?? 1, terms.bytes ?? MAX_DOCUMENT_BYTES],
  ]
  const policy = Buffer.from(JSON.stringify({ expiration: expiresAt, conditions })).toString('base64')
  return {
    url: endpointOf(signer, terms.bucket).href,
    fields: { ...fields, policy, 'x-amz-signature': signature(signer, date, policy) },
    expiresAt,
  }
}

const encode = (text: string) =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )

/** A link that reads one version of one object until it expires. */
export function presignGet(
  signer: Signer,
  object: { bucket: string; key: string; versionId: string | undefined; now: string; seconds: number },
): { url: string; expiresAt: string } {
  const { date, scope, credential } = scopeOf(signer, object.now)
  const endpoint = endpointOf(signer, object.bucket)
  const path = endpoint.pathname + object.key.split('/').map(encode).join('/')
  const query = Object.entries({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': credential,
    'X-Amz-Date': amzDate(object.now),
    'X-Amz-Expires': String(object.seconds),
    ...(signer.sessionToken ? { 'X-Amz-Security-Token': signer.sessionToken } : {}),
    'X-Amz-SignedHeaders': 'host',
    ...(object.versionId ? { versionId: object.versionId } : {}),
  })
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&')
  const request = ['GET', path, query, `host:${endpoint.host}\n`, 'host', 'UNSIGNED-PAYLOAD'].join('\n')
  const hashed = createHash('sha256').update(request).digest('hex')
  const text = ['AWS4-HMAC-SHA256', amzDate(object.now), scope, hashed].join('\n')
  return {
    url: `${endpoint.origin}${path}?${query}&X-Amz-Signature=${signature(signer, date, text)}`,
    expiresAt: expiry(object.now, object.seconds),
  }
}
