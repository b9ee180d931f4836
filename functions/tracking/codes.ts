/** The catalogue: which event of which source is which milestone. DCSA Track & Trace 3.0 codes; X-codes are Portolan's own. */
import type { Milestone } from '../../schemas/milestone'
import type { ReportedEvent } from '../../schemas/tracking'

/** Where the event stands on the shipment's route. */
export type Side = 'ORIGIN' | 'DESTINATION'

export interface CatalogueRule {
  milestone: Milestone
  type: ReportedEvent['eventType']
  code: string
  document?: readonly string[]
  facility?: readonly string[]
  indicator?: ReportedEvent['emptyIndicatorCode']
  truck?: boolean
  transshipment?: true
  side?: Side
  /** At the port (or first or last place) of the main carriage on that side, not anywhere on the side. */
  port?: true
  /** Not where the place is known to be on this side. */
  awayFrom?: Side
}

const shipment = (milestone: Milestone, code: string, ...document: string[]): CatalogueRule => ({
  milestone,
  type: 'SHIPMENT',
  code,
  ...(document.length > 0 ? { document } : {}),
})
const equipment = (milestone: Milestone, code: string, rest: Partial<CatalogueRule> = {}): CatalogueRule => ({
  milestone,
  type: 'EQUIPMENT',
  code,
  ...rest,
})
const transport = (milestone: Milestone, code: string, rest: Partial<CatalogueRule> = {}): CatalogueRule => ({
  milestone,
  type: 'TRANSPORT',
  code,
  ...rest,
})

/** The first rule that fits decides. */
export const CATALOGUE: readonly CatalogueRule[] = [
  shipment('BOOKING_REQUESTED', 'REQS', 'CBR', 'BKG'),
  shipment('BOOKING_REQUESTED', 'RECE', 'CBR'),
  shipment('BOOKING_CONFIRMED', 'CONF', 'BKG', 'CBR'),
  shipment('BOOKING_CANCELLED', 'CANC', 'BKG', 'CBR'),
  shipment('VGM_SUBMITTED', 'SUBM', 'VGM'),
  shipment('VGM_SUBMITTED', 'RECE', 'VGM'),
  shipment('SI_SUBMITTED', 'RECE', 'SHI'),
  shipment('TRANSPORT_DOC_ISSUED', 'ISSU', 'TRD'),
  shipment('ARRIVAL_NOTICE_SENT', 'ISSU', 'ARN'),
  shipment('ARRIVAL_DOCS_AVAILABLE', 'RELS', 'DEO'),
  shipment('CUSTOMS_SUBMITTED', 'SUBM', 'CUC'),
  shipment('CUSTOMS_HOLD', 'HOLD', 'CUC'),
  { ...shipment('IMPORT_CLEARED', 'RELS', 'CUC'), side: 'DESTINATION' },
  { ...shipment('EXPORT_CLEARED', 'RELS', 'CUC'), side: 'ORIGIN' },
  shipment('POD_RECEIVED', 'RECE', 'POD'),
  shipment('DOCS_RECEIVED', 'RECE', 'INV', 'CQU', 'DGD', 'CER', 'CEA', 'CEO', 'HCE', 'PCE', 'VCE', 'FCE', 'ICE'),
  shipment('CARGO_READY', 'XRDY'),
  shipment('MANIFESTED', 'XMAN'),
  shipment('DELIVERY_FAILED', 'XDFL'),
  shipment('DISCREPANCY', 'XDIS'),
  shipment('RETURNED', 'XRET'),
  equipment('EMPTY_PICKED_UP', 'GTOT', { facility: ['DEPO'], indicator: 'EMPTY' }),
  equipment('EMPTY_PICKED_UP', 'PICK', { indicator: 'EMPTY' }),
  equipment('PICKED_UP', 'PICK'),
  equipment('PICKED_UP', 'GTOT', { facility: ['CLOC'], indicator: 'LADEN' }),
  equipment('STUFFED', 'STUF'),
  equipment('EMPTY_RETURNED', 'GTIN', { facility: ['DEPO'], indicator: 'EMPTY' }),
  equipment('DELIVERED', 'GTIN', { facility: ['CLOC'], indicator: 'LADEN', awayFrom: 'ORIGIN' }),
  equipment('RECEIVED_AT_ORIGIN', 'GTIN', { facility: ['POTE', 'COFS', 'INTE'], indicator: 'LADEN', side: 'ORIGIN' }),
  equipment('IMPORT_CLEARED', 'CUSR', { side: 'DESTINATION' }),
  equipment('EXPORT_CLEARED', 'CUSR', { side: 'ORIGIN' }),
  equipment('CUSTOMS_HOLD', 'CUSS'),
  equipment('CUSTOMS_HOLD', 'CUSI'),
  equipment('TRANSHIPMENT_LOADED', 'LOAD', { transshipment: true }),
  equipment('LOADED', 'LOAD'),
  equipment('TRANSHIPMENT_DISCHARGED', 'DISC', { transshipment: true }),
  equipment('DISCHARGED', 'DISC'),
  equipment('AVAILABLE_FOR_PICKUP', 'AVPU'),
  equipment('GATE_OUT_FULL', 'GTOT', { facility: ['POTE', 'COFS', 'INTE', 'RAMP'], indicator: 'LADEN' }),
  equipment('DELIVERED', 'DROP', { facility: ['CLOC'], indicator: 'LADEN', awayFrom: 'ORIGIN' }),
  equipment('DELIVERED', 'STRP'),
  transport('PICKUP_ARRIVED', 'ARRI', { truck: true, facility: ['CLOC'], side: 'ORIGIN' }),
  transport('ARRIVED_AT_DELIVERY', 'ARRI', { facility: ['CLOC'], side: 'DESTINATION' }),
  transport('ARRIVED_AT_TERMINAL', 'ARRI', { facility: ['INTE'] }),
  transport('ARRIVED_DESTINATION_PORT', 'ARRI', { truck: false, side: 'DESTINATION', port: true }),
  transport('DEPARTED_ORIGIN', 'DEPA', { side: 'ORIGIN', port: true }),
  transport('DELIVERY_DEPARTED', 'DEPA', { truck: true, facility: ['CLOC'], side: 'DESTINATION' }),
  transport('OUT_FOR_DELIVERY', 'DEPA', { truck: true, side: 'DESTINATION' }),
]

/** Codes that DCSA defines and that reach no milestone by themselves: known, so not flagged. */
export const KNOWN_CODES: Record<ReportedEvent['eventType'], ReadonlySet<string>> = {
  SHIPMENT: new Set(
    'RECE DRFT PENA PENU PENM PENC CONF REJE DECL APPR ISSU SURR SUBM VOID REQS CMPL HOLD RELS CANC PSAM PSDL SUAM SUDL XRDY XMAN XDFL XDIS XRET'.split(
      ' ',
    ),
  ),
  EQUIPMENT: new Set('LOAD DISC GTIN GTOT STUF STRP PICK AVPU DROP AVDO INSP RSEA RMVD CUSS CUSI CUSR CROS'.split(' ')),
  TRANSPORT: new Set(['ARRI', 'DEPA']),
}
