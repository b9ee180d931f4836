/** The hash of a link's secret, and which grant it opens. The grant itself stands in its shipment's timeline. */
import { get, type Tenant, type Write } from '../platform/table'

const KEPT_AFTER_EXPIRY = 30 * 86_400

const key = (hash: string) => ({ pk: `GRANT#${hash}`, sk: 'GRANT' })

export const secretWrite = (hash: string, shipmentId: string, grantId: string, expiresAt: string): Write => ({
  put: {
    ...key(hash),
    shipmentId,
    grantId,
    // Kept for a while, so that a late holder is told that it has ended.
    expiresAt: Math.floor(Date.parse(expiresAt) / 1000) + KEPT_AFTER_EXPIRY,
  },
  if: 'absent',
})

export async function findSecret(tenant: Tenant, hash: string) {
  const item = await get(tenant, key(hash))
  return item && { shipmentId: String(item.shipmentId), grantId: String(item.grantId) }
}
