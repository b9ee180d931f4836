/** What happens when documents or the shipment change: all are compared anew. */
import type { Reaction, Reactions } from '../platform/consume'
import { onShipment } from '../shipments/store'
import type { contract } from './contract'
import { compareDocuments, comparedSince, decideCompared } from './domain/comparison'
import { talliesOf } from './domain/quality'
import { addTallies, loadEvidence } from './store'

type Changes =
  | 'document.verified'
  | 'document.superseded'
  | 'document.corrected'
  | 'documents.waived'
  | 'shipment.amended'

/** A second delivery finds the comparison that the first one made. */
const compare: Reaction<Changes> = async (context, { subjectId, sequence }) => {
  await onShipment(context, subjectId, async (state) => {
    if (comparedSince(state.timeline, sequence)) return { decision: { facts: [] }, answer: {} }
    const matrix = compareDocuments(state, await loadEvidence(context, state))
    return { decision: decideCompared(state, matrix, context.now), answer: {} }
  })
}

const correct: Reaction<'document.corrected'> = async (context, event) => {
  await addTallies(context, event.eventId, talliesOf(event.data.decisions))
  await compare(context, event)
}

export const reactions: Reactions<(typeof contract)['subscribes'][number]> = {
  'document.verified': compare,
  'document.superseded': compare,
  'document.corrected': correct,
  'documents.waived': compare,
  'shipment.amended': compare,
}
