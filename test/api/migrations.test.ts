/** Running shipments are moved to another version over HTTP: planned, moved in waves, halted, resumed, brought back. */
import type { components } from '../support/api.generated'
import { anOceanExport } from '../support/ocean-export'
import { withOtherTerms, withoutTask, withRefusedCharge } from '../support/sop-variants'
import { readMachine } from '../support/sop-world'
import { eventually, ok, type Portolan, refused, startWorld, type World } from '../support/world'

jest.setTimeout(300_000)

type Shipment = components['schemas']['Shipment']
type Migration = components['schemas']['SopMigration']

let world: World
let ana: Portolan
let ben: Portolan
let sales: Portolan
let boss: Portolan
beforeAll(async () => {
  world = await startWorld()
  ana = await world.as({ roles: ['SOP_ADMIN'], subject: 'ana' })
  ben = await world.as({ roles: ['SOP_ADMIN'], subject: 'ben' })
  sales = await world.as('SALES')
  boss = await world.as('TENANT_ADMIN')
})
afterAll(() => world.stop())

const sopId = 'domestic-road' as const
const ofSop = { params: { path: { sopId } } } as const
const product = readMachine(sopId)
/** Nobody reviews charges any more, and customer service does what is left to do. */
const changed = withOtherTerms(withoutTask(product, 'review-charges'))

const road = (clientReference: string): components['schemas']['CreateShipment'] => ({
  ...anOceanExport(clientReference),
  type: 'DOMESTIC',
  mode: 'ROAD',
  loadType: 'FTL',
  incoterm: { rule: 'DAP', place: 'Hamburg' },
  containers: [],
  cargoItems: [{ description: 'Parts', packages: 2, packageType: 'PX', grossWeight: 800 }],
  cutOffs: [],
  legs: [{ mode: 'TRUCK', from: { unLocode: 'DEMUC' }, to: { unLocode: 'DEHAM' } }],
})

const read = (shipmentId: string) => ok(boss.GET('/v1/shipments/{shipmentId}', { params: { path: { shipmentId } } }))
const taskIdOf = (shipmentId: string, key: string) => `tsk_${shipmentId.slice(4)}_${key}`
const complete = (shipmentId: string, key: string, data: object) =>
  boss.POST('/v1/tasks/{taskId}/completions', {
    params: { path: { taskId: taskIdOf(shipmentId, key) } },
    body: { data: { ...data } },
  })
const TRUCK = { carrier: 'Nordlaster', licencePlate: 'HH-PL 42' }

const shipments: string[] = []
const taskOf = ({ tasks = [] }: Shipment, key: string) => tasks.find(({ stepKey }) => stepKey === key)

async function publish(definition: Record<string, unknown>): Promise<number> {
  const { draftId } = await ok(ana.POST('/v1/sops/{sopId}/drafts', { ...ofSop, body: { definition } }))
  const ofDraft = { params: { path: { sopId, draftId } } } as const
  const validation = await ok(ana.POST('/v1/sops/{sopId}/drafts/{draftId}/validations', ofDraft))
  expect(validation.findings).toEqual([])
  const reason = { reason: 'as agreed' }
  const draft = await ok(ana.POST('/v1/sops/{sopId}/drafts/{draftId}/submissions', { ...ofDraft, body: reason }))
  const approval = { ...ofDraft, body: { ...reason, version: draft.version } }
  await ok(ben.POST('/v1/sops/{sopId}/drafts/{draftId}/approvals', approval))
  return (await ok(ana.POST('/v1/sops/{sopId}/drafts/{draftId}/publications', { ...ofDraft, body: reason }))).version
}

async function plan(body: components['schemas']['PlanMigration']) {
  const { planId } = await ok(ana.POST('/v1/sops/{sopId}/migration-plans', { ...ofSop, body }))
  const at = { params: { path: { sopId, planId } } } as const
  return eventually(
    () => ok(ana.GET('/v1/sops/{sopId}/migration-plans/{planId}', at)),
    ({ status }) => status === 'COMPLETED',
  )
}
const planned = async (planId: string, verdict?: 'MIGRATE' | 'STAY' | 'MANUAL') => {
  const params = { path: { sopId, planId }, query: { limit: 200, ...(verdict ? { verdict } : {}) } }
  return (await ok(ana.GET('/v1/sops/{sopId}/migration-plans/{planId}/shipments', { params }))).items
}

