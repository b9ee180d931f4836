/** From the bucket to the reader: what has arrived, whether it may be read, and why not. Pure. */
import type { DocumentRecord, DocumentStatus } from '../../../schemas/document'
import type { TimelineEntry } from '../../../schemas/timeline'
import { entriesOf } from '../../platform/timeline'
import type { Decision } from '../../shipments/store'
import { mayBecome } from './transitions'

/** Why a document is refused; the reason is for its sender. */
export interface Rejection {
  code: string
  reason: string
}

/** A version of the object, as the bucket tells of it. */
export interface Arrival {
  versionId: string
  bytes: number
}

const UNDER_WAY: readonly DocumentStatus[] = ['UPLOADED', 'SCANNING', 'EXTRACTING']
const NOTHING: Decision = { facts: [] }
const about = ({ documentId, documentType }: DocumentRecord) => ({ documentId, documentType })

/** Is intake at work on this very file? What comes through the same form later is another one, and nobody's. */
export const isUnderWay = (document: DocumentRecord, versionId: string): boolean =>
  document.versionId === versionId && UNDER_WAY.includes(document.status)

/**
 * A file has arrived, and nobody has looked inside. `goesOn` for the one that the document stands for from now on, as
 * often as its event comes; a second upload through the same form changes nothing.
 */
export function decideReceive(document: DocumentRecord, arrival: Arrival): { decision: Decision; goesOn: boolean } {
  const { versionId, bytes } = arrival
  if (document.status !== 'AWAITING_UPLOAD') return { decision: NOTHING, goesOn: isUnderWay(document, versionId) }
  return {
    decision: {
      // What was announced is held against the file later.
      documents: [{ ...document, status: 'UPLOADED', versionId, bytes: document.bytes ?? bytes }],
      facts: [{ type: 'document.uploaded', data: { ...about(document), versionId, bytes } }],
    },
    goesOn: true,
  }
}

/** What has been found out about a file on the way to a status. */
export type Found = Pick<Partial<DocumentRecord>, 'sha256' | 'scan'>

/** The document in the next status of its way; undefined where it stands there, or further on. */
export const advanced = (
  document: DocumentRecord,
  status: 'SCANNING' | 'EXTRACTING',
  found: Found,
): DocumentRecord | undefined => (mayBecome(document.status, status) ? { ...document, status, ...found } : undefined)

/** A form outlives its grant by up to an hour: what comes through it then is refused. */
export const grantFault = ({ grantId }: DocumentRecord, timeline: readonly TimelineEntry[]): Rejection | undefined =>
  grantId && entriesOf(timeline, 'grant.revoked').some(({ data }) => data.grantId === grantId)
    ? { code: 'grant.revoked', reason: 'The link that it was sent with was taken back' }
    : undefined

export const refused = (document: DocumentRecord, rejection: Rejection): Decision => ({
  documents: [{ ...document, status: 'REJECTED', rejection }],
  facts: [{ type: 'document.rejected', data: { ...about(document), ...rejection } }],
})

/** Before anybody decided on it; a decision stands, and so does the file that came first. */
export const decideReject = (document: DocumentRecord, versionId: string, rejection: Rejection): Decision =>
  document.status === 'AWAITING_UPLOAD' || isUnderWay(document, versionId) ? refused(document, rejection) : NOTHING

/** By the error that ended its intake. */
const REJECTIONS: Record<string, Rejection> = {
  'Document.NotChecked': {
    code: 'document.not_checked',
    reason: 'The file could not be checked; save it anew and send it again',
  },
  'Document.Malicious': {
    code: 'document.malware',
    reason: 'A scanner takes the file for malicious; have your machine looked at, and send a file that was made anew',
  },
  'Document.Unscannable': {
    code: 'document.not_scanned',
    reason: 'The file can not be scanned for malware; send it without a password, printed to a new PDF',
  },
  'Document.NotScanned': {
    code: 'document.not_scanned',
    reason: 'The file could not be scanned for malware, which is no fault of yours; send it again later',
  },
  'Document.Unreadable': {
    code: 'document.unreadable',
    reason: 'The file could not be read; send it again, undamaged',
  },
}

/** What the sender is told when intake ended in an error. */
export const rejectionOf = (error: string): Rejection =>
  REJECTIONS[error] ?? { code: 'document.not_read', reason: 'Reading the file failed on our side; send it again' }

/** The results of GuardDuty's scan of an object. */
export const VERDICTS = ['NO_THREATS_FOUND', 'THREATS_FOUND', 'UNSUPPORTED', 'ACCESS_DENIED', 'FAILED'] as const
export type Verdict = (typeof VERDICTS)[number]

/** The error that a verdict ends intake with; none for a clean file. What was not scanned is not read (docs/decisions). */
export const VERDICT_ERRORS: Record<Verdict, string | undefined> = {
  NO_THREATS_FOUND: undefined,
  THREATS_FOUND: 'Document.Malicious',
  UNSUPPORTED: 'Document.Unscannable',
  ACCESS_DENIED: 'Document.NotScanned',
  FAILED: 'Document.NotScanned',
}

/** Whether the file may be handed out: not before its check, and never when the check refused it. */
export const isHandedOut = ({ status, scan, origin }: DocumentRecord): boolean =>
  origin === 'GENERATED' || (status === 'REJECTED' ? scan !== undefined : !['UPLOADED', 'SCANNING'].includes(status))
