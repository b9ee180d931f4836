import { subtotalAmount, taxAmount } from '../commercial-invoice/fields'
import { among, type Evidence, type FieldSpec } from '../kind'
import * as commerce from '../vocabulary/commerce'

/** Papers that are none of our kinds: titles and phrases that speak for them. */
export const OTHER_TITLES: readonly Evidence[] = [
  { phrase: 'purchase order', weight: 8 },
  { phrase: 'order confirmation', weight: 7 },
  { phrase: 'sales order', weight: 7 },
  { phrase: 'quotation', weight: 7 },
  { phrase: 'quote', weight: 6 },
  { phrase: 'offer', weight: 5 },
  { phrase: 'receipt', weight: 6.5 },
  { phrase: 'cash receipt', weight: 8 },
  { phrase: 'cash bill', weight: 7 },
  { phrase: 'simplified tax invoice', weight: 7 },
  { phrase: 'earnings statement', weight: 8 },
  { phrase: 'pay stub', weight: 8 },
  { phrase: 'payslip', weight: 8 },
  { phrase: 'employment application', weight: 9 },
  { phrase: 'application for employment', weight: 9 },
  { phrase: 'importer security filing', weight: 9 },
  { phrase: 'shipping instruction', weight: 9 },
  { phrase: 'shipping instructions', weight: 9 },
  { phrase: "shipper's letter of instruction", weight: 9 },
  { phrase: 'forwarding instructions', weight: 8 },
  { phrase: 'booking confirmation', weight: 9 },
  { phrase: 'booking request', weight: 8 },
  { phrase: 'statement of account', weight: 8 },
  { phrase: 'account statement', weight: 8 },
  { phrase: 'bank statement', weight: 8 },
  { phrase: 'insurance certificate', weight: 8 },
  { phrase: 'certificate of insurance', weight: 9 },
  { phrase: 'phytosanitary certificate', weight: 9 },
  { phrase: 'fumigation certificate', weight: 9 },
  { phrase: 'letter of credit', weight: 7 },
  { phrase: 'inspection certificate', weight: 8 },
  { phrase: 'certificate of analysis', weight: 8 },
  { phrase: 'bestellung', weight: 7 },
  { phrase: 'auftragsbestatigung', weight: 7 },
  { phrase: 'angebot', weight: 7 },
  { phrase: 'quittung', weight: 7 },
  { phrase: 'bon de commande', weight: 8 },
  { phrase: 'devis', weight: 7 },
  { phrase: 'orden de compra', weight: 8 },
  { phrase: 'cotizacion', weight: 7 },
  { phrase: 'cotacao', weight: 7 },
  { phrase: 'pedido de compra', weight: 8 },
  { phrase: 'offerte', weight: 7 },
  { phrase: 'preventivo', weight: 7 },
]

/** Phrases of till slips and letters. */
export const OTHER_EVIDENCE: readonly Evidence[] = [
  { phrase: 'cashier', weight: 2 },
  { phrase: 'change due', weight: 1.5 },
  { phrase: 'change', weight: 1 },
  { phrase: 'cash', weight: 1.2 },
  { phrase: 'rounding', weight: 1.8 },
  { phrase: 'rounding adjustment', weight: 1 },
  { phrase: 'gst summary', weight: 1.8 },
  { phrase: 'please come again', weight: 2.5 },
  { phrase: 'thank you please come again', weight: 1 },
  { phrase: 'goods sold are not', weight: 2.5 },
  { phrase: 'not returnable', weight: 1.5 },
  { phrase: 'non refundable', weight: 1 },
  { phrase: 'dine in', weight: 2 },
  { phrase: 'server', weight: 1 },
  { phrase: 'tip', weight: 1 },
  { phrase: 'customer copy', weight: 1.5 },
  { phrase: 'sr', weight: 0.8 },
  { phrase: 'zrl', weight: 0.8 },
  { phrase: 'pos', weight: 0.6 },
  { phrase: 'net pay', weight: 3 },
  { phrase: 'gross pay', weight: 3 },
  { phrase: 'year to date', weight: 2 },
  { phrase: 'we are pleased to quote', weight: 4 },
  { phrase: 'rates valid', weight: 2 },
  { phrase: 'validity', weight: 1 },
]

const issuer: FieldSpec = {
  field: 'issuer',
  type: 'party',
  labels: among('Company | Issued by'),
  // On an order the vendor is who gets it.
  weakLabels: among('Vendor | Supplier | Seller'),
  letterhead: true,
  expense: ['VENDOR_NAME', 'VENDOR', 'VENDOR_SUPPLIER', 'VENDOR_URL'],
}

/** What may be said of any paper: who made it, its number, its date and its total. */
export const OTHER_FIELDS: readonly FieldSpec[] = [
  issuer,
  {
    field: 'documentNumber',
    type: 'identifier',
    labels: among(
      'Receipt No | Receipt # | Document No | Doc No | Bill No | Invoice No | Invoice Number | Quote No | Quotation No | Inv No | Cash Bill No',
    ),
    weakLabels: among('Reference No | Ref No'),
    expense: ['INVOICE_RECEIPT_ID'],
  },
  // The number of an order is one of these, not of an invoice.
  commerce.purchaseOrderNumber,
  {
    ...commerce.documentDate,
    labels: [...commerce.documentDate.labels, 'PO Date', 'Quote Date', 'Order Date', 'Pay Date', 'Date Time'],
    // A till slip prints its date without a label.
    patterns: [{ find: /((?<!\d)\d{1,2}[-/.](?:\d{1,2}|[A-Za-z]{3})[-/.](?:20)?\d{2})(?!\d)/, confidence: 0.75 }],
  },
  subtotalAmount,
  taxAmount,
  {
    ...commerce.totalAmount,
    // Shops round cash totals: what is paid is the rounded one.
    labels: [
      ...commerce.totalAmount.labels,
      ...among(`
        Rounded Total | Total Rounded | Total Amt Rounded | Total After Rounding | Total Sales | Total Sales Inclusive of GST | Total Inclusive of GST | Total Incl of GST |
        Total Incl GST | Total RM | Nett Total | Net Total | Sales Inclusive of GST | Amount`),
    ],
  },
  commerce.currency,
  // What was handed over and what came back prove the total of a till slip.
  {
    field: 'amountPaid',
    type: 'money',
    labels: among(`
      Cash | Cash Tendered | Tendered | Tend | Amount Tendered | Amount Paid | Cash Received | Cash Paid | Payment | Tunai | Bar | Gegeben |
      Espèces | Efectivo | Dinheiro | Contant | Contanti`),
    expense: ['AMOUNT_PAID'],
  },
  {
    field: 'changeGiven',
    type: 'money',
    labels: among(`
      Change | Change Due | Change Amount | Baki | Rückgeld | Wechselgeld | Monnaie rendue | Rendu | Cambio | Troco | Wisselgeld | Resto`),
  },
]
