/** The trade's story, points 2 to 7 of the spine: tasks, events, documents, money and KPIs of one ocean export. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from '../../demo/api'
import { type Journey, walkOceanExport } from '../../demo/journey'
import { CARRIER, SHIPPER } from '../../demo/shipments'
import { anOceanExport } from '../support/ocean-export'
import { eventually, ok, refused, startWorld, type World } from '../support/world'

jest.setTimeout(300_000)

let world: World
let journey: Journey
beforeAll(async () => {
  world = await startWorld()
  journey = await walkOceanExport(
    connect(world.url(), 'harbour', () => undefined),
    'STORY-1',
    Date.now(),
    () => undefined,
  )
  await world.settled()
})
afterAll(() => world.stop())

/** Whatever else these tests ship belongs to another tenant, so that the story's figures are its own. */
const TENANT = 'quay'
const as = (role: string, subject = role.toLowerCase()) => world.as({ roles: [role], tenant: TENANT, subject })
const path = () => ({ params: { path: { shipmentId: journey.shipmentId } } })
const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
const types = () => journey.timeline.map((entry) => entry.type)

describe('2. the SOP', () => {
  test('was started on a published version, which the shipment pinned', () => {
    expect(journey.shipment.sop).toMatchObject({ sopId: 'ocean-export-fcl', version: expect.any(Number) })
    expect(journey.shipment.sop?.versionArn).toMatch(/:\d+$/)
  })

  test('the type chooses the machine', async () => {
    const sops = await ok((await world.as('SOP_ADMIN')).GET('/v1/sops'))
    expect(sops.items.map((sop) => sop.sopId).sort()).toEqual([
      'air-export',
      'cross-border-ecommerce',
      'domestic-road',
      'ocean-export-fcl',
      'ocean-import-fcl',
      'return',
    ])
    const sales = await as('SALES')
    const road = {
      ...anOceanExport('STORY-ROAD'),
      type: 'DOMESTIC' as const,
      mode: 'ROAD' as const,
      loadType: 'FTL' as const,
      incoterm: { rule: 'DAP' as const, place: 'Hamburg' },
      containers: [],
      cargoItems: [{ description: 'Parts', packages: 2, packageType: 'PX', grossWeight: 800 }],
      cutOffs: [],
      legs: [{ mode: 'TRUCK' as const, from: { unLocode: 'DEMUC' }, to: { unLocode: 'DEHAM' } }],
    }
    const { shipmentId } = await ok(sales.POST('/v1/shipments', { body: road }))
    const started = await eventually(
      () => ok(sales.GET('/v1/shipments/{shipmentId}', { params: { path: { shipmentId } } })),
      (shipment) => shipment.sop !== undefined,
    )
    expect(started.sop?.sopId).toBe('domestic-road')
  })

  test('ran to its end: the shipment is completed and no task is open', () => {
    expect(journey.shipment.status).toBe('COMPLETED')
    expect(journey.shipment.tasks.map((task) => task.status).filter((status) => status !== 'COMPLETED')).toEqual([])
    expect(types()).toEqual(
      expect.arrayContaining(['party.screened', 'document.requested', 'notification.sent', 'shipment.completed']),
    )
  })

  test('a cut-off that passes raises its exception once, and the SOP goes on waiting', async () => {
    const sales = await as('SALES')
    const soon = new Date(Date.now() + 20 * 86_400_000).toISOString()
    const late = anOceanExport('STORY-LATE')
    const { shipmentId } = await ok(
      sales.POST('/v1/shipments', {
        body: { ...late, legs: late.legs.map(({ arrival: _, ...leg }) => ({ ...leg, departure: soon })), cutOffs: [] },
      }),
    )
    await world.settled()
    await world.advance(24 * 4)
    const operations = await as('OPERATIONS')
    const one = { params: { path: { shipmentId } } }
    const seen = await eventually(
      () => ok(operations.GET('/v1/shipments/{shipmentId}', one)),
      (shipment) => shipment.exceptions.length > 0,
    )
    expect(seen.exceptions.map((exception) => exception.stepKey)).toContain('late-booking-request')
    const task = seen.tasks.find((it) => it.stepKey === 'request-booking')
    expect(task?.status).toBe('CREATED')
    await ok(
      operations.POST('/v1/tasks/{taskId}/completions', {
        params: { path: { taskId: task?.taskId ?? '' } },
        body: { data: { carrierBookingRequestReference: 'LATE-1' } },
      }),
    )
    const going = await eventually(
      () => ok(operations.GET('/v1/shipments/{shipmentId}', one)),
      (shipment) => shipment.tasks.some((it) => it.stepKey === 'confirm-booking'),
    )
    const { items } = await ok(operations.GET('/v1/shipments/{shipmentId}/timeline', one))
    const raised = items.filter(
      (entry) => entry.type === 'exception.raised' && entry.data.stepKey === 'late-booking-request',
    )
    expect(raised).toHaveLength(1)
    expect(going.status).toBe('IN_PROGRESS')
  })
})

