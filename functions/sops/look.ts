/** Looks at a shipment: writes what has come due, lets every step go on whose wait was settled, and heals its execution. */
import type { People } from '../people/domain/calendars'
import { loadPeople } from '../people/store'
import type { Context } from '../platform/context'
import { loadShipment, onShipment, type ShipmentState, scheduleWake } from '../shipments/store'
import { escalates } from '../tasks/domain/escalation'
import { decideLook, nextLook } from './domain/look'
import { countsHours, untilOf } from './domain/moments'
import { checkExecutions } from './heal'
import { release } from './release'

/** May be repeated, and cut off anywhere: what was not done is done by the next look. */
export async function look(context: Context, shipmentId: string): Promise<People | undefined> {
  const { answer } = await onShipment(context, shipmentId, async (state) => {
    const people = await peopleFor(context, state)
    const { decision, answer: settled } = decideLook(state, context.now, people)
    return { decision, answer: { settled, people } }
  })
  for (const { wait, output } of answer.settled) await release(context, shipmentId, wait, output)
  return answer.people
}

/** Read only where a task is escalated, or a step waits for a moment that is counted in business hours. */
async function peopleFor(context: Context, state: ShipmentState): Promise<People | undefined> {
  if (countsHours(state.waits)) return loadPeople(context, [state.header.from, state.header.to])
  return escalates(state, context.now) ? loadPeople(context) : undefined
}

/** A look that nothing but time brings about; the next one is set last, so that none is lost. */
export async function wake(context: Context, shipmentId: string): Promise<void> {
  const people = await look(context, shipmentId)
  const soon = await checkExecutions(context, await loadShipment(context, shipmentId))
  await scheduleWake(context, shipmentId, (state) => nextLook(state, context.now, people, soon))
}

/** The plan has changed: moments that steps wait for come earlier or later. One query where none waits for one. */
export async function replan(context: Context, shipmentId: string): Promise<void> {
  if (untilOf(await loadShipment(context, shipmentId), context.now) !== undefined) await wake(context, shipmentId)
}
