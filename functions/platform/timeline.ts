import { Actor, type Fact, TIMELINE, type TimelineEntry, type TimelineType } from '../../schemas/timeline'
import type { Context } from './context'
import type { Item } from './table'

/** Unique in the product: the subject's ULID and the sequence in it. */
const eventIdOf = (subjectId: string, sequence: number) => `evt_${subjectId.slice(4)}_${sequence}`

/** The item of a fact. Six digits of sequence keep a partition's timeline in order. */
export function timelineItem(context: Context, pk: string, subjectId: string, sequence: number, fact: Fact): Item {
  return {
    pk,
    sk: `TIMELINE#${String(sequence).padStart(6, '0')}`,
    type: fact.type,
    tenantId: context.tenantId,
    subjectId,
    eventId: eventIdOf(subjectId, sequence),
    sequence,
    occurredAt: fact.occurredAt ?? context.now,
    recordedAt: context.now,
    actor: JSON.stringify(context.actor),
    // Binary: the Pipe writes it into its template as base64, and a template's values are not escaped (docs/decisions).
    data: Buffer.from(JSON.stringify(fact.data)),
  }
}

/** The entry of a stored item. Data was checked when the fact was made and is immutable, so it is not checked again. */
export const timelineEntry = (item: Item): TimelineEntry =>
  ({
    eventId: String(item.eventId),
    sequence: Number(item.sequence),
    type: String(item.type),
    occurredAt: String(item.occurredAt),
    recordedAt: String(item.recordedAt),
    actor: Actor.parse(JSON.parse(String(item.actor))),
    data: JSON.parse(Buffer.from(item.data as Uint8Array).toString()),
  }) as TimelineEntry

export const areaOf = (type: TimelineType) => TIMELINE[type].area

/** The entries of one type, in order. */
export const entriesOf = <T extends TimelineType>(timeline: readonly TimelineEntry[], ...types: T[]) =>
  timeline.filter((entry): entry is Extract<TimelineEntry, { type: T }> => (types as string[]).includes(entry.type))

/** Exceptions that were raised and have not been resolved since. */
export function openExceptions(timeline: readonly TimelineEntry[]) {
  const resolved = new Map(
    entriesOf(timeline, 'exception.resolved').map((entry) => [entry.data.stepKey, entry.sequence]),
  )
  return entriesOf(timeline, 'exception.raised').filter(
    ({ data, sequence }) => sequence > (resolved.get(data.stepKey) ?? 0),
  )
}
