import type { JsonObject } from '../../engine/json'
import { ProductSopId } from '../../schemas/sop'
import type { SopDraft } from '../../schemas/sop-draft'
import { newId } from '../platform/context'
import { AppError, notFound } from '../platform/errors'
import type { Handlers } from '../platform/route'
import { liveVersion } from '../sops/client'
import { findSop, liveOf } from '../sops/live'
import type { routes } from './contract'
import { readVersion } from './definitions'
import { approved, begun, saved, stale, submitted, validated } from './domain/drafts'
import { MAX_DEFINITION, validateSop } from './domain/validate'
import { graphOf, outlineOf } from './domain/views'
import { loadKnown } from './known'
import { publish, rollBack } from './releases'
import {
  draftIdOf,
  findOwnVersion,
  insertDraft,
  insertSop,
  listDrafts,
  listReleases,
  listVersions,
  loadDefinition,
  loadDraft,
  retireTenantSop,
  saveDraft,
  saveVersion,
} from './store'

/** Paths of the API that an SOP of the name would hide. */
const RESERVED = ['vocabulary', 'resolution']
const taken = (sopId: string) => new AppError('conflict', 'sop.exists', `There is an SOP ${sopId} already`)

/** A body is JSON, which its schema does not say. */
const json = (definition: Record<string, unknown>): JsonObject => {
  const text = JSON.stringify(definition)
  const bytes = Buffer.byteLength(text)
  if (bytes > MAX_DEFINITION)
    throw new AppError('unprocessable', 'draft.too_large', `${bytes} bytes; at most ${MAX_DEFINITION}`)
  return JSON.parse(text)
}

const READ = {
  asl: (asl: JsonObject) => ({ asl }),
  graph: (definition: JsonObject) => ({ graph: graphOf(definition) }),
  outline: (definition: JsonObject) => ({ outline: outlineOf(definition) }),
}

const at = ({ sopId, draftId }: SopDraft) => `/v1/sops/${sopId}/drafts/${draftId}`

export const handlers: Handlers<typeof routes> = {
  async createSop(context, { body }) {
    if (ProductSopId.safeParse(body.sopId).success || RESERVED.includes(body.sopId)) throw taken(body.sopId)
    const created = { by: context.actor.id, at: context.now }
    const { sop, replayed } = await insertSop(context, { ...body, status: 'ACTIVE', created })
    return { body: { ...sop, origin: 'TENANT' as const }, replayed, location: `/v1/sops/${body.sopId}` }
  },

  async retireSop(context, { params: { sopId }, body: { reason } }) {
    const sop = await findSop(context, sopId)
    if (sop.origin === 'PRODUCT')
      throw new AppError(
        'conflict',
        'sop.of_product',
        'What came with Portolan is not retired; publish another version',
      )
    const retired = await retireTenantSop(context, sopId, reason)
    return { body: { ...retired, origin: 'TENANT' as const, ...(await liveOf(context, sop)) } }
  },

  async listSopVersions(context, { params: { sopId } }) {
    const sop = await findSop(context, sopId)
    const [live, product, items, releases] = await Promise.all([
      liveOf(context, sop),
      sop.origin === 'PRODUCT' ? liveVersion(sop.machine) : undefined,
      listVersions(context, sopId),
      listReleases(context, sopId),
    ])
    const ours = product && { version: product.version, live: product.version === live?.version }
    return { body: { live: live?.version ?? 0, ...(ours ? { product: ours } : {}), items, releases } }
  },

  async getSopVersion(context, { params: { sopId, version }, query }) {
    const { origin, definition } = await readVersion(context, sopId, version)
    const publication = await findOwnVersion(context, sopId, version)
    return {
      body: { sopId, version, origin, ...(publication ? { publication } : {}), ...READ[query.format](definition) },
    }
  },

  async retireSopVersion(context, { params: { sopId, version }, body: { reason } }) {
    const found = await findOwnVersion(context, sopId, version)
    if (!found) throw notFound('sop_version')
    if (found.status === 'RETIRED') return { body: found }
    if (found.status === 'PUBLISHED')
      throw new AppError('conflict', 'sop_version.live', 'New shipments get this version; roll back first')
    const retired = { ...found, status: 'RETIRED' as const, retired: { by: context.actor.id, at: context.now, reason } }
    await saveVersion(context, retired, found)
    return { body: retired }
  },

  async rollBackSop(context, { params: { sopId }, body: { version, reason } }) {
    return { body: { live: await rollBack(context, sopId, version, reason) } }
  },

  async createSopDraft(context, { params: { sopId }, body, idempotencyKey }) {
    const sop = await findSop(context, sopId)
    const live = await liveOf(context, sop)
    const from = body.basedOn ?? (live ?? (await liveVersion(sop.machine))).version
    const { definition } = await readVersion(context, sopId, from)
    // The first draft of a tenant's own SOP follows nothing, whatever it begins as.
    const basedOn = live ? from : 0
    const draftId = idempotencyKey === undefined ? newId('drf', context.now) : draftIdOf(idempotencyKey, sopId)
    const draft = begun(draftId, sopId, basedOn, context)
    const inserted = await insertDraft(context, draft, body.definition ? json(body.definition) : definition, body)
    return { ...inserted, body: inserted.draft, version: inserted.draft.version, location: at(draft) }
  },

  async listSopDrafts(context, { params: { sopId } }) {
    return { body: { items: await listDrafts(context, sopId) } }
  },

  async getSopDraft(context, { params: { sopId, draftId }, query }) {
    const draft = await loadDraft(context, sopId, draftId)
    const definition = await loadDefinition(context, draft)
    return { body: { ...draft, ...READ[query.format](definition) }, version: draft.version }
  },

  async putSopDraft(context, { params: { sopId, draftId }, body, ifMatch }) {
    const draft = await loadDraft(context, sopId, draftId)
    if (ifMatch !== undefined && ifMatch !== draft.version) throw stale(draft)
    if (body.basedOn !== undefined) await readVersion(context, sopId, body.basedOn)
    const next = saved(draft, body.basedOn, context)
    await saveDraft(context, next, json(body.definition))
    return { body: next, version: next.version }
  },

  async validateSopDraft(context, { params: { sopId, draftId } }) {
    const draft = await loadDraft(context, sopId, draftId)
    const definition = await loadDefinition(context, draft)
    const findings = validateSop(definition, await loadKnown(context, sopId, definition))
    const valid = findings.length === 0
    const next = validated(draft, valid, context)
    if (next) await saveDraft(context, next)
    const { status, version } = next ?? draft
    return { body: { valid, findings, status, version }, version }
  },

  async submitSopDraft(context, { params: { sopId, draftId }, body: { reason, gate } }) {
    const draft = await loadDraft(context, sopId, draftId)
    const next = submitted(draft, { reason, gate }, context)
    if (next) await saveDraft(context, next)
    return { body: next ?? draft, version: (next ?? draft).version }
  },

  async approveSopDraft(context, { params: { sopId, draftId }, body: { version, reason } }) {
    const draft = await loadDraft(context, sopId, draftId)
    const next = approved(draft, version, reason, context)
    if (next) await saveDraft(context, next)
    return { body: next ?? draft, version: (next ?? draft).version }
  },

  async publishSopDraft(context, { params: { sopId, draftId }, body: { reason } }) {
    return { body: await publish(context, await loadDraft(context, sopId, draftId), reason) }
  },
}
