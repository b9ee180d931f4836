/** Which version new shipments get: the tenant's own, else the one that came with Portolan. */
import type { SopId } from '../../schemas/sop'
import type { Tenant } from '../platform/table'
import { liveVersion, type SopVersion } from './client'
import { loadLive } from './store'

/** Machines are shared by all tenants, so the alias is nobody's to move: a tenant's own version stands in its partition. */
export async function currentVersion(tenant: Tenant, sopId: SopId): Promise<SopVersion> {
  const own = await loadLive(tenant, sopId)
  return own?.versionArn ? { version: own.version, versionArn: own.versionArn } : liveVersion(sopId)
}
