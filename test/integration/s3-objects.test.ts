import { createHash, createHmac } from 'node:crypto'
import { readdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { SignatureV4 } from '@smithy/signature-v4'
import { cleanUp, newFolder, REGION, ROLE } from '../unit/local-messaging/runtime'
import { BUCKET, CREDENTIALS, type S3Server, startS3 } from '../unit/local-messaging/s3-server'

let folder: string
let server: S3Server

beforeEach(async () => {
  folder = newFolder()
  server = await startS3(folder)
})
afterEach(async () => {
  await server.stop()
  cleanUp()
})

const put = (Key: string, Body: string | Buffer | Readable, more = {}) =>
  server.client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body, ...more }))
const get = (Key: string, more = {}) => server.client.send(new GetObjectCommand({ Bucket: BUCKET, Key, ...more }))
const textOf = async (Key: string, more = {}) => (await get(Key, more)).Body?.transformToString()
const files = () =>
  readdirSync(join(folder, 's3'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('waited in vain')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

describe('an object', () => {
  test('comes back as it went, with its headers and metadata', async () => {
    const key = 'tenant/ü +%/file (1).pdf'
    const answer = await put(key, 'hello', {
      ContentType: 'application/pdf',
      CacheControl: 'no-store',
      Metadata: { name: 'plain' },
    })
    expect(answer).toMatchObject({
      ETag: `"${createHash('md5').update('hello').digest('hex')}"`,
      ChecksumCRC32: 'NhCmhg==',
    })
    const found = await get(key)
    expect(found).toMatchObject({
      ContentType: 'application/pdf',
      ContentLength: 5,
      CacheControl: 'no-store',
      ETag: answer.ETag,
      Metadata: { name: 'plain' },
      ChecksumCRC32: 'NhCmhg==',
    })
    expect(await found.Body?.transformToString()).toBe('hello')
    expect(await server.client.send(new HeadObjectCommand({ Bucket: BUCKET, Key: key }))).toMatchObject({
      ContentLength: 5,
    })
  })

  test('is announced on the bus as AWS announces it', async () => {
    await put('docs/1', 'hello')
    expect(server.events).toEqual([
      {
        source: 'aws.s3',
        detailType: 'Object Created',
        resources: [`arn:aws:s3:::${BUCKET}`],
        detail: {
          version: '0',
          bucket: { name: BUCKET },
          object: {
            key: 'docs/1',
            size: 5,
            etag: '5d41402abc4b2a76b9719d911017c592',
            sequencer: expect.stringMatching(/^[\dA-F]{18}$/),
          },
          'request-id': expect.stringMatching(/^[\dA-F]{16}$/),
          requester: '000000000000',
          'source-ip-address': '127.0.0.1',
          reason: 'PutObject',
        },
      },
    ])
  })

  test('is not stored when its event can not be', async () => {
    server.events.push = () => {
      throw new Error('the bus is full')
    }
    await expect(put('a', 'x')).rejects.toMatchObject({ name: 'InternalError' })
    await expect(get('a')).rejects.toMatchObject({ name: 'NoSuchKey' })
  })

  test('of many megabytes streams in and out, in the frames of the SDK', async () => {
    const megabyte = Buffer.alloc(1_048_576, 'abcdefg')
    const hash = createHash('sha256')
    for (let n = 0; n < 40; n++) hash.update(megabyte)
    await put('large', Readable.from(Array(40).fill(megabyte)), {
      ContentLength: 40 * megabyte.length,
      ChecksumAlgorithm: 'SHA256',
    })
    const found = await get('large')
    const back = createHash('sha256')
    for await (const chunk of found.Body as Readable) back.update(chunk)
    const digest = back.digest('base64')
    expect(digest).toBe(hash.digest('base64'))
    expect(found.ChecksumSHA256).toBe(digest)
  })

  test('may be read in part', async () => {
    await put('a', '0123456789')
    expect(await get('a', { Range: 'bytes=2-4' })).toMatchObject({ ContentLength: 3, ContentRange: 'bytes 2-4/10' })
    expect(await textOf('a', { Range: 'bytes=-2' })).toBe('89')
    await expect(get('a', { Range: 'bytes=10-' })).rejects.toMatchObject({ name: 'InvalidRange' })
  })

  test('may be empty', async () => {
    await put('empty', '')
    expect(await textOf('empty')).toBe('')
  })

  test('is replaced as a whole, and its old file goes', async () => {
    await put('a', 'one')
    await put('a', 'two!')
    expect(await textOf('a')).toBe('two!')
    expect(files()).toBe(1)
    const sequencers = server.events.map(({ detail }) => (detail as { object: { sequencer: string } }).object.sequencer)
    expect([...sequencers].sort()).toEqual(sequencers)
  })

  test('is deleted, which is announced too', async () => {
    await put('a', 'one')
    await server.client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'a' }))
    await server.client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'never was' }))
    await expect(get('a')).rejects.toMatchObject({ name: 'NoSuchKey' })
    expect(files()).toBe(0)
    expect(server.events.map(({ detailType }) => detailType)).toEqual(['Object Created', 'Object Deleted'])
    expect(server.events[1]?.detail).toMatchObject({ object: { key: 'a' }, 'deletion-type': 'Permanently Deleted' })
  })

  test('is copied with its metadata, or with other metadata', async () => {
    await put('a b', 'one', { ContentType: 'text/plain', Metadata: { n: '1' } })
    const source = { Bucket: BUCKET, CopySource: `${BUCKET}/a%20b` }
    const { CopyObjectResult } = await server.client.send(new CopyObjectCommand({ ...source, Key: 'c' }))
    expect(CopyObjectResult?.ETag).toBe('"f97c5d29941bfb1b2fdab0874906ab82"')
    const replaced = { MetadataDirective: 'REPLACE' as const, Metadata: { n: '2' }, ContentType: 'text/css' }
    await server.client.send(new CopyObjectCommand({ ...source, Key: 'd', ...replaced }))
    expect(await get('c')).toMatchObject({ ContentType: 'text/plain', Metadata: { n: '1' } })
    expect(await get('d')).toMatchObject({ ContentType: 'text/css', Metadata: { n: '2' } })
    expect(server.events.at(-1)?.detail).toMatchObject({ reason: 'CopyObject', object: { key: 'd' } })
  })

  test('answers conditions', async () => {
    const { ETag } = await put('a', 'one')
    await expect(put('a', 'two', { IfNoneMatch: '*' })).rejects.toMatchObject({ name: 'PreconditionFailed' })
    await expect(get('a', { IfMatch: '"other"' })).rejects.toMatchObject({ name: 'PreconditionFailed' })
    await expect(get('a', { IfNoneMatch: ETag })).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } })
    expect(await textOf('a', { IfMatch: ETag })).toBe('one')
  })

  test.each([
    ['checksum', { ChecksumSHA256: Buffer.alloc(32).toString('base64') }, 'BadDigest'],
    ['MD5', { ContentMD5: Buffer.alloc(16).toString('base64') }, 'BadDigest'],
    ['form of MD5', { ContentMD5: 'short' }, 'InvalidDigest'],
    ['metadata', { Metadata: { long: 'x'.repeat(2100) } }, 'MetadataTooLarge'],
  ])('with a wrong %s is refused, and leaves nothing', async (_name, more, name) => {
    await expect(put('a', 'hello', more)).rejects.toMatchObject({ name })
    await expect(get('a')).rejects.toMatchObject({ name: 'NoSuchKey' })
    expect(files()).toBe(0)
    expect(server.events).toEqual([])
  })

  test('that breaks off leaves nothing', async () => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    const credential = 'Credential=AKIATEST/20261122/eu-central-1/s3/aws4_request'
    socket.write(
      `PUT /${BUCKET}/a HTTP/1.1\r\nhost: x\r\nauthorization: AWS4-HMAC-SHA256 ${credential}\r\ncontent-length: 200000\r\n\r\n`,
    )
    socket.write(Buffer.alloc(100_000))
    await until(() => files() === 1)
    socket.destroy()
    await until(() => files() === 0)
    await server.runtime.idle()
    expect(server.events).toEqual([])
  })

  test('is refused under a key that is too long', async () => {
    await expect(put('k'.repeat(1025), 'x')).rejects.toMatchObject({ name: 'KeyTooLongError' })
  })
})

