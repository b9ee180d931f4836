/** Documents that Portolan prints: asked for, printed, and replaced by later ones. Pure. */
import type { DocumentRecord } from '../../../schemas/document'
import type { LegalEntity } from '../../../schemas/legal-entity'
import { type GenerateDocument, GeneratedType, PrintedTerms } from '../../../schemas/printed-paper'
import type { Fact } from '../../../schemas/timeline'
import type { Context } from '../../platform/context'
import { AppError } from '../../platform/errors'
import { entriesOf } from '../../platform/timeline'
import type { ShipmentState } from '../../shipments/items'
import type { Decision } from '../../shipments/store'
import type { PlaceNames } from '../matrix/facts'
import { letterheadOf } from '../output/letterhead'
import type { Paper } from '../output/paper'
import { paperOf } from '../output/papers'

type State = Pick<ShipmentState, 'header' | 'detail' | 'tasks' | 'documents' | 'timeline'>

const about = ({ documentId, documentType }: DocumentRecord) => ({ documentId, documentType })

export function decideGenerate(
  state: State,
  { documentType, invoiceId, ...terms }: GenerateDocument,
  documentId: string,
  context: Context,
  legalEntity?: LegalEntity,
): Decision & { documents: [DocumentRecord] } {
  const { status, shipmentId } = state.header
  if (status === 'CANCELLED')
    throw new AppError('conflict', 'shipment.ended', 'Nothing is printed for a cancelled shipment')
  const invoice = documentType === '380' ? invoiceOf(state, invoiceId).data.invoiceId : undefined
  if (documentType === '380' && !letterheadOf(documentType, { state, terms, ...(legalEntity ? { legalEntity } : {}) }))
    throw new AppError(
      'conflict',
      'document.no_issuer',
      'An invoice names its seller: put your legal entity, or give `issuer`, or the shipment a party FW',
    )
  const revision = 1 + before(state, documentType, invoice).length
  const document: DocumentRecord = {
    documentId,
    shipmentId,
    documentType,
    status: 'AWAITING_UPLOAD',
    contentType: 'application/pdf',
    fileName: `${documentType}-${shipmentId.slice(-8)}-${revision}.pdf`,
    announcedBy: context.actor.id,
    announcedAt: context.now,
    origin: 'GENERATED',
    revision,
    ...(invoice ? { invoiceId: invoice } : {}),
    ...(Object.keys(terms).length > 0 ? { printed: terms } : {}),
  }
  return {
    documents: [document],
    facts: [{ type: 'document.generation-requested', data: { ...about(document), revision } }],
  }
}

const before = ({ documents }: Pick<State, 'documents'>, documentType: string, invoiceId: string | undefined) =>
  documents.filter((it) => it.origin === 'GENERATED' && it.documentType === documentType && it.invoiceId === invoiceId)

function invoiceOf({ timeline }: Pick<State, 'timeline'>, invoiceId: string | undefined) {
  const issued = entriesOf(timeline, 'invoice.issued')
  const [wanted, another] = invoiceId === undefined ? issued : issued.filter(({ data }) => data.invoiceId === invoiceId)
  if (wanted && !another) return wanted
  const problem = wanted ? 'Several invoices were issued: name one' : 'No such invoice was issued for the shipment'
  throw new AppError('conflict', 'document.no_invoice', problem)
}

/** The paper as the shipment stands now. */
export function paperFor(state: State, document: DocumentRecord, places: PlaceNames, legalEntity?: LegalEntity): Paper {
  const { documentType, invoiceId, revision = 1, announcedAt: at, printed } = document
  return paperOf(GeneratedType.parse(documentType), {
    state,
    places,
    revision,
    at,
    ...(legalEntity ? { legalEntity } : {}),
    ...(printed ? { terms: PrintedTerms.parse(printed) } : {}),
    ...(documentType === '380' ? { invoice: invoiceOf(state, invoiceId) } : {}),
  })
}

export interface StoredObject {
  versionId: string | undefined
  bytes: number
  sha256: string
}

export function decideGenerated(state: State, document: DocumentRecord, stored: StoredObject): Decision {
  if (document.status !== 'AWAITING_UPLOAD') return { facts: [] }
  const { revision = 1, documentId } = document
  const { versionId, bytes, sha256 } = stored
  const older = before(state, document.documentType, document.invoiceId).filter(
    (it) => it.status === 'VERIFIED' && (it.revision ?? 0) < revision,
  )
  return {
    documents: [
      { ...document, status: 'VERIFIED', bytes, sha256, ...(versionId ? { versionId } : {}) },
      ...older.map((it): DocumentRecord => ({ ...it, status: 'SUPERSEDED', supersededBy: documentId })),
    ],
    facts: [
      { type: 'document.generated', data: { ...about(document), revision, bytes, sha256 } },
      ...older.map((it): Fact => ({ type: 'document.superseded', data: { ...about(it), by: documentId } })),
    ],
  }
}
