/** The door that the clock calls each minute: looks at every shipment for which something may have come due. */
import { type Context, systemContext } from '../platform/context'
import { count, logger } from '../platform/telemetry'
import { listTenants } from '../platform/tenants'
import { listDue, postponeWake } from '../shipments/store'
import { wake } from './look'

const PAGE = 100
const AT_ONCE = 8
/** A shipment that can't be looked at must not keep others waiting, nor be forgotten. */
const AFTER_FAILURE_MS = 15 * 60_000

/** What is left when the time is over is due next minute. `timeLeft` in milliseconds. */
export async function lookAround(requestId: string, timeLeft: () => number): Promise<void> {
  for (const tenantId of await listTenants()) {
    for (let due = PAGE; due === PAGE && timeLeft() > 10_000; ) {
      const context = systemContext(tenantId, 'sops-timer', requestId)
      const shipmentIds = await listDue(context, PAGE)
      for (let from = 0; from < shipmentIds.length; from += AT_ONCE)
        await Promise.all(shipmentIds.slice(from, from + AT_ONCE).map((shipmentId) => wakeSafely(context, shipmentId)))
      due = shipmentIds.length
    }
  }
}

async function wakeSafely(context: Context, shipmentId: string): Promise<void> {
  try {
    await wake(context, shipmentId)
    count('Applied', 'sops-timer')
  } catch (error) {
    count('Failed', 'sops-timer')
    const { tenantId } = context
    logger.error('Shipment not looked at', {
      tenantId,
      shipmentId,
      error: error instanceof Error ? error : String(error),
    })
    await postponeWake(context, shipmentId, new Date(Date.parse(context.now) + AFTER_FAILURE_MS).toISOString())
  }
}
