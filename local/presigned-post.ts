/** S3's check of a browser form: its signature, and its policy against its fields. Pure. */
import * as z from 'zod'
import { accessDenied, S3Error } from './s3-errors'
import { parseAmzDate, parseCredential, sameSignature, sign } from './signature-v4'

export interface PostForm {
  /** Names in lower case. */
  fields: Map<string, string>
  filename: string
}

export interface PostContext<Signer extends { secret: string; sessionToken?: string | undefined }> {
  bucket: string
  region: string
  /** UTC milliseconds. */
  now: number
  signerOf(accessKeyId: string): Signer | undefined
}

export interface CheckedPost<Signer> {
  key: string
  signer: Signer
  /** Bytes that the file may have, both ends included. */
  length: { min: number; max: number }
}

const Policy = z.object({
  expiration: z.iso.datetime({ offset: true }),
  conditions: z.array(
    z.union([
      z.tuple([z.literal('content-length-range'), z.coerce.number().int(), z.coerce.number().int()]),
      z.tuple([z.string(), z.string(), z.string()]),
      z.record(z.string(), z.string()),
    ]),
  ),
})
type Policy = z.output<typeof Policy>

const MAX_OBJECT = 5 * 1024 ** 3
const MAX_KEY_BYTES = 1024
/** Fields that no condition needs to name. */
const FREE_FIELDS = new Set(['x-amz-signature', 'file', 'policy'])

/** Checks all of the form but its file. Throws S3Error, in S3's words. */
export function checkPost<Signer extends { secret: string; sessionToken?: string | undefined }>(
  form: PostForm,
  context: PostContext<Signer>,
): CheckedPost<Signer> {
  const fields = expandFilename(form)
  const key = fields.get('key')
  if (!key) {
    const message =
      'The bucket POST must contain the specified field name. If it is specified, please check the order of the fields.'
    throw new S3Error('UserKeyMustBeSpecified', message, 400, { ArgumentName: 'key' })
  }
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) throw new S3Error('KeyTooLongError', 'Your key is too long', 400)
  const { signer, policy } = checkSignature(fields, context)
  if (Date.parse(policy.expiration) <= context.now) throw byPolicy('Policy expired.')
  const length = checkConditions(policy, fields, context.bucket)
  return { key, signer, length }
}

/** `${filename}` stands for the name of the file, without the folders that some browsers send. */
function expandFilename(form: PostForm): Map<string, string> {
  const basename = form.filename.split(/[\\/]/).at(-1) ?? ''
  return new Map([...form.fields].map(([name, value]) => [name, value.replaceAll('${filename}', () => basename)]))
}

function checkSignature<Signer extends { secret: string; sessionToken?: string | undefined }>(
  fields: Map<string, string>,
  context: PostContext<Signer>,
): { signer: Signer; policy: Policy } {
  const policy = fields.get('policy')
  if (policy === undefined) throw accessDenied()
  const credential = needed(fields, 'x-amz-credential')
  const signature = needed(fields, 'x-amz-signature')
  const date = needed(fields, 'x-amz-date')
  if (needed(fields, 'x-amz-algorithm') !== 'AWS4-HMAC-SHA256') {
    throw argumentError('x-amz-algorithm', 'Requests must use the AWS4-HMAC-SHA256 algorithm')
  }
  const scope = parseCredential(credential)
  const stale = parseAmzDate(date) === undefined || !date.startsWith(scope?.date ?? '-')
  if (!scope || stale || scope.region !== context.region || scope.service !== 's3') {
    throw argumentError('x-amz-credential', 'The credential is malformed, or its scope does not fit the request')
  }
  const signer = context.signerOf(scope.accessKeyId)
  if (!signer) {
    const message = 'The AWS Access Key Id you provided does not exist in our records.'
    throw new S3Error('InvalidAccessKeyId', message, 403, { AWSAccessKeyId: scope.accessKeyId })
  }
  if (signer.sessionToken !== undefined && fields.get('x-amz-security-token') !== signer.sessionToken) {
    throw new S3Error('InvalidToken', 'The provided token is malformed or otherwise invalid.', 400)
  }
  if (!sameSignature(signature, sign(signer.secret, scope, policy))) {
    const message =
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.'
    throw new S3Error('SignatureDoesNotMatch', message, 403, {
      AWSAccessKeyId: scope.accessKeyId,
      StringToSign: policy,
    })
  }
  return { signer, policy: parsePolicy(policy) }
}

function needed(fields: Map<string, string>, name: string): string {
  const value = fields.get(name)
  if (value) return value
  const message = `Bucket POST must contain a field named '${name}'.  If it is specified, please check the order of the fields.`
  throw argumentError(name, message)
}

const argumentError = (name: string, message: string) =>
  new S3Error('InvalidArgument', message, 400, { ArgumentName: name })

function parsePolicy(base64: string): Policy {
  try {
    return Policy.parse(JSON.parse(Buffer.from(base64, 'base64').toString()))
  } catch {
    throw new S3Error('InvalidPolicyDocument', 'Invalid Policy: the document is not a valid policy.', 400)
  }
}

const byPolicy = (reason: string) => accessDenied(`Invalid according to Policy: ${reason}`)

/** Every condition must hold, and every field must be named by one. */
function checkConditions(policy: Policy, fields: Map<string, string>, bucket: string): { min: number; max: number } {
  const length = { min: 0, max: MAX_OBJECT }
  const named = new Set<string>()
  const check = (operator: string, field: string, expected: string, condition: unknown) => {
    const name = field.replace(/^\$/, '').toLowerCase()
    named.add(name)
    const value = name === 'bucket' ? bucket : (fields.get(name) ?? '')
    if (!holds(operator, name, value, expected)) {
      throw byPolicy(`Policy Condition failed: ${JSON.stringify(condition).replaceAll('","', '", "')}`)
    }
  }
  for (const condition of policy.conditions) {
    if (!Array.isArray(condition)) {
      for (const [field, expected] of Object.entries(condition))
        check('eq', field, expected, ['eq', `$${field}`, expected])
    } else if (condition[0] === 'content-length-range' && typeof condition[1] === 'number') {
      length.min = Math.max(length.min, condition[1])
      length.max = Math.min(length.max, Number(condition[2]))
    } else {
      const [operator, field, expected] = condition
      check(operator, String(field), String(expected), condition)
    }
  }
  const extra = [...fields.keys()].filter(
    (name) => !named.has(name) && !FREE_FIELDS.has(name) && !name.startsWith('x-ignore-'),
  )
  if (extra.length > 0) throw byPolicy(`Extra input fields: ${extra.join(', ')}`)
  return length
}

function holds(operator: string, name: string, value: string, expected: string): boolean {
  if (operator.toLowerCase() === 'eq') return value === expected
  if (operator.toLowerCase() !== 'starts-with') return false
  // A list of content types holds if each of them does.
  const values = name === 'content-type' ? value.split(',').map((one) => one.trim()) : [value]
  return values.every((one) => one.startsWith(expected))
}

/** The size of the file against content-length-range. */
export function checkLength(size: number, length: { min: number; max: number }): void {
  if (size < length.min) {
    const details = { ProposedSize: size, MinSizeAllowed: length.min }
    throw new S3Error('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', 400, details)
  }
  if (size > length.max) {
    const details = { ProposedSize: size, MaxSizeAllowed: length.max }
    throw new S3Error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', 400, details)
  }
}
