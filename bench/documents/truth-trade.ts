// Truth of shipping papers, from each source's own format to our fields.
import { basename } from 'node:path'
import { DocumentKind } from '../../schemas/extraction'
import { date, type Expected, type ExpectedLine, identifier, money, number, party, type Truth, text } from './case'
import { at, isRecord, type Json, listAt, numberAt, textAt } from './json'
import { stated } from './truth-invoices'

const has = (truth: Json, key: string): boolean => key in truth

const TERMS: Readonly<Record<string, string>> = { COLLECT: 'COL', PREPAID: 'PRE' }
const DATE_FIELDS = ['documentDate', 'dateOfIssue', 'deliveryDate']
const SELF = [
  'billOfLadingNumber',
  'airWaybillNumber',
  'invoiceNumber',
  'purchaseOrderNumber',
  'bookingNumber',
  'vessel',
  'voyage',
  'certificateNumber',
  'declarationNumber',
  'deliveryOrderNumber',
  'deliveryNumber',
]
const PLACES = [
  'placeOfReceipt',
  'portOfLoading',
  'portOfDischarge',
  'placeOfDelivery',
  'placeOfIssue',
  'airportOfDeparture',
  'airportOfDestination',
  'countryOfOrigin',
]
const PARTIES = [
  'shipper',
  'consignee',
  'notifyParty',
  'carrier',
  'deliveryAgent',
  'seller',
  'buyer',
  'exporter',
  'importer',
]
const NUMBERS: Readonly<Record<string, string>> = {
  packages: 'packageCount',
  totalCartons: 'packageCount',
  totalPackages: 'packageCount',
  totalPieces: 'totalQuantity',
  totalQuantity: 'totalQuantity',
  grossWeightKg: 'grossWeight',
  totalGrossKg: 'grossWeight',
  netWeightKg: 'netWeight',
  totalNetKg: 'netWeight',
  volumeCbm: 'volume',
  totalCbm: 'volume',
  numberOfOriginals: 'numberOfOriginals',
  vgmKg: 'verifiedGrossMass',
}

function fromContainers(truth: Json): Expected[] {
  return listAt(truth, 'containers').flatMap((c) => [
    identifier(textAt(c, 'number'), 'containerNumber'),
    identifier(textAt(c, 'seal'), 'sealNumber'),
  ])
}

const KIND_NAMES: Readonly<Record<string, DocumentKind>> = {
  SEA_WAYBILL: 'BILL_OF_LADING',
  INVOICE: 'COMMERCIAL_INVOICE',
  PURCHASE_ORDER: 'OTHER',
  FREIGHT_INVOICE: 'CARRIER_INVOICE',
  DELIVERY_NOTE: 'PROOF_OF_DELIVERY',
  AWB: 'AIR_WAYBILL',
  B_L: 'BILL_OF_LADING',
  BOL: 'BILL_OF_LADING',
  POD: 'PROOF_OF_DELIVERY',
  VGM_CERTIFICATE: 'VGM',
}

const kindNamed = (name: string): DocumentKind => {
  const written = name
    .trim()
    .toUpperCase()
    .replace(/[^A-Z]+/g, '_')
  const direct = DocumentKind.safeParse(written)
  return direct.success ? direct.data : (KIND_NAMES[written] ?? 'OTHER')
}

const lineOf = (line: unknown): ExpectedLine => {
  const quantity = numberAt(line, 'quantity') ?? numberAt(line, 'pieces')
  const amount = numberAt(line, 'amount')
  const description = textAt(line, 'description')
  return {
    ...(description ? { description } : {}),
    ...(quantity !== null ? { quantity } : {}),
    ...(amount !== null ? { amount } : {}),
  }
}

