/** Timeline entries that start, move on or stop a shipment's SOP. */

import type { Reaction, Reactions } from '../platform/consume'
import type { Context } from '../platform/context'
import { loadShipment } from '../shipments/store'
import { stopSop } from './client'
import type { contract } from './contract'
import { runningProcesses } from './domain/processes'
import { look, replan } from './look'
import { enactRestart } from './restart'
import { startProcess, startShipment } from './start'

/** A fact that may be what a step waits for. One query; a signal for which nothing waits ends there. */
const signal = async (context: Context, { subjectId }: { subjectId: string }): Promise<void> => {
  await look(context, subjectId)
}

const start: Reaction<'shipment.created'> = (context, { subjectId }) => startShipment(context, subjectId)

const restart: Reaction<'sop.restarted'> = (context, { subjectId, data }) => enactRestart(context, subjectId, data)

const restartProcess: Reaction<'subprocess.restarted'> = (context, { subjectId, data }) =>
  enactRestart(context, subjectId, data, data.stepKey)

const begin: Reaction<'subprocess.requested'> = (context, { subjectId, data }) => startProcess(context, subjectId, data)

const stop: Reaction<'shipment.cancelled'> = async (context, { subjectId, data }) => {
  const state = await loadShipment(context, subjectId)
  const own = state.header.sop ? [state.header.sop.executionArn] : []
  const processes = runningProcesses(state).map(({ pin }) => pin.executionArn)
  for (const executionArn of [...own, ...processes]) await stopSop(executionArn, 'Shipment.Cancelled', data.reason)
}

const amend: Reaction<'shipment.amended'> = (context, { subjectId }) => replan(context, subjectId)

export const reactions: Reactions<(typeof contract)['subscribes'][number]> = {
  'shipment.created': start,
  'shipment.amended': amend,
  'subprocess.requested': begin,
  'subprocess.restarted': restartProcess,
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
