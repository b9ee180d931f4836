import fc from 'fast-check'
import { readDocument } from '../../../functions/documents/extraction/read-document'
import { Extraction, type FieldValue } from '../../../schemas/extraction'
import { BILL_OF_LADING, halfTurn, INVOICE, paper, quarterTurn, skewed, upright } from './paper'

const value = (fields: readonly FieldValue[], name: string): unknown => fields.find((f) => f.field === name)?.value

describe('reading a bill of lading', () => {
  const reading = readDocument({ Blocks: paper(BILL_OF_LADING) })

  test('says what it is, with the code of UN/EDIFACT 1001', () => {
    expect(reading.classification).toMatchObject({ kind: 'BILL_OF_LADING', code: '705' })
    expect(reading.classification.confidence).toBeGreaterThan(0.95)
  })

  test('finds parties, places, ship, cargo and dates in their boxes', () => {
    const { fields } = reading
    expect(value(fields, 'billOfLadingNumber')).toEqual({ type: 'identifier', id: 'NORD4401927' })
    expect(value(fields, 'shipper')).toEqual({
      type: 'party',
      name: 'HELLWIG MASCHINENBAU GMBH',
      address: ['Hafenstrasse 14', '20457 Hamburg, Germany'],
    })
    expect(value(fields, 'consignee')).toMatchObject({ name: 'ANDES IMPORTADORA SPA' })
    expect(value(fields, 'notifyParty')).toMatchObject({ sameAs: 'consignee' })
    expect(value(fields, 'vessel')).toEqual({ type: 'text', text: 'NORDIC HERON' })
    expect(value(fields, 'voyage')).toEqual({ type: 'identifier', id: '114W' })
    expect(value(fields, 'portOfLoading')).toEqual({ type: 'place', name: 'HAMBURG', locode: 'DEHAM' })
    expect(value(fields, 'portOfDischarge')).toEqual({ type: 'place', name: 'VALPARAISO, CHILE' })
    expect(value(fields, 'containerNumber')).toEqual({ type: 'identifier', id: 'CSQU3054383' })
    expect(value(fields, 'sealNumber')).toEqual({ type: 'identifier', id: 'DE558812' })
    expect(value(fields, 'hsCode')).toEqual({ type: 'code', code: '848340' })
    expect(value(fields, 'grossWeight')).toEqual({ type: 'weight', amount: 18450.5, unit: 'kg' })
    expect(value(fields, 'volume')).toEqual({ type: 'volume', amount: 31.25, unit: 'm3' })
    expect(value(fields, 'freightTerms')).toEqual({ type: 'code', code: 'PRE' })
    expect(value(fields, 'shippedOnBoardDate')).toEqual({ type: 'date', date: '2026-03-14' })
    expect(value(fields, 'dateOfIssue')).toEqual({ type: 'date', date: '2026-03-15' })
    expect(value(fields, 'placeOfIssue')).toEqual({ type: 'place', name: 'HAMBURG' })
    expect(reading.warnings).toEqual([])
  })

  test('each value tells where it stands, how it was found and how sure it is', () => {
    const seal = reading.fields.find((f) => f.field === 'sealNumber')
    expect(seal?.page).toBe(1)
    expect(seal?.box.left).toBeGreaterThanOrEqual(0.05)
    expect(seal?.box.top).toBeCloseTo(0.457)
    expect(seal?.extractorVersion).toMatch(/^\d+\.\d+\.\d+$/)
    expect(reading.fields.find((f) => f.field === 'containerNumber')?.checks).toEqual([
      { code: 'iso6346', passed: true },
    ])
    expect(Extraction.parse(reading)).toEqual(reading)
  })

  test.each([
    ['a quarter turn', quarterTurn],
    ['upside down', halfTurn],
    ['4 degrees askew', skewed(4)],
    ['6 degrees askew the other way', skewed(-6)],
  ])('reads the same from a page scanned with %s', (_, turn) => {
    const turned = readDocument({ Blocks: paper(BILL_OF_LADING, { turn }) })
    const values = (fields: FieldValue[]): unknown[] => fields.map((f) => [f.field, f.value])
    expect(values(turned.fields)).toEqual(values(reading.fields))
    const box = turned.fields.find((f) => f.field === 'billOfLadingNumber')?.box
    const straight = reading.fields.find((f) => f.field === 'billOfLadingNumber')?.box
    // The place is given on the page as scanned, so that a crop of the image shows it.
    expect(box).not.toEqual(straight)
  })

  test('a wrong check digit is a warning, not a value to trust', () => {
    const wrong = BILL_OF_LADING.map(([text, x, y]) => [text.replace('CSQU3054383', 'CSQU3054388'), x, y] as const)
    const { fields, warnings } = readDocument({ Blocks: paper(wrong) })
    expect(warnings).toMatchObject([{ code: 'CONTAINER_CHECK_DIGIT', fields: ['containerNumber'] }])
    expect(fields.find((f) => f.field === 'containerNumber')?.confidence).toBeLessThan(0.5)
  })

  test('doubtful ink lowers confidence', () => {
    const faint = readDocument({ Blocks: paper(BILL_OF_LADING, { confidence: 60 }) })
    const sure = (r: Extraction): number => r.fields.find((f) => f.field === 'vessel')?.confidence ?? 0
    expect(sure(faint)).toBeLessThan(sure(reading))
  })
})

