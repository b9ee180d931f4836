import { get } from '../platform/table'
import { NO_TENANT } from '../platform/tenants'
import { Assignment } from './domain'

/** What was assigned to a machine client: item `CLIENT#<client id>` with tenant, roles and organization. Throws where there is none. */
export async function loadClient(clientId: string): Promise<Assignment> {
  const item = await get(NO_TENANT, { pk: `CLIENT#${clientId}`, sk: 'CLIENT' })
  if (!item) throw new Error(`Client ${clientId} has no tenant`)
  return Assignment.parse(item)
}
