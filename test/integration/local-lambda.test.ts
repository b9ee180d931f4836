import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFunctions, type Functions } from '../../local/lambda'
import type { Resource } from '../../local/service'

const CODE = `
let calls = 0
exports.handler = async (event, context) => {
  calls++
  switch (event.do) {
    case 'environment': return { ...process.env }
    case 'context': return { ...context, remaining: context.getRemainingTimeInMillis() }
    case 'time': return { now: Date.now(), made: new Date().getTime(), parsed: new Date(0).toISOString(), is: new Date() instanceof Date, called: typeof Date() }
    case 'throw': throw new RangeError('no berth')
    case 'hang': return new Promise(() => {})
    case 'spin': for (;;) {}
    case 'exit': process.exit(7)
    case 'stray': setTimeout(() => { throw new TypeError('adrift') }); return new Promise(() => {})
    case 'hoard': { const hold = []; for (;;) hold.push(new Array(100000).fill({})) }
    case 'large': return 'x'.repeat(7 * 1024 * 1024)
    case 'log': console.log(JSON.stringify({ message: 'loaded' })); console.error('short shipped'); return
    case 'calls': return calls
    case 'wait': { const from = Date.now(); await new Promise((done) => setTimeout(done, event.ms)); return from }
  }
}`

const dir = mkdtempSync(join(tmpdir(), 'portolan-lambda-'))
const offset = new SharedArrayBuffer(8)
const counted: string[] = []
let functions: Functions

const resource = (name: string, more = {}): Resource => ({
  logicalId: name,
  type: 'AWS::Lambda::Function',
  ref: name,
  arn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
  properties: {
    FunctionName: name,
    Code: { S3Bucket: 'assets', S3Key: `${name}.zip` },
    Handler: 'index.handler',
    Role: `arn:aws:iam::000000000000:role/${name}`,
    Runtime: 'nodejs22.x',
    Timeout: 1,
    Environment: { Variables: { TABLE_NAME: `${name}-table` } },
    ...more,
  },
})