/** `*.truth.json`: transcribed by hand; null means redacted or absent. `kinds` where it does not say of what kind the paper is. */
export function fromTranscript(truth: Json, kinds: Truth['kinds'] = ['OTHER']): Truth {
  const named = textAt(truth, 'documentType')
  const kind = named === null ? (kinds[0] ?? 'OTHER') : kindNamed(named)
  const expected: Expected[] = [...fromContainers(truth)]
  const add = (key: string, make: () => Expected): void => {
    if (has(truth, key)) expected.push(make())
  }
  for (const key of SELF) {
    const other = kind === 'OTHER' && /Number$/.test(key) ? ['documentNumber'] : []
    add(key, () => identifier(textAt(truth, key), key, ...other))
  }
  for (const key of PLACES) add(key, () => text(textAt(truth, key), key))
  // Buyers of an order are not fields of a paper that is none of our kinds.
  if (kind !== 'OTHER') for (const key of PARTIES) add(key, () => party(textAt(truth, key), key))
  for (const [key, field] of Object.entries(NUMBERS)) {
    if (kind !== 'OTHER') add(key, () => number(numberAt(truth, key), field))
  }
  add('date', () => date(textAt(truth, 'date'), ...DATE_FIELDS))
  add('dateOfIssue', () => date(textAt(truth, 'dateOfIssue'), 'dateOfIssue', 'documentDate'))
  add('shippedOnBoard', () => date(textAt(truth, 'shippedOnBoard'), 'shippedOnBoardDate'))
  add('freightTerms', () => text(TERMS[textAt(truth, 'freightTerms') ?? ''] ?? null, 'freightTerms'))
  add('freightPayableAt', () => text(textAt(truth, 'freightPayableAt'), 'freightPayableAt'))
  add('incoterm', () => text(textAt(truth, 'incoterm')?.slice(0, 3) ?? null, 'incoterm'))
  add('marks', () => text(textAt(truth, 'marks'), 'marks'))
  add('dueDate', () => date(textAt(truth, 'dueDate'), 'dueDate'))
  add('subtotal', () => money(numberAt(truth, 'subtotal'), 'subtotalAmount'))
  add('tax', () => money(numberAt(truth, 'tax'), 'taxAmount'))
  add('issuer', () => party(textAt(truth, 'issuer'), 'issuer'))
  add('total', () => money(numberAt(truth, 'total'), 'totalAmount'))
  const lines = kind === 'OTHER' ? [] : listAt(truth, 'lines').map(lineOf)
  return { kinds: named === null ? kinds : [kind], expected, ...(lines.length > 0 ? { lines } : {}) }
}

/** Mindee's predictions for the sample beside them; `{value: null}` is absent from the paper. */
export function fromMindee(answer: unknown, product: string): Truth | undefined {
  const p = at(answer, 'document', 'inference', 'prediction')
  if (!isRecord(p)) return undefined
  if (/bill_?of_?lading/.test(product)) {
    const items = listAt(p, 'carrier_items')
    const only = items.length === 1 ? items[0] : undefined
    return {
      kinds: ['BILL_OF_LADING'],
      expected: [
        identifier(textAt(p, 'bill_of_lading_number', 'value'), 'billOfLadingNumber'),
        party(textAt(p, 'shipper', 'name'), 'shipper'),
        party(textAt(p, 'consignee', 'name'), 'consignee'),
        party(textAt(p, 'notify_party', 'name'), 'notifyParty'),
        party(textAt(p, 'carrier', 'name'), 'carrier'),
        text(textAt(p, 'port_of_loading', 'value'), 'portOfLoading'),
        text(textAt(p, 'port_of_discharge', 'value'), 'portOfDischarge'),
        text(textAt(p, 'place_of_delivery', 'value'), 'placeOfDelivery'),
        date(textAt(p, 'date_of_issue', 'value'), 'dateOfIssue'),
        ...(only
          ? [number(numberAt(only, 'gross_weight'), 'grossWeight'), number(numberAt(only, 'measurement'), 'volume')]
          : []),
      ],
    }
  }
  if (/delivery_?note/.test(product)) {
    return {
      kinds: ['PROOF_OF_DELIVERY'],
      expected: [
        identifier(textAt(p, 'delivery_number', 'value'), 'deliveryNumber'),
        date(textAt(p, 'delivery_date', 'value'), 'deliveryDate'),
        party(textAt(p, 'supplier_name', 'value'), 'shipper'),
        party(textAt(p, 'customer_name', 'value'), 'consignee'),
        money(numberAt(p, 'total_amount', 'value'), 'totalAmount'),
      ],
    }
  }
  // A product for both says of which of the two the paper is.
  const told = textAt(p, 'document_type', 'value') ?? product
  if (/receipt/i.test(told)) return receiptOfMindee(p)
  return /invoice|financial|credit.?note/i.test(`${told} ${product}`) ? invoiceOfMindee(p) : undefined
}

/** Predictions are no transcripts: what they leave out may stand on the paper all the same. */
function invoiceOfMindee(p: Json): Truth {
  const lines = listAt(p, 'line_items').flatMap((line): ExpectedLine[] => {
    const [amount, quantity] = [numberAt(line, 'total_amount'), numberAt(line, 'quantity')]
    return amount === null ? [] : [{ amount, ...(quantity === null ? {} : { quantity }) }]
  })
  return {
    kinds: ['COMMERCIAL_INVOICE'],
    expected: [
      ...stated(textAt(p, 'invoice_number', 'value'), (v) => identifier(v, 'invoiceNumber')),
      ...stated(textAt(p, 'po_number', 'value'), (v) => identifier(v, 'purchaseOrderNumber')),
      ...stated(textAt(p, 'date', 'value'), (v) => date(v, 'documentDate')),
      ...stated(textAt(p, 'due_date', 'value'), (v) => date(v, 'dueDate')),
      ...stated(textAt(p, 'supplier_name', 'value'), (v) => party(v, 'seller')),
      ...stated(textAt(p, 'customer_name', 'value'), (v) => party(v, 'buyer')),
      ...stated(numberAt(p, 'total_net', 'value'), (v) => money(v, 'subtotalAmount')),
      ...stated(numberAt(p, 'total_tax', 'value'), (v) => money(v, 'taxAmount')),
      ...stated(numberAt(p, 'total_amount', 'value'), (v) => money(v, 'totalAmount')),
    ],
    ...(lines.length > 0 ? { lines } : {}),
  }
}

