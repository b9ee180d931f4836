/** What committing does to a shipment, without a table; and documents that arrive as they should. */
import type { DocumentType } from '../../../../schemas/codes'
import type { DocumentRecord } from '../../../../schemas/document'
import type { Fact, TimelineEntry } from '../../../../schemas/timeline'
import type { Decision, ShipmentState } from '../../../shipments/store'

export function withFacts(state: ShipmentState, facts: readonly Fact[], now: string): ShipmentState {
  const { shipmentId, version } = state.header
  const entries = facts.map((fact, index) => {
    const sequence = version + index + 1
    const eventId = `evt_${shipmentId.slice(4)}_${sequence}`
    const actor = { kind: 'SYSTEM', id: 'simulation' }
    // A fact with its envelope is an entry of the fact's own type, which the union does not see.
    return { ...fact, eventId, sequence, occurredAt: fact.occurredAt ?? now, recordedAt: now, actor } as TimelineEntry
  })
  return {
    ...state,
    header: { ...state.header, version: version + facts.length },
    timeline: [...state.timeline, ...entries],
  }
}

/** The state after a decision. */
export function committed(state: ShipmentState, decision: Decision, now: string): ShipmentState {
  const { tasks = [], documents = [] } = decision
  const next: ShipmentState = {
    ...state,
    header: { ...state.header, ...decision.header, version: state.header.version },
    detail: decision.detail ?? state.detail,
    tasks: [...state.tasks.filter(({ taskId }) => !tasks.some((it) => it.taskId === taskId)), ...tasks],
    documents: [
      ...state.documents.filter(({ documentId }) => !documents.some((it) => it.documentId === documentId)),
      ...documents,
    ],
  }
  return withFacts(next, decision.facts, now)
}

/** Documents of the types, read and found good; `compared`: and in agreement with each other. */
export function arrived(shipmentId: string, types: readonly DocumentType[], now: string, compared = false): Decision {
  const documents = types.map(
    (documentType): DocumentRecord => ({
      documentId: `doc_${shipmentId.slice(4, 27)}${documentType}`,
      shipmentId,
      documentType,
      status: 'VERIFIED',
      contentType: 'application/pdf',
      bytes: 1,
      sha256: '',
      announcedBy: 'simulation',
      announcedAt: now,
    }),
  )
  const verified = documents.map(
    ({ documentId, documentType }): Fact => ({
      type: 'document.verified',
      data: { documentId, documentType, confidence: 1, fields: 1, pages: 1 },
    }),
  )
  const comparison: Fact = {
    type: 'documents.compared',
    data: { documents: documents.map(({ documentId }) => documentId), open: [], waived: 0 },
  }
  return { documents, facts: compared ? [...verified, comparison] : verified }
}
