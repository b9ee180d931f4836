/** The tenants there are: tokens alone name them, so one is noted before its first work is written. */
import { get, partition, put, type Tenant } from './table'

/** What belongs to no tenant, or to none yet; this is no tenant's id, for none may have an underscore. */
export const NO_TENANT: Tenant = { tenantId: '_portolan' }

const PK = 'TENANTS'
/** Of this environment: what is written once need not be written for every shipment. */
const noted = new Set<string>()

/** Notes that there will be work of the tenant's: one read in each environment, and one write for ever. */
export async function noteTenant({ tenantId }: Tenant): Promise<void> {
  if (noted.has(tenantId)) return
  const key = { pk: PK, sk: tenantId }
  if (!(await get(NO_TENANT, key))) await put(NO_TENANT, key)
  noted.add(tenantId)
}

export const listTenants = async (): Promise<string[]> => (await partition(NO_TENANT, PK)).map(({ sk }) => sk)