const ofMigration = (migrationId: string) => ({ params: { path: { sopId, migrationId } } }) as const
const migrate = (body: components['schemas']['StartMigration']) =>
  ana.POST('/v1/sops/{sopId}/migrations', { ...ofSop, body })
const look = (migrationId: string) => ok(ana.GET('/v1/sops/{sopId}/migrations/{migrationId}', ofMigration(migrationId)))
const until = (migrationId: string, ...statuses: Migration['status'][]) =>
  eventually(
    () => look(migrationId),
    ({ status }) => statuses.includes(status),
    120,
  )
const because = (reason: string) => ({ body: { reason } })

/** A shipment waits where it should, and nothing of it was done twice. */
async function expectOnce(shipmentId: string) {
  const params = { path: { shipmentId } }
  const { items } = await ok(boss.GET('/v1/shipments/{shipmentId}/timeline', { params }))
  const once = ['task.assigned', 'task.completed', 'notification.sent', 'milestone.recorded', 'party.screened']
  const names = items
    .filter(({ type }) => once.includes(type))
    .map(({ type, data }) => `${type} ${data.stepKey ?? data.milestone}`)
  expect(names).toEqual([...new Set(names)])
}

let to: number
let refusing: number
test('three dozen shipments are under way, and two versions more are published', async () => {
  for (let number = 1; number <= 36; number += 1)
    shipments.push((await ok(sales.POST('/v1/shipments', { body: road(`M-${number}`) }))).shipmentId)
  // A busy machine is slow to start them: the queue tries again what has taken too long.
  for (const shipmentId of shipments)
    await eventually(
      () => read(shipmentId),
      (shipment) => taskOf(shipment, 'assign-truck') !== undefined && taskOf(shipment, 'review-charges') !== undefined,
      120,
    )
  for (const shipmentId of shipments.slice(0, 12)) await ok(complete(shipmentId, 'assign-truck', TRUCK))
  for (const shipmentId of shipments.slice(6, 18)) await ok(complete(shipmentId, 'review-charges', {}))
  await world.settled()
  to = await publish(changed)
  refusing = await publish(withRefusedCharge(product))
  const { sop } = await read(shipments[0] ?? '')
  expect(sop?.version).toBeLessThan(to)
})

let planId: string
describe('a plan', () => {
  test('says for every shipment what would become of it, and changes nothing', async () => {
    const { totals, reasons, planId: made } = await plan({ to })
    planId = made
    expect(totals).toMatchObject({ shipments: 36, MIGRATE: 36, STAY: 0, MANUAL: 0, tasksCancelled: 24 })
    expect(reasons).toEqual({ SAFE: 36 })
    const items = await planned(planId)
    expect(items.map(({ shipmentId }) => shipmentId)).toEqual([...shipments].sort())
    const last = items.find(({ shipmentId }) => shipmentId === shipments[35])
    expect(last).toMatchObject({
      verdict: 'MIGRATE',
      standsAt: [{ key: 'assign-truck' }, { key: 'review-charges' }],
      willStandAt: [{ state: 'AssignTruck', key: 'assign-truck' }],
      tasks: {
        cancelled: [{ stepKey: 'review-charges', role: 'FINANCE' }],
        created: [],
        revised: [{ stepKey: 'assign-truck', before: { role: 'OPERATIONS' }, after: { role: 'CUSTOMER_SERVICE' } }],
      },
      notices: [],
      charges: [],
    })
    expect(taskOf(await read(shipments[35] ?? ''), 'review-charges')).toMatchObject({ status: 'CREATED' })
  })

  test('is for SOP admins, of versions that there are', async () => {
    const ask = (who: Portolan, version: number) =>
      who.POST('/v1/sops/{sopId}/migration-plans', { ...ofSop, body: { to: version } })
    expect(await refused(ask(sales, to))).toMatchObject({ status: 403 })
    expect(await refused(ask(ana, 4711))).toMatchObject({ status: 404 })
    const stranger = await world.as({ roles: ['SOP_ADMIN'], tenant: 'elsewhere' })
    const at = { params: { path: { sopId, planId } } } as const
    expect(await refused(stranger.GET('/v1/sops/{sopId}/migration-plans/{planId}', at))).toMatchObject({ status: 404 })
  })
})

