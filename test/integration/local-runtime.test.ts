import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import { clientSecret, stableId } from '../../local/resource-names'
import { type RunningRuntime, startRuntime } from '../../local/runtime'
import { template, writeAssembly } from './local-fixture'

const dir = mkdtempSync(join(tmpdir(), 'portolan-runtime-'))
const assemblyDir = join(dir, 'cdk.out')
const dataDir = join(dir, 'data')
let runtime: RunningRuntime
let token = ''

const start = () => startRuntime({ assemblyDir, dataDir, port: 0 })
const call = (path: string, init: RequestInit = {}) =>
  fetch(`${runtime.url}${path}`, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } })
const parsed = async (response: Response | Promise<Response>) => JSON.parse(await (await response).text())
const json = (path: string, init: RequestInit = {}) => parsed(call(path, init))
const db = (command: string, input: object) => json('/db', { method: 'POST', body: JSON.stringify({ command, input }) })
const local = async (path: string, body?: object) => {
  const answer = await fetch(
    `${runtime.url}/_local/${path}`,
    body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) },
  )
  return { status: answer.status, body: await parsed(answer) }
}

beforeAll(async () => {
  writeAssembly(assemblyDir, template())
  runtime = await start()
  token = await runtime.mint({
    tenant: 'acme',
    roles: ['OPERATIONS', 'FINANCE'],
    organization: 'org_1',
    subject: 'ann',
    ttl: 600,
  })
})
afterAll(async () => {
  await runtime?.stop()
  rmSync(dir, { recursive: true })
})

describe('the API front', () => {
  test('hands a request over in payload format 2.0', async () => {
    const event = await json('/echo/a%20b/c?x=1&x=2&y=%C3%A9', {
      headers: { 'X-Custom': 'Yes', cookie: 'one=1; two=2' },
    })
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: 'GET /echo/{proxy+}',
      rawPath: '/echo/a%20b/c',
      rawQueryString: 'x=1&x=2&y=%C3%A9',
      cookies: ['one=1', 'two=2'],
      headers: { 'x-custom': 'Yes', 'x-forwarded-proto': 'http' },
      queryStringParameters: { x: '1,2', y: 'é' },
      pathParameters: { proxy: 'a b/c' },
      requestContext: {
        accountId: '000000000000',
        authorizer: {
          jwt: {
            claims: {
              tenant: 'acme',
              roles: 'OPERATIONS FINANCE',
              organization: 'org_1',
              sub: 'ann',
              token_use: 'access',
            },
            scopes: null,
          },
        },
        http: { method: 'GET', path: '/echo/a%20b/c', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1' },
        routeKey: 'GET /echo/{proxy+}',
        stage: '$default',
        time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
      },
      isBase64Encoded: false,
    })
    expect(event.headers.cookie).toBeUndefined()
    expect(event).not.toHaveProperty('body')
  })

  test('passes text as text and the rest as base64', async () => {
    const post = (type: string) => json('/echo', { method: 'POST', headers: { 'content-type': type }, body: 'a=é' })
    expect(await post('application/json')).toMatchObject({ body: 'a=é', isBase64Encoded: false })
    expect(await post('application/x-www-form-urlencoded')).toMatchObject({
      body: Buffer.from('a=é').toString('base64'),
      isBase64Encoded: true,
    })
  })

  test('maps results as API Gateway does', async () => {
    const plain = await call('/plain')
    expect([plain.status, plain.headers.get('content-type'), await plain.text()]).toEqual([
      200,
      'application/json',
      '{"loose":true}',
    ])
    const echo = await call('/open')
    expect(echo.headers.get('set-cookie')).toBe('a=1; Path=/')
    const binary = await call('/binary')
    expect([...new Uint8Array(await binary.arrayBuffer())]).toEqual([1, 2, 255])
    const broken = await call('/broken')
    expect([broken.status, await parsed(broken)]).toEqual([500, { message: 'Internal Server Error' }])
    const slow = await call('/slow')
    expect([slow.status, await parsed(slow)]).toEqual([503, { message: 'Service Unavailable' }])
    const unknown = await call('/nowhere')
    expect([unknown.status, await parsed(unknown)]).toEqual([404, { message: 'Not Found' }])
    const large = await call('/echo', { method: 'POST', body: 'x'.repeat(10 * 1024 * 1024 + 1) })
    expect([large.status, await parsed(large)]).toEqual([413, { message: 'Request Entity Too Large' }])
  })

  test('lets nobody in without a good token', async () => {
    const with_ = async (authorization: string) => (await call('/plain', { headers: { authorization } })).status
    const [head, body, signature] = token.split('.')
    const none = Buffer.from('{"alg":"none"}').toString('base64url')
    expect(await with_('')).toBe(401)
    expect(await with_('Bearer nonsense')).toBe(401)
    expect(await with_(`Bearer ${head}.${body}.${signature?.slice(0, -4)}AAAA`)).toBe(401)
    expect(await with_(`Bearer ${none}.${body}.`)).toBe(401)
    expect(await with_(`bearer ${token}`)).toBe(200)
    expect((await call('/open', { headers: { authorization: '' } })).status).toBe(200)
    const scoped = await call('/echo/admin')
    expect([scoped.status, await parsed(scoped)]).toEqual([403, { message: 'Forbidden' }])
  })

  test('refuses a token after its time, also one that it has seen', async () => {
    const short = await runtime.mint({ tenant: 'acme', roles: ['OPERATIONS'], subject: 'ann', ttl: 60 })
    const status = async () => (await call('/plain', { headers: { authorization: `Bearer ${short}` } })).status
    expect(await status()).toBe(200)
    await local('clock', { advanceSeconds: 61 })
    expect(await status()).toBe(401)
  })

  test('answers preflights of the allowed origin alone', async () => {
    const preflight = async (origin: string) => {
      const { status, headers } = await fetch(`${runtime.url}/plain`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'GET' },
      })
      return [status, headers.get('access-control-allow-origin')]
    }
    expect(await preflight('https://console.example')).toEqual([204, 'https://console.example'])
    expect(await preflight('https://other.example')).toEqual([204, null])
  })
})