describe('versions', () => {
  beforeEach(async () => {
    await server.stop()
    server = await startS3(folder, { VersioningConfiguration: { Status: 'Enabled' } })
  })
  const remove = (more = {}) => server.client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'a', ...more }))

  test('are kept, hidden by a delete marker, and come back without it', async () => {
    const first = await put('a', 'one')
    const second = await put('a', 'two')
    expect(first.VersionId).not.toBe(second.VersionId)
    expect(await textOf('a')).toBe('two')
    expect(await textOf('a', { VersionId: first.VersionId })).toBe('one')
    expect(server.events[1]?.detail).toMatchObject({ object: { 'version-id': second.VersionId } })

    const marker = await remove()
    expect(marker.DeleteMarker).toBe(true)
    await expect(get('a')).rejects.toMatchObject({ name: 'NoSuchKey' })
    await expect(get('a', { VersionId: marker.VersionId })).rejects.toMatchObject({
      $metadata: { httpStatusCode: 405 },
    })
    expect(await textOf('a', { VersionId: second.VersionId })).toBe('two')
    expect(server.events[2]?.detail).toMatchObject({ 'deletion-type': 'Delete Marker Created' })

    await remove({ VersionId: marker.VersionId })
    expect(await textOf('a')).toBe('two')
    await remove({ VersionId: second.VersionId })
    expect(await textOf('a')).toBe('one')
    expect(files()).toBe(1)
    await expect(get('a', { VersionId: 'none' })).rejects.toMatchObject({ name: 'NoSuchVersion' })
  })
})

