/** How many events one source may report of a shipment: each command reads all of them. Pure. */
import type { TimelineEntry } from '../../schemas/timeline'
import { AppError } from '../platform/errors'
import { entriesOf } from '../platform/timeline'

/** Events and retractions together. A hundred containers, each with all its moves and their estimates, have fewer. */
export const MAX_EVENTS = 2000

/** A partner is one source, whatever it calls its systems; what we ourselves report has no end. Throws `event.too_many`. */
export function checkRoom(
  timeline: readonly TimelineEntry[],
  { eventId, source }: { eventId: string; source: string },
  reporter: string | undefined,
): void {
  if (eventId.startsWith('portolan:')) return
  const own = entriesOf(timeline, 'event.recorded', 'event.retracted').filter(({ data }) =>
    reporter === undefined ? data.source === source : data.eventId.startsWith(`${reporter}:`),
  )
  if (own.length >= MAX_EVENTS)
    throw new AppError('conflict', 'event.too_many', `A shipment takes ${MAX_EVENTS} events from one source`)
}
