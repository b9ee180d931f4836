import type { Context as LambdaContext, SQSEvent } from 'aws-lambda'
import { contract } from '../../functions/billing/contract'
import { handlers } from '../../functions/billing/handlers'
import { events } from '../../functions/billing/index'
import { reactions } from '../../functions/billing/reactions'
import { loadBalances } from '../../functions/billing/store'
import type { Context } from '../../functions/platform/context'
import type { Invoice } from '../../schemas/billing'
import type { NewChargeLine } from '../../schemas/shipment'
import { startTable, type TestTable } from '../support/dynamodb'
import { aCharge, aContext, anEvent, aRetraction, createInTable, eventsOf, recordInTable } from '../support/shipments'

const DEPARTED = anEvent('DEPARTED_ORIGIN', '2026-03-10T10:00:00Z', { eventId: 'departed' })
const CHARGES: NewChargeLine[] = [
  aCharge({ amount: { amount: 1_250_00, currency: 'EUR' } }),
  aCharge({ code: '209060', amount: { amount: 190_00, currency: 'EUR' } }),
  aCharge({ code: '300000', amount: { amount: 45_00, currency: 'EUR' }, billableOn: 'DELIVERED' }),
  aCharge({ type: 'COST', counterparty: 'LINER', amount: { amount: 900_00, currency: 'EUR' } }),
]
const page = { limit: 50 }

jest.setTimeout(60_000)

let table: TestTable
let tenants = 0
/** Each test has a tenant of its own: no other's numbers or balances are in its way. */
const aTenant = (more: Partial<Context> = {}): Context => {
  tenants += 1
  return aContext({ tenantId: `tenant-${tenants}`, ...more })
}
beforeAll(async () => {
  table = await startTable()
})
afterAll(() => table.stop())

const call = <Name extends keyof typeof handlers>(name: Name, context: Context, input: object) =>
  handlers[name](context, {
    params: {},
    query: {},
    body: undefined,
    ifMatch: undefined,
    idempotencyKey: undefined,
    raw: undefined,
    ...input,
  } as never)

const react = async (context: Context, shipmentId: string, times = 1) => {
  for (const event of await eventsOf(context, shipmentId, contract.subscribes))
    for (let n = 0; n < times; n += 1) await reactions[event.type](context, event as never)
}

const allInvoices = async (context: Context): Promise<Invoice[]> => {
  const { body } = await call('listInvoices', context, { query: { limit: 200 } })
  return (body as { items: Invoice[] }).items
}
const proof = async (context: Context, shipmentId: string) =>
  (await call('getBillingProof', context, { query: { ...page, shipmentId } })).body as {
    items: { billed: object[]; notBilled: { reason: string }[] }[]
    totals: { billed: number; notBilled: number; orphans: number }
  }

const departedShipment = async (context: Context, chargeLines = CHARGES) => {
  const shipmentId = await createInTable(context, { chargeLines })
  await recordInTable(context, shipmentId, DEPARTED)
  return shipmentId
}

test('a milestone bills its lines once, however often it is delivered', async () => {
  const context = aTenant()
  const shipmentId = await departedShipment(context)
  await react(context, shipmentId, 3)
  expect(await allInvoices(context)).toMatchObject([
    { number: `INV-${context.now.slice(0, 4)}-000001`, billTo: 'ACME', total: 1_440_00, shipmentId },
  ])
  expect(await proof(context, shipmentId)).toMatchObject({
    items: [{ billed: { length: 3 }, notBilled: [{ chargeId: 'c3', reason: 'NOT_REACHED' }], orphans: [] }],
    totals: { billed: 3, notBilled: 1, orphans: 0 },
  })
  const { body } = await call('getLedgerBalances', context, { query: { recompute: false } })
  expect(body).toMatchObject({
    balanced: true,
    journals: 2,
    posted: 2,
    items: [
      { account: 'ACCRUED_PAYABLES', balance: -900_00 },
      { account: 'COST_OF_SALES', balance: 900_00 },
      { account: 'RECEIVABLE', debit: 1_440_00, credit: 0, balance: 1_440_00 },
      { account: 'REVENUE', balance: -1_440_00 },
    ],
  })
})

