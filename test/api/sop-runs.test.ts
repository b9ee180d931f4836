/** A shipment's SOP is stopped as an operator would in the console, and is healed; people restart one over HTTP. */
import type { components } from '../support/api.generated'
import { anOceanExport } from '../support/ocean-export'
import { edited } from '../support/sop-edits'
import { eventually, ok, type Portolan, refused, startWorld, type World } from '../support/world'

jest.setTimeout(240_000)

let world: World
let sales: Portolan
let admin: Portolan
let operations: Portolan
/** Again after time has moved: tokens are good for hours of it. */
const signIn = async () => {
  sales = await world.as('SALES')
  admin = await world.as({ roles: ['SOP_ADMIN'], subject: 'ana' })
  operations = await world.as('OPERATIONS')
}
beforeAll(async () => {
  world = await startWorld()
  await signIn()
})
afterAll(() => world.stop())

const as = (role: string, tenant: string) => world.as({ roles: [role], tenant })
const of = (shipmentId: string) => ({ params: { path: { shipmentId } } })
const runsOf = async (shipmentId: string) =>
  (await ok(sales.GET('/v1/shipments/{shipmentId}/sop-runs', of(shipmentId)))).items
const restart = (shipmentId: string, body: components['schemas']['RestartSop'], who = admin, key?: string) =>
  who.POST('/v1/shipments/{shipmentId}/sop-restarts', {
    ...of(shipmentId),
    ...(key === undefined ? {} : { headers: { 'Idempotency-Key': key } }),
    body,
  })
const stop = (executionArn = '') =>
  world.local('POST', '/_local/stop-execution', { executionArn, error: 'Operator', cause: 'by mistake' })
const tasksOf = async (shipmentId: string, who = sales) => {
  const { tasks } = await ok(who.GET('/v1/shipments/{shipmentId}', of(shipmentId)))
  return tasks.map(({ taskId }) => taskId).sort()
}
const typesOf = async (shipmentId: string) => {
  const { items } = await ok(
    sales.GET('/v1/shipments/{shipmentId}/timeline', { params: { path: { shipmentId }, query: { limit: 1000 } } }),
  )
  return items.map(({ type }) => type)
}

/** A shipment whose SOP waits for people. */
async function running(clientReference: string, who = sales): Promise<string> {
  const { shipmentId } = await ok(who.POST('/v1/shipments', { body: anOceanExport(clientReference) }))
  await eventually(
    () => tasksOf(shipmentId, who),
    (tasks) => tasks.length > 0,
  )
  await world.settled()
  return shipmentId
}

describe('an execution that an operator stopped', () => {
  test('is restarted at once on its version, and asks for nothing twice', async () => {
    const shipmentId = await running('R-1')
    const before = { tasks: await tasksOf(shipmentId), types: await typesOf(shipmentId) }
    await stop((await runsOf(shipmentId))[0]?.executionArn)
    const runs = await eventually(
      () => runsOf(shipmentId),
      (items) => items.length === 2 && items[1]?.status === 'RUNNING',
    )
    await world.settled()
    expect(runs).toMatchObject([
      { run: 1, status: 'ABORTED', version: 1, endedAt: expect.any(String) },
      { run: 2, status: 'RUNNING', version: 1, why: { kind: 'HEALED', reason: 'ABORTED: Operator: by mistake' } },
    ])
    expect(await tasksOf(shipmentId)).toEqual(before.tasks)
    expect((await typesOf(shipmentId)).slice(before.types.length)).toEqual(['sop.restarted'])
    const { sop } = await ok(sales.GET('/v1/shipments/{shipmentId}', of(shipmentId)))
    expect(sop).toMatchObject({ run: 2, executionArn: expect.stringMatching(`:${shipmentId}-2$`) })
  })

  test('is not restarted when the shipment was cancelled', async () => {
    const shipmentId = await running('R-2')
    await ok(
      operations.POST('/v1/shipments/{shipmentId}/cancellations', { ...of(shipmentId), body: { reason: 'Withdrawn' } }),
    )
    await world.settled()
    expect(await runsOf(shipmentId)).toMatchObject([{ run: 1, status: 'ABORTED' }])
  })
})

