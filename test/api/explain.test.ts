/** Why a task, an exception, a notice, a charge, a milestone: the rule, its inputs, what would have been otherwise, and for whom. */
import { CARRIER, CONSIGNEE, SHIPPER } from '../../demo/shipments'
import { anOceanExport } from '../support/ocean-export'
import { eventually, ok, type Portolan, refused, startWorld, type World } from '../support/world'

jest.setTimeout(240_000)

let world: World
let operations: Portolan
let carrier: Portolan
let shipper: Portolan
let ulid: string
let shipmentId: string
beforeAll(async () => {
  world = await startWorld()
  const admin = await world.as('TENANT_ADMIN')
  const member = (subject: string) =>
    ok(
      admin.PUT('/v1/members/{subject}', {
        params: { path: { subject } },
        body: { name: subject, roles: ['OPERATIONS'] },
      }),
    )
  await Promise.all(['ana', 'ben'].map(member))
  const sales = await world.as('SALES')
  shipmentId = (await ok(sales.POST('/v1/shipments', { body: anOceanExport('WHY-1') }))).shipmentId
  ulid = shipmentId.slice(4)
  await world.settled()
  // What was late when it began has been waited for long enough.
  await world.advance(1)
  operations = await world.as('OPERATIONS')
  carrier = await world.as({ roles: ['CARRIER'], organization: CARRIER })
  shipper = await world.as({ roles: ['SHIPPER'], organization: SHIPPER })
})
afterAll(() => world.stop())

const at = () => ({ params: { path: { shipmentId } } }) as const
const explain = (id: string, who = operations) => who.GET('/v1/explain/{id}', { params: { path: { id } } })
const asked = (reasons: { question: string }[]) => reasons.map(({ question }) => question)

describe('a task', () => {
  test('is explained by the state of the SOP version that made it, its role, and its date step by step', async () => {
    const { tasks, sop } = await ok(operations.GET('/v1/shipments/{shipmentId}', at()))
    const task = tasks.find(({ due }) => due?.anchor === 'ETD') ?? tasks.find(({ due }) => due)
    const why = await ok(explain(task?.taskId ?? ''))
    expect(why).toMatchObject({
      kind: 'TASK',
      shipmentId,
      sop: { sopId: sop?.sopId, version: sop?.version, stepKey: task?.stepKey, step: { step: 'assignTask' } },
    })
    expect(why.sop?.state).toMatch(/^[A-Z]/)
    expect(why.sop?.step).not.toHaveProperty('token')
    expect(asked(why.reasons)).toEqual([
      'Why this task?',
      'Why this role and person?',
      'Why this date?',
      'What comes if it stays undone?',
    ])
    const date = why.reasons[2]
    expect(date?.inputs).toMatchObject({ anchor: { name: task?.due?.anchor }, computed: task?.dueAt })
    expect(date?.outcome).toBe(`${task?.dueAt} (${task?.dueBasis})`)
  })

  test('tells who it passed through', async () => {
    const body = { role: 'OPERATIONS' as const, title: 'Call the terminal', dueAt: '2030-01-01T00:00:00Z' }
    const { taskId } = await ok(operations.POST('/v1/shipments/{shipmentId}/tasks', { ...at(), body }))
    const of = { params: { path: { taskId } } } as const
    await ok(operations.POST('/v1/tasks/{taskId}/delegations', { ...of, body: { to: 'ben', reason: 'on the quay' } }))
    const why = await ok(explain(taskId))
    expect(why.sop).toBeUndefined()
    expect(why.reasons[1]).toMatchObject({
      inputs: { changes: [{ what: 'delegated', to: 'ben', reason: 'on the quay' }] },
      outcome: 'OPERATIONS, ben for operations',
    })
    expect(why.entries.map(({ type }) => type)).toEqual(['task.assigned', 'task.delegated'])
  })
})

describe('an exception', () => {
  test('is explained by the step that raised it, what it concerns and its deadline', async () => {
    const { exceptions } = await eventually(
      () => ok(operations.GET('/v1/shipments/{shipmentId}', at())),
      (shipment) => shipment.exceptions.length > 0,
    )
    const [exception] = exceptions
    const why = await ok(explain(`exc_${ulid}_${exception?.stepKey}`))
    expect(why).toMatchObject({
      kind: 'EXCEPTION',
      summary: exception?.reason,
      sop: { step: { step: 'raiseException' } },
    })
    expect(why.reasons[0]?.otherwise[0]).toMatch(/been settled by then, nothing would have been raised/)
    expect(why.reasons[1]?.outcome).toBe('It stands')
  })
})

