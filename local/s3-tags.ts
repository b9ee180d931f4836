/** Tags of S3's objects: read over HTTP, written by peers of the runtime. */
import { accessDenied, toXml } from './s3-errors'
import type { SignedRequest } from './s3-request'
import type { Storage, StoredObject } from './s3-storage'
import type { Runtime } from './service'
import { query } from './sql'

export type Tags = ReturnType<typeof createTags>

export function createTags(runtime: Runtime, storage: Pick<Storage, 'find'>) {
  runtime.state.exec('CREATE TABLE IF NOT EXISTS s3_tags (sequence INTEGER PRIMARY KEY, tags TEXT NOT NULL)')
  const insert = query(runtime.state, 'INSERT OR REPLACE INTO s3_tags VALUES (?, ?)')
  const select = query<{ tags: string }>(runtime.state, 'SELECT tags FROM s3_tags WHERE sequence = ?')
  const tagsOf = ({ sequence }: StoredObject): Record<string, string> => JSON.parse(select.get(sequence)?.tags ?? '{}')

  return {
    /** Replaces them; an object that is gone has none. */
    write(bucket: string, key: string, versionId: string, tags: Record<string, string>): void {
      const object = storage.find(bucket, key, versionId)
      if (object) insert.run(object.sequence, JSON.stringify(tags))
    },
    /** `GET ?tagging` */
    async read({ principal, bucket, key, query: parameters, response }: SignedRequest): Promise<void> {
      const versionId = parameters.get('versionId') ?? undefined
      const action = versionId === undefined ? 'GetObjectTagging' : 'GetObjectVersionTagging'
      runtime.authorize(principal, `s3:${action}`, `${bucket.arn}/${key}`)
      const object = storage.find(bucket.name, key, versionId)
      // What is missing is only told to those who may list, and nobody who reads tags may.
      if (!object?.file) throw accessDenied()
      const Tag = Object.entries(tagsOf(object)).map(([Key, Value]) => ({ Key, Value }))
      response
        .writeHead(200, { 'content-type': 'application/xml', 'x-amz-version-id': object.versionId })
        .end(toXml('Tagging', { TagSet: { Tag } }))
    },
  }
}
