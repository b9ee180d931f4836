/** Timeline entries that start, move on or stop a shipment's SOP. */

import type { Reaction, Reactions } from '../platform/consume'
import type { Context } from '../platform/context'
import { noteTenant } from '../platform/tenants'
import { loadShipment, onShipment } from '../shipments/store'
import { startSop, stopSop } from './client'
import type { contract } from './contract'
import { decidePin, decideUnmanaged, sopFor, sopInput } from './domain/catalogue'
import { currentVersion } from './live'
import { look } from './look'
import { enactRestart } from './restart'

/** A fact that may be what a step waits for. One query; a signal for which nothing waits ends there. */
const signal = (context: Context, { subjectId }: { subjectId: string }): Promise<void> => look(context, subjectId)

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

const stop: Reaction<'shipment.cancelled'> = async (context, { subjectId, data }) => {
  const { header } = await loadShipment(context, subjectId)
  if (header.sop) await stopSop(header.sop.executionArn, 'Shipment.Cancelled', data.reason)
}

export const reactions: Reactions<(typeof contract)['subscribes'][number]> = {
  'shipment.created': start,
  'shipment.cancelled': stop,
  'sop.restarted': restart,
  'milestone.recorded': signal,
  'task.completed': signal,
  'task.rejected': signal,
  'task.skipped': signal,
  'document.verified': signal,
  'documents.compared': signal,
}