function receiptOfMindee(p: Json): Truth {
  return {
    kinds: ['OTHER'],
    expected: [
      ...stated(textAt(p, 'supplier_name', 'value'), (v) => party(v, 'issuer')),
      ...stated(textAt(p, 'date', 'value'), (v) => date(v, 'documentDate')),
      ...stated(numberAt(p, 'total_amount', 'value'), (v) => money(v, 'totalAmount')),
    ],
  }
}

const SECTIONS: Readonly<Record<string, { file: RegExp; kind: DocumentKind }>> = {
  'Bill of Lading': { file: /bill_of_lading/i, kind: 'BILL_OF_LADING' },
  'Shipping Instruction': { file: /shipping_instruction/i, kind: 'OTHER' },
  'VGM Certificate': { file: /vgm/i, kind: 'VGM' },
}

/** One JSON for the three papers of a shipment: B/L, shipping instruction, VGM certificate. */
export function fromReconciler(all: unknown, file: string): Truth | undefined {
  const entry = Object.entries(SECTIONS).find(([, s]) => s.file.test(basename(file)))
  const t = entry && at(all, entry[0])
  if (!entry || !isRecord(t)) return undefined
  const kind = entry[1].kind
  if (kind === 'OTHER') return { kinds: ['OTHER'], expected: [] }
  const gross = kind === 'VGM' ? [] : [number(numberAt(t, 'gross_weight'), 'grossWeight')]
  return {
    kinds: [kind],
    expected: [
      identifier(textAt(t, 'bl_number'), 'billOfLadingNumber'),
      identifier(textAt(t, 'container_no'), 'containerNumber'),
      identifier(textAt(t, 'seal_no'), 'sealNumber'),
      ...(kind === 'VGM' ? [] : [party(textAt(t, 'consignee'), 'consignee')]),
      text(textAt(t, 'vessel_name'), 'vessel'),
      ...(kind === 'VGM' ? [] : [identifier(textAt(t, 'voyage_no'), 'voyage')]),
      text(textAt(t, 'port_of_discharge'), 'portOfDischarge'),
      ...gross,
      identifier(textAt(t, 'hs_code'), 'hsCode'),
      number(numberAt(t, 'package_count'), 'packageCount'),
      number(numberAt(t, 'vgm_kg'), 'verifiedGrossMass'),
    ],
  }
}

/** What the senders of the genuine export sets wrote into the file names: invoice, order and B/L numbers, B/L date. */
export function fromExportName(file: string): Truth | undefined {
  const name = basename(file).replace(/\.pdf$/i, '')
  const kind: DocumentKind | undefined = /^(?:o?bl)\b/i.test(name)
    ? 'BILL_OF_LADING'
    : /^inv/i.test(name)
      ? 'COMMERCIAL_INVOICE'
      : /^(?:pkl|pl|plist)/i.test(name)
        ? 'PACKING_LIST'
        : undefined
  if (!kind) return undefined
  const expected: Expected[] = []
  const order = name.match(/PO-(\d{6,})/)?.[1]
  if (order && kind !== 'BILL_OF_LADING') expected.push(identifier(order, 'purchaseOrderNumber'))
  const bill = name.match(/\b([A-Z]{5}\d{7})\b/)?.[1]
  if (bill && kind === 'BILL_OF_LADING') expected.push(identifier(bill, 'billOfLadingNumber'))
  const issued = name.match(/\d{4}-\d{2}-\d{2}/)?.[0]
  if (issued && kind === 'BILL_OF_LADING') expected.push(date(issued, 'shippedOnBoardDate', 'dateOfIssue'))
  const invoice = name.match(/^(?:INV|PKL)\w*\s+([A-Z]+\w+-\d+)/)?.[1]
  const tail = name.match(/^(?:INV\w*|PL\w*|PKL)\s*-\s*(\d{4})/)?.[1]
  if (invoice && kind !== 'BILL_OF_LADING') expected.push(identifier(invoice, 'invoiceNumber'))
  else if (tail && kind === 'COMMERCIAL_INVOICE')
    expected.push({ fields: ['invoiceNumber'], value: tail, as: 'ending' })
  return { kinds: [kind], expected }
}
