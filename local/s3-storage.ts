/** The objects of S3: files on disk, their metadata in SQLite. A file is on the disk, under its name, before its row is. */
import { randomBytes } from 'node:crypto'
import { constants, createWriteStream, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { copyFile, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { type Checksum, startDigest } from './checksums'
import { S3Error } from './s3-errors'
import type { Runtime } from './service'
import { query, transact } from './sql'

export interface StoredObject {
  bucket: string
  key: string
  /** `null` where the bucket keeps no versions. */
  versionId: string
  /** Rises with each write. */
  sequence: number
  /** Name of its file; null for a delete marker. */
  file: string | null
  size: number
  /** MD5 in hex, without quotes. */
  etag: string
  /** UTC milliseconds. */
  modifiedAt: number
  /** Response headers and x-amz-meta-*, names in lower case. */
  headers: Record<string, string>
  /** Base64 by algorithm. */
  checksums: Partial<Record<Checksum, string>>
}

/** A file that is written but that no object has yet. */
export interface Upload {
  path: string
  size: number
  etag: string
  checksums: StoredObject['checksums']
  /** Base64. */
  md5: string
}

export interface NewObject {
  bucket: string
  key: string
  versioned: boolean
  headers: StoredObject['headers']
}

export interface Page {
  objects: StoredObject[]
  prefixes: string[]
  /** Where the next page begins; undefined on the last. */
  next: string | undefined
}

export interface ListOptions {
  prefix: string
  delimiter: string
  /** Keys after this one. */
  after: string
  limit: number
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS s3_objects (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  bucket TEXT NOT NULL,
  key TEXT NOT NULL,
  versionId TEXT NOT NULL,
  latest INTEGER NOT NULL,
  file TEXT,
  size INTEGER NOT NULL,
  etag TEXT NOT NULL,
  modifiedAt INTEGER NOT NULL,
  headers TEXT NOT NULL,
  checksums TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS s3_version ON s3_objects (bucket, key, versionId);
CREATE INDEX IF NOT EXISTS s3_latest ON s3_objects (bucket, key) WHERE latest = 1;
CREATE UNIQUE INDEX IF NOT EXISTS s3_file ON s3_objects (file);`

type Row = Omit<StoredObject, 'headers' | 'checksums'> & { headers: string; checksums: string; latest: number }

/** Greater than any other character of a key. */
const LAST = String.fromCodePoint(0x10ffff)

export type Storage = ReturnType<typeof createStorage>

export function createStorage(runtime: Runtime) {
  const db = runtime.state
  db.exec(SCHEMA)
  const root = join(runtime.dataDir, 's3')
  const uploads = join(root, 'uploads')
  const objects = join(root, 'objects')
  for (const folder of [uploads, objects]) mkdirSync(folder, { recursive: true })

  const sql = {
    insert: query(
      db,
      `INSERT INTO s3_objects (bucket, key, versionId, latest, file, size, etag, modifiedAt, headers, checksums)
       VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?)`,
    ),
    latest: query<Row>(db, 'SELECT * FROM s3_objects WHERE bucket = ? AND key = ? AND latest = 1'),
    version: query<Row>(db, 'SELECT * FROM s3_objects WHERE bucket = ? AND key = ? AND versionId = ?'),
    newest: query<Row>(db, 'SELECT * FROM s3_objects WHERE bucket = ? AND key = ? ORDER BY sequence DESC LIMIT 1'),
    setLatest: query(db, 'UPDATE s3_objects SET latest = ? WHERE sequence = ?'),
    delete: query(db, 'DELETE FROM s3_objects WHERE sequence = ?'),
    list: query<Row>(
      db,
      `SELECT * FROM s3_objects
       WHERE bucket = ? AND latest = 1 AND file IS NOT NULL AND key >= ? AND key > ? AND key < ? ORDER BY key LIMIT ?`,
    ),
    byFile: query<{ sequence: number }>(db, 'SELECT sequence FROM s3_objects WHERE file = ?'),
  }
  const fileAt = (file: string) => join(objects, file)

  /** Streams a body to a file of its own, onto the disk. Throws what `source` throws; then nothing is left. */
  async function receive(source: AsyncIterable<Buffer>, wanted: Iterable<Checksum>): Promise<Upload> {
    const path = join(uploads, randomBytes(16).toString('hex'))
    const md5 = startDigest('md5')
    const digests = [...new Set(wanted)].map((algorithm) => ({ algorithm, digest: startDigest(algorithm) }))
    let size = 0
    async function* measured() {
      for await (const chunk of source) {
        size += chunk.length
        md5.update(chunk)
        for (const { digest } of digests) digest.update(chunk)
        yield chunk
      }
    }
    try {
      await pipeline(measured, createWriteStream(path, { flush: true }))
    } catch (error) {
      await rm(path, { force: true })
      throw error
    }
    const base64 = md5.end()
    const checksums = Object.fromEntries(digests.map(({ algorithm, digest }) => [algorithm, digest.end()]))
    return { path, size, etag: Buffer.from(base64, 'base64').toString('hex'), checksums, md5: base64 }
  }

  /** A copy of an object's file, onto the disk. */
  async function duplicate(source: StoredObject): Promise<Upload> {
    const path = join(uploads, randomBytes(16).toString('hex'))
    await copyFile(fileAt(source.file ?? ''), path, constants.COPYFILE_FICLONE)
    await flush(path)
    const md5 = Buffer.from(source.etag, 'hex').toString('base64')
    return { path, size: source.size, etag: source.etag, checksums: source.checksums, md5 }
  }

  /** Makes an upload an object, in one transaction with what `alongside` writes (its event). */
  async function commit(upload: Upload, target: NewObject, alongside: (object: StoredObject) => void) {
    const file = randomBytes(16).toString('hex')
    await rename(upload.path, fileAt(file))
    await flush(objects)
    let replaced: Row | undefined
    const object = transact(db, () => {
      replaced = retire(target)
      const { etag, size } = upload
      const [headers, checksums] = [JSON.stringify(target.headers), JSON.stringify(upload.checksums)]
      const versionId = target.versioned ? newVersionId() : 'null'
      sql.insert.run(target.bucket, target.key, versionId, file, size, etag, runtime.clock.now(), headers, checksums)
      const stored = objectOf(sql.version.get(target.bucket, target.key, versionId))
      if (!stored) throw new Error('an object was not stored')
      alongside(stored)
      return stored
    })
    await removeFile(replaced)
    return object
  }

  /** Takes the present object out of the way: kept as an older version, or replaced. */
  function retire({ bucket, key, versioned }: Pick<NewObject, 'bucket' | 'key' | 'versioned'>): Row | undefined {
    const latest = sql.latest.get(bucket, key)
    if (latest) sql.setLatest.run(0, latest.sequence)
    const replaced = versioned ? undefined : sql.version.get(bucket, key, 'null')
    if (replaced) sql.delete.run(replaced.sequence)
    return replaced
  }

  async function removeFile(row: Row | undefined): Promise<void> {
    if (row?.file) await rm(fileAt(row.file), { force: true })
  }

  return {
    receive,
    duplicate,
    commit,
    discard: (upload: Upload) => rm(upload.path, { force: true }),

    /** The present object, or that version; undefined if there is none. A delete marker has no file. */
    find: (bucket: string, key: string, versionId?: string): StoredObject | undefined =>
      objectOf(versionId === undefined ? sql.latest.get(bucket, key) : sql.version.get(bucket, key, versionId)),

    open: (object: StoredObject) => open(fileAt(object.file ?? ''), 'r'),

    /** Deletes the present object: a marker hides it where versions are kept. Answers the marker, if one was made. */
    async delete(bucket: string, key: string, versioned: boolean, alongside: (marker?: StoredObject) => void) {
      let replaced: Row | undefined
      const marker = transact(db, () => {
        const found = sql.latest.get(bucket, key)
        replaced = retire({ bucket, key, versioned })
        if (!versioned) {
          if (found) alongside()
          return undefined
        }
        const versionId = newVersionId()
        sql.insert.run(bucket, key, versionId, null, 0, '', runtime.clock.now(), '{}', '{}')
        const stored = objectOf(sql.version.get(bucket, key, versionId))
        alongside(stored)
        return stored
      })
      await removeFile(replaced)
      return marker
    },

    /** Deletes one version for good; the one before it becomes the present one. */
    async deleteVersion(object: StoredObject, alongside: () => void): Promise<void> {
      const row = sql.version.get(object.bucket, object.key, object.versionId)
      if (!row) return
      transact(db, () => {
        sql.delete.run(row.sequence)
        const newest = row.latest ? sql.newest.get(object.bucket, object.key) : undefined
        if (newest) sql.setLatest.run(1, newest.sequence)
        alongside()
      })
      await removeFile(row)
    },

    /** One page of keys in the order of their bytes; keys that share a text up to the delimiter count as one. */
    list(bucket: string, { prefix, delimiter, after, limit }: ListOptions): Page {
      const objects: StoredObject[] = []
      const prefixes: string[] = []
      let from = after
      while (objects.length + prefixes.length <= limit) {
        const row = sql.list.get(bucket, prefix, from, prefix + LAST, 1)
        const object = objectOf(row)
        if (!object) return { objects, prefixes, next: undefined }
        if (objects.length + prefixes.length === limit) break
        const cut = delimiter === '' ? -1 : object.key.indexOf(delimiter, prefix.length)
        if (cut < 0) {
          objects.push(object)
          from = object.key
        } else {
          const common = object.key.slice(0, cut + delimiter.length)
          prefixes.push(common)
          from = common + LAST
        }
      }
      return { objects, prefixes, next: limit === 0 ? undefined : from }
    },

    /** Removes what a crash left: uploads that were not finished, and files that no object has. Call before requests come. */
    sweep(): void {
      for (const name of readdirSync(uploads)) rmSync(join(uploads, name), { force: true })
      for (const name of readdirSync(objects)) {
        if (!sql.byFile.get(name)) rmSync(fileAt(name), { force: true })
      }
    },
  }
}

/** Refuses a body whose checksum is not the one that was promised. */
export function verifyUpload(upload: Upload, promised: Partial<Record<Checksum | 'md5', string>>): void {
  for (const [algorithm, value] of Object.entries(promised)) {
    if (algorithm === 'md5') {
      if (value === upload.md5) continue
      const details = { ExpectedDigest: value, CalculatedDigest: upload.md5 }
      throw new S3Error('BadDigest', 'The Content-MD5 you specified did not match what we received.', 400, details)
    }
    if (value === Object.entries(upload.checksums).find(([name]) => name === algorithm)?.[1]) continue
    const name = algorithm.toUpperCase()
    throw new S3Error('BadDigest', `The ${name} you specified did not match the calculated checksum.`, 400)
  }
}

function objectOf(row: Row | undefined): StoredObject | undefined {
  return row && { ...row, headers: JSON.parse(row.headers), checksums: JSON.parse(row.checksums) }
}

const newVersionId = () => randomBytes(24).toString('base64url')

async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
