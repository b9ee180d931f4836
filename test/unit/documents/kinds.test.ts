import { queriesFor, readDocument } from '../../../functions/documents/extraction/read-document'
import { KINDS } from '../../../functions/documents/kinds'
import { cargoWithinVerified, withinMaximum } from '../../../functions/documents/kinds/vgm/validators'
import { DOCUMENT_CODES, type DocumentKind, NormalisedValue } from '../../../schemas/extraction'
import { type Line, paper } from './paper'

/** Lines of "label | value" rows under a title. */
const form = (title: string, rows: readonly (readonly [string, string])[]): Line[] => [
  [title, 0.35, 0.05],
  ...rows.flatMap(([label, value], i): Line[] => [
    [label, 0.05, 0.12 + i * 0.03],
    [value, 0.45, 0.12 + i * 0.03],
  ]),
]

type Sample = { kind: DocumentKind; code: string; lines: Line[]; values: Record<string, unknown> }

const SAMPLES: readonly Sample[] = [
  {
    kind: 'BILL_OF_LADING',
    code: '710',
    lines: form('SEEFRACHTBRIEF', [
      ['Konnossement Nr:', 'HLBX2204417'],
      ['Ablader:', 'Hellwig Maschinenbau GmbH'],
      ['Empfänger:', 'Andes Importadora SpA'],
      ['Ladehafen:', 'Hamburg'],
      ['Löschhafen:', 'Valparaiso'],
      ['Bruttogewicht:', '18.450,50 kg'],
    ]),
    values: {
      billOfLadingNumber: 'HLBX2204417',
      shipper: 'Hellwig Maschinenbau GmbH',
      portOfDischarge: 'Valparaiso',
      grossWeight: 18450.5,
    },
  },
  {
    kind: 'AIR_WAYBILL',
    code: '741',
    lines: form('MASTER AIR WAYBILL', [
      ['MAWB No:', '020-12345675'],
      ["Shipper's Name and Address:", 'Orchid Electronics Pte Ltd'],
      ['Consignee:', 'Brightwell Home Ltd'],
      ['Airport of Departure:', 'SINGAPORE'],
      ['Airport of Destination:', 'FRANKFURT'],
      ['No. of Pieces:', '12'],
      ['Gross Weight:', '240.5 KG'],
      ['Chargeable Weight:', '310.0 KG'],
    ]),
    values: {
      airWaybillNumber: '020-12345675',
      airportOfDestination: 'FRANKFURT',
      grossWeight: 240.5,
      chargeableWeight: 310,
      packageCount: 12,
    },
  },
  {
    kind: 'COMMERCIAL_INVOICE',
    code: '380',
    lines: form('FACTURA COMERCIAL', [
      ['Número de factura:', 'F-2026/118'],
      ['Fecha:', '14/04/2026'],
      ['Vendedor:', 'Lagoa Azul Ceramica Lda'],
      ['Comprador:', 'Andes Importadora SpA'],
      ['Importe total:', '12.480,50 EUR'],
    ]),
    values: {
      invoiceNumber: 'F-2026/118',
      documentDate: '2026-04-14',
      seller: 'Lagoa Azul Ceramica Lda',
      totalAmount: 1248050,
    },
  },
  {
    kind: 'PACKING_LIST',
    code: '271',
    lines: form('LISTE DE COLISAGE', [
      ['Facture n°:', 'FC20260117'],
      ['Nombre de colis:', '42 colis'],
      ['Poids net:', '1 071,84 kg'],
      ['Poids brut:', '1 429,12 kg'],
      ['Volume:', '8,337 m3'],
    ]),
    values: { packageCount: 42, netWeight: 1071.84, grossWeight: 1429.12, volume: 8.337 },
  },
  {
    kind: 'CUSTOMS_DECLARATION',
    code: '830',
    lines: form('AUSFUHRANMELDUNG', [
      ['MRN:', '26DE385049812345E7'],
      ['Ausführer:', 'Hellwig Maschinenbau GmbH'],
      ['Empfänger:', 'Andes Importadora SpA'],
      ['Bestimmungsland:', 'Chile'],
      ['Warennummer:', '84834030'],
      ['Rohmasse:', '18.450,50 kg'],
    ]),
    values: {
      declarationNumber: '26DE385049812345E7',
      exporter: 'Hellwig Maschinenbau GmbH',
      countryOfDestination: 'CHILE',
      hsCode: '84834030',
    },
  },
  {
    kind: 'CERTIFICATE_OF_ORIGIN',
    code: '861',
    lines: form('CERTIFICATE OF ORIGIN', [
      ['Certificate No.:', 'HK-26-004417'],
      ['Exporter:', 'Hellwig Maschinenbau GmbH'],
      ['Consignee:', 'Andes Importadora SpA'],
      ['Country of Origin:', 'GERMANY'],
      ['Gross Weight:', '18,450.50 KG'],
    ]),
    values: {
      certificateNumber: 'HK-26-004417',
      countryOfOrigin: 'GERMANY',
      consignee: 'Andes Importadora SpA',
      grossWeight: 18450.5,
    },
  },
  {
    kind: 'ARRIVAL_NOTICE',
    code: '781',
    lines: form('ARRIVAL NOTICE', [
      ['B/L No.:', 'NORD4401927'],
      ['Vessel:', 'NORDIC HERON'],
      ['Voyage:', '114W'],
      ['ETA:', '22 APR 2026'],
      ['Last Free Day:', '29 APR 2026'],
      ['Container No.:', 'CSQU3054383'],
    ]),
    values: {
      billOfLadingNumber: 'NORD4401927',
      arrivalDate: '2026-04-22',
      lastFreeDay: '2026-04-29',
      containerNumber: 'CSQU3054383',
      voyage: '114W',
    },
  },
  {
    kind: 'DELIVERY_ORDER',
    code: '640',
    lines: form('DELIVERY ORDER', [
      ['Delivery Order No.:', 'DO-88112'],
      ['B/L No.:', 'NORD4401927'],
      ['Release To:', 'Southport Haulage Ltd'],
      ['Container No.:', 'CSQU3054383'],
      ['Valid Until:', '30.04.2026'],
    ]),
    values: {
      deliveryOrderNumber: 'DO-88112',
      releaseTo: 'Southport Haulage Ltd',
      validUntil: '2026-04-30',
      containerNumber: 'CSQU3054383',
    },
  },
  {
    kind: 'CARRIER_INVOICE',
    code: '780',
    lines: [
      ...form('FREIGHT INVOICE', [
        ['Invoice No.:', 'FI-200931'],
        ['Invoice Date:', '18 Apr 2026'],
        ['B/L No.:', 'NORD4401927'],
      ]),
      ['Description', 0.05, 0.3],
      ['Rate', 0.45, 0.3],
      ['Quantity', 0.6, 0.3],
      ['Amount USD', 0.8, 0.3],
      ['Ocean freight', 0.05, 0.32],
      ['1,850.00', 0.45, 0.32],
      ['2', 0.6, 0.32],
      ['3,700.00', 0.8, 0.32],
      ['Terminal handling', 0.05, 0.34],
      ['225.00', 0.45, 0.34],
      ['2', 0.6, 0.34],
      ['450.00', 0.8, 0.34],
      ['Total', 0.6, 0.38],
      ['4,150.00', 0.8, 0.38],
    ],
    values: {
      invoiceNumber: 'FI-200931',
      documentDate: '2026-04-18',
      billOfLadingNumber: 'NORD4401927',
      totalAmount: 415000,
    },
  },
  {
    kind: 'PROOF_OF_DELIVERY',
    code: '737',
    lines: form('PROOF OF DELIVERY', [
      ['POD Number:', 'POD-55120'],
      ['Shipment ID:', 'SHIP-7001'],
      ['Actual Delivery Date:', '2026-04-27'],
      ['Received By:', 'Ines Duarte'],
      ['Delivery Status:', 'DELIVERED'],
    ]),
    values: {
      deliveryNumber: 'POD-55120',
      shipmentReference: 'SHIP-7001',
      deliveryDate: '2026-04-27',
      receivedBy: 'Ines Duarte',
    },
  },
  {
    kind: 'DANGEROUS_GOODS_DECLARATION',
    code: '890',
    lines: form('MULTIMODAL DANGEROUS GOODS FORM', [
      ['Shipper:', 'Nordchem AG'],
      ['UN Number:', 'UN1263'],
      ['Proper Shipping Name:', 'PAINT'],
      ['Class:', '3'],
      ['Packing Group:', 'II'],
      ['Flash Point:', '23 °C'],
      ['Gross Weight:', '1.240,00 kg'],
    ]),
    values: { unNumber: 'UN1263', properShippingName: 'PAINT', hazardClass: '3', packingGroup: 'II', flashPoint: 23 },
  },
  {
    kind: 'VGM',
    code: '749',
    lines: form('VGM DECLARATION', [
      ['Container No.:', 'CSQU3054383'],
      ['Verified Gross Mass:', '22,340 KG'],
      ['Tare Weight:', '3,850 KG'],
      ['Weighing Method:', 'Method 1'],
      ['Date of Weighing:', '12 MAR 2026'],
      ['Authorized Person:', 'Grace Lindqvist'],
    ]),
    values: {
      containerNumber: 'CSQU3054383',
      verifiedGrossMass: 22340,
      tareWeight: 3850,
      weighingDate: '2026-03-12',
      responsiblePerson: 'Grace Lindqvist',
    },
  },
]

