/** The demo tenant's first shipments, created through its own API. */
import { connect } from '../demo/api'
import { movingShipments } from '../demo/shipments'
import { CreatedShipment } from '../schemas/shipment'

export async function createDemoTenant({ url }: { url: string }): Promise<void> {
  const api = connect(url, 'demo', () => undefined)
  for (const body of movingShipments(Date.now()))
    await api.call({ role: 'SALES' }, 'POST', '/v1/shipments', {
      body,
      expect: 201,
      answer: CreatedShipment,
      idempotencyKey: `demo-tenant-${body.clientReference}`,
    })
}