describe('a milestone', () => {
  test('is explained by the events that prove it and the rule of the catalogue', async () => {
    const event = {
      ...{ eventType: 'TRANSPORT' as const, eventCode: 'DEPA', eventClassifierCode: 'ACT' as const },
      ...{ unLocode: 'NLRTM', modeOfTransport: 'VESSEL' as const, source: CARRIER, eventId: 'dep-1' },
      eventDateTime: new Date(Date.now() - 3600_000).toISOString(),
    }
    await ok(operations.POST('/v1/shipments/{shipmentId}/events', { ...at(), body: event }))
    const why = await ok(explain(`mst_${ulid}_DEPARTED_ORIGIN:1`))
    expect(why).toMatchObject({ kind: 'MILESTONE', by: { kind: 'USER' } })
    expect(why.reasons[0]?.inputs).toMatchObject({
      events: [{ eventId: 'dep-1', eventCode: 'DEPA', unLocode: 'NLRTM' }],
      catalogue: [{ milestone: 'DEPARTED_ORIGIN', code: 'DEPA' }],
    })
    expect(why.reasons[0]?.otherwise.length).toBeGreaterThan(0)
    // A partner sees milestones of its shipments, and who reported them no further than the timeline tells it.
    expect(await ok(explain(`mst_${ulid}_DEPARTED_ORIGIN:1`, carrier))).toMatchObject({ by: { kind: 'USER', id: '' } })
  })
})

describe('a charge', () => {
  test('is explained by what makes it billable, and when it was billed', async () => {
    const { chargeLines } = await ok(operations.GET('/v1/shipments/{shipmentId}', at()))
    const line = chargeLines.find((it) => it.type === 'REVENUE' && it.billableOn === 'DEPARTED_ORIGIN')
    const why = await eventually(
      () => ok(explain(`chg_${ulid}_${line?.chargeId}`)),
      ({ reasons }) => reasons[1]?.outcome === 'Posted',
    )
    expect(why.reasons[1]?.inputs).toMatchObject({
      occurrences: [{ occurrenceId: 'DEPARTED_ORIGIN:1' }],
      posted: [{ number: expect.stringMatching(/^INV-/) }],
    })
  })

  test('is told to the partner whose it is, and to no other; costs to none', async () => {
    const { chargeLines } = await ok(operations.GET('/v1/shipments/{shipmentId}', at()))
    const own = chargeLines.find(({ counterparty, type }) => counterparty === SHIPPER && type === 'REVENUE')
    const cost = chargeLines.find(({ type }) => type === 'COST')
    expect((await ok(explain(`chg_${ulid}_${own?.chargeId}`, shipper))).sop).toBeUndefined()
    for (const [line, who] of [
      [own, carrier],
      [cost, carrier],
      [cost, shipper],
    ] as const)
      expect(await refused(explain(`chg_${ulid}_${line?.chargeId}`, who))).toMatchObject({
        status: 404,
        code: 'decision.not_found',
      })
  })
})

describe('nothing', () => {
  test('is told of tasks, exceptions, shipments and entries that are not the caller’s, or that do not exist', async () => {
    const { tasks, exceptions } = await ok(operations.GET('/v1/shipments/{shipmentId}', at()))
    const { items } = await ok(operations.GET('/v1/shipments/{shipmentId}/timeline', at()))
    const started = items.find(({ type }) => type === 'sop.started')
    expect((await ok(explain(started?.eventId ?? ''))).kind).toBe('ENTRY')
    const stranger = await world.as({ roles: ['CONSIGNEE'], organization: 'NOBODY' })
    const foreign = await world.as({ roles: ['TENANT_ADMIN'], tenant: 'elsewhere' })
    const consignee = await world.as({ roles: ['CONSIGNEE'], organization: CONSIGNEE })
    for (const [id, who] of [
      [tasks[0]?.taskId, carrier],
      [tasks[0]?.taskId, stranger],
      [tasks[0]?.taskId, foreign],
      [`exc_${ulid}_${exceptions[0]?.stepKey}`, consignee],
      [started?.eventId, shipper],
      [`mst_${ulid}_DEPARTED_ORIGIN:1`, stranger],
      [`tsk_${ulid}_nothing`, operations],
      [`evt_${ulid}_999999`, operations],
      [`ntc_${ulid}_nothing`, operations],
    ] as const)
      expect(await refused(explain(id ?? '', who))).toMatchObject({ status: 404, code: 'decision.not_found' })
    expect(await refused(explain('nonsense'))).toMatchObject({ status: 404 })
  })
})
