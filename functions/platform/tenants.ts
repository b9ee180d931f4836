/** The tenants there are: tokens alone name them, so one is noted when its first work comes. */
import { partition, put, type Tenant } from './table'

/** What belongs to no tenant, or to none yet; this is no tenant's id, for none may have an underscore. */
export const NO_TENANT: Tenant = { tenantId: '_portolan' }

const PK = 'TENANTS'
/** Of this environment: what is written once need not be written for every shipment. */
const noted = new Set<string>()

/** Notes that there is work of the tenant's. */
export async function noteTenant({ tenantId }: Tenant): Promise<void> {
  if (noted.has(tenantId)) return
  await put(NO_TENANT, { pk: PK, sk: tenantId })
  noted.add(tenantId)
}

export const listTenants = async (): Promise<string[]> => (await partition(NO_TENANT, PK)).map(({ sk }) => sk)