describe('3. tasks', () => {
  test('are an inbox by role, due first, claimed, reassigned, completed with what they ask for', async () => {
    const sales = await as('SALES')
    const { shipmentId } = await ok(sales.POST('/v1/shipments', { body: anOceanExport('STORY-TASKS') }))
    await world.settled()
    const ana = await as('OPERATIONS', 'ana')
    const inbox = await ok(ana.GET('/v1/tasks', { params: { query: { role: 'OPERATIONS', limit: 200 } } }))
    const due = inbox.items.map((task) => task.dueAt ?? '9')
    expect(due).toEqual([...due].sort())
    const task = inbox.items.find((it) => it.shipmentId === shipmentId)
    const one = { params: { path: { taskId: task?.taskId ?? '' } } }
    expect(await ok(ana.POST('/v1/tasks/{taskId}/claims', one))).toMatchObject({
      status: 'IN_PROGRESS',
      assignee: 'ana',
    })
    const ben = await as('OPERATIONS', 'ben')
    expect(await refused(ben.POST('/v1/tasks/{taskId}/claims', one))).toMatchObject({ status: 409 })
    const finance = await as('FINANCE')
    expect((await refused(finance.POST('/v1/tasks/{taskId}/completions', { ...one, body: { data: {} } }))).status).toBe(
      403,
    )
    expect(await refused(ana.POST('/v1/tasks/{taskId}/completions', { ...one, body: { data: {} } }))).toMatchObject({
      status: 422,
      pointers: ['/data/carrierBookingRequestReference'],
    })
    await ok(ana.POST('/v1/tasks/{taskId}/reassignments', { ...one, body: { assignee: 'ben', reason: 'holiday' } }))
    const skipped = await ok(ben.POST('/v1/tasks/{taskId}/skips', { ...one, body: { reason: 'booked by phone' } }))
    expect(skipped).toMatchObject({ status: 'SKIPPED', reason: 'booked by phone' })
    await eventually(
      () => ok(ana.GET('/v1/shipments/{shipmentId}', { params: { path: { shipmentId } } })),
      (shipment) => shipment.tasks.some((it) => it.stepKey === 'confirm-booking'),
    )
    const again = ben.POST('/v1/tasks/{taskId}/completions', {
      ...one,
      body: { data: { carrierBookingRequestReference: 'A' } },
    })
    expect(await refused(again)).toMatchObject({ status: 409 })
  })
})

describe('4. events', () => {
  const event = (more: object) => ({
    eventType: 'EQUIPMENT' as const,
    eventClassifierCode: 'ACT' as const,
    eventCode: 'INSP',
    eventDateTime: '2026-05-01T00:00:00Z',
    source: 'NSCL',
    ...more,
  })
  const carrier = () => world.as({ roles: ['CARRIER'], organization: CARRIER })

  test('the timeline is one ordered history of operations, documents, tasks and money', () => {
    const times = journey.timeline.map((entry) => entry.occurredAt)
    expect(times).toEqual([...times].sort())
    expect(new Set(journey.timeline.map((entry) => entry.area))).toEqual(
      new Set(['OPERATIONS', 'DOCUMENTS', 'TASKS', 'MONEY']),
    )
    const sequences = journey.timeline.map((entry) => entry.sequence).sort((a, b) => a - b)
    expect(sequences).toEqual(Array.from({ length: sequences.length }, (_, index) => index + 1))
  })

  test('its pages leave out nothing and repeat nothing', async () => {
    const operations = await world.as('OPERATIONS')
    const seen: number[] = []
    for (let after = 0; ; after = seen.at(-1) ?? 0) {
      const params = { ...path().params, query: { limit: 7, after } }
      const { items } = await ok(operations.GET('/v1/shipments/{shipmentId}/timeline', { params }))
      if (items.length === 0) break
      seen.push(...items.map((entry) => entry.sequence).sort((a, b) => a - b))
    }
    expect(seen).toEqual(seen.map((_, index) => index + 1))
    expect(seen.length).toBeGreaterThanOrEqual(journey.timeline.length)
  })

  test('a duplicate changes nothing; an unknown code is stored and flagged and advances nothing', async () => {
    const api = await carrier()
    const body = event({ eventId: 'dup-1' })
    const first = await api.POST('/v1/shipments/{shipmentId}/events', { ...path(), body })
    const second = await api.POST('/v1/shipments/{shipmentId}/events', { ...path(), body })
    expect([first.response.status, second.response.status]).toEqual([201, 200])
    expect(second.data).toMatchObject({ duplicate: true })
    expect(second.response.headers.get('etag')).toBe(first.response.headers.get('etag'))
    const unknown = await ok(
      api.POST('/v1/shipments/{shipmentId}/events', { ...path(), body: event({ eventCode: 'QQQQ', eventId: 'u-1' }) }),
    )
    expect(unknown).toMatchObject({ unknown: true, milestones: [] })
  })

  test('a broken one names its fields', async () => {
    const body = event({ eventClassifierCode: 'MAYBE', eventDateTime: 'yesterday' }) as never
    const refusal = await refused((await carrier()).POST('/v1/shipments/{shipmentId}/events', { ...path(), body }))
    expect(refusal.pointers).toEqual(expect.arrayContaining(['/eventClassifierCode', '/eventDateTime']))
  })
})

