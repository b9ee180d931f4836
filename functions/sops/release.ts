/** Answers the token of a settled wait, and ends the wait. */
import type { Wait } from '../../schemas/wait'
import type { Tenant } from '../platform/table'
import { endWait } from '../shipments/store'
import { settleToken } from './client'
import type { Output } from './domain/waits'

/** In this order a crash in between leaves the wait, and the next signal answers its token once more, to no effect. */
export async function release(tenant: Tenant, shipmentId: string, wait: Wait, output: Output): Promise<void> {
  await settleToken(wait.token, output)
  await endWait(tenant, shipmentId, wait)
}
