/** Drafts, versions and releases of an SOP, in one partition of the tenant. */
import { createHash } from 'node:crypto'
import type * as z from 'zod'
import type { JsonObject } from '../../engine/json'
import type { SopId } from '../../schemas/sop'
import { CreateSop, type TenantSop } from '../../schemas/sop-catalogue'
import { SopDraft, SopRelease, SopVersion } from '../../schemas/sop-draft'
import type { Context } from '../platform/context'
import { AppError, notFound } from '../platform/errors'
import { ConditionFailed, get, partition, type Tenant, transact, type Write } from '../platform/table'
import { type LiveVersion, loadTenantSop, numbered, sopPartition, tenantSopItem, versionKey } from '../sops/store'
import { stale } from './domain/drafts'

const draftKey = (sopId: SopId, draftId: string) => ({ pk: sopPartition(sopId), sk: `DRAFT#${draftId}` })
/** Beside the draft, so that lists need not read it. */
const definitionKey = (sopId: SopId, draftId: string) => ({
  pk: sopPartition(sopId),
  sk: `DEFINITION#${draftId}`,
})

const draftItem = (draft: SopDraft) => ({
  ...draftKey(draft.sopId, draft.draftId),
  version: draft.version,
  body: JSON.stringify(draft),
})
const definitionItem = ({ sopId, draftId }: SopDraft, definition: JsonObject) => ({
  ...definitionKey(sopId, draftId),
  body: JSON.stringify(definition),
})
const versionItem = (version: SopVersion) => ({
  ...versionKey(version.sopId, version.version),
  status: version.status,
  body: JSON.stringify(version),
})

export async function loadDraft(tenant: Tenant, sopId: SopId, draftId: string): Promise<SopDraft> {
  const item = await get(tenant, draftKey(sopId, draftId))
  if (!item) throw notFound('draft')
  return SopDraft.parse(JSON.parse(String(item.body)))
}

export async function loadDefinition(tenant: Tenant, { sopId, draftId }: SopDraft): Promise<JsonObject> {
  const item = await get(tenant, definitionKey(sopId, draftId))
  return JSON.parse(String(item?.body))
}

const bodies = async <T>(tenant: Tenant, sopId: SopId, begins: string, schema: z.ZodType<T>): Promise<T[]> => {
  const items = await partition(tenant, sopPartition(sopId), begins)
  return items.map(({ body }) => schema.parse(JSON.parse(String(body))))
}
export const listDrafts = (tenant: Tenant, sopId: SopId) => bodies(tenant, sopId, 'DRAFT#', SopDraft)
export const listVersions = (tenant: Tenant, sopId: SopId) => bodies(tenant, sopId, 'VERSION#', SopVersion)
export const listReleases = (tenant: Tenant, sopId: SopId) => bodies(tenant, sopId, 'RELEASE#', SopRelease)

export async function findOwnVersion(tenant: Tenant, sopId: SopId, version: number): Promise<SopVersion | undefined> {
  const item = await get(tenant, versionKey(sopId, version))
  return item && SopVersion.parse(JSON.parse(String(item.body)))
}

/** Throws `sop.exists` when the tenant has another SOP of the id; the same one once more is a repetition. */
export async function insertSop(tenant: Tenant, sop: TenantSop): Promise<{ sop: TenantSop; replayed: boolean }> {
  try {
    await transact(tenant, [{ put: tenantSopItem(sop), if: 'absent' }])
    return { sop, replayed: false }
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error
    const stored = await loadTenantSop(tenant, sop.sopId)
    const asked = (it: TenantSop) => JSON.stringify(CreateSop.strip().parse(it))
    if (stored && asked(stored) === asked(sop)) return { sop: stored, replayed: true }
    throw new AppError('conflict', 'sop.exists', `There is an SOP ${sop.sopId} already`)
  }
}

