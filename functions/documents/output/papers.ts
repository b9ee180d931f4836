/** The papers that Portolan makes, from the shipment's facts alone. Pure. */
import { CHARGES, DOCUMENT_TYPE_NAME } from '../../../schemas/codes'
import type { Money } from '../../../schemas/common'
import type { GeneratedType } from '../../../schemas/document'
import type { TimelineData } from '../../../schemas/timeline'
import type { ShipmentState } from '../../shipments/items'
import { chargesOf } from '../../shipments/perspective'
import type { PlaceNames } from '../matrix/facts'
import type { Block, Box, Paper } from './paper'

export interface Facts {
  state: Pick<ShipmentState, 'header' | 'detail' | 'tasks' | 'timeline'>
  places: PlaceNames
  /** Version of this paper for this shipment, from 1. */
  revision: number
  /** UTC. */
  at: string
  /** For an invoice: what was issued. */
  invoice?: TimelineData<'invoice.issued'>
}

type Party = ShipmentState['detail']['parties'][number]

const day = (at: string | undefined) => at?.slice(0, 10) ?? ''
const box = (label: string, ...lines: (string | undefined)[]): Box => ({
  label,
  lines: lines.flatMap((line) => (line ? [line] : [])),
})

const partyOf = ({ state }: Facts, ...functions: Party['function'][]): Party | undefined =>
  functions.flatMap((code) => state.detail.parties.filter((party) => party.function === code))[0]

const partyBox = (label: string, party: Party | undefined): Box =>
  box(
    label,
    party?.name,
    ...(party?.address?.split('\n') ?? []),
    party?.country,
    party?.email,
    party?.taxId && `Tax ID ${party.taxId}`,
  )

const placeName = ({ places }: Facts, code: string | undefined) =>
  code === undefined ? '' : `${places.get(code) ?? code} (${code})`

const referencesOf = ({ state }: Facts, ...types: string[]) =>
  state.detail.references.filter(({ type }) => types.includes(type)).map(({ value }) => value)

/** What operations entered when it confirmed the booking. */
const booked = ({ state }: Facts, name: string): string | undefined =>
  state.tasks.map(({ result }) => result?.[name]).find((value) => typeof value === 'string')

function routing(facts: Facts): Block {
  const { legs } = facts.state.detail
  const sea = legs.filter(({ mode }) => mode === 'VESSEL')
  const [first, last] = [sea[0] ?? legs[0], sea.at(-1) ?? legs.at(-1)]
  const vessel = booked(facts, 'vessel') ?? first?.vessel
  const voyage = booked(facts, 'voyage') ?? first?.voyage
  return {
    kind: 'boxes',
    boxes: [
      box('Vessel / Voyage', [vessel, voyage].filter(Boolean).join(' / ')),
      box('Port of Loading', placeName(facts, first?.from.unLocode), first?.departure && `ETD ${day(first.departure)}`),
      box('Port of Discharge', placeName(facts, last?.to.unLocode), last?.arrival && `ETA ${day(last.arrival)}`),
      box('Place of Delivery', placeName(facts, legs.at(-1)?.to.unLocode)),
    ],
  }
}

const number = (amount: number, digits: number) =>
  amount.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })

