import fc from 'fast-check'
import { contract } from '../../functions/kpis/contract'
import { deltaOf, evaluate } from '../../functions/kpis/domain/members'
import { handlers } from '../../functions/kpis/handlers'
import { reactions } from '../../functions/kpis/reactions'
import { loadSums } from '../../functions/kpis/store'
import type { Context } from '../../functions/platform/context'
import { listShipments, loadShipment, onShipment } from '../../functions/shipments/store'
import type { KpiMember, KpiValue } from '../../schemas/kpi'
import type { RecordEvent } from '../../schemas/tracking'
import { startTable, type TestTable } from '../support/dynamodb'
import { aContext, anEvent, aRetraction, createInTable, eventsOf, recordInTable } from '../support/shipments'

const MARCH = { from: '2026-03-01', to: '2026-04-01' }
const NOW = '2026-03-25T12:00:00.000Z'
const DELIVERED = anEvent('DELIVERED', '2026-03-21T10:00:00Z', { eventId: 'delivered' })

jest.setTimeout(60_000)

let table: TestTable
let tenants = 0
const aTenant = (now = NOW): Context => {
  tenants += 1
  return aContext({ tenantId: `tenant-${tenants}`, now })
}
beforeAll(async () => {
  table = await startTable()
})
afterAll(() => table.stop())

const call = async (name: keyof typeof handlers, context: Context, kpi: string, query: object) =>
  (await handlers[name](context, { params: { name: kpi }, query: { limit: 50, ...MARCH, ...query } } as never)).body

const otif = async (context: Context, query: object = {}) => (await call('getKpi', context, 'otif', query)) as KpiValue
const members = async (context: Context, kpi: string, query: object = {}) =>
  (await call('listKpiMembers', context, kpi, query)) as { items: KpiMember[]; next?: string }

const react = async (context: Context, shipmentId: string, times = 1) => {
  for (const event of await eventsOf(context, shipmentId, contract.subscribes))
    for (let n = 0; n < times; n += 1) await reactions[event.type](context, event as never)
}
const aDelivery = async (context: Context, event: RecordEvent = DELIVERED) => {
  const shipmentId = await createInTable(context)
  await react(context, shipmentId)
  await recordInTable(context, shipmentId, event)
  return shipmentId
}

/** The sums in the table against those that the timelines of all shipments give. */
async function expectRebuilt(context: Context) {
  const { items } = await listShipments(context, { limit: 200 })
  const states = await Promise.all(items.map((it) => loadShipment(context, it.shipmentId)))
  const rebuilt = deltaOf([], states.flatMap(evaluate))
  const stored = await Promise.all(
    (['otif', 'order-cycle-time'] as const).flatMap((kpi) =>
      (['customer', 'lane'] as const).map((dimension) => loadSums(context, kpi, dimension, { from: '0', to: '9' })),
    ),
  )
  const comparable = (sums: typeof rebuilt) =>
    sums
      .map(({ add, ...rest }) => ({
        ...rest,
        add: Object.fromEntries(
          Object.entries(add)
            .filter(([, amount]) => amount !== 0)
            .sort(),
        ),
      }))
      .filter(({ add }) => Object.keys(add).length > 0)
      .map((it) => JSON.stringify(it))
      .sort()
  expect(comparable(stored.flat())).toEqual(comparable(rebuilt))
}

test('a shipment is open, then a hit, however often its events come', async () => {
  const context = aTenant('2026-03-21T12:00:00.000Z')
  const shipmentId = await createInTable(context)
  await react(context, shipmentId, 2)
  expect((await members(context, 'otif')).items).toMatchObject([{ shipmentId, bucket: 'OPEN', reasons: ['NOT_DUE'] }])
  expect((await otif(context)).total).toEqual({ numerator: 0, denominator: 0, ratio: null, overdue: 0 })
  await recordInTable(context, shipmentId, DELIVERED)
  await react(context, shipmentId, 3)
  expect((await members(context, 'otif')).items).toMatchObject([
    { bucket: 'HIT', evidence: { eventIds: ['delivered'] } },
  ])
  expect((await otif(context)).total).toEqual({ numerator: 1, denominator: 1, ratio: 1, overdue: 0 })
  expect(await call('getKpi', context, 'order-cycle-time', { groupBy: 'mode' })).toMatchObject({
    unit: 'seconds',
    groups: [{ key: 'MARITIME', denominator: 1, ratio: 20 * 86_400 + 7_200 }],
  })
  await expectRebuilt(context)
})

