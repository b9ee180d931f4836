import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateKeyPair, SignJWT } from 'jose'
import * as z from 'zod'
import { CARRIER, SHIPPER } from '../../demo/shipments'
import { InternalRole, Role } from '../../schemas/role'
import { anOceanExport } from '../support/ocean-export'
import { ok, type Portolan, refused, startWorld, type World } from '../support/world'

jest.setTimeout(180_000)

let world: World
let sales: Portolan
let shipmentId: string
beforeAll(async () => {
  world = await startWorld()
  sales = await world.as('SALES')
  await ok(
    sales.POST('/v1/shipments', {
      body: { ...anOceanExport('T-0'), parties: [{ function: 'CZ', name: 'Nobody here' }] },
    }),
  )
  shipmentId = (await ok(sales.POST('/v1/shipments', { body: anOceanExport('T-1') }))).shipmentId
  await world.settled()
})
afterAll(() => world.stop())

const Operations = z.record(
  z.string(),
  z.record(z.string(), z.looseObject({ operationId: z.string(), 'x-roles': z.array(Role).optional() })),
)
const { paths } = z
  .object({ paths: Operations })
  .parse(JSON.parse(readFileSync(join(__dirname, '../../docs/openapi.json'), 'utf8')))
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), ...operation })),
)

/** Ids that exist nowhere: an allowed role gets past its role to a 4xx of another kind. */
const concrete = (path: string) =>
  path
    .replace('{shipmentId}', `shp_${'0'.repeat(26)}`)
    .replace('{documentId}', `doc_${'0'.repeat(26)}`)
    .replace('{invoiceId}', `inv_${'0'.repeat(26)}`)
    .replace('{jobId}', `job_${'0'.repeat(26)}`)
    .replace('{taskId}', `tsk_${'0'.repeat(26)}_x`)
    .replace('{unLocode}', 'ZZZZZ')
    .replace('{id}', `tsk_${'0'.repeat(26)}_x`)
    .replace('{calendarId}', 'nowhere')
    .replace('{subject}', 'nobody')
    .replace('{token}', `bm9uZQ.${'A'.repeat(43)}`)
    .replace('{name}', 'otif')

async function call(method: string, path: string, bearer: string | undefined) {
  const response = await fetch(world.url() + concrete(path), {
    method,
    headers: { 'content-type': 'application/json', ...(bearer ? { authorization: `Bearer ${bearer}` } : {}) },
    ...(method === 'GET' ? {} : { body: '{}' }),
  })
  // An answer without content has no code.
  const body: unknown = JSON.parse((await response.text()) || 'null')
  return { status: response.status, code: (Object(body) as { code?: string }).code }
}

describe('every route', () => {
  test.each(operations.map((operation) => [`${operation.method} ${operation.path}`, operation] as const))(
    '%s lets in the roles that it names and no others',
    async (_, operation) => {
      const allowed = operation['x-roles']
      if (!allowed) {
        // Public, or open to who holds a link: one that nobody was given opens nothing.
        const held = operation.path.includes('{token}')
        expect(held ? [404, 422] : [200]).toContain((await call(operation.method, operation.path, undefined)).status)
        return
      }
      expect((await call(operation.method, operation.path, undefined)).status).toBe(401)
      for (const role of Role.options) {
        const organization = InternalRole.safeParse(role).success ? {} : { organization: 'NOBODY' }
        const bearer = await world.token({ roles: [role], ...organization })
        const { status, code } = await call(operation.method, operation.path, bearer)
        const refusedByRole = status === 403 && code === 'forbidden'
        expect({ role, refusedByRole }).toEqual({ role, refusedByRole: !allowed.includes(role) })
        expect(status).not.toBe(500)
      }
    },
  )
})

describe('tokens', () => {
  const unauthorized = async (bearer: string) => (await call('GET', '/v1/shipments', bearer)).status

  test('that nobody signed, or somebody else did, open nothing', async () => {
    const header = { alg: 'none', typ: 'JWT' }
    const claims = { sub: 'x', tenant: 'harbour', roles: 'TENANT_ADMIN' }
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
    expect(await unauthorized(`${encode(header)}.${encode(claims)}.`)).toBe(401)
    const { privateKey } = await generateKeyPair('RS256')
    const forged = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256' })
      .setExpirationTime('1h')
      .sign(privateKey)
    expect(await unauthorized(forged)).toBe(401)
    const [head, , signature] = (await world.token({ roles: ['SALES'] })).split('.')
    expect(await unauthorized(`${head}.${encode(claims)}.${signature}`)).toBe(401)
  })

  test('of a partner without an organization, or with internal roles beside, grant nothing', async () => {
    expect(await unauthorized(await world.token({ roles: ['CARRIER'] }))).toBe(403)
    expect(await unauthorized(await world.token({ roles: ['CARRIER', 'FINANCE'], organization: CARRIER }))).toBe(403)
    expect(await unauthorized(await world.token({ roles: ['EMPEROR'] }))).toBe(403)
  })
})

