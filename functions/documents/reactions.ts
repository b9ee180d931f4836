/** What happens when documents or the shipment change: all are compared anew. */
import { findLegalEntity } from '../company/store'
import type { Reaction, Reactions } from '../platform/consume'
import { saysWhatWasBooked } from '../shipments/perspective'
import { loadShipment, onShipment } from '../shipments/store'
import type { contract } from './contract'
import { compareDocuments, comparedSince, decideCompared } from './domain/comparison'
import { decideGenerated, paperFor } from './domain/generation'
import { documentOf } from './domain/intake'
import { talliesOf } from './domain/quality'
import { storeGenerated } from './output/deliver'
import { addTallies, loadEvidence, loadPlaces } from './store'

type Changes =
  | 'document.verified'
  | 'document.superseded'
  | 'document.corrected'
  | 'documents.waived'
  | 'shipment.amended'
  | 'task.completed'

/** A second delivery finds the comparison that the first one made. */
const compare: Reaction<Changes> = async (context, { subjectId, sequence }) => {
  await onShipment(context, subjectId, async (state) => {
    if (comparedSince(state.timeline, sequence)) return { decision: { facts: [] }, answer: {} }
    const matrix = compareDocuments(state, await loadEvidence(context, state))
    return { decision: decideCompared(state, matrix, context.now), answer: {} }
  })
}

/** Only what was booked is compared with documents; other results say nothing of them. */
const compareBooked: Reaction<'task.completed'> = async (context, event) => {
  if (saysWhatWasBooked(event.data.result)) await compare(context, event)
}

const correct: Reaction<'document.corrected'> = async (context, event) => {
  await addTallies(context, event.eventId, talliesOf(event.data.decisions))
  await compare(context, event)
}

/** A second delivery prints and stores the same bytes once more, and finds the document there. */
const print: Reaction<'document.generation-requested'> = async (context, { subjectId, data }) => {
  const state = await loadShipment(context, subjectId)
  const document = documentOf(state, data.documentId, undefined)
  if (document.status !== 'AWAITING_UPLOAD') return
  // Printing is heavy, and few events print.
  const { render } = await import('./output/render')
  const [places, legalEntity] = await Promise.all([loadPlaces(context, state), findLegalEntity(context)])
  const bytes = await render(paperFor(state, document, places, legalEntity?.value), document.announcedAt)
  const stored = await storeGenerated(context, document, bytes)
  await onShipment(context, subjectId, (current) => ({
    decision: decideGenerated(current, documentOf(current, data.documentId, undefined), stored),
    answer: {},
  }))
}

export const reactions: Reactions<(typeof contract)['subscribes'][number]> = {
  'document.verified': compare,
  'document.superseded': compare,
  'document.corrected': correct,
  'documents.waived': compare,
  'document.generation-requested': print,
  'shipment.amended': compare,
  'task.completed': compareBooked,
}
