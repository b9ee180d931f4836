/** A run of a shipment's SOP takes the place of another, on the real table and engine. */
import type { Context } from '../../functions/platform/context'
import { decideCancel } from '../../functions/shipments/domain'
import { loadShipment, onShipment } from '../../functions/shipments/store'
import { contract } from '../../functions/sops/contract'
import type { RestartWhy } from '../../functions/sops/domain/runs'
import { reactions } from '../../functions/sops/reactions'
import { restartSop } from '../../functions/sops/restart'
import { takeStep } from '../../functions/sops/tasks'
import type { TimelineType } from '../../schemas/timeline'
import { aContext, createInTable, eventsOf } from '../support/shipments'
import { planOf } from '../support/sop-plans'
import { sopServices } from '../support/sop-services'

const { stepFunctions } = sopServices()

let tenants = 0
const aTenant = (): Context => {
  tenants += 1
  return aContext({ tenantId: `runs-${tenants}` })
}

const react = async (context: Context, shipmentId: string, type: TimelineType) => {
  for (const event of await eventsOf(context, shipmentId, contract.subscribes))
    if (event.type === type) await reactions[event.type](context, event as never)
}
/** Until every machine waits for people, partners or time. */
const work = async () => {
  while (stepFunctions.calls.length > 0)
    for (const call of stepFunctions.calls.splice(0))
      await call.succeed(JSON.parse(JSON.stringify(await takeStep(call.payload, 'test'))))
}
const started = async (context: Context) => {
  const shipmentId = await createInTable(context, planOf('domestic-road', context.now))
  await react(context, shipmentId, 'shipment.created')
  return shipmentId
}
const WHY: RestartWhy = { kind: 'RESTARTED', reason: 'It was stuck' }
const restart = async (context: Context, shipmentId: string, after = 1) => {
  const { sop } = (await loadShipment(context, shipmentId)).header
  if (!sop) throw new Error('Nothing is pinned')
  return restartSop(context, shipmentId, { ...sop, after }, WHY)
}
const factsOf = async (context: Context, shipmentId: string) =>
  (await loadShipment(context, shipmentId)).timeline.map(({ type }) => type)
const statusesOf = (shipmentId: string) => stepFunctions.executionsOf(shipmentId).map(({ status }) => status)

it('goes through what has happened and waits where the shipment is', async () => {
  const context = aTenant()
  const shipmentId = await started(context)
  await work()
  const before = await loadShipment(context, shipmentId)
  await restart(context, shipmentId)
  await react(context, shipmentId, 'sop.restarted')
  await work()
  const after = await loadShipment(context, shipmentId)
  expect(after.header.sop).toMatchObject({ run: 2, version: 1 })
  expect(statusesOf(shipmentId)).toEqual(['ABORTED', 'RUNNING'])
  expect(after.timeline.slice(before.timeline.length).map(({ type }) => type)).toEqual(['sop.restarted'])
  expect(after.waits.map(({ stepKey }) => stepKey)).toEqual(before.waits.map(({ stepKey }) => stepKey))
  expect(after.waits.map(({ token }) => token)).not.toEqual(before.waits.map(({ token }) => token))
})

it('is one more run however often it is asked for and delivered', async () => {
  const context = aTenant()
  const shipmentId = await started(context)
  const outcomes = await Promise.all([1, 2, 3].map(() => restart(context, shipmentId)))
  expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['OVERTAKEN', 'OVERTAKEN', 'RESTARTED'])
  await Promise.all([1, 2, 3].map(() => react(context, shipmentId, 'sop.restarted')))
  expect(statusesOf(shipmentId)).toEqual(['ABORTED', 'RUNNING'])
})

it.each([
  ['StopExecution', 'before'],
  ['StopExecution', 'after'],
  ['StartExecution', 'before'],
  ['StartExecution', 'after'],
] as const)('is brought about by the next delivery after a crash %s %s', async (operation, when) => {
  const context = aTenant()
  const shipmentId = await started(context)
  await restart(context, shipmentId)
  stepFunctions.crash(operation, when)
  await expect(react(context, shipmentId, 'sop.restarted')).rejects.toThrow()
  await react(context, shipmentId, 'sop.restarted')
  expect(statusesOf(shipmentId)).toEqual(['ABORTED', 'RUNNING'])
})

it('starts nothing for a shipment that was cancelled meanwhile, and stops what it has started', async () => {
  const context = aTenant()
  const cancel = (shipmentId: string) =>
    onShipment(context, shipmentId, (state) => ({
      decision: decideCancel(state, 'The customer withdrew', context.now),
      answer: undefined,
    }))
  const cancelledBefore = await started(context)
  await restart(context, cancelledBefore)
  await cancel(cancelledBefore)
  await react(context, cancelledBefore, 'sop.restarted')
  expect(statusesOf(cancelledBefore)).toEqual(['ABORTED'])

  const cancelledBetween = await started(context)
  await restart(context, cancelledBetween)
  stepFunctions.before('StartExecution', () => cancel(cancelledBetween))
  await react(context, cancelledBetween, 'sop.restarted')
  expect(statusesOf(cancelledBetween)).toEqual(['ABORTED', 'ABORTED'])
})

it('leaves alone the run after the next when its own event comes late', async () => {
  const context = aTenant()
  const shipmentId = await started(context)
  await restart(context, shipmentId, 1)
  await restart(context, shipmentId, 2)
  await react(context, shipmentId, 'sop.restarted')
  await react(context, shipmentId, 'sop.restarted')
  expect((await loadShipment(context, shipmentId)).header.sop).toMatchObject({ run: 3 })
  expect(statusesOf(shipmentId)).toEqual(['ABORTED', 'RUNNING'])
})

describe('a step of the old run that arrives late', () => {
  it('writes nothing', async () => {
    const context = aTenant()
    const shipmentId = await started(context)
    await work()
    await restart(context, shipmentId)
    const step = { key: 'late', tenantId: context.tenantId, shipmentId }
    const facts = await factsOf(context, shipmentId)
    const raise = { step: 'raiseException', severity: 'HIGH', reason: 'Late', owner: 'OPERATIONS' }
    expect(await takeStep({ ...step, ...raise }, 'r')).toMatchObject({ waitSeconds: expect.any(Number) })
    await takeStep({ ...step, step: 'awaitMilestone', milestone: 'DELIVERED', token: 'late' }, 'r')
    expect(await factsOf(context, shipmentId)).toEqual(facts)
    expect((await loadShipment(context, shipmentId)).waits).toEqual([])
  })

  it('does not take the place of what the new run waits for', async () => {
    const context = aTenant()
    const shipmentId = await started(context)
    await work()
    await restart(context, shipmentId)
    await react(context, shipmentId, 'sop.restarted')
    await work()
    const { waits } = await loadShipment(context, shipmentId)
    const [wait] = waits
    const late = { step: 'awaitMilestone', milestone: 'DELIVERED', token: 'late', key: wait?.stepKey }
    await takeStep({ ...late, tenantId: context.tenantId, shipmentId }, 'r')
    expect((await loadShipment(context, shipmentId)).waits).toEqual(waits)
  })
})
