// Truth of invoices and receipts, from each source's own format to our fields.

import { dateOrder, datesIn } from '../../functions/documents/extraction/normalise/dates'
import { date, type Expected, type ExpectedLine, identifier, money, party, type Truth, text } from './case'
import { at, isRecord, listAt, numberAt, textAt } from './json'

/** invoice2data: the expected fields of each template's test. */
export function fromInvoice2data(list: unknown): Truth | undefined {
  const t = at(list, 0)
  if (!isRecord(t)) return undefined
  const known = <T>(key: string, make: (value: T) => Expected, value: T | null): Expected[] =>
    key in t && value !== null ? [make(value)] : []
  const lines: ExpectedLine[] = listAt(t, 'lines').flatMap((line) => {
    const amount = numberAt(line, 'price_subtotal')
    const quantity = numberAt(line, 'qty')
    return amount !== null && quantity !== null ? [{ amount, quantity }] : []
  })
  return {
    kinds: ['COMMERCIAL_INVOICE'],
    expected: [
      ...known('invoice_number', (v: string) => identifier(v, 'invoiceNumber'), textAt(t, 'invoice_number')),
      ...known('date', (v: string) => date(v, 'documentDate'), textAt(t, 'date')),
      ...known('date_due', (v: string) => date(v, 'dueDate'), textAt(t, 'date_due')),
      ...known('amount', (v: number) => money(v, 'totalAmount'), numberAt(t, 'amount')),
      ...known(
        'amount_untaxed',
        (v: number) => money(v, 'subtotalAmount', 'totalAmount'),
        numberAt(t, 'amount_untaxed'),
      ),
      ...known('amount_tax', (v: number) => money(v, 'taxAmount'), numberAt(t, 'amount_tax')),
      ...known(
        'purchase_order_id',
        (v: string) => identifier(v, 'purchaseOrderNumber'),
        textAt(t, 'purchase_order_id'),
      ),
      ...known('incoterm', (v: string) => text(v, 'incoterm'), textAt(t, 'incoterm')),
    ],
    ...(lines.length > 0 ? { lines } : {}),
  }
}

/** ICDAR SROIE: company, date, address and total of till slips. */
export function fromSroie(t: unknown): Truth {
  const printed = textAt(t, 'date') ?? ''
  const [read] = datesIn(printed, dateOrder([printed]) ?? 'DMY')
  return {
    kinds: ['OTHER'],
    expected: [
      party(textAt(t, 'company'), 'issuer'),
      ...(read ? [date(read.date, 'documentDate')] : []),
      money(numberAt(t, 'total'), 'totalAmount'),
    ],
  }
}

const tag = (xml: string, name: string): string | undefined =>
  xml.match(new RegExp(`<(?:\\w+:)?${name}(?:\\s[^>]*)?>([\\s\\S]*?)</(?:\\w+:)?${name}>`))?.[1]

const tags = (xml: string, name: string): string[] =>
  [...xml.matchAll(new RegExp(`<(?:\\w+:)?${name}(?:\\s[^>]*)?>([\\s\\S]*?)</(?:\\w+:)?${name}>`, 'g'))].map(
    (m) => m[1] ?? '',
  )

const plain = (xml: string | undefined): string | null =>
  xml
    ?.replace(/<[^>]+>/g, ' ')
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ')
    .trim() || null

const isoDate = (compact: string | null): string | null =>
  compact && /^\d{8}$/.test(compact) ? `${compact.slice(0, 4)}-${compact.slice(4, 6)}-${compact.slice(6)}` : null

const amount = (xml: string | undefined): number | null => {
  const value = plain(xml)
  return value === null ? null : Number(value)
}

/** ZUGFeRD: the Cross Industry Invoice XML of the same invoice. */
export function fromCrossIndustryInvoice(xml: string): Truth {
  const header = tag(xml, 'ExchangedDocument') ?? ''
  const sums = tag(xml, 'SpecifiedTradeSettlementHeaderMonetarySummation') ?? ''
  const agreement = tag(xml, 'ApplicableHeaderTradeAgreement') ?? ''
  const name = (role: string): string | null => plain(tag(tag(agreement, role) ?? '', 'Name'))
  const due = plain(tag(tag(xml, 'DueDateDateTime') ?? '', 'DateTimeString'))
  const order = plain(tag(tag(agreement, 'BuyerOrderReferencedDocument') ?? '', 'IssuerAssignedID'))
  const lines = tags(xml, 'IncludedSupplyChainTradeLineItem').map((line) => ({
    quantity: amount(tag(line, 'BilledQuantity')) ?? 0,
    amount: amount(tag(line, 'LineTotalAmount')) ?? 0,
  }))
  return {
    kinds: ['COMMERCIAL_INVOICE'],
    expected: [
      identifier(plain(tag(header, 'ID')), 'invoiceNumber'),
      date(isoDate(plain(tag(tag(header, 'IssueDateTime') ?? '', 'DateTimeString'))), 'documentDate'),
      party(name('SellerTradeParty'), 'seller'),
      party(name('BuyerTradeParty'), 'buyer'),
      ...(due ? [date(isoDate(due), 'dueDate')] : []),
      ...(order ? [identifier(order, 'purchaseOrderNumber')] : []),
      text(plain(tag(xml, 'InvoiceCurrencyCode')), 'currency'),
      money(amount(tag(sums, 'TaxBasisTotalAmount')), 'subtotalAmount'),
      money(amount(tag(sums, 'TaxTotalAmount')), 'taxAmount'),
      money(amount(tag(sums, 'GrandTotalAmount')), 'totalAmount'),
    ],
    lines,
  }
}

/** Azure's answer for its own sample, as far as it names fields of ours. */
export function fromAzure(answer: unknown): Truth {
  const fields = at(answer, 'analyzeResult', 'documentResults', 0, 'fields')
  const printed = (key: string): string | null => textAt(fields, key, 'text')
  const dated = (key: string): string | null => {
    const raw = printed(key)
    return raw === null ? null : (datesIn(raw, 'MDY')[0]?.date ?? null)
  }
  return {
    kinds: ['COMMERCIAL_INVOICE'],
    expected: [
      identifier(printed('InvoiceId'), 'invoiceNumber'),
      date(dated('InvoiceDate'), 'documentDate'),
      date(dated('DueDate'), 'dueDate'),
      identifier(printed('PurchaseOrder'), 'purchaseOrderNumber'),
      party(printed('VendorName'), 'seller'),
      party(printed('CustomerName'), 'buyer'),
      money(numberAt(fields, 'SubTotal', 'text'), 'subtotalAmount'),
      money(numberAt(fields, 'TotalTax', 'text'), 'taxAmount'),
      money(numberAt(fields, 'InvoiceTotal', 'text'), 'totalAmount'),
    ],
  }
}
