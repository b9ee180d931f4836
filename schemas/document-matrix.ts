/** What the documents of a shipment say, side by side with each other and with the shipment itself. */
import * as z from 'zod'
import { DocumentType } from './codes'
import { ShipmentId, text } from './common'
import { DocumentStatus } from './document'
import { BoundingBox, DocumentKind, NormalisedValue } from './extraction'

/** The comparisons that are made; one row of the matrix each. */
export const CheckCode = z
  .enum([
    'packages',
    'gross-weight',
    'net-weight',
    'volume',
    'containers',
    'seals',
    'port-of-loading',
    'port-of-discharge',
    'shipper',
    'consignee',
    'notify-party',
    'seller',
    'buyer',
    'carrier',
    'hs-codes',
    'incoterm',
    'freight-terms',
    'line-items',
    'currency',
    'invoice-total',
    'purchase-orders',
    'marks',
    'vessel',
    'voyage',
    'booking',
    'bill-of-lading',
    'invoice-numbers',
    'origin',
    'un-numbers',
    'dates',
    'arithmetic',
  ])
  .describe('A row of the document matrix')
export type CheckCode = z.infer<typeof CheckCode>

export const Severity = z
  .enum(['WARN', 'ERROR'])
  .describe('ERROR holds an SOP that requires consistent documents; WARN is for a person to look at')
export type Severity = z.infer<typeof Severity>

export const RuleKind = z.enum(['exact', 'tolerance', 'set', 'name', 'place', 'text', 'order', 'arithmetic', 'lines'])

/** A document, or the shipment's own facts: a column of the matrix. */
const Source = z.string().describe('Id of a document, or SHIPMENT')

export const MatrixValue = z.object({
  value: NormalisedValue,
  raw: z.string().optional().describe('As printed'),
  confidence: z.number(),
  page: z.int().optional(),
  box: BoundingBox.optional(),
  corrected: z.boolean().optional().describe('Given or confirmed by a person'),
})
export type MatrixValue = z.infer<typeof MatrixValue>

export const Waiver = z.object({
  by: z.string(),
  roles: z.array(z.string()),
  reason: z.string(),
  at: z.string(),
})
export type Waiver = z.infer<typeof Waiver>

export const Disagreement = z
  .object({
    key: z.string().describe('Changes with the values: a waiver holds for the values that it was given for'),
    check: CheckCode,
    severity: Severity,
    sources: z.array(Source).describe('Who says otherwise'),
    against: z.array(Source).describe('Who agree with each other'),
    message: z.string(),
    waiver: Waiver.optional(),
  })
  .meta({ id: 'Disagreement' })
export type Disagreement = z.infer<typeof Disagreement>

export const MatrixRow = z
  .object({
    check: CheckCode,
    describe: z.string(),
    rule: z.object({ kind: RuleKind, tolerance: z.string().optional() }).describe('How values are compared'),
    cells: z.array(z.object({ source: Source, values: z.array(MatrixValue) })),
    agreed: z
      .object({ values: z.array(NormalisedValue), sources: z.array(Source) })
      .optional()
      .describe('The value that most evidence stands for, weighed by confidence; absent when nobody says anything'),
    disagreements: z.array(Disagreement),
  })
  .meta({ id: 'DocumentMatrixRow' })
export type MatrixRow = z.infer<typeof MatrixRow>

export const DocumentMatrix = z
  .object({
    shipmentId: ShipmentId,
    columns: z.array(
      z.object({
        source: Source,
        documentType: DocumentType.optional(),
        kind: DocumentKind.optional(),
        status: DocumentStatus.optional(),
      }),
    ),
    rows: z.array(MatrixRow),
    consistent: z.boolean().describe('No ERROR stands that is not waived'),
    disagreements: z.object({ errors: z.int(), warnings: z.int(), waived: z.int() }),
  })
  .meta({ id: 'DocumentMatrix' })
export type DocumentMatrix = z.infer<typeof DocumentMatrix>

/** POST /v1/shipments/{shipmentId}/document-waivers: every disagreement of the check as it stands now. */
export const WaiveCheck = z.object({ check: CheckCode, reason: text(500).min(10) }).meta({ id: 'WaiveCheck' })
export type WaiveCheck = z.infer<typeof WaiveCheck>
