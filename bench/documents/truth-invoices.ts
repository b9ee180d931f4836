// Truth of invoices and receipts, from each source's own format to our fields.
import type { DateOrder } from '../../functions/documents/extraction/normalise/dates'
import { date, type Expected, type ExpectedLine, identifier, money, party, type Truth, text } from './case'
import { amountOf, at, dayOf, isRecord, type Json, listAt, numberAt, textAt } from './json'

/** What others' readers say: what they leave out may stand on the paper all the same, and is not expected to be missing. */
export const stated = <T>(value: T | null, make: (value: T) => Expected): Expected[] =>
  value === null ? [] : [make(value)]

/** invoice2data: the expected fields of each template's test, in a list of one, or alone. */
export function fromInvoice2data(answer: unknown): Truth | undefined {
  const t = Array.isArray(answer) ? answer.find(isRecord) : answer
  if (!isRecord(t)) return undefined
  const day = (key: string): string | null => dayOf(textAt(t, key), 'DMY')
  const lines: ExpectedLine[] = listAt(t, 'lines').flatMap((line) => {
    const amount = numberAt(line, 'price_subtotal')
    const quantity = numberAt(line, 'qty')
    return amount !== null && quantity !== null ? [{ amount, quantity }] : []
  })
  return {
    kinds: ['COMMERCIAL_INVOICE'],
    expected: [
      ...stated(textAt(t, 'invoice_number'), (v) => identifier(v, 'invoiceNumber')),
      ...stated(day('date'), (v) => date(v, 'documentDate')),
      ...stated(day('date_due'), (v) => date(v, 'dueDate')),
      ...stated(numberAt(t, 'amount'), (v) => money(v, 'totalAmount')),
      ...stated(numberAt(t, 'amount_untaxed'), (v) => money(v, 'subtotalAmount', 'totalAmount')),
      ...stated(numberAt(t, 'amount_tax'), (v) => money(v, 'taxAmount')),
      ...stated(textAt(t, 'purchase_order_id'), (v) => identifier(v, 'purchaseOrderNumber')),
      ...stated(textAt(t, 'incoterm'), (v) => text(v, 'incoterm')),
    ],
    ...(lines.length > 0 ? { lines } : {}),
  }
}

/** ICDAR SROIE: company, date, address and total of till slips, by keys in either case. */
export function fromSroie(answer: unknown): Truth | undefined {
  if (!isRecord(answer)) return undefined
  const t = Object.fromEntries(Object.entries(answer).map(([key, value]) => [key.trim().toLowerCase(), value]))
  return {
    kinds: ['OTHER'],
    expected: [
      party(textAt(t, 'company'), 'issuer'),
      ...stated(dayOf(textAt(t, 'date'), 'DMY'), (v) => date(v, 'documentDate')),
      money(numberAt(t, 'total'), 'totalAmount'),
    ],
  }
}

type Printed = (name: string) => string | null

/** An invoice as another vendor's reader tells it: the printed text of each field. */
function invoiceTold(printed: Printed, order: DateOrder): Truth {
  const amount = (name: string): number | null => amountOf(printed(name) ?? '')
  return {
    kinds: ['COMMERCIAL_INVOICE'],
    expected: [
      ...stated(printed('InvoiceId'), (v) => identifier(v, 'invoiceNumber')),
      ...stated(dayOf(printed('InvoiceDate'), order), (v) => date(v, 'documentDate')),
      ...stated(dayOf(printed('DueDate'), order), (v) => date(v, 'dueDate')),
      ...stated(printed('PurchaseOrder'), (v) => identifier(v, 'purchaseOrderNumber')),
      ...stated(printed('VendorName'), (v) => party(v, 'seller')),
      ...stated(printed('CustomerName'), (v) => party(v, 'buyer')),
      ...stated(amount('SubTotal'), (v) => money(v, 'subtotalAmount')),
      ...stated(amount('TotalTax'), (v) => money(v, 'taxAmount')),
      ...stated(amount('InvoiceTotal'), (v) => money(v, 'totalAmount')),
    ],
  }
}

/** Azure's answer for its own sample, of any version (`documentResults` or `documents`, `text` or `content`). */
export function fromAzure(answer: unknown): Truth | undefined {
  const result = at(answer, 'analyzeResult')
  const fields = at(result, 'documentResults', 0, 'fields') ?? at(result, 'documents', 0, 'fields')
  if (!isRecord(fields)) return undefined
  return invoiceTold((name) => textAt(fields, name, 'text') ?? textAt(fields, name, 'content'), 'MDY')
}

const AZURE_LABELS: Readonly<Record<string, string>> = {
  provider: 'VendorName',
  vendor: 'VendorName',
  for: 'CustomerName',
  customer: 'CustomerName',
  invoice: 'InvoiceId',
  invoicenumber: 'InvoiceId',
  invoiceno: 'InvoiceId',
  date: 'InvoiceDate',
  total: 'InvoiceTotal',
  tax: 'TotalTax',
}

/** Azure's labels for training (`*.labels.json`): a label's words, each with its place. */
export function fromAzureLabels(answer: unknown): Truth | undefined {
  const known = new Map<string, string>()
  for (const label of listAt(answer, 'labels')) {
    const name = textAt(label, 'label')?.replace(/[^\p{L}\d]/gu, '') ?? ''
    const words = listAt(label, 'value').flatMap((word) => textAt(word, 'text') ?? [])
    if (words.length > 0) known.set((AZURE_LABELS[name.toLowerCase()] ?? name).toLowerCase(), words.join(' '))
  }
  return known.size === 0 ? undefined : invoiceTold((name) => known.get(name.toLowerCase()) ?? null, 'MDY')
}

const ENTITIES: Readonly<Record<string, string>> = {
  InvoiceId: 'invoice_id',
  InvoiceDate: 'invoice_date',
  DueDate: 'due_date',
  PurchaseOrder: 'purchase_order',
  VendorName: 'supplier_name',
  CustomerName: 'receiver_name',
  SubTotal: 'net_amount',
  TotalTax: 'total_tax_amount',
  InvoiceTotal: 'total_amount',
}

/** Google Document AI's answer: entities with their text, and its normal form where there is one. */
export function fromDocumentAi(answer: unknown): Truth | undefined {
  const entities = [...listAt(answer, 'entities'), ...listAt(answer, 'document', 'entities')].filter(isRecord)
  if (entities.length === 0) return undefined
  const told = (entity: Json | undefined): string | null =>
    textAt(entity, 'normalizedValue', 'text') ?? textAt(entity, 'mentionText') ?? textAt(entity, 'mention_text')
  const typed = (type: string): Json | undefined => entities.find((e) => (e.type ?? e.type_) === type)
  return invoiceTold((name) => told(typed(ENTITIES[name] ?? '')), 'MDY')
}
