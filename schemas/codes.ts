/** Code lists of UN/CEFACT, DCSA and ICC that shape entities, with our own descriptions. */
import * as z from 'zod'

export const ShipmentType = z.enum(['EXPORT', 'IMPORT', 'CROSS_BORDER_ECOM', 'DOMESTIC', 'RETURN'])
export type ShipmentType = z.infer<typeof ShipmentType>

/** UN/CEFACT Recommendation 19, by name; REC19_CODE gives the digit. */
export const TransportMode = z.enum(['MARITIME', 'RAIL', 'ROAD', 'AIR', 'MAIL', 'MULTIMODAL', 'INLAND_WATER'])
export type TransportMode = z.infer<typeof TransportMode>
export const REC19_CODE = {
  MARITIME: '1',
  RAIL: '2',
  ROAD: '3',
  AIR: '4',
  MAIL: '5',
  MULTIMODAL: '6',
  INLAND_WATER: '8',
} as const satisfies Record<TransportMode, string>

export const LoadType = z.enum(['FCL', 'LCL', 'LTL', 'FTL', 'AIR', 'PARCEL', 'RORO', 'BREAKBULK'])
export type LoadType = z.infer<typeof LoadType>

/** DCSA leg modes, and air. */
export const LegMode = z.enum(['VESSEL', 'RAIL', 'TRUCK', 'BARGE', 'AIR'])

/** UN/CEFACT party functions (3035) used on a shipment. */
export const PartyFunction = z
  .enum([
    'CZ',
    'OS',
    'CN',
    'UC',
    'N1',
    'N2',
    'NI',
    'CA',
    'FW',
    'DDR',
    'DDS',
    'CB',
    'COW',
    'COX',
    'BY',
    'SE',
    'IV',
    'PR',
    'EX',
    'IM',
    'WH',
    'DP',
    'SF',
    'TR',
    'NAC',
    'CSR',
    'SCO',
  ])
  .describe('UN/CEFACT party function: CZ consignor, CN consignee, CA carrier, CB customs broker, IV invoicee …')
export type PartyFunction = z.infer<typeof PartyFunction>

/** Incoterms 2020 (ICC): the last four are for sea and inland waterway only. */
export const Incoterm = z.enum(['EXW', 'FCA', 'CPT', 'CIP', 'DAP', 'DPU', 'DDP', 'FAS', 'FOB', 'CFR', 'CIF'])
export type Incoterm = z.infer<typeof Incoterm>
export const SEA_ONLY_INCOTERMS: readonly Incoterm[] = ['FAS', 'FOB', 'CFR', 'CIF']

/** DCSA facility types. */
export const FacilityType = z.enum(['BORD', 'CLOC', 'COFS', 'OFFD', 'DEPO', 'INTE', 'POTE', 'RAMP', 'WAYP'])
export type FacilityType = z.infer<typeof FacilityType>

/** DCSA shipment cut-off codes. */
export const CutOffCode = z
  .enum(['DCO', 'VCO', 'FCO', 'LCO', 'PCO', 'ECP', 'EFC', 'RCO', 'DGC', 'OBC', 'TCO', 'STA', 'SPA', 'CUA', 'AFC'])
  .describe('DCSA cut-off: DCO documentation, VCO VGM, FCO full container delivery, CUA customs acceptance …')
export type CutOffCode = z.infer<typeof CutOffCode>

/** DCSA reference types, and PRN for a promise or customer reference of our own. */
export const ReferenceType = z.enum([
  'FF',
  'SI',
  'PO',
  'CR',
  'AAO',
  'ECR',
  'CSI',
  'BPR',
  'BID',
  'EQ',
  'RUC',
  'DUE',
  'CER',
  'AES',
  'BN',
  'BL',
])

/** UN/EDIFACT 1001 codes of the documents that Portolan reads or makes. */
export const DocumentType = z.enum([
  '705',
  '710',
  '714',
  '704',
  '740',
  '741',
  '380',
  '271',
  '830',
  '929',
  '861',
  '781',
  '640',
  '780',
  '737',
  '890',
  '749',
  '340',
  '770',
])
export type DocumentType = z.infer<typeof DocumentType>
export const DOCUMENT_TYPE_NAME = {
  '705': 'Bill of lading',
  '710': 'Sea waybill',
  '714': 'House bill of lading',
  '704': 'Master bill of lading',
  '740': 'Air waybill',
  '741': 'Master air waybill',
  '380': 'Commercial invoice',
  '271': 'Packing list',
  '830': 'Export customs declaration',
  '929': 'Import customs declaration',
  '861': 'Certificate of origin',
  '781': 'Arrival notice',
  '640': 'Delivery order',
  '780': 'Freight invoice',
  '737': 'Proof of delivery',
  '890': 'Dangerous goods declaration',
  '749': 'Verified gross mass',
  '340': 'Shipping instructions',
  '770': 'Booking confirmation',
} as const satisfies Record<DocumentType, string>

