/** Timeline entries that start, move on or stop a shipment's SOP. */

import type { Reaction, Reactions } from '../platform/consume'
import type { Context } from '../platform/context'
import { loadShipment, onShipment, type ShipmentState } from '../shipments/store'
import { startSop, stopSop } from './client'
import type { contract } from './contract'
import { decidePin, decideUnmanaged, sopFor, sopInput } from './domain/catalogue'
import { resolutions, settledWaits } from './domain/waits'
import { currentVersion } from './live'
import { release } from './release'

/** A fact that may be what a step waits for. One query; a signal for which nothing waits ends there. */
async function signal(context: Context, event: { subjectId: string }): Promise<void> {
  const state = await loadShipment(context, event.subjectId)
  const settled = settledWaits(state)
  const stepKeys = settled.map(({ wait }) => wait.stepKey)
  if (resolutions(state, stepKeys).length > 0) await onShipment(context, event.subjectId, resolve(stepKeys))
  for (const { wait, output } of settled) await release(context, event.subjectId, wait, output)
}

const resolve = (stepKeys: readonly string[]) => (state: ShipmentState) => ({
  decision: { facts: resolutions(state, stepKeys) },
  answer: undefined,
})

/** The execution is named by the shipment and the pin is written once, so a second delivery changes nothing. */
const start: Reaction<'shipment.created'> = async (context, { subjectId }) => {
  const state = await loadShipment(context, subjectId)
  if (state.header.sop || state.header.status === 'CANCELLED') return
  const sopId = sopFor(state.header)
  if (!sopId) {
    await onShipment(context, subjectId, decideUnmanaged)
    return
  }
  const live = await currentVersion(context, sopId)
  const pin = await startSop(sopId, live, sopInput(context, state, live.version))
  const { answer } = await onShipment(context, subjectId, (current) => decidePin(current, pin))
  if (answer === 'stop') await stopSop(pin.executionArn, 'The shipment was cancelled')
}

const stop: Reaction<'shipment.cancelled'> = async (context, { subjectId, data }) => {
  const { header } = await loadShipment(context, subjectId)
  if (header.sop) await stopSop(header.sop.executionArn, data.reason)
}

export const reactions: Reactions<(typeof contract)['subscribes'][number]> = {
  'shipment.created': start,
  'shipment.cancelled': stop,
  'milestone.recorded': signal,
  'task.completed': signal,
  'task.skipped': signal,
  'document.verified': signal,
  'documents.compared': signal,
}
