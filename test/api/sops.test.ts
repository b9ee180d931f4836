/** An SOP is changed over HTTP: read, drafted, proved, approved, published, pinned, rolled back. */
import type { components } from '../support/api.generated'
import { anOceanExport } from '../support/ocean-export'
import { edited } from '../support/sop-edits'
import { eventually, ok, type Portolan, refused, startWorld, type World } from '../support/world'

jest.setTimeout(180_000)

let world: World
let ana: Portolan
let ben: Portolan
let sales: Portolan
beforeAll(async () => {
  world = await startWorld()
  ana = await world.as({ roles: ['SOP_ADMIN'], subject: 'ana' })
  ben = await world.as({ roles: ['SOP_ADMIN'], subject: 'ben' })
  sales = await world.as('SALES')
})
afterAll(() => world.stop())

const sopId = 'domestic-road'
const ofSop = { params: { path: { sopId } } } as const
const ofVersion = (version: number) => ({ params: { path: { sopId, version } } }) as const
const ofDraft = (draftId: string) => ({ params: { path: { sopId, draftId } } }) as const
const read = (version: number, format: 'asl' | 'graph' | 'outline', who = ana) =>
  who.GET('/v1/sops/{sopId}/versions/{version}', { params: { path: { sopId, version }, query: { format } } })

/** A road shipment, and the version that it pinned. */
async function pinned(clientReference: string, who = sales): Promise<number> {
  const road: components['schemas']['CreateShipment'] = {
    ...anOceanExport(clientReference),
    type: 'DOMESTIC',
    mode: 'ROAD',
    loadType: 'FTL',
    incoterm: { rule: 'DAP', place: 'Hamburg' },
    containers: [],
    cargoItems: [{ description: 'Parts', packages: 2, packageType: 'PX', grossWeight: 800 }],
    cutOffs: [],
    legs: [{ mode: 'TRUCK', from: { unLocode: 'DEMUC' }, to: { unLocode: 'DEHAM' } }],
  }
  const { shipmentId } = await ok(who.POST('/v1/shipments', { body: road }))
  const at = { params: { path: { shipmentId } } }
  const { sop } = await eventually(
    () => ok(who.GET('/v1/shipments/{shipmentId}', at)),
    (shipment) => shipment.sop !== undefined,
  )
  return sop?.version ?? 0
}

const TITLE = 'RunShipment.Branches.0.States.AssignTruck.Arguments.Payload.title'
const changed = (to: string) => edited(sopId, { at: TITLE, to })

/** A draft with the definition, submitted by Ana. */
async function submitted(definition: Record<string, unknown>) {
  const { draftId } = await ok(ana.POST('/v1/sops/{sopId}/drafts', { ...ofSop, body: { definition } }))
  await ok(ana.POST('/v1/sops/{sopId}/drafts/{draftId}/validations', ofDraft(draftId)))
  return ok(
    ana.POST('/v1/sops/{sopId}/drafts/{draftId}/submissions', { ...ofDraft(draftId), body: { reason: 'as agreed' } }),
  )
}
const approve = (draft: { draftId: string; version: number }, who = ben) =>
  who.POST('/v1/sops/{sopId}/drafts/{draftId}/approvals', {
    ...ofDraft(draft.draftId),
    body: { version: draft.version, reason: 'read and right' },
  })
const publish = (draftId: string) =>
  ana.POST('/v1/sops/{sopId}/drafts/{draftId}/publications', { ...ofDraft(draftId), body: { reason: 'new wording' } })
const rollBack = (version: number) =>
  ana.POST('/v1/sops/{sopId}/rollbacks', { ...ofSop, body: { version, reason: 'it was better' } })

let product: number

describe('reading', () => {
  test('a version as ASL, as a graph and as an outline', async () => {
    product = (await ok(ana.GET('/v1/sops/{sopId}/versions', ofSop))).live
    const { asl, origin } = await ok(read(product, 'asl'))
    expect({ asl, origin }).toEqual({ asl: edited(sopId), origin: 'PRODUCT' })
    const { graph } = await ok(read(product, 'graph'))
    expect(graph?.nodes.find(({ id }) => id === 'AssignTruck')).toEqual({
      id: 'AssignTruck',
      pointer: '/States/RunShipment/Branches/0/States/AssignTruck',
      type: 'Task',
      within: 'RunShipment',
      branch: 0,
      step: 'assignTask',
      key: 'assign-truck',
      title: 'Assign a truck and a driver',
      waits: true,
      role: 'OPERATIONS',
      milestone: 'BOOKING_CONFIRMED',
      due: { anchor: 'ETD', offset: '-PT4H' },
    })
    expect(graph?.edges).toEqual(
      expect.arrayContaining([
        { from: 'RunShipment', to: 'AssignTruck', kind: 'BRANCH' },
        { from: 'AssignTruck', to: 'AwaitPickUp', kind: 'NEXT' },
        { from: 'AssignTruck', to: 'RaiseUnassignedTruck', kind: 'TIMEOUT' },
        { from: 'RunShipment', to: 'ReportFailure', kind: 'FAILURE' },
      ]),
    )
    const { outline } = await ok(read(product, 'outline'))
    expect(outline?.slice(0, 5)).toEqual([
      '1 Screen parties · COMPLIANCE · due STEP P1D — when late: HIGH, COMPLIANCE: Parties have not been released within a day',
      '2 Run shipment, all at once:',
      '  2a OPERATIONS: truck, pick-up, delivery',
      '    2a.1 Assign truck · OPERATIONS · records BOOKING_CONFIRMED · due ETD -PT4H — when late: HIGH, OPERATIONS: No truck has been assigned two hours before departure',
      '    2a.2 Await pick up · until PICKED_UP — when late: HIGH, OPERATIONS: The goods have not been picked up',
    ])
  })

  test('no version that does not exist', async () => {
    expect(await refused(read(4711, 'asl'))).toMatchObject({ status: 404 })
  })
})

