/** Who the tenant is, over HTTP, and what its papers make of that. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PDFDocument } from 'pdf-lib'
import { anOceanExport } from '../support/ocean-export'
import { eventually, ok, type Portolan, refused, startWorld, type World } from '../support/world'

jest.setTimeout(180_000)

let world: World
let admin: Portolan
let operations: Portolan
beforeAll(async () => {
  world = await startWorld()
  admin = await world.as('TENANT_ADMIN')
  operations = await world.as('OPERATIONS')
})
afterAll(() => world.stop())

const HELM = {
  name: 'Helm Forwarding GmbH',
  address: 'Kai 7\n20457 Hamburg',
  country: 'DE',
  vatNumber: 'DE123456789',
  bankAccounts: [{ currency: 'EUR', iban: 'DE89 3704 0044 0532 0130 00' }],
}

test('the legal entity is put by administrators, read by staff, and replaced only by who has seen what stands', async () => {
  expect(await refused(operations.GET('/v1/legal-entity'))).toMatchObject({ code: 'legal_entity.not_found' })
  expect(await refused(operations.PUT('/v1/legal-entity', { body: HELM }))).toMatchObject({ status: 403 })
  await ok(admin.PUT('/v1/legal-entity', { body: HELM }))
  const { data, response } = await operations.GET('/v1/legal-entity')
  expect(data).toMatchObject({
    name: 'Helm Forwarding GmbH',
    paymentDays: 30,
    bankAccounts: [{ iban: 'DE89370400440532013000' }],
  })
  const seen = { 'If-Match': response.headers.get('etag') ?? '' }
  // Repeated, it changes nothing.
  const again = await admin.PUT('/v1/legal-entity', { body: HELM })
  expect({ data: again.data, etag: again.response.headers.get('etag') }).toEqual({ data, etag: seen['If-Match'] })
  const change = { body: { ...HELM, paymentDays: 14 }, headers: seen }
  await ok(admin.PUT('/v1/legal-entity', change))
  expect(await refused(admin.PUT('/v1/legal-entity', { ...change, body: HELM }))).toMatchObject({
    status: 412,
    code: 'legal_entity.changed',
  })
  const elsewhere = await world.as({ roles: ['TENANT_ADMIN'], tenant: 'elsewhere' })
  expect((await refused(elsewhere.GET('/v1/legal-entity'))).status).toBe(404)
})

test('what is wrong with it is told by its place', async () => {
  const wrong = {
    ...HELM,
    bankAccounts: [{ currency: 'EUR', iban: 'DE00 3704 0044 0532 0130 00' }],
    eoriNumber: 'x',
  }
  expect(await refused(admin.PUT('/v1/legal-entity', { body: wrong }))).toMatchObject({
    status: 422,
    pointers: ['/eoriNumber', '/bankAccounts/0/iban'],
  })
  const logo = { contentType: 'image/png' as const, data: Buffer.from('<svg/>').toString('base64') }
  expect(await refused(admin.PUT('/v1/legal-entity', { body: { ...HELM, logo } }))).toMatchObject({
    status: 422,
    pointers: ['/logo/data'],
  })
})

test('a paper that is printed then has its name and logo at its head', async () => {
  const logo = {
    contentType: 'image/png' as const,
    data: readFileSync(join(__dirname, '../../demo/logo.png')).toString('base64'),
  }
  await ok(admin.PUT('/v1/legal-entity', { body: { ...HELM, logo } }))
  const sales = await world.as('SALES')
  const { shipmentId } = await ok(sales.POST('/v1/shipments', { body: anOceanExport('C-1') }))
  const { documentId } = await ok(
    operations.POST('/v1/shipments/{shipmentId}/generated-documents', {
      params: { path: { shipmentId } },
      body: { documentType: '781' },
    }),
  )
  const one = { params: { path: { shipmentId, documentId } } }
  await eventually(
    () => ok(operations.GET('/v1/shipments/{shipmentId}/documents/{documentId}', one)),
    ({ document }) => document.status === 'VERIFIED',
  )
  const { url } = await ok(operations.GET('/v1/shipments/{shipmentId}/documents/{documentId}/content', one))
  const file = Buffer.from(await (await fetch(url)).arrayBuffer())
  expect((await PDFDocument.load(file)).getAuthor()).toBe('Helm Forwarding GmbH')
  expect(file.includes('/Subtype /Image')).toBe(true)
})
