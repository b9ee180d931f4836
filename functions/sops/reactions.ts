/** Timeline entries that start, move on or stop a shipment's SOP. */

import type { Reaction, Reactions } from '../platform/consume'
import type { Context } from '../platform/context'
import { AppError } from '../platform/errors'
import { noteTenant } from '../platform/tenants'
import { loadShipment, onShipment } from '../shipments/store'
import { type SopVersion, startSop, stopSop } from './client'
import type { contract } from './contract'
import { decideUnmanaged, sopInput } from './domain/catalogue'
import { decideProcessPin, isWanted, runningProcesses } from './domain/processes'
import { currentVersion } from './live'
import { look, replan } from './look'
import { enactRestart } from './restart'
import { startShipment } from './start'

/** A fact that may be what a step waits for. One query; a signal for which nothing waits ends there. */
const signal = async (context: Context, { subjectId }: { subjectId: string }): Promise<void> => {
  await look(context, subjectId)
}

const start: Reaction<'shipment.created'> = async (context, { subjectId }) => {
  await noteTenant(context)
  await startShipment(context, subjectId)
}

const restart: Reaction<'sop.restarted'> = (context, { subjectId, data }) => enactRestart(context, subjectId, data)

/** Undefined for an SOP that there is not, or of which nothing is published. */
async function published(context: Context, sopId: string): Promise<SopVersion | undefined> {
  try {
    return await currentVersion(context, sopId)
  } catch (error) {
    if (error instanceof AppError) return undefined
    throw error
  }
}

/** As the SOP of the shipment itself: the execution is named by shipment and step, and what runs is noted once. */
const startProcess: Reaction<'subprocess.requested'> = async (context, { subjectId, data: { stepKey, sopId } }) => {
  const state = await loadShipment(context, subjectId)
  if (!isWanted(state, stepKey)) return
  const live = await published(context, sopId)
  if (!live) {
    const unknown = { stepKey: `${stepKey}--start-sop`, reason: `Nothing of an SOP ${sopId} is published` }
    await onShipment(context, subjectId, (current) => decideUnmanaged(current, unknown))
    return
  }
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
