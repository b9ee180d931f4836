/** Documents over HTTP, with real files read by the local OCR: what the papers say against each other and the shipment. */
import { createHash } from 'node:crypto'
import { fixture } from '../../demo/documents'
import { SHIPPER } from '../../demo/shipments'
import { HOSTILE, MALICIOUS } from '../support/hostile-files'
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
    150,
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

describe('feedback and re-upload', () => {
  test('a partner is told what is wrong with its own paper, and a new one takes the place of the old', async () => {
    const [goods, more] = anOceanExport('x').cargoItems
    if (!goods || !more) throw new Error('The export has two kinds of goods')
    const shipmentId = await create('F-1', { cargoItems: [goods, { ...more, packages: 17 }] })
    const first = await send(shipper, shipmentId, '380', INVOICE)
    await read(shipmentId, first)
    const told = await ok(shipper.GET('/v1/shipments/{shipmentId}/documents/{documentId}', paper(shipmentId, first)))
    const wrong = told.feedbacks.find((it) => it.severity === 'ERROR')
    expect(wrong).toMatchObject({ code: 'PROPERTY_VALUE_MUST_CHANGE', property: 'packageCount' })
    const index = Number(/\[(\d+)\]$/.exec(wrong?.jsonPath ?? '')?.[1])
    expect(told.extraction?.fields[index]?.field).toBe('packageCount')

    // The same invoice, saved once more: other bytes, one comment longer.
    const again = { ...INVOICE, bytes: Buffer.concat([Buffer.from(INVOICE.bytes), Buffer.from('\n%%EOF\n')]) }
    const second = await send(shipper, shipmentId, '380', again)
    expect((await read(shipmentId, second)).document.status).toBe('VERIFIED')
    expect((await read(shipmentId, first)).document).toMatchObject({ status: 'SUPERSEDED', supersededBy: second })
    await world.settled()
    expect((await matrix(shipmentId)).columns.map(({ source }) => source)).toEqual(['SHIPMENT', second])
    const third = await send(shipper, shipmentId, '380', again)
    expect((await read(shipmentId, third)).document).toMatchObject({
      status: 'REJECTED',
      rejection: { code: 'document.duplicate' },
    })
  })
})

describe('a person reviews', () => {
  test('a paper that is not what it was said to be: the task carries it, corrections are kept and counted', async () => {
    const shipmentId = await create('R-1')
    const documentId = await send(shipper, shipmentId, '271', INVOICE)
    expect((await read(shipmentId, documentId)).document.status).toBe('NEEDS_REVIEW')
    const look = async () =>
      (await ok(documentation.GET('/v1/shipments/{shipmentId}', one(shipmentId)))).tasks.find(
        (it) => it.review?.documentId === documentId,
      )
    const task = await look()
    expect(task).toMatchObject({ role: 'DOCUMENTATION', status: 'CREATED' })
    expect(task?.review?.reasons).toEqual(['It reads as COMMERCIAL_INVOICE, not as 271'])
    const skip = documentation.POST('/v1/tasks/{taskId}/skips', {
      params: { path: { taskId: task?.taskId ?? '' } },
      body: { reason: 'no time today' },
    })
    expect(await refused(skip)).toMatchObject({ status: 409, code: 'task.of_documents' })

    const correct = (by: Portolan) =>
      by.POST('/v1/shipments/{shipmentId}/documents/{documentId}/corrections', {
        ...paper(shipmentId, documentId),
        body: {
          fields: [
            { decision: 'CONFIRM', field: 'invoiceNumber', index: 0 },
            {
              decision: 'CORRECT',
              field: 'seller',
              index: 0,
              value: { type: 'party', name: 'Kestrel B.V.', address: [] },
            },
          ],
        },
      })
    expect((await refused(correct(shipper))).status).toBe(403)
    const before = await ok(documentation.GET('/v1/document-quality'))
    const reading = await ok(correct(documentation))
    expect(reading.fields.find((it) => it.field === 'seller')).toMatchObject({
      value: { name: 'Kestrel B.V.' },
      confidence: 1,
      decidedBy: 'documentation',
    })
    await world.settled()
    const after = await ok(documentation.GET('/v1/document-quality'))
    expect(after.decided - before.decided).toBe(2)
    expect(after.fields).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kind: 'COMMERCIAL_INVOICE', field: 'invoiceNumber', right: 1, decided: 1 }),
        expect.objectContaining({ kind: 'COMMERCIAL_INVOICE', field: 'seller', right: 0, decided: 1 }),
      ]),
    )
    const corrected = (await timeline(shipmentId)).find((entry) => entry.type === 'document.corrected')
    expect(corrected).toMatchObject({ actor: { id: 'documentation' } })

    const review = { ...paper(shipmentId, documentId), body: { decision: 'ACCEPT' as const } }
    await ok(documentation.POST('/v1/shipments/{shipmentId}/documents/{documentId}/reviews', review))
    expect(await look()).toMatchObject({ status: 'COMPLETED', result: { decision: 'ACCEPT' } })
    await world.settled()
    const sellers = (await matrix(shipmentId)).rows.find((row) => row.check === 'seller')
    expect(sellers?.cells[0]?.values[0]).toMatchObject({ corrected: true, confidence: 1 })
  })
})

