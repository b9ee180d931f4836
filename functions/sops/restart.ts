/** A run of a shipment's SOP, or of a sub-process of it, takes the place of another: decided in one transaction, brought about by the event that it writes. */
import type { SopRestart } from '../../schemas/sop-run'
import type { Context } from '../platform/context'
import { loadShipment, onShipment } from '../shipments/store'
import { isDeployedHere, startSop, stopSop } from './client'
import { sopInput } from './domain/catalogue'
import {
  currentPin,
  decideRestart,
  isCalledFor,
  type RestartAnswer,
  type RestartTarget,
  type RestartWhy,
  runName,
} from './domain/runs'

/**
 * Restarts a shipment's SOP on a version. Its steps are idempotent by key, so the new run goes through what has happened
 * and stops where the shipment is. Asked once more for the same `after`, it changes nothing.
 */
export async function restartSop(
  context: Context,
  shipmentId: string,
  target: RestartTarget,
  why: RestartWhy,
): Promise<RestartAnswer> {
  const { answer } = await onShipment(context, shipmentId, (state) => decideRestart(state, target, why, context.now))
  return answer
}

/**
 * Brings a restart about. The pin stands before anything runs, so whatever is cut off here is done by the next delivery
 * of the event; looking once more at the end finds a cancellation, or a restart, that came while the run was started.
 */
export async function enactRestart(
  context: Context,
  shipmentId: string,
  { from, to, reason }: SopRestart,
  process?: string | undefined,
) {
  if (isDeployedHere(from.versionArn)) await stopSop(from.executionArn, 'Sop.Restarted', reason)
  const state = await loadShipment(context, shipmentId)
  if (!isCalledFor(state, to, process)) return
  const input = { ...sopInput(context, state, to.version), shipmentId: runName({ shipmentId, run: to.run, process }) }
  await startSop(to.sopId, to, input)
  const now = await loadShipment(context, shipmentId)
  if (now.header.status === 'CANCELLED' || currentPin(now, process)?.run !== to.run)
    await stopSop(to.executionArn, 'Sop.Restarted', 'It was no longer called for when it had started')
}
