/** SOPs of a tenant's own: created, published, given to the shipments that they are for, and retired. */
import { handlers } from '../../functions/authoring/handlers'
import type { Context } from '../../functions/platform/context'
import { loadShipment } from '../../functions/shipments/store'
import { contract } from '../../functions/sops/contract'
import { handlers as sops } from '../../functions/sops/handlers'
import { reactions } from '../../functions/sops/reactions'
import { CreateSop } from '../../schemas/sop-catalogue'
import { aContext, createInTable, eventsOf } from '../support/shipments'
import { edited } from '../support/sop-edits'
import { planOf } from '../support/sop-plans'
import { sopServices } from '../support/sop-services'

sopServices()

const as = (id: string, tenantId: string): Context => aContext({ tenantId, actor: { kind: 'USER', id } })
const input = { query: undefined, ifMatch: undefined, idempotencyKey: undefined, text: '', raw: undefined } as const
const because = { reason: 'as agreed' }

const ACME = {
  sopId: 'acme-by-road',
  title: 'Road, as Acme wants it',
  machine: 'domestic-road',
  appliesTo: { type: 'DOMESTIC', mode: 'ROAD', customer: 'ACME' },
} as const
const create = (context: Context, more: object = {}) =>
  handlers.createSop(context, { ...input, params: undefined, body: CreateSop.parse({ ...ACME, ...more }) })
const ofSop = { ...input, params: { sopId: ACME.sopId } }

/** Drafted by ana, approved by ben, published. */
async function publish(tenantId: string, definition = edited('domestic-road', { at: '/Comment', to: 'Acme' })) {
  const ana = as('ana', tenantId)
  const { draftId } = (await handlers.createSopDraft(ana, { ...ofSop, body: { definition } })).body
  const ofDraft = { ...input, params: { sopId: ACME.sopId, draftId: String(draftId) } }
  await handlers.validateSopDraft(ana, { ...ofDraft, body: undefined })
  const { version } = (await handlers.submitSopDraft(ana, { ...ofDraft, body: because })).body
  await handlers.approveSopDraft(as('ben', tenantId), { ...ofDraft, body: { ...because, version } })
  return (await handlers.publishSopDraft(ana, { ...ofDraft, body: because })).body
}

const resolved = async (context: Context, customer = 'ACME') => {
  const query = { type: 'DOMESTIC', mode: 'ROAD', loadType: 'FTL', customer } as const
  return (await sops.resolveSop(context, { ...input, params: undefined, body: undefined, query } as never)).body
}
const pinned = async (context: Context, customer = 'ACME') => {
  const shipmentId = await createInTable(context, { ...planOf('domestic-road', context.now), customer })
  for (const event of await eventsOf(context, shipmentId, contract.subscribes))
    if (event.type === 'shipment.created') await reactions[event.type](context, event as never)
  const { sop } = (await loadShipment(context, shipmentId)).header
  return [sop?.sopId, sop?.version]
}

it('is for nobody until a version of it is published, then for its customer alone', async () => {
  const ana = as('ana', 'own-one')
  expect((await create(ana)).body).toMatchObject({ sopId: 'acme-by-road', origin: 'TENANT', status: 'ACTIVE' })
  expect(await resolved(ana)).toMatchObject({ sopId: 'domestic-road', candidates: [{ sopId: 'acme-by-road' }, {}] })
  expect(await pinned(ana)).toEqual(['domestic-road', 1])
  const { version, changes } = await publish('own-one')
  expect(changes).toMatchObject([{ pointer: '/Comment' }])
  expect(await resolved(ana)).toMatchObject({
    sopId: 'acme-by-road',
    version,
    reason: 'acme-by-road names type, customer, mode, tenant; nothing that is published is more specific',
  })
  expect(await pinned(ana)).toEqual(['acme-by-road', version])
  expect(await pinned(ana, 'OTHER')).toEqual(['domestic-road', 1])
})

