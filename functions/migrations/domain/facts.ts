/** What committing does to a shipment, without a table. */
import type { Fact, TimelineEntry } from '../../../schemas/timeline'
import type { Decision, ShipmentState } from '../../shipments/store'

const ACTOR = { kind: 'SYSTEM' as const, id: 'migrations' }

/** The state after a decision. */
export function committed(state: ShipmentState, decision: Decision, now: string): ShipmentState {
  const { tasks = [], documents = [], facts } = decision
  const { version } = state.header
  return {
    ...state,
    header: { ...state.header, ...decision.header, version: version + facts.length },
    detail: decision.detail ?? state.detail,
    tasks: [...state.tasks.filter(({ stepKey }) => !tasks.some((it) => it.stepKey === stepKey)), ...tasks],
    documents: [
      ...state.documents.filter(({ documentId }) => !documents.some((it) => it.documentId === documentId)),
      ...documents,
    ],
    timeline: [...state.timeline, ...facts.map((fact, index) => entryOf(state, fact, version + index + 1, now))],
  }
}

function entryOf({ header }: ShipmentState, fact: Fact, sequence: number, now: string): TimelineEntry {
  const eventId = `evt_${header.shipmentId.slice(4)}_${sequence}`
  // A fact with its envelope is an entry of the fact's own type, which the union does not see.
  return {
    ...fact,
    eventId,
    sequence,
    occurredAt: fact.occurredAt ?? now,
    recordedAt: now,
    actor: ACTOR,
  } as TimelineEntry
}
