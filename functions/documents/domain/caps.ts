/** How much one sender may have lying at a shipment: each command reads all of it. Pure. */
import type { DocumentRecord } from '../../../schemas/document'
import { AppError } from '../../platform/errors'

/** Announced, and the file may still come. */
export const MAX_OPEN = 50
/** Whatever became of them. */
export const MAX_DOCUMENTS = 500
/** So long an upload form is good, and an announcement open. */
export const FORM_SECONDS = 3600

type Sender = Pick<DocumentRecord, 'grantId' | 'organizationId'>

/** A grant, a partner, or all people and machines of the tenant together. */
const senderOf = ({ grantId, organizationId }: Sender) => grantId ?? organizationId ?? ''

/** Throws `document.too_many_open`, which passes as forms run out or are used, or `document.too_many`, which stays. */
export function checkRoom(documents: readonly DocumentRecord[], sender: Sender, now: string): void {
  const own = documents.filter((it) => it.origin !== 'GENERATED' && senderOf(it) === senderOf(sender))
  if (own.length >= MAX_DOCUMENTS)
    throw new AppError(
      'conflict',
      'document.too_many',
      `A sender may announce ${MAX_DOCUMENTS} documents of a shipment`,
    )
  const openSince = new Date(Date.parse(now) - FORM_SECONDS * 1000).toISOString()
  const open = own.filter(({ status, announcedAt }) => status === 'AWAITING_UPLOAD' && announcedAt > openSince)
  if (open.length >= MAX_OPEN)
    throw new AppError(
      'conflict',
      'document.too_many_open',
      `${MAX_OPEN} announced documents wait for their files: send these, or wait until their forms run out`,
    )
}