test('an invoice costs 12 write units, and nothing when nothing is due', async () => {
  const context = aTenant()
  const shipmentId = await departedShipment(context, CHARGES.slice(0, 2))
  table.reset()
  await react(context, shipmentId)
  expect(table.units.write).toBe(12)
  table.reset()
  await react(context, shipmentId)
  expect(table.units.write).toBe(0)
})

test.each(['before', 'after'] as const)('a crash %s the commit is healed by the redelivery', async (when) => {
  const context = aTenant()
  const shipmentId = await departedShipment(context)
  table.crash(when)
  await expect(react(context, shipmentId)).rejects.toThrow()
  await react(context, shipmentId, 2)
  expect((await allInvoices(context)).map((it) => it.number)).toEqual([`INV-${context.now.slice(0, 4)}-000001`])
  expect((await proof(context, shipmentId)).totals).toEqual({ billed: 3, notBilled: 1, orphans: 0 })
})

test('reactions at the same time, to one shipment and to many, leave no gap and no double', async () => {
  const context = aTenant()
  const ids = await Promise.all(Array.from({ length: 12 }, () => departedShipment(context)))
  await Promise.all(
    [...ids, ...ids].map(async (shipmentId) => {
      await react(context, shipmentId)
    }),
  )
  const numbers = (await allInvoices(context)).map((it) => it.number).sort()
  expect(numbers).toEqual(ids.map((_, index) => `INV-${context.now.slice(0, 4)}-${String(index + 1).padStart(6, '0')}`))
  for (const shipmentId of ids)
    expect((await proof(context, shipmentId)).totals).toEqual({ billed: 3, notBilled: 1, orphans: 0 })
  const { balances } = await loadBalances(context, { recompute: true })
  expect(balances.journals).toBe(24)
})

test('the checkpoint of the balances agrees with the journal folded from its first entry', async () => {
  const context = aTenant()
  const many = Array.from({ length: 105 }, (_, index) => aCharge({ counterparty: `PAYER-${index}` }))
  const chargeLines = many.slice(0, 100)
  for (const _ of [1, 2]) await react(context, await departedShipment(context, chargeLines))
  const first = await loadBalances(context, { recompute: false })
  await react(context, await departedShipment(context, many.slice(0, 3)))
  table.reset()
  const second = await loadBalances(context, { recompute: false })
  const tail = table.units.read
  table.reset()
  const folded = await loadBalances(context, { recompute: true })
  expect(first.balances.journals).toBe(200)
  expect(second).toEqual(folded)
  expect(second.balances.journals).toBe(203)
  expect(tail).toBeLessThan(table.units.read / 4)
})

test('a charge that comes after its milestone is billed at once; the same id is refused, the same request answered again', async () => {
  const context = aTenant()
  const shipmentId = await departedShipment(context, [])
  const input = { params: { shipmentId }, body: aCharge({ chargeId: 'late' }), idempotencyKey: 'k1' }
  expect(await call('addCharge', context, input)).toMatchObject({ body: { chargeId: 'late' }, replayed: false })
  expect(await call('addCharge', context, input)).toMatchObject({ body: { chargeId: 'late' }, replayed: true })
  await expect(call('addCharge', context, { ...input, idempotencyKey: 'k2' })).rejects.toMatchObject({
    code: 'charge.exists',
  })
  await expect(call('addCharge', context, { ...input, body: aCharge() })).rejects.toMatchObject({
    code: 'idempotency_key.reused',
  })
  await react(context, shipmentId)
  expect(await allInvoices(context)).toMatchObject([{ lines: [{ chargeId: 'late' }] }])
})

