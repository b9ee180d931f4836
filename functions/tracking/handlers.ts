import type { Handlers } from '../platform/route'
import { onShipment } from '../shipments/store'
import type { routes } from './contract'
import { decideRecordEvent } from './domain'

export const handlers: Handlers<typeof routes> = {
  async recordEvent(context, { params, body, ifMatch, idempotencyKey }) {
    const { answer, version, replayed } = await onShipment(
      context,
      params.shipmentId,
      (state) => decideRecordEvent(state, body, context.now, context.organizationId),
      { ifMatch, idempotency: { operation: 'recordEvent', key: idempotencyKey, request: body } },
    )
    return { body: answer, version, replayed, ...(answer.duplicate ? { status: 200 } : {}) }
  },
}
