/** Starts a shipment's SOP, and its sub-processes. Executions are named and pins are written once, so doing it again changes nothing. */
import type { TimelineData } from '../../schemas/timeline'
import type { Context } from '../platform/context'
import { AppError } from '../platform/errors'
import { loadShipment, onShipment } from '../shipments/store'
import { type SopVersion, startSop, stopSop } from './client'
import { decidePin, decideUnmanaged, sopInput } from './domain/catalogue'
import { decideProcessPin, isWanted } from './domain/processes'
import { UNMANAGED, within } from './domain/runs'
import { currentVersion, resolve } from './live'

export async function startShipment(context: Context, shipmentId: string): Promise<void> {
  const state = await loadShipment(context, shipmentId)
  if (state.header.sop || state.header.status === 'CANCELLED') return
  const resolved = await resolve(context, state.header)
  if (!resolved) {
    await onShipment(context, shipmentId, (current) => decideUnmanaged(current))
    return
  }
  const { sop, live } = resolved
  const pin = await startSop(sop.sopId, live, sopInput(context, state, live.version))
  const { answer } = await onShipment(context, shipmentId, (current) => decidePin(current, pin))
  if (answer === 'stop') await stopSop(pin.executionArn, 'Shipment.Cancelled', 'The shipment was cancelled')
}

/** The execution is named by shipment and step. */
export async function startProcess(
  context: Context,
  shipmentId: string,
  { stepKey, sopId }: TimelineData<'subprocess.requested'>,
): Promise<void> {
  const state = await loadShipment(context, shipmentId)
  if (!isWanted(state, stepKey)) return
  const live = await published(context, sopId)
  if (!live) {
    const unknown = { stepKey: within(stepKey, UNMANAGED), reason: `Nothing of an SOP ${sopId} is published` }
    await onShipment(context, shipmentId, (current) => decideUnmanaged(current, unknown))
    return
  }
  const pin = await startSop(sopId, live, sopInput(context, state, live.version, stepKey))
  const { answer } = await onShipment(context, shipmentId, (current) => decideProcessPin(current, stepKey, pin))
  if (answer === 'stop') await stopSop(pin.executionArn, 'Shipment.Cancelled', 'The shipment was cancelled')
}

/** Undefined for an SOP that there is not, or of which nothing is published. */
async function published(context: Context, sopId: string): Promise<SopVersion | undefined> {
  try {
    return await currentVersion(context, sopId)
  } catch (error) {
    if (error instanceof AppError) return undefined
    throw error
  }
}
