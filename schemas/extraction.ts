import * as z from 'zod'

/** Kinds of trade document that Portolan reads; OTHER is anything else (a receipt, a blank form, a letter). */
export const DocumentKind = z
  .enum([
    'BILL_OF_LADING',
    'AIR_WAYBILL',
    'COMMERCIAL_INVOICE',
    'PACKING_LIST',
    'CUSTOMS_DECLARATION',
    'CERTIFICATE_OF_ORIGIN',
    'ARRIVAL_NOTICE',
    'DELIVERY_ORDER',
    'CARRIER_INVOICE',
    'PROOF_OF_DELIVERY',
    'DANGEROUS_GOODS_DECLARATION',
    'VGM',
    'OTHER',
  ])
  .describe('What a document is')
export type DocumentKind = z.infer<typeof DocumentKind>

/** UN/EDIFACT data element 1001 codes by kind; the first is the one we write where the paper says no more. */
export const DOCUMENT_CODES = {
  BILL_OF_LADING: ['705', '710', '714', '704'],
  AIR_WAYBILL: ['740', '741'],
  COMMERCIAL_INVOICE: ['380'],
  PACKING_LIST: ['271'],
  CUSTOMS_DECLARATION: ['830', '929'],
  CERTIFICATE_OF_ORIGIN: ['861'],
  ARRIVAL_NOTICE: ['781'],
  DELIVERY_ORDER: ['640'],
  CARRIER_INVOICE: ['780'],
  PROOF_OF_DELIVERY: ['737'],
  DANGEROUS_GOODS_DECLARATION: ['890'],
  VGM: ['749'],
  OTHER: [],
} as const satisfies Record<DocumentKind, readonly string[]>

const Share = z.number().min(0).max(1)

/** A place on the page, in shares of the page's width and height from its top left corner, as Textract gives it. */
export const BoundingBox = z.object({ left: z.number(), top: z.number(), width: z.number(), height: z.number() })
export type BoundingBox = z.infer<typeof BoundingBox>

/** A value after normalisation; every quantity carries its unit, money is integer minor units. */
export const NormalisedValue = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('identifier'), id: z.string().describe('Upper case, without inner spaces') }),
  z.object({
    type: z.literal('code'),
    code: z.string().describe('A code of a published list, e.g. FOB, 940360, UN1263'),
  }),
  z.object({
    type: z.literal('party'),
    name: z.string(),
    address: z.array(z.string()).describe('Lines under the name, in reading order'),
    sameAs: z.string().optional().describe('Field it refers to ("SAME AS CONSIGNEE")'),
  }),
  z.object({
    type: z.literal('place'),
    name: z.string(),
    locode: z.string().length(5).optional().describe('UN/LOCODE if the paper prints it'),
  }),
  z.object({ type: z.literal('date'), date: z.iso.date() }),
  z.object({ type: z.literal('weight'), amount: z.number(), unit: z.literal('kg') }),
  z.object({ type: z.literal('volume'), amount: z.number(), unit: z.literal('m3') }),
  z.object({ type: z.literal('temperature'), amount: z.number(), unit: z.literal('Cel') }),
  z.object({ type: z.literal('quantity'), amount: z.number(), unit: z.string().optional() }),
  z.object({ type: z.literal('money'), amount: z.int(), currency: z.string().length(3) }),
])
export type NormalisedValue = z.infer<typeof NormalisedValue>

/** How a value was found. */
export const ExtractionMethod = z.enum([
  'key-value',
  'label-right',
  'label-below',
  'table',
  'query',
  'expense',
  'pattern',
])
export type ExtractionMethod = z.infer<typeof ExtractionMethod>

/** One test that a value passed or failed, e.g. `iso6346`. */
export const ValueCheck = z.object({ code: z.string(), passed: z.boolean() })
export type ValueCheck = z.infer<typeof ValueCheck>

/** One value read from a document, with where and how it was seen. A field that occurs many times has many of these. */
export const FieldValue = z.object({
  field: z.string(),
  raw: z.string().describe('As printed'),
  value: NormalisedValue,
  confidence: Share.describe('Estimated probability that the value is right'),
  page: z.int().positive(),
  box: BoundingBox,
  method: ExtractionMethod,
  checks: z.array(ValueCheck),
  ambiguous: z.boolean().describe('The paper allows more than one reading; a person should choose'),
  candidates: z.array(NormalisedValue).describe('Other readings or rival values, best first'),
  extractorVersion: z.string(),
  decidedBy: z.string().optional().describe('Person who gave or confirmed the value'),
})
export type FieldValue = z.infer<typeof FieldValue>

/** A row of a document's goods or charges table. */
export const LineItem = z.object({
  index: z.int().nonnegative(),
  page: z.int().positive(),
  box: BoundingBox,
  fields: z.array(FieldValue),
})
export type LineItem = z.infer<typeof LineItem>

export const Classification = z.object({
  kind: DocumentKind,
  code: z.string().optional().describe('UN/EDIFACT 1001 code, e.g. 705'),
  confidence: Share,
  alternatives: z.array(z.object({ kind: DocumentKind, confidence: Share })),
})
export type Classification = z.infer<typeof Classification>

/** A doubt about the document as a whole: a check digit, a total that is not the sum of its lines, dates out of order. */
export const ExtractionWarning = z.object({ code: z.string(), fields: z.array(z.string()), message: z.string() })
export type ExtractionWarning = z.infer<typeof ExtractionWarning>

/** Everything read from one document. */
export const Extraction = z.object({
  classification: Classification,
  fields: z.array(FieldValue),
  lineItems: z.array(LineItem),
  warnings: z.array(ExtractionWarning),
  pages: z.int().nonnegative(),
  extractorVersion: z.string(),
})
export type Extraction = z.infer<typeof Extraction>