const plain = (value: NormalisedValue): unknown => {
  if ('amount' in value) return value.amount
  if (value.type === 'party' || value.type === 'place') return value.name
  if (value.type === 'identifier') return value.id
  if (value.type === 'code') return value.code
  return value.type === 'date' ? value.date : value.text
}

describe.each(SAMPLES)('$kind', ({ kind, code, lines, values }) => {
  const reading = readDocument({ Blocks: paper(lines) })

  test('is recognised with its code', () => {
    expect(reading.classification).toMatchObject({ kind, code })
    expect(reading.classification.confidence).toBeGreaterThan(0.9)
  })

  test.each(Object.entries(values))('%s is %s', (field, expected) => {
    const found = reading.fields.find((f) => f.field === field)
    expect(found && plain(found.value)).toEqual(expected)
    expect(found?.confidence).toBeGreaterThan(0.6)
  })
})

test('every kind of the schema but OTHER has a definition, and a sample here', () => {
  const kinds = Object.keys(DOCUMENT_CODES).filter((k) => k !== 'OTHER')
  expect(KINDS.map((k) => k.kind).sort()).toEqual(kinds.sort())
  expect(SAMPLES.map((s) => s.kind).sort()).toEqual(kinds.sort())
})

test.each(KINDS.map((k) => [k.kind, k] as const))('the definition of %s is sound', (kind, definition) => {
  const names = definition.fields.map((f) => f.field)
  expect(new Set(names).size).toBe(names.length)
  for (const key of definition.key) expect(names).toContain(key)
  for (const { total, each } of definition.columns) {
    if (each) expect(names.concat('each')).toContain(names.includes(each) ? each : 'each')
    if (total) expect(typeof total).toBe('string')
  }
  for (const code of DOCUMENT_CODES[kind]) expect(code).toMatch(/^\d{3}$/)
  // Textract answers at most 15 questions for a page in a synchronous call.
  expect(queriesFor(kind).length).toBeLessThanOrEqual(15)
  for (const { Alias, Text } of queriesFor(kind)) {
    expect(names).toContain(Alias)
    expect(Text).toMatch(/\?$/)
  }
})

