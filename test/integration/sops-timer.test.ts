/** The clock's door on the real table: what it looks at, what it sets right, and that no look is lost. */
import { type Context, timestamp } from '../../functions/platform/context'
import { put } from '../../functions/platform/table'
import { listTenants, noteTenant } from '../../functions/platform/tenants'
import { decideCancel } from '../../functions/shipments/domain'
import { listDue, loadShipment, onShipment, scheduleWake, shipmentPk } from '../../functions/shipments/store'
import { reactions } from '../../functions/sops/reactions'
import { takeStep } from '../../functions/sops/tasks'
import { lookAround } from '../../functions/sops/timer'
import { aContext, anEvent, createInTable, recordInTable } from '../support/shipments'
import { sopServices } from '../support/sop-services'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

const { stepFunctions, table } = sopServices()

let tenants = 0
const aTenant = async (): Promise<Context> => {
  tenants += 1
  const context = aContext({ tenantId: `timer-${tenants}`, now: timestamp() })
  await noteTenant(context)
  return context
}
/** Created an hour ago, so that its first look is due. */
const dueShipment = (context: Context) =>
  createInTable({ ...context, now: new Date(Date.parse(context.now) - 60 * MINUTE).toISOString() })
const look = () => lookAround('request', () => 60_000)
const wakeOf = async (context: Context, shipmentId: string) => (await loadShipment(context, shipmentId)).wakeAt
const daysFromNow = (at: string | undefined) => Math.round((Date.parse(at ?? '') - Date.now()) / DAY)

it('knows a tenant from its first shipment on', async () => {
  const context = aContext({ tenantId: 'timer-new', now: timestamp() })
  const shipmentId = await createInTable(context)
  await reactions['shipment.created'](context, { subjectId: shipmentId } as never)
  expect(await listTenants()).toContain('timer-new')
})

it('looks at a shipment a quarter of an hour after its creation, not before, and once a day from then on', async () => {
  const context = await aTenant()
  const [old, young] = [await dueShipment(context), await createInTable(context)]
  expect(await listDue(context, 10)).toEqual([old])
  await look()
  expect(await listDue(context, 10)).toEqual([])
  expect(daysFromNow(await wakeOf(context, old))).toBe(1)
  expect(Date.parse((await wakeOf(context, young)) ?? '') - Date.parse(context.now)).toBe(15 * MINUTE)
})

it('lets a step go on whose signal was lost', async () => {
  const context = await aTenant()
  const shipmentId = await dueShipment(context)
  const step = { step: 'awaitMilestone', key: 'await-departure', milestone: 'DEPARTED_ORIGIN', token: 'held' }
  await takeStep({ ...step, tenantId: context.tenantId, shipmentId }, 'request')
  await recordInTable(context, shipmentId, anEvent('DEPARTED_ORIGIN', '2026-03-02T08:00:00Z'))
  expect((await loadShipment(context, shipmentId)).waits).toHaveLength(1)
  await look()
  expect((await loadShipment(context, shipmentId)).waits).toEqual([])
  expect(stepFunctions.requests).toContain('SendTaskSuccess')
})

it('looks no more at a shipment that has ended', async () => {
  const context = await aTenant()
  const shipmentId = await dueShipment(context)
  await onShipment(context, shipmentId, (state) => ({
    decision: decideCancel(state, 'The customer withdrew', context.now),
    answer: undefined,
  }))
  await look()
  expect(await wakeOf(context, shipmentId)).toBeUndefined()
})

it('puts off for a quarter of an hour what it can not read, and looks at the others', async () => {
  const context = await aTenant()
  const [broken, sound] = [await dueShipment(context), await dueShipment(context)]
  await put(context, { pk: shipmentPk(broken), sk: 'DETAIL', body: '{"torn' })
  await look()
  expect(daysFromNow(await wakeOf(context, sound))).toBe(1)
  expect(await listDue(context, 10)).toEqual([])
  const later = { ...context, now: new Date(Date.now() + 16 * MINUTE).toISOString() }
  expect(await listDue(later, 10)).toEqual([broken])
})

describe('a command that wants a shipment looked at earlier', () => {
  const inAnHour = () => new Date(Date.now() + 60 * MINUTE).toISOString()
  const asking = (context: Context, shipmentId: string, wakeAt: string) =>
    onShipment(context, shipmentId, () => ({
      decision: { facts: [{ type: 'shipment.amended', data: { changed: ['cargoItems'] } }], wakeAt },
      answer: undefined,
    }))

  it('gets it, and one that wants it later writes nothing for it', async () => {
    const context = await aTenant()
    const shipmentId = await dueShipment(context)
    await look()
    const [soon, late] = [inAnHour(), new Date(Date.now() + 2 * DAY).toISOString()]
    await asking(context, shipmentId, soon)
    await asking(context, shipmentId, late)
    expect(await wakeOf(context, shipmentId)).toBe(soon)
  })

  it('is heard when it comes while the next look is being set', async () => {
    const context = await aTenant()
    const shipmentId = await dueShipment(context)
    const [soon, late] = [inAnHour(), new Date(Date.now() + 2 * DAY).toISOString()]
    const { arrived, letGo } = table.hold()
    const setting = scheduleWake(context, shipmentId, ({ header }) => (header.version > 1 ? soon : late))
    await arrived
    await asking(context, shipmentId, soon)
    letGo()
    await setting
    expect(await wakeOf(context, shipmentId)).toBe(soon)
  })
})
