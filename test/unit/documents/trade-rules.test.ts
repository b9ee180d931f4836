import { readDocument } from '../../../functions/documents/extraction/read-document'
import { type Line, paper } from './paper'

const read = (lines: readonly Line[]) => {
  const { classification, fields } = readDocument({ Blocks: paper(lines) })
  return { kind: classification.kind, value: (name: string) => fields.find((f) => f.field === name)?.value }
}

test('an arrival notice that bills the freight is an arrival notice', () => {
  const { kind } = read([
    ['ARRIVAL NOTICE', 0.6, 0.05],
    ['/ FREIGHT INVOICE', 0.6, 0.066],
    ['VESSEL / VOYAGE NO.', 0.05, 0.2],
    ['SEA LARK / 12W', 0.05, 0.215],
    ['OCEAN FREIGHT', 0.05, 0.5],
    ['2,100.00', 0.8, 0.5],
    ['DESTINATION THC', 0.05, 0.52],
    ['310.00', 0.8, 0.52],
  ])
  expect(kind).toBe('ARRIVAL_NOTICE')
})

const charged = (charges: readonly string[]): Line[] => [
  ['INVOICE', 0.8, 0.05],
  ['Number: NLX0041827', 0.7, 0.07],
  ['Invoice Date: 23-APR-2026', 0.7, 0.085],
  ['Payment Terms', 0.05, 0.15],
  ['30 days', 0.2, 0.15],
  ['IBAN NL00 BANK 0123 4567 89', 0.05, 0.8],
  ...charges.flatMap((charge, i): Line[] => [
    [charge, 0.05, 0.4 + i * 0.02],
    ['100.00', 0.8, 0.4 + i * 0.02],
  ]),
]

test('an invoice of freight charges is a carrier’s, one of goods with their freight is the seller’s', () => {
  const carrier = read(
    charged(['Basic Ocean Freight', 'Bunker Adjustment Factor', 'Terminal Handling Charge', 'Seal Fee']),
  )
  expect(carrier.kind).toBe('CARRIER_INVOICE')
  expect(carrier.value('invoiceNumber')).toMatchObject({ id: 'NLX0041827' })
  expect(read(charged(['Oak table', 'Oak chair', 'Ocean Freight'])).kind).toBe('COMMERCIAL_INVOICE')
})

test('a currency after a label belongs to the label', () => {
  const { value } = read([
    ['Rechnung', 0.6, 0.05],
    ['Rechnungs-Nr. 4711', 0.6, 0.08],
    ['Rechnungsbetrag EUR', 0.4, 0.5],
    ['33.844,40', 0.8, 0.5],
  ])
  expect(value('totalAmount')).toMatchObject({ amount: 3_384_440 })
})

test('kilograms are read from their own column, beside the pounds', () => {
  const { value } = read([
    ['PACKING LIST', 0.4, 0.05],
    ['LBS', 0.6, 0.2],
    ['KGS', 0.7, 0.2],
    ['NET WEIGHT', 0.3, 0.4],
    ['1834.0', 0.59, 0.4],
    ['831.9', 0.69, 0.4],
  ])
  expect(value('netWeight')).toMatchObject({ amount: 831.9 })
})

test('a department is not the buyer, and an address on the name’s line is not part of the name', () => {
  const { value } = read([
    ['COMMERCIAL INVOICE', 0.4, 0.05],
    ['Bill To', 0.05, 0.2],
    ['Receiving Department', 0.05, 0.214],
    ['Green Gable Homes, Inc.', 0.05, 0.228],
    ['9 Mill Road', 0.05, 0.242],
    ['Ship To', 0.5, 0.2],
    ['Gable Stores S.A.C., Av. Central 30, Callao', 0.5, 0.214],
  ])
  expect(value('buyer')).toMatchObject({ name: 'Green Gable Homes, Inc.' })
  expect(value('consignee')).toMatchObject({ name: 'Gable Stores S.A.C.', address: ['Av. Central 30, Callao'] })
})

test('a delivery order is about the carrier’s bill, whatever house bill stands beside it', () => {
  const { value } = read([
    ['DELIVERY ORDER', 0.4, 0.05],
    ['B/L OR AWB NO.', 0.05, 0.2],
    ['NLXU40118827', 0.05, 0.214],
    ['HOUSE B/L: SELA2502077', 0.3, 0.4],
  ])
  expect(value('billOfLadingNumber')).toMatchObject({ id: 'NLXU40118827' })
})

test('the vendor of a purchase order is not who issued it, and its number is no invoice’s', () => {
  const { value } = read([
    ['Nordhaven Dredging N.V.', 0.05, 0.05],
    ['PURCHASE ORDER', 0.6, 0.05],
    ['PO number: 4700118', 0.6, 0.1],
  ])
  expect(value('documentNumber')).toBeUndefined()
  expect(value('purchaseOrderNumber')).toMatchObject({ id: '4700118' })
})

test('the day of import is not the day of an entry summary', () => {
  const { value } = read([
    ['ENTRY SUMMARY', 0.4, 0.04],
    ['3. Summary Date', 0.3, 0.1],
    ['03/27/2026', 0.3, 0.114],
    ['11. Import Date', 0.6, 0.1],
    ['03/16/2026', 0.6, 0.114],
  ])
  expect(value('documentDate')).toMatchObject({ date: '2026-03-27' })
})

test('under the sender’s line of a letter stands who it is for', () => {
  const { value } = read([
    ['Tischlerei Moor GmbH · Werkstr. 4 · 24103 Kiel', 0.07, 0.15],
    ['Firma', 0.07, 0.17],
    ['Hotel Seeblick KG', 0.07, 0.185],
    ['Strandweg 9', 0.07, 0.2],
    ['25980 Sylt', 0.07, 0.215],
    ['Rechnung', 0.6, 0.15],
    ['Rechnungs-Nr. 4711', 0.6, 0.17],
  ])
  expect(value('seller')).toMatchObject({ name: 'Tischlerei Moor GmbH' })
  expect(value('buyer')).toMatchObject({ name: 'Hotel Seeblick KG' })
})

test('a label of the next column, a little higher, does not end the value of this one', () => {
  const { value } = read([
    ['ARRIVAL NOTICE', 0.4, 0.05],
    ['CONSIGNEE', 0.06, 0.147],
    ['HOUSE B/L NO.', 0.46, 0.158],
    ['PEAK OUTDOOR LLC', 0.06, 0.16],
    ['NLX250588', 0.46, 0.172],
    ['1440 GLEN AVE', 0.06, 0.174],
  ])
  expect(value('consignee')).toMatchObject({ name: 'PEAK OUTDOOR LLC' })
})