test('a retraction after billing proposes a credit, reverses the accrual, and leaves the invoice as it is', async () => {
  const context = aTenant()
  const shipmentId = await departedShipment(context)
  await react(context, shipmentId)
  const [issued] = await allInvoices(context)
  await recordInTable(context, shipmentId, aRetraction('departed', context.now))
  await react(context, shipmentId, 2)
  expect(await allInvoices(context)).toEqual([issued])
  const facts = await eventsOf(context, shipmentId, ['credit.proposed', 'accrual.reversed'])
  expect(facts.map((it) => it.type).sort()).toEqual(['accrual.reversed', 'credit.proposed'])
  expect((await proof(context, shipmentId)).items[0]).toMatchObject({
    billed: [{ undone: 'CREDIT_PROPOSED' }, { undone: 'CREDIT_PROPOSED' }, { undone: 'REVERSED' }],
    orphans: [],
  })
  const { body } = await call('getLedgerBalances', context, { query: { recompute: false } })
  expect(body).toMatchObject({
    balanced: true,
    items: expect.arrayContaining([expect.objectContaining({ account: 'COST_OF_SALES', balance: 0 })]),
  })
})

test('a partner sees the invoices that it has to pay, and nobody else’s', async () => {
  const context = aTenant()
  const lines = [aCharge(), aCharge({ counterparty: 'OTHER' }), aCharge({ type: 'COST', counterparty: 'LINER' })]
  await react(context, await departedShipment(context, lines))
  const invoices = await allInvoices(context)
  const own = invoices.find((it) => it.billTo === 'ACME')
  const foreign = invoices.find((it) => it.billTo === 'OTHER')
  const partner = { ...context, organizationId: 'ACME', roles: ['SHIPPER' as const] }
  expect(await allInvoices(partner)).toEqual([own])
  expect(await call('listInvoices', partner, { query: { ...page, billTo: 'OTHER' } })).toEqual({
    body: { items: [own] },
  })
  expect(await call('getInvoice', partner, { params: { invoiceId: own?.invoiceId } })).toEqual({ body: own })
  const notFound = { kind: 'not_found', code: 'invoice.not_found' }
  await expect(call('getInvoice', partner, { params: { invoiceId: foreign?.invoiceId } })).rejects.toMatchObject(
    notFound,
  )
  await expect(call('getInvoice', aTenant(), { params: { invoiceId: own?.invoiceId } })).rejects.toMatchObject(notFound)
  await expect(call('listInvoices', aTenant(), { query: page })).resolves.toEqual({ body: { items: [] } })
  expect(await call('getInvoice', context, { params: { invoiceId: own?.invoiceId } })).toEqual({ body: own })
})

test('pages of invoices are newest first, and pages of the proof cover the shipments of the period', async () => {
  const context = aTenant()
  for (let day = 1; day <= 5; day += 1) {
    const at = aContext({ tenantId: context.tenantId, now: `2026-04-0${day}T00:00:00.000Z` })
    await react(at, await departedShipment(at))
  }
  const first = (await call('listInvoices', context, { query: { limit: 3 } })).body as {
    items: Invoice[]
    next?: string
  }
  const second = (await call('listInvoices', context, { query: { limit: 3, cursor: first.next } })).body as {
    items: Invoice[]
  }
  expect([...first.items, ...second.items].map((it) => it.number.slice(-1))).toEqual(['5', '4', '3', '2', '1'])
  const query = { from: '2026-04-02T00:00:00.000Z', to: '2026-04-05T00:00:00.000Z', limit: 2 }
  const proofs = (await call('getBillingProof', context, { query })).body as {
    items: object[]
    next?: string
    totals: object
  }
  expect(proofs).toMatchObject({ items: { length: 2 }, totals: { billed: 6, notBilled: 2, orphans: 0 } })
  const rest = await call('getBillingProof', context, { query: { ...query, cursor: proofs.next } })
  expect(rest.body).toMatchObject({ items: { length: 1 } })
})

test('the door of the queue applies a batch and hands back only what failed', async () => {
  const context = aTenant()
  const shipmentId = await departedShipment(context)
  const [event] = await eventsOf(context, shipmentId, ['milestone.recorded'])
  if (!event) throw new Error('no milestone')
  const record = (messageId: string, detail: object) => ({ messageId, body: JSON.stringify({ detail }) })
  const detail = { ...event, data: Buffer.from(JSON.stringify(event.data)).toString('base64') }
  const batch = { Records: [record('1', detail), record('2', { ...detail, type: 'no.such' }), record('3', detail)] }
  const answer = await events(batch as SQSEvent, {} as LambdaContext)
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }] })
  expect(await allInvoices(context)).toHaveLength(1)
})