describe('a listing', () => {
  const KEYS = ['a/1', 'a/2', 'b', 'a/x/1', 'a/x/2', 'é', 'A', '~', '\u{1F6A2}']
  beforeEach(async () => {
    for (const key of KEYS) await put(key, key)
  })
  const list = (more = {}) => server.client.send(new ListObjectsV2Command({ Bucket: BUCKET, ...more }))

  test('is in the order of the bytes', async () => {
    const { Contents, KeyCount, IsTruncated } = await list()
    const sorted = [...KEYS].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    expect(Contents?.map(({ Key }) => Key)).toEqual(sorted)
    expect([KeyCount, IsTruncated]).toEqual([KEYS.length, false])
    expect(Contents?.[0]).toMatchObject({ Key: 'A', Size: 1, ETag: expect.stringMatching(/^"[\da-f]{32}"$/) })
  })

  test('comes in pages, each key once', async () => {
    const seen: Array<string | undefined> = []
    let ContinuationToken: string | undefined
    do {
      const page = await list({ MaxKeys: 2, ContinuationToken })
      seen.push(...(page.Contents ?? []).map(({ Key }) => Key))
      ContinuationToken = page.NextContinuationToken
    } while (ContinuationToken)
    expect([...seen].sort()).toEqual([...KEYS].sort())
    expect(seen).toHaveLength(KEYS.length)
  })

  test('knows prefix, delimiter and where to start', async () => {
    const folders = await list({ Prefix: 'a/', Delimiter: '/' })
    expect(folders.Contents?.map(({ Key }) => Key)).toEqual(['a/1', 'a/2'])
    expect(folders.CommonPrefixes).toEqual([{ Prefix: 'a/x/' }])
    const first = await list({ Delimiter: '/', MaxKeys: 2 })
    expect([first.Contents?.map(({ Key }) => Key), first.CommonPrefixes]).toEqual([['A'], [{ Prefix: 'a/' }]])
    const second = await list({ Delimiter: '/', MaxKeys: 1, ContinuationToken: first.NextContinuationToken })
    expect(second.Contents?.map(({ Key }) => Key)).toEqual(['b'])
    expect((await list({ StartAfter: 'b' })).KeyCount).toBe(3)
    expect((await list({ Prefix: 'none' })).KeyCount).toBe(0)
  })
})