function goods({ state }: Facts): Block {
  const { cargoItems } = state.detail
  const sum = (pick: (item: (typeof cargoItems)[number]) => number) =>
    cargoItems.reduce((total, item) => total + pick(item), 0)
  return {
    kind: 'table',
    columns: [
      { header: 'Container No.', width: 0.16 },
      { header: 'Packages', width: 0.1, align: 'right' },
      { header: 'Description of Goods', width: 0.38 },
      { header: 'HS Code', width: 0.1 },
      { header: 'Gross Weight kg', width: 0.14, align: 'right' },
      { header: 'Volume m3', width: 0.12, align: 'right' },
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

function containers({ state }: Facts): Block[] {
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

const parties = (facts: Facts): Block => ({
  kind: 'boxes',
  boxes: [
    partyBox('Shipper', partyOf(facts, 'CZ', 'OS', 'EX')),
    partyBox('Consignee', partyOf(facts, 'CN')),
    partyBox('Notify Party', partyOf(facts, 'NI', 'N1', 'N2') ?? partyOf(facts, 'CN')),
  ],
})

const terms = (facts: Facts): Block => {
  const { incoterm } = facts.state.detail
  return {
    kind: 'boxes',
    boxes: [
      box('Booking No.', referencesOf(facts, 'BN')[0] ?? booked(facts, 'carrierBookingReference')),
      box('Bill of Lading No.', ...referencesOf(facts, 'BL')),
      box('PO No.', ...referencesOf(facts, 'PO')),
      box('Incoterms', `${incoterm.rule} ${incoterm.place}`),
    ],
  }
}

/** Readers look for the totals first. */
function totals({ state }: Facts): Block {
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

/** By type of document: what stands on it. */
const BLOCKS: Record<GeneratedType, (facts: Facts) => Block[]> = {
  '340': (facts) => [parties(facts), terms(facts), routing(facts), goods(facts), totals(facts), ...containers(facts)],
  '271': (facts) => [parties(facts), terms(facts), routing(facts), goods(facts), totals(facts), ...containers(facts)],
  '781': (facts) => [
    parties(facts),
    routing(facts),
    terms(facts),
    goods(facts),
    totals(facts),
    ...containers(facts),
    {
      kind: 'text',
      lines: [
        `The goods are expected at ${placeName(facts, facts.state.header.to)}${
          facts.state.header.arrival ? ` on ${day(facts.state.header.arrival)}` : ''
        }.`,
        'Please have them cleared, and arrange for collection or delivery.',
      ],
    },
  ],
  '640': (facts) => [
    {
      kind: 'boxes',
      boxes: [
        partyBox('Release to', partyOf(facts, 'DP', 'CN')),
        partyBox('Carrier', partyOf(facts, 'CA')),
        partyBox('Consignee', partyOf(facts, 'CN')),
      ],
    },
    terms(facts),
    routing(facts),
    goods(facts),
    totals(facts),
    ...containers(facts),
    { kind: 'text', lines: ['Please deliver the goods described above to the party named, against this order.'] },
  ],
  '380': invoiceBlocks,
}

/** Minor units by the currency's own exponent. */
function money({ amount, currency }: Money): string {
  const { maximumFractionDigits: digits = 2 } = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
  }).resolvedOptions()
  return number(amount / 10 ** digits, digits)
}

function invoiceBlocks(facts: Facts): Block[] {
  const { invoice, state } = facts
  if (!invoice) return []
  const { currency } = invoice.total
  const charges = new Map(chargesOf(state).map((line) => [line.chargeId, line]))
  const net = invoice.lines.reduce((sum, { amount }) => sum + amount.amount, 0)
  const payer = state.detail.parties.find(({ organizationId }) => organizationId === invoice.billTo)
  return [
    {
      kind: 'boxes',
      boxes: [
        box('Bill to', payer?.name ?? invoice.billTo, ...(payer?.address?.split('\n') ?? []), payer?.country),
        box(
          'Shipment',
          state.header.shipmentId,
          state.header.clientReference && `Your reference ${state.header.clientReference}`,
        ),
        box('Currency', currency),
      ],
    },
    routing(facts),
    {
      kind: 'table',
      columns: [
        { header: 'Code', width: 0.14 },
        { header: 'Description', width: 0.6 },
        { header: `Amount ${currency}`, width: 0.26, align: 'right' },
      ],
      rows: [
        ...invoice.lines.map(({ chargeId, amount }) => {
          const charge = charges.get(chargeId)
          return [
            charge?.code ?? chargeId,
            charge?.description ?? (charge ? CHARGES[charge.code].name : ''),
            money(amount),
          ]
        }),
        ...(net === invoice.total.amount ? [] : [['', 'Tax', money({ amount: invoice.total.amount - net, currency })]]),
      ],
      total: ['Total', '', money(invoice.total)],
    },
  ]
}

const TITLES: Record<GeneratedType, string> = {
  '340': DOCUMENT_TYPE_NAME['340'],
  '271': DOCUMENT_TYPE_NAME['271'],
  '781': DOCUMENT_TYPE_NAME['781'],
  '640': DOCUMENT_TYPE_NAME['640'],
  '380': 'Invoice',
}

export function paperOf(documentType: GeneratedType, facts: Facts): Paper {
  const { header } = facts.state
  return {
    title: TITLES[documentType].toUpperCase(),
    number: facts.invoice?.number ?? `${header.shipmentId.slice(-8)}-${documentType}-${facts.revision}`,
    date: day(facts.at),
    blocks: BLOCKS[documentType](facts),
  }
}
