/** What printed papers have in common: parties, routing, goods, containers, totals. Pure. */
import type { LegalEntity } from '../../../schemas/legal-entity'
import type { PrintedTerms } from '../../../schemas/printed-paper'
import type { TimelineEntry } from '../../../schemas/timeline'
import type { ShipmentState } from '../../shipments/items'
import { freightOf } from '../domain/freight'
import type { PlaceNames } from '../matrix/facts'
import type { Block, Box } from './paper'

export interface Facts {
  state: Pick<ShipmentState, 'header' | 'detail' | 'tasks' | 'timeline'>
  places: PlaceNames
  /** Version of this paper for this shipment, from 1. */
  revision: number
  /** UTC. */
  at: string
  /** For an invoice: what was issued, and when. */
  invoice?: Extract<TimelineEntry, { type: 'invoice.issued' }>
  /** What was said when it was asked for. */
  terms?: PrintedTerms
  /** Who the tenant is, where it has said so. */
  legalEntity?: LegalEntity
}

type Party = ShipmentState['detail']['parties'][number]
/** A party of the shipment, or one that was named when the paper was asked for. */
export type PrintedParty = Omit<Party, 'function'>

export const day = (at: string | undefined) => at?.slice(0, 10) ?? ''
export const box = (label: string, ...lines: (string | undefined)[]): Box => ({
  label,
  lines: lines.flatMap((line) => (line ? [line] : [])),
})

export const partyOf = ({ state }: Pick<Facts, 'state'>, ...functions: Party['function'][]): Party | undefined =>
  functions.flatMap((code) => state.detail.parties.filter((party) => party.function === code))[0]

/** Address, country, mail and tax number, a line each. */
export const addressOf = (party: PrintedParty | undefined): string[] =>
  [
    ...(party?.address?.split('\n') ?? []),
    party?.country && countryName(party.country),
    party?.email,
    party?.taxId && `Tax ID ${party.taxId}`,
  ].flatMap((line) => (line ? [line] : []))

export const countryName = (code: string) => new Intl.DisplayNames('en', { type: 'region' }).of(code) ?? code

export const partyBox = (label: string, party: PrintedParty | undefined): Box =>
  box(label, party?.name, ...addressOf(party))

export const placeName = ({ places }: Facts, code: string | undefined) =>
  code === undefined ? '' : `${places.get(code) ?? code} (${code})`

export const referencesOf = ({ state }: Facts, ...types: string[]) =>
  state.detail.references.filter(({ type }) => types.includes(type)).map(({ value }) => value)

/** What operations entered when it confirmed the booking. */
const booked = ({ state }: Facts, name: string): string | undefined =>
  state.tasks.map(({ result }) => result?.[name]).find((value) => typeof value === 'string')

const filled = (boxes: Box[]): Block => ({ kind: 'boxes', boxes: boxes.filter(({ lines }) => lines.length > 0) })

/** What the carriage, where it begins and where it ends are called, by the mode of the main leg. */
const WAYS = {
  sea: ['Vessel / Voyage', 'Port of Loading', 'Port of Discharge'],
  air: ['Flight', 'Airport of Departure', 'Airport of Destination'],
  land: ['Transport', 'Place of Loading', 'Place of Discharge'],
} as const

const wayOf = (legs: readonly { mode: string }[]) =>
  legs.some(({ mode }) => mode === 'VESSEL') ? 'sea' : legs.some(({ mode }) => mode === 'AIR') ? 'air' : 'land'

export function routing(facts: Facts): Block {
  const { legs } = facts.state.detail
  const way = wayOf(legs)
  const main = way === 'land' ? legs : legs.filter(({ mode }) => mode === (way === 'sea' ? 'VESSEL' : 'AIR'))
  const [first, last] = [main[0], main.at(-1)]
  const [carriage, from, to] = WAYS[way]
  const vessel = booked(facts, 'vessel') ?? first?.vessel
  const voyage = booked(facts, 'voyage') ?? first?.voyage
  return filled([
    box(carriage, [vessel, voyage].filter(Boolean).join(' / ')),
    box(from, placeName(facts, first?.from.unLocode), first?.departure && `ETD ${day(first.departure)}`),
    box(to, placeName(facts, last?.to.unLocode), last?.arrival && `ETA ${day(last.arrival)}`),
    box('Place of Delivery', placeName(facts, legs.at(-1)?.to.unLocode)),
  ])
}

