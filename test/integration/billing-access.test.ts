import { api as billing } from '../../functions/billing/index'
import { api as kpis } from '../../functions/kpis/index'
import { Role } from '../../schemas/role'
import { callDoor, type Request } from '../support/door'
import { startTable, type TestTable } from '../support/dynamodb'
import { aCharge, aContext, createInTable } from '../support/shipments'

jest.setTimeout(60_000)

let table: TestTable
beforeAll(async () => {
  table = await startTable()
})
afterAll(() => table.stop())

const PERIOD = { from: '2026-03-01', to: '2026-04-01' }
const INVOICES = { route: 'GET /v1/invoices' }
const BALANCES = { route: 'GET /v1/ledger/balances' }
const PROOF = {
  route: 'GET /v1/billing/proof',
  query: { from: '2026-03-01T00:00:00Z', to: '2026-04-01T00:00:00+02:00' },
}
const KPI = { route: 'GET /v1/kpis/{name}', params: { name: 'otif' }, query: PERIOD }
const MEMBERS = { route: 'GET /v1/kpis/{name}/members', params: { name: 'otif' }, query: PERIOD }

const encoded = (key: object) => Buffer.from(JSON.stringify(key)).toString('base64url')
const partner = (role: Role) => ['SHIPPER', 'CONSIGNEE', 'CARRIER', 'CUSTOMS_BROKER', 'SUPPLIER'].includes(role)
const statusFor = async (role: Role, request: Request) => {
  const caller = { tenant: 'access', roles: [role], ...(/^[A-Z]/.test(role) ? { organization: 'ACME' } : {}) }
  const door = request.route.includes('/kpis/') ? kpis : billing
  return (await callDoor(door, caller, request)).status
}
const allowed = async (request: Request) => {
  const roles: Role[] = []
  for (const role of Role.options) if ((await statusFor(role, request)) === 200) roles.push(role)
  return roles
}

test('the ledger and its proof are for finance, administrators and auditors', async () => {
  expect(await allowed(BALANCES)).toEqual(['FINANCE', 'TENANT_ADMIN', 'AUDITOR'])
  expect(await allowed(PROOF)).toEqual(['FINANCE', 'TENANT_ADMIN', 'AUDITOR'])
})

test('key figures are for the tenant’s own people', async () => {
  const readers = ['SALES', 'OPERATIONS', 'FINANCE', 'CUSTOMER_SERVICE', 'TENANT_ADMIN', 'AUDITOR']
  expect(await allowed(KPI)).toEqual(readers)
  expect(await allowed(MEMBERS)).toEqual(readers)
})

test('invoices are also for sales, customer service, machines, and partners who see their own', async () => {
  const readers = await allowed(INVOICES)
  expect(readers.filter((role) => partner(role))).toHaveLength(5)
  expect(readers).not.toContain('OPERATIONS')
  expect(readers).not.toContain('WAREHOUSE')
})

test('a partner adds no charge, and a stranger finds no shipment', async () => {
  const shipmentId = await createInTable(aContext({ tenantId: 'access' }))
  const add = { route: 'POST /v1/shipments/{shipmentId}/charges', params: { shipmentId }, body: aCharge() }
  expect((await callDoor(billing, { tenant: 'access', roles: ['SHIPPER'], organization: 'ACME' }, add)).status).toBe(
    403,
  )
  expect((await callDoor(billing, { tenant: 'other', roles: ['FINANCE'] }, add)).status).toBe(404)
  const answer = await callDoor(billing, { tenant: 'access', roles: ['FINANCE'] }, add)
  expect(answer).toMatchObject({ status: 201, headers: { etag: '"2"' }, body: { chargeId: 'c1' } })
})

test.each([
  [{ ...PROOF, query: {} }, '#/query/shipmentId'],
  [
    { ...PROOF, query: { shipmentId: 'shp_01M80W99CK7DWESHB3FZPKV8Z6', from: '2026-03-01T00:00:00Z' } },
    '#/query/shipmentId',
  ],
  [{ ...PROOF, query: { from: '2026-03-01T00:00:00Z' } }, '#/query/to'],
  [{ ...PROOF, query: { from: '2026-03-02T00:00:00Z', to: '2026-03-01T00:00:00Z' } }, '#/query/to'],
  [{ ...PROOF, query: { ...PROOF.query, limit: '51' } }, '#/query/limit'],
  [{ ...INVOICES, query: { cursor: 'forged' } }, '#/query/cursor'],
  [{ ...INVOICES, query: { cursor: encoded({ gsi1pk: 'INVOICES' }) } }, '#/query/cursor'],
  [{ ...INVOICES, query: { cursor: encoded({ gsi1pk: 'SHIPMENTS' }) } }, '#/query/cursor'],
  [{ ...BALANCES, query: { recompute: 'perhaps' } }, '#/query/recompute'],
  [{ ...KPI, query: { from: '2026-03-01' } }, '#/query/to'],
  [{ ...KPI, query: { from: '2026-04-01', to: '2026-04-01' } }, '#/query/to'],
  [{ ...KPI, query: { from: '2024-04-01', to: '2026-04-01' } }, '#/query/to'],
  [{ ...KPI, query: { ...PERIOD, groupBy: 'moon' } }, '#/query/groupBy'],
  [{ ...KPI, query: { ...PERIOD, customr: 'ACME' } }, '#/query/customr'],
  [{ ...PROOF, query: { ...PROOF.query, to: '2026-03-01T00:00:00Z' } }, '#/query/to'],
  [{ ...MEMBERS, query: { ...PERIOD, bucket: 'LOST' } }, '#/query/bucket'],
])('%j names the field that is wrong', async (request, pointer) => {
  const door = request.route.includes('/kpis/') ? kpis : billing
  const { status, body } = await callDoor(door, { tenant: 'access', roles: ['FINANCE'] }, request)
  expect(status).toBe(422)
  expect(body.errors).toEqual(expect.arrayContaining([expect.objectContaining({ pointer })]))
})

test('a span in the wrong order is refused in the same words everywhere', async () => {
  const errorsOf = async (door: typeof billing, request: Request) =>
    (await callDoor(door, { tenant: 'access', roles: ['FINANCE'] }, request)).body.errors
  const reversed = { from: '2026-04-02T00:00:00Z', to: '2026-04-01T00:00:00Z' }
  const inDays = { from: '2026-04-02', to: '2026-04-01' }
  const told = { pointer: '#/query/to', message: 'to must be later than from' }
  expect(await errorsOf(billing, { ...PROOF, query: reversed })).toMatchObject([told])
  expect(await errorsOf(kpis, { ...KPI, query: inDays })).toMatchObject([told])
})

test('an unknown key figure, and an invoice that is none, are not found', async () => {
  const auditor = { tenant: 'access', roles: ['AUDITOR' as const] }
  expect((await callDoor(kpis, auditor, { ...KPI, params: { name: 'profit' } })).status).toBe(404)
  const one = { route: 'GET /v1/invoices/{invoiceId}', params: { invoiceId: 'inv_01M80W99CK7DWESHB3FZPKV8Z6' } }
  expect(await callDoor(billing, auditor, one)).toMatchObject({ status: 404, body: { code: 'invoice.not_found' } })
})
