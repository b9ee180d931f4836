/** Readings of an invented shipment's documents that agree with each other, for planting disagreements in them. */
import type { GoodsLine } from '../../functions/documents/matrix/lines'
import type { Column } from '../../functions/documents/matrix/witnesses'
import type { DocumentType } from '../../schemas/codes'
import type { DocumentKind, NormalisedValue } from '../../schemas/extraction'

export const weight = (amount: number): NormalisedValue => ({ type: 'weight', amount, unit: 'kg' })
export const volume = (amount: number): NormalisedValue => ({ type: 'volume', amount, unit: 'm3' })
export const count = (amount: number): NormalisedValue => ({ type: 'quantity', amount })
export const id = (value: string): NormalisedValue => ({ type: 'identifier', id: value })
export const code = (value: string): NormalisedValue => ({ type: 'code', code: value })
export const party = (name: string): NormalisedValue => ({ type: 'party', name, address: [] })
export const place = (name: string, locode?: string): NormalisedValue => ({
  type: 'place',
  name,
  ...(locode ? { locode } : {}),
})
export const text = (value: string): NormalisedValue => ({ type: 'text', text: value })
export const date = (value: string): NormalisedValue => ({ type: 'date', date: value })
export const money = (amount: number, currency = 'USD'): NormalisedValue => ({ type: 'money', amount, currency })

/** A line of a table of goods. */
export const line = (
  article: string | undefined,
  description: string,
  amount: number,
  { confidence = 0.97, unit }: { confidence?: number; unit?: string } = {},
): GoodsLine => ({
  ...(article ? { article } : {}),
  description,
  ...(unit ? { unit } : {}),
  quantity: { value: count(amount), raw: String(amount), confidence, page: 1 },
})

export type Said = Record<string, NormalisedValue[]>

export const column = (
  source: string,
  kind: DocumentKind | undefined,
  documentType: DocumentType | undefined,
  said: Said,
  more: Partial<Column> = {},
): Column => ({
  source,
  ...(kind ? { kind } : {}),
  ...(documentType ? { documentType } : {}),
  values: Object.fromEntries(
    Object.entries(said).map(([field, values]) => [
      field,
      values.map((value) => ({ value, confidence: source === 'SHIPMENT' ? 1 : 0.97, page: 1 })),
    ]),
  ),
  ...more,
})

const BOXES = [id('NSCU4420333'), id('NSCU4420375')]
const SEALS = [id('NL884213'), id('NL884214')]
const transport = {
  vessel: [text('PORTOLAN STAR')],
  voyage: [id('127E')],
  portOfLoading: [place('Rotterdam, The Netherlands')],
  portOfDischarge: [place('Singapore', 'SGSIN')],
}
const cargo = {
  packageCount: [count(40)],
  grossWeight: [weight(18_250)],
  volume: [volume(56.4)],
}

