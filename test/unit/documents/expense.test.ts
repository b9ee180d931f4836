import type { ExpenseField } from '../../../functions/documents/extraction/expense'
import { readDocument } from '../../../functions/documents/extraction/read-document'
import type { Extraction } from '../../../schemas/extraction'

type Printed = { label?: string; currency?: string; group?: readonly [type: string, id: string] }

let row = 0
/** A summary field or a cell, one under the other down the page. */
function field(type: string, text: string, { label, currency, group }: Printed = {}): ExpenseField {
  row++
  const at = (Left: number) => ({
    BoundingBox: { Left, Top: 0.02 * row, Width: 0.15, Height: 0.012 * text.split('\n').length },
  })
  return {
    Type: { Text: type, Confidence: 99 },
    ...(label ? { LabelDetection: { Text: label, Confidence: 98, Geometry: at(0.1) } } : {}),
    ValueDetection: { Text: text, Confidence: 98, Geometry: at(0.4) },
    PageNumber: 1,
    ...(currency ? { Currency: { Code: currency } } : {}),
    ...(group ? { GroupProperties: [{ Types: [group[0]], Id: group[1] }] } : {}),
  }
}

function read(summary: readonly ExpenseField[], rows: readonly ExpenseField[][] = []): Extraction {
  row = 0
  const LineItems = rows.map((cells) => ({ LineItemExpenseFields: cells }))
  return readDocument({
    ExpenseDocuments: [{ SummaryFields: [...summary], LineItemGroups: [{ LineItems }] }],
  })
}

const value = ({ fields }: Extraction, name: string) => fields.find((f) => f.field === name)?.value
const INVOICE = [
  field('INVOICE_RECEIPT_ID', 'LA-2026-0117', { label: 'Invoice No.' }),
  field('INVOICE_RECEIPT_DATE', '17 April 2026', { label: 'Invoice Date' }),
]

describe('an answer of AnalyzeExpense', () => {
  test('tells parties by the group of their names, with the address of the same group', () => {
    const reading = read([
      ...INVOICE,
      field('VENDOR_NAME', 'Lagoa Azul Ceramica Lda'),
      field('VENDOR_ADDRESS', 'Lagoa Azul Ceramica Lda\nRua do Porto 8\nAveiro'),
      field('NAME', 'Brightwell Home Ltd', { group: ['RECEIVER_BILL_TO', 'a'] }),
      field('ADDRESS', '4 Mill Lane\nLeeds', { group: ['RECEIVER_BILL_TO', 'a'] }),
      field('NAME', 'Brightwell Warehouse', { group: ['RECEIVER_SHIP_TO', 'b'] }),
      field('ADDRESS', 'Dock 7\nHull', { group: ['RECEIVER_SHIP_TO', 'b'] }),
    ])
    expect(value(reading, 'seller')).toEqual({
      type: 'party',
      name: 'Lagoa Azul Ceramica Lda',
      address: ['Rua do Porto 8', 'Aveiro'],
    })
    expect(value(reading, 'buyer')).toEqual({
      type: 'party',
      name: 'Brightwell Home Ltd',
      address: ['4 Mill Lane', 'Leeds'],
    })
    expect(value(reading, 'consignee')).toEqual({
      type: 'party',
      name: 'Brightwell Warehouse',
      address: ['Dock 7', 'Hull'],
    })
  })

  test('a receiver whose only group is the address shipped to is the consignee, not the buyer', () => {
    const reading = read([
      ...INVOICE,
      field('RECEIVER_NAME', 'Brightwell Warehouse', { group: ['RECEIVER_SHIP_TO', 'b'] }),
    ])
    expect(value(reading, 'consignee')).toMatchObject({ name: 'Brightwell Warehouse' })
    expect(value(reading, 'buyer')).toBeUndefined()
  })

  test('what has a label but no type of Textract’s is a pair of a form', () => {
    const reading = read([
      ...INVOICE,
      field('OTHER', 'NORD4401927', { label: 'B/L No.' }),
      field('OTHER', 'VALPARAISO, CHILE', { label: 'Port of Discharge' }),
    ])
    expect(value(reading, 'billOfLadingNumber')).toEqual({ type: 'identifier', id: 'NORD4401927' })
    expect(value(reading, 'portOfDischarge')).toEqual({ type: 'place', name: 'VALPARAISO, CHILE' })
  })

  test('what is due stands for a total that is not there, and yields to one that is', () => {
    const due = field('AMOUNT_DUE', '$1,500.00', { label: 'Balance Due' })
    expect(value(read([...INVOICE, due]), 'totalAmount')).toMatchObject({ amount: 150000 })
    const both = read([...INVOICE, due, field('TOTAL', '$1,200.00', { label: 'Total' })])
    expect(value(both, 'totalAmount')).toMatchObject({ amount: 120000 })
  })

  test('a currency that only Textract tells goes with an amount that names none', () => {
    const reading = read([...INVOICE, field('TOTAL', '1,200.00', { label: 'Total', currency: 'CAD' })])
    expect(value(reading, 'totalAmount')).toEqual({ type: 'money', amount: 120000, currency: 'CAD' })
  })

  test('a shop without a name is known by its site, and a person decides', () => {
    const reading = read([...INVOICE, field('VENDOR_URL', 'https://www.brightwell.example')])
    const seller = reading.fields.find((f) => f.field === 'seller')
    expect(seller?.value).toMatchObject({ name: 'brightwell.example' })
    expect(seller?.confidence).toBeLessThan(0.9)
  })

  test('cells without a type stand under the column that their heading names', () => {
    const reading = read(INVOICE, [
      [
        field('PRODUCT_CODE', 'SB-40', { label: 'Item' }),
        field('ITEM', 'Stoneware bowls', { label: 'Description' }),
        field('OTHER', '400 PCS', { label: 'Qty Shipped' }),
        field('UNIT_PRICE', '3.20', { label: 'Price' }),
        field('PRICE', '1,280.00', { label: 'Amount' }),
        field('EXPENSE_ROW', 'SB-40 Stoneware bowls 400 PCS 3.20 1,280.00'),
      ],
    ])
    expect(reading.lineItems.map(({ fields }) => fields.map((f) => f.field))).toEqual([
      ['article', 'description', 'quantity', 'unitPrice', 'amount'],
    ])
  })
})
