/** Which SOP and which version of it new shipments get: the tenant's own, else what came with Portolan. */
import { ProductSopId, type SopId } from '../../schemas/sop'
import { AppError, notFound } from '../platform/errors'
import type { Tenant } from '../platform/table'
import { findVersion, isDeployedHere, liveVersion, type SopVersion } from './client'
import { candidatesFor, productSop, type SopRef, type Wanted } from './domain/resolution'
import { findTenantSop, listTenantSops, loadLive, ownVersionStatus } from './store'

/** What came with Portolan, and the tenant's own. */
export const listSops = async (tenant: Tenant): Promise<SopRef[]> => [
  ...ProductSopId.options.map(productSop),
  ...(await listTenantSops(tenant)),
]

/** Throws `sop.not_found`. */
export async function findSop(tenant: Tenant, sopId: SopId): Promise<SopRef> {
  const product = ProductSopId.safeParse(sopId)
  const sop = product.success ? productSop(product.data) : await findTenantSop(tenant, sopId)
  if (!sop) throw notFound('sop')
  return sop
}

/**
 * Machines are shared by all tenants, so the alias is nobody's to move: a tenant's own version stands in its partition.
 * Undefined for an SOP of the tenant of which nothing is published yet.
 */
export async function liveOf(tenant: Tenant, { sopId, origin, machine }: SopRef): Promise<SopVersion | undefined> {
  const own = await loadLive(tenant, sopId)
  if (own && isDeployedHere(own.versionArn)) return { version: own.version, versionArn: own.versionArn }
  return origin === 'PRODUCT' ? liveVersion(machine) : undefined
}

/** Throws `sop.not_found`, or `sop.unpublished` where there is no version to get. */
export async function currentVersion(tenant: Tenant, sopId: SopId): Promise<SopVersion> {
  const live = await liveOf(tenant, await findSop(tenant, sopId))
  if (!live) throw new AppError('conflict', 'sop.unpublished', `Nothing of ${sopId} is published yet`)
  return live
}

export interface Candidate {
  sop: SopRef
  /** Absent while nothing is published: shipments get the next one. */
  live?: SopVersion
}

/** All that apply, most specific first. The first with a version is what the shipment gets. */
export const candidates = async (tenant: Tenant, wanted: Wanted): Promise<Candidate[]> =>
  Promise.all(
    candidatesFor(await listSops(tenant), wanted).map(async (sop) => {
      const live = await liveOf(tenant, sop)
      return { sop, ...(live ? { live } : {}) }
    }),
  )

/** What a new shipment gets; undefined when nothing is written for it. Looks no further than it must. */
export async function resolve(tenant: Tenant, wanted: Wanted): Promise<Required<Candidate> | undefined> {
  for (const sop of candidatesFor(await listSops(tenant), wanted)) {
    const live = await liveOf(tenant, sop)
    if (live) return { sop, live }
  }
  return undefined
}

/** A version by its number: the tenant's own, unless it is retired, or one that came with Portolan; those of others look like none. */
export async function usableVersion(tenant: Tenant, sopId: SopId, version: number): Promise<SopVersion> {
  const { origin, machine } = await findSop(tenant, sopId)
  const [found, status] = await Promise.all([findVersion(machine, version), ownVersionStatus(tenant, sopId, version)])
  const foreign = status === undefined && (origin === 'TENANT' || found?.description !== undefined)
  if (!found || foreign) throw notFound('sop_version')
  if (status === 'RETIRED') throw new AppError('conflict', 'sop_version.retired', `Version ${version} is retired`)
  return { version, versionArn: found.versionArn }
}
