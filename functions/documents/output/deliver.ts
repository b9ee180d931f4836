/** Puts a printed document beside the uploads: by a form of our own, as partners do, so that no SDK is needed for it. */
import type { DocumentRecord } from '../../../schemas/document'
import type { Context } from '../../platform/context'
import { awsEnvironment, env } from '../../platform/env'
import { checksum } from '../domain/checksum'
import type { StoredObject } from '../domain/generation'
import { objectKey } from '../domain/intake'
import { presignPost } from '../presign'

const SECONDS = 300
const PATIENCE = 30_000

export async function storeGenerated(
  context: Context,
  document: DocumentRecord,
  bytes: Uint8Array,
): Promise<StoredObject> {
  const sha256 = checksum(bytes)
  const { url, fields } = presignPost(awsEnvironment(), {
    bucket: env('DOCUMENTS_BUCKET'),
    key: objectKey(context.tenantId, document),
    contentType: document.contentType,
    bytes: bytes.length,
    sha256,
    now: context.now,
    seconds: SECONDS,
  })
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('file', new Blob([bytes], { type: document.contentType }))
  const response = await fetch(url, { method: 'POST', body: form, signal: AbortSignal.timeout(PATIENCE) })
  if (response.status !== 201) throw new Error(`S3 answered ${response.status}: ${await response.text()}`)
  return { versionId: response.headers.get('x-amz-version-id') ?? undefined, bytes: bytes.length, sha256 }
}
