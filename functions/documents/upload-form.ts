import { MAX_DOCUMENT_BYTES } from '../../schemas/document'
import type { Context } from '../platform/context'
import { awsEnvironment, env } from '../platform/env'
import { FORM_SECONDS } from './domain/caps'
import { uploadKey } from './domain/intake'
import { presignPost, type UploadTerms } from './presign'

/** When the form of a document that is announced now ends, UTC: after an hour, or with what it was asked by. */
export function formEnd({ now }: Context, grantEnd = '9999'): string {
  const end = new Date(Date.parse(now) + FORM_SECONDS * 1000).toISOString()
  return end < grantEnd ? end : grantEnd
}

/** The form of an announced document. Asked for again, it ends when it would have ended. */
export function uploadForm(
  { tenantId, now }: Context,
  { shipmentId, documentId, until }: { shipmentId: string; documentId: string; until: string },
  terms: Pick<UploadTerms, 'contentType' | 'bytes' | 'sha256'>,
) {
  const { url, fields, expiresAt } = presignPost(awsEnvironment(), {
    ...terms,
    bucket: env('DOCUMENTS_BUCKET'),
    key: uploadKey(tenantId, shipmentId, documentId),
    now,
    seconds: (Date.parse(until) - Date.parse(now)) / 1000,
  })
  return { url, method: 'POST' as const, fields, expiresAt, maxBytes: terms.bytes ?? MAX_DOCUMENT_BYTES }
}
