/** The columns of the matrix: the shipment's own facts, and what was read from each document. */
import type { PartyFunction } from '../../../schemas/codes'
import type { DocumentRecord } from '../../../schemas/document'
import type { CheckCode, MatrixValue } from '../../../schemas/document-matrix'
import type { DocumentKind, Extraction, LineItem, NormalisedValue } from '../../../schemas/extraction'
import type { ShipmentState } from '../../shipments/items'
import type { BOOKED } from '../../shipments/perspective'
import { freightOf } from '../domain/freight'
import { type GoodsLine, LINE_KINDS } from './lines'
import { type Column, SHIPMENT } from './witnesses'

type State = Pick<ShipmentState, 'detail' | 'tasks'>

/** Names of places by UN/LOCODE; one that is not in it is shown by its code. */
export type PlaceNames = ReadonlyMap<string, string>

export function shipmentColumn(state: State, places: PlaceNames): Column {
  const values = Object.entries(factsOf(state, places)).map(
    ([check, facts]) => [check, facts.map((value): MatrixValue => ({ value, confidence: 1 }))] as const,
  )
  return {
    source: SHIPMENT,
    values: Object.fromEntries(values.filter(([, facts]) => facts.length > 0)),
    partial: partial(state),
  }
}

function factsOf({ detail, tasks }: State, places: PlaceNames): Partial<Record<CheckCode, NormalisedValue[]>> {
  const { cargoItems, containers, legs, incoterm } = detail
  const voyages = legs.filter(({ mode }) => mode === 'VESSEL')
  const reference = (type: string) => detail.references.filter((it) => it.type === type).map(({ value }) => id(value))
  const booked = (name: (typeof BOOKED)[number]) => tasks.flatMap(({ result }) => textIn(result?.[name]))
  const volumes = cargoItems.map(({ volume }) => volume)
  return {
    packages: [{ type: 'quantity', amount: sum(cargoItems.map((item) => item.packages)) }],
    'gross-weight': [{ type: 'weight', unit: 'kg', amount: sum(cargoItems.map((item) => item.grossWeight)) }],
    volume: volumes.every((it) => it !== undefined) ? [{ type: 'volume', unit: 'm3', amount: sum(volumes) }] : [],
    containers: containers.flatMap(({ number }) => (number ? [id(number)] : [])),
    seals: containers.flatMap(({ seals }) => seals.map(id)),
    'port-of-loading': voyages.slice(0, 1).map(({ from }) => place(from.unLocode, places)),
    'port-of-discharge': voyages.slice(-1).map(({ to }) => place(to.unLocode, places)),
    shipper: parties(detail.parties, 'CZ', 'OS', 'EX'),
    consignee: parties(detail.parties, 'CN'),
    'notify-party': parties(detail.parties, 'NI', 'N1', 'N2'),
    seller: parties(detail.parties, 'SE'),
    buyer: parties(detail.parties, 'BY'),
    carrier: parties(detail.parties, 'CA'),
    'hs-codes': cargoItems.flatMap(({ hsCode }) => (hsCode ? [{ type: 'code' as const, code: hsCode }] : [])),
    incoterm: [{ type: 'code', code: incoterm.rule }],
    'freight-terms': [{ type: 'code', code: freightOf(incoterm.rule) === 'PREPAID' ? 'PRE' : 'COL' }],
    'purchase-orders': reference('PO'),
    marks: cargoItems.flatMap(({ marks }) => textIn(marks)),
    vessel: preferred(
      booked('vessel'),
      voyages.flatMap(({ vessel }) => textIn(vessel)),
    ),
    voyage: preferred(
      booked('voyage').map(asId),
      voyages.flatMap(({ voyage }) => (voyage ? [id(voyage)] : [])),
    ),
    booking: preferred(reference('BN'), booked('carrierBookingReference').map(asId)),
    'bill-of-lading': reference('BL'),
    'un-numbers': cargoItems.flatMap(({ dangerousGoods }) =>
      dangerousGoods ? [{ type: 'code' as const, code: `UN${dangerousGoods.unNumber}` }] : [],
    ),
  }
}

const parties = (all: State['detail']['parties'], ...functions: PartyFunction[]): NormalisedValue[] => {
  const first = functions.find((code) => all.some((party) => party.function === code))
  const named = functions.includes('NI') ? functions : first ? [first] : []
  return all.filter((party) => named.includes(party.function)).map(({ name }) => ({ type: 'party', name, address: [] }))
}

const sum = (amounts: readonly (number | undefined)[]) =>
  Math.round(amounts.reduce<number>((total, amount) => total + (amount ?? 0), 0) * 1000) / 1000
const id = (value: string): NormalisedValue => ({ type: 'identifier', id: value.toUpperCase().replaceAll(/\s/g, '') })
const asId = (value: NormalisedValue) => (value.type === 'text' ? id(value.text) : value)
const textIn = (value: unknown): NormalisedValue[] =>
  typeof value === 'string' && value.trim() ? [{ type: 'text', text: value.trim() }] : []
const place = (locode: string, places: PlaceNames): NormalisedValue => ({
  type: 'place',
  name: places.get(locode) ?? locode,
  locode,
})
/** What was confirmed stands before what was planned. */
const preferred = (confirmed: NormalisedValue[], planned: NormalisedValue[]) =>
  confirmed.length > 0 ? confirmed : planned

/** Where the shipment does not say everything yet, it does not contradict a document that says more. */
const partial = ({ detail: { containers, cargoItems } }: State): CheckCode[] => [
  ...(containers.every(({ number }) => number) ? [] : (['containers'] as const)),
  ...(containers.every(({ seals }) => seals.length > 0) ? [] : (['seals'] as const)),
  ...(cargoItems.every(({ hsCode }) => hsCode) ? [] : (['hs-codes'] as const)),
]

const LINES: readonly DocumentKind[] = LINE_KINDS

/** A line that says how many of what. */
function goodsLine({ fields }: LineItem): GoodsLine[] {
  const find = (name: string) => fields.find(({ field }) => field === name)
  const [quantity, article, description] = [find('quantity'), find('article'), find('description')]
  if (quantity?.value.type !== 'quantity' || !(article || description)) return []
  const unit = find('unit')?.raw ?? quantity.value.unit
  const what = [article?.raw, description?.raw].filter(Boolean).join(' ')
  const { value, confidence, page, box } = quantity
  return [
    {
      ...(article ? { article: article.raw } : {}),
      ...(description ? { description: description.raw } : {}),
      ...(unit ? { unit } : {}),
      quantity: { value, raw: `${quantity.raw} ${what}`, confidence, page, box },
    },
  ]
}

export function documentColumn(
  document: DocumentRecord,
  { classification, fields, lineItems, warnings }: Extraction,
): Column {
  const values: Record<string, MatrixValue[]> = {}
  const named = new Map(fields.map((it) => [it.field, it.value]))
  for (const { field, value, raw, confidence, page, box, decidedBy } of fields) {
    const meant = value.type === 'party' && value.sameAs ? (named.get(value.sameAs) ?? value) : value
    const cell = { value: meant, raw, confidence, page, box, ...(decidedBy ? { corrected: true } : {}) }
    values[field] = [...(values[field] ?? []), cell]
  }
  return {
    source: document.documentId,
    documentType: document.documentType,
    kind: classification.kind,
    ...(document.number ? { number: document.number } : {}),
    values,
    warnings,
    ...(LINES.includes(classification.kind) ? { lines: lineItems.flatMap(goodsLine) } : {}),
  }
}
