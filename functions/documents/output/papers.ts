/** The papers that Portolan makes, from the shipment's facts and what was said when they were asked for. Pure. */
import { DOCUMENT_TYPE_NAME } from '../../../schemas/codes'
import type { GeneratedType } from '../../../schemas/printed-paper'
import {
  collection,
  containers,
  day,
  type Facts,
  goods,
  parties,
  partyBox,
  partyOf,
  placeName,
  routing,
  terms,
  totals,
} from './blocks'
import { invoiceBlocks } from './invoice'
import { letterheadOf } from './letterhead'
import type { Block, Paper } from './paper'

const cargo = (facts: Facts): Block[] => [totals(facts), goods(facts), ...containers(facts)]

const signatures = (...labels: string[]): Block => ({ kind: 'signatures', labels })

/** By type of document: what stands on it. */
const BLOCKS: Record<GeneratedType, (facts: Facts) => Block[]> = {
  '340': (facts) => [
    parties(facts),
    terms(facts),
    routing(facts),
    ...cargo(facts),
    { kind: 'text', lines: ['Please issue the transport document as instructed above, and send us a draft of it.'] },
    signatures('Date and signature'),
  ],
  '271': (facts) => [
    parties(facts),
    terms(facts),
    routing(facts),
    ...cargo(facts),
    signatures('Date and signature of the shipper'),
  ],
  '781': (facts) => [
    parties(facts),
    routing(facts),
    terms(facts),
    ...collection(facts),
    ...cargo(facts),
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
    ...collection(facts),
    ...cargo(facts),
    { kind: 'text', lines: ['Please deliver the goods described above to the party named, against this order.'] },
    signatures('For the issuer: date and signature', 'Goods received in good order: date and signature'),
  ],
  '380': invoiceBlocks,
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
    number: facts.invoice?.data.number ?? `${header.shipmentId.slice(-8)}-${documentType}-${facts.revision}`,
    date: day(facts.invoice?.recordedAt ?? facts.at),
    ...letterheadOf(documentType, facts),
    blocks: BLOCKS[documentType](facts),
  }
}
