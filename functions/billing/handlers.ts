import type { BillingProof } from '../../schemas/billing'
import type { Context } from '../platform/context'
import type { Handlers } from '../platform/route'
import { logger } from '../platform/telemetry'
import { listShipments, loadShipment, onShipment } from '../shipments/store'
import type { routes } from './contract'
import { decideAddCharge } from './domain/charges'
import { balancesView } from './domain/ledger'
import { proofOf } from './domain/proof'
import { journalsOf, listInvoices, loadBalances, loadInvoice } from './store'

export const handlers: Handlers<typeof routes> = {
  async listInvoices(context, { query }) {
    return { body: await listInvoices(context, context.organizationId ?? query.billTo, query) }
  },

  async getInvoice(context, { params }) {
    return { body: await loadInvoice(context, params.invoiceId, context.organizationId) }
  },

  async getLedgerBalances(context, { query }) {
    const { balances, posted } = await loadBalances(context, query)
    const body = balancesView(balances, posted)
    if (!body.balanced) logger.error('The ledger does not balance', { balances: body.items })
    return { body }
  },

  async getBillingProof(context, { query }) {
    const { shipmentId, from, to } = query
    const shipments =
      shipmentId === undefined
        ? await listShipments(context, query, [from ?? '', to ?? ''])
        : { items: [{ shipmentId }] }
    const items = await Promise.all(shipments.items.map((it) => prove(context, it.shipmentId)))
    const count = (set: (proof: BillingProof) => unknown[]) => items.reduce((sum, it) => sum + set(it).length, 0)
    const totals = {
      billed: count((it) => it.billed),
      notBilled: count((it) => it.notBilled),
      orphans: count((it) => it.orphans),
    }
    return { body: { items, totals, ...('next' in shipments && shipments.next ? { next: shipments.next } : {}) } }
  },

  async addCharge(context, { params, body, ifMatch, idempotencyKey }) {
    const { answer, version, replayed } = await onShipment(
      context,
      params.shipmentId,
      (state) => decideAddCharge(state, body),
      { ifMatch, idempotency: { operation: 'addCharge', key: idempotencyKey, request: body } },
    )
    return { body: answer, version, replayed }
  },
}

/** Shipment and journal are two reads: an orphan that a posting in between has made is looked at again. */
async function prove(context: Context, shipmentId: string): Promise<BillingProof> {
  for (;;) {
    const state = await loadShipment(context, shipmentId)
    const proof = proofOf(state, await journalsOf(context, shipmentId))
    if (proof.orphans.length === 0) return proof
    const { header } = await loadShipment(context, shipmentId)
    if (header.version === state.header.version) return proof
  }
}
