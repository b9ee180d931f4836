/** Timeline entries that start, move on or stop a shipment's SOP. */

import { ProductSopId } from '../../schemas/sop'
import type { Reaction, Reactions } from '../platform/consume'
import type { Context } from '../platform/context'
import { noteTenant } from '../platform/tenants'
import { loadShipment, onShipment } from '../shipments/store'
import { startSop, stopSop } from './client'
import type { contract } from './contract'
import { decidePin, decideUnmanaged, sopFor, sopInput } from './domain/catalogue'
import { decideProcessPin, isWanted, runningProcesses } from './domain/processes'
import { currentVersion } from './live'
import { look, replan } from './look'
import { enactRestart } from './restart'

/** A fact that may be what a step waits for. One query; a signal for which nothing waits ends there. */
const signal = async (context: Context, { subjectId }: { subjectId: string }): Promise<void> => {
  await look(context, subjectId)
}

/** The execution is named by the shipment and the pin is written once, so a second delivery changes nothing. */
const start: Reaction<'shipment.created'> = async (context, { subjectId }) => {
  await noteTenant(context)
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
  if (answer === 'stop') await stopSop(pin.executionArn, 'Shipment.Cancelled', 'The shipment was cancelled')
}

const restart: Reaction<'sop.restarted'> = (context, { subjectId, data }) => enactRestart(context, subjectId, data)

/** As the SOP of the shipment itself: the execution is named by shipment and step, and what runs is noted once. */
const startProcess: Reaction<'subprocess.requested'> = async (context, { subjectId, data: { stepKey, sopId } }) => {
  const state = await loadShipment(context, subjectId)
  if (!isWanted(state, stepKey)) return
  const product = ProductSopId.safeParse(sopId)
  if (!product.success) {
    const unknown = { stepKey: `${stepKey}--start-sop`, reason: `There is no SOP ${sopId} to start` }
    await onShipment(context, subjectId, (current) => decideUnmanaged(current, unknown))
    return
  }
  const live = await currentVersion(context, product.data)
  const pin = await startSop(sopId, live, sopInput(context, state, live.version, stepKey))
  const { answer } = await onShipment(context, subjectId, (current) => decideProcessPin(current, stepKey, pin))
  if (answer === 'stop') await stopSop(pin.executionArn, 'Shipment.Cancelled', 'The shipment was cancelled')
}

const stop: Reaction<'shipment.cancelled'> = async (context, { subjectId, data }) => {
  const state = await loadShipment(context, subjectId)
  const own = state.header.sop ? [state.header.sop.executionArn] : []
  for (const executionArn of [...own, ...runningProcesses(state)])
    await stopSop(executionArn, 'Shipment.Cancelled', data.reason)
}

const amend: Reaction<'shipment.amended'> = (context, { subjectId }) => replan(context, subjectId)

export const reactions: Reactions<(typeof contract)['subscribes'][number]> = {
  'shipment.created': start,
  'shipment.amended': amend,
  'subprocess.requested': startProcess,
  'subprocess.ended': signal,
  'shipment.cancelled': stop,
  'sop.restarted': restart,
  'milestone.recorded': signal,
  'task.completed': signal,
  'task.rejected': signal,
  'task.skipped': signal,
  'document.verified': signal,
  'documents.compared': signal,
}
