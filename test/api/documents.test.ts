/** Documents over HTTP, with real files read by the local OCR: what the papers say against each other and the shipment. */
import { createHash } from 'node:crypto'
import { fixture } from '../../demo/documents'
import { SHIPPER } from '../../demo/shipments'
import { anOceanExport } from '../support/ocean-export'
import { eventually, ok, type Portolan, refused, startWorld, type World } from '../support/world'

jest.setTimeout(300_000)

let world: World
let sales: Portolan
let documentation: Portolan
let shipper: Portolan
beforeAll(async () => {
  world = await startWorld()
  sales = await world.as('SALES')
  documentation = await world.as('DOCUMENTATION')
  shipper = await world.as({ roles: ['SHIPPER'], organization: SHIPPER })
})
afterAll(() => world.stop())

const one = (shipmentId: string) => ({ params: { path: { shipmentId } } })
const paper = (shipmentId: string, documentId: string) => ({ params: { path: { shipmentId, documentId } } })
const INVOICE = fixture('commercial-invoice.pdf', 'application/pdf')
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('base64')

type File = typeof INVOICE
type Body = ReturnType<typeof anOceanExport>

async function create(reference: string, change: Partial<Body> = {}): Promise<string> {
  const body = { ...anOceanExport(reference), ...change }
  return (await ok(sales.POST('/v1/shipments', { body }))).shipmentId
}

async function post(upload: { url: string; fields: Record<string, string> }, file: File): Promise<number> {
  const form = new FormData()
  for (const [name, value] of Object.entries(upload.fields)) form.append(name, value)
  form.append('file', new Blob([file.bytes], { type: file.contentType }), file.name)
  return (await fetch(upload.url, { method: 'POST', body: form })).status
}

async function send(by: Portolan, shipmentId: string, documentType: '380' | '271' | '705' | '737', file: File) {
  const { contentType, bytes, name: fileName } = file
  const body = { documentType, contentType, bytes: bytes.length, sha256: sha256(bytes), fileName }
  const announced = await ok(by.POST('/v1/shipments/{shipmentId}/documents', { ...one(shipmentId), body }))
  expect(await post(announced.upload, file)).toBe(201)
  return announced.documentId
}

const READING = ['AWAITING_UPLOAD', 'UPLOADED', 'SCANNING', 'EXTRACTING']
const read = (shipmentId: string, documentId: string) =>
  eventually(
    () => ok(documentation.GET('/v1/shipments/{shipmentId}/documents/{documentId}', paper(shipmentId, documentId))),
    ({ document }) => !READING.includes(document.status),
  )

const matrix = (shipmentId: string) =>
  ok(documentation.GET('/v1/shipments/{shipmentId}/document-matrix', one(shipmentId)))
const timeline = async (shipmentId: string) =>
  (await ok(documentation.GET('/v1/shipments/{shipmentId}/timeline', one(shipmentId)))).items
const disagreements = async (shipmentId: string) =>
  (await matrix(shipmentId)).rows.flatMap((row) =>
    row.disagreements.map(({ check, severity, sources }) => ({ check, severity, sources })),
  )

describe('the document matrix', () => {
  test('holds papers against each other and the shipment; a planted error makes a task, a waiver closes it', async () => {
    // The booking says 41 packages, and another second container than the papers.
    const [goods, more] = anOceanExport('x').cargoItems
    if (!goods || !more) throw new Error('The export has two kinds of goods')
    const shipmentId = await create('M-1', {
      cargoItems: [goods, { ...more, packages: 17 }],
      incoterm: { rule: 'CIF', place: 'Singapore' },
    })
    const invoice = await send(shipper, shipmentId, '380', INVOICE)
    expect((await read(shipmentId, invoice)).document.status).toBe('VERIFIED')
    await world.settled()
    expect(await disagreements(shipmentId)).toEqual([
      { check: 'packages', severity: 'ERROR', sources: [invoice] },
      { check: 'incoterm', severity: 'ERROR', sources: [invoice] },
    ])
    const { rows, consistent } = await matrix(shipmentId)
    expect(consistent).toBe(false)
    const cells = rows.find((row) => row.check === 'gross-weight')?.cells
    expect(cells?.map((cell) => cell.source)).toEqual(['SHIPMENT', invoice])
    expect(cells?.[1]?.values[0]).toMatchObject({ page: 1, box: { left: expect.any(Number) } })
    const task = (await ok(documentation.GET('/v1/shipments/{shipmentId}', one(shipmentId)))).tasks.find(
      (it) => it.stepKey === 'resolve-disagreements',
    )
    expect(task).toMatchObject({ role: 'DOCUMENTATION', status: 'CREATED' })
    expect(task?.disagreements?.map((it) => it.check)).toEqual(['packages', 'incoterm'])

    const waive = (by: Portolan, check: 'packages' | 'incoterm' | 'voyage') =>
      by.POST('/v1/shipments/{shipmentId}/document-waivers', {
        ...one(shipmentId),
        body: { check, reason: 'confirmed with the shipper by telephone' },
      })
    expect((await refused(waive(sales, 'packages'))).status).toBe(403)
    expect((await refused(waive(shipper, 'packages'))).status).toBe(403)
    expect(await refused(waive(documentation, 'voyage'))).toMatchObject({ code: 'document.nothing_to_waive' })
    await ok(waive(documentation, 'packages'))
    await ok(waive(documentation, 'incoterm'))
    await world.settled()
    expect(await matrix(shipmentId)).toMatchObject({ consistent: true, disagreements: { errors: 0, waived: 2 } })
    const closed = (await ok(documentation.GET('/v1/shipments/{shipmentId}', one(shipmentId)))).tasks.find(
      (it) => it.stepKey === 'resolve-disagreements',
    )
    expect(closed?.status).toBe('COMPLETED')
    const waived = (await timeline(shipmentId)).find((entry) => entry.type === 'documents.waived')
    expect(waived?.data).toMatchObject({ check: 'packages', roles: ['DOCUMENTATION'] })
    expect((await refused(shipper.GET('/v1/shipments/{shipmentId}/document-matrix', one(shipmentId)))).status).toBe(403)
  })
})
