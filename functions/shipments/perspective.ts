/** Who may see what of a shipment. Internal roles see all; a partner sees no tasks, and no money but its own. Pure. */
import type { ShipmentView } from '../../schemas/shipment-view'
import type { TimelineEntry, TimelineEntryView } from '../../schemas/timeline'
import { areaOf, entriesOf, openExceptions } from '../platform/timeline'
import { milestoneTimes, occurrencesOf } from '../tracking/domain'
import type { ShipmentState } from './items'

/** Undefined for the tenant's own people and machines. */
type Viewer = string | undefined

export function viewOf(state: ShipmentState, viewer: Viewer): ShipmentView {
  const { organizations, sop, ...header } = state.header
  const entries = visibleEntries(state, viewer)
  const partner = viewer !== undefined
  return {
    ...header,
    ...(sop && !partner ? { sop } : {}),
    ...state.detail,
    parties: state.detail.parties.map((party) =>
      !partner || party.organizationId === viewer
        ? party
        : { function: party.function, name: party.name, ...(party.country ? { country: party.country } : {}) },
    ),
    chargeLines: chargesOf(state).filter((line) => !partner || (line.counterparty === viewer && line.type !== 'COST')),
    milestones: milestoneTimes(state.timeline),
    occurrences: occurrencesOf(state.timeline),
    exceptions: openExceptions(entries).map(({ data: { stepKey, severity, reason }, recordedAt }) => ({
      stepKey,
      severity,
      reason,
      raisedAt: recordedAt,
    })),
    documents: state.documents.filter((document) => !partner || document.organizationId === viewer),
    tasks: partner ? [] : state.tasks,
    invoices: entriesOf(entries, 'invoice.issued').map(({ data }) => ({
      invoiceId: data.invoiceId,
      number: data.number,
      billTo: data.billTo,
      ...data.total,
    })),
  }
}

/** Lines of the creation, and those added since. */
export const chargesOf = (state: Pick<ShipmentState, 'detail' | 'timeline'>) => [
  ...state.detail.chargeLines,
  ...entriesOf(state.timeline, 'charge.added').map((entry) => entry.data.charge),
]

export const visibleEntries = (state: ShipmentState, viewer: Viewer): TimelineEntry[] =>
  viewer === undefined ? state.timeline : state.timeline.filter((entry) => partnerSees(state, entry, viewer))

function partnerSees(state: ShipmentState, entry: TimelineEntry, organizationId: string): boolean {
  switch (entry.type) {
    case 'invoice.issued':
      return entry.data.billTo === organizationId
    case 'charge.added':
      return entry.data.charge.counterparty === organizationId && entry.data.charge.type !== 'COST'
    case 'document.requested':
      return state.detail.parties.some(
        (party) => party.function === entry.data.from && party.organizationId === organizationId,
      )
    case 'document.announced':
    case 'document.uploaded':
    case 'document.verified':
    case 'document.review-needed':
    case 'document.rejected':
    case 'document.superseded':
      return state.documents.some(
        (document) => document.documentId === entry.data.documentId && document.organizationId === organizationId,
      )
    case 'notification.sent':
      return entry.data.audience.some((audience) =>
        state.detail.parties.some((party) => party.function === audience && party.organizationId === organizationId),
      )
    case 'shipment.created':
    case 'shipment.amended':
    case 'shipment.cancelled':
    case 'shipment.completed':
    case 'event.recorded':
    case 'event.retracted':
    case 'milestone.recorded':
    case 'milestone.corrected':
    case 'milestone.retracted':
      return true
    default:
      return false
  }
}

/** By the time that things happened; what happened at the same time, by the order in which we learned of it. */
export function timelineView(entries: readonly TimelineEntry[], viewer: Viewer): TimelineEntryView[] {
  return entries
    .map((entry) => ({
      ...entry,
      area: areaOf(entry.type),
      actor: viewer === undefined || entry.actor.kind === 'SYSTEM' ? entry.actor : { kind: entry.actor.kind, id: '' },
      data: { ...entry.data },
    }))
    .sort((a, b) => (a.occurredAt === b.occurredAt ? a.sequence - b.sequence : a.occurredAt < b.occurredAt ? -1 : 1))
}

/** Results of tasks that are facts of the shipment: what was booked with the carrier. */
export const BOOKED = ['vessel', 'voyage', 'carrierBookingReference'] as const

/** Whether the result of a task is such a fact, so that documents are held against it. */
export const saysWhatWasBooked = (result: Readonly<Record<string, unknown>>): boolean =>
  BOOKED.some((name) => result[name] !== undefined)
