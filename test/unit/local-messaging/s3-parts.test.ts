import fc from 'fast-check'
import { decodeAwsChunked } from '../../../local/aws-chunked'
import { CHECKSUMS, startDigest } from '../../../local/checksums'
import { toXml } from '../../../local/s3-errors'
import { rangeOf } from '../../../local/s3-operations'
import { presignedSignature } from '../../../local/signature-v4'

test('a presigned URL is signed as the example in the S3 reference', () => {
  const query = new URLSearchParams({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': 'AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request',
    'X-Amz-Date': '20130524T000000Z',
    'X-Amz-Expires': '86400',
    'X-Amz-SignedHeaders': 'host',
    'X-Amz-Signature': 'is left out',
  })
  const request = { method: 'GET', path: '/test.txt', query, header: () => 'examplebucket.s3.amazonaws.com' }
  expect(presignedSignature(request, 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY')).toBe(
    'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
  )
})

test('checksums are those of their definitions, however the bytes come', () => {
  // The check value of the catalogue of CRCs, and the digests of FIPS 180-4, for "123456789".
  const hex = (digits: string) => Buffer.from(digits, 'hex').toString('base64')
  const known = {
    crc32: hex('cbf43926'),
    crc32c: hex('e3069283'),
    sha1: hex('f7c3bc1d808e04732adf679965ccc34ca7ae3441'),
    sha256: hex('15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'),
  }
  for (const algorithm of CHECKSUMS) {
    for (const pieces of [['123456789'], ['1234', '', '56789']]) {
      const digest = startDigest(algorithm)
      for (const piece of pieces) digest.update(Buffer.from(piece))
      expect([algorithm, digest.end()]).toEqual([algorithm, known[algorithm]])
    }
  }
})

describe('aws-chunked', () => {
  const frame = (chunks: string[], trailer = 'x-amz-checksum-crc32:AAAA\r\n') =>
    `${chunks.map((chunk) => `${chunk.length.toString(16)};chunk-signature=0\r\n${chunk}\r\n`).join('')}0\r\n${trailer}\r\n`

  async function decode(text: string, size: number) {
    async function* source() {
      for (let at = 0; at < text.length; at += size) yield Buffer.from(text.slice(at, at + size), 'latin1')
    }
    const trailers: string[] = []
    let body = ''
    for await (const chunk of decodeAwsChunked(source(), (name, value) => void trailers.push(name, value))) {
      body += chunk.toString('latin1')
    }
    return { body, trailers }
  }

  test('gives the body and its trailer, wherever it is cut', async () => {
    const chunk = fc.string({ unit: fc.constantFrom('a', '\r', '\n', '0', ';'), minLength: 1, maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(fc.array(chunk), fc.integer({ min: 1, max: 30 }), async (chunks, size) => {
        expect(await decode(frame(chunks), size)).toEqual({
          body: chunks.join(''),
          trailers: ['x-amz-checksum-crc32', 'AAAA'],
        })
      }),
    )
  })

  test.each(['5\r\nab', 'zz\r\nab\r\n0\r\n\r\n', '2\r\nabXX0\r\n\r\n', '2\r\nab\r\n', 'f'.repeat(10_000)])(
    'refuses %j',
    async (text) => {
      await expect(decode(text, 1000)).rejects.toMatchObject({ code: 'IncompleteBody' })
    },
  )
})

test.each([
  ['bytes=0-4', { start: 0, end: 4 }],
  ['bytes=5-', { start: 5, end: 9 }],
  ['bytes=-3', { start: 7, end: 9 }],
  ['bytes=-30', { start: 0, end: 9 }],
  ['bytes=3-300', { start: 3, end: 9 }],
  ['bytes=4-3', undefined],
  ['bytes=a-b', undefined],
  ['bytes=0-1,3-4', undefined],
  [undefined, undefined],
])('the range %s of ten bytes is %j', (header, range) => {
  expect(rangeOf(header, 10)).toEqual(range)
})
test('a range behind the end can not be satisfied', () => {
  expect(() => rangeOf('bytes=10-', 10)).toThrow(expect.objectContaining({ code: 'InvalidRange', status: 416 }))
})

test('XML keeps what is not its own', () => {
  expect(toXml('Error', { Key: `<a href="x">&'\u0001` })).toBe(
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Key>&lt;a href=&quot;x&quot;&gt;&amp;&apos;&#1;</Key></Error>',
  )
})