beforeAll(() => {
  mkdirSync(join(dir, 'asset'))
  writeFileSync(join(dir, 'asset', 'index.js'), CODE)
  mkdirSync(join(dir, 'broken'))
  writeFileSync(
    join(dir, 'broken', 'index.js'),
    'setTimeout(() => { throw new Error("sunk") }); for (let t = Date.now(); Date.now() - t < 20;) {} ; exports.other = 1',
  )
  functions = createFunctions({
    dataDir: dir,
    region: 'us-east-1',
    functions: [
      resource('berth'),
      resource('quay', { ReservedConcurrentExecutions: 1 }),
      resource('hold', { Timeout: 30 }),
      resource('broken', { Handler: 'index.handler' }),
    ],
    asset: (key) => join(dir, key === 'broken.zip' ? 'broken' : 'asset'),
    environment: { AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1' },
    clock: offset,
    count: (metric) => counted.push(metric),
  })
})
afterAll(async () => {
  await functions.stop()
  rmSync(dir, { recursive: true })
})

const invoke = async (name: string, what: string, more = {}) => {
  const { payload, failed } = await functions.invoke(name, JSON.stringify({ do: what, ...more }), 'urgent')
  return { failed, answer: JSON.parse(payload) }
}

test('a function sees its own environment alone, and signs as its own role', async () => {
  const berth = await invoke('berth', 'environment')
  const quay = await invoke('arn:aws:lambda:us-east-1:000000000000:function:quay', 'environment')
  expect(berth.answer).toMatchObject({
    TABLE_NAME: 'berth-table',
    AWS_LAMBDA_FUNCTION_NAME: 'berth',
    AWS_REGION: 'us-east-1',
  })
  expect(berth.answer.HOME).toBeUndefined()
  expect(functions.signerOf(berth.answer.AWS_ACCESS_KEY_ID)?.principal).toEqual({
    roleArn: 'arn:aws:iam::000000000000:role/berth',
    session: 'berth',
  })
  expect(functions.signerOf(quay.answer.AWS_ACCESS_KEY_ID)?.principal).toEqual({
    roleArn: 'arn:aws:iam::000000000000:role/quay',
    session: 'quay',
  })
  expect(functions.signerOf('AKIAUNKNOWN')).toBeUndefined()
})

test("the context is Lambda's", async () => {
  const { answer } = await invoke('berth', 'context')
  expect(answer).toMatchObject({
    functionName: 'berth',
    memoryLimitInMB: '128',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:berth',
    awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  })
  expect(answer.remaining).toBeGreaterThan(0)
  expect(answer.remaining).toBeLessThanOrEqual(1000)
})

test('a worker is kept for the next call', async () => {
  const { answer } = await invoke('quay', 'calls')
  expect((await invoke('quay', 'calls')).answer).toBe(answer + 1)
})

test("code sees the runtime's time", async () => {
  const day = 86_400_000
  new Float64Array(offset)[0] = day
  const { answer } = await invoke('berth', 'time')
  new Float64Array(offset)[0] = 0
  expect(Math.abs(answer.now - Date.now() - day)).toBeLessThan(1000)
  expect(Math.abs(answer.made - answer.now)).toBeLessThan(100)
  expect(answer).toMatchObject({ parsed: '1970-01-01T00:00:00.000Z', is: true, called: 'string' })
})

test.each([
  ['throw', 'RangeError', /no berth/],
  ['hang', 'Sandbox.Timedout', /Task timed out after 1.00 seconds/],
  ['spin', 'Sandbox.Timedout', /Task timed out after 1.00 seconds/],
  ['exit', 'Runtime.ExitError', /exit status 7/],
  ['stray', 'TypeError', /adrift/],
  ['hoard', 'Runtime.OutOfMemory', /signal: killed/],
  ['large', 'Function.ResponseSizeTooLarge', /exceeded maximum allowed payload size/],
])("%s answers Lambda's error document, and the next call works", async (what, errorType, message) => {
  const name = errorType === 'Sandbox.Timedout' ? 'quay' : 'hold'
  const { failed, answer } = await invoke(name, what)
  expect({ failed, errorType: answer.errorType }).toEqual({ failed: true, errorType })
  expect(answer.errorMessage).toMatch(message)
  expect((await invoke(name, 'calls')).failed).toBe(false)
})

test('a bundle that does not load fails the call', async () => {
  expect((await invoke('broken', 'calls')).failed).toBe(true)
  expect((await invoke('broken', 'calls')).failed).toBe(true)
})

test('concurrent calls run in several environments, up to the reserved number', async () => {
  await Promise.all([1, 2, 3].map(() => invoke('berth', 'wait', { ms: 100 })))
  const starts = async (name: string) => {
    const calls = await Promise.all([1, 2].map(() => invoke(name, 'wait', { ms: 100 })))
    return Math.abs(calls[0]?.answer - calls[1]?.answer)
  }
  expect(await starts('berth')).toBeLessThan(100)
  expect(await starts('quay')).toBeGreaterThanOrEqual(99)
})

test("output goes to the function's log, and calls are counted", async () => {
  counted.length = 0
  expect((await invoke('berth', 'log')).answer).toBeNull()
  expect(readFileSync(join(dir, 'logs', 'berth.log'), 'utf8')).toContain('{"message":"loaded"}\nshort shipped\n')
  expect(counted).toEqual(['invocations', 'invocations.berth'])
})

test('an unknown function and an oversized payload are refused as Lambda refuses them', async () => {
  await expect(functions.invoke('nobody', '{}', 'urgent')).rejects.toMatchObject({ code: 'ResourceNotFoundException' })
  await expect(functions.invoke('berth', ' '.repeat(7 * 1024 * 1024), 'urgent')).rejects.toMatchObject({
    code: 'RequestEntityTooLargeException',
  })
})