describe('reading a commercial invoice', () => {
  const reading = readDocument({ Blocks: paper(INVOICE) })

  test('numbers in the document’s style, dates in its order', () => {
    const { fields } = reading
    expect(reading.classification).toMatchObject({ kind: 'COMMERCIAL_INVOICE', code: '380' })
    expect(value(fields, 'invoiceNumber')).toEqual({ type: 'identifier', id: 'LA-2026-0117' })
    // 23/05/2026 on the same page decides 03/04/2026.
    expect(value(fields, 'documentDate')).toEqual({ type: 'date', date: '2026-04-03' })
    expect(fields.find((f) => f.field === 'documentDate')?.ambiguous).toBe(false)
    expect(value(fields, 'seller')).toMatchObject({ name: 'Lagoa Azul Ceramica Lda' })
    expect(value(fields, 'buyer')).toMatchObject({ name: 'Brightwell Home Ltd' })
    expect(value(fields, 'incoterm')).toEqual({ type: 'code', code: 'FCA' })
    expect(value(fields, 'totalAmount')).toEqual({ type: 'money', amount: 275520, currency: 'EUR' })
    expect(value(fields, 'subtotalAmount')).toEqual({ type: 'money', amount: 224000, currency: 'EUR' })
    expect(value(fields, 'taxAmount')).toEqual({ type: 'money', amount: 51520, currency: 'EUR' })
    expect(reading.warnings).toEqual([])
  })

  test('the table gives line items', () => {
    expect(reading.lineItems).toHaveLength(2)
    expect(reading.lineItems.map((i) => value(i.fields, 'amount'))).toEqual([
      { type: 'money', amount: 128000, currency: 'EUR' },
      { type: 'money', amount: 96000, currency: 'EUR' },
    ])
    expect(value(reading.lineItems[1]?.fields ?? [], 'quantity')).toEqual({
      type: 'quantity',
      amount: 150,
      unit: 'pcs',
    })
  })

  test('amounts that add up are surer than amounts that do not', () => {
    const broken = INVOICE.map(([text, x, y]) => [text.replace('2.755,20', '2.799,20'), x, y] as const)
    const other = readDocument({ Blocks: paper(broken) })
    const sure = (r: Extraction): number => r.fields.find((f) => f.field === 'totalAmount')?.confidence ?? 0
    expect(sure(other)).toBeLessThan(sure(reading))
    expect(other.warnings).toEqual([])
  })

  const undated = INVOICE.filter(([text]) => !text.startsWith('Due Date'))

  test('value added tax in euros puts the day first', () => {
    const date = readDocument({ Blocks: paper(undated) }).fields.find((f) => f.field === 'documentDate')
    expect(date).toMatchObject({ ambiguous: false, value: { date: '2026-04-03' } })
  })

  test('without other evidence an ambiguous date is flagged with both readings', () => {
    const lines = undated.map(([text, x, y]) => [text.replace('EUR', 'USD').replace('VAT 23%', 'Tax'), x, y] as const)
    const date = readDocument({ Blocks: paper(lines) }).fields.find((f) => f.field === 'documentDate')
    expect(date).toMatchObject({ ambiguous: true, candidates: [{ type: 'date', date: '2026-03-04' }] })
  })

  test('a date after a number is no doubt about the number', () => {
    const lines = INVOICE.map(([text, x, y]) => [text.replace('0117', '0117 dated 03.04.2026'), x, y] as const)
    const number = (r: Extraction) => r.fields.find((f) => f.field === 'invoiceNumber')
    const dated = number(readDocument({ Blocks: paper(lines) }))
    expect(dated?.value).toEqual(number(reading)?.value)
    expect(dated?.confidence).toBeCloseTo(number(reading)?.confidence ?? 0)
  })

  test('a discount between the lines and a total that adds up by itself is no contradiction', () => {
    const cheaper = INVOICE.map(
      ([text, x, y]) =>
        [
          text.replace('2.240,00', '2.000,00').replace('515,20', '460,00').replace('2.755,20', '2.460,00'),
          x,
          y,
        ] as const,
    )
    const { warnings, fields } = readDocument({ Blocks: paper(cheaper) })
    expect(value(fields, 'totalAmount')).toMatchObject({ amount: 246000 })
    expect(warnings).toEqual([])
  })

  test('several pages are one document', () => {
    const first = INVOICE.filter(([, , top]) => top < 0.2)
    const second = INVOICE.filter(([, , top]) => top >= 0.2)
    const pages = [{ Blocks: paper(first) }, { Blocks: paper(second, { page: 2 }) }]
    const both = readDocument(pages)
    expect(both.pages).toBe(2)
    expect(both.lineItems).toHaveLength(2)
    expect(both.fields.find((f) => f.field === 'totalAmount')?.page).toBe(2)
  })
})

