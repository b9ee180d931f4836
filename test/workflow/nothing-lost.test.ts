/** 9. Nothing lost: the process is killed at random points while shipments run, and every one of them still finishes, once. */
import { movingShipments } from '../../demo/shipments'
import type { components } from '../support/api.generated'
import { eventually, ok, type Portolan, startWorld, type World } from '../support/world'

jest.setTimeout(400_000)

const SHIPMENTS = 24
const KILLS = 8
const FREIGHT = 92_000
/** Said on failure, so that the same run can be had again: `SEED=… npx jest test/workflow/nothing-lost`. */
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000)

function randomFrom(seed: number): () => number {
  let state = seed + 1
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.stop())

const aRoadShipment = (clientReference: string): components['schemas']['CreateShipment'] =>
  JSON.parse(JSON.stringify({ ...movingShipments(Date.now())[2], clientReference }))

/** As a good client does it: the same request again until it is answered. */
async function persist<T>(call: (api: Portolan) => Promise<T>, role: string): Promise<T> {
  const deadline = Date.now() + 200_000
  const api = await world.as(role)
  for (;;) {
    try {
      return await call(api)
    } catch (error) {
      // A refusal stays one; no answer, a fault, or a rival's change at the same moment may pass.
      const refusal = error instanceof Error && /^4(?!09)\d\d /.test(error.message)
      if (refusal || Date.now() > deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

const EVENTS = [
  { eventType: 'EQUIPMENT', eventCode: 'PICK', emptyIndicatorCode: 'LADEN' },
  {
    eventType: 'EQUIPMENT',
    eventCode: 'DROP',
    facilityTypeCode: 'CLOC',
    emptyIndicatorCode: 'LADEN',
    deliveredPackages: 12,
  },
  { eventType: 'SHIPMENT', eventCode: 'RECE', documentTypeCode: 'POD' },
] as const
const DATA: Record<string, Record<string, string>> = {
  'assign-truck': { carrier: 'Road & Co', licencePlate: 'HH-RC 42' },
}

async function drive(index: number, random: () => number): Promise<string> {
  const reference = `ROAD-${index}`
  const body = aRoadShipment(reference)
  const headers = { 'Idempotency-Key': reference }
  const { shipmentId } = await persist((api) => ok(api.POST('/v1/shipments', { body, headers })), 'SALES')
  const path = { params: { path: { shipmentId } } }
  // In any order, as carriers send them.
  for (const event of [...EVENTS].sort(() => random() - 0.5)) {
    const report = {
      ...event,
      eventId: `${reference}-${event.eventCode}`,
      eventClassifierCode: 'ACT' as const,
      eventDateTime: new Date().toISOString(),
      source: 'ROADCO',
    }
    await persist((api) => ok(api.POST('/v1/shipments/{shipmentId}/events', { ...path, body: report })), 'OPERATIONS')
  }
  const read = () => persist((api) => ok(api.GET('/v1/shipments/{shipmentId}', path)), 'OPERATIONS')
  const finished = async () => {
    const shipment = await read()
    for (const task of shipment.tasks.filter((it) => it.status === 'CREATED')) {
      const completion = {
        params: { path: { taskId: task.taskId } },
        body: { data: DATA[task.stepKey] ?? {} },
        headers: { 'Idempotency-Key': task.taskId },
      }
      await persist((api) => ok(api.POST('/v1/tasks/{taskId}/completions', completion)), task.role)
    }
    return shipment
  }
  await eventually(finished, (shipment) => shipment.status === 'COMPLETED', 300, 1000)
  return shipmentId
}

test(`${KILLS} kills during ${SHIPMENTS} shipments: each finishes once, invoices are gapless, the ledger balances`, async () => {
  const random = randomFrom(SEED)
  let running = true
  let killed = 0
  const killing = (async () => {
    for (let kill = 0; kill < KILLS && running; kill += 1) {
      await new Promise((resolve) => setTimeout(resolve, 300 + random() * 2_200))
      await world.kill()
      await world.restart()
      killed += 1
    }
  })()
  try {
    const ids = await Promise.all(Array.from({ length: SHIPMENTS }, (_, index) => drive(index, random)))
    running = false
    await killing
    expect(killed).toBeGreaterThan(0)
    await world.settled()
    await everyShipmentRanOnce(ids)
    await moneyIsWhole(ids)
  } catch (error) {
    throw new Error(`SEED=${SEED}: ${error instanceof Error ? error.stack : error}`)
  } finally {
    running = false
  }
})

async function everyShipmentRanOnce(ids: string[]) {
  expect(new Set(ids).size).toBe(SHIPMENTS)
  const operations = await world.as('OPERATIONS')
  for (const shipmentId of ids) {
    const path = { params: { path: { shipmentId } } }
    const { items } = await ok(operations.GET('/v1/shipments/{shipmentId}/timeline', path))
    const told = items.map((entry) => entry.type)
    const times = (type: string) => told.filter((it) => it === type).length
    expect({
      shipmentId,
      completed: times('shipment.completed'),
      started: times('sop.started'),
      invoiced: times('invoice.issued'),
    }).toEqual({
      shipmentId,
      completed: 1,
      started: 1,
      invoiced: 1,
    })
    expect([times('milestone.recorded'), times('task.assigned'), times('task.completed')]).toEqual([4, 3, 3])
    const sequences = items.map((entry) => entry.sequence).sort((a, b) => a - b)
    expect(sequences).toEqual(sequences.map((_, index) => index + 1))
  }
}

async function moneyIsWhole(ids: string[]) {
  const finance = await world.as('FINANCE')
  const { items } = await ok(finance.GET('/v1/invoices', { params: { query: { limit: 200 } } }))
  const numbers = items.map((invoice) => Number(/(\d+)$/.exec(invoice.number)?.[1])).sort((a, b) => a - b)
  expect(numbers).toEqual(Array.from({ length: SHIPMENTS }, (_, index) => index + 1))
  const ledger = await ok(finance.GET('/v1/ledger/balances'))
  expect(ledger.balanced).toBe(true)
  expect(ledger.items.find((item) => item.account === 'RECEIVABLE')?.balance).toBe(SHIPMENTS * FREIGHT)
  for (const shipmentId of ids) {
    const proof = await ok(finance.GET('/v1/billing/proof', { params: { query: { shipmentId } } }))
    expect(proof.totals).toEqual({ billed: 1, notBilled: 0, orphans: 0 })
  }
}
