/** The clock's door on the real table: what it looks at, what it sets right, and that no look is lost. */
import { type Context, timestamp } from '../../functions/platform/context'
import { put } from '../../functions/platform/table'
import { listTenants, noteTenant } from '../../functions/platform/tenants'
import { decideAmend, decideCancel } from '../../functions/shipments/domain'
import { listDue, loadShipment, onShipment, scheduleWake, shipmentPk } from '../../functions/shipments/store'
import { wake } from '../../functions/sops/look'
import { reactions } from '../../functions/sops/reactions'
import { takeStep } from '../../functions/sops/tasks'
import { lookAround } from '../../functions/sops/timer'
import { aContext, anEvent, createInTable, recordInTable } from '../support/shipments'
import { planOf } from '../support/sop-plans'
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

it('knows a tenant from its first shipment on, though nobody has heard of that', async () => {
  const context = aContext({ tenantId: 'timer-new', now: timestamp() })
  await createInTable(context)
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

it('reads a shipment once where nothing is to be done', async () => {
  const context = await aTenant()
  const shipmentId = await createInTable(context, planOf('domestic-road', context.now))
  await reactions['shipment.created'](context, { subjectId: shipmentId } as never)
  const tomorrow = { ...context, now: new Date(Date.parse(context.now) + DAY).toISOString() }
  const readsOf = async (work: () => Promise<unknown>) => {
    table.reset()
    await work()
    return table.units.read
  }
  const once = await readsOf(() => loadShipment(context, shipmentId))
  expect(await readsOf(() => wake(tomorrow, shipmentId))).toBe(once)
  expect(daysFromNow(await wakeOf(context, shipmentId))).toBe(2)
})

it('raises what is late by an amended plan at its new time, and does not put off a look that others wait for', async () => {
  const context = await aTenant()
  const shipmentId = await createInTable(context, planOf('domestic-road', context.now))
  await reactions['shipment.created'](context, { subjectId: shipmentId } as never)
  const step = { tenantId: context.tenantId, shipmentId, token: 'held' }
  await takeStep({ ...step, step: 'awaitMilestone', key: 'await-pick-up', milestone: 'PICKED_UP' }, 'request')
  const at = (hours: number) => new Date(Date.parse(context.now) + hours * 60 * MINUTE).toISOString()
  const { detail } = await loadShipment(context, shipmentId)
  const legs = detail.legs.map((leg) => ({ ...leg, departure: at(10) }))
  await onShipment(context, shipmentId, (state) => ({ decision: decideAmend(state, { legs }), answer: undefined }))
  await reactions['shipment.amended'](context, { subjectId: shipmentId } as never)
  const raised = async () =>
    (await loadShipment(context, shipmentId)).timeline.filter(({ type }) => type === 'exception.raised')
  await wake({ ...context, now: at(11) }, shipmentId)
  expect([await raised(), await wakeOf(context, shipmentId)]).toEqual([[], at(12)])
  await wake({ ...context, now: at(12) }, shipmentId)
  expect(await raised()).toMatchObject([{ data: { stepKey: 'late-pick-up', concerns: 'await-pick-up' } }])
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