test('answers to queries are values of the field their alias names', () => {
  const blocks = paper([['VGM DECLARATION', 0.3, 0.05]])
  const answered = readDocument({
    Blocks: [
      ...blocks,
      {
        BlockType: 'QUERY',
        Id: 'q',
        Page: 1,
        Query: { Text: 'What is the verified gross mass?', Alias: 'verifiedGrossMass' },
        Relationships: [{ Type: 'ANSWER', Ids: ['a'] }],
      },
      { BlockType: 'QUERY_RESULT', Id: 'a', Page: 1, Text: '22,340 KG', Confidence: 97 },
    ],
  })
  expect(answered.fields).toMatchObject([
    { field: 'verifiedGrossMass', method: 'query', value: { type: 'weight', amount: 22340 } },
  ])
})

test('AnalyzeExpense gives fields and line items, blocks or none', () => {
  const field = (type: string, text: string) => ({
    Type: { Text: type, Confidence: 99 },
    ValueDetection: { Text: text, Confidence: 98 },
    PageNumber: 1,
  })
  const reading = readDocument({
    ExpenseDocuments: [
      {
        SummaryFields: [
          { ...field('INVOICE_RECEIPT_ID', 'INV-77'), LabelDetection: { Text: 'INVOICE NO' } },
          { ...field('TOTAL', '$1,200.00'), LabelDetection: { Text: 'INVOICE TOTAL' } },
          { ...field('INVOICE_RECEIPT_DATE', '2026-04-01'), LabelDetection: { Text: 'INVOICE DATE' } },
        ],
        LineItemGroups: [
          { LineItems: [{ LineItemExpenseFields: [field('ITEM', 'Freight'), field('PRICE', '$1,200.00')] }] },
        ],
      },
    ],
  })
  expect(reading.classification.kind).toBe('COMMERCIAL_INVOICE')
  expect(reading.fields.find((f) => f.field === 'totalAmount')?.value).toEqual({
    type: 'money',
    amount: 120000,
    currency: 'USD',
  })
  expect(reading.lineItems).toHaveLength(1)
})

describe('checks of the verified gross mass', () => {
  const weight = (field: string, amount: number) => ({
    field,
    raw: '',
    value: NormalisedValue.parse({ type: 'weight', amount, unit: 'kg' }),
    confidence: 1,
    page: 1,
    box: { left: 0, top: 0, width: 0, height: 0 },
    method: 'label-right' as const,
    checks: [],
    ambiguous: false,
    candidates: [],
    extractorVersion: '1.0.0',
  })

  test('above the plate’s maximum, or not cargo plus tare', () => {
    expect(
      withinMaximum({ fields: [weight('verifiedGrossMass', 34_100), weight('maximumGrossMass', 34_000)] }),
    ).toMatchObject([{ code: 'VGM_ABOVE_MAXIMUM' }])
    expect(
      withinMaximum({ fields: [weight('verifiedGrossMass', 34_000), weight('maximumGrossMass', 34_000)] }),
    ).toEqual([])
    const parts = [weight('cargoWeight', 18_000), weight('tareWeight', 3_850)]
    expect(cargoWithinVerified({ fields: [weight('verifiedGrossMass', 21_850), ...parts] })).toEqual([])
    expect(cargoWithinVerified({ fields: [weight('verifiedGrossMass', 23_000), ...parts] })).toMatchObject([
      { code: 'VGM_NOT_CARGO_PLUS_TARE' },
    ])
  })
})
