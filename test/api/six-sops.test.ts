/** Each SOP that comes with Portolan, over HTTP, from the order to the end, whatever way it takes. */
import type { CreateShipment } from '../../schemas/shipment'
import { ProductSopId } from '../../schemas/sop'
import { aCommand } from '../support/shipments'
import { drive } from '../support/sop-driver'
import { planOf } from '../support/sop-plans'
import { ok, startWorld, type World } from '../support/world'

jest.setTimeout(600_000)

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.stop())

const DAY = 24 * 3600_000
/** Departure lies twenty days after the order; batches wait for the day before it. */
const AGO: Partial<Record<ProductSopId, number>> = { 'cross-border-ecommerce': 20 }

async function completed(sopId: ProductSopId, change: Partial<CreateShipment> = {}, prefers: string[] = []) {
  const from = new Date(Date.now() - (AGO[sopId] ?? 0) * DAY).toISOString()
  const sales = await world.as('SALES')
  const body = {
    ...aCommand({ ...planOf(sopId, from), ...change }),
    clientReference: `${sopId} ${prefers.join('-')}`.replaceAll(' ', '/'),
  }
  const { shipmentId } = await ok(sales.POST('/v1/shipments', { body: JSON.parse(JSON.stringify(body)) }))
  return drive(world, shipmentId, { prefers })
}
const keysOf = ({ tasks }: Awaited<ReturnType<typeof completed>>) => tasks.map(({ stepKey }) => stepKey)

it.each(ProductSopId.options)('%s', async (sopId) => {
  const shipment = await completed(sopId)
  expect(shipment).toMatchObject({ status: 'COMPLETED', sop: { sopId } })
  const open = shipment.tasks
    .filter(({ status }) => status !== 'COMPLETED')
    .map(({ stepKey, status }) => [stepKey, status])
  expect(open).toEqual([])
})

it('by road, a delivery that fails is agreed on anew', async () => {
  const shipment = await completed('domestic-road', {}, ['DELIVERY_FAILED'])
  expect(keysOf(shipment)).toContain('agree-redelivery')
  expect(shipment.occurrences.map(({ milestone }) => milestone)).toEqual(
    expect.arrayContaining(['DELIVERY_FAILED', 'DELIVERED']),
  )
})

it('a return that nobody authorises ends there', async () => {
  const shipment = await completed('return', {}, ['approve-return REJECTED'])
  expect(keysOf(shipment).sort()).toEqual(['approve-return', 'check-claim'])
})

it('a batch that cannot be delivered comes back by a return of its own, beside its SOP', async () => {
  const shipment = await completed('cross-border-ecommerce', {}, ['DELIVERY_FAILED', 'RETURN'])
  expect(keysOf(shipment)).toEqual(
    expect.arrayContaining(['start-return--approve-return', 'start-return--inspect-goods']),
  )
})
