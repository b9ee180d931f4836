/** Invoices, the ledger, and the proof that ties both to what happened. Amounts are integers of minor units. */
import * as z from 'zod'
import { ChargeCode } from './codes'
import { Currency, ENDS_LATER, Instant, InvoiceId, Money, OrganizationId, pageQuery, ShipmentId } from './common'
import { ChargeLine, ChargeTax, ChargeType } from './shipment'

export const InvoiceLine = z
  .object({
    chargeId: ChargeLine.shape.chargeId,
    occurrenceId: z.string().describe('The milestone occurrence that made the line billable'),
    type: z.enum(['REVENUE', 'DISBURSEMENT']),
    code: ChargeCode,
    description: z.string(),
    amount: z.int().describe('Minor units, without tax'),
    tax: ChargeTax.optional(),
  })
  .meta({ id: 'InvoiceLine' })
export type InvoiceLine = z.infer<typeof InvoiceLine>

/** Issued once and never changed; a mistake is answered by a credit note, not by an edit. */
export const Invoice = z
  .object({
    invoiceId: InvoiceId,
    number: z.string().describe('Gapless in its series, e.g. INV-2026-000001'),
    series: z.string().describe('`INV-` and the year of issue (UTC)'),
    status: z.literal('ISSUED'),
    issuedAt: z.string(),
    shipmentId: ShipmentId,
    clientReference: z.string().optional(),
    billTo: OrganizationId,
    currency: Currency,
    lines: z.array(InvoiceLine).min(1),
    taxes: z
      .array(ChargeTax.safeExtend({ taxable: z.int(), tax: z.int() }))
      .describe('One for each category and rate; rounded once, half away from zero'),
    net: z.int().describe('Sum of the lines, minor units'),
    tax: z.int(),
    total: z.int().describe('net + tax'),
  })
  .meta({ id: 'Invoice' })
export type Invoice = z.infer<typeof Invoice>

export const InvoiceQuery = z.object({
  billTo: OrganizationId.optional().describe('Only invoices to this organization; a partner always sees its own alone'),
  ...pageQuery,
})

export const Account = z
  .enum(['RECEIVABLE', 'REVENUE', 'DISBURSEMENT_CLEARING', 'TAX_PAYABLE', 'COST_OF_SALES', 'ACCRUED_PAYABLES'])
  .describe('Account of the ledger')
export type Account = z.infer<typeof Account>

export const Posting = z.object({
  account: Account,
  amount: z.int().describe('Minor units; debit above zero, credit below'),
  chargeId: z.string().optional(),
  occurrenceId: z.string().optional(),
})
export type Posting = z.infer<typeof Posting>

/** One balanced entry. Sequence is gapless in the tenant, so a missing entry shows. */
export const Journal = z
  .object({
    journalId: z.string(),
    sequence: z.int().positive(),
    kind: z.enum(['INVOICE', 'ACCRUAL', 'REVERSAL']),
    postedAt: z.string(),
    shipmentId: ShipmentId,
    invoiceId: InvoiceId.optional(),
    party: OrganizationId,
    currency: Currency,
    postings: z.array(Posting).min(2),
  })
  .meta({ id: 'Journal' })
export type Journal = z.infer<typeof Journal>

export const BalancesQuery = z.object({
  recompute: z
    .stringbool()
    .default(false)
    .describe('Fold the whole journal again instead of going on from the checkpoint'),
})

export const LedgerBalances = z
  .object({
    items: z.array(
      z.object({
        account: Account,
        currency: Currency,
        debit: z.int(),
        credit: z.int(),
        balance: z.int().describe('debit - credit'),
      }),
    ),
    balanced: z.boolean().describe('Debits equal credits in every currency; anything else is a defect'),
    journals: z.int().describe('Entries 1 to this one are in the balances'),
    posted: z.int().describe('Number of the latest entry; above `journals` only for the moment that the index lags'),
  })
  .meta({ id: 'LedgerBalances' })
export type LedgerBalances = z.infer<typeof LedgerBalances>

export const NotBilledReason = z.enum(['NOT_REACHED', 'RETRACTED', 'DUE'])
export const OrphanReason = z.enum(['NO_CHARGE', 'NO_OCCURRENCE', 'OTHER_AMOUNT', 'TWICE', 'NO_FACT', 'NO_POSTING'])

const pair = { chargeId: z.string(), occurrenceId: z.string() }

/** Every charge line of a shipment against every occurrence of its milestone against every posting. */
export const BillingProof = z
  .object({
    shipmentId: ShipmentId,
    billed: z.array(
      z.object({
        ...pair,
        type: ChargeType,
        amount: Money,
        journalId: z.string(),
        invoiceId: InvoiceId.optional().describe('Absent for a cost, which is accrued'),
        undone: z
          .enum(['CREDIT_PROPOSED', 'REVERSED'])
          .optional()
          .describe('The occurrence was retracted after it was billed'),
      }),
    ),
    notBilled: z.array(
      z.object({
        chargeId: z.string(),
        occurrenceId: z.string().optional(),
        reason: NotBilledReason.describe(
          'NOT_REACHED: its milestone never was; RETRACTED: it was taken back before it was billed; DUE: on its way',
        ),
        since: z.string().optional().describe('When the occurrence that is due was recorded'),
      }),
    ),
    orphans: z
      .array(z.object({ ...pair, journalId: z.string().optional(), reason: OrphanReason }))
      .describe('Postings that nothing explains, or facts without a posting. Anything in here is a defect'),
  })
  .meta({ id: 'BillingProof' })
export type BillingProof = z.infer<typeof BillingProof>

export const BillingProofQuery = z
  .object({
    shipmentId: ShipmentId.optional(),
    from: Instant.optional().describe('Shipments created from this moment'),
    to: Instant.optional().describe('… to before this one'),
    ...pageQuery,
    limit: pageQuery.limit.unwrap().max(50).default(20),
  })
  .refine(({ shipmentId, from, to }) => [shipmentId, from ?? to].filter(Boolean).length === 1, {
    message: 'give either shipmentId, or from and to',
    path: ['shipmentId'],
  })
  .refine(({ from, to }) => (from === undefined) === (to === undefined), {
    message: 'from and to go together',
    path: ['to'],
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from < to, ENDS_LATER)

export const BillingProofPage = z
  .object({
    items: z.array(BillingProof),
    totals: z.object({ billed: z.int(), notBilled: z.int(), orphans: z.int() }).describe('Of this page'),
    next: z.string().optional(),
  })
  .meta({ id: 'BillingProofPage' })
