/** AnalyzeExpense: the fields of an invoice under Textract's normalised names, and its line items. */
import { randomUUID } from 'node:crypto'
import type { KeyValue } from './blocks'
import { type Geometry, geometryOf, height, union, width } from './geometry'
import { isLabel } from './labels'
import { rowsOf, textOf } from './lines'
import type { Line, PageText, Word } from './page'
import type { Table } from './tables'

interface Detection {
  Text: string
  Confidence: number
  Geometry?: Geometry
}

export interface ExpenseField {
  Type: { Text: string; Confidence: number }
  LabelDetection?: Detection
  ValueDetection: Detection
  PageNumber: number
  Currency?: { Code: string; Confidence: number }
  GroupProperties?: { Types: string[]; Id: string }[]
}

export interface ExpenseDocument {
  ExpenseIndex: number
  SummaryFields: ExpenseField[]
  LineItemGroups: { LineItemGroupIndex: number; LineItems: { LineItemExpenseFields: ExpenseField[] }[] }[]
}

/** First match wins: the telling labels stand before the general ones. */
const SUMMARY: readonly [RegExp, string][] = [
  [/\b(?:due date|payment due|pay by|date due)\b/i, 'DUE_DATE'],
  [/\b(?:purchase order|p\.?o\.?|customer order|order)\b.*(?:no|number|#|ref)|^p\.?o\.?\b/i, 'PO_NUMBER'],
  [/\border date\b/i, 'ORDER_DATE'],
  [/\b(?:delivery|ship(?:ped|ping)?) date\b/i, 'DELIVERY_DATE'],
  [/\binvoice date\b|\bdate of (?:invoice|issue)\b|^(?:date|issued|date issued|tax date)\W*$/i, 'INVOICE_RECEIPT_DATE'],
  [/\b(?:invoice|receipt|bill|document)\b.*(?:no|number|nr|#|id)\b|^invoice\W*$|\binvoice ?#/i, 'INVOICE_RECEIPT_ID'],
  [/\b(?:account|acct)\b.*(?:no|number|#)/i, 'ACCOUNT_NUMBER'],
  [/\b(?:customer|client)\b.*(?:no|number|#|id)/i, 'CUSTOMER_NUMBER'],
  [/\bpayment terms\b|^terms\W*$/i, 'PAYMENT_TERMS'],
  [/\b(?:vat|tax|gst|abn|ein|eori)\b.*\b(?:no|number|id|reg|nr)\b/i, 'TAX_PAYER_ID'],
  [/\bsub-? ?total\b|\btotal net\b|\bnet (?:total|amount)\b|\bamount excl/i, 'SUBTOTAL'],
  [/\bdiscount\b/i, 'DISCOUNT'],
  [/\bshipping|handling|freight charges?\b/i, 'SHIPPING_HANDLING_CHARGE'],
  [/\b(?:amount|balance|total) due\b|\bamount payable\b/i, 'AMOUNT_DUE'],
  [/\bamount paid\b/i, 'AMOUNT_PAID'],
  [/\b(?:grand|invoice)? ?total\b(?!.*(?:weight|packages|volume|measurement|qty|quantity|net\b))/i, 'TOTAL'],
  [/\b(?:vat|tax|gst|iva|mwst)\b/i, 'TAX'],
  [/\b(?:bill(?:ed)? to|sold to|invoice to|buyer|customer|consignee|receiver)\b/i, 'RECEIVER'],
  [/\b(?:ship(?:ped)? to|deliver to)\b/i, 'RECEIVER_SHIP_TO'],
  [/\b(?:seller|vendor|supplier|exporter|shipper|remit to|from)\b/i, 'VENDOR'],
]

const COLUMNS: readonly [RegExp, string][] = [
  [/\bunit\b.*\bprice\b|^(?:price|rate)\b|\bunit cost\b|\bprice (?:per|each)/i, 'UNIT_PRICE'],
  [/\b(?:amount|total|price|value|sum)\b/i, 'PRICE'],
  [/\b(?:qty|quantity|pcs|pieces|units|hours|hrs)\b|qty/i, 'QUANTITY'],
  [/\b(?:description|product|goods|service|details|particulars|item name)\b/i, 'ITEM'],
  [/\b(?:code|sku|article|part|item)\b/i, 'PRODUCT_CODE'],
]

const MONEY = new Set([
  'SUBTOTAL',
  'TOTAL',
  'TAX',
  'DISCOUNT',
  'SHIPPING_HANDLING_CHARGE',
  'AMOUNT_DUE',
  'AMOUNT_PAID',
  'UNIT_PRICE',
  'PRICE',
])

export interface Readable {
  page: PageText
  lines: readonly Line[]
  pairs: readonly KeyValue[]
  tables: readonly Table[]
}

export function expenseOf(from: Readable, index: number, pageNumber: number): ExpenseDocument {
  const currency = currencyOf(from.lines)
  const detect = (words: readonly Word[]): Detection => ({
    Text: rowsOf(words).map(textOf).join('\n'),
    Confidence: words.reduce((sum, word) => sum + word.confidence, 0) / Math.max(1, words.length),
    ...(words.length > 0 ? { Geometry: geometryOf(union(words), from.page.toInput) } : {}),
  })
  const field = (type: string, sure: number, value: readonly Word[], label: readonly Word[] = []): ExpenseField => ({
    Type: { Text: type, Confidence: sure },
    ...(label.length > 0 ? { LabelDetection: detect(label) } : {}),
    ValueDetection: detect(value),
    PageNumber: pageNumber,
    ...(currency && MONEY.has(type) ? { Currency: { Code: currency, Confidence: 90 } } : {}),
  })
  return { ExpenseIndex: index, SummaryFields: summary(from, field), LineItemGroups: itemGroups(from.tables, field) }
}

type MakeField = (type: string, sure: number, value: readonly Word[], label?: readonly Word[]) => ExpenseField

function summary(from: Readable, field: MakeField): ExpenseField[] {
  const fields: ExpenseField[] = []
  for (const { key, value, confidence } of from.pairs) {
    if (value.length === 0) continue
    const type = SUMMARY.find(([pattern]) => pattern.test(textOf(key)))?.[1] ?? 'OTHER'
    if (type.startsWith('RECEIVER'))
      fields.push(...party('RECEIVER', type === 'RECEIVER' ? 'RECEIVER_BILL_TO' : type, key, value, confidence, field))
    else if (type === 'VENDOR') fields.push(...party('VENDOR', 'VENDOR', key, value, confidence, field))
    else if (MONEY.has(type) && !/\d/.test(textOf(value))) fields.push(field('OTHER', confidence, value, key))
    else fields.push(field(type, confidence, value, key))
  }
  // Where there is a grand total, a plain total is the sum before it.
  const grand = fields.some(
    ({ Type, LabelDetection }) => Type.Text === 'TOTAL' && /grand/i.test(LabelDetection?.Text ?? ''),
  )
  for (const { Type, LabelDetection } of fields)
    if (grand && Type.Text === 'TOTAL' && !/grand/i.test(LabelDetection?.Text ?? '')) Type.Text = 'SUBTOTAL'
  if (!fields.some(({ Type }) => Type.Text === 'VENDOR_NAME')) {
    const name = letterhead(from)
    if (name) fields.push(grouped('VENDOR', field('VENDOR_NAME', 70, name.words)))
  }
  return fields
}

/** A party's box: its first line is the name, the rest the address. */
function party(
  side: string,
  role: string,
  key: readonly Word[],
  value: readonly Word[],
  sure: number,
  field: MakeField,
): ExpenseField[] {
  const [name = [], ...address] = rowsOf(value)
  const all = [field(`${side}_NAME`, sure, name, key)]
  if (address.length > 0) all.push(field(`${side}_ADDRESS`, sure, address.flat(), key))
  const group = { Types: [role], Id: randomUUID() }
  return all.map((one) => ({ ...one, GroupProperties: [group] }))
}

const grouped = (role: string, field: ExpenseField): ExpenseField => ({
  ...field,
  GroupProperties: [{ Types: [role], Id: randomUUID() }],
})

const TITLE = /\b(?:invoice|receipt|bill|statement|original|copy|page|packing|list|tax|credit note|order)\b/i

/** Who issued it, when no label says so: the most conspicuous line of the upper third that is not the document's title. */
function letterhead(from: Readable): Line | undefined {
  const paired = new Set(from.pairs.flatMap((pair) => [...pair.key, ...pair.value]))
  return from.lines
    .filter((line) => line.top < from.page.height * 0.33 && /^[^\d@]*\p{L}{2}[^\d@]*$/u.test(textOf(line.words)))
    .filter(
      (line) =>
        !TITLE.test(textOf(line.words)) && !isLabel(textOf(line.words)) && !line.words.some((word) => paired.has(word)),
    )
    .sort((a, b) => prominence(b) - prominence(a))[0]
}

const prominence = (line: Line): number =>
  height(line) *
  Math.sqrt(width(line)) *
  (/\b(?:ltd|inc|llc|gmbh|b\.?v|n\.?v|s\.?a|plc|co|corp|company|limited|pte|ag|srl|spa)\b/i.test(textOf(line.words))
    ? 2
    : 1)

function itemGroups(tables: readonly Table[], field: MakeField): ExpenseDocument['LineItemGroups'] {
  const groups: ExpenseDocument['LineItemGroups'] = []
  for (const table of tables) {
    const columns = columnTypes(table)
    const types = new Set([...columns.values()].map(({ type }) => type))
    if (
      !(types.has('PRICE') || types.has('UNIT_PRICE')) ||
      !(types.has('ITEM') || types.has('PRODUCT_CODE') || types.has('QUANTITY'))
    )
      continue
    const LineItems = itemsOf(table, columns, field)
    if (LineItems.length > 0) groups.push({ LineItemGroupIndex: groups.length + 1, LineItems })
  }
  return groups
}

function columnTypes(table: Table): Map<number, { type: string; words: Word[] }> {
  const found = new Map<number, { type: string; words: Word[] }>()
  for (const { column, words } of table.cells.filter((cell) => cell.row === 1)) {
    const type = COLUMNS.find(
      ([pattern, name]) => pattern.test(textOf(words)) && ![...found.values()].some((other) => other.type === name),
    )?.[1]
    found.set(column, { type: type ?? 'OTHER', words })
  }
  return found
}

function itemsOf(
  table: Table,
  columns: ReturnType<typeof columnTypes>,
  field: MakeField,
): { LineItemExpenseFields: ExpenseField[] }[] {
  const items: { LineItemExpenseFields: ExpenseField[] }[] = []
  const last = Math.max(...table.cells.map((cell) => cell.row))
  for (let row = 2; row <= last; row += 1) {
    const cells = table.cells.filter((cell) => cell.row === row && cell.words.length > 0)
    const words = cells.flatMap((cell) => cell.words)
    // Sums below the items are summary fields, not items.
    if (
      !/\d/.test(textOf(words)) ||
      cells.length < 2 ||
      /^\W*(?:sub-?|grand )?total\b|^(?:vat|tax)\b/i.test(textOf(words))
    )
      continue
    const fields = cells.map((cell) => {
      const column = columns.get(cell.column)
      return field(column?.type ?? 'OTHER', table.confidence, cell.words, column?.words)
    })
    items.push({ LineItemExpenseFields: [...fields, field('EXPENSE_ROW', table.confidence, words)] })
  }
  return items
}

const SIGNS: readonly [RegExp, string][] = [
  [/€/, 'EUR'],
  [/£/, 'GBP'],
  [/¥/, 'JPY'],
  [/₹/, 'INR'],
  [/\$/, 'USD'],
]

/** The code that the page names most, else the sign that it shows. */
function currencyOf(lines: readonly Line[]): string | undefined {
  const text = lines.map((line) => textOf(line.words)).join(' ')
  const counts = new Map<string, number>()
  for (const code of text.match(
    /\b(?:USD|EUR|GBP|SGD|CNY|JPY|INR|AUD|CAD|CHF|HKD|AED|BRL|MXN|SEK|NOK|DKK|PLN|ZAR|BDT|THB|IDR|MYR|VND|KRW)\b/g,
  ) ?? [])
    counts.set(code, (counts.get(code) ?? 0) + 1)
  const named = [...counts].sort((a, b) => b[1] - a[1])[0]?.[0]
  return named ?? SIGNS.find(([sign]) => sign.test(text))?.[1]
}
