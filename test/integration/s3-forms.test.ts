import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { GetObjectCommand } from '@aws-sdk/client-s3'
import { createPresignedPost, type PresignedPost } from '@aws-sdk/s3-presigned-post'
import { cleanUp, newFolder } from '../unit/local-messaging/runtime'
import { BUCKET, type S3Server, startS3 } from '../unit/local-messaging/s3-server'

const KEY = 'tenants/t1/documents/doc_1/scan.pdf'
const PDF = Buffer.from('%PDF-1.7 a bill of lading')
const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('base64')

let folder: string
let server: S3Server

beforeEach(async () => {
  folder = newFolder()
  server = await startS3(folder, {
    VersioningConfiguration: { Status: 'Enabled' },
    CorsConfiguration: {
      CorsRules: [
        {
          AllowedOrigins: ['http://console.*'],
          AllowedMethods: ['POST'],
          AllowedHeaders: ['*'],
          ExposedHeaders: ['ETag'],
          MaxAge: 600,
        },
      ],
    },
  })
})
afterEach(async () => {
  await server.stop()
  cleanUp()
})

/** The form that the API answers a partner with, bound to type, size and checksum. */
const presign = (content: Buffer = PDF, Fields: Record<string, string> = {}, max = 1000): Promise<PresignedPost> =>
  createPresignedPost(server.client, {
    Bucket: BUCKET,
    Key: KEY,
    Expires: 300,
    Fields: {
      'Content-Type': 'application/pdf',
      'x-amz-checksum-algorithm': 'SHA256',
      'x-amz-checksum-sha256': sha256(content),
      ...Fields,
    },
    Conditions: [['content-length-range', 1, max]],
  })

function formOf(
  { fields }: PresignedPost,
  content: Buffer | undefined,
  change: (form: FormData) => void = () => undefined,
) {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  change(form)
  if (content) form.set('file', new Blob([new Uint8Array(content)]), 'bill of lading.pdf')
  return form
}

