// Truth of invoices that exist as XML too: Cross Industry Invoice (ZUGFeRD, Factur-X; the old names of ZUGFeRD 1 as well) and UBL.
import { date, type Expected, type ExpectedLine, identifier, money, party, type Truth, text } from './case'

/** What stands between a tag and its end, whatever its prefix; the first of that name. */
const tag = (xml: string, ...names: readonly string[]): string | undefined => {
  for (const name of names) {
    const found = xml.match(new RegExp(`<(?:[\\w-]+:)?${name}(?:\\s[^>]*)?>([\\s\\S]*?)</(?:[\\w-]+:)?${name}>`))?.[1]
    if (found !== undefined) return found
  }
  return undefined
}

const tags = (xml: string, name: string): string[] =>
  [...xml.matchAll(new RegExp(`<(?:[\\w-]+:)?${name}(?:\\s[^>]*)?>([\\s\\S]*?)</(?:[\\w-]+:)?${name}>`, 'g'))].map(
    (m) => m[1] ?? '',
  )

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

const unescaped = (xml: string): string =>
  xml.replace(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
    if (hex) return String.fromCodePoint(Number.parseInt(hex, 16))
    if (decimal) return String.fromCodePoint(Number(decimal))
    return ENTITIES[name ?? ''] ?? whole
  })

const plain = (xml: string | undefined): string | null =>
  xml === undefined
    ? null
    : unescaped(xml.replace(/<!\[CDATA\[([\s\S]*?)\]\]>/g, '$1').replace(/<[^>]+>/g, ' '))
        .replace(/\s+/g, ' ')
        .trim() || null

const isoDate = (written: string | null): string | null => {
  const compact = written?.match(/^(\d{4})(\d{2})(\d{2})/)
  return compact ? compact.slice(1).join('-') : (written?.match(/^\d{4}-\d{2}-\d{2}/)?.[0] ?? null)
}

const amount = (xml: string | undefined): number | null => {
  const value = plain(xml)
  return value === null || Number.isNaN(Number(value)) ? null : Number(value)
}

const optional = (value: string | null, make: (value: string) => Expected): Expected[] =>
  value === null ? [] : [make(value)]

/** A Cross Industry Invoice, or nothing if the XML is none. */
export function fromCrossIndustryInvoice(xml: string): Truth | undefined {
  if (!/<(?:[\w-]+:)?CrossIndustry(?:Invoice|Document)[\s>]/.test(xml)) return undefined
  const header = tag(xml, 'ExchangedDocument', 'HeaderExchangedDocument') ?? ''
  const sums =
    tag(xml, 'SpecifiedTradeSettlementHeaderMonetarySummation', 'SpecifiedTradeSettlementMonetarySummation') ?? ''
  const agreement = tag(xml, 'ApplicableHeaderTradeAgreement', 'ApplicableSupplyChainTradeAgreement') ?? ''
  const name = (role: string): string | null => plain(tag(tag(agreement, role) ?? '', 'Name'))
  const order = tag(agreement, 'BuyerOrderReferencedDocument') ?? ''
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
      ...optional(isoDate(plain(tag(tag(xml, 'DueDateDateTime') ?? '', 'DateTimeString'))), (v) => date(v, 'dueDate')),
      ...optional(plain(tag(order, 'IssuerAssignedID', 'ID')), (v) => identifier(v, 'purchaseOrderNumber')),
      text(plain(tag(xml, 'InvoiceCurrencyCode')), 'currency'),
      money(amount(tag(sums, 'TaxBasisTotalAmount')), 'subtotalAmount'),
      money(amount(tag(sums, 'TaxTotalAmount')), 'taxAmount'),
      money(amount(tag(sums, 'GrandTotalAmount')), 'totalAmount'),
    ],
    lines,
  }
}

/** A UBL invoice or credit note, or nothing if the XML is none. */
export function fromUbl(xml: string): Truth | undefined {
  const root = xml.match(/<(?:[\w-]+:)?(?:Invoice|CreditNote)\s[^>]*xmlns[^>]*>/)
  if (!root) return undefined
  // Lines, parties and references have numbers and dates of their own: what comes before the first of them is the header's.
  const header = xml.slice((root.index ?? 0) + root[0].length).split(/<cac:|<(?:[\w-]+:)?OrderReference>/)[0] ?? ''
  const name = (role: string): string | null => {
    const side = tag(xml, role) ?? ''
    return plain(tag(side, 'RegistrationName')) ?? plain(tag(tag(side, 'PartyName') ?? '', 'Name'))
  }
  const sums = tag(xml, 'LegalMonetaryTotal') ?? ''
  const lines = [...tags(xml, 'InvoiceLine'), ...tags(xml, 'CreditNoteLine')].map(
    (line): ExpectedLine => ({
      quantity: amount(tag(line, 'InvoicedQuantity', 'CreditedQuantity')) ?? 0,
      amount: amount(tag(line, 'LineExtensionAmount')) ?? 0,
    }),
  )
  const due = tag(header, 'DueDate') ?? tag(xml, 'PaymentDueDate')
  return {
    kinds: ['COMMERCIAL_INVOICE'],
    expected: [
      identifier(plain(tag(header, 'ID')), 'invoiceNumber'),
      date(isoDate(plain(tag(header, 'IssueDate'))), 'documentDate'),
      party(name('AccountingSupplierParty'), 'seller'),
      party(name('AccountingCustomerParty'), 'buyer'),
      ...optional(isoDate(plain(due)), (v) => date(v, 'dueDate')),
      ...optional(plain(tag(tag(xml, 'OrderReference') ?? '', 'ID')), (v) => identifier(v, 'purchaseOrderNumber')),
      text(plain(tag(header, 'DocumentCurrencyCode')), 'currency'),
      money(amount(tag(sums, 'TaxExclusiveAmount')), 'subtotalAmount'),
      money(amount(tag(tag(xml, 'TaxTotal') ?? '', 'TaxAmount')), 'taxAmount'),
      money(amount(tag(sums, 'TaxInclusiveAmount')), 'totalAmount'),
    ],
    lines,
  }
}
