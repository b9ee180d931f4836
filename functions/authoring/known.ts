/** What a definition is held against beside the vocabulary: the SOPs that it starts, and the people of the tenant. */
import type { JsonObject } from '../../engine/json'
import type { SopId } from '../../schemas/sop'
import { listMembers } from '../people/store'
import { AppError } from '../platform/errors'
import type { Tenant } from '../platform/table'
import { currentVersion } from '../sops/live'
import { readVersion } from './definitions'
import { type Known, startedBy } from './domain/validation/known'

export async function loadKnown(tenant: Tenant, sopId: SopId, definition: JsonObject): Promise<Known> {
  const members = await listMembers(tenant)
  return {
    sopId,
    starts: await startsOf(tenant, startedBy(definition)),
    ...(members.length === 0 ? {} : { members }),
  }
}

/** Each SOP that can come to be started, with those that its live version starts. One that there is not is left out. */
async function startsOf(tenant: Tenant, first: readonly SopId[]): Promise<Map<SopId, SopId[]>> {
  const starts = new Map<SopId, SopId[]>()
  const open = [...first]
  for (let sopId = open.pop(); sopId !== undefined; sopId = open.pop()) {
    if (starts.has(sopId)) continue
    const definition = await liveDefinition(tenant, sopId)
    if (!definition) continue
    starts.set(sopId, startedBy(definition))
    open.push(...startedBy(definition))
  }
  return starts
}

async function liveDefinition(tenant: Tenant, sopId: SopId): Promise<JsonObject | undefined> {
  try {
    const { version } = await currentVersion(tenant, sopId)
    return (await readVersion(tenant, sopId, version)).definition
  } catch (error) {
    if (error instanceof AppError) return undefined
    throw error
  }
}
