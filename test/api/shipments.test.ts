import { anOceanExport } from '../support/ocean-export'
import { ok, type Portolan, refused, startWorld, type World } from '../support/world'

jest.setTimeout(120_000)

let world: World
let sales: Portolan
beforeAll(async () => {
  world = await startWorld()
  sales = await world.as('SALES')
})
afterAll(() => world.stop())

const ofShipment = (shipmentId: string) => ({ params: { path: { shipmentId } } })

describe('1. creating a shipment', () => {
  test('answers where it is, and the whole of it is read with an ETag', async () => {
    const { data, response } = await sales.POST('/v1/shipments', { body: anOceanExport('A-1') })
    expect(response.status).toBe(201)
    expect(response.headers.get('location')).toBe(`/v1/shipments/${data?.shipmentId}`)
    const read = await sales.GET('/v1/shipments/{shipmentId}', ofShipment(data?.shipmentId ?? ''))
    expect(read.response.headers.get('etag')).toMatch(/^"\d+"$/)
    expect(read.data).toMatchObject({
      type: 'EXPORT',
      clientReference: 'A-1',
      from: 'NLRTM',
      to: 'SGSIN',
      containers: [{ number: 'NSCU4420333' }, { number: 'NSCU4420375' }],
      chargeLines: [
        { chargeId: 'freight' },
        { chargeId: 'bunker' },
        { chargeId: 'delivery' },
        { chargeId: 'freight-cost' },
      ],
    })
  })

  test('is refused with every broken field named, and validation answers the same without writing', async () => {
    const broken = {
      ...anOceanExport('A-2'),
      incoterm: { rule: 'DAF', place: '' },
      containers: [{ number: 'NSCU4420334', sizeType: '45G1' }],
    }
    // A body that the types would not let through, as a careless client sends it.
    const body = broken as never
    const shape = { status: 422, code: 'validation_failed', pointers: ['/incoterm/rule', '/incoterm/place'] }
    expect(await refused(sales.POST('/v1/shipments', { body }))).toEqual(shape)
    expect(await refused(sales.POST('/v1/shipments/validate', { body }))).toEqual(shape)
    const rules = { ...anOceanExport('A-2'), containers: broken.containers, legs: [leg('NLRTM', 'XXQQQ')] }
    const refusal = await refused(sales.POST('/v1/shipments', { body: rules }))
    expect(refusal.pointers).toEqual(
      expect.arrayContaining(['/containers/0/number', '/cargoItems/0/containerNumber', '/legs/0/to/unLocode']),
    )
    expect(await ok(sales.POST('/v1/shipments/validate', { body: anOceanExport('A-2') }))).toMatchObject({
      valid: true,
    })
    const { items } = await ok(sales.GET('/v1/shipments'))
    expect(items.map((shipment) => shipment.clientReference)).not.toContain('A-2')
  })

  const leg = (from: string, to: string) => ({
    mode: 'VESSEL' as const,
    from: { unLocode: from },
    to: { unLocode: to },
  })

  test('twice with one client reference is refused and points at the first', async () => {
    const first = await ok(sales.POST('/v1/shipments', { body: anOceanExport('A-3') }))
    const { error, response } = await sales.POST('/v1/shipments', { body: anOceanExport('A-3') })
    expect(response.status).toBe(409)
    expect(error).toMatchObject({ code: 'client_reference.taken', existing: `/v1/shipments/${first.shipmentId}` })
    expect(await refused(sales.POST('/v1/shipments/validate', { body: anOceanExport('A-3') }))).toMatchObject({
      status: 409,
    })
  })

  test('a repeated Idempotency-Key answers as the first time; with another body it is refused', async () => {
    const headers = { 'Idempotency-Key': 'create-A-4' }
    const body = anOceanExport('A-4')
    const first = await sales.POST('/v1/shipments', { body, headers })
    const second = await sales.POST('/v1/shipments', { body, headers })
    expect(second.data).toEqual(first.data)
    expect(second.response.headers.get('idempotent-replayed')).toBe('true')
    const other = sales.POST('/v1/shipments', { body: anOceanExport('A-5'), headers })
    expect(await refused(other)).toMatchObject({ status: 422, code: 'idempotency_key.reused' })
  })

  test('eight at once with one key make one shipment', async () => {
    const headers = { 'Idempotency-Key': 'create-A-6' }
    const body = anOceanExport('A-6')
    const answers = await Promise.all(Array.from({ length: 8 }, () => sales.POST('/v1/shipments', { body, headers })))
    const made = answers.flatMap(({ data }) => data?.shipmentId ?? [])
    expect(new Set(made).size).toBe(1)
    for (const { response } of answers) expect([201, 409]).toContain(response.status)
  })
})