/** What each document says; a planted disagreement replaces one value. */
export const AGREEING = {
  shipment: {
    packages: [count(40)],
    'gross-weight': [weight(18_250)],
    volume: [volume(56.4)],
    containers: BOXES,
    seals: SEALS,
    'port-of-loading': [place('Rotterdam', 'NLRTM')],
    'port-of-discharge': [place('Singapore', 'SGSIN')],
    shipper: [party('Kestrel Machinery B.V.')],
    consignee: [party('Orchid Imports Pte Ltd')],
    carrier: [party('Northsea Container Line N.V.')],
    'hs-codes': [code('847989')],
    incoterm: [code('FOB')],
    'freight-terms': [code('COL')],
    'purchase-orders': [id('OI-88213')],
    vessel: [text('PORTOLAN STAR')],
    voyage: [id('127E')],
    booking: [id('NSC7741208')],
    'un-numbers': [code('UN1263')],
  },
  invoice: {
    invoiceNumber: [id('KM-2026-0417')],
    documentDate: [date('2026-04-17')],
    seller: [party('Kestrel Machinery BV')],
    buyer: [party('Orchid Imports Pte. Ltd.')],
    consignee: [party('Orchid Imports Pte Ltd')],
    purchaseOrderNumber: [id('OI-88213')],
    ...transport,
    incoterm: [code('FOB')],
    countryOfOrigin: [text('NETHERLANDS')],
    hsCode: [code('84798997')],
    ...cargo,
    netWeight: [weight(16_900)],
    currency: [code('USD')],
    totalAmount: [money(23_280_800)],
  },
  packing: {
    invoiceNumber: [id('KM-2026-0417')],
    seller: [party('Kestrel Machinery B.V.')],
    consignee: [party('Orchid Imports Private Limited')],
    purchaseOrderNumber: [id('OI-88213')],
    containerNumber: BOXES,
    sealNumber: [id('NL884213')],
    ...cargo,
    netWeight: [weight(16_901)],
    volume: [volume(56)],
    marks: [text('OI-88213 SINGAPORE 1-40')],
  },
  lading: {
    billOfLadingNumber: [id('NSCLRTM2604127')],
    bookingNumber: [id('NSC7741208')],
    shipper: [party('KESTREL MACHINERY B.V.')],
    consignee: [party('Orchid Imports Pte Ltd')],
    notifyParty: [party('Orchid Imports Pte Ltd')],
    carrier: [text('Northsea Container Line NV')],
    ...transport,
    containerNumber: [...BOXES].reverse(),
    sealNumber: SEALS,
    ...cargo,
    marks: [text('OI-88213 / SINGAPORE / 1-40')],
    hsCode: [code('847989')],
    freightTerms: [code('COL')],
    shippedOnBoardDate: [date('2026-04-28')],
  },
  customs: {
    exporter: [party('Kestrel Machinery B.V.')],
    invoiceNumber: [id('KM-2026-0417')],
    hsCode: [code('84798900')],
    customsValue: [money(23_280_800)],
    currency: [code('USD')],
    countryOfOrigin: [text('Netherlands')],
    incoterm: [code('FOB')],
  },
  notice: {
    billOfLadingNumber: [id('NSCLRTM2604127')],
    notifyParty: [party('Orchid Imports Pte Ltd')],
    containerNumber: BOXES,
    arrivalDate: [date('2026-05-26')],
    currency: [code('SGD')],
  },
  dangerous: { unNumber: [code('UN1263')], containerNumber: [id('NSCU4420333')] },
  proof: { consignee: [party('Warehouse 7')], containerNumber: BOXES, deliveryDate: [date('2026-05-30')] },
} satisfies Record<string, Said>

export type Paper = keyof typeof AGREEING
const KINDS: Record<Paper, [DocumentKind | undefined, DocumentType | undefined]> = {
  shipment: [undefined, undefined],
  invoice: ['COMMERCIAL_INVOICE', '380'],
  packing: ['PACKING_LIST', '271'],
  lading: ['BILL_OF_LADING', '705'],
  customs: ['CUSTOMS_DECLARATION', '830'],
  notice: ['ARRIVAL_NOTICE', '781'],
  dangerous: ['DANGEROUS_GOODS_DECLARATION', '890'],
  proof: ['PROOF_OF_DELIVERY', '737'],
}
export const PAPERS = Object.keys(AGREEING) as Paper[]
export const sourceOf = (paper: Paper) => (paper === 'shipment' ? 'SHIPMENT' : paper)

/** The whole set, with what is planted in place of what agrees. */
export const papers = (
  planted: Partial<Record<Paper, Said>> = {},
  lines: Partial<Record<Paper, readonly GoodsLine[]>> = {},
): Column[] =>
  PAPERS.map((paper) => {
    const goods = lines[paper]
    const said = { ...AGREEING[paper], ...planted[paper] }
    return column(sourceOf(paper), ...KINDS[paper], said, goods ? { lines: goods } : {})
  })
