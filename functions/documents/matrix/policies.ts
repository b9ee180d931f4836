/** What is compared, and how: the checks that practitioners make before a shipment's papers are let go. */
import type { CheckCode, Severity } from '../../../schemas/document-matrix'
import type { DocumentKind } from '../../../schemas/extraction'

export type Rule =
  | { kind: 'exact' | 'place' | 'text' | 'name' }
  /** `share` of the greater value, at least `least` of its unit; up to `warnTo` of it a difference is only a warning. */
  | { kind: 'tolerance'; share: number; least: number; warnTo: number }
  /** Kinds in `parts` may name some of the things only. */
  | { kind: 'set'; parts: readonly DocumentKind[] }
  /** Each date must not be after those that follow. */
  | { kind: 'order'; stages: readonly { kind: DocumentKind; field: string; severity: Severity }[] }
  /** Goods of the commercial invoice against those of the packing list. */
  | { kind: 'lines' }
  /** What a document says against itself. */
  | { kind: 'arithmetic' }

export interface Policy {
  code: CheckCode
  describe: string
  /** Names under which documents carry it. */
  fields: readonly string[]
  /** Kinds that it is looked for in; every kind when absent. */
  only?: readonly DocumentKind[]
  /** Kinds in which the same field means something else. */
  except?: readonly DocumentKind[]
  rule: Rule
  severity: Severity
  /** Several documents of one type, each with its own number, add up. */
  adds?: true
}

const COMMERCE = ['COMMERCIAL_INVOICE', 'CUSTOMS_DECLARATION'] as const
const PARTIAL = [
  'VGM',
  'PROOF_OF_DELIVERY',
  'DANGEROUS_GOODS_DECLARATION',
  'DELIVERY_ORDER',
  'COMMERCIAL_INVOICE',
  'CUSTOMS_DECLARATION',
  'CARRIER_INVOICE',
] as const
const INLAND = ['PROOF_OF_DELIVERY', 'CARRIER_INVOICE'] as const
const exact = { kind: 'exact' } as const
const name = { kind: 'name' } as const
const place = { kind: 'place' } as const

