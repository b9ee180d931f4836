import { checkLength, checkPost } from '../../../local/presigned-post'
import { sign } from '../../../local/signature-v4'

const NOW = Date.parse('2026-11-22T10:00:00Z')
const SCOPE = { accessKeyId: 'AKIATEST', date: '20261122', region: 'eu-central-1', service: 's3' }
const CONTEXT = {
  bucket: 'documents',
  region: 'eu-central-1',
  now: NOW,
  signerOf: (id: string) => (id === 'AKIATEST' ? { secret: 'secret', sessionToken: undefined } : undefined),
}

const SIGNING: Record<string, string> = {
  'x-amz-algorithm': 'AWS4-HMAC-SHA256',
  'x-amz-credential': 'AKIATEST/20261122/eu-central-1/s3/aws4_request',
  'x-amz-date': '20261122T095900Z',
}

interface Options {
  conditions?: unknown[]
  fields?: Record<string, string>
  expiration?: string
  policy?: string
  filename?: string
}

function check({
  conditions = [],
  fields = {},
  expiration = '2026-11-22T10:05:00Z',
  policy,
  filename = 'scan.pdf',
}: Options) {
  const named = [...conditions, ...Object.entries(SIGNING).map(([name, value]) => ({ [name]: value }))]
  const base64 = policy ?? Buffer.from(JSON.stringify({ expiration, conditions: named })).toString('base64')
  const signature = sign('secret', SCOPE, base64)
  const all = { key: 'docs/1', ...SIGNING, policy: base64, 'x-amz-signature': signature, ...fields }
  return checkPost({ fields: new Map(Object.entries(all)), filename }, CONTEXT)
}

const KEY = { key: 'docs/1' }

