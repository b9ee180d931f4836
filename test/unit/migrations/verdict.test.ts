/** What a plan says of one shipment: where it will stand, what becomes of its tasks, and why it may not be moved by itself. */
import type { JsonObject } from '../../../engine/json'
import { planMove, versionOf } from '../../../functions/migrations/domain/plan'
import type { ShipmentState } from '../../../functions/shipments/store'
import type { PlannedShipment } from '../../../schemas/sop-migration'
import type { Fact } from '../../../schemas/timeline'
import { objectOf, payloadOf, statesOf } from '../../support/asl'
import { withFacts } from '../../support/shipments'
import { begun, moved, type Point, serve, versions } from '../../support/sop-moves'
import { withOtherTerms, withoutTask, withTaskAfter } from '../../support/sop-variants'
import { readMachine } from '../../support/sop-world'

const ROAD = 'domestic-road' as const
const product = readMachine(ROAD)

/** A road shipment that has been served so often: 1 truck, 2 charges reviewed, 3 picked up, 4 delivered, 5 proof. */
async function standing(turns: number, definition: JsonObject = product): Promise<Point> {
  const world = await serve(await begun(ROAD, definition), { turns })
  return { state: world.state, now: world.now, waits: world.state.waits.map(({ stepKey }) => stepKey) }
}

async function planned(
  point: Point,
  to: JsonObject,
  { from = product, includeUnchanged = false }: { from?: JsonObject; includeUnchanged?: boolean } = {},
): Promise<PlannedShipment> {
  const request = { sopId: ROAD, state: point.state, from: versionOf(1, from), to: versionOf(2, to), includeUnchanged }
  return (await planMove(request, { tenantId: 'demo', now: point.now, denied: [] })).planned
}
const codes = ({ reasons }: PlannedShipment) => reasons.map(({ code }) => code)
const withFact = (point: Point, fact: Fact): Point => ({ ...point, state: withFacts(point.state, [fact], point.now) })

/** The definition with the payload of a step changed. */
function withStep(key: string, change: JsonObject): JsonObject {
  const definition = structuredClone(product)
  for (const { state } of statesOf(definition))
    if (state.Type === 'Task' && payloadOf(state).key === key) Object.assign(payloadOf(state), change)
  return definition
}

/** With a step before the state, in a state like another one: by default one that does not wait. */
function withStepBefore(name: string, payload: JsonObject, model = 'AnnounceDelivery'): JsonObject {
  const definition = structuredClone(product)
  const after = statesOf(definition).find((found) => found.name === name)
  const like = statesOf(definition).find((found) => found.name === model)
  if (!after || !like) throw new Error(`No ${name}`)
  const added = structuredClone(like.state)
  const { tenantId = '', shipmentId = '' } = payloadOf(added)
  added.Arguments = { ...objectOf(added.Arguments), Payload: { tenantId, shipmentId, ...payload } }
  added.Next = name
  after.siblings.AddedStep = added
  for (const [before, raw] of Object.entries(after.siblings)) {
    const state = objectOf(raw)
    if (before !== 'AddedStep' && state.Next === name && !before.startsWith('Raise')) state.Next = 'AddedStep'
  }
  return definition
}