describe('who may', () => {
  test('nobody without a signature', async () => {
    await put('a', 'secret')
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE']) {
      const answer = await fetch(`${server.url}/${BUCKET}/a`, { method, ...(method === 'PUT' ? { body: 'x' } : {}) })
      expect([method, answer.status]).toEqual([method, 403])
    }
    expect(await (await fetch(`${server.url}/${BUCKET}?list-type=2`)).text()).toContain('<Code>AccessDenied</Code>')
  })

  test.each([
    ['s3:GetObject', () => get('a')],
    ['s3:PutObject', () => put('a', 'x')],
    ['s3:DeleteObject', () => server.client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'a' }))],
    ['s3:ListBucket', () => server.client.send(new ListObjectsV2Command({ Bucket: BUCKET }))],
  ])('nobody whose role lacks %s', async (action, act) => {
    await put('a', 'one')
    server.runtime.denied.add(action)
    await expect(act()).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining(`${ROLE.roleArn} is not authorized`),
    })
  })

  test('learn that a key is missing: only those who may list', async () => {
    server.runtime.denied.add('s3:ListBucket')
    await expect(get('missing')).rejects.toMatchObject({ name: 'AccessDenied' })
  })

  test('nobody with an unknown key', async () => {
    const authorization = 'AWS4-HMAC-SHA256 Credential=AKIAOTHER/20261122/eu-central-1/s3/aws4_request'
    const answer = await fetch(`${server.url}/${BUCKET}/a`, { headers: { authorization } })
    expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('InvalidAccessKeyId')])
  })
})

