/** Rules of a document's life, from its announcement to its acceptance. Pure. */
import { createHash } from 'node:crypto'
import type { DocumentType } from '../../../schemas/codes'
import type { AnnounceDocument, ContentType, DocumentRecord, DocumentStatus } from '../../../schemas/document'
import { DOCUMENT_CODES, type Extraction } from '../../../schemas/extraction'
import type { Fact, TimelineEntry } from '../../../schemas/timeline'
import type { Context } from '../../platform/context'
import { AppError, notFound } from '../../platform/errors'
import { entriesOf } from '../../platform/timeline'
import type { ShipmentState } from '../../shipments/items'
import type { Decision } from '../../shipments/store'
import { askForReview, type Doubts, endReview } from './review'
import { numberOf, supersededBy } from './slots'

export const TRANSITIONS = {
  AWAITING_UPLOAD: ['EXTRACTING', 'REJECTED'],
  UPLOADED: ['EXTRACTING', 'REJECTED'],
  SCANNING: ['EXTRACTING', 'REJECTED'],
  EXTRACTING: ['VERIFIED', 'NEEDS_REVIEW', 'REJECTED'],
  NEEDS_REVIEW: ['VERIFIED', 'REJECTED', 'SUPERSEDED'],
  VERIFIED: ['SUPERSEDED'],
  REJECTED: [],
  SUPERSEDED: [],
} as const satisfies Record<DocumentStatus, readonly DocumentStatus[]>

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

export interface Rejection {
  code: string
  reason: string
}

/** A form outlives its grant by up to an hour: what comes through it then is refused. */
export const grantFault = ({ grantId }: DocumentRecord, timeline: readonly TimelineEntry[]): Rejection | undefined =>
  grantId && entriesOf(timeline, 'grant.revoked').some(({ data }) => data.grantId === grantId)
    ? { code: 'grant.revoked', reason: 'The link that it was sent with was taken back' }
    : undefined

export const checksum = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('base64')

/** What a file must be before it is read. The reason is for its sender. */
export function fileFault(
  document: DocumentRecord,
  bytes: Uint8Array,
  others: readonly DocumentRecord[],
): Rejection | undefined {
  const fault = (code: string, reason: string): Rejection => ({ code: `document.${code}`, reason })
  if (document.bytes !== undefined && bytes.length !== document.bytes)
    return fault('wrong_size', `The file has ${bytes.length} bytes, ${document.bytes} were announced`)
  const sha256 = checksum(bytes)
  if (document.sha256 !== undefined && sha256 !== document.sha256)
    return fault('wrong_checksum', 'The file is not the one that was announced: its SHA-256 differs')
  const found = contentTypeOf(bytes)
  if (found !== document.contentType)
    return fault('wrong_type', `The file is ${found ?? 'of no type that is read here'}, not ${document.contentType}`)
  const twin = others.find(
    (it) => it.sha256 === sha256 && it.documentId !== document.documentId && it.status === 'VERIFIED',
  )
  if (twin) return fault('duplicate', `The same file stands here already as ${twin.documentId}`)
  return found === 'application/pdf' ? pdfFault(bytes, fault) : undefined
}

const MAGIC: readonly [ContentType, readonly number[]][] = [
  ['application/pdf', [0x25, 0x50, 0x44, 0x46, 0x2d]],
  ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['image/tiff', [0x49, 0x49, 0x2a, 0x00]],
  ['image/tiff', [0x4d, 0x4d, 0x00, 0x2a]],
]

/** By its first bytes, not by its name. */
export const contentTypeOf = (bytes: Uint8Array): ContentType | undefined =>
  MAGIC.find(([, magic]) => magic.every((byte, at) => bytes[at] === byte))?.[0]

function pdfFault(bytes: Uint8Array, fault: (code: string, reason: string) => Rejection): Rejection | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  // ISO 32000-1, 7.5.5: the trailer names the encryption dictionary in the clear, even when it is a cross-reference stream.
  if (/\/Encrypt\s*(?:\d+\s+\d+\s+R|<<)/.test(text))
    return fault('encrypted', 'The PDF is protected with a password; send it without')
  if (!text.slice(-2048).includes('%%EOF')) return fault('truncated', 'The PDF ends before its end; send it again')
  return undefined
}

/** The upload has arrived. Redelivered events and second uploads through the same form change nothing. */
export function decideUpload(
  document: DocumentRecord,
  upload: { versionId: string; bytes: number; sha256: string },
  rejection: Rejection | undefined,
): { decision: Decision; read: boolean } {
  const again = document.versionId === upload.versionId && document.status === 'EXTRACTING'
  if (document.status !== 'AWAITING_UPLOAD') return { decision: { facts: [] }, read: again }
  const { bytes, sha256 } = upload
  const stored = { ...document, bytes, sha256, versionId: upload.versionId }
  const uploaded: Fact = {
    type: 'document.uploaded',
    data: { ...about(document), bytes, sha256 },
  }
  if (rejection)
    return {
      decision: changed({ ...stored, status: 'REJECTED', rejection }, uploaded, {
        type: 'document.rejected',
        data: { ...about(document), ...rejection },
      }),
      read: false,
    }
  return { decision: changed({ ...stored, status: 'EXTRACTING' }, uploaded), read: true }
}

export const decideReject = (document: DocumentRecord, rejection: Rejection): Decision =>
  document.status === 'EXTRACTING'
    ? changed(
        { ...document, status: 'REJECTED', rejection },
        { type: 'document.rejected', data: { ...about(document), ...rejection } },
      )
    : { facts: [] }

export const MAX_PAGES = 100
/** Below it, a person says what the document is. */
const KIND_THRESHOLD = 0.5

const isKind = (documentType: DocumentType, extraction: Extraction) =>
  (DOCUMENT_CODES[extraction.classification.kind] as readonly string[]).includes(documentType)

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
    return decideReject(document, {
      code: 'document.too_long',
      reason: `More than ${MAX_PAGES} pages; send it in parts`,
    })
  const number = numberOf(extraction)
  const read = { ...document, pages: extraction.pages, readAs: kind, confidence, ...(number ? { number } : {}) }
  const reasons = [
    ...(isKind(document.documentType, extraction) ? [] : [`It reads as ${kind}, not as ${document.documentType}`]),
    ...(confidence < KIND_THRESHOLD ? [`What it is stands at ${Math.round(confidence * 100)} %`] : []),
    ...(extraction.fields.length === 0 ? ['No field could be read'] : []),
    ...(doubts.holding.length > 0 ? [`Not read with enough confidence: ${doubts.holding.join(', ')}`] : []),
  ]
  if (reasons.length === 0) return verified({ documents, tasks }, read, extraction.fields.length, now)
  const asked = askForReview(read, reasons, doubts.fields, now)
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

export function parseUploadKey(key: string) {
  const [, tenantId, shipmentId, documentId] = /^uploads\/([^/]+)\/(shp_[^/]+)\/(doc_[^/]+)$/.exec(key) ?? []
  return tenantId && shipmentId && documentId ? { tenantId, shipmentId, documentId } : undefined
}
