import { get } from '../platform/table'
import { Assignment } from './domain'

/** Clients belong to no tenant before they have a token; this is no tenant's id, for none may have an underscore. */
const PLATFORM = { tenantId: '_portolan' }

/** What was assigned to a machine client: item `CLIENT#<client id>` with tenant, roles and organization. Throws where there is none. */
export async function loadClient(clientId: string): Promise<Assignment> {
  const item = await get(PLATFORM, { pk: `CLIENT#${clientId}`, sk: 'CLIENT' })
  if (!item) throw new Error(`Client ${clientId} has no tenant`)
  return Assignment.parse(item)
}
