import * as z from 'zod'
import { DocumentId, ShipmentId, text } from '../../schemas/common'
import { AnnounceDocument, DocumentRecord, Feedback } from '../../schemas/document'
import { DocumentMatrix, WaiveCheck } from '../../schemas/document-matrix'
import { CorrectDocument, DocumentQuality } from '../../schemas/document-review'
import { Extraction } from '../../schemas/extraction'
import { GenerateDocument } from '../../schemas/printed-paper'
import { InternalRole, type Role, Role as Roles } from '../../schemas/role'
import { type Contract, route } from '../platform/route'

const SENDERS: Role[] = Roles.options.filter((role) => role !== 'AUDITOR')
const shipment = z.object({ shipmentId: ShipmentId })
const one = z.object({ shipmentId: ShipmentId, documentId: DocumentId })

export const routes = {
  announceDocument: route({
    method: 'POST',
    path: '/v1/shipments/{shipmentId}/documents',
    summary: 'Announce a document; answers a presigned form that takes this file and no other',
    roles: SENDERS,
    params: shipment,
    body: AnnounceDocument,
    status: 201,
    response: z
      .object({
        documentId: DocumentId,
        status: DocumentRecord.shape.status,
        upload: z.object({
          url: z.string(),
          method: z.literal('POST'),
          fields: z
            .record(z.string(), z.string())
            .describe('Form fields to send before the file, which comes last as `file`'),
          expiresAt: z.string(),
          maxBytes: z.int(),
        }),
      })
      .meta({ id: 'AnnouncedDocument' }),
    errors: ['shipment.not_found', 'shipment.ended', 'document.too_many', 'document.too_many_open'],
  }),
  listDocuments: route({
    method: 'GET',
    path: '/v1/shipments/{shipmentId}/documents',
    summary: 'Documents of a shipment; a partner sees its own',
    roles: Roles.options,
    params: shipment,
    status: 200,
    response: z.object({ items: z.array(DocumentRecord) }),
    errors: ['shipment.not_found'],
  }),
  getDocument: route({
    method: 'GET',
    path: '/v1/shipments/{shipmentId}/documents/{documentId}',
    summary: 'A document, and what was read from it: each value with confidence and place on the page',
    roles: Roles.options,
    params: one,
    status: 200,
    response: z
      .object({
        document: DocumentRecord,
        extraction: Extraction.optional().describe('As read, with what people have decided since'),
        feedbacks: z.array(Feedback),
      })
      .meta({ id: 'ReadDocument' }),
    errors: ['shipment.not_found', 'document.not_found'],
  }),
  getDocumentContent: route({
    method: 'GET',
    path: '/v1/shipments/{shipmentId}/documents/{documentId}/content',
    summary: 'A link to the file, for five minutes; none while it is being checked, or when the check refused it',
    roles: Roles.options,
    params: one,
    status: 200,
    response: z.object({ url: z.string(), expiresAt: z.string() }).meta({ id: 'DocumentContent' }),
    errors: ['shipment.not_found', 'document.not_found', 'document.not_uploaded', 'document.not_checked'],
  }),
  reviewDocument: route({
    method: 'POST',
    path: '/v1/shipments/{shipmentId}/documents/{documentId}/reviews',
    summary: 'Accept or reject a document that could not be verified by itself',
    roles: ['DOCUMENTATION', 'TENANT_ADMIN'],
    params: one,
    body: z.discriminatedUnion('decision', [
      z.object({ decision: z.literal('ACCEPT') }),
      z.object({ decision: z.literal('REJECT'), reason: text(300) }),
    ]),
    status: 200,
    response: DocumentRecord,
    errors: ['shipment.not_found', 'document.not_found', 'document.not_in_review'],
  }),
  correctDocument: route({
    method: 'POST',
    path: '/v1/shipments/{shipmentId}/documents/{documentId}/corrections',
    summary: 'Confirm, correct or remove values that were read; before, after and who are kept',
    roles: ['DOCUMENTATION', 'CUSTOMS', 'TENANT_ADMIN'],
    params: one,
    body: CorrectDocument,
    status: 200,
    response: Extraction,
    errors: ['shipment.not_found', 'document.not_found', 'document.not_correctable', 'validation_failed'],
  }),
  getDocumentQuality: route({
    method: 'GET',
    path: '/v1/document-quality',
    summary: 'How often values were right that people have decided on: by field, and by the confidence that was stated',
    roles: InternalRole.options,
    status: 200,
    response: DocumentQuality,
  }),
  generateDocument: route({
    method: 'POST',
    path: '/v1/shipments/{shipmentId}/generated-documents',
    summary: 'Print a document from the facts of the shipment; it is there, VERIFIED, a moment later',
    roles: ['OPERATIONS', 'DOCUMENTATION', 'CUSTOMER_SERVICE', 'FINANCE', 'TENANT_ADMIN', 'INTEGRATION'],
    params: shipment,
    body: GenerateDocument,
    status: 202,
    response: DocumentRecord,
    errors: ['shipment.not_found', 'shipment.ended', 'document.no_invoice', 'document.no_issuer'],
  }),
  getDocumentMatrix: route({
    method: 'GET',
    path: '/v1/shipments/{shipmentId}/document-matrix',
    summary: 'Every accepted document against every other and against the shipment, check by check',
    roles: InternalRole.options,
    params: shipment,
    status: 200,
    response: DocumentMatrix,
    errors: ['shipment.not_found'],
  }),
  waiveDocumentCheck: route({
    method: 'POST',
    path: '/v1/shipments/{shipmentId}/document-waivers',
    summary: 'Let what a check finds now stand, with a reason; other values later are not covered',
    roles: ['DOCUMENTATION', 'COMPLIANCE', 'TENANT_ADMIN'],
    params: shipment,
    body: WaiveCheck,
    status: 201,
    response: z.object({ check: WaiveCheck.shape.check, waived: z.int() }).meta({ id: 'WaivedCheck' }),
    errors: ['shipment.not_found', 'document.nothing_to_waive'],
  }),
}

export const contract = {
  domain: 'documents',
  doors: {
    api: { access: ['table:write', 'documents:read', 'documents:write'] },
    // Prints, too.
    events: { access: ['table:write', 'documents:write'], memory: 1024, timeout: 60 },
    // Reading a large answer of Textract is work for memory and seconds.
    tasks: {
      access: ['table:write', 'documents:read', 'documents:write', 'scans:read', 'textract:read', 'tokens:answer'],
      memory: 1536,
      timeout: 120,
    },
  },
  routes,
  publishes: [
    'document.announced',
    'document.uploaded',
    'document.verified',
    'document.review-needed',
    'document.rejected',
    'document.corrected',
    'document.superseded',
    'document.generation-requested',
    'document.generated',
    'documents.compared',
    'documents.waived',
    'task.assigned',
    'task.completed',
  ],
  subscribes: [
    'document.verified',
    'document.superseded',
    'document.corrected',
    'documents.waived',
    'document.generation-requested',
    'shipment.amended',
    'task.completed',
  ],
} as const satisfies Contract