describe('changing a shipment', () => {
  test('needs the ETag that was seen; a stale one is refused', async () => {
    const { shipmentId } = await ok(sales.POST('/v1/shipments', { body: anOceanExport('B-1') }))
    await world.settled()
    const body = { promisedDelivery: { from: '2027-01-01T00:00:00Z', to: '2027-01-03T00:00:00Z' } }
    const amend = (ifMatch?: string) =>
      sales.PATCH('/v1/shipments/{shipmentId}', {
        ...ofShipment(shipmentId),
        body,
        ...(ifMatch ? { headers: { 'If-Match': ifMatch } } : {}),
      })
    expect(await refused(amend())).toMatchObject({ status: 400, code: 'if_match.required' })
    expect(await refused(amend('"1000"'))).toMatchObject({ status: 412, code: 'shipment.changed' })
    const { response } = await sales.GET('/v1/shipments/{shipmentId}', ofShipment(shipmentId))
    const amended = await ok(amend(response.headers.get('etag') ?? ''))
    expect(amended.promisedDelivery).toEqual({ from: '2027-01-01T00:00:00.000Z', to: '2027-01-03T00:00:00.000Z' })
  })

  test('cancelling ends its tasks and its SOP', async () => {
    const { shipmentId } = await ok(sales.POST('/v1/shipments', { body: anOceanExport('B-2') }))
    await world.settled()
    const operations = await world.as('OPERATIONS')
    const cancel = { ...ofShipment(shipmentId), body: { reason: 'order withdrawn' } }
    await ok(operations.POST('/v1/shipments/{shipmentId}/cancellations', cancel))
    await world.settled()
    const shipment = await ok(operations.GET('/v1/shipments/{shipmentId}', ofShipment(shipmentId)))
    expect(shipment.status).toBe('CANCELLED')
    expect(shipment.tasks.filter((task) => task.status !== 'CANCELLED')).toEqual([])
  })
})

describe('lists', () => {
  test('come in pages, newest first, without gaps or repeats', async () => {
    const all = (await ok(sales.GET('/v1/shipments', { params: { query: { limit: 200 } } }))).items
    const paged: string[] = []
    let cursor: string | undefined
    do {
      const page = await ok(
        sales.GET('/v1/shipments', { params: { query: { limit: 2, ...(cursor ? { cursor } : {}) } } }),
      )
      paged.push(...page.items.map((shipment) => shipment.shipmentId))
      cursor = page.next
    } while (cursor)
    expect(paged).toEqual(all.map((shipment) => shipment.shipmentId))
    expect(paged).toEqual([...paged].sort().reverse())
  })

  test.each([
    ['limit', { limit: 0 }],
    ['cursor', { cursor: 'bm90IG91cnM' }],
  ])('refuse a wrong %s', async (name, query) => {
    expect(await refused(sales.GET('/v1/shipments', { params: { query } }))).toMatchObject({
      status: 422,
      pointers: [`#/query/${name}`],
    })
  })
})

describe('a query', () => {
  /** As somebody without our client would send it. */
  const asked = async (path: string) => {
    const token = await world.token({ roles: ['SALES'] })
    const answer = await fetch(world.url() + path, { headers: { authorization: `Bearer ${token}` } })
    return { status: answer.status, body: Object(await answer.json()) }
  }

  test('with a parameter that the route has not is refused by its name', async () => {
    expect(await asked('/v1/shipments?limit=2&statsu=CREATED')).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '#/query/statsu', code: 'unrecognized_keys' }] },
    })
  })

  test('without a choice that it must make is told that it is missing', async () => {
    const { status, body } = await asked('/v1/sops/resolution?type=DOMESTIC&mode=ROAD')
    expect([status, body.errors]).toMatchObject([422, [{ pointer: '#/query/loadType', code: 'invalid_type' }]])
    expect(body.errors[0].message).toMatch(/^missing; expected one of .*FTL/)
  })

  test('of a link that others pass on may have gained parameters', async () => {
    expect((await fetch(`${world.url()}/v1/health?utm_source=mail`)).status).toBe(200)
  })
})

describe('places', () => {
  test('of the tenant’s own import stand beside the built-in ones', async () => {
    const inland = {
      ...anOceanExport('P-1'),
      legs: [place('DEKAS', 'NLRTM', 'TRUCK'), place('NLRTM', 'SGSIN', 'VESSEL')],
    }
    expect((await refused(sales.POST('/v1/shipments/validate', { body: inland }))).pointers).toEqual([
      '/legs/0/from/unLocode',
    ])
    const csv = ',"DE","KAS","Kassel","Kassel","HE","AF","-234----","0401",,"5119N 00930E",\r\n'
    const imported = await fetch(`${world.url()}/v1/place-imports`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await world.token({ roles: ['TENANT_ADMIN'] })}`,
        'content-type': 'text/csv',
      },
      body: csv,
    })
    expect(await imported.json()).toEqual({ places: 1, blocks: 1 })
    expect(await ok(sales.POST('/v1/shipments/validate', { body: inland }))).toMatchObject({ valid: true })
    const kassel = await ok(sales.GET('/v1/places/{unLocode}', { params: { path: { unLocode: 'DEKAS' } } }))
    expect(kassel).toMatchObject({ name: 'Kassel', latitude: 51.32, source: 'TENANT' })
  })

  const place = (from: string, to: string, mode: 'TRUCK' | 'VESSEL') => ({
    mode,
    from: { unLocode: from },
    to: { unLocode: to },
  })
})