describe('a migration', () => {
  let migrationId: string
  test('moves them in waves; people go on meanwhile', async () => {
    const body = { planId, waves: [{ count: 4 }, { share: 0.5 }], reason: 'Finance no longer reviews' }
    const begun = await ok(migrate({ ...body, maxErrorRate: 0, checkSeconds: 40, includeManual: [] }))
    migrationId = begun.migrationId
    expect(begun).toMatchObject({ status: 'RUNNING', size: 36, waveSizes: [4, 18, 14] })
    expect(await refused(migrate({ ...body, maxErrorRate: 0, checkSeconds: 40, includeManual: [] }))).toMatchObject({
      status: 409,
      code: 'migration.open',
    })
    // By whomever the task is just then.
    for (const shipmentId of shipments.slice(30)) await ok(complete(shipmentId, 'assign-truck', TRUCK))
    const done = await until(migrationId, 'COMPLETED', 'HALTED')
    expect(done).toMatchObject({ status: 'COMPLETED', done: 36, failed: 0 })
    expect(done.results.map(({ size, failed }) => [size, failed])).toEqual([
      [4, 0],
      [18, 0],
      [14, 0],
    ])
    await world.settled()
  })

  test('has done nothing twice, and left no task that nothing waits for', async () => {
    for (const [index, shipmentId] of shipments.entries()) {
      const shipment = await read(shipmentId)
      expect(shipment.sop).toMatchObject({ version: to, run: 2 })
      const review = taskOf(shipment, 'review-charges')?.status
      expect(review).toBe(index >= 6 && index < 18 ? 'COMPLETED' : 'CANCELLED')
      const truck = taskOf(shipment, 'assign-truck')
      if (index >= 12 && index < 30) expect(truck).toMatchObject({ status: 'CREATED', role: 'CUSTOMER_SERVICE' })
      else expect(truck?.status).toBe('COMPLETED')
      await expectOnce(shipmentId)
    }
  })

  test('tells of each shipment what has become of it', async () => {
    const params = { path: { sopId, migrationId }, query: { limit: 200 } }
    const { items } = await ok(ana.GET('/v1/sops/{sopId}/migrations/{migrationId}/shipments', { params }))
    expect(items).toHaveLength(36)
    expect(items[0]).toMatchObject({ status: 'MOVED', wave: 1, before: { run: 1 }, after: { version: to, run: 2 } })
  })

  test('is taken back: tasks as they were, and what has happened since stays', async () => {
    await ok(complete(shipments[12] ?? '', 'assign-truck', TRUCK))
    const reversal = { ...ofMigration(migrationId), ...because('Finance wants to review after all') }
    await ok(ana.POST('/v1/sops/{sopId}/migrations/{migrationId}/reversals', reversal))
    expect(await until(migrationId, 'REVERSED')).toMatchObject({ reversed: 36 })
    await world.settled()
    for (const [index, shipmentId] of shipments.entries()) {
      const shipment = await read(shipmentId)
      expect(shipment.sop?.version).toBeLessThan(to)
      expect(taskOf(shipment, 'review-charges')?.status).toBe(index >= 6 && index < 18 ? 'COMPLETED' : 'CREATED')
      if (index > 12 && index < 30) expect(taskOf(shipment, 'assign-truck')).toMatchObject({ role: 'OPERATIONS' })
      await expectOnce(shipmentId)
    }
    expect(taskOf(await read(shipments[12] ?? ''), 'assign-truck')?.status).toBe('COMPLETED')
  })
})