describe('another tenant', () => {
  test('sees nothing, and cannot tell what exists', async () => {
    const other = await world.as({ roles: ['TENANT_ADMIN'], tenant: 'elsewhere' })
    const known = await refused(other.GET('/v1/shipments/{shipmentId}', { params: { path: { shipmentId } } }))
    const unknown = `shp_${'0'.repeat(26)}`
    expect(known).toEqual(
      await refused(other.GET('/v1/shipments/{shipmentId}', { params: { path: { shipmentId: unknown } } })),
    )
    expect((await ok(other.GET('/v1/shipments'))).items).toEqual([])
    const tasks = await ok(other.GET('/v1/tasks', { params: { query: { role: 'OPERATIONS' } } }))
    expect(tasks.items).toEqual([])
    const cancel = { params: { path: { shipmentId } }, body: { reason: 'mischief' } }
    expect(await refused(other.POST('/v1/shipments/{shipmentId}/cancellations', cancel))).toMatchObject({ status: 404 })
    const next = (await ok(sales.GET('/v1/shipments', { params: { query: { limit: 1 } } }))).next
    expect(next).toBeDefined()
    const forged = { params: { query: { cursor: next ?? '' } } }
    expect((await ok(other.GET('/v1/shipments', forged))).items).toEqual([])
  })

  test('may use the same client reference', async () => {
    const other = await world.as({ roles: ['SALES'], tenant: 'elsewhere' })
    expect((await ok(other.POST('/v1/shipments', { body: anOceanExport('T-1') }))).status).toBe('CONFIRMED')
  })
})

describe('a partner', () => {
  const path = () => ({ params: { path: { shipmentId } } })

  test('sees its own shipments only', async () => {
    const carrier = await world.as({ roles: ['CARRIER'], organization: CARRIER })
    const stranger = await world.as({ roles: ['CARRIER'], organization: 'STRANGER' })
    expect((await ok(carrier.GET('/v1/shipments'))).items.map((it) => it.shipmentId)).toEqual([shipmentId])
    expect((await ok(stranger.GET('/v1/shipments'))).items).toEqual([])
    expect(await refused(stranger.GET('/v1/shipments/{shipmentId}', path()))).toMatchObject({ status: 404 })
    expect(await refused(stranger.GET('/v1/shipments/{shipmentId}/timeline', path()))).toMatchObject({ status: 404 })
    const event = {
      eventType: 'TRANSPORT' as const,
      eventClassifierCode: 'ACT' as const,
      eventCode: 'DEPA',
      eventDateTime: '2026-01-01T00:00:00Z',
      source: 'X',
    }
    expect(await refused(stranger.POST('/v1/shipments/{shipmentId}/events', { ...path(), body: event }))).toMatchObject(
      {
        status: 404,
      },
    )
  })

  test('sees no tasks, no costs and nobody else’s money', async () => {
    const carrier = await world.as({ roles: ['CARRIER'], organization: CARRIER })
    const shipper = await world.as({ roles: ['SHIPPER'], organization: SHIPPER })
    const departed = {
      eventType: 'TRANSPORT' as const,
      eventClassifierCode: 'ACT' as const,
      eventCode: 'DEPA',
      unLocode: 'NLRTM',
      eventDateTime: '2026-01-01T00:00:00Z',
      source: 'NSCL',
    }
    await ok(carrier.POST('/v1/shipments/{shipmentId}/events', { ...path(), body: departed }))
    await world.settled()
    expect(await ok(carrier.GET('/v1/shipments/{shipmentId}', path()))).toMatchObject({
      tasks: [],
      chargeLines: [],
      invoices: [],
    })
    const seen = await ok(shipper.GET('/v1/shipments/{shipmentId}', path()))
    expect(seen.chargeLines.map((line) => line.chargeId)).toEqual(['freight', 'bunker', 'delivery'])
    expect(seen.invoices).toHaveLength(1)
    expect(JSON.stringify(seen)).not.toContain('arn:aws')
    const { items } = await ok(carrier.GET('/v1/shipments/{shipmentId}/timeline', path()))
    expect(items.filter((entry) => entry.area === 'TASKS' || entry.area === 'MONEY')).toEqual([])
  })
})

describe('an Idempotency-Key', () => {
  const headers = { 'Idempotency-Key': 'the-same' }

  test('of another organization, or of another person, is another key', async () => {
    const path = { shipmentId }
    const body = {
      documentType: '380',
      contentType: 'application/pdf',
      bytes: 1000,
      sha256: `${'A'.repeat(43)}=`,
    } as const
    const announce = async (role: string, organization: string) =>
      ok(
        (await world.as({ roles: [role], organization, subject: 'ana' })).POST('/v1/shipments/{shipmentId}/documents', {
          params: { path, header: headers },
          body,
        }),
      )
    const [first, again, other] = [
      await announce('SHIPPER', SHIPPER),
      await announce('SHIPPER', SHIPPER),
      await announce('CARRIER', CARRIER),
    ]
    expect(again.documentId).toBe(first.documentId)
    expect(other.documentId).not.toBe(first.documentId)
    expect([again.upload.expiresAt, again.upload.fields.key]).toEqual([
      first.upload.expiresAt,
      expect.stringContaining(first.documentId),
    ])
  })

  test('lets nobody past a role that the first one had', async () => {
    const [task] = (await ok(sales.GET('/v1/shipments/{shipmentId}', { params: { path: { shipmentId } } }))).tasks
    const path = { taskId: task?.taskId ?? '' }
    const claim = async (role: string) =>
      (await world.as(role)).POST('/v1/tasks/{taskId}/claims', { params: { path, header: headers } })
    expect((await claim(task?.role ?? '')).response.status).toBe(200)
    expect((await claim('WAREHOUSE')).response.status).toBe(403)
  })
})

test('ids that cannot exist are not told apart from those that do not', async () => {
  const bearer = await world.token({ roles: ['TENANT_ADMIN'] })
  for (const id of ['shp_x', '..', 'shp_01J;DROP', '%00'])
    expect(
      (
        await fetch(`${world.url()}/v1/shipments/${encodeURIComponent(id)}`, {
          headers: { authorization: `Bearer ${bearer}` },
        })
      ).status,
    ).toBe(404)
})
