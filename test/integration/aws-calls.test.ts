import { createHash, createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { marshall } from '@aws-sdk/util-dynamodb'
import { SignatureV4 } from '@smithy/signature-v4'
import fc from 'fast-check'
import { routes } from '../../functions/documents/contract'
import { handlers } from '../../functions/documents/handlers'
import { AwsError, callAws } from '../../functions/platform/aws'
import { dynamodb } from '../../functions/platform/dynamodb'
import { createApi } from '../../functions/platform/http'
import { Contended, getMany, retried } from '../../functions/platform/table'
import { callDoor } from '../support/door'

interface Seen {
  headers: IncomingHttpHeaders
  body: string
}
type Answer = { status: number; body: unknown } | 'hang up'

/** A service that answers what it is told, in order, and then the last one again. */
let server: Server
let seen: Seen[] = []
let answers: Answer[] = []

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    seen.push({ headers: request.headers, body: Buffer.concat(chunks).toString() })
    const answer = answers.length > 1 ? answers.shift() : answers[0]
    if (answer === undefined || answer === 'hang up') return void response.destroy()
    response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' })
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: url,
    AWS_ENDPOINT_URL_SFN: url,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  })
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
beforeEach(() => {
  seen = []
  answers = [{ status: 200, body: {} }]
  delete process.env.AWS_SESSION_TOKEN
})

/** SHA-256 and HMAC as the SDK's signer wants them. */
class NodeHash {
  private readonly hash
  constructor(secret?: unknown) {
    this.hash =
      secret instanceof Uint8Array || typeof secret === 'string' ? createHmac('sha256', secret) : createHash('sha256')
  }
  update(data: string | Uint8Array) {
    this.hash.update(data)
  }
  async digest() {
    return new Uint8Array(this.hash.digest())
  }
  reset() {}
}

describe('a call', () => {
  it.each([['without a session', undefined] as const, ['with a session', 'IQoJb3JpZ2luX2VjEA=='] as const])(
    'is signed as the SDK signs it, %s',
    async (_, sessionToken) => {
      if (sessionToken) process.env.AWS_SESSION_TOKEN = sessionToken
      await callAws('states', 'StartExecution', { name: 'shp_1', input: '{"a":"é"}' })
      const [{ headers, body } = { headers: {}, body: '' }] = seen
      const { authorization, connection: _1, 'content-length': _2, ...signed } = headers
      const signer = new SignatureV4({
        service: 'states',
        region: 'eu-central-1',
        sha256: NodeHash,
        applyChecksum: false,
        credentials: {
          accessKeyId: 'AKIDEXAMPLE',
          secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
          ...(sessionToken ? { sessionToken } : {}),
        },
      })
      const time = String(headers['x-amz-date']).replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5')
      const theirs = await signer.sign(
        {
          method: 'POST',
          protocol: 'http:',
          hostname: '127.0.0.1',
          path: '/',
          headers: signed as never,
          body,
          query: {},
        },
        { signingDate: new Date(time) },
      )
      expect(authorization).toBe(theirs.headers.authorization)
      expect(headers['x-amz-target']).toBe('AWSStepFunctions.StartExecution')
    },
  )

  it('tells the length of its body in bytes', async () => {
    await callAws('dynamodb', 'GetItem', { text: 'é€' })
    expect(seen[0]?.headers['content-length']).toBe(String(Buffer.byteLength('{"text":"é€"}')))
  })

  it.each([
    ['a throttle', { status: 400, body: { __type: 'com.amazonaws.dynamodb.v20120810#ThrottlingException' } }],
    ['a fault of the service', { status: 500, body: 'not JSON' }],
    ['a lost connection', 'hang up'],
  ] as [string, Answer][])('is made again after %s, with the same body', async (_, first) => {
    answers = [first, { status: 200, body: { done: true } }]
    expect(await callAws('dynamodb', 'PutItem', { a: 1 })).toEqual({ done: true })
    expect(seen.map(({ body }) => body)).toEqual(['{"a":1}', '{"a":1}'])
  })

  it('gives up after four tries', async () => {
    answers = ['hang up']
    await expect(callAws('dynamodb', 'GetItem', {})).rejects.toMatchObject({ code: 'TransportError' })
    expect(seen).toHaveLength(4)
  })

  it('fails at once where trying again is no use, with what was answered', async () => {
    const body = { __type: 'com.amazonaws.dynamodb.v20120810#ValidationException', message: 'No such attribute' }
    answers = [{ status: 400, body }]
    const error = await callAws('dynamodb', 'GetItem', {}).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(AwsError)
    expect(error).toMatchObject({ code: 'ValidationException', message: 'No such attribute', answer: body })
    expect(seen).toHaveLength(1)
  })

  it('goes to AWS where no endpoint is given', async () => {
    const { AWS_ENDPOINT_URL_DYNAMODB: endpoint } = process.env
    delete process.env.AWS_ENDPOINT_URL_DYNAMODB
    process.env.AWS_REGION = 'no-such-region'
    try {
      await expect(callAws('dynamodb', 'GetItem', {})).rejects.toThrow('dynamodb.no-such-region.amazonaws.com')
    } finally {
      Object.assign(process.env, { AWS_ENDPOINT_URL_DYNAMODB: endpoint, AWS_REGION: 'eu-central-1' })
    }
  })
})