describe('5. documents', () => {
  const FIXTURES = join(__dirname, '../fixtures/documents')
  async function send(
    tenant: string,
    shipmentId: string,
    name: string,
    contentType: 'application/pdf' | 'image/png',
    tamper?: (form: FormData) => void,
  ) {
    const shipper = await world.as({ roles: ['SHIPPER'], organization: SHIPPER, tenant })
    const bytes = readFileSync(join(FIXTURES, name))
    const announced = await ok(
      shipper.POST('/v1/shipments/{shipmentId}/documents', {
        params: { path: { shipmentId } },
        body: {
          documentType: '380',
          contentType,
          bytes: bytes.length,
          sha256: createHash('sha256').update(bytes).digest('base64'),
        },
      }),
    )
    const form = new FormData()
    for (const [field, value] of Object.entries(announced.upload.fields)) form.append(field, value)
    form.append('file', new Blob([bytes]), name)
    tamper?.(form)
    const uploaded = await fetch(announced.upload.url, { method: 'POST', body: form })
    const look = () =>
      ok(
        shipper.GET('/v1/shipments/{shipmentId}/documents/{documentId}', {
          params: { path: { shipmentId, documentId: announced.documentId } },
        }),
      )
    return { status: uploaded.status, look }
  }

  test('were classified and read, with confidence and place on the page', async () => {
    const documentation = await world.as('DOCUMENTATION')
    const verified = journey.shipment.documents.filter((document) => document.status === 'VERIFIED')
    expect(verified.map((document) => document.readAs).sort()).toEqual([
      'BILL_OF_LADING',
      'COMMERCIAL_INVOICE',
      'PACKING_LIST',
      'PROOF_OF_DELIVERY',
    ])
    const invoice = verified.find((document) => document.readAs === 'COMMERCIAL_INVOICE')
    const one = { params: { path: { shipmentId: journey.shipmentId, documentId: invoice?.documentId ?? '' } } }
    const { extraction } = await ok(documentation.GET('/v1/shipments/{shipmentId}/documents/{documentId}', one))
    const number = extraction?.fields.find((field) => field.raw.includes('KM-2026-0417'))
    expect(number).toMatchObject({ page: 1, confidence: expect.any(Number), box: { left: expect.any(Number) } })
    const { url } = await ok(documentation.GET('/v1/shipments/{shipmentId}/documents/{documentId}/content', one))
    const file = Buffer.from(await (await fetch(url)).arrayBuffer())
    expect(file.equals(readFileSync(join(FIXTURES, 'commercial-invoice.pdf')))).toBe(true)
    expect((await fetch(`${url}0`)).status).toBe(403)
  })

  test('that are encrypted, cut short or no documents end visibly rejected, and the SOP keeps waiting', async () => {
    const sales = await as('SALES')
    const { shipmentId } = await ok(sales.POST('/v1/shipments', { body: anOceanExport('STORY-BAD') }))
    await world.settled()
    for (const [name, code] of [
      ['encrypted.pdf', 'document.encrypted'],
      ['truncated.pdf', 'document.truncated'],
      ['web-page.pdf', 'document.wrong_type'],
      ['corrupt.pdf', 'document.truncated'],
    ] as const) {
      const { status, look } = await send(TENANT, shipmentId, name, 'application/pdf')
      expect(status).toBe(201)
      const { document } = await eventually(look, (seen) =>
        ['REJECTED', 'VERIFIED', 'NEEDS_REVIEW'].includes(seen.document.status),
      )
      expect({ name, status: document.status, code: document.rejection?.code }).toEqual({
        name,
        status: 'REJECTED',
        code,
      })
    }
    const { items } = await ok(sales.GET('/v1/shipments/{shipmentId}/timeline', { params: { path: { shipmentId } } }))
    expect(items.filter((entry) => entry.type === 'document.rejected')).toHaveLength(4)
    expect(items.filter((entry) => entry.type === 'document.verified')).toEqual([])
  })

  test('a form takes the announced file and no other', async () => {
    const other = (form: FormData) => form.set('file', new Blob(['something else entirely']), 'x.pdf')
    expect((await send('harbour', journey.shipmentId, 'commercial-invoice.pdf', 'application/pdf', other)).status).toBe(
      400,
    )
    const elsewhere = (form: FormData) => form.set('key', 'uploads/harbour/shp_x/doc_y')
    expect(
      (await send('harbour', journey.shipmentId, 'commercial-invoice.pdf', 'application/pdf', elsewhere)).status,
    ).toBe(403)
  })
})

