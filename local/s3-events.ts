/** Events of S3 on the default bus, in the transaction of the change that they tell of. */
import type { EventBridge } from './event-bridge'
import type { S3Request } from './s3-request'
import type { StoredObject } from './s3-storage'
import type { Json, Runtime } from './service'

export type Reason = 'PutObject' | 'POST Object' | 'CopyObject'
export type DeletionType = 'Permanently Deleted' | 'Delete Marker Created'
type Cause = Pick<S3Request, 'bucket' | 'key' | 'id' | 'message'>

export function eventsOf(runtime: Runtime, events: Pick<EventBridge, 'put'>) {
  function put(cause: Cause, detailType: string, detail: { [key: string]: Json }): void {
    if (!cause.bucket.events) return
    const common = {
      version: '0',
      bucket: { name: cause.bucket.name },
      'request-id': cause.id,
      requester: runtime.accountId,
      'source-ip-address': cause.message.socket.remoteAddress ?? '127.0.0.1',
    }
    events.put('default', {
      source: 'aws.s3',
      detailType,
      detail: { ...common, ...detail },
      resources: [cause.bucket.arn],
    })
  }
  return {
    created(cause: Cause, object: StoredObject, reason: Reason): void {
      const { size, etag } = object
      put(cause, 'Object Created', { object: { ...about(object), size, etag }, reason })
    },
    deleted(cause: Cause, deletionType: DeletionType, object: StoredObject | undefined): void {
      const what = object ? about(object) : { key: cause.key, sequencer: sequencer(runtime.clock.now()) }
      put(cause, 'Object Deleted', { object: what, reason: 'DeleteObject', 'deletion-type': deletionType })
    },
  }
}

function about(object: StoredObject) {
  const version = object.versionId === 'null' ? {} : { 'version-id': object.versionId }
  return { key: object.key, ...version, sequencer: sequencer(object.sequence) }
}

/** Rises with each write of a key, compared as text. */
const sequencer = (sequence: number) => sequence.toString(16).toUpperCase().padStart(18, '0')