test('costs 3 write units at creation, 15 at delivery, and none for what changes no membership', async () => {
  const context = aTenant()
  const shipmentId = await createInTable(context)
  table.reset()
  await react(context, shipmentId)
  expect(table.units.write).toBe(3)
  await recordInTable(context, shipmentId, anEvent('DEPARTED_ORIGIN', '2026-03-05T00:00:00Z'))
  table.reset()
  await react(context, shipmentId)
  expect(table.units.write).toBe(0)
  await recordInTable(context, shipmentId, DELIVERED)
  table.reset()
  await react(context, shipmentId)
  expect(table.units.write).toBe(15)
})

test('what is not delivered on its day is missed from the next day on, without any event', async () => {
  const context = aTenant('2026-03-21T23:59:59.000Z')
  await react(context, await createInTable(context))
  expect((await otif(context)).total.denominator).toBe(0)
  const nextDay = { ...context, now: '2026-03-22T00:00:00.000Z' }
  expect((await otif(nextDay, { groupBy: 'customer' })).groups).toEqual([
    { key: 'ACME', numerator: 0, denominator: 1, ratio: 0, overdue: 1 },
  ])
  expect((await members(nextDay, 'otif', { bucket: 'MISS' })).items).toMatchObject([{ reasons: ['NOT_DELIVERED'] }])
  expect((await members(nextDay, 'otif', { bucket: 'OPEN' })).items).toEqual([])
})

test('a retraction restates', async () => {
  const context = aTenant()
  const shipmentId = await aDelivery(context)
  await react(context, shipmentId)
  await recordInTable(context, shipmentId, aRetraction('delivered', NOW))
  await react(context, shipmentId)
  expect((await otif(context)).total).toEqual({ numerator: 0, denominator: 1, ratio: 0, overdue: 1 })
  expect((await members(context, 'order-cycle-time')).items).toEqual([])
  await recordInTable(context, shipmentId, anEvent('DELIVERED', '2026-03-24T10:00:00Z', { eventId: 'truly' }))
  await react(context, shipmentId)
  expect((await members(context, 'otif')).items).toMatchObject([{ bucket: 'MISS', reasons: ['LATE'] }])
  await expectRebuilt(context)
})

test.each(['before', 'after'] as const)('a crash %s the commit is healed by the redelivery', async (when) => {
  const context = aTenant()
  const shipmentId = await aDelivery(context)
  table.crash(when)
  await expect(react(context, shipmentId)).rejects.toThrow()
  await react(context, shipmentId)
  expect((await otif(context)).total).toMatchObject({ numerator: 1, denominator: 1 })
  await expectRebuilt(context)
})

test('reactions at the same time lose nothing and add nothing twice', async () => {
  const context = aTenant()
  const ids = await Promise.all(Array.from({ length: 10 }, () => aDelivery(context)))
  await Promise.all([...ids, ...ids].map((shipmentId) => react(context, shipmentId)))
  expect((await otif(context, { groupBy: 'lane' })).groups).toMatchObject([
    { key: 'NLRTM-USNYC', numerator: 10, denominator: 10 },
  ])
  await expectRebuilt(context)
})

test('a reaction that decided on an older state, and writes last, looks again', async () => {
  const context = aTenant('2026-03-20T12:00:00.000Z')
  const shipmentId = await aDelivery(context)
  const slow = table.hold()
  const [event] = await eventsOf(context, shipmentId, ['milestone.recorded'])
  const late = reactions['milestone.recorded'](context, event as never)
  await slow.arrived
  await recordInTable(context, shipmentId, aRetraction('delivered', NOW))
  await react(context, shipmentId)
  slow.letGo()
  await late
  expect((await members(context, 'otif')).items).toMatchObject([{ bucket: 'OPEN' }])
  await expectRebuilt(context)
})