describe('a draft', () => {
  test('begins at the live version, once for an Idempotency-Key', async () => {
    const headers = { 'Idempotency-Key': 'draft-1' }
    const begin = (basedOn?: number) =>
      ana.POST('/v1/sops/{sopId}/drafts', { ...ofSop, headers, body: basedOn === undefined ? {} : { basedOn } })
    const first = await ok(begin())
    expect(first).toMatchObject({ status: 'DRAFT', basedOn: product, authors: ['ana'], version: 1 })
    expect(await ok(begin())).toEqual(first)
    expect(await refused(begin(product))).toMatchObject({ status: 422, code: 'idempotency_key.reused' })
  })

  test('is saved only by who has read it last', async () => {
    const { draftId } = await ok(ana.POST('/v1/sops/{sopId}/drafts', { ...ofSop, body: {} }))
    const save = (etag: string) =>
      ana.PUT('/v1/sops/{sopId}/drafts/{draftId}', {
        ...ofDraft(draftId),
        headers: { 'If-Match': etag },
        body: { definition: changed('Find a truck') },
      })
    expect((await ok(save('"1"'))).version).toBe(2)
    expect(await refused(save('"1"'))).toMatchObject({ status: 412, code: 'draft.changed' })
  })

  test('with findings is told of them, and goes no further', async () => {
    const definition = edited(sopId, { at: 'CompleteShipment.Resource', to: 'arn:aws:states:::aws-sdk:iam:createUser' })
    const { draftId } = await ok(ana.POST('/v1/sops/{sopId}/drafts', { ...ofSop, body: { definition } }))
    const { valid, findings, status } = await ok(
      ana.POST('/v1/sops/{sopId}/drafts/{draftId}/validations', ofDraft(draftId)),
    )
    expect({ valid, status }).toEqual({ valid: false, status: 'DRAFT' })
    expect(findings).toEqual([
      expect.objectContaining({ pointer: '/States/CompleteShipment/Resource', code: 'FOREIGN_RESOURCE' }),
    ])
    const submit = ana.POST('/v1/sops/{sopId}/drafts/{draftId}/submissions', {
      ...ofDraft(draftId),
      body: { reason: 'as agreed' },
    })
    expect(await refused(submit)).toMatchObject({ status: 409, code: 'draft.not_validated' })
  })

  test('is approved by another person, as that person has read it', async () => {
    const draft = await submitted(changed('Approve me'))
    expect(await refused(publish(draft.draftId))).toMatchObject({ status: 409, code: 'draft.not_approved' })
    expect(await refused(approve(draft, ana))).toMatchObject({ status: 403, code: 'draft.own' })
    expect(await refused(approve({ ...draft, version: draft.version - 1 }))).toMatchObject({ status: 412 })
    expect(await ok(approve(draft))).toMatchObject({ status: 'IN_REVIEW', approved: { by: 'ben' } })
    const save = { ...ofDraft(draft.draftId), body: { definition: changed('Changed after all') } }
    expect((await ok(ben.PUT('/v1/sops/{sopId}/drafts/{draftId}', save))).approved).toBeUndefined()
    expect(await refused(publish(draft.draftId))).toMatchObject({ code: 'draft.not_approved' })
  })
})

describe('a simulation', () => {
  const late = { delays: [{ key: 'await-pick-up', hours: 72 }] }

  test('of a version and of a draft says what would happen', async () => {
    const onVersion = { ...ofVersion(product), body: late }
    const version = await ok(ana.POST('/v1/sops/{sopId}/versions/{version}/simulations', onVersion))
    expect(version).toMatchObject({ runs: 1, completed: 1 })
    expect('exceptions' in version && version.exceptions.map(({ key }) => key)).toContain('late-pick-up')
    const { draftId } = await ok(ana.POST('/v1/sops/{sopId}/drafts', { ...ofSop, body: {} }))
    const onDraft = { ...ofDraft(draftId), body: { ...late, runs: 10, seed: 3 } }
    const draft = await ok(ana.POST('/v1/sops/{sopId}/drafts/{draftId}/simulations', onDraft))
    expect(draft).toMatchObject({ runs: 10, seed: 3, completed: 10 })
  })

  test('of a draft with findings is refused', async () => {
    const definition = edited(sopId, { at: 'ScreenParties.TimeoutSeconds' })
    const { draftId } = await ok(ana.POST('/v1/sops/{sopId}/drafts', { ...ofSop, body: { definition } }))
    const simulation = ana.POST('/v1/sops/{sopId}/drafts/{draftId}/simulations', { ...ofDraft(draftId), body: {} })
    expect(await refused(simulation)).toMatchObject({
      status: 422,
      code: 'draft.invalid',
      pointers: ['/States/ScreenParties/TimeoutSeconds'],
    })
  })
})

