/** Publishing and rolling back: what new shipments get. */
import type { JsonObject } from '../../engine/json'
import type { SopId } from '../../schemas/sop'
import type { SopDraft, SopVersion } from '../../schemas/sop-draft'
import type { Context } from '../platform/context'
import { AppError } from '../platform/errors'
import { refuseUngated } from '../simulations/gate'
import { liveVersion, publishVersion } from '../sops/client'
import type { SopRef } from '../sops/domain/resolution'
import { findSop, liveOf } from '../sops/live'
import { loadLive } from '../sops/store'
import { readVersion, withArn } from './definitions'
import { changesBetween } from './domain/changes'
import { publishable, published } from './domain/drafts'
import { validateSop } from './domain/validate'
import type { Known } from './domain/validation/known'
import { loadKnown } from './known'
import { commitRelease, findOwnVersion, loadDefinition } from './store'

/** Of the changes that a version records. */
const MAX_CHANGES = 200

/** `from` is 0 while nothing of a tenant's own SOP is published. */
const inForce = async (context: Context, sopId: SopId) => {
  const sop = await findSop(context, sopId)
  const before = await loadLive(context, sopId)
  const live = before?.versionArn ? before : await liveOf(context, sop)
  return { sop, before, from: live?.version ?? 0 }
}

/** What the first version of a tenant's own SOP is held against: the SOP of Portolan that it began as. */
async function followedBy(context: Context, { sopId, machine }: SopRef, from: number): Promise<JsonObject> {
  const product = async () => readVersion(context, machine, (await liveVersion(machine)).version)
  return (from === 0 ? await product() : await readVersion(context, sopId, from)).definition
}

/** The version with another status, if it is the tenant's own. */
const own = async (context: Context, sopId: SopId, version: number, status: SopVersion['status']) => {
  const found = await findOwnVersion(context, sopId, version)
  return found ? [{ ...found, status }] : []
}

/**
 * Publishes in two steps: a version of the machine, then one transaction that puts it in force. After a failure between
 * them nobody knows the version yet; publishing again gets the same one, for the definition is the same.
 */
export async function publish(context: Context, draft: SopDraft, reason: string): Promise<SopVersion> {
  const { sopId, draftId } = draft
  const done = draft.published && (await findOwnVersion(context, sopId, draft.published.version))
  if (done) return done
  const { sop, before, from } = await inForce(context, sopId)
  if (sop.status === 'RETIRED') throw new AppError('conflict', 'sop.retired', `${sopId} is retired`)
  const { approved } = publishable(draft, from)
  const definition = await loadDefinition(context, draft)
  refuseInvalid(definition, await loadKnown(context, sopId, definition))
  await refuseUngated(context, draft, definition)
  const changes = changesBetween(await followedBy(context, sop, from), definition)
  if (changes.length === 0 && from !== 0)
    throw new AppError('conflict', 'draft.unchanged', `The draft is what version ${from} is`)
  const to = await publishVersion(sop.machine, await withArn(sop.machine, definition), `tenant ${context.tenantId}`)
  const version: SopVersion = {
    sopId,
    ...to,
    status: 'PUBLISHED',
    draftId,
    basedOn: from,
    authors: draft.authors,
    approved,
    published: { by: context.actor.id, at: context.now, reason },
    changes: changes.slice(0, MAX_CHANGES),
  }
  const superseded = await own(context, sopId, from, 'SUPERSEDED')
  const versions = [...superseded.filter((it) => it.version !== to.version), version]
  const after = published(draft, to.version, reason, context)
  await commitRelease(context, { sopId, kind: 'PUBLICATION', before, from, to, reason, versions, draft: after })
  return version
}

/** Throws `draft.invalid` with the findings. */
export function refuseInvalid(definition: JsonObject, known: Known = {}) {
  const errors = validateSop(definition, known)
  if (errors.length > 0) throw new AppError('unprocessable', 'draft.invalid', 'The definition has findings', { errors })
}

/** Answers the version that new shipments get from now on. Rolling back to the live version changes nothing. */
export async function rollBack(context: Context, sopId: SopId, version: number, reason: string): Promise<number> {
  const { sop, before, from } = await inForce(context, sopId)
  if (version === from) return from
  const target = await readVersion(context, sopId, version)
  const again = await own(context, sopId, version, 'PUBLISHED')
  if ((await findOwnVersion(context, sopId, version))?.retired)
    throw new AppError('conflict', 'sop_version.retired', `Version ${version} is retired`)
  // Who goes back to what came with Portolan follows what comes next, too.
  const follows = sop.origin === 'PRODUCT' && (await liveVersion(sop.machine)).version === version
  const to = follows ? { version: 0, versionArn: '' } : target
  const versions = [...(await own(context, sopId, from, 'SUPERSEDED')), ...again]
  await commitRelease(context, {
    sopId,
    kind: 'ROLLBACK',
    before,
    from,
    to: { version: to.version, versionArn: to.versionArn },
    reason,
    versions,
  })
  return version
}