describe('papers that are none of ours', () => {
  test('an empty answer is OTHER and has no fields', () => {
    expect(readDocument({ Blocks: [] })).toMatchObject({ classification: { kind: 'OTHER' }, fields: [], lineItems: [] })
    expect(readDocument({})).toMatchObject({ classification: { kind: 'OTHER' }, fields: [] })
  })

  test('a blank form gives no values', () => {
    const labels = BILL_OF_LADING.filter(([text]) =>
      /^(?:BILL|B\/L|Shipper|Consignee|Notify|Vessel|Port|Container|Description|Gross|Measurement|Place)/.test(text),
    )
    const { classification, fields } = readDocument({ Blocks: paper(labels) })
    expect(classification.kind).toBe('BILL_OF_LADING')
    expect(fields).toEqual([])
  })

  test('a till slip is OTHER', () => {
    const slip = paper([
      ['CORNER SHOP LTD', 0.4, 0.05],
      ['TAX INVOICE', 0.42, 0.1],
      ['Cashier: 12', 0.1, 0.15],
      ['TOTAL  £ 9.40', 0.1, 0.3],
      ['CASH   10.00', 0.1, 0.32],
      ['CHANGE  0.60', 0.1, 0.34],
      ['Thank you please come again', 0.1, 0.4],
    ])
    expect(readDocument({ Blocks: slip }).classification.kind).toBe('OTHER')
  })

  test('no answer, however broken, makes it throw', () => {
    const text = fc.string({ maxLength: 40 })
    const block = fc.record(
      {
        BlockType: fc.constantFrom('PAGE', 'LINE', 'WORD', 'KEY_VALUE_SET', 'TABLE', 'CELL', 'QUERY', 'MERGED_CELL'),
        Id: fc.constantFrom('a', 'b', 'c', 'd'),
        Page: fc.integer({ min: 1, max: 3 }),
        Text: fc.oneof(text, fc.constantFrom(...BILL_OF_LADING.map(([t]) => t), ...INVOICE.map(([t]) => t))),
        Confidence: fc.double({ min: 0, max: 100, noNaN: true }),
        EntityTypes: fc.constantFrom('KEY', 'VALUE', 'COLUMN_HEADER').map((type) => [type]),
        RowIndex: fc.integer({ min: 0, max: 5 }),
        ColumnIndex: fc.integer({ min: 0, max: 5 }),
        Relationships: fc.array(
          fc.record({
            Type: fc.constantFrom('CHILD', 'VALUE', 'ANSWER', 'MERGED_CELL'),
            Ids: fc.array(fc.constantFrom('a', 'b', 'c', 'x')),
          }),
        ),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fc.array(block, { maxLength: 20 }), (Blocks) => {
        Extraction.parse(readDocument({ Blocks }))
      }),
      { numRuns: 60 },
    )
  })
})

test('the sender’s word replaces classification', () => {
  const reading = readDocument({ Blocks: paper(INVOICE) }, { kind: 'CARRIER_INVOICE' })
  expect(reading.classification).toMatchObject({ kind: 'CARRIER_INVOICE', confidence: 1 })
  expect(upright(0.1, 0.2)).toEqual({ X: 0.1, Y: 0.2 })
})
