import * as z from 'zod'
import { DocumentType } from './codes'
import { DocumentId, FileName, GrantId, InvoiceId, ShipmentId } from './common'

export const DocumentStatus = z.enum([
  'AWAITING_UPLOAD',
  'UPLOADED',
  'SCANNING',
  'EXTRACTING',
  'NEEDS_REVIEW',
  'VERIFIED',
  'REJECTED',
  'SUPERSEDED',
])
export type DocumentStatus = z.infer<typeof DocumentStatus>

export const ContentType = z.enum(['application/pdf', 'image/png', 'image/jpeg', 'image/tiff'])
export type ContentType = z.infer<typeof ContentType>

export const MAX_DOCUMENT_BYTES = 20 * 1024 * 1024

/** POST /v1/shipments/{shipmentId}/documents: what will be uploaded. The presigned form is bound to all of it. */
export const AnnounceDocument = z
  .object({
    documentType: DocumentType,
    contentType: ContentType,
    bytes: z.int().min(1).max(MAX_DOCUMENT_BYTES).describe('Exact size of the file'),
    sha256: z
      .string()
      .regex(/^[A-Za-z0-9+/]{43}=$/, 'expected 32 bytes in base64')
      .describe('SHA-256 of the file, base64'),
    fileName: FileName.optional(),
    supersedes: DocumentId.optional().describe(
      'Document that this one replaces once it is verified; one of the same type, sender and number is replaced anyway',
    ),
  })
  .meta({ id: 'AnnounceDocument' })
export type AnnounceDocument = z.infer<typeof AnnounceDocument>

/** A document of a shipment. What was read from it stands in an item of its own. */
export const DocumentRecord = z
  .object({
    documentId: DocumentId,
    shipmentId: ShipmentId,
    documentType: DocumentType.describe('As announced; `readAs` is what the file turned out to be'),
    status: DocumentStatus,
    contentType: ContentType,
    bytes: z.int().optional().describe('Absent until it has arrived, where it was announced without'),
    sha256: z.string().optional(),
    fileName: z.string().optional(),
    supersedes: DocumentId.optional(),
    supersededBy: DocumentId.optional(),
    announcedBy: z.string(),
    announcedAt: z.string(),
    organizationId: z.string().optional().describe('Partner that announced it'),
    grantId: GrantId.optional().describe('Grant that it was announced with'),
    versionId: z.string().optional().describe('Version of the S3 object that arrived first, and is read'),
    pages: z.int().optional(),
    readAs: z.string().optional(),
    number: z
      .string()
      .optional()
      .describe('Its own number, as read: two of one type with two numbers stand side by side'),
    confidence: z.number().optional(),
    origin: z.literal('GENERATED').optional().describe('Made by Portolan from the facts of the shipment'),
    revision: z.int().optional().describe('Of a generated document, from 1; a later one takes the place of an earlier'),
    invoiceId: InvoiceId.optional().describe('Invoice that it prints'),
    printed: z.record(z.string(), z.unknown()).optional().describe('PrintedTerms that it was asked for with'),
    scan: z
      .enum(['NO_THREATS_FOUND', 'NOT_SCANNED'])
      .optional()
      .describe('What the scan for malware said before it was read; NOT_SCANNED where the deployment has none'),
    rejection: z.object({ code: z.string(), reason: z.string() }).optional(),
  })
  .meta({ id: 'Document' })
export type DocumentRecord = z.infer<typeof DocumentRecord>

/** DCSA feedback: what a sender should know, or do, about a document. */
export const Feedback = z
  .object({
    severity: z.enum(['INFO', 'WARN', 'ERROR']),
    code: z.enum(['INFORMATIONAL_MESSAGE', 'PROPERTY_VALUE_MUST_CHANGE', 'PROPERTY_VALUE_MAY_CHANGE']),
    message: z.string(),
    jsonPath: z.string().optional().describe('Into the document as it was read'),
    property: z.string().optional(),
  })
  .meta({ id: 'Feedback', description: 'A DCSA feedback element' })
export type Feedback = z.infer<typeof Feedback>
