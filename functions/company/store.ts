/** The tenant's legal entity: one item. */
import { LegalEntity } from '../../schemas/legal-entity'
import { AppError } from '../platform/errors'
import { ConditionFailed, get, put, type Tenant } from '../platform/table'

const KEY = { pk: 'LEGAL-ENTITY', sk: 'PROFILE' }

export async function findLegalEntity(tenant: Tenant): Promise<{ value: LegalEntity; version: number } | undefined> {
  const item = await get(tenant, KEY)
  return item && { value: LegalEntity.parse(JSON.parse(String(item.body))), version: Number(item.version) }
}

/** Writes over the version that was read, and answers the new one; refused when another came between. */
export async function saveLegalEntity(
  tenant: Tenant,
  entity: LegalEntity,
  before: number | undefined,
): Promise<number> {
  const version = (before ?? 0) + 1
  const item = { ...KEY, version, body: JSON.stringify(entity) }
  try {
    await put(tenant, item, before === undefined ? 'absent' : { attribute: 'version', equals: before })
    return version
  } catch (error) {
    throw error instanceof ConditionFailed ? overtaken() : error
  }
}

export const overtaken = () => new AppError('stale', 'legal_entity.changed', 'Another has changed it: read it again')
