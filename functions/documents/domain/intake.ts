/** Rules of a document's life, from its announcement to its acceptance. Pure. */
import type { DocumentType } from '../../../schemas/codes'
import type { AnnounceDocument, DocumentRecord } from '../../../schemas/document'
import { DOCUMENT_CODES, type DocumentKind, type Extraction } from '../../../schemas/extraction'
import type { Fact } from '../../../schemas/timeline'
import type { Context } from '../../platform/context'
import { AppError, notFound } from '../../platform/errors'
import type { ShipmentState } from '../../shipments/items'
import type { Decision } from '../../shipments/store'
import { refused } from './arrival'
import { checkRoom } from './caps'
import { askForReview, type Doubts, endReview } from './review'
import { numberOf, supersededBy } from './slots'

type State = Pick<ShipmentState, 'header' | 'documents'>

export function documentOf(state: State, documentId: string, viewer: string | undefined): DocumentRecord {
  const document = state.documents.find((it) => it.documentId === documentId)
  if (!document || (viewer !== undefined && document.organizationId !== viewer)) throw notFound('document')
  return document
}

const changed = (document: DocumentRecord, ...facts: Fact[]): Decision => ({ documents: [document], facts })
const about = ({ documentId, documentType }: DocumentRecord) => ({ documentId, documentType })

/** Who announces with a grant may leave out what a plain form does not know. */
export type Announced = Pick<DocumentRecord, 'documentType' | 'contentType'> &
  Pick<Partial<DocumentRecord>, keyof AnnounceDocument | 'grantId' | 'organizationId'>

const otherType = ({ documentId, documentType }: DocumentRecord) =>
  new AppError('conflict', 'document.other_type', `${documentId} is of type ${documentType}`)

export function decideAnnounce(state: State, command: Announced, documentId: string, context: Context): Decision {
  if (command.supersedes !== undefined) {
    const older = documentOf(state, command.supersedes, context.organizationId)
    if (older.documentType !== command.documentType) throw otherType(older)
  }
  if (state.header.status === 'CANCELLED' || state.header.status === 'CLOSED')
    throw new AppError('conflict', 'shipment.ended', `A ${state.header.status} shipment takes no documents`)
  const organizationId = context.organizationId ?? command.organizationId
  checkRoom(
    state.documents,
    { ...(command.grantId ? { grantId: command.grantId } : {}), ...(organizationId ? { organizationId } : {}) },
    context.now,
  )
  const document: DocumentRecord = {
    ...command,
    documentId,
    shipmentId: state.header.shipmentId,
    status: 'AWAITING_UPLOAD',
    announcedBy: context.actor.id,
    announcedAt: context.now,
    ...(organizationId ? { organizationId } : {}),
  }
  const { fileName } = command
  return changed(document, {
    type: 'document.announced',
    data: { ...about(document), ...(fileName ? { fileName } : {}) },
  })
}

export const MAX_PAGES = 100
/** Below it, a person says what the document is. */
export const KIND_THRESHOLD = 0.5

const isKind = (documentType: DocumentType, kind: DocumentKind) =>
  (DOCUMENT_CODES[kind] as readonly string[]).includes(documentType)

/** Textract's limit for an answer at once (developer guide, quotas). */
const AT_ONCE_BYTES = 10 * 1024 * 1024

/** A picture is one page and is read at once; files of many pages, and pictures that are too large for it, by a job that tells when it is done. */
export const isReadAtOnce = ({ contentType, bytes = 0 }: DocumentRecord): boolean =>
  (contentType === 'image/png' || contentType === 'image/jpeg') && bytes <= AT_ONCE_BYTES

/** Why nothing is to be accepted as it was read; empty when all is well. */
function reservations(document: DocumentRecord, { classification, fields }: Extraction, doubts: Doubts): string[] {
  const { kind, confidence } = classification
  return [
    ...(isKind(document.documentType, kind) ? [] : [`It reads as ${kind}, not as ${document.documentType}`]),
    ...(confidence < KIND_THRESHOLD ? [`What it is stands at ${Math.round(confidence * 100)} %`] : []),
    ...(fields.length === 0 ? ['No field could be read'] : []),
    ...(doubts.holding.length > 0 ? [`Not read with enough confidence: ${doubts.holding.join(', ')}`] : []),
  ]
}

