import { anOceanExport } from '../support/ocean-export'
import { eventually, ok, type Portolan, refused, startWorld, type World } from '../support/world'

jest.setTimeout(180_000)

let world: World
let sales: Portolan
beforeAll(async () => {
  world = await startWorld()
  sales = await world.as('SALES')
})
afterAll(() => world.stop())

const rows = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => anOceanExport(`${prefix}-${index}`))
const job = (jobId: string) => ({ params: { path: { jobId } } })
const finished = (jobId: string) =>
  eventually(
    () => ok(sales.GET('/v1/shipment-imports/{jobId}', job(jobId))),
    (seen) => seen.status !== 'RUNNING',
    120,
  )

async function results(jobId: string) {
  const all = []
  let cursor: string | undefined
  do {
    const query = cursor ? { cursor } : {}
    const page = await ok(
      sales.GET('/v1/shipment-imports/{jobId}/rows', { params: { path: { jobId }, query: { limit: 100, ...query } } }),
    )
    all.push(...page.items)
    cursor = page.next
  } while (cursor)
  return all
}

async function sendCsv(text: string, query = '') {
  const response = await fetch(`${world.url()}/v1/shipment-imports${query}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await world.token({ roles: ['SALES'] })}`, 'content-type': 'text/csv' },
    body: text,
  })
  return { status: response.status, body: (await response.json()) as { jobId: string; code?: string } }
}

test('proceed: good rows become shipments, bad ones are reported by index, reference and JSON pointer', async () => {
  const bad = { ...anOceanExport('I-bad'), containers: [{ number: 'NSCU4420334', sizeType: '45G1' }] }
  const body = {
    errorBehaviour: 'proceed' as const,
    rows: [...rows('I', 130), bad, { nonsense: true }, ...rows('I', 1)],
  }
  const opened = await ok(sales.POST('/v1/shipment-imports', { body }))
  expect(opened).toMatchObject({ status: 'RUNNING', rows: 133, processed: 0 })
  expect(await finished(opened.jobId)).toMatchObject({ status: 'COMPLETED', processed: 133, created: 130, failed: 3 })
  const all = await results(opened.jobId)
  expect(all.map((row) => row.index)).toEqual(Array.from({ length: 133 }, (_, index) => index))
  expect(all[130]).toMatchObject({
    clientReference: 'I-bad',
    status: 'FAILED',
    errors: expect.arrayContaining([expect.objectContaining({ pointer: '/containers/0/number' })]),
  })
  expect(all[131]?.errors?.map((error) => error.pointer)).toContain('/type')
  expect(all[132]?.errors).toMatchObject([{ pointer: '/clientReference', code: 'client_reference.taken' }])
  const { shipmentId } = all[7] ?? {}
  const shipment = await ok(
    sales.GET('/v1/shipments/{shipmentId}', { params: { path: { shipmentId: shipmentId ?? '' } } }),
  )
  expect(shipment.clientReference).toBe('I-7')
  const payload = await ok(sales.GET('/v1/shipment-imports/{jobId}/payload', job(opened.jobId)))
  expect(JSON.parse(payload.text).rows).toHaveLength(133)
})

test('rollback: one bad row, and nothing is created; the same rows without it are all created', async () => {
  const taken = await ok(sales.POST('/v1/shipments', { body: anOceanExport('R-taken') }))
  const spoiled = { errorBehaviour: 'rollback' as const, rows: [...rows('R', 20), anOceanExport('R-taken')] }
  const failed = await finished((await ok(sales.POST('/v1/shipment-imports', { body: spoiled }))).jobId)
  expect(failed).toMatchObject({ status: 'FAILED', created: 0, failed: 1, rolledBack: true })
  const all = await results(failed.jobId)
  expect(all[0]?.status).toBe('NOT_CREATED')
  expect(all[20]?.errors?.[0]?.message).toContain(taken.shipmentId)
  const clean = { errorBehaviour: 'rollback' as const, rows: rows('R', 20) }
  const done = await finished((await ok(sales.POST('/v1/shipment-imports', { body: clean }))).jobId)
  expect(done).toMatchObject({ status: 'COMPLETED', created: 20, failed: 0 })
})

test('a CSV is as good as JSON', async () => {
  const header =
    'type,mode,loadType,clientReference,customer,incoterm.rule,incoterm.place,parties.0.function,parties.0.name,cargoItems.0.description,cargoItems.0.packages,cargoItems.0.packageType,cargoItems.0.grossWeight,legs.0.mode,legs.0.from.unLocode,legs.0.to.unLocode'
  const line = (reference: string) =>
    `EXPORT,MARITIME,LCL,${reference},ACME,FOB,Rotterdam,CZ,"Acme, BV",Pumps,40,CT,900.5,VESSEL,NLRTM,USNYC`
  const { status, body } = await sendCsv([header, line('C-1'), line('C-2')].join('\n'))
  expect(status).toBe(202)
  expect(await finished(body.jobId)).toMatchObject({ status: 'COMPLETED', created: 2, contentType: 'text/csv' })
})

test('a CSV whose columns name no value of a shipment is refused, and nothing stands in the way of the next', async () => {
  for (const text of [
    'a b\n1',
    'legs.0.mode,legs.length\nTRUCK,abc\n',
    'legs.0.mode,legs.length\nTRUCK,4294967295\n',
    'hasOwnProperty.call\nx\n',
  ])
    expect(await sendCsv(text)).toMatchObject({ status: 400, body: { code: 'csv.malformed' } })
  const { body } = await sendCsv('clientReference\nimp1\n')
  expect(await finished(body.jobId)).toMatchObject({ status: 'COMPLETED', processed: 1, failed: 1 })
})

test('a repeated Idempotency-Key answers the same job; unknown jobs and too many rows are refused', async () => {
  const headers = { 'Idempotency-Key': 'import-1' }
  const body = { rows: rows('K', 2) }
  const first = await ok(sales.POST('/v1/shipment-imports', { body, headers }))
  expect((await ok(sales.POST('/v1/shipment-imports', { body, headers }))).jobId).toBe(first.jobId)
  expect(await refused(sales.GET('/v1/shipment-imports/{jobId}', job(`job_${'0'.repeat(26)}`)))).toMatchObject({
    status: 404,
  })
  const tooMany = { rows: Array.from({ length: 10_001 }, () => ({})) }
  expect(await refused(sales.POST('/v1/shipment-imports', { body: tooMany }))).toMatchObject({ pointers: ['/rows'] })
})

test('a kill in the middle of a job loses no row and makes none twice', async () => {
  const { jobId } = await ok(sales.POST('/v1/shipment-imports', { body: { rows: rows('Z', 400) } }))
  await eventually(
    () => ok(sales.GET('/v1/shipment-imports/{jobId}', job(jobId))),
    (seen) => seen.processed >= 100,
  )
  await world.kill()
  await world.restart()
  expect(await finished(jobId)).toMatchObject({ status: 'COMPLETED', created: 400, failed: 0 })
  const all = await results(jobId)
  expect(new Set(all.map((row) => row.shipmentId)).size).toBe(400)
})