export const POLICIES: readonly Policy[] = [
  {
    code: 'packages',
    describe: 'The number of packages is the same everywhere',
    fields: ['packageCount'],
    rule: exact,
    severity: 'ERROR',
    adds: true,
  },
  {
    code: 'gross-weight',
    describe: 'Gross weights differ by half a percent at most',
    fields: ['grossWeight'],
    rule: { kind: 'tolerance', share: 0.005, least: 1, warnTo: 0.02 },
    severity: 'ERROR',
    adds: true,
  },
  {
    code: 'net-weight',
    describe: 'Net weights differ by half a percent at most',
    fields: ['netWeight'],
    rule: { kind: 'tolerance', share: 0.005, least: 1, warnTo: 0.02 },
    severity: 'ERROR',
    adds: true,
  },
  {
    code: 'volume',
    describe: 'Volumes differ by two percent at most: cubic metres are rounded by everybody in his own way',
    fields: ['volume'],
    rule: { kind: 'tolerance', share: 0.02, least: 0.05, warnTo: 0.1 },
    severity: 'ERROR',
    adds: true,
  },
  {
    code: 'containers',
    describe: 'The same containers, digit for digit',
    fields: ['containerNumber'],
    rule: { kind: 'set', parts: PARTIAL },
    severity: 'ERROR',
  },
  {
    code: 'seals',
    describe: 'The same seals',
    fields: ['sealNumber'],
    rule: { kind: 'set', parts: [...PARTIAL, 'PACKING_LIST'] },
    severity: 'ERROR',
  },
  {
    code: 'port-of-loading',
    describe: 'Loaded where the shipment is loaded',
    fields: ['portOfLoading'],
    rule: place,
    severity: 'ERROR',
  },
  {
    code: 'port-of-discharge',
    describe: 'Discharged where the shipment is discharged',
    fields: ['portOfDischarge'],
    rule: place,
    severity: 'ERROR',
  },
  {
    code: 'shipper',
    describe: 'One shipper, spelled one way',
    fields: ['shipper', 'exporter'],
    except: INLAND,
    rule: name,
    severity: 'ERROR',
  },
  {
    code: 'consignee',
    describe: 'One consignee, spelled one way; a bill to order names none',
    fields: ['consignee'],
    except: INLAND,
    rule: name,
    severity: 'ERROR',
  },
  { code: 'notify-party', describe: 'One notify party', fields: ['notifyParty'], rule: name, severity: 'ERROR' },
  {
    code: 'seller',
    describe: 'One seller',
    fields: ['seller'],
    except: ['CARRIER_INVOICE'],
    rule: name,
    severity: 'ERROR',
  },
  {
    code: 'buyer',
    describe: 'One buyer',
    fields: ['buyer'],
    except: ['CARRIER_INVOICE'],
    rule: name,
    severity: 'ERROR',
  },
  {
    code: 'carrier',
    describe: 'The carrier that was booked',
    fields: ['carrier'],
    except: ['PROOF_OF_DELIVERY'],
    rule: name,
    severity: 'WARN',
  },
  {
    code: 'hs-codes',
    describe: 'The same goods by the six digits that all countries share',
    fields: ['hsCode'],
    rule: {
      kind: 'set',
      parts: ['BILL_OF_LADING', 'AIR_WAYBILL', 'DANGEROUS_GOODS_DECLARATION', 'PACKING_LIST', 'CERTIFICATE_OF_ORIGIN'],
    },
    severity: 'ERROR',
  },
  { code: 'incoterm', describe: 'One Incoterm', fields: ['incoterm'], rule: exact, severity: 'ERROR' },
  {
    code: 'freight-terms',
    describe:
      'Whoever contracts for the main carriage by the Incoterm pays its freight: the buyer collect, the seller prepaid',
    fields: ['freightTerms'],
    only: ['BILL_OF_LADING', 'AIR_WAYBILL', 'ARRIVAL_NOTICE'],
    rule: exact,
    severity: 'WARN',
  },
  {
    code: 'line-items',
    describe: 'What is packed is what is invoiced, article by article',
    fields: [],
    rule: { kind: 'lines' },
    severity: 'ERROR',
  },
  {
    code: 'currency',
    describe: 'Goods are invoiced and declared in one currency',
    fields: ['currency'],
    only: COMMERCE,
    rule: exact,
    severity: 'ERROR',
  },
  {
    code: 'invoice-total',
    describe: 'What is declared is what was invoiced',
    fields: ['totalAmount', 'customsValue'],
    only: COMMERCE,
    rule: exact,
    severity: 'ERROR',
    adds: true,
  },
  {
    code: 'purchase-orders',
    describe: 'The same orders of the buyer',
    fields: ['purchaseOrderNumber'],
    except: ['CARRIER_INVOICE'],
    rule: {
      kind: 'set',
      parts: ['BILL_OF_LADING', 'PROOF_OF_DELIVERY', 'CUSTOMS_DECLARATION', 'CERTIFICATE_OF_ORIGIN', 'ARRIVAL_NOTICE'],
    },
    severity: 'WARN',
  },
  { code: 'marks', describe: 'The same marks', fields: ['marks'], rule: { kind: 'text' }, severity: 'WARN' },
  { code: 'vessel', describe: 'The vessel that was booked', fields: ['vessel'], rule: name, severity: 'ERROR' },
  { code: 'voyage', describe: 'The voyage that was booked', fields: ['voyage'], rule: exact, severity: 'ERROR' },
  {
    code: 'booking',
    describe: 'Papers of the carrier name our booking',
    fields: ['bookingNumber'],
    rule: exact,
    severity: 'ERROR',
  },
  {
    code: 'bill-of-lading',
    describe: 'Whoever names the bill of lading names the same',
    fields: ['billOfLadingNumber'],
    rule: exact,
    severity: 'ERROR',
  },
  {
    code: 'invoice-numbers',
    describe: 'Whoever names the invoice names one that is here',
    fields: ['invoiceNumber'],
    except: ['ARRIVAL_NOTICE', 'CARRIER_INVOICE'],
    rule: { kind: 'set', parts: ['PACKING_LIST', 'CUSTOMS_DECLARATION', 'CERTIFICATE_OF_ORIGIN'] },
    severity: 'WARN',
  },
  {
    code: 'origin',
    describe: 'One country of origin',
    fields: ['countryOfOrigin'],
    rule: { kind: 'text' },
    severity: 'ERROR',
  },
  {
    code: 'un-numbers',
    describe: 'All dangerous goods of the shipment are declared, and no others',
    fields: ['unNumber'],
    rule: { kind: 'set', parts: [] },
    severity: 'ERROR',
  },
  {
    code: 'dates',
    describe: 'Invoiced, shipped, arrived and delivered in this order',
    fields: [],
    rule: {
      kind: 'order',
      stages: [
        { kind: 'COMMERCIAL_INVOICE', field: 'documentDate', severity: 'WARN' },
        { kind: 'BILL_OF_LADING', field: 'shippedOnBoardDate', severity: 'ERROR' },
        { kind: 'ARRIVAL_NOTICE', field: 'arrivalDate', severity: 'ERROR' },
        { kind: 'PROOF_OF_DELIVERY', field: 'deliveryDate', severity: 'ERROR' },
      ],
    },
    severity: 'ERROR',
  },
  {
    code: 'arithmetic',
    describe: 'Each document adds up: totals are the sums of their lines, net is not above gross',
    fields: [],
    rule: { kind: 'arithmetic' },
    severity: 'WARN',
  },
]