test('commands and reactions in any order and at the same time end where the timelines say', async () => {
  const act = fc.record({
    shipment: fc.nat(2),
    kind: fc.constantFrom('deliver', 'late', 'short', 'retract', 'cancel', 'repromise'),
    times: fc.integer({ min: 1, max: 3 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 4, maxLength: 12 }), async (acts) => {
      const context = aTenant()
      const ids = await Promise.all([1, 2, 3].map(() => createInTable(context)))
      const running: Promise<unknown>[] = []
      const deliver = async (shipmentId: string, times: number) => {
        const event = (await eventsOf(context, shipmentId, contract.subscribes)).at(-1)
        for (let n = 0; event && n < times; n += 1) running.push(reactions[event.type](context, event as never))
      }
      for (const shipmentId of ids) await deliver(shipmentId, 1)
      for (const [index, { shipment, kind, times }] of acts.entries()) {
        const shipmentId = ids[shipment] ?? ''
        await happen(context, shipmentId, kind, `event-${index}`)
        await deliver(shipmentId, times)
      }
      // No reaction waits for another, and none comes after: each has to leave things as they stand by then.
      await Promise.all(running)
      await expectRebuilt(context)
    }),
    { numRuns: 6 },
  )
})

async function happen(context: Context, shipmentId: string, kind: string, eventId: string) {
  if (kind === 'deliver')
    return recordInTable(context, shipmentId, anEvent('DELIVERED', '2026-03-21T10:00:00Z', { eventId }))
  if (kind === 'late')
    return recordInTable(context, shipmentId, anEvent('DELIVERED', '2026-03-23T10:00:00Z', { eventId }))
  if (kind === 'short')
    return recordInTable(
      context,
      shipmentId,
      anEvent('DELIVERED', '2026-03-20T10:00:00Z', { eventId, deliveredPackages: 1 }),
    )
  if (kind === 'retract')
    return recordInTable(context, shipmentId, aRetraction(`event-${Number(eventId.slice(6)) - 1}`, NOW))
  return onShipment(context, shipmentId, (state) => ({
    answer: undefined,
    decision:
      kind === 'cancel'
        ? { facts: [{ type: 'shipment.cancelled', data: { reason: 'test' } }], header: { status: 'CANCELLED' } }
        : {
            facts: [{ type: 'shipment.amended', data: { changed: ['promisedDelivery'] } }],
            detail: {
              ...state.detail,
              promisedDelivery: { from: '2026-03-22T00:00:00.000Z', to: '2026-03-24T00:00:00.000Z' },
            },
          },
  }))
}

test('members come in pages, bucket by bucket, and only of the period', async () => {
  const context = aTenant('2026-03-10T00:00:00.000Z')
  const of = async (promised: string | undefined, event?: RecordEvent) => {
    const window = promised && { from: `${promised}T00:00:00.000Z`, to: `${promised}T20:00:00.000Z` }
    const shipmentId = await createInTable(context, { promisedDelivery: window || undefined })
    if (event) await recordInTable(context, shipmentId, event)
    await react(context, shipmentId)
    return shipmentId
  }
  const delivered = anEvent('DELIVERED', '2026-03-05T10:00:00Z')
  const [late, overdue, open, unpromised, hit] = [
    await of('2026-03-04', delivered),
    await of('2026-03-07'),
    await of('2026-03-20'),
    await of(undefined),
    await of('2026-03-05', delivered),
    await of('2026-04-01'),
  ]
  const found: KpiMember[] = []
  let cursor: string | undefined
  let pages = 0
  do {
    const answer = await members(context, 'otif', { limit: 2, cursor })
    found.push(...answer.items)
    cursor = answer.next
    pages += 1
  } while (cursor)
  expect(pages).toBe(3)
  expect(found.map((it) => [it.shipmentId, it.bucket, it.reasons[0]])).toEqual([
    [late, 'MISS', 'LATE'],
    [overdue, 'MISS', 'NOT_DELIVERED'],
    [open, 'OPEN', 'NOT_DUE'],
    [unpromised, 'EXCLUDED', 'NO_PROMISE'],
    [hit, 'HIT', 'ON_TIME_IN_FULL'],
  ])
  expect((await members(context, 'otif', { bucket: 'EXCLUDED' })).items).toHaveLength(1)
  await expect(members(context, 'otif', { cursor: 'forged' })).rejects.toMatchObject({ kind: 'unprocessable' })
  await expect(members(context, 'otif', { cursor: '0.Zm9yZ2Vk' })).rejects.toMatchObject({ kind: 'unprocessable' })
  expect((await otif(context)).total).toEqual({ numerator: 1, denominator: 3, ratio: 1 / 3, overdue: 1 })
  expect((await otif(aTenant())).total.denominator).toBe(0)
})