describe('by hand', () => {
  test('is one restart for an Idempotency-Key', async () => {
    const shipmentId = await running('R-4')
    const first = await ok(restart(shipmentId, { reason: 'It hangs' }, admin, 'again-1'))
    expect(await ok(restart(shipmentId, { reason: 'It hangs' }, admin, 'again-1'))).toEqual(first)
    expect(await refused(restart(shipmentId, { reason: 'Another' }, admin, 'again-1'))).toMatchObject({
      status: 422,
      code: 'idempotency_key.reused',
    })
    await world.settled()
    expect(await runsOf(shipmentId)).toMatchObject([
      { run: 1, status: 'REPLACED' },
      { run: 2, status: 'RUNNING', why: { kind: 'RESTARTED', reason: 'It hangs', by: 'ana' } },
    ])
  })

  test('may name a version of the same SOP, of the tenant or of Portolan', async () => {
    const shipmentId = await running('R-5')
    const ben = await world.as({ roles: ['SOP_ADMIN'], subject: 'ben' })
    const sopId = 'ocean-export-fcl'
    const definition = edited(sopId, { at: 'ScreenParties.Arguments.Payload.title', to: 'Look closely' })
    const { draftId } = await ok(
      admin.POST('/v1/sops/{sopId}/drafts', { params: { path: { sopId } }, body: { definition } }),
    )
    const ofDraft = { params: { path: { sopId, draftId } } } as const
    await ok(admin.POST('/v1/sops/{sopId}/drafts/{draftId}/validations', ofDraft))
    const draft = await ok(
      admin.POST('/v1/sops/{sopId}/drafts/{draftId}/submissions', { ...ofDraft, body: { reason: 'as agreed' } }),
    )
    const approval = { version: draft.version, reason: 'read' }
    await ok(ben.POST('/v1/sops/{sopId}/drafts/{draftId}/approvals', { ...ofDraft, body: approval }))
    const { version } = await ok(
      admin.POST('/v1/sops/{sopId}/drafts/{draftId}/publications', { ...ofDraft, body: { reason: 'new wording' } }),
    )
    expect(await ok(restart(shipmentId, { reason: 'By the new one', version }))).toMatchObject({ run: 2, version })
    await world.settled()
    expect(await ok(restart(shipmentId, { reason: 'And back', version: 1 }))).toMatchObject({ run: 3, version: 1 })
    const rival = { sales: await as('SALES', 'rival'), admin: await as('SOP_ADMIN', 'rival') }
    const theirs = await running('R-6', rival.sales)
    expect(await refused(restart(theirs, { reason: 'What is theirs', version }, rival.admin))).toMatchObject({
      status: 404,
    })
    expect(await refused(restart(shipmentId, { reason: 'No such', version: 4711 }))).toMatchObject({ status: 404 })
  })

  test('is for those who answer for SOPs, of a shipment that they may see and that has not ended', async () => {
    const shipmentId = await running('R-7')
    const body = { reason: 'Let me' }
    for (const role of ['OPERATIONS', 'SALES', 'AUDITOR', 'FINANCE'])
      expect(await refused(restart(shipmentId, body, await world.as(role)))).toMatchObject({ status: 403 })
    const partner = await world.as({ roles: ['PARTNER'], organization: 'ACME' })
    expect(await refused(restart(shipmentId, body, partner))).toMatchObject({ status: 403 })
    expect(await refused(partner.GET('/v1/shipments/{shipmentId}/sop-runs', of(shipmentId)))).toMatchObject({
      status: 403,
    })
    expect(await refused(restart(shipmentId, body, await as('SOP_ADMIN', 'rival')))).toMatchObject({ status: 404 })
    expect(await refused(restart(shipmentId, { reason: ' ' }))).toMatchObject({ status: 422, pointers: ['/reason'] })
    await ok(
      operations.POST('/v1/shipments/{shipmentId}/cancellations', { ...of(shipmentId), body: { reason: 'Withdrawn' } }),
    )
    expect(await refused(restart(shipmentId, body))).toMatchObject({ status: 409, code: 'shipment.ended' })
  })
})

// Last: it moves the clock.
describe('an execution that is stopped', () => {
  test('again and again is given up, said, and left to people', async () => {
    const shipmentId = await running('R-3')
    for (const hours of [0.3, 2.1, 3, 3]) {
      const latest = (await runsOf(shipmentId)).at(-1)
      if (latest?.status === 'RUNNING') await stop(latest.executionArn)
      await world.settled()
      await world.advance(hours)
      await signIn()
      await world.settled()
    }
    const runs = await runsOf(shipmentId)
    expect(runs.map(({ status }) => status)).toEqual(['ABORTED', 'ABORTED', 'ABORTED', 'ABORTED'])
    const { exceptions } = await ok(sales.GET('/v1/shipments/{shipmentId}', of(shipmentId)))
    expect(exceptions).toContainEqual(expect.objectContaining({ stepKey: 'heal-sop', severity: 'CRITICAL' }))
    await ok(restart(shipmentId, { reason: 'We know why' }))
    await world.settled()
    expect((await runsOf(shipmentId)).at(-1)).toMatchObject({ run: 5, status: 'RUNNING', why: { by: 'ana' } })
    const after = await ok(sales.GET('/v1/shipments/{shipmentId}', of(shipmentId)))
    expect(after.exceptions.map(({ stepKey }) => stepKey)).not.toContain('heal-sop')
  })
})