describe('a picture', () => {
  const counted = async (name: string) =>
    Number(Reflect.get(Object(await world.local('GET', '/_local/metrics')), name) ?? 0)

  test('is read at once, without a job; what is in doubt comes with a picture of its place', async () => {
    const shipmentId = await create('PIC-1')
    const jobs = await counted('textract.calls.StartDocumentAnalysis')
    const readings = await counted('textract.calls.AnalyzeDocument')
    const documentId = await send(shipper, shipmentId, '380', fixture('packing-list-sideways.jpg', 'image/jpeg'))
    expect((await read(shipmentId, documentId)).document.status).toBe('NEEDS_REVIEW')
    expect(await counted('textract.calls.StartDocumentAnalysis')).toBe(jobs)
    expect(await counted('textract.calls.AnalyzeDocument')).toBe(readings + 1)

    const { tasks } = await ok(documentation.GET('/v1/shipments/{shipmentId}', one(shipmentId)))
    const taskId = tasks.find((it) => it.review?.documentId === documentId)?.taskId ?? ''
    const task = await ok(documentation.GET('/v1/tasks/{taskId}', { params: { path: { taskId } } }))
    const shown = task.review?.fields.filter((field) => field.box) ?? []
    expect(shown.length).toBeGreaterThan(0)
    for (const { crop } of shown) {
      const picture = await fetch(crop ?? '')
      expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/png'])
      expect(
        Buffer.from(await picture.arrayBuffer())
          .subarray(1, 4)
          .toString(),
      ).toBe('PNG')
    }
    // A link ends, so it stands in no list, and nobody else's key opens the picture.
    const [first] = shown
    expect((await fetch((first?.crop ?? '').replace(/Signature=.{4}/, 'Signature=0000'))).status).toBe(403)
    const listed = await ok(documentation.GET('/v1/tasks', { params: { query: { role: 'DOCUMENTATION' } } }))
    expect(JSON.stringify(listed)).not.toContain('X-Amz-Signature')
  })
})