describe('a presigned URL', () => {
  const signer = new SignatureV4({
    credentials: CREDENTIALS,
    region: REGION,
    service: 's3',
    uriEscapePath: false,
    applyChecksum: false,
    sha256: class {
      private readonly hash
      constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
        this.hash = secret ? createHmac('sha256', Buffer.from(secret as Uint8Array)) : createHash('sha256')
      }
      update(data: Uint8Array | string) {
        this.hash.update(data)
      }
      async digest() {
        return new Uint8Array(this.hash.digest())
      }
      reset() {}
    },
  })

  async function presign(method: string, path: string, query = {}, expiresIn = 300): Promise<string> {
    const { host, hostname, port } = new URL(server.url)
    const request = {
      method,
      protocol: 'http:',
      hostname,
      port: Number(port),
      path,
      query,
      headers: { host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
    }
    const signed = await signer.presign(request, { expiresIn, signingDate: new Date(server.runtime.clock.now()) })
    const search = new URLSearchParams(signed.query as Record<string, string>)
    return `${server.url}${path}?${search.toString().replaceAll('+', '%20')}`
  }

  test('gives the object to whoever has it, under another name if it says so', async () => {
    await put('a b/ü.pdf', 'hello', { ContentType: 'application/pdf' })
    const path = `/${BUCKET}/a%20b/%C3%BC.pdf`
    const answer = await fetch(
      await presign('GET', path, { 'response-content-disposition': 'attachment; filename="a b.pdf"' }),
    )
    expect([answer.status, await answer.text()]).toEqual([200, 'hello'])
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="a b.pdf"')
    expect(answer.headers.get('content-type')).toBe('application/pdf')
  })

  test('takes an upload', async () => {
    const answer = await fetch(await presign('PUT', `/${BUCKET}/up`), { method: 'PUT', body: 'hello' })
    expect(answer.status).toBe(200)
    expect(await textOf('up')).toBe('hello')
  })

  test('ends with its time', async () => {
    await put('a', 'hello')
    const url = await presign('GET', `/${BUCKET}/a`, {}, 60)
    server.runtime.clock.advance(59_000)
    expect((await fetch(url)).status).toBe(200)
    server.runtime.clock.advance(2_000)
    const answer = await fetch(url)
    expect([answer.status, await answer.text()]).toEqual([
      403,
      expect.stringContaining('<Message>Request has expired</Message>'),
    ])
  })

  test.each<[string, (url: string) => string, string]>([
    ['another key', (url) => url.replace('/a?', '/b?'), 'SignatureDoesNotMatch'],
    ['a longer life', (url) => url.replace('Expires=300', 'Expires=900'), 'SignatureDoesNotMatch'],
    [
      'a life of more than a week',
      (url) => url.replace('Expires=300', 'Expires=604801'),
      'AuthorizationQueryParametersError',
    ],
    ['another parameter', (url) => `${url}&response-content-type=text/html`, 'SignatureDoesNotMatch'],
    ['another access key', (url) => url.replace('AKIATEST', 'AKIAOTHER'), 'InvalidAccessKeyId'],
    ['no date', (url) => url.replace('X-Amz-Date', 'X-Other'), 'AuthorizationQueryParametersError'],
    ['no signature', (url) => url.replace('X-Amz-Signature', 'X-Other'), 'SignatureDoesNotMatch'],
  ])('is refused with %s', async (_name, change, code) => {
    await put('a', 'hello')
    const answer = await fetch(change(await presign('GET', `/${BUCKET}/a`)))
    expect(await answer.text()).toContain(`<Code>${code}</Code>`)
  })

  test('is refused for another method', async () => {
    const answer = await fetch(await presign('GET', `/${BUCKET}/a`), { method: 'DELETE' })
    expect(await answer.text()).toContain('<Code>SignatureDoesNotMatch</Code>')
  })

  test('is refused when the role that signed it may not read', async () => {
    await put('a', 'hello')
    server.runtime.denied.add('s3:GetObject')
    expect((await fetch(await presign('GET', `/${BUCKET}/a`))).status).toBe(403)
  })
})

test('what is not implemented says so', async () => {
  const headers = { authorization: 'AWS4-HMAC-SHA256 Credential=AKIATEST/20261122/eu-central-1/s3/aws4_request' }
  for (const [method, path] of [
    ['POST', 'a?uploads'],
    ['PUT', 'a?tagging'],
    ['GET', 'a?acl'],
    ['GET', '?versions'],
    ['POST', '?delete'],
    ['PATCH', 'a'],
  ]) {
    const answer = await fetch(`${server.url}/${BUCKET}/${path}`, { method: method ?? '', headers })
    expect([path, answer.status]).toEqual([path, 501])
  }
  expect((await fetch(`${server.url}/${BUCKET}/%zz`, { headers })).status).toBe(400)
})

test('a bucket is found, in the path and in the host', async () => {
  expect(await server.client.send(new HeadBucketCommand({ Bucket: BUCKET }))).toMatchObject({ BucketRegion: REGION })
  expect((await fetch(`${server.url}/other/a`)).status).toBe(404)
})

test('files that a crash left without an object are removed, all others stay', async () => {
  await put('a', 'hello')
  const stray = join(folder, 's3', 'uploads', 'left')
  writeFileSync(stray, 'x')
  writeFileSync(join(folder, 's3', 'objects', 'left'), 'x')
  await server.stop()
  server = await startS3(folder)
  expect(files()).toBe(1)
  expect(await textOf('a')).toBe('hello')
})