/** UN/CEFACT Recommendation 23 freight charge codes of the default catalogue, with their group. */
export const CHARGES = {
  '101000': { name: 'Basic freight', group: 'FREIGHT' },
  '101004': { name: 'Minimum bill of lading charge', group: 'FREIGHT' },
  '101035': { name: 'Inland haulage, origin', group: 'ORIGIN' },
  '101036': { name: 'Inland haulage, destination', group: 'DESTINATION' },
  '101060': { name: 'Security, import', group: 'SURCHARGE' },
  '101061': { name: 'Security, export', group: 'SURCHARGE' },
  '103008': { name: 'Bunker or fuel surcharge', group: 'SURCHARGE' },
  '103013': { name: 'Currency surcharge', group: 'SURCHARGE' },
  '104028': { name: 'Equipment demurrage', group: 'DESTINATION' },
  '104037': { name: 'Equipment detention', group: 'DESTINATION' },
  '104042': { name: 'War risk additional', group: 'SURCHARGE' },
  '104055': { name: 'LCL service, origin', group: 'ORIGIN' },
  '104059': { name: 'Congestion surcharge', group: 'SURCHARGE' },
  '104068': { name: 'LCL service, destination', group: 'DESTINATION' },
  '104124': { name: 'Customs clearance', group: 'CUSTOMS' },
  '104125': { name: 'Demurrage', group: 'DESTINATION' },
  '104132': { name: 'Detention', group: 'DESTINATION' },
  '105000': { name: 'Pre-carriage', group: 'ORIGIN' },
  '105009': { name: 'Pre-carriage fuel surcharge', group: 'SURCHARGE' },
  '106000': { name: 'On-carriage', group: 'DESTINATION' },
  '106008': { name: 'On-carriage fuel surcharge', group: 'SURCHARGE' },
  '107001': { name: 'Dangerous goods additional', group: 'SURCHARGE' },
  '208030': { name: 'Delivery', group: 'DESTINATION' },
  '209033': { name: 'Terminal handling, loading', group: 'ORIGIN' },
  '209034': { name: 'Terminal handling, discharge', group: 'DESTINATION' },
  '209059': { name: 'Terminal handling, destination', group: 'DESTINATION' },
  '209060': { name: 'Terminal handling, origin', group: 'ORIGIN' },
  '210042': { name: 'Storage, destination', group: 'DESTINATION' },
  '210043': { name: 'Storage, origin', group: 'ORIGIN' },
  '215000': { name: 'Weighing', group: 'ORIGIN' },
  '216021': { name: 'Pick-up', group: 'ORIGIN' },
  '300000': { name: 'Documentation', group: 'DOCUMENTATION' },
  '302006': { name: 'Bill of lading dues', group: 'DOCUMENTATION' },
  '302011': { name: 'Preparing delivery orders', group: 'DOCUMENTATION' },
  '302017': { name: 'Customs clearance, export', group: 'CUSTOMS' },
  '302018': { name: 'Customs clearance, import', group: 'CUSTOMS' },
  '402001': { name: 'Chassis hire', group: 'ORIGIN' },
  '403001': { name: 'Container detention', group: 'DESTINATION' },
  '501000': { name: 'Customs duty', group: 'TAX' },
  '502000': { name: 'Value added tax', group: 'TAX' },
  '601003': { name: 'Cargo insurance premium', group: 'SURCHARGE' },
  '601004': { name: 'Insurance handling', group: 'SURCHARGE' },
  '603001': { name: 'Warehouse rent', group: 'WAREHOUSE' },
  '606000': { name: 'Administration', group: 'DOCUMENTATION' },
  '607000': { name: 'Disbursement', group: 'DISBURSEMENT' },
  '608000': { name: 'Disbursement fee', group: 'DISBURSEMENT' },
} as const
export type ChargeCode = keyof typeof CHARGES
const isChargeCode = (value: string): value is ChargeCode => Object.hasOwn(CHARGES, value)
export const ChargeCode = z
  .string()
  .refine(isChargeCode, 'not a charge code of the catalogue (UN/CEFACT Recommendation 23)')
  .describe('UN/CEFACT Recommendation 23 charge code')
