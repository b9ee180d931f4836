/** What committing does to a shipment, without a table. */
import type { Fact, TimelineEntry } from '../../../../schemas/timeline'
import type { Decision, ShipmentState } from '../../../shipments/store'

/** Who wrote a fact; the times of a fact that says none. */
export interface Origin {
  now: string
  actor: TimelineEntry['actor']
}

const SIMULATION: TimelineEntry['actor'] = { kind: 'SYSTEM', id: 'simulation' }

/** The entry that a fact becomes, at its place in a shipment's timeline. */
function entryOf(shipmentId: string, sequence: number, { type, data, occurredAt }: Fact, { now, actor }: Origin) {
  const eventId = `evt_${shipmentId.slice(4)}_${sequence}`
  // A fact with its envelope is an entry of the fact's own type, which the union does not see.
  return { type, data, eventId, sequence, occurredAt: occurredAt ?? now, recordedAt: now, actor } as TimelineEntry
}

/** The state with more facts in its timeline. */
export const withFacts = (state: ShipmentState, facts: readonly Fact[], now: string): ShipmentState =>
  committed(state, { facts: [...facts] }, now)

/** Those that stay, and those that were changed or are new at the end. */
function replaced<T>(before: T[], changed: readonly T[] | undefined, id: (item: T) => string): T[] {
  if (!changed?.length) return before
  const ids = changed.map(id)
  return [...before.filter((item) => !ids.includes(id(item))), ...changed]
}

/** The state after a decision, as its transaction would leave it. */
export function committed(
  state: ShipmentState,
  decision: Decision,
  now: string,
  actor: TimelineEntry['actor'] = SIMULATION,
): ShipmentState {
  const next = { ...state, timeline: [...state.timeline] }
  commitTo(next, decision, { now, actor })
  return next
}

/** Commits to a state whose timeline is nobody else's: a run writes a hundred facts, and copies none. */
export function commitTo(state: ShipmentState, decision: Decision, origin: Origin): void {
  const { facts, header, detail, tasks, documents, dropped } = decision
  const { shipmentId, version } = state.header
  facts.forEach((fact, index) => {
    state.timeline.push(entryOf(shipmentId, version + index + 1, fact, origin))
  })
  state.header = { ...state.header, ...header, version: version + facts.length }
  if (detail) state.detail = detail
  state.tasks = replaced(state.tasks, tasks, ({ stepKey }) => stepKey)
  state.documents = replaced(state.documents, documents, ({ documentId }) => documentId)
  if (dropped?.length) state.waits = state.waits.filter((wait) => !dropped.includes(wait))
  const wakeAt = earlier(state.wakeAt, decision.wakeAt, origin.now)
  if (wakeAt !== undefined) state.wakeAt = wakeAt
}

/** As `wakeWrites` of the table: a look that has come due is no reason to wait for it. */
const earlier = (standing: string | undefined, asked: string | undefined, now: string) =>
  asked !== undefined && (standing === undefined || standing <= now || asked < standing) ? asked : standing
