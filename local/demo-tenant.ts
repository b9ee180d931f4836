/** Who the demo tenant is, and its first shipments: put and created through its own API. */
import { connect } from '../demo/api'
import { forwarder } from '../demo/company'
import { movingShipments } from '../demo/shipments'
import { LegalEntity } from '../schemas/legal-entity'
import { CreatedShipment } from '../schemas/shipment'

export async function createDemoTenant({ url }: { url: string }): Promise<void> {
  const api = connect(url, 'demo', () => undefined)
  await api.call({ role: 'TENANT_ADMIN' }, 'PUT', '/v1/legal-entity', { body: forwarder(), answer: LegalEntity })
  for (const body of movingShipments(Date.now()))
    await api.call({ role: 'SALES' }, 'POST', '/v1/shipments', {
      body,
      expect: 201,
      answer: CreatedShipment,
      idempotencyKey: `demo-tenant-${body.clientReference}`,
    })
}
