/** What may become of a document. Pure. */
import type { DocumentStatus } from '../../../schemas/document'

export const TRANSITIONS = {
  // Verified at once: what Portolan prints itself. Rejected: what arrived could not even be recorded as such.
  AWAITING_UPLOAD: ['UPLOADED', 'VERIFIED', 'REJECTED'],
  UPLOADED: ['SCANNING', 'REJECTED'],
  SCANNING: ['EXTRACTING', 'REJECTED'],
  EXTRACTING: ['VERIFIED', 'NEEDS_REVIEW', 'REJECTED'],
  NEEDS_REVIEW: ['VERIFIED', 'REJECTED', 'SUPERSEDED'],
  VERIFIED: ['SUPERSEDED'],
  REJECTED: [],
  SUPERSEDED: [],
} as const satisfies Record<DocumentStatus, readonly DocumentStatus[]>

export const mayBecome = (from: DocumentStatus, to: DocumentStatus): boolean =>
  TRANSITIONS[from].some((next) => next === to)