describe('an item', () => {
  const Attribute = fc.oneof(
    fc.string(),
    fc.double({ min: -1e15, max: 1e15, noNaN: true }),
    fc.maxSafeInteger(),
    fc.boolean(),
    fc.uint8Array({ maxLength: 40 }),
  )
  // The SDK's marshaller stumbles over names such as `constructor`.
  const Item = fc.dictionary(
    fc.string({ minLength: 1 }).filter((name) => !(name in Object.prototype)),
    Attribute,
  )

  /** As it goes over the wire: bytes in base64. */
  const wire = (item: Record<string, unknown>) =>
    JSON.parse(
      JSON.stringify(marshall(item), (_, value) =>
        value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
      ),
    )

  it('goes out as the SDK would write it, and comes back as it was', async () => {
    await fc.assert(
      fc.asyncProperty(Item, async (item) => {
        seen = []
        answers = [{ status: 200, body: { Item: wire(item) } }]
        const answer = await dynamodb('PutItem', { TableName: 't', Item: item })
        expect(JSON.parse(seen[0]?.body ?? '')).toEqual({ TableName: 't', Item: wire(item) })
        expect(normal(Object(answer).Item)).toEqual(normal(item))
      }),
      { numRuns: 50 },
    )
  })

  // Minus zero is no number of DynamoDB, and Buffers are bytes.
  const normal = (item: object) =>
    Object.fromEntries(
      Object.entries(item).map(([name, value]) => [
        name,
        value instanceof Uint8Array ? Buffer.from(value).toString('hex') : Object.is(value, -0) ? 0 : value,
      ]),
    )

  it('is found wherever an operation has items, and nowhere else', async () => {
    answers = [
      {
        status: 200,
        body: {
          Responses: { portolan: [{ pk: { S: 'a' } }] },
          UnprocessedKeys: { portolan: { Keys: [{ pk: { S: 'b' } }], ConsistentRead: true } },
        },
      },
    ]
    const answer = await dynamodb('BatchGetItem', { RequestItems: { portolan: { Keys: [{ pk: 'a' }] } } })
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({ RequestItems: { portolan: { Keys: [{ pk: { S: 'a' } }] } } })
    expect(answer).toEqual({
      Responses: { portolan: [{ pk: 'a' }] },
      UnprocessedKeys: { portolan: { Keys: [{ pk: 'b' }], ConsistentRead: true } },
    })
  })

  it('is asked for again when the service left it out of a batch, until nothing more comes', async () => {
    process.env.TABLE_NAME = 'portolan'
    const answerOf = (items: string[], unprocessed: string[]): Answer => ({
      status: 200,
      body: {
        Responses: { portolan: items.map((pk) => ({ pk: { S: `demo#${pk}` }, sk: { S: 'x' } })) },
        UnprocessedKeys: { portolan: { Keys: unprocessed.map((pk) => ({ pk: { S: `demo#${pk}` }, sk: { S: 'x' } })) } },
      },
    })
    const keys = ['a', 'b'].map((pk) => ({ pk, sk: 'x' }))
    answers = [answerOf(['a'], ['b']), answerOf([], ['b']), answerOf(['b'], [])]
    expect((await getMany({ tenantId: 'demo' }, keys)).map(({ pk }) => pk)).toEqual(['a', 'b'])
    answers = [answerOf([], ['a', 'b'])]
    await expect(getMany({ tenantId: 'demo' }, keys)).rejects.toThrow(Contended)
  })

  it('leaves out what is undefined and refuses what is not flat', async () => {
    await dynamodb('PutItem', { TableName: 't', Item: { a: 'x', b: undefined } })
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({ TableName: 't', Item: { a: { S: 'x' } } })
    for (const nested of [{ deep: 1 }, ['list'], null, Number.NaN, 2 ** 60])
      await expect(dynamodb('PutItem', { TableName: 't', Item: { nested } })).rejects.toThrow(TypeError)
  })
})

describe('a caller of the API', () => {
  const ask = () => {
    process.env.TABLE_NAME = 'portolan'
    return callDoor(
      createApi(routes, handlers),
      { tenant: 'demo', roles: ['DOCUMENTATION'] },
      { route: 'GET /v1/document-quality' },
    )
  }

  it.each([
    ['throttles', { status: 400, body: { __type: 'ThrottlingException' } }],
    ['fails', { status: 500, body: { __type: 'InternalServerError' } }],
    ['hangs up', 'hang up'],
  ] as const)('is asked to try again when the table %s: that is no defect of ours', async (_, answer) => {
    answers = [answer]
    expect(await ask()).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1', 'content-type': 'application/problem+json' },
      body: { code: 'unavailable', status: 503 },
    })
  })

  it('is told of a defect where there is one', async () => {
    answers = [{ status: 400, body: { __type: 'ValidationException' } }]
    expect(await ask()).toMatchObject({ status: 500, body: { code: 'internal' } })
  })

  it('is answered before the function’s time is over, however long each try takes', async () => {
    let tries = 0
    // A try takes three seconds by this clock, and no time at all.
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => tries * 3000)
    const slow = () =>
      retried(async () => {
        tries += 1
        throw new Contended()
      })
    await expect(slow()).rejects.toThrow(Contended)
    clock.mockRestore()
    expect(tries).toBe(3)
  })
})
