/** Starts a shipment's SOP. */
import type { Context } from '../platform/context'
import { loadShipment, onShipment } from '../shipments/store'
import { startSop, stopSop } from './client'
import { decidePin, decideUnmanaged, sopInput } from './domain/catalogue'
import { resolve } from './live'

/** The execution is named by the shipment and the pin is written once, so doing it again changes nothing. */
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
