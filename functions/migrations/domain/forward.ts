/** Where a shipment comes to stand on a definition when its SOP is started anew: what has happened is gone through at once. */
import type { JsonObject } from '../../../engine/json'
import type { SopId } from '../../../schemas/sop'
import type { TimelineEntry } from '../../../schemas/timeline'
import type { ShipmentState } from '../../shipments/store'
import type { Surroundings as StepSurroundings } from '../../sops/domain/steps'
import { VirtualRun } from '../../sops/domain/virtual/run'

export interface Surroundings extends StepSurroundings {
  tenantId: string
}

export interface Forwarded {
  state: ShipmentState
  /** Entries that the run has written. */
  written: readonly TimelineEntry[]
  status: VirtualRun['execution']['status']
  /** Names of the states in which it stands. */
  stands: readonly string[]
  /** Keys of the steps that it has taken, those in which it stands included. */
  taken: ReadonlySet<string>
  /** A step that a rule has refused: a machine tries it for hours. */
  refused?: { key: string; message: string }
}

/** Deadlines that have passed already fire a minute after the start at the latest (the SOPs' least TimeoutSeconds). */
const SETTLING_MS = 5 * 60_000

/** Nobody looks meanwhile: what comes due by the clock comes due whatever the version. */
export async function forward(
  definition: JsonObject,
  sopId: SopId,
  shipment: ShipmentState,
  { tenantId, now, denied, people }: Surroundings,
): Promise<Forwarded> {
  const run = await VirtualRun.start(definition, shipment, { sopId, tenantId, now, denied, people, looks: 'NONE' })
  await run.advanceTo(Date.parse(now) + SETTLING_MS)
  const [refused] = run.refused
  return {
    state: run.state,
    written: run.written,
    status: run.execution.status,
    stands: run.standing.map(({ state }) => state),
    taken: new Set(run.steps.map(({ key }) => key)),
    ...(refused ? { refused } : {}),
  }
}
