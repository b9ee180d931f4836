/** A draft is held against what really happened, over HTTP, before anybody may publish it. */

import { aCommand } from '../support/shipments'
import { drive } from '../support/sop-driver'
import { edited } from '../support/sop-edits'
import { planOf } from '../support/sop-plans'
import { ok, type Portolan, refused, startWorld, type World } from '../support/world'

jest.setTimeout(400_000)

let world: World
let ana: Portolan
let ben: Portolan
let shipmentId: string
beforeAll(async () => {
  world = await startWorld()
  ana = await world.as({ roles: ['SOP_ADMIN'], subject: 'ana' })
  ben = await world.as({ roles: ['SOP_ADMIN'], subject: 'ben' })
  const sales = await world.as('SALES')
  const body = { ...aCommand(planOf('domestic-road', new Date().toISOString())), clientReference: 'FLIGHT-1' }
  shipmentId = (await ok(sales.POST('/v1/shipments', { body: JSON.parse(JSON.stringify(body)) }))).shipmentId
  await drive(world, shipmentId)
})
afterAll(() => world.stop())

const sopId = 'domestic-road'
const ofSop = { params: { path: { sopId } } } as const
const ofDraft = (draftId: string) => ({ params: { path: { sopId, draftId } } }) as const
const HISTORY = { history: { limit: 50 } }

const BRANCH = 'RunShipment.Branches.0.States'
/** Before the delivery it waits for what no road shipment ever reports. */
const blocking = () => edited(sopId, { at: `${BRANCH}.AwaitPickUp.Arguments.Payload.milestone`, to: 'EMPTY_RETURNED' })

async function drafted(definition: Record<string, unknown>, gate?: { maxNewBlockedShare: number }) {
  const { draftId } = await ok(ana.POST('/v1/sops/{sopId}/drafts', { ...ofSop, body: { definition } }))
  const { findings } = await ok(ana.POST('/v1/sops/{sopId}/drafts/{draftId}/validations', ofDraft(draftId)))
  expect(findings).toEqual([])
  const submission = { ...ofDraft(draftId), body: { reason: 'as agreed', ...(gate ? { gate } : {}) } }
  const { version } = await ok(ana.POST('/v1/sops/{sopId}/drafts/{draftId}/submissions', submission))
  const approval = { ...ofDraft(draftId), body: { version, reason: 'read and right' } }
  await ok(ben.POST('/v1/sops/{sopId}/drafts/{draftId}/approvals', approval))
  return draftId
}
const publish = (draftId: string) =>
  ana.POST('/v1/sops/{sopId}/drafts/{draftId}/publications', { ...ofDraft(draftId), body: { reason: 'as agreed' } })

async function replayed(draftId: string) {
  const answer = await ok(
    ana.POST('/v1/sops/{sopId}/drafts/{draftId}/simulations', { ...ofDraft(draftId), body: HISTORY }),
  )
  if (answer.kind !== 'HISTORY') throw new Error('No replay')
  return answer
}

test('the version that a shipment had writes again what it wrote', async () => {
  const { sop } = await ok(
    (await world.as('OPERATIONS')).GET('/v1/shipments/{shipmentId}', { params: { path: { shipmentId } } }),
  )
  const version = sop?.version ?? 0
  const answer = await ok(
    ana.POST('/v1/sops/{sopId}/versions/{version}/simulations', {
      params: { path: { sopId, version } },
      body: HISTORY,
    }),
  )
  expect(answer).toMatchObject({
    kind: 'HISTORY',
    status: 'COMPLETED',
    totals: { shipments: 1, faithful: 1, unchanged: 1, blocked: { shipments: 0 } },
  })
})

test('a gate wants the draft tried first, and refuses one that would block shipments, by name', async () => {
  const draftId = await drafted(blocking(), { maxNewBlockedShare: 0 })
  expect(await refused(publish(draftId))).toMatchObject({ status: 409, code: 'draft.not_replayed' })
  const { totals, simulationId } = await replayed(draftId)
  expect(totals.blocked).toMatchObject({ shipments: 1, share: 1, named: [shipmentId] })
  expect(totals.blocked.at).toEqual([{ key: 'await-pick-up', shipments: 1 }])
  expect(await refused(publish(draftId))).toMatchObject({ status: 409, code: 'draft.blocks_shipments' })
  const params = { path: { sopId, simulationId } }
  const { items } = await ok(ana.GET('/v1/sops/{sopId}/simulations/{simulationId}/shipments', { params }))
  expect(items).toMatchObject([{ shipmentId, blockedAt: [{ key: 'await-pick-up', state: 'AwaitPickUp' }] }])
})

test('a gate for all publications of an SOP is an administrator’s to set; a draft that blocks nothing passes it', async () => {
  const gate = { gate: { maxNewBlockedShare: 0 } }
  expect((await refused(ana.PUT('/v1/sops/{sopId}/publication-gate', { ...ofSop, body: gate }))).status).toBe(403)
  const admin = await world.as('TENANT_ADMIN')
  await ok(admin.PUT('/v1/sops/{sopId}/publication-gate', { ...ofSop, body: gate }))
  const title = `${BRANCH}.AssignTruck.Arguments.Payload.title`
  const draftId = await drafted(edited(sopId, { at: title, to: 'Find a truck' }))
  expect(await refused(publish(draftId))).toMatchObject({ status: 409, code: 'draft.not_replayed' })
  expect((await replayed(draftId)).totals.blocked.shipments).toBe(0)
  expect(await ok(publish(draftId))).toMatchObject({ status: 'PUBLISHED' })
})

test('a large sample is a job, whose end is read where it said', async () => {
  const { live } = await ok(ana.GET('/v1/sops/{sopId}/versions', ofSop))
  const started = await ana.POST('/v1/sops/{sopId}/versions/{version}/simulations', {
    params: { path: { sopId, version: live } },
    body: { history: { limit: 1000 } },
  })
  expect(started.response.status).toBe(202)
  await world.settled()
  const answer = await fetch(world.url() + started.response.headers.get('location'), {
    headers: { authorization: `Bearer ${await world.token({ roles: ['SOP_ADMIN'], subject: 'ana' })}` },
  })
  expect(await answer.json()).toMatchObject({ kind: 'HISTORY', status: 'COMPLETED', totals: { shipments: 1 } })
})

test.each([50, 1000])(
  'a span of histories that ends before it begins is refused, for up to %i shipments',
  async (limit) => {
    const answer = await ana.POST('/v1/sops/{sopId}/versions/{version}/simulations', {
      params: { path: { sopId, version: 1 } },
      body: { history: { from: '2026-02-01T00:00:00Z', to: '2026-01-01T00:00:00Z', limit } },
    })
    expect(answer.response.status).toBe(422)
    expect(answer.error).toMatchObject({ errors: [{ pointer: '/history/to' }] })
  },
)