const upload = async (post: PresignedPost, content: Buffer | undefined, change?: (form: FormData) => void) => {
  const answer = await fetch(post.url, { method: 'POST', body: formOf(post, content, change), redirect: 'manual' })
  return { status: answer.status, headers: answer.headers, text: await answer.text() }
}
const files = () =>
  readdirSync(join(folder, 's3'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length

describe('a presigned form', () => {
  test('brings the file, its metadata and its event', async () => {
    const answer = await upload(await presign(PDF, { 'x-amz-meta-note': 'für Zoë', success_action_status: '201' }), PDF)
    const etag = createHash('md5').update(PDF).digest('hex')
    expect([answer.status, answer.text]).toEqual([
      201,
      `<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse><Location>${server.url}/${BUCKET}/${KEY}</Location><Bucket>${BUCKET}</Bucket><Key>${KEY}</Key><ETag>&quot;${etag}&quot;</ETag></PostResponse>`,
    ])
    const object = await server.client.send(new GetObjectCommand({ Bucket: BUCKET, Key: KEY }))
    expect(object).toMatchObject({
      ContentType: 'application/pdf',
      ChecksumSHA256: sha256(PDF),
      Metadata: { note: `=?UTF-8?B?${Buffer.from('für Zoë').toString('base64')}?=` },
      VersionId: answer.headers.get('x-amz-version-id'),
    })
    expect(Buffer.from((await object.Body?.transformToByteArray()) ?? [])).toEqual(PDF)
    expect(server.events).toMatchObject([
      {
        source: 'aws.s3',
        detailType: 'Object Created',
        detail: {
          bucket: { name: BUCKET },
          object: { key: KEY, size: PDF.length, etag, 'version-id': object.VersionId },
          reason: 'POST Object',
        },
      },
    ])
  })

  test.each([
    [{}, 204, null],
    [{ success_action_status: '200' }, 200, null],
    [{ success_action_status: '999' }, 204, null],
    [
      { success_action_redirect: 'http://console.test/done?x=1' },
      303,
      /^http:\/\/console.test\/done\?x=1&bucket=documents&key=tenants/,
    ],
  ])('with %j is answered %d', async (fields, status, location) => {
    const answer = await upload(await presign(PDF, fields), PDF)
    expect([answer.status, answer.text]).toEqual([status, ''])
    if (location) expect(answer.headers.get('location')).toMatch(location)
  })

  test('of many megabytes streams to the disk', async () => {
    const piece = Buffer.alloc(1_048_576, 'scan')
    const hash = createHash('sha256')
    for (let n = 0; n < 30; n++) hash.update(piece)
    const post = await presign(PDF, { 'x-amz-checksum-sha256': hash.digest('base64') }, 40 * piece.length)
    const body = new FormData()
    for (const [name, value] of Object.entries(post.fields)) body.set(name, value)
    body.set('file', new Blob(Array(30).fill(new Uint8Array(piece))), 'large.pdf')
    expect((await fetch(post.url, { method: 'POST', body })).status).toBe(204)
    expect(server.events).toMatchObject([{ detail: { object: { size: 30 * piece.length } } }])
  })

  test('may come from a page of an origin that the bucket allows', async () => {
    const preflight = (origin: string) =>
      fetch(`${server.url}/${BUCKET}`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-thing' },
      })
    const allowed = await preflight('http://console.test')
    expect(allowed.status).toBe(200)
    expect(Object.fromEntries(allowed.headers)).toMatchObject({
      'access-control-allow-origin': 'http://console.test',
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'x-thing',
      'access-control-max-age': '600',
    })
    expect((await preflight('http://evil.test')).status).toBe(403)
    const post = await presign()
    const headers = { origin: 'http://console.test' }
    const answer = await fetch(post.url, { method: 'POST', body: formOf(post, PDF), headers })
    expect(answer.headers.get('access-control-allow-origin')).toBe('http://console.test')
    expect(answer.headers.get('access-control-expose-headers')).toBe('ETag')
  })
})

describe('a presigned form is refused, and leaves nothing,', () => {
  afterEach(() => {
    expect(files()).toBe(0)
    expect(server.events).toEqual([])
  })

  const refusal = async (status: number, code: string, act: Promise<{ status: number; text: string }>) => {
    const answer = await act
    expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(`<Code>${code}</Code>`)])
    return answer.text
  }

  test('when the file is too large, whose size the answer tells', async () => {
    const text = await refusal(400, 'EntityTooLarge', upload(await presign(), Buffer.alloc(5_000_000)))
    expect(text).toContain('<ProposedSize>5000000</ProposedSize><MaxSizeAllowed>1000</MaxSizeAllowed>')
  })

  test('when the file is too small', async () => {
    await refusal(400, 'EntityTooSmall', upload(await presign(), Buffer.alloc(0)))
  })

  test('when the bytes are not those of the checksum', async () => {
    const text = await refusal(
      400,
      'BadDigest',
      upload(await presign(), Buffer.from('%PDF-1.7 another one altogether')),
    )
    expect(text).toContain('The SHA256 you specified did not match the calculated checksum.')
  })

  test('when it is late', async () => {
    const post = await presign()
    server.runtime.clock.advance(301_000)
    const text = await refusal(403, 'AccessDenied', upload(post, PDF))
    expect(text).toContain('Invalid according to Policy: Policy expired.')
  })

  test.each<[string, (form: FormData) => void, number, string, string]>([
    [
      'the type is another',
      (form) => form.set('Content-Type', 'text/html'),
      403,
      'AccessDenied',
      'Policy Condition failed: [&quot;eq&quot;, &quot;$Content-Type&quot;',
    ],
    [
      'the key is another',
      (form) => form.set('key', 'tenants/t2/x'),
      403,
      'AccessDenied',
      'Policy Condition failed: [&quot;eq&quot;, &quot;$key&quot;',
    ],
    [
      'the checksum is another',
      (form) => form.set('x-amz-checksum-sha256', 'AAAA'),
      403,
      'AccessDenied',
      'x-amz-checksum-sha256',
    ],
    [
      'the checksum is left out',
      (form) => form.delete('x-amz-checksum-sha256'),
      403,
      'AccessDenied',
      'x-amz-checksum-sha256',
    ],
    [
      'a field is added',
      (form) => form.set('x-amz-meta-x', '1'),
      403,
      'AccessDenied',
      'Extra input fields: x-amz-meta-x',
    ],
    ['the policy is another', (form) => form.set('Policy', 'e30='), 403, 'SignatureDoesNotMatch', 'signature'],
    ['the policy is left out', (form) => form.delete('Policy'), 403, 'AccessDenied', 'Access Denied'],
    ['the key is left out', (form) => form.delete('key'), 400, 'UserKeyMustBeSpecified', 'order of the fields'],
    [
      'the fields are too large',
      (form) => form.set('x-ignore-long', 'x'.repeat(21_000)),
      400,
      'MaxPostPreDataLengthExceeded',
      '20480',
    ],
  ])('when %s', async (_name, change, status, code, words) => {
    expect(await refusal(status, code, upload(await presign(), PDF, change))).toContain(words)
  })

  test('when it has no file', async () => {
    await refusal(400, 'IncorrectNumberOfFilesInPostRequest', upload(await presign(), undefined))
  })

  test('when the role that signed it may not put the object', async () => {
    server.runtime.denied.add('s3:PutObject')
    const text = await refusal(403, 'AccessDenied', upload(await presign(), PDF))
    expect(text).toContain('is not authorized to perform: s3:PutObject')
  })

  test('when it is no form', async () => {
    const { url } = await presign()
    const answer = await fetch(url, { method: 'POST', body: 'x' })
    expect([answer.status, await answer.text()]).toEqual([
      412,
      expect.stringContaining('enclosure-type multipart/form-data'),
    ])
  })

  test('when its body is not well-formed', async () => {
    const { url } = await presign()
    const headers = { 'content-type': 'multipart/form-data; boundary=abc' }
    for (const body of ['', 'nonsense', '--abc\r\nContent-Disposition: form-data; name="key"\r\n\r\nx']) {
      const answer = await fetch(url, { method: 'POST', headers, body })
      expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('MalformedPOSTRequest')])
    }
  })

  test('when it breaks off within the file', async () => {
    const post = await presign(PDF, {}, 1_000_000)
    const body = Buffer.from(await new Response(formOf(post, Buffer.alloc(500_000))).arrayBuffer())
    const boundary = body.subarray(2, body.indexOf('\r\n')).toString()
    const cut = body.subarray(0, 300_000)
    const { status } = await new Promise<{ status: number | undefined }>((resolve, reject) => {
      const headers = { 'content-type': `multipart/form-data; boundary=${boundary}`, 'content-length': cut.length }
      const client = request(post.url, { method: 'POST', headers }, (answer) => {
        answer.resume()
        resolve({ status: answer.statusCode })
      })
      client.on('error', reject)
      Readable.from([cut]).pipe(client)
    })
    expect(status).toBe(400)
  })
})