describe('publishing', () => {
  test('gives the version to new shipments of the tenant, and to nobody else', async () => {
    const stranger = await world.as({ roles: ['SALES'], tenant: 'elsewhere' })
    expect(await pinned('S-1')).toBe(product)
    const draft = await submitted(changed('Find a truck'))
    await ok(approve(draft))
    const version = await ok(publish(draft.draftId))
    expect(version).toMatchObject({
      status: 'PUBLISHED',
      basedOn: product,
      authors: ['ana'],
      approved: { by: 'ben', reason: 'read and right' },
      published: { by: 'ana', reason: 'new wording' },
      changes: [
        {
          pointer: `/States/${TITLE.replaceAll('.', '/')}`,
          kind: 'CHANGED',
          before: 'Assign a truck and a driver',
          after: 'Find a truck',
        },
      ],
    })
    expect(await ok(publish(draft.draftId))).toEqual(version)
    expect(await pinned('S-2')).toBe(version.version)
    expect(await pinned('S-3', stranger)).toBe(product)
    expect((await ok(read(version.version, 'asl'))).asl).toEqual(changed('Find a truck'))
    expect(await refused(read(version.version, 'asl', stranger))).toMatchObject({ status: 404 })
  })

  test('leaves running shipments where they are, and their tasks say what their version says', async () => {
    const { items } = await ok(
      (await world.as('OPERATIONS')).GET('/v1/tasks', { params: { query: { role: 'OPERATIONS' } } }),
    )
    expect(items.map(({ title }) => title).sort()).toEqual(['Assign a truck and a driver', 'Find a truck'])
  })

  test('is refused when another version has come since', async () => {
    const late = await submitted({ ...changed('Late'), Comment: 'late' })
    const quick = await submitted({ ...changed('Quick'), Comment: 'quick' })
    await ok(approve(late))
    await ok(approve(quick))
    await ok(publish(quick.draftId))
    expect(await refused(publish(late.draftId))).toMatchObject({ status: 409, code: 'draft.outdated' })
  })

  test('twice at the same time is once', async () => {
    const draft = await submitted(changed('At the same time'))
    await ok(approve(draft))
    const before = (await ok(ana.GET('/v1/sops/{sopId}/versions', ofSop))).releases.length
    await Promise.all([publish(draft.draftId), publish(draft.draftId), publish(draft.draftId)])
    const { live, releases, items } = await ok(ana.GET('/v1/sops/{sopId}/versions', ofSop))
    expect(releases).toHaveLength(before + 1)
    expect(items.filter(({ status }) => status === 'PUBLISHED').map(({ version }) => version)).toEqual([live])
  })

  test('outlives a power cut', async () => {
    const draft = await submitted(changed('Cut'))
    await ok(approve(draft))
    const cut = publish(draft.draftId).catch(() => undefined)
    await world.kill()
    await cut
    await world.restart()
    const version = await ok(publish(draft.draftId))
    expect(await pinned('S-4')).toBe(version.version)
  })
})

describe('rolling back', () => {
  test('gives new shipments the earlier version, and says who did it and why', async () => {
    const { items } = await ok(ana.GET('/v1/sops/{sopId}/versions', ofSop))
    const [first, ...others] = items
    if (!first) throw new Error('Nothing was published')
    expect(await ok(rollBack(first.version))).toEqual({ live: first.version })
    expect(await ok(rollBack(first.version))).toEqual({ live: first.version })
    expect(await pinned('R-1')).toBe(first.version)
    const after = await ok(ana.GET('/v1/sops/{sopId}/versions', ofSop))
    expect(after.releases.at(-1)).toMatchObject({
      kind: 'ROLLBACK',
      from: others.at(-1)?.version,
      to: first.version,
      by: 'ana',
      reason: 'it was better',
    })
    expect(after.items.map(({ status }) => status)).toEqual(['PUBLISHED', ...others.map(() => 'SUPERSEDED')])
  })

  test('goes back to what came with Portolan, but not to what is retired', async () => {
    expect(await ok(rollBack(product))).toEqual({ live: product })
    expect(await pinned('R-2')).toBe(product)
    const { items } = await ok(ana.GET('/v1/sops/{sopId}/versions', ofSop))
    const version = items[0]?.version ?? 0
    const retire = { ...ofVersion(version), body: { reason: 'wrong role' } }
    expect(await ok(ana.POST('/v1/sops/{sopId}/versions/{version}/retirements', retire))).toMatchObject({
      status: 'RETIRED',
      retired: { by: 'ana' },
    })
    expect(await refused(rollBack(version))).toMatchObject({ status: 409, code: 'sop_version.retired' })
  })
})
