/** A partner's access without an account: to one shipment, for some types of document, for some time. */
import * as z from 'zod'
import { DocumentType } from './codes'
import { DocumentId, FileName, GrantId, Instant, line, OrganizationId, ShipmentId } from './common'
import { ContentType, DocumentStatus, Feedback, MAX_DOCUMENT_BYTES } from './document'

/** POST /v1/shipments/{shipmentId}/grants */
export const IssueGrant = z
  .object({
    documentTypes: z.array(DocumentType).min(1).max(19).describe('What may be uploaded, and nothing else'),
    expiresAt: Instant.describe('At most 90 days ahead'),
    recipient: line(120).describe('Who gets the link, in your words: a name, an e-mail address'),
    organizationId: OrganizationId.optional().describe('Partner in whose name the documents are'),
    maxDocuments: z.int().min(1).max(100).default(20),
  })
  .meta({ id: 'IssueGrant' })
export type IssueGrant = z.infer<typeof IssueGrant>

export const GrantTerms = z.object({
  grantId: GrantId,
  documentTypes: z.array(DocumentType),
  expiresAt: z.string(),
  recipient: z.string(),
  organizationId: OrganizationId.optional(),
  maxDocuments: z.int(),
})
export type GrantTerms = z.infer<typeof GrantTerms>

export const Grant = GrantTerms.extend({
  shipmentId: ShipmentId,
  status: z.enum(['ACTIVE', 'EXPIRED', 'REVOKED']),
  issuedBy: z.string(),
  issuedAt: z.string(),
  documents: z.int().describe('Announced with it so far'),
}).meta({ id: 'Grant' })
export type Grant = z.infer<typeof Grant>

/** The secret of a grant, as it stands in its link. */
export const GrantToken = z.string().regex(/^[A-Za-z0-9_-]{3,60}\.[A-Za-z0-9_-]{43}$/)

/** POST /v1/grants/{token}/documents. A plain HTML form knows neither size nor checksum; a program should give both. */
export const AnnounceByGrant = z
  .object({
    documentType: DocumentType,
    contentType: ContentType,
    fileName: FileName.optional(),
    bytes: z.int().min(1).max(MAX_DOCUMENT_BYTES).optional(),
    sha256: z
      .string()
      .regex(/^[A-Za-z0-9+/]{43}=$/, 'expected 32 bytes in base64')
      .optional(),
    supersedes: DocumentId.optional(),
  })
  .meta({ id: 'AnnounceByGrant' })
export type AnnounceByGrant = z.infer<typeof AnnounceByGrant>

/** What the holder of a link sees: what he may send, and what became of what he sent. */
export const GrantView = z
  .object({
    documentTypes: z.array(z.object({ code: DocumentType, name: z.string() })),
    expiresAt: z.string(),
    remaining: z.int(),
    documents: z.array(
      z.object({
        documentId: DocumentId,
        documentType: DocumentType,
        status: DocumentStatus,
        fileName: z.string().optional(),
        announcedAt: z.string(),
        feedbacks: z.array(Feedback),
      }),
    ),
  })
  .meta({ id: 'GrantView' })
export type GrantView = z.infer<typeof GrantView>