describe('a shipment that may be moved', () => {
  it('is told where it will stand, and what becomes of its tasks', async () => {
    const point = await standing(0)
    const plan = await planned(point, withTaskAfter(withoutTask(product, 'assign-truck'), 'AwaitDelivery'))
    expect(plan).toMatchObject({
      verdict: 'MIGRATE',
      reasons: [{ code: 'SAFE', message: 'It goes on at AwaitPickUp, ReviewCharges' }],
      standsAt: [
        { state: 'AssignTruck', key: 'assign-truck' },
        { state: 'ReviewCharges', key: 'review-charges' },
      ],
      willStandAt: [
        { state: 'AwaitPickUp', key: 'await-pick-up' },
        { state: 'ReviewCharges', key: 'review-charges' },
      ],
      completes: false,
    })
    expect(plan.tasks.cancelled).toMatchObject([{ stepKey: 'assign-truck', role: 'OPERATIONS' }])
    expect(plan.tasks).toMatchObject({ created: [], reopened: [], revised: [] })
  })

  it('gets a new task in the place of the one that is no more, with its due date', async () => {
    const plan = await planned(await standing(0), withStep('assign-truck', { key: 'find-truck', title: 'Find one' }))
    expect(plan).toMatchObject({
      verdict: 'MIGRATE',
      tasks: {
        cancelled: [{ stepKey: 'assign-truck' }],
        created: [{ stepKey: 'find-truck', title: 'Find one', dueAt: expect.stringMatching(/^2026-/) }],
      },
    })
  })

  it('has the tasks that stay for another role and until another date', async () => {
    const point = await standing(0)
    const plan = await planned(point, withOtherTerms(product))
    expect(plan.tasks.revised).toMatchObject([
      { stepKey: 'assign-truck', before: { role: 'OPERATIONS' }, after: { role: 'CUSTOMER_SERVICE' } },
      { stepKey: 'review-charges', before: { role: 'FINANCE' }, after: { role: 'CUSTOMER_SERVICE' } },
    ])
    const promised = point.state.detail.promisedDelivery?.to ?? ''
    const dayBefore = new Date(Date.parse(promised) - 24 * 3600_000).toISOString()
    expect(plan.tasks.revised.map(({ after }) => after.dueAt)).toEqual([dayBefore, dayBefore])
  })

  it('keeps what people have decided about a task', async () => {
    const point = await standing(0)
    const [first, ...others] = point.state.tasks.filter(({ stepKey }) => stepKey === 'assign-truck')
    if (!first) throw new Error('No task')
    const mine = { ...first, role: 'SALES' as const, assignee: 'eve', status: 'ASSIGNED' as const }
    const rest = point.state.tasks.filter(({ stepKey }) => stepKey !== 'assign-truck')
    const state: ShipmentState = { ...point.state, tasks: [mine, ...others, ...rest] }
    const { move } = await moved(ROAD, { ...point, state }, versions(product, withOtherTerms(product)))
    const after = move.decision.tasks?.find(({ stepKey }) => stepKey === 'assign-truck')
    expect(after).toMatchObject({ role: 'SALES', assignee: 'eve', dueBasis: 'PROMISED_DELIVERY -P1D' })
  })

  it('is told of the notices and charges that go out at once', async () => {
    const charge = {
      code: '101000',
      type: 'REVENUE',
      amount: { amount: 5000, currency: 'EUR' },
      billableOn: 'DELIVERED',
    }
    const plan = await planned(
      await standing(2),
      withStepBefore('AwaitPickUp', { step: 'addCharge', key: 'add-waiting', ...charge }),
    )
    expect(plan).toMatchObject({ verdict: 'MIGRATE', charges: [{ chargeId: 'add-waiting', code: '101000' }] })
    const notice = { step: 'notify', key: 'tell-early', audience: ['CN'], template: 'delivery-announced' }
    expect(await planned(await standing(2), withStepBefore('AwaitPickUp', notice))).toMatchObject({
      verdict: 'MIGRATE',
      notices: [{ stepKey: 'tell-early', template: 'delivery-announced', audience: ['CN'] }],
    })
  })

  it('may be completed by the move, when nothing is left for it', async () => {
    const point = await standing(5)
    expect(point.waits).toEqual(['check-billing'])
    const plan = await planned(point, withoutTask(product, 'check-billing'))
    expect(plan).toMatchObject({ verdict: 'MIGRATE', completes: true, willStandAt: [] })
  })
})

describe('a shipment that stays', () => {
  it('runs on the version already', async () => {
    const point = await standing(1)
    const request = { sopId: ROAD, state: point.state, from: versionOf(1, product), includeUnchanged: false } as const
    const at = { tenantId: 'demo', now: point.now, denied: [] }
    const { planned: plan } = await planMove({ ...request, to: versionOf(1, product) }, at)
    expect([plan.verdict, ...codes(plan)]).toEqual(['STAY', 'ALREADY_THERE'])
  })

  it.each([
    ['CANCELLED', 'ENDED'],
    ['COMPLETED', 'ENDED'],
  ] as const)('is %s', async (status, code) => {
    const point = await standing(1)
    const state = { ...point.state, header: { ...point.state.header, status } }
    expect(codes(await planned({ ...point, state }, withOtherTerms(product)))).toEqual([code])
  })

  it('is about to end by itself', async () => {
    const point = await standing(5)
    const tasks = point.state.tasks.map((task) => ({ ...task, status: 'COMPLETED' as const }))
    const ending = { ...point, state: { ...point.state, tasks } }
    expect(codes(await planned(ending, withTaskAfter(product, 'CheckBilling')))).toEqual(['ENDING'])
  })

  it('has the same before it in both versions, unless all are asked for', async () => {
    const to = withStep('assign-truck', { title: 'Find a truck' })
    expect(codes(await planned(await standing(3), to))).toEqual(['NO_DIFFERENCE'])
    expect(codes(await planned(await standing(0), to))).toEqual(['SAFE'])
    expect(codes(await planned(await standing(3), to, { includeUnchanged: true }))).toEqual(['SAFE'])
  })
})