describe('a presigned form', () => {
  test('is taken when all its conditions hold', () => {
    const { key, length } = check({
      conditions: [
        { bucket: 'documents' },
        ['starts-with', '$key', 'docs/'],
        ['eq', '$Content-Type', 'application/pdf'],
        ['content-length-range', 1, 100],
        { 'x-amz-checksum-sha256': 'abc=' },
      ],
      fields: { 'content-type': 'application/pdf', 'x-amz-checksum-sha256': 'abc=', 'x-ignore-me': '1' },
    })
    expect(key).toBe('docs/1')
    expect(length).toEqual({ min: 1, max: 100 })
  })

  test('puts the name of the file into the key before the policy is checked', () => {
    const fields = { key: 'docs/${filename}' }
    const { key } = check({
      conditions: [['starts-with', '$key', 'docs/']],
      fields,
      filename: 'C:\\scans\\$& invoice.pdf',
    })
    expect(key).toBe('docs/$& invoice.pdf')
  })

  test('wants each type of a list of content types to begin as the policy says', () => {
    const conditions = [KEY, ['starts-with', '$Content-Type', 'image/']]
    expect(() => check({ conditions, fields: { 'content-type': 'image/png, image/jpeg' } })).not.toThrow()
    expect(() => check({ conditions, fields: { 'content-type': 'image/png,text/html' } })).toThrow(
      /Policy Condition failed/,
    )
  })

  test.each<[string, Options, string, number, RegExp]>([
    [
      'another key',
      { conditions: [{ key: 'docs/2' }] },
      'AccessDenied',
      403,
      /^Invalid according to Policy: Policy Condition failed: \["eq", "\$key", "docs\/2"\]$/,
    ],
    [
      'a key outside its folder',
      { conditions: [['starts-with', '$key', 'private/']] },
      'AccessDenied',
      403,
      /Policy Condition failed: \["starts-with", "\$key", "private\/"\]/,
    ],
    ['another bucket', { conditions: [KEY, { bucket: 'other' }] }, 'AccessDenied', 403, /Policy Condition failed/],
    [
      'a field that is wanted and missing',
      { conditions: [KEY, { acl: 'private' }] },
      'AccessDenied',
      403,
      /Condition failed/,
    ],
    [
      'a field that no condition names',
      { conditions: [KEY], fields: { 'x-amz-meta-a': '1' } },
      'AccessDenied',
      403,
      /^Invalid according to Policy: Extra input fields: x-amz-meta-a$/,
    ],
    ['an unknown operator', { conditions: [['like', '$key', 'docs/1']] }, 'AccessDenied', 403, /Condition failed/],
    [
      'an expired policy',
      { conditions: [KEY], expiration: '2026-11-22T10:00:00Z' },
      'AccessDenied',
      403,
      /^Invalid according to Policy: Policy expired.$/,
    ],
    [
      'a policy that is no JSON',
      { policy: Buffer.from('{').toString('base64') },
      'InvalidPolicyDocument',
      400,
      /Invalid Policy/,
    ],
    [
      'a policy without expiration',
      { policy: Buffer.from('{"conditions":[]}').toString('base64') },
      'InvalidPolicyDocument',
      400,
      /./,
    ],
    ['no policy', { fields: { policy: '' } }, 'SignatureDoesNotMatch', 403, /./],
    [
      'a signature of something else',
      { conditions: [KEY], fields: { 'x-amz-signature': '0'.repeat(64) } },
      'SignatureDoesNotMatch',
      403,
      /./,
    ],
    [
      'an unknown access key',
      { conditions: [KEY], fields: { 'x-amz-credential': 'AKIAOTHER/20261122/eu-central-1/s3/aws4_request' } },
      'InvalidAccessKeyId',
      403,
      /does not exist in our records/,
    ],
    [
      'the scope of another region',
      { conditions: [KEY], fields: { 'x-amz-credential': 'AKIATEST/20261122/us-east-1/s3/aws4_request' } },
      'InvalidArgument',
      400,
      /scope/,
    ],
    [
      'a date outside its scope',
      { conditions: [KEY], fields: { 'x-amz-date': '20261121T095900Z' } },
      'InvalidArgument',
      400,
      /scope/,
    ],
    ['no key', { fields: { key: '' } }, 'UserKeyMustBeSpecified', 400, /./],
    ['no signature', { fields: { 'x-amz-signature': '' } }, 'InvalidArgument', 400, /field named 'x-amz-signature'/],
    ['a key that is too long', { conditions: [KEY], fields: { key: 'é'.repeat(513) } }, 'KeyTooLongError', 400, /./],
  ])('is refused with %s', (_name, options, code, status, message) => {
    expect(() => check(options)).toThrow(
      expect.objectContaining({ code, status, message: expect.stringMatching(message) }),
    )
  })

  test('without a policy is refused as an unsigned request is', () => {
    const form = { fields: new Map([['key', 'docs/1']]), filename: 'a' }
    expect(() => checkPost(form, CONTEXT)).toThrow(expect.objectContaining({ code: 'AccessDenied', status: 403 }))
  })

  test('needs the session token that belongs to its key', () => {
    const context = { ...CONTEXT, signerOf: () => ({ secret: 'secret', sessionToken: 'token' }) }
    const form = {
      fields: new Map(Object.entries({ key: 'k', policy: 'e30=', 'x-amz-signature': 'x', ...SIGNING })),
      filename: 'a',
    }
    expect(() => checkPost(form, context)).toThrow(expect.objectContaining({ code: 'InvalidToken' }))
  })

  test('of several ranges keeps the narrowest', () => {
    const conditions = [KEY, ['content-length-range', 0, 50], ['content-length-range', '10', '100']]
    expect(check({ conditions }).length).toEqual({ min: 10, max: 50 })
  })
})

test.each([
  [0, 'EntityTooSmall', { ProposedSize: 0, MinSizeAllowed: 1 }],
  [11, 'EntityTooLarge', { ProposedSize: 11, MaxSizeAllowed: 10 }],
])('a file of %d bytes is refused: %s', (size, code, details) => {
  expect(() => checkLength(size, { min: 1, max: 10 })).toThrow(expect.objectContaining({ code, details, status: 400 }))
})
test.each([1, 10])('a file of %d bytes is taken', (size) => {
  expect(() => checkLength(size, { min: 1, max: 10 })).not.toThrow()
})
