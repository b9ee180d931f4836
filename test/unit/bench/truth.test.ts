/** Truths as their makers write them. All invented: the shapes are those of the products' public documentation. */

import type { Truth } from '../../../bench/documents/case'
import { amountOf, dayOf } from '../../../bench/documents/json'
import { fromCrossIndustryInvoice, fromUbl } from '../../../bench/documents/truth-electronic'
import {
  fromAzure,
  fromAzureLabels,
  fromDocumentAi,
  fromInvoice2data,
  fromSroie,
} from '../../../bench/documents/truth-invoices'
import { fromMindee, fromTranscript } from '../../../bench/documents/truth-trade'

/** First field name to expected value. */
const values = (truth: Truth | undefined): Record<string, unknown> =>
  Object.fromEntries((truth?.expected ?? []).map(({ fields, value }) => [fields[0], value]))

const INVOICE = {
  invoiceNumber: 'R-17',
  documentDate: '2026-03-02',
  dueDate: '2026-04-01',
  seller: 'Nordwind GmbH',
  buyer: 'Müller & Sohn',
  subtotalAmount: 1000,
  taxAmount: 190,
  totalAmount: 1190,
}

test.each([
  ['1,234.50', 1234.5],
  ['1.234,50 EUR', 1234.5],
  ['$ 1,234', 1234],
  ['33.840', 33.84],
  ['-5.00', -5],
  ['12,5', 12.5],
  ['none', null],
])('the amount %s is %p', (printed, amount) => expect(amountOf(printed)).toBe(amount))

test.each([
  ['2026-03-02T00:00:00', '2026-03-02'],
  ['02.03.2026', '2026-03-02'],
  ['13/03/2026', '2026-03-13'],
  ['2 March 2026', '2026-03-02'],
  ['soon', null],
])('the day %s is %p', (printed, day) => expect(dayOf(printed, 'DMY')).toBe(day))

describe('invoice2data', () => {
  const told = { invoice_number: 4711, date: '02.03.2026', amount: '1.190,00', amount_tax: 190 }
  const wanted = { invoiceNumber: '4711', documentDate: '2026-03-02', totalAmount: 1190, taxAmount: 190 }
  test('in a list', () => expect(values(fromInvoice2data([told]))).toEqual(wanted))
  test('alone', () => expect(values(fromInvoice2data(told))).toEqual(wanted))
  test('an empty list says nothing', () => expect(fromInvoice2data([])).toBeUndefined())
})

test('till slips have their keys in either case', () => {
  const slip = { Company: 'KEDAI A', DATE: '25/12/2018', Total: 'RM 9.00' }
  expect(values(fromSroie(slip))).toEqual({ issuer: 'KEDAI A', documentDate: '2018-12-25', totalAmount: 9 })
  expect(fromSroie([])).toBeUndefined()
})

describe("other vendors' answers", () => {
  const printed = {
    InvoiceId: 'R-17',
    InvoiceDate: '3/2/2026',
    DueDate: '4/1/2026',
    VendorName: 'Nordwind GmbH',
    CustomerName: 'Müller & Sohn',
    SubTotal: '$1,000.00',
    TotalTax: '$190.00',
    InvoiceTotal: '$1,190.00',
  }
  const with_ = (key: string) => Object.fromEntries(Object.entries(printed).map(([k, v]) => [k, { [key]: v }]))

  test.each([
    ['documentResults', 'text'],
    ['documents', 'content'],
  ])('Azure: %s and %s', (results, key) => {
    expect(values(fromAzure({ analyzeResult: { [results]: [{ fields: with_(key) }] } }))).toEqual(INVOICE)
  })

  test('Azure: an answer without fields says nothing', () => {
    expect(fromAzure({ analyzeResult: { readResults: [] } })).toBeUndefined()
  })

  test('Azure: labels of its training set', () => {
    const label = (name: string, ...words: string[]) => ({ label: name, value: words.map((text) => ({ text })) })
    const labels = [
      label('Provider', 'Nordwind', 'GmbH'),
      label('For', 'Müller', '&', 'Sohn'),
      label('Invoice #', 'R-17'),
      label('Date', '3/2/2026'),
      label('Due Date', '4/1/2026'),
      label('Sub Total', '$1,000.00'),
      label('Tax', '$190.00'),
      label('Total', '$1,190.00'),
      label('VAT', 'PT'),
    ]
    expect(values(fromAzureLabels({ document: 'a.pdf', labels }))).toEqual(INVOICE)
    expect(fromAzureLabels({ labels: [] })).toBeUndefined()
  })

  test('Document AI: entities', () => {
    const entities = [
      { type: 'invoice_id', mentionText: 'R-17' },
      { type: 'invoice_date', mentionText: 'Mar 2', normalizedValue: { text: '2026-03-02' } },
      { type: 'due_date', mentionText: 'Apr 1', normalizedValue: { text: '2026-04-01' } },
      { type: 'supplier_name', mentionText: 'Nordwind GmbH' },
      { type: 'receiver_name', mentionText: 'Müller & Sohn' },
      { type: 'net_amount', mentionText: '1,000.00' },
      { type: 'total_tax_amount', mentionText: '190.00' },
      { type: 'total_amount', mentionText: '1,190.00' },
    ]
    expect(values(fromDocumentAi({ entities }))).toEqual(INVOICE)
    expect(fromDocumentAi({ text: 'x' })).toBeUndefined()
  })

  test.each([
    ['invoices', 'INVOICE', 'invoiceNumber'],
    ['financial_document', 'EXPENSE RECEIPT', 'issuer'],
    ['expense_receipts', undefined, 'issuer'],
  ])('Mindee: %s that calls itself %s', (product, type, field) => {
    const prediction = {
      document_type: { value: type },
      invoice_number: { value: 'R-17' },
      supplier_name: { value: 'Nordwind GmbH' },
      total_amount: { value: 1190 },
    }
    const truth = fromMindee({ document: { inference: { prediction } } }, product)
    expect(values(truth)).toHaveProperty(field)
    expect(values(truth).totalAmount).toBe(1190)
  })
})

