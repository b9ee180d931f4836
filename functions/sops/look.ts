/** Looks at a shipment: writes what has come due, and lets every step go on whose wait was settled. */
import { loadPeople } from '../people/store'
import type { Context } from '../platform/context'
import { onShipment, scheduleWake } from '../shipments/store'
import { escalates } from '../tasks/domain/escalation'
import { decideLook, nextLook } from './domain/look'
import { release } from './release'

/** May be repeated, and cut off anywhere: what was not done is done by the next look. */
export async function look(context: Context, shipmentId: string): Promise<void> {
  const { answer } = await onShipment(context, shipmentId, async (state) =>
    decideLook(state, context.now, escalates(state, context.now) ? await loadPeople(context) : undefined),
  )
  for (const { wait, output } of answer) await release(context, shipmentId, wait, output)
}

/** A look that nothing but time brings about; the next one is set last, so that none is lost. */
export async function wake(context: Context, shipmentId: string): Promise<void> {
  await look(context, shipmentId)
  await scheduleWake(context, shipmentId, (state) => nextLook(state, context.now))
}
