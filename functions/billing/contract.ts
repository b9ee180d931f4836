import * as z from 'zod'
import {
  BalancesQuery,
  BillingProofPage,
  BillingProofQuery,
  Invoice,
  InvoiceQuery,
  LedgerBalances,
} from '../../schemas/billing'
import { InvoiceId, page, ShipmentId } from '../../schemas/common'
import { PartnerRole, type Role } from '../../schemas/role'
import { ChargeLine, NewChargeLine } from '../../schemas/shipment'
import { type Contract, route } from '../platform/route'

const LEDGER_READERS: Role[] = ['FINANCE', 'TENANT_ADMIN', 'AUDITOR']
const INVOICE_READERS: Role[] = [...LEDGER_READERS, 'SALES', 'CUSTOMER_SERVICE', 'INTEGRATION', ...PartnerRole.options]

export const routes = {
  listInvoices: route({
    method: 'GET',
    path: '/v1/invoices',
    summary: 'Invoices, newest first; a partner sees those that it has to pay',
    roles: INVOICE_READERS,
    query: InvoiceQuery,
    status: 200,
    response: page(Invoice),
  }),
  getInvoice: route({
    method: 'GET',
    path: '/v1/invoices/{invoiceId}',
    summary: 'An invoice, as it was issued',
    roles: INVOICE_READERS,
    params: z.object({ invoiceId: InvoiceId }),
    status: 200,
    response: Invoice,
    errors: ['invoice.not_found'],
  }),
  getLedgerBalances: route({
    method: 'GET',
    path: '/v1/ledger/balances',
    summary: 'Debit, credit and balance of each account and currency',
    roles: LEDGER_READERS,
    query: BalancesQuery,
    status: 200,
    response: LedgerBalances,
  }),
  getBillingProof: route({
    method: 'GET',
    path: '/v1/billing/proof',
    summary: 'What was billable against what was posted, of one shipment or of all that were created in a period',
    roles: LEDGER_READERS,
    query: BillingProofQuery,
    status: 200,
    response: BillingProofPage,
    errors: ['shipment.not_found'],
  }),
  addCharge: route({
    method: 'POST',
    path: '/v1/shipments/{shipmentId}/charges',
    summary: 'Add a charge line; it is billed when its milestone is reached, or at once if it has been',
    roles: ['FINANCE', 'OPERATIONS', 'SALES', 'PRICING', 'TENANT_ADMIN', 'INTEGRATION'],
    params: z.object({ shipmentId: ShipmentId }),
    body: NewChargeLine,
    status: 201,
    response: ChargeLine,
    errors: ['shipment.not_found', 'shipment.ended', 'charge.exists', 'idempotency_key.reused'],
  }),
}

export const contract = {
  domain: 'billing',
  doors: { api: { access: ['table:write'] }, events: { access: ['table:write'] } },
  routes,
  publishes: ['charge.added', 'invoice.issued', 'cost.accrued', 'accrual.reversed', 'credit.proposed'],
  subscribes: ['milestone.recorded', 'milestone.retracted', 'charge.added'],
} as const satisfies Contract
