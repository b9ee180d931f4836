/** Which documents take each other's place: same type, same sender, same number. Pure. */
import type { DocumentRecord } from '../../../schemas/document'
import type { DocumentKind, Extraction } from '../../../schemas/extraction'

/** The field that tells one document of a kind from another. */
const NUMBER: Partial<Record<DocumentKind, string>> = {
  BILL_OF_LADING: 'billOfLadingNumber',
  AIR_WAYBILL: 'airWaybillNumber',
  COMMERCIAL_INVOICE: 'invoiceNumber',
  PACKING_LIST: 'invoiceNumber',
  CUSTOMS_DECLARATION: 'declarationNumber',
  CERTIFICATE_OF_ORIGIN: 'certificateNumber',
  ARRIVAL_NOTICE: 'billOfLadingNumber',
  DELIVERY_ORDER: 'deliveryOrderNumber',
  CARRIER_INVOICE: 'invoiceNumber',
  PROOF_OF_DELIVERY: 'deliveryNumber',
  // One declaration a container.
  VGM: 'containerNumber',
}

export function numberOf({ classification, fields }: Extraction): string | undefined {
  const read = fields.find(({ field }) => field === NUMBER[classification.kind])
  return read?.value.type === 'identifier' ? read.value.id : undefined
}

/** Everybody inside the tenant is one sender; so is a partner, and whoever holds a grant. */
export const senderOf = ({ organizationId, grantId }: DocumentRecord) => organizationId ?? grantId ?? ''

/** The documents whose place this one takes when it is verified. */
export const supersededBy = (document: DocumentRecord, all: readonly DocumentRecord[]): DocumentRecord[] =>
  all.filter((older) => {
    if (older.documentId === document.documentId || older.origin !== undefined) return false
    if (older.status !== 'VERIFIED' && older.status !== 'NEEDS_REVIEW') return false
    if (older.documentId === document.supersedes) return true
    if (older.documentType !== document.documentType || senderOf(older) !== senderOf(document)) return false
    // What nobody has accepted may be a bad scan whose number was not read.
    const unread = older.status === 'NEEDS_REVIEW' && (older.number === undefined || document.number === undefined)
    return unread || older.number === document.number
  })