describe('6. billing', () => {
  test('each billable line is posted once for its occurrence, and nothing is orphaned', async () => {
    const finance = await world.as('FINANCE')
    const query = { shipmentId: journey.shipmentId }
    const proof = await ok(finance.GET('/v1/billing/proof', { params: { query } }))
    expect(proof.totals).toEqual({ billed: 4, notBilled: 0, orphans: 0 })
    const pairs = proof.items[0]?.billed.map((line) => `${line.chargeId} ${line.occurrenceId}`).sort()
    expect(pairs).toEqual([
      'bunker DEPARTED_ORIGIN:1',
      'delivery DELIVERED:1',
      'freight DEPARTED_ORIGIN:1',
      'freight-cost DEPARTED_ORIGIN:1',
    ])
    const ledger = await ok(finance.GET('/v1/ledger/balances'))
    expect(ledger).toMatchObject({ balanced: true })
    expect(ledger.items.find((item) => item.account === 'RECEIVABLE')).toMatchObject({ balance: 515_500 })
  })

  test('invoices are numbered without a gap, read one by one, and seen by who has to pay them', async () => {
    const finance = await world.as('FINANCE')
    const { items } = await ok(finance.GET('/v1/invoices'))
    const numbers = items.map((invoice) => Number(/(\d+)$/.exec(invoice.number)?.[1])).sort((a, b) => a - b)
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => index + 1))
    const shipper = await world.as({ roles: ['SHIPPER'], organization: SHIPPER })
    const carrier = await world.as({ roles: ['CARRIER'], organization: CARRIER })
    const invoiceId = items[0]?.invoiceId ?? ''
    const one = { params: { path: { invoiceId } } }
    expect(await ok(shipper.GET('/v1/invoices/{invoiceId}', one))).toMatchObject({ invoiceId })
    expect(await refused(carrier.GET('/v1/invoices/{invoiceId}', one))).toMatchObject({ status: 404 })
    expect((await ok(carrier.GET('/v1/invoices'))).items).toEqual([])
  })
})

describe('7. KPIs', () => {
  test('OTIF counts the shipment in, with its evidence', async () => {
    const finance = await world.as('FINANCE')
    const params = { path: { name: 'otif' as const }, query: { from: day(-30), to: day(3) } }
    const { items } = await ok(finance.GET('/v1/kpis/{name}/members', { params }))
    const member = items.find((it) => it.shipmentId === journey.shipmentId)
    expect(member).toMatchObject({
      bucket: 'HIT',
      reasons: ['ON_TIME_IN_FULL'],
      evidence: { orderedPackages: 40, deliveredPackages: 40 },
    })
    const otif = await ok(
      finance.GET('/v1/kpis/{name}', { params: { ...params, query: { ...params.query, groupBy: 'lane' } } }),
    )
    expect(otif.groups).toContainEqual(
      expect.objectContaining({ key: 'NLRTM-SGSIN', numerator: 1, denominator: 1, ratio: 1 }),
    )
  })

  test('order cycle time has mean, p50 and p90 with a stated bound', async () => {
    const finance = await world.as('FINANCE')
    const params = { path: { name: 'order-cycle-time' as const }, query: { from: day(-30), to: day(3) } }
    const { total, relativeError } = await ok(finance.GET('/v1/kpis/{name}', { params }))
    const seconds = 45 * 86_400
    expect(relativeError).toBeLessThanOrEqual(0.01)
    expect(Math.abs((total.p50 ?? 0) - seconds) / seconds).toBeLessThan(0.02)
    expect(total.denominator).toBe(1)
  })
})
