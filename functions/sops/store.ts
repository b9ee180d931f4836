/** The denied-party list of a tenant, one item, replaced whole; and the version of an SOP that its new shipments get. */
import * as z from 'zod'
import { DeniedParty, type SopId } from '../../schemas/sop'
import { TenantSop } from '../../schemas/sop-catalogue'
import type { Context } from '../platform/context'
import { get, type Item, partition, type Tenant, transact } from '../platform/table'
import type { SopRef } from './domain/resolution'

const KEY = { pk: 'SCREENING', sk: 'DENIED-PARTIES' }
const Stored = z.array(DeniedParty)

export interface DeniedParties {
  items: DeniedParty[]
  version: number
}

export async function loadDeniedParties(context: Context): Promise<DeniedParties> {
  const item = await get(context, KEY)
  return item
    ? { items: Stored.parse(JSON.parse(String(item.body))), version: Number(item.version) }
    : { items: [], version: 0 }
}

/** Throws ConditionFailed when another has replaced the list since `version`. */
export async function replaceDeniedParties(context: Context, items: DeniedParty[], version: number): Promise<void> {
  const put = { ...KEY, version: version + 1, body: JSON.stringify(items) }
  await transact(context, [{ put, if: version === 0 ? 'absent' : { attribute: 'version', equals: version } }])
}

const SOPS = 'SOPS'
export const tenantSopItem = (sop: TenantSop): Item => ({
  pk: SOPS,
  sk: sop.sopId,
  status: sop.status,
  body: JSON.stringify(sop),
})
const tenantSop = (item: Item): TenantSop => TenantSop.parse(JSON.parse(String(item.body)))
const refOf = (item: Item): SopRef => {
  const { sopId, title, machine, appliesTo, status } = tenantSop(item)
  return { sopId, title, origin: 'TENANT', machine, appliesTo, status }
}

/** SOPs of the tenant's own, retired ones too. */
export const listTenantSops = async (tenant: Tenant): Promise<SopRef[]> => (await partition(tenant, SOPS)).map(refOf)

export async function loadTenantSop(tenant: Tenant, sopId: SopId): Promise<TenantSop | undefined> {
  const item = await get(tenant, { pk: SOPS, sk: sopId })
  return item && tenantSop(item)
}

export async function findTenantSop(tenant: Tenant, sopId: SopId): Promise<SopRef | undefined> {
  const item = await get(tenant, { pk: SOPS, sk: sopId })
  return item && refOf(item)
}

/** Partition of an SOP: its live version, drafts, versions and releases. */
export const sopPartition = (sopId: SopId) => `SOP#${sopId}`

/** Six digits keep versions and releases in order. */
export const numbered = (what: string, number: number) => `${what}#${String(number).padStart(6, '0')}`
/** Of what a tenant has published. */
export const versionKey = (sopId: SopId, version: number) => ({
  pk: sopPartition(sopId),
  sk: numbered('VERSION', version),
})

/** PUBLISHED, SUPERSEDED or RETIRED; undefined when the version is none of the tenant's own. */
export async function ownVersionStatus(tenant: Tenant, sopId: SopId, version: number): Promise<string | undefined> {
  const item = await get(tenant, versionKey(sopId, version))
  return item && String(item.status)
}

export interface LiveVersion {
  version: number
  /** Empty when the tenant follows the version that came with Portolan. */
  versionArn: string
  /** Number of the last release. */
  releases: number
}

/** Undefined for a tenant that has never published this SOP. */
export async function loadLive(tenant: Tenant, sopId: SopId): Promise<LiveVersion | undefined> {
  const item = await get(tenant, { pk: sopPartition(sopId), sk: 'LIVE' })
  return item && { version: Number(item.version), versionArn: String(item.versionArn), releases: Number(item.releases) }
}
