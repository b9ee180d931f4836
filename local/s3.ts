/** S3 over HTTP: buckets of the template, signed requests only, errors in S3's XML. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { EventBridge } from './event-bridge'
import { bucketsOf, corsHeaders, preflight } from './s3-buckets'
import { accessDenied, S3Error, toXml } from './s3-errors'
import { createOperations } from './s3-operations'
import { createFormUpload } from './s3-post'
import { authenticate, parseRequest, type S3Request, type SignerOf } from './s3-request'
import { createStorage } from './s3-storage'
import { createTags, type Tags } from './s3-tags'
import { AwsError, type Resource, type Runtime } from './service'

export interface S3 {
  /** Whether a request is for a bucket. */
  serves(request: IncomingMessage): boolean
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
  /** The content of an object, for a peer that has checked who asks. Throws NoSuchKey. */
  getObject(bucket: string, key: string, versionId?: string): Promise<Uint8Array>
  /** Puts tags on a version of an object, for a peer that has checked who asks; in the transaction that is open. */
  tag: Tags['write']
  boot(): void
  close(): void
}

export interface S3Resources {
  buckets: Resource[]
  /** Custom::S3BucketNotifications, by which the CDK switches events on. */
  notifications: Resource[]
}

export interface S3Peers {
  events: Pick<EventBridge, 'put'>
  signerOf: SignerOf
}

/** Bytes of a refused body that are read and dropped, so that the answer arrives; beyond, the connection is cut. */
const MAX_DRAIN = 256 * 1024 * 1024

/** Parameters that name what this runtime does not have. */
const UNSUPPORTED = [
  'acl',
  'attributes',
  'delete',
  'legal-hold',
  'partNumber',
  'policy',
  'restore',
  'retention',
  'select',
  'torrent',
  'uploadId',
  'uploads',
  'versions',
]

/** S3 over the AWS::S3::Bucket resources of the template. */
export function createS3(runtime: Runtime, resources: S3Resources, peers: S3Peers): S3 {
  const buckets = bucketsOf(resources.buckets, resources.notifications)
  const storage = createStorage(runtime)
  const tags = createTags(runtime, storage)
  const operations: ReturnType<typeof createOperations> = {
    ...createOperations(runtime, storage, peers.events),
    'GET tagging': tags.read,
  }
  const upload = createFormUpload(runtime, storage, peers.events, peers.signerOf)

  async function answer(request: S3Request): Promise<void> {
    const { method, key, query, message, response, bucket } = request
    if (method === 'OPTIONS') return void response.writeHead(200, preflight(bucket, message.headers)).end()
    for (const [name, value] of Object.entries(corsHeaders(bucket, method, message.headers))) {
      response.setHeader(name, value)
    }
    if (method === 'POST' && key === '' && !query.has('delete')) return upload(request)
    const unsupported = UNSUPPORTED.find((name) => query.has(name))
    const about = query.has('tagging') ? 'tagging' : key === '' ? 'bucket' : 'object'
    const operation = unsupported ? undefined : operations[`${method} ${about}`]
    const principal = authenticate(request, peers.signerOf, runtime.region, runtime.clock.now())
    if (!operation) throw notImplemented(unsupported ?? `${method} ${about}`)
    await operation({ ...request, principal })
  }

  async function refuse({ id, message, method, response, bucket, key }: S3Request, error: unknown): Promise<void> {
    if (response.headersSent || message.socket.destroyed) return void response.destroy()
    const { code, status, text, details } = describe(error)
    if (status >= 500) runtime.log('error', 'S3 failed', { error: String(error) })
    await drain(message)
    const body = toXml('Error', {
      Code: code,
      Message: text,
      ...details,
      BucketName: bucket.name,
      ...(key === '' ? {} : { Key: key }),
      RequestId: id,
      HostId: 'local',
    })
    const hasBody = method !== 'HEAD' && status !== 304
    response.writeHead(status, hasBody ? { 'content-type': 'application/xml' } : {}).end(hasBody ? body : undefined)
  }

  return {
    serves: (request) => {
      const [, first = ''] = /^\/([^/?]*)/.exec(request.url ?? '') ?? []
      return buckets.has(first) || buckets.has(request.headers.host?.split('.')[0] ?? '')
    },
    async handle(message, response) {
      const busy = runtime.busy('S3')
      const request = requestOf(message, response)
      try {
        if (request) await answer(request)
        else response.writeHead(404, { 'content-type': 'application/xml' }).end(toXml('Error', NO_SUCH_BUCKET))
      } catch (error) {
        if (request) await refuse(request, error)
      } finally {
        busy.done()
      }
    },
    async getObject(bucket, key, versionId) {
      const object = storage.find(bucket, key, versionId)
      if (!object?.file) throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404)
      const file = await storage.open(object)
      try {
        return await file.readFile()
      } finally {
        await file.close()
      }
    },
    tag: tags.write,
    boot: storage.sweep,
    close: () => undefined,
  }

  function requestOf(message: IncomingMessage, response: ServerResponse): S3Request | undefined {
    try {
      const request = parseRequest(message, response, buckets)
      if (request) response.setHeader('x-amz-request-id', request.id)
      return request
    } catch (error) {
      const { code, status, text } = describe(error)
      response
        .writeHead(status, { 'content-type': 'application/xml' })
        .end(toXml('Error', { Code: code, Message: text }))
      return undefined
    }
  }
}

const NO_SUCH_BUCKET = { Code: 'NoSuchBucket', Message: 'The specified bucket does not exist' }

const notImplemented = (what: string) =>
  new S3Error(
    'NotImplemented',
    `A header or query you provided implies functionality that is not implemented: ${what}`,
    501,
  )

function describe(error: unknown): { code: string; status: number; text: string; details: S3Error['details'] } {
  const known = error instanceof AwsError ? error : undefined
  // A refusal by IAM has its own name in S3.
  if (known?.code === 'AccessDeniedException') return describe(accessDenied(known.message))
  return {
    code: known?.code ?? 'InternalError',
    status: known?.status ?? 500,
    text: known?.message ?? 'We encountered an internal error. Please try again.',
    details: known instanceof S3Error ? known.details : {},
  }
}

async function drain(message: IncomingMessage): Promise<void> {
  let left = MAX_DRAIN
  if (message.readableEnded) return
  try {
    for await (const chunk of message.iterator({ destroyOnReturn: false })) {
      left -= chunk.length
      if (left < 0) return void message.destroy()
    }
  } catch {
    // The client has gone: there is nobody to answer.
  }
}
