import { currencyIn } from '../../../functions/documents/extraction/normalise/money'
import { readDocument } from '../../../functions/documents/extraction/read-document'
import { show } from '../../../functions/documents/matrix/values'
import type { FieldValue } from '../../../schemas/extraction'
import { INVOICE, type Line, paper } from './paper'

const field = (fields: readonly FieldValue[], name: string): FieldValue | undefined =>
  fields.find((f) => f.field === name)
const amount = (fields: readonly FieldValue[], name: string): number | undefined => {
  const value = field(fields, name)?.value
  return value && 'amount' in value ? value.amount : undefined
}

const slip = (rows: readonly (readonly [string, string])[]): Line[] => [
  ['HARBOUR HARDWARE &', 0.3, 0.04],
  ['MARINE SUPPLY', 0.32, 0.06],
  ['12 Quay Street', 0.3, 0.08],
  ['RECEIPT', 0.4, 0.12],
  ['Cashier: 4', 0.1, 0.15],
  ...rows.flatMap(([label, value], i): Line[] => [
    [label, 0.1, 0.3 + i * 0.025],
    [value, 0.6, 0.3 + i * 0.025],
  ]),
  ['Thank you, please come again', 0.2, 0.7],
]

describe('amounts of a till slip', () => {
  test('what was paid less the change is the total, whatever else is called so', () => {
    const { fields } = readDocument({
      Blocks: paper(
        slip([
          ['Total Sales (Excluding GST)', '76.35'],
          ['GST 6%', '4.58'],
          ['Rounding', '-0.03'],
          ['Total', '80.90'],
          ['Cash', '100.00'],
          ['Change', '19.10'],
        ]),
      ),
    })
    expect(amount(fields, 'totalAmount')).toBe(8090)
    expect(amount(fields, 'subtotalAmount')).toBe(7635)
    expect(field(fields, 'totalAmount')?.checks).toEqual([{ code: 'sum', passed: true }])
  })

  test('a total whose label cannot be read is found by the sum that it makes', () => {
    const { fields } = readDocument({
      Blocks: paper(
        slip([
          ['Sub Total', '68.87'],
          ['Tax', '4.13'],
          ['Wxx', '73.00'],
        ]),
      ),
    })
    expect(amount(fields, 'totalAmount')).toBe(7300)
  })

  test('smudged figures prove nothing by adding up', () => {
    const clear = paper(slip([['Total', '26.60']]))
    const smudged = paper(
      [
        ['Subtotal', 0.1, 0.5],
        ['10.00', 0.6, 0.5],
        ['Tax', 0.1, 0.52],
        ['1.00', 0.6, 0.52],
        ['11.00', 0.6, 0.54],
      ],
      { page: 2, confidence: 40 },
    )
    expect(amount(readDocument([{ Blocks: clear }, { Blocks: smudged }]).fields, 'totalAmount')).toBe(2660)
  })
})

describe('names at the head of a paper', () => {
  test('go on in the next line after "&"', () => {
    const { fields } = readDocument({ Blocks: paper(slip([['Total', '26.60']])) })
    expect(field(fields, 'issuer')?.value).toMatchObject({ name: 'HARBOUR HARDWARE & MARINE SUPPLY' })
  })

  test('began in the line above when a line begins with what ends a name', () => {
    const lines: Line[] = [
      ['BINTANG LAUT', 0.3, 0.04],
      ['ENTERPRISE SDN BHD', 0.3, 0.055],
      ...slip([['Total', '26.60']]).slice(3),
    ]
    const { fields } = readDocument({ Blocks: paper(lines) })
    expect(field(fields, 'issuer')?.value).toMatchObject({ name: 'BINTANG LAUT ENTERPRISE SDN BHD' })
  })

  test('have letters where OCR saw digits in the words that end companies’ names', () => {
    const lines = INVOICE.map(([text, x, y]) => [text.replace('Home Ltd', 'Home L1MITED'), x, y] as const)
    const { fields } = readDocument({ Blocks: paper(lines) })
    expect(field(fields, 'buyer')?.value).toMatchObject({ name: 'Brightwell Home LIMITED' })
  })
})

test('the end of a Malaysian company’s name is no dinar of Bahrain', () => {
  expect(currencyIn('KEDAI BINTANG SDN. BHD. 12.40')).toBeUndefined()
  expect(currencyIn('822737-X BHD')).toBeUndefined()
  expect(currencyIn('BHD 12.400')).toBe('BHD')
  expect(currencyIn('12.400 BHD')).toBe('BHD')
})

test('a label that OCR parted is one all the same', () => {
  const lines: Line[] = [
    ['PACKING LIST', 0.4, 0.05],
    ['Total Gross We ight:', 0.05, 0.12],
    ['1,429.12 KGS', 0.4, 0.12],
  ]
  expect(amount(readDocument({ Blocks: paper(lines) }).fields, 'grossWeight')).toBe(1429.12)
})

describe('labels without a colon', () => {
  const titled = (title: string): Line[] => [[title, 0.08, 0.06], ...INVOICE.filter(([t]) => !/^Invoice No/.test(t))]

  test('count as such when a number follows "Nr."', () => {
    const { fields } = readDocument({ Blocks: paper(titled('Handelsrechnung (380) Nr. 60417 vom 05.03.2026')) })
    expect(field(fields, 'invoiceNumber')).toMatchObject({ value: { id: '60417' } })
    expect(field(fields, 'invoiceNumber')?.confidence).toBeGreaterThan(0.85)
  })

  test('do not when they begin a name', () => {
    const { fields } = readDocument({ Blocks: paper(titled('Invoice Factory Holdings')) })
    expect(field(fields, 'invoiceNumber')).toBeUndefined()
  })
})

describe('money in words', () => {
  it.each([
    [120_000, 'JPY', '120000 JPY'],
    [120_050, 'EUR', '1200.50 EUR'],
    [1_200_500, 'KWD', '1200.500 KWD'],
  ] as const)('%i minor units of %s are %s', (amount, currency, text) => {
    expect(show({ type: 'money', amount, currency })).toBe(text)
  })
})