describe('a shipment that a person has to decide on', () => {
  it('would wait for something new before what it has reached', async () => {
    const plan = await planned(await standing(3), withTaskAfter(product, 'AssignTruck'))
    expect(plan).toMatchObject({
      verdict: 'MANUAL',
      reasons: [
        {
          code: 'BLOCKS',
          stepKey: 'look-again',
          message: 'It would wait at look-again, and has reached await-pick-up after it',
        },
      ],
    })
  })

  it('would wait once more for what it has passed, because that was taken back', async () => {
    const point = await standing(3)
    expect(point.waits).toContain('await-delivery')
    const timeline = point.state.timeline.filter(
      ({ type, data }) => !(type === 'milestone.recorded' && 'milestone' in data && data.milestone === 'PICKED_UP'),
    )
    const plan = await planned({ ...point, state: { ...point.state, timeline } }, withOtherTerms(product))
    expect(plan).toMatchObject({ verdict: 'MANUAL', reasons: [{ code: 'BLOCKS', stepKey: 'await-pick-up' }] })
  })

  it.each([
    ['a task', 'review-charges', 'check-the-charges', 2],
    ['a notice', 'announce-delivery', 'tell-of-delivery', 3],
    ['a screening', 'screen-parties', 'screen-all', 2],
  ])('would have %s once more under another key', async (_, key, newKey, turns) => {
    const plan = await planned(await standing(turns), withStep(key, { key: newKey }))
    expect(plan.verdict).toBe('MANUAL')
    expect(plan.reasons).toContainEqual(expect.objectContaining({ code: 'RENAMED', stepKey: newKey }))
  })

  it('is not asked again for a renamed task whose milestone stands', async () => {
    const plan = await planned(await standing(3), withStep('assign-truck', { key: 'find-truck' }), {
      includeUnchanged: true,
    })
    expect(codes(plan)).toEqual(['SAFE'])
    expect(plan.tasks.created).toEqual([])
  })

  it('would raise a critical exception', async () => {
    const alarm = { step: 'raiseException', key: 'alarm', severity: 'CRITICAL', reason: 'Stop', owner: 'OPERATIONS' }
    const plan = await planned(await standing(2), withStepBefore('AwaitPickUp', alarm))
    expect(plan).toMatchObject({ verdict: 'MANUAL', exceptions: [{ stepKey: 'alarm', severity: 'CRITICAL' }] })
    expect(codes(plan)).toEqual(['NEW_CRITICAL'])
  })

  it('has a charge of a step that is no more, and that is not billed yet', async () => {
    const charge = {
      code: '101000',
      type: 'REVENUE',
      amount: { amount: 5000, currency: 'EUR' },
      billableOn: 'DELIVERED',
    }
    const from = withStepBefore('AwaitPickUp', { step: 'addCharge', key: 'add-waiting', ...charge })
    const point = await standing(2, from)
    expect(codes(await planned(point, product, { from }))).toEqual(['CHARGE_STANDS'])
    const line = { chargeId: 'add-waiting', occurrenceId: 'DELIVERED:1', amount: { amount: 5000, currency: 'EUR' } }
    const billed = withFact(point, {
      type: 'invoice.issued',
      data: { invoiceId: `inv_${'0'.repeat(26)}`, number: '1', billTo: 'ACME', total: line.amount, lines: [line] },
    })
    expect(codes(await planned(billed, product, { from }))).toEqual(['NO_DIFFERENCE'])
  })

  it('is asked by its version for an approval that the target does not ask for', async () => {
    const approval = {
      step: 'approve',
      key: 'approve-truck',
      role: 'FINANCE',
      title: 'Approve',
      notBy: ['assign-truck'],
    }
    const asked = { due: { anchor: 'STEP' as const }, token: '{% $states.context.Task.Token %}' }
    const from = withStepBefore('AwaitPickUp', { ...approval, ...asked }, 'AssignTruck')
    const point = await standing(1, from)
    expect(point.waits).toContain('approve-truck')
    const plan = await planned(point, product, { from })
    expect(plan.reasons).toMatchObject([{ code: 'APPROVAL_LOST', stepKey: 'approve-truck' }])
    expect(plan.tasks.cancelled).toMatchObject([{ stepKey: 'approve-truck' }])
  })

  it('has a sub-process that the target does not wait for, until that has ended', async () => {
    const from = withStepBefore('AwaitPickUp', { step: 'startSubProcess', key: 'start-return', sop: 'return' })
    const point = await standing(1, from)
    expect(codes(await planned(point, product, { from }))).toEqual(['SUB_PROCESS'])
    const ended = withFact(point, { type: 'subprocess.ended', data: { stepKey: 'start-return' } })
    expect(codes(await planned(ended, product, { from }))).toEqual(['NO_DIFFERENCE'])
  })

  it('would be refused a step', async () => {
    const charge = {
      code: '101000',
      type: 'REVENUE',
      amount: { amount: 5000, currency: 'EUR' },
      billableOn: 'DELIVERED',
    }
    const to = withStepBefore('AwaitPickUp', { step: 'addCharge', key: 'charge-agent', ...charge, counterparty: 'FW' })
    const plan = await planned(await standing(2), to)
    expect(codes(plan)).toEqual(['STEP_REFUSED'])
    expect(plan.reasons[0]?.message).toContain('No organization acts as FW')
  })

  it('would fail', async () => {
    const to = withoutTask(product, 'check-billing')
    objectOf(to.States).CompleteShipment = { Type: 'Fail', Error: 'Never' }
    const plan = await planned(await standing(5), to)
    expect(codes(plan)).toContain('FAILS')
    expect(plan.verdict).toBe('MANUAL')
  })

  it('runs on a version that is gone', async () => {
    const point = await standing(1)
    const request = { sopId: ROAD, state: point.state, from: undefined, to: versionOf(2, product) } as const
    const at = { tenantId: 'demo', now: point.now, denied: [] }
    const { planned: plan } = await planMove({ ...request, includeUnchanged: true }, at)
    expect([plan.verdict, ...codes(plan)]).toEqual(['MANUAL', 'VERSION_GONE'])
  })
})