describe('a migration to a version with a step that is refused', () => {
  test('moves none of the shipments that would be held, halts when they are moved nevertheless, and is taken back', async () => {
    const { totals, reasons, planId: of } = await plan({ to: refusing })
    expect(reasons).toMatchObject({ STEP_REFUSED: 19, SAFE: 17 })
    expect(totals).toMatchObject({ MANUAL: 19, MIGRATE: 17 })
    const manual = await planned(of, 'MANUAL')
    expect(manual[0]?.reasons[0]).toMatchObject({ code: 'STEP_REFUSED', stepKey: 'charge-forwarder' })
    const includeManual = manual.slice(0, 3).map(({ shipmentId }) => ({ shipmentId, reason: 'To see what happens' }))
    const stranger = { shipmentId: shipments[20] ?? '', reason: 'It is not one of them' }
    const body = { planId: of, waves: [{ count: 3 }], maxErrorRate: 0.1, checkSeconds: 2, reason: 'A charge for all' }
    expect(await refused(migrate({ ...body, includeManual: [stranger] }))).toMatchObject({
      status: 422,
      pointers: ['/includeManual/0/shipmentId'],
    })
    const { migrationId } = await ok(migrate({ ...body, includeManual }))
    const halted = await until(migrationId, 'HALTED')
    expect(halted).toMatchObject({
      done: 3,
      failed: 3,
      halted: '3 of 3 shipments of wave 1 failed: 100 %, and 10 % are allowed',
    })
    const params = { path: { sopId, migrationId }, query: { status: 'FAILED' as const } }
    const { items } = await ok(ana.GET('/v1/sops/{sopId}/migrations/{migrationId}/shipments', { params }))
    expect(items[0]).toMatchObject({ code: 'BLOCKED', message: expect.stringContaining('charge-forwarder is refused') })

    const resumption = { ...ofMigration(migrationId), ...because('The others have no pick-up yet') }
    await ok(ana.POST('/v1/sops/{sopId}/migrations/{migrationId}/resumptions', resumption))
    expect(await until(migrationId, 'COMPLETED', 'HALTED')).toMatchObject({ status: 'COMPLETED', done: 20, moved: 17 })

    const reversal = { ...ofMigration(migrationId), ...because('No organization acts as forwarder') }
    await ok(ana.POST('/v1/sops/{sopId}/migrations/{migrationId}/reversals', reversal))
    expect(await until(migrationId, 'REVERSED')).toMatchObject({ reversed: 20 })
    await world.settled()
    const { tasks, ...shipment } = await read(includeManual[0]?.shipmentId ?? '')
    expect(shipment.exceptions).toEqual([])
    await expectOnce(shipment.shipmentId)
    const listed = await ok(ana.GET('/v1/sops/{sopId}/migrations', ofSop))
    expect(listed.items.map(({ status }) => status)).toEqual(['REVERSED', 'REVERSED'])
  })
})

test('a migration outlives a power cut', async () => {
  const { planId: of, totals } = await plan({ to, includeUnchanged: true })
  expect(totals).toMatchObject({ MIGRATE: 36 })
  const waves = [{ count: 10 }, { count: 10 }]
  const body = { planId: of, waves, maxErrorRate: 0, checkSeconds: 40, includeManual: [], reason: 'Once more' }
  const { migrationId } = await ok(migrate(body))
  await eventually(
    () => look(migrationId),
    ({ done }) => done > 0,
    60,
    5,
  )
  await world.kill()
  await world.restart()
  expect(await look(migrationId)).toMatchObject({ status: 'RUNNING' })
  // What was being worked on is seen again when its visibility runs out.
  await world.advance(0.25)
  ana = await world.as({ roles: ['SOP_ADMIN'], subject: 'ana' })
  boss = await world.as('TENANT_ADMIN')
  expect(await until(migrationId, 'COMPLETED', 'HALTED')).toMatchObject({ status: 'COMPLETED', done: 36, moved: 36 })
  await world.settled()
  for (const shipmentId of shipments) {
    expect((await read(shipmentId)).sop).toMatchObject({ version: to })
    await expectOnce(shipmentId)
  }
})