describe('the issuer', () => {
  const ask = (body: string, credentials?: string) =>
    fetch(`${runtime.url}/oauth2/token`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        ...(credentials ? { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` } : {}),
      },
      body,
    })
  test('gives a machine client its token, and nobody else', async () => {
    const { id, secret } = clientOf()
    const good = await parsed(ask('grant_type=client_credentials&scope=portolan%2Fapi', `${id}:${secret}`))
    expect(good).toMatchObject({ token_type: 'Bearer', expires_in: 1800 })
    expect(decodeJwt(good.access_token)).toMatchObject({
      client_id: id,
      sub: id,
      scope: 'portolan/api',
      token_use: 'access',
    })
    expect((await call('/plain', { headers: { authorization: `Bearer ${good.access_token}` } })).status).toBe(200)
    expect(await parsed(ask('grant_type=client_credentials', `${id}:wrong`))).toEqual({
      error: 'invalid_client',
    })
    expect(await parsed(ask('grant_type=client_credentials&scope=portolan%2Fadmin', `${id}:${secret}`))).toEqual({
      error: 'invalid_scope',
    })
    expect(await parsed(ask('grant_type=password', `${id}:${secret}`))).toEqual({
      error: 'unsupported_grant_type',
    })
  })

  test('publishes its keys', async () => {
    const { keys } = await parsed(fetch(`${runtime.url}/.well-known/jwks.json`))
    expect(keys).toEqual([expect.objectContaining({ kty: 'RSA', alg: 'RS256', use: 'sig' })])
    expect(keys[0]).not.toHaveProperty('d')
  })
})

describe('the roles of the template', () => {
  const key = { pk: 'shp_1', sk: 'item' }
  const denied = (action: string, resource: string) => ({
    name: 'AccessDeniedException',
    message: expect.stringMatching(
      new RegExp(
        `^User: arn:aws:sts::000000000000:assumed-role/.*ApiRole.*/.*ApiFunction.* is not authorized to perform: dynamodb:${action} on resource: arn:aws:dynamodb:us-east-1:000000000000:table/.*${resource} because no identity-based policy allows the dynamodb:${action} action$`,
      ),
    ),
  })
  test('what is granted works', async () => {
    expect(await db('Put', { Item: { ...key, kind: 'note' } })).toMatchObject({ $metadata: { httpStatusCode: 200 } })
    expect(
      await db('Query', {
        IndexName: 'by-kind',
        KeyConditionExpression: 'kind = :k',
        ExpressionAttributeValues: { ':k': 'note' },
      }),
    ).toMatchObject({ Count: 1 })
  })
  test("what is not granted is denied in AWS's words", async () => {
    expect(await db('Delete', { Key: key })).toEqual(denied('DeleteItem', ''))
    expect(await db('Scan', {})).toEqual(denied('Scan', ''))
    expect(await db('Scan', { IndexName: 'by-kind' })).toEqual(denied('Scan', '/index/by-kind'))
  })
  test('a transaction needs the action of each of its items', async () => {
    const table = (
      await db('Query', {
        KeyConditionExpression: 'pk = :p',
        ExpressionAttributeValues: { ':p': 'x' },
        ReturnConsumedCapacity: 'TOTAL',
      })
    ).ConsumedCapacity.TableName
    const put = { Put: { TableName: table, Item: { pk: 'shp_2', sk: 'item' } } }
    const check = { ConditionCheck: { TableName: table, Key: key, ConditionExpression: 'attribute_exists(pk)' } }
    const remove = { Delete: { TableName: table, Key: key } }
    expect(await db('Transact', { TransactItems: [put, check] })).toMatchObject({ $metadata: { httpStatusCode: 200 } })
    expect(await db('Transact', { TransactItems: [put, remove] })).toEqual(denied('DeleteItem', ''))
  })
  test('conditions on the partition key hold', async () => {
    expect(await db('Get', { Key: { pk: 'secret plan', sk: 'x' } })).toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('with an explicit deny in an identity-based policy'),
    })
  })
  test("a stranger's key is not recognized", async () => {
    const answer = await fetch(runtime.url, {
      method: 'POST',
      headers: {
        'x-amz-target': 'DynamoDB_20120810.ListTables',
        authorization: 'AWS4-HMAC-SHA256 Credential=AKIASTRANGER/20260101/us-east-1/dynamodb/aws4_request',
      },
      body: '{}',
    })
    expect([answer.status, (await parsed(answer)).__type]).toEqual([403, 'UnrecognizedClientException'])
  })
})

describe('the whole', () => {
  test('a write goes through stream, pipe, bus, rule and queue to the consumer, and settled waits for it', async () => {
    await call('/items/fact-1', { method: 'PUT', body: 'loaded' })
    expect((await local('settled')).body).toEqual({ settled: true, pending: {} })
    expect((await db('Get', { Key: { pk: 'fact-1', sk: 'seen' } })).Item).toEqual({
      pk: 'fact-1',
      sk: 'seen',
      kind: 'seen',
    })
    const { queues } = (await local('queues')).body
    expect(queues).toHaveLength(2)
    expect(queues.every((queue: { ready: number; inFlight: number }) => queue.ready + queue.inFlight === 0)).toBe(true)
  })

  test('counts calls and capacity exactly while metering', async () => {
    await local('metrics/reset', { metering: true })
    await call('/items/fact-2', { method: 'PUT', body: 'loaded' })
    await call('/items/fact-2')
    await local('settled')
    const metrics = (await local('metrics')).body
    // Two puts (the fact, what the consumer saw), each with one row in the index.
    expect(metrics).toMatchObject({
      'database.calls': 3,
      'database.calls.PutItem': 2,
      'database.writeUnits': 4,
      'database.readUnits': 0.5,
      invocations: 3,
    })
  })

  test('a restart keeps data, keys and time', async () => {
    const before = (await local('clock')).body.now
    await runtime.stop()
    runtime = await start()
    expect(Date.parse((await local('clock')).body.now)).toBeGreaterThanOrEqual(Date.parse(before))
    expect(await json('/items/fact-1')).toMatchObject({ text: 'loaded' })
  })

  test('a second runtime on the same folder is refused', async () => {
    await expect(start()).rejects.toThrow(/Another Portolan is running/)
  })

  test('management answers only pages of this machine', async () => {
    const answer = await fetch(`${runtime.url}/_local/clock`, { headers: { origin: 'https://evil.example' } })
    expect(answer.status).toBe(403)
    expect((await local('clock', { advanceSeconds: -1 })).status).toBe(400)
    expect((await local('nothing')).status).toBe(404)
    expect((await local('token', { roles: ['OPERATIONS'] })).body.token).toMatch(/^ey/)
  })
})

test('the runtime refuses to start on what it does not know, naming it', async () => {
  const other = join(dir, 'unknown')
  const resources = template()
  writeAssembly(other, {
    ...resources,
    Cache: { Type: 'AWS::ElastiCache::CacheCluster', Properties: {} },
    Dead: { Type: 'AWS::SQS::Queue', Properties: { Sorted: true } },
  })
  const attempt = startRuntime({ assemblyDir: other, dataDir: join(dir, 'other'), port: 0 })
  await expect(attempt).rejects.toThrow('Cache: resource type AWS::ElastiCache::CacheCluster is not supported')
  await expect(attempt).rejects.toThrow('Dead: property Sorted of AWS::SQS::Queue is not supported')
})

function clientOf(): { id: string; secret: string } {
  return { id: stableId('client machine', 26), secret: clientSecret('machine') }
}
