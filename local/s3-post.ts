/** Uploads by a form (presigned POST): policy first, then the file, streamed; then an object and its event. */
import type { EventBridge } from './event-bridge'
import { boundaryOf, type Form, FormTooLarge, MalformedForm, readForm } from './multipart-form'
import { checkLength, checkPost } from './presigned-post'
import { algorithmsOf, objectHeaders, promisedChecksums } from './s3-body'
import { S3Error, toXml } from './s3-errors'
import { eventsOf } from './s3-events'
import { checksumHeaders, identity } from './s3-operations'
import type { S3Request, SignerOf } from './s3-request'
import { type Storage, type StoredObject, verifyUpload } from './s3-storage'
import type { Runtime } from './service'

/** Bytes that the fields before the file may have. */
const MAX_FIELDS = 20_480
/** Bytes that are still counted of a file that is too large, so that the answer can name its size. */
const MAX_COUNTED = 256 * 1024 * 1024

export function createFormUpload(
  runtime: Runtime,
  storage: Storage,
  events: Pick<EventBridge, 'put'>,
  signerOf: SignerOf,
): (request: S3Request) => Promise<void> {
  const { created } = eventsOf(runtime, events)

  return async function upload(request) {
    const { bucket, response } = request
    const { fields, file } = await formOf(request)
    if (!file) {
      throw new S3Error(
        'IncorrectNumberOfFilesInPostRequest',
        'POST requires exactly one file upload per request.',
        400,
      )
    }
    const context = { bucket: bucket.name, region: runtime.region, now: runtime.clock.now(), signerOf }
    const { key, signer, length } = checkPost({ fields, filename: file.filename }, context)
    runtime.authorize(signer.principal, 's3:PutObject', `${bucket.arn}/${key}`)

    const field = (name: string) => fields.get(name)
    const headers = objectHeaders(field, fields.keys())
    const promised = promisedChecksums(field)
    const received = await malformedAsS3(() =>
      storage.receive(bounded(file.content, length.max), algorithmsOf(field, false)),
    )
    try {
      checkLength(received.size, length)
      verifyUpload(received, promised)
    } catch (error) {
      await storage.discard(received)
      throw error
    }
    runtime.count('s3.puts')
    const target = { bucket: bucket.name, key, versioned: bucket.versioned, headers }
    const object = await storage.commit(received, target, (stored) =>
      created({ ...request, key }, stored, 'POST Object'),
    )
    request.message.resume()
    succeed(request, object, fields, response)
  }
}

function formOf({ message }: S3Request): Promise<Form> {
  const boundary = boundaryOf(message.headers['content-type'] ?? '')
  if (boundary === undefined) {
    const text = 'Bucket POST must be of the enclosure-type multipart/form-data'
    throw new S3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412, {
      Condition: text,
    })
  }
  return malformedAsS3(() => readForm(message.iterator({ destroyOnReturn: false }), boundary, MAX_FIELDS))
}

async function malformedAsS3<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof MalformedForm) {
      const text = 'The body of your POST request is not well-formed multipart/form-data.'
      throw new S3Error('MalformedPOSTRequest', text, 400)
    }
    if (error instanceof FormTooLarge) {
      const text = 'Your POST request fields preceding the upload file were too large.'
      throw new S3Error('MaxPostPreDataLengthExceeded', text, 400, { MaxPostPreDataLengthBytes: MAX_FIELDS })
    }
    throw error
  }
}

/** The file, up to what the policy allows: what is too large is counted, not kept. */
async function* bounded(content: AsyncIterable<Buffer>, max: number): AsyncGenerator<Buffer> {
  let size = 0
  for await (const chunk of content) {
    size += chunk.length
    if (size <= max) yield chunk
    else if (size > max + MAX_COUNTED) break
  }
  if (size > max) checkLength(size, { min: 0, max })
}

function succeed(
  request: S3Request,
  object: StoredObject,
  fields: Map<string, string>,
  response: S3Request['response'],
) {
  const { bucket, message } = request
  const location = `http://${message.headers.host}/${bucket.name}/${object.key.split('/').map(encodeURIComponent).join('/')}`
  const headers = { ...identity(object), ...checksumHeaders(object), location }
  const redirect = redirectTo(fields.get('success_action_redirect') ?? fields.get('redirect'), object)
  if (redirect) return void response.writeHead(303, { ...headers, location: redirect }).end()
  if (fields.get('success_action_status') === '201') {
    const body = { Location: location, Bucket: bucket.name, Key: object.key, ETag: `"${object.etag}"` }
    return void response
      .writeHead(201, { ...headers, 'content-type': 'application/xml' })
      .end(toXml('PostResponse', body))
  }
  response.writeHead(fields.get('success_action_status') === '200' ? 200 : 204, headers).end()
}

/** Where a browser goes next; a redirect that is no URL counts as none. */
function redirectTo(redirect: string | undefined, object: StoredObject): string | undefined {
  if (redirect === undefined || !URL.canParse(redirect)) return undefined
  const url = new URL(redirect)
  url.searchParams.set('bucket', object.bucket)
  url.searchParams.set('key', object.key)
  url.searchParams.set('etag', `"${object.etag}"`)
  return url.href
}