describe('a grant', () => {
  const expiresAt = () => new Date(Date.now() + 86_400_000).toISOString()
  const issue = async (shipmentId: string) => {
    const body = {
      documentTypes: ['380' as const],
      expiresAt: expiresAt(),
      recipient: 'ana@kestrel.example',
      maxDocuments: 3,
    }
    const { grant, link = '' } = await ok(
      documentation.POST('/v1/shipments/{shipmentId}/grants', { ...one(shipmentId), body }),
    )
    return { grantId: grant.grantId, url: world.url() + link }
  }
  /** What a test goes on with; the rest it compares. */
  interface Answer {
    documentId: string
    upload: Parameters<typeof post>[0]
  }
  /** As curl does: no token, no client of ours. */
  const call = async (url: string, body?: unknown) => {
    const response = await fetch(url, {
      method: body === undefined ? 'GET' : 'POST',
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    return { status: response.status, answer: (await response.json()) as Answer }
  }

  test('lets a stranger send what it names by a plain form, tells him what became of it, and is taken back', async () => {
    const shipmentId = await create('G-1')
    const { grantId, url } = await issue(shipmentId)
    expect((await call(url)).answer).toMatchObject({ documentTypes: [{ code: '380' }], remaining: 3, documents: [] })
    const other = await call(`${url}/documents`, { documentType: '705', contentType: 'application/pdf' })
    expect(other).toMatchObject({ status: 403, answer: { code: 'grant.not_covered' } })

    // A plain form knows neither size nor checksum.
    const announced = await call(`${url}/documents`, { documentType: '380', contentType: 'application/pdf' })
    expect(announced.status).toBe(201)
    const { documentId, upload } = announced.answer
    expect(await post(upload, INVOICE)).toBe(201)
    const { document } = await read(shipmentId, documentId)
    expect(document).toMatchObject({
      status: 'VERIFIED',
      grantId,
      announcedBy: grantId,
      bytes: INVOICE.bytes.length,
      sha256: sha256(INVOICE.bytes),
    })
    expect((await call(url)).answer).toMatchObject({ remaining: 2, documents: [{ documentId, status: 'VERIFIED' }] })
    const acted = (await timeline(shipmentId)).find((entry) => entry.type === 'document.announced')
    expect(acted?.actor).toEqual({ kind: 'PARTNER', id: grantId })

    const pending = await call(`${url}/documents`, { documentType: '380', contentType: 'application/pdf' })
    const revoke = { params: { path: { shipmentId, grantId } }, body: { reason: 'sent to the wrong person' } }
    expect(
      await ok(documentation.POST('/v1/shipments/{shipmentId}/grants/{grantId}/revocations', revoke)),
    ).toMatchObject({
      status: 'REVOKED',
      documents: 2,
    })
    expect(await call(url)).toMatchObject({ status: 403, answer: { code: 'grant.revoked' } })
    // The form that it gave before stays open at S3; what comes through it is refused.
    await post(pending.answer.upload, { ...INVOICE, bytes: Buffer.from('%PDF-1.7 other') })
    const late = await read(shipmentId, pending.answer.documentId)
    expect(late.document.rejection?.code).toBe('grant.revoked')
  })

  /** `curl -d name=value …`. */
  const form = async (url: string, fields: Record<string, string>) => {
    const response = await fetch(url, { method: 'POST', body: new URLSearchParams(fields) })
    return { status: response.status, answer: (await response.json()) as Answer }
  }

  test('is for two papers and no more: forms alone, feedback that names what to change, and what is sent again takes its place', async () => {
    const shipmentId = await create('G-4', { incoterm: { rule: 'CIF', place: 'Singapore' } })
    const body = {
      documentTypes: ['380' as const, '271' as const],
      expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
      recipient: 'ana@kestrel.example',
      maxDocuments: 2,
    }
    const { link = '' } = await ok(
      documentation.POST('/v1/shipments/{shipmentId}/grants', { ...one(shipmentId), body }),
    )
    const documents = `${world.url()}${link}/documents`
    const pdf = { contentType: 'application/pdf' }
    expect(await form(documents, { documentType: '705', ...pdf })).toMatchObject({
      status: 403,
      answer: { code: 'grant.not_covered' },
    })
    expect(await form(documents, { documentType: '380', contentType: 'text/html' })).toMatchObject({
      status: 422,
      answer: { code: 'validation_failed', errors: [{ pointer: '/contentType' }] },
    })

    const first = await form(documents, { documentType: '380', fileName: '', ...pdf })
    expect(first.status).toBe(201)
    expect(await post(first.answer.upload, INVOICE)).toBe(201)
    await read(shipmentId, first.answer.documentId)
    await world.settled()
    const seen = (await call(world.url() + link)).answer
    expect(seen).toMatchObject({
      remaining: 1,
      documents: [
        {
          status: 'VERIFIED',
          feedbacks: expect.arrayContaining([
            expect.objectContaining({
              severity: 'ERROR',
              code: 'PROPERTY_VALUE_MUST_CHANGE',
              property: 'incoterm',
              jsonPath: expect.stringMatching(/^\$\.extraction\.fields\[\d+\]$/),
            }),
          ]),
        },
      ],
    })

    const again = await form(documents, { documentType: '380', supersedes: first.answer.documentId, ...pdf })
    const bytes = Buffer.concat([Buffer.from(INVOICE.bytes), Buffer.from('\n%%EOF\n')])
    expect(await post(again.answer.upload, { ...INVOICE, bytes })).toBe(201)
    expect((await read(shipmentId, again.answer.documentId)).document.status).toBe('VERIFIED')
    expect((await read(shipmentId, first.answer.documentId)).document).toMatchObject({
      status: 'SUPERSEDED',
      supersededBy: again.answer.documentId,
    })
    expect(await form(documents, { documentType: '271', ...pdf })).toMatchObject({
      status: 409,
      answer: { code: 'grant.used_up' },
    })
    // It opens nothing else of the shipment.
    for (const path of ['', '/documents', '/timeline', '/document-matrix'])
      expect((await fetch(`${world.url()}/v1/shipments/${shipmentId}${path}`)).status).toBe(401)
  })

  test('opens nothing but its own shipment, and not in another tenant', async () => {
    const { url } = await issue(await create('G-2'))
    const [tenant = '', secret = ''] = url.slice(url.lastIndexOf('/') + 1).split('.')
    const links = url.slice(0, url.lastIndexOf('/') + 1)
    for (const forged of [`${Buffer.from('other').toString('base64url')}.${secret}`, `${tenant}.${'A'.repeat(43)}`])
      expect(await call(links + forged)).toMatchObject({ status: 404, answer: { code: 'grant.not_found' } })
    expect((await call(`${links}x`)).status).toBe(404)
  })

  test('is issued by the tenant’s people only, and shows its secret once', async () => {
    const shipmentId = await create('G-3')
    const body = { documentTypes: ['380' as const], expiresAt: expiresAt(), recipient: 'ana', maxDocuments: 1 }
    const ask = (by: Portolan) =>
      by.POST('/v1/shipments/{shipmentId}/grants', { ...one(shipmentId), body, headers: { 'Idempotency-Key': 'g-3' } })
    expect((await refused(ask(shipper))).status).toBe(403)
    const first = await ok(ask(documentation))
    const second = await ok(ask(documentation))
    expect(first.link).toMatch(/^\/v1\/grants\//)
    expect(second).toEqual({ grant: first.grant })
  })
})

describe('intake of files that nobody should send', () => {
  test('ends each with a reason or a person, crashes nothing, lets nothing through, and goes on reading', async () => {
    const shipmentId = await create('H-1')
    const sent = await Promise.all(
      HOSTILE.map(async (hostile) => {
        const documentId = await send(shipper, shipmentId, '380', { ...hostile, name: `${hostile.name}.pdf` })
        return { hostile, documentId }
      }),
    )
    for (const { hostile, documentId } of sent) {
      const { document } = await read(shipmentId, documentId)
      expect({ name: hostile.name, status: document.status }).toEqual({
        name: hostile.name,
        status: expect.stringMatching(/^(?:REJECTED|NEEDS_REVIEW)$/),
      })
      if (hostile.code) expect({ name: hostile.name, ...document.rejection }).toMatchObject({ code: hostile.code })
    }
    const last = await send(shipper, shipmentId, '380', INVOICE)
    expect((await read(shipmentId, last)).document.status).toBe('VERIFIED')
    await world.settled()
  })

  test('holds back what a scanner takes for malicious, in the open or packed, and hands it out to nobody', async () => {
    const shipmentId = await create('H-3')
    for (const hostile of MALICIOUS) {
      const documentId = await send(shipper, shipmentId, '380', { ...hostile, name: hostile.name })
      const { document, feedbacks } = await read(shipmentId, documentId)
      expect({ name: hostile.name, ...document.rejection }).toMatchObject({
        name: hostile.name,
        code: 'document.malware',
      })
      expect(feedbacks).toMatchObject([{ severity: 'ERROR', property: 'document.malware' }])
      const content = documentation.GET(
        '/v1/shipments/{shipmentId}/documents/{documentId}/content',
        paper(shipmentId, documentId),
      )
      expect(await refused(content)).toMatchObject({ status: 409, code: 'document.not_checked' })
    }
    const types = (await timeline(shipmentId)).map(({ type }) => type).filter((type) => type.startsWith('document.'))
    expect(types.filter((type) => type !== 'document.requested')).toEqual(
      MALICIOUS.flatMap(() => ['document.announced', 'document.uploaded', 'document.rejected']),
    )
  })

  test('a file that arrives again through the same form changes nothing', async () => {
    const shipmentId = await create('H-2')
    const { contentType, bytes } = INVOICE
    const body = { documentType: '380' as const, contentType, bytes: bytes.length, sha256: sha256(bytes) }
    const { documentId, upload } = await ok(
      shipper.POST('/v1/shipments/{shipmentId}/documents', { ...one(shipmentId), body }),
    )
    await post(upload, INVOICE)
    await read(shipmentId, documentId)
    await world.settled()
    const before = await timeline(shipmentId)
    expect(await post(upload, INVOICE)).toBe(201)
    await world.settled()
    expect(await timeline(shipmentId)).toEqual(before)
  })
})

describe('documents that Portolan prints', () => {
  const print = (shipmentId: string, documentType: '340' | '271' | '781' | '640' | '380') =>
    documentation.POST('/v1/shipments/{shipmentId}/generated-documents', { ...one(shipmentId), body: { documentType } })
  const printed = (shipmentId: string, documentId: string) =>
    eventually(
      () => ok(documentation.GET('/v1/shipments/{shipmentId}/documents/{documentId}', paper(shipmentId, documentId))),
      ({ document }) => document.status === 'VERIFIED',
    )
  const download = async (shipmentId: string, documentId: string): Promise<File> => {
    const { url } = await ok(
      documentation.GET('/v1/shipments/{shipmentId}/documents/{documentId}/content', paper(shipmentId, documentId)),
    )
    const bytes = Buffer.from(await (await fetch(url)).arrayBuffer())
    return { name: `${documentId}.pdf`, contentType: 'application/pdf', bytes }
  }

  test('are stored and versioned as uploads are, and hold no SOP', async () => {
    const shipmentId = await create('P-1')
    const first = await ok(print(shipmentId, '271'))
    expect(first).toMatchObject({ origin: 'GENERATED', revision: 1, status: 'AWAITING_UPLOAD' })
    const { document } = await printed(shipmentId, first.documentId)
    const file = await download(shipmentId, first.documentId)
    expect({ bytes: file.bytes.length, sha256: sha256(file.bytes) }).toEqual({
      bytes: document.bytes,
      sha256: document.sha256,
    })
    const second = await ok(print(shipmentId, '271'))
    expect(second.revision).toBe(2)
    await printed(shipmentId, second.documentId)
    expect((await read(shipmentId, first.documentId)).document).toMatchObject({
      status: 'SUPERSEDED',
      supersededBy: second.documentId,
    })
    await world.settled()
    expect((await matrix(shipmentId)).columns.map(({ source }) => source)).toEqual(['SHIPMENT'])
    const types = (await timeline(shipmentId)).map((entry) => entry.type)
    expect(types.filter((type) => type === 'document.generated')).toHaveLength(2)
    expect(types).not.toContain('document.verified')
    expect(await refused(print(shipmentId, '380'))).toMatchObject({ status: 409, code: 'document.no_invoice' })
    expect(
      (
        await refused(
          shipper.POST('/v1/shipments/{shipmentId}/generated-documents', {
            ...one(shipmentId),
            body: { documentType: '271' },
          }),
        )
      ).status,
    ).toBe(403)
  })

  test('say what the shipment says: our own reading of them finds nothing to disagree on', async () => {
    const shipmentId = await create('P-2')
    const reader = await create('P-3')
    for (const documentType of ['271', '781', '640', '340'] as const) {
      const { documentId } = await ok(print(shipmentId, documentType))
      await printed(shipmentId, documentId)
      if (documentType !== '271') continue
      const sent = await send(shipper, reader, documentType, await download(shipmentId, documentId))
      const { document, extraction } = await read(reader, sent)
      expect(document).toMatchObject({ status: 'VERIFIED', readAs: 'PACKING_LIST' })
      expect(extraction?.fields.filter((it) => it.field === 'containerNumber')).toHaveLength(2)
    }
    await world.settled()
    const { rows } = await matrix(reader)
    for (const check of ['packages', 'gross-weight', 'containers'] as const)
      expect(rows.find((row) => row.check === check)?.agreed?.sources).toHaveLength(2)
    expect(rows.flatMap((row) => row.disagreements).map(({ message }) => message)).toEqual([])
  })
})
