/** One stored shipment through a definition and through its own version. Pure. */
import type { JsonObject } from '../../../../engine/json'
import type { SopId } from '../../../../schemas/sop'
import type { ReplayedShipment } from '../../../../schemas/sop-flight'
import type { People } from '../../../people/domain/calendars'
import type { ShipmentState } from '../../../shipments/store'
import { type Observed, observedIn } from '../durations'
import { compare } from './compare'
import { findingsOf, keysOf } from './findings'
import { historyOf, ownFacts } from './history'
import { replay } from './replay'

/** Days after its last entry until which an ended shipment is looked at: what takes longer is blocked. */
const AFTERWARDS = 30 * 24 * 3600_000

export interface FlightOptions {
  sopId: SopId
  tenantId: string
  /** UTC: until then running shipments are looked at. */
  now: string
  people?: People | undefined
}

const ENDED: readonly ShipmentState['header']['status'][] = ['COMPLETED', 'CLOSED', 'CANCELLED']

export async function fly(
  state: ShipmentState,
  { draft, baseline }: { draft: JsonObject; baseline: JsonObject },
  { now, ...options }: FlightOptions,
): Promise<{ replayed: ReplayedShipment; observed: Observed }> {
  const history = historyOf(state)
  const { shipmentId, status, sop } = state.header
  const horizon = ENDED.includes(status) ? new Date(Date.parse(history.endedAt) + AFTERWARDS).toISOString() : now
  const known = keysOf(baseline)
  const before = await replay(baseline, history, state, { ...options, horizon })
  const after = await replay(draft, history, state, { ...options, horizon, known })
  const faithful = ownFacts(state.timeline).join() === ownFacts(before.run.state.timeline).join()
  const shipment = { shipmentId, status, version: sop?.version ?? 0, faithful }
  return {
    replayed: compare(shipment, findingsOf(before), findingsOf(after)),
    observed: observedIn(before.run.waits),
  }
}
