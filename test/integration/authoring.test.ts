/** Publishing under failures: between the version and what says that it is in force, anything may happen. */
import { handlers } from '../../functions/authoring/handlers'
import type { Context } from '../../functions/platform/context'
import { aContext } from '../support/shipments'
import { edited } from '../support/sop-edits'
import { sopServices } from '../support/sop-services'

const { stepFunctions } = sopServices()

const sopId = 'domestic-road' as const
const MACHINE = `arn:aws:states:eu-central-1:123456789012:stateMachine:portolan-${sopId}`
const as = (id: string, tenantId: string): Context => aContext({ tenantId, actor: { kind: 'USER', id } })
const input = { query: undefined, ifMatch: undefined, idempotencyKey: undefined, text: '', raw: undefined } as const
const body = { reason: 'as agreed' }

/** An approved draft of the tenant, and its publication. */
async function approved(tenantId: string) {
  const ana = as('ana', tenantId)
  const definition = edited(sopId, { at: '/Comment', to: `Of ${tenantId}` })
  const ofSop = { ...input, params: { sopId } }
  const { draftId } = (await handlers.createSopDraft(ana, { ...ofSop, body: { definition } })).body
  const ofDraft = { ...input, params: { sopId, draftId: String(draftId) } }
  await handlers.validateSopDraft(ana, { ...ofDraft, body: undefined })
  const { version } = (await handlers.submitSopDraft(ana, { ...ofDraft, body })).body
  await handlers.approveSopDraft(as('ben', tenantId), { ...ofDraft, body: { ...body, version } })
  return {
    publish: async () => (await handlers.publishSopDraft(ana, { ...ofDraft, body })).body,
    status: async () =>
      (await handlers.getSopDraft(ana, { ...ofDraft, query: { format: 'asl' }, body: undefined })).body.status,
    versions: async () => (await handlers.listSopVersions(ana, { ...ofSop, body: undefined })).body,
  }
}

it.each(['before', 'after'] as const)(
  'is repeated without harm when it fails %s the version was made',
  async (when) => {
    const { publish, status, versions } = await approved(`crash-${when}`)
    const before = stepFunctions.versionsOf(MACHINE).length
    stepFunctions.crash('UpdateStateMachine', when)
    await expect(publish()).rejects.toThrow()
    expect(await status()).toBe('IN_REVIEW')
    expect(await versions()).toMatchObject({ live: 1, product: { version: 1, live: true }, items: [], releases: [] })
    const version = await publish()
    expect(await publish()).toEqual(version)
    expect(stepFunctions.versionsOf(MACHINE)).toHaveLength(before + 1)
    expect(await versions()).toMatchObject({
      live: version.version,
      product: { version: 1, live: false },
      releases: [{ number: 1, kind: 'PUBLICATION', from: 1 }],
    })
    expect(await status()).toBe('PUBLISHED')
  },
)

it('gives each of two tenants that publish at the same time its own definition', async () => {
  const [one, two] = [await approved('tenant-one'), await approved('tenant-two')]
  const [first, second] = await Promise.all([one.publish(), two.publish()])
  expect(first.version).not.toBe(second.version)
  const definitions = stepFunctions.versionsOf(MACHINE)
  expect(definitions[first.version - 1]?.definition).toContain('Of tenant-one')
  expect(definitions[second.version - 1]?.definition).toContain('Of tenant-two')
})