/** A person will have to look at it. */
export const needsReview = (document: DocumentRecord, extraction: Extraction, doubts: Doubts): boolean =>
  extraction.pages <= MAX_PAGES && reservations(document, extraction, doubts).length > 0

/** Verified when it is what it was announced to be and all that matters was read surely; otherwise a person looks. */
export function decideExtracted(
  { documents, tasks }: Pick<ShipmentState, 'documents' | 'tasks'>,
  document: DocumentRecord,
  extraction: Extraction,
  doubts: Doubts,
  now: string,
): Decision {
  if (document.status !== 'EXTRACTING') return { facts: [] }
  const { kind, confidence } = extraction.classification
  if (extraction.pages > MAX_PAGES)
    return refused(document, {
      code: 'document.too_long',
      reason: `More than ${MAX_PAGES} pages; send it in parts`,
    })
  const number = numberOf(extraction)
  const read = { ...document, pages: extraction.pages, readAs: kind, confidence, ...(number ? { number } : {}) }
  const reasons = reservations(document, extraction, doubts)
  if (reasons.length === 0) return verified({ documents, tasks }, read, extraction.fields.length, now)
  const asked = askForReview(read, reasons, doubts, now)
  return {
    ...asked,
    documents: [{ ...read, status: 'NEEDS_REVIEW' }],
    facts: [{ type: 'document.review-needed', data: { ...about(document), reasons } }, ...asked.facts],
  }
}

function verified(
  { documents, tasks }: Pick<ShipmentState, 'documents' | 'tasks'>,
  document: DocumentRecord,
  fields: number,
  now: string,
): Decision {
  const { documentId, confidence = 0, pages = 0 } = document
  const older = supersededBy(document, documents)
  const ended = older.map((it) => endReview(tasks, it.documentId, { reason: `${documentId} took its place` }, now))
  return {
    documents: [
      { ...document, status: 'VERIFIED' },
      ...older.map((it): DocumentRecord => ({ ...it, status: 'SUPERSEDED', supersededBy: documentId })),
    ],
    tasks: ended.flatMap((it) => it.tasks),
    facts: [
      { type: 'document.verified', data: { ...about(document), confidence, fields, pages } },
      ...older.map((it): Fact => ({ type: 'document.superseded', data: { ...about(it), by: documentId } })),
      ...ended.flatMap((it) => it.facts),
    ],
  }
}

export function decideReview(
  state: Pick<ShipmentState, 'documents' | 'tasks'>,
  document: DocumentRecord,
  review: { decision: 'ACCEPT' } | { decision: 'REJECT'; reason: string },
  now: string,
): Decision {
  if (document.status !== 'NEEDS_REVIEW')
    throw new AppError('conflict', 'document.not_in_review', `The document is ${document.status}`)
  const done = endReview(state.tasks, document.documentId, { result: review }, now)
  if (review.decision === 'ACCEPT') {
    const accepted = verified(state, document, 0, now)
    return {
      ...accepted,
      tasks: [...(accepted.tasks ?? []), ...done.tasks],
      facts: [...accepted.facts, ...done.facts],
    }
  }
  const rejection = { code: 'document.refused', reason: review.reason }
  return {
    tasks: done.tasks,
    documents: [{ ...document, status: 'REJECTED', rejection }],
    facts: [{ type: 'document.rejected', data: { ...about(document), ...rejection } }, ...done.facts],
  }
}

/** `uploads/<tenant>/<shipment>/<document>` */
export const uploadKey = (tenantId: string, shipmentId: string, documentId: string) =>
  `uploads/${tenantId}/${shipmentId}/${documentId}`

/** `generated/…`: intake reads nothing of it. */
export const objectKey = (tenantId: string, { shipmentId, documentId, origin }: DocumentRecord) =>
  origin === 'GENERATED'
    ? `generated/${tenantId}/${shipmentId}/${documentId}`
    : uploadKey(tenantId, shipmentId, documentId)

export interface UploadIds {
  tenantId: string
  shipmentId: string
  documentId: string
}

export function parseUploadKey(key: string): UploadIds | undefined {
  const [, tenantId, shipmentId, documentId] = /^uploads\/([^/]+)\/(shp_[^/]+)\/(doc_[^/]+)$/.exec(key) ?? []
  return tenantId && shipmentId && documentId ? { tenantId, shipmentId, documentId } : undefined
}