export const number = (amount: number, digits: number) =>
  amount.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })

export function goods({ state }: Facts): Block {
  const { cargoItems } = state.detail
  const sum = (pick: (item: (typeof cargoItems)[number]) => number) =>
    cargoItems.reduce((total, item) => total + pick(item), 0)
  return {
    kind: 'table',
    columns: [
      { header: 'Container No.', width: 0.17 },
      { header: 'Kind and No. of Packages', width: 0.14, align: 'right' },
      { header: 'Description of Goods', width: 0.28 },
      { header: 'HS Code', width: 0.12 },
      { header: 'Gross Weight kg', width: 0.16, align: 'right' },
      { header: 'Volume m3', width: 0.13, align: 'right' },
    ],
    rows: cargoItems.map((item) => [
      item.containerNumber ?? '',
      `${item.packages} ${item.packageType}`,
      [item.description, item.marks && `Marks: ${item.marks}`, hazard(item)].filter(Boolean).join('\n'),
      item.hsCode ?? '',
      number(item.grossWeight, 3),
      item.volume === undefined ? '' : number(item.volume, 3),
    ]),
    total: [
      'Total',
      String(sum((item) => item.packages)),
      '',
      '',
      number(
        sum((item) => item.grossWeight),
        3,
      ),
      cargoItems.every((item) => item.volume !== undefined)
        ? number(
            sum((item) => item.volume ?? 0),
            3,
          )
        : '',
    ],
  }
}

const hazard = ({ dangerousGoods }: ShipmentState['detail']['cargoItems'][number]) =>
  dangerousGoods &&
  `UN${dangerousGoods.unNumber} ${dangerousGoods.properShippingName ?? ''} Class ${dangerousGoods.imoClass}${
    dangerousGoods.packingGroup ? ` PG ${dangerousGoods.packingGroup}` : ''
  }`

export function containers({ state }: Facts): Block[] {
  const { containers: all } = state.detail
  if (all.length === 0) return []
  return [
    {
      kind: 'table',
      columns: [
        { header: 'Container No.', width: 0.25 },
        { header: 'Size / Type', width: 0.15 },
        { header: 'Seal No.', width: 0.35 },
        { header: 'VGM kg', width: 0.25, align: 'right' },
      ],
      rows: all.map((it) => [
        it.number ?? '',
        it.sizeType,
        it.seals.join(', '),
        it.verifiedGrossMass === undefined ? '' : number(it.verifiedGrossMass, 0),
      ]),
    },
  ]
}

/** Where the goods lie until they are fetched: terminal or warehouse, if the shipment names one. */
export const collection = (facts: Facts): Block[] => {
  const holder = partyOf(facts, 'TR', 'WH')
  return holder ? [{ kind: 'boxes', boxes: [partyBox('Collect At', holder)] }] : []
}

export const parties = (facts: Facts): Block => ({
  kind: 'boxes',
  boxes: [
    partyBox('Shipper', partyOf(facts, 'CZ', 'OS', 'EX')),
    partyBox('Consignee', partyOf(facts, 'CN')),
    partyBox('Notify Party', partyOf(facts, 'NI', 'N1', 'N2') ?? partyOf(facts, 'CN')),
  ],
})

export const terms = (facts: Facts): Block => {
  const { incoterm } = facts.state.detail
  return filled([
    box('Booking No.', referencesOf(facts, 'BN')[0] ?? booked(facts, 'carrierBookingReference')),
    box('Bill of Lading No.', referencesOf(facts, 'BL').join(', ')),
    box('PO No.', referencesOf(facts, 'PO').join(', ')),
    box('Incoterms', `${incoterm.rule} ${incoterm.place}`),
    box('Freight', freightOf(incoterm.rule)),
  ])
}

/** Readers look for the totals first. */
export function totals({ state }: Facts): Block {
  const { cargoItems } = state.detail
  const packages = cargoItems.reduce((sum, item) => sum + item.packages, 0)
  const weight = cargoItems.reduce((sum, item) => sum + item.grossWeight, 0)
  const volume = cargoItems.reduce((sum, item) => sum + (item.volume ?? 0), 0)
  return {
    kind: 'boxes',
    boxes: [
      box('Total Packages', `${packages} packages`),
      box('Total Gross Weight', `${number(weight, 3)} kg`),
      box('Total Volume', volume > 0 ? `${number(volume, 3)} m3` : undefined),
    ],
  }
}