it('is nothing that another tenant sees', async () => {
  const other = as('eve', 'own-two')
  expect((await resolved(other)).candidates.map(({ sopId }) => sopId)).toEqual(['domestic-road'])
  expect(await pinned(other)).toEqual(['domestic-road', 1])
  await expect(sops.getSop(other, { ...ofSop, body: undefined } as never)).rejects.toMatchObject({
    code: 'sop.not_found',
  })
  await expect(handlers.createSopDraft(other, { ...ofSop, body: {} })).rejects.toMatchObject({ code: 'sop.not_found' })
})

it('goes back to an earlier version of its own, and begins drafts from the one in force', async () => {
  const ana = as('ana', 'own-three')
  await create(ana)
  const first = await publish('own-three')
  const second = await publish('own-three', edited('domestic-road', { at: '/Comment', to: 'Acme, better' }))
  expect(second.basedOn).toBe(first.version)
  expect(await pinned(ana)).toEqual(['acme-by-road', second.version])
  const body = { version: first.version, reason: 'the first was better' }
  expect((await handlers.rollBackSop(ana, { ...ofSop, body })).body).toEqual({ live: first.version })
  expect(await pinned(ana)).toEqual(['acme-by-road', first.version])
  expect((await handlers.createSopDraft(ana, { ...ofSop, body: {} })).body).toMatchObject({ basedOn: first.version })
})

it('is given to no new shipment once it is retired, and nothing of it is published any more', async () => {
  const ana = as('ana', 'own-four')
  await create(ana)
  await publish('own-four')
  const retired = await handlers.retireSop(ana, { ...ofSop, body: because })
  expect(retired.body).toMatchObject({ status: 'RETIRED' })
  expect((await handlers.retireSop(as('ben', 'own-four'), { ...ofSop, body: because })).body).toEqual(retired.body)
  expect(await pinned(ana)).toEqual(['domestic-road', 1])
  await expect(publish('own-four', edited('domestic-road', { at: '/Comment', to: 'x' }))).rejects.toMatchObject({
    code: 'sop.retired',
  })
})

it('is created once, under an id that nothing else has', async () => {
  const ana = as('ana', 'own-five')
  const first = await create(ana)
  expect(await create(ana)).toEqual({ ...first, replayed: true })
  for (const more of [{ title: 'Another' }, { sopId: 'domestic-road' }, { sopId: 'resolution' }])
    await expect(create(ana, more)).rejects.toMatchObject({ code: 'sop.exists' })
  const retire = { ...input, params: { sopId: 'domestic-road' }, body: because }
  await expect(handlers.retireSop(ana, retire)).rejects.toMatchObject({ code: 'sop.of_product' })
})

it('may be started beside the SOP of a shipment, but not in a circle', async () => {
  const ana = as('ana', 'own-six')
  await create(ana)
  await publish('own-six')
  const start = (sop: string) => ({
    at: 'RunShipment.Branches.0.States.AnnounceDelivery.Arguments.Payload',
    to: startOf(sop),
  })
  const findings = async (sop: string) => {
    const definition = edited('domestic-road', start(sop) as never)
    const { draftId } = (await handlers.createSopDraft(ana, { ...ofSop, body: { definition } })).body
    const ofDraft = { ...input, params: { sopId: ACME.sopId, draftId: String(draftId) }, body: undefined }
    return (await handlers.validateSopDraft(ana, ofDraft)).body.findings.map(({ code }) => code)
  }
  expect(await findings('return')).toEqual([])
  expect(await findings('no-such-sop')).toEqual(['UNKNOWN_SOP'])
  expect(await findings('acme-by-road')).toEqual(['SUBPROCESS_CIRCLE'])
})

const startOf = (sop: string) => ({
  step: 'startSubProcess',
  key: 'start-it',
  tenantId: '{% $states.context.Execution.Input.tenantId %}',
  shipmentId: '{% $states.context.Execution.Input.shipmentId %}',
  sop,
})