describe('electronic invoices', () => {
  const party = (role: string, name: string) => `<ram:${role}><ram:Name>${name}</ram:Name></ram:${role}>`
  const day = (tag: string, compact: string) =>
    `<ram:${tag}><udt:DateTimeString format="102">${compact}</udt:DateTimeString></ram:${tag}>`
  const sums =
    '<ram:TaxBasisTotalAmount>1000.00</ram:TaxBasisTotalAmount><ram:TaxTotalAmount currencyID="EUR">190.00</ram:TaxTotalAmount><ram:GrandTotalAmount>1190.00</ram:GrandTotalAmount>'

  test.each([
    [
      'CrossIndustryInvoice',
      'ExchangedDocument',
      'ApplicableHeaderTradeAgreement',
      'SpecifiedTradeSettlementHeaderMonetarySummation',
    ],
    [
      'CrossIndustryDocument',
      'HeaderExchangedDocument',
      'ApplicableSupplyChainTradeAgreement',
      'SpecifiedTradeSettlementMonetarySummation',
    ],
  ])('%s', (root, header, agreement, summation) => {
    const xml = `<?xml version="1.0"?><rsm:${root} xmlns:rsm="urn:x"><rsm:${header}><ram:ID>R-17</ram:ID>${day('IssueDateTime', '20260302')}</rsm:${header}>
      <ram:${agreement}>${party('SellerTradeParty', 'Nordwind GmbH')}${party('BuyerTradeParty', 'M&#252;ller &amp; Sohn')}</ram:${agreement}>
      <ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>${day('DueDateDateTime', '20260401')}<ram:${summation}>${sums}</ram:${summation}></rsm:${root}>`
    expect(values(fromCrossIndustryInvoice(xml))).toEqual({ ...INVOICE, currency: 'EUR' })
    expect(fromUbl(xml)).toBeUndefined()
  })

  test.each(['Invoice', 'CreditNote'])('UBL %s', (root) => {
    const side = (role: string, name: string) =>
      `<cac:${role}><cac:Party><cac:PartyName><cbc:Name>${name}</cbc:Name></cac:PartyName></cac:Party></cac:${role}>`
    const xml = `<?xml version="1.0"?><${root} xmlns="urn:x"><cbc:ID>R-17</cbc:ID><cbc:IssueDate>2026-03-02</cbc:IssueDate><cbc:DueDate>2026-04-01</cbc:DueDate>
      <cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode><cac:OrderReference><cbc:ID>PO-9</cbc:ID></cac:OrderReference>
      ${side('AccountingSupplierParty', 'Nordwind GmbH')}${side('AccountingCustomerParty', 'Müller &amp; Sohn')}
      <cac:TaxTotal><cbc:TaxAmount currencyID="EUR">190.00</cbc:TaxAmount></cac:TaxTotal>
      <cac:LegalMonetaryTotal><cbc:TaxExclusiveAmount>1000</cbc:TaxExclusiveAmount><cbc:TaxInclusiveAmount>1190</cbc:TaxInclusiveAmount></cac:LegalMonetaryTotal></${root}>`
    expect(values(fromUbl(xml))).toEqual({ ...INVOICE, purchaseOrderNumber: 'PO-9', currency: 'EUR' })
    expect(fromCrossIndustryInvoice(xml)).toBeUndefined()
  })
})

test('a transcript that does not say of what kind a paper is leaves that to its name', () => {
  expect(fromTranscript({ vessel: 'MARIA' }, ['BILL_OF_LADING']).kinds).toEqual(['BILL_OF_LADING'])
  expect(fromTranscript({ documentType: 'Bill of Lading' }).kinds).toEqual(['BILL_OF_LADING'])
})