/** No new shipment gets it from now on; retired once, it stays as it was retired. */
export async function retireTenantSop(context: Context, sopId: SopId, reason: string): Promise<TenantSop> {
  const sop = await loadTenantSop(context, sopId)
  if (!sop) throw notFound('sop')
  if (sop.status === 'RETIRED') return sop
  const retired: TenantSop = { ...sop, status: 'RETIRED', retired: { by: context.actor.id, at: context.now, reason } }
  await transact(context, [{ put: tenantSopItem(retired), if: { attribute: 'status', equals: 'ACTIVE' } }])
  return retired
}

/** Base 32 of Crockford, of which ids are made. */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** The id that a draft gets from its Idempotency-Key: the same key, the same draft. */
export function draftIdOf(key: string, sopId: SopId): `drf_${string}` {
  const digest = createHash('sha256').update(`${sopId} ${key}`).digest()
  return `drf_0${[...digest.subarray(0, 25)].map((byte) => LETTERS[byte % 32]).join('')}`
}

/** Throws `idempotency_key.reused` when a draft with the id began with another request. */
export async function insertDraft(
  context: Context,
  draft: SopDraft,
  definition: JsonObject,
  request: unknown,
): Promise<{ draft: SopDraft; replayed: boolean }> {
  const fingerprint = createHash('sha256').update(JSON.stringify(request)).digest('base64url')
  try {
    await transact(context, [
      { put: { ...draftItem(draft), fingerprint }, if: 'absent' },
      { put: definitionItem(draft, definition) },
    ])
    return { draft, replayed: false }
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error
    if (error.item?.fingerprint !== undefined && error.item.fingerprint !== fingerprint)
      throw new AppError(
        'unprocessable',
        'idempotency_key.reused',
        'This Idempotency-Key was used with another request',
      )
    return { draft: await loadDraft(context, draft.sopId, draft.draftId), replayed: true }
  }
}

/** Writes the next version of a draft. Throws `draft.changed` when another has come first. */
export async function saveDraft(context: Context, draft: SopDraft, definition?: JsonObject): Promise<void> {
  const put: Write = { put: draftItem(draft), if: { attribute: 'version', equals: draft.version - 1 } }
  try {
    await transact(context, definition ? [put, { put: definitionItem(draft, definition) }] : [put])
  } catch (error) {
    throw error instanceof ConditionFailed ? stale(draft) : error
  }
}

/** Who gets what from now on, and what that changes. */
export interface Release {
  sopId: SopId
  kind: SopRelease['kind']
  /** As it was read; undefined for the first release of the tenant. */
  before: LiveVersion | undefined
  from: number
  to: { version: number; versionArn: string }
  reason: string
  /** Versions as they are to be. */
  versions: SopVersion[]
  /** The draft that this publishes. */
  draft?: SopDraft
}

/**
 * One transaction: the live version, the versions' statuses, the draft, and the record of it. A failure before it leaves
 * everything as it was. Throws `draft.changed` or `sop.contended` when somebody has come first.
 */
export async function commitRelease(context: Context, release: Release): Promise<void> {
  const { sopId, kind, before, from, to, reason, versions, draft } = release
  const number = (before?.releases ?? 0) + 1
  const pk = sopPartition(sopId)
  const entry: SopRelease = { number, kind, from, to: to.version, by: context.actor.id, at: context.now, reason }
  const live = { pk, sk: 'LIVE', ...to, releases: number }
  try {
    await transact(context, [
      { put: live, if: before ? { attribute: 'releases', equals: before.releases } : 'absent' },
      { put: { pk, sk: numbered('RELEASE', number), body: JSON.stringify(entry) }, if: 'absent' },
      ...versions.map((version): Write => ({ put: versionItem(version) })),
      ...(draft ? [{ put: draftItem(draft), if: { attribute: 'version', equals: draft.version - 1 } } as const] : []),
    ])
  } catch (error) {
    if (error instanceof ConditionFailed)
      throw new AppError('conflict', 'sop.contended', 'Another release came first; look again')
    throw error
  }
}

/** Changes a version that is not live. */
export async function saveVersion(context: Context, version: SopVersion, before: SopVersion): Promise<void> {
  await transact(context, [{ put: versionItem(version), if: { attribute: 'status', equals: before.status } }])
}
