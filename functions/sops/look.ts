/** Looks at a shipment: writes what has come due, lets every step go on whose wait was settled, and heals its executions. */
import type { People } from '../people/domain/calendars'
import { loadPeople } from '../people/store'
import type { Context } from '../platform/context'
import { loadShipment, onShipment, type ShipmentState, scheduleWake } from '../shipments/store'
import { escalates } from '../tasks/domain/escalation'
import { findDefinition } from './client'
import { type Lateness, latenessIn, outdated, placedLateness } from './domain/deadlines'
import { decideLook, nextLook } from './domain/look'
import { countsHours, untilOf } from './domain/moments'
import { checkExecutions } from './heal'
import { release } from './release'

interface Look {
  people: People | undefined
  lateness: Lateness[]
  /** As it was read, where the look has changed nothing. */
  unchanged?: ShipmentState
}

/** May be repeated, and cut off anywhere: what was not done is done by the next look. */
export async function look(context: Context, shipmentId: string): Promise<Look> {
  const { answer } = await onShipment(context, shipmentId, async (state) => {
    const lateness = await latenessOf(state)
    const people = await peopleFor(context, state, lateness)
    const { decision, answer: settled } = decideLook(state, context.now, people, lateness)
    const idle = settled.length === 0 && decision.facts.length === 0
    return { decision, answer: { settled, people, lateness, ...(idle ? { unchanged: state } : {}) } }
  })
  for (const { wait, output } of answer.settled) await release(context, shipmentId, wait, output)
  return answer
}

/** Read only where a task is escalated, or something is waited for that is counted in business hours. */
async function peopleFor(context: Context, state: ShipmentState, lateness: Lateness[]): Promise<People | undefined> {
  const counted = lateness.some(({ unlessBefore }) => unlessBefore.businessHours !== undefined)
  if (counted || countsHours(state.waits)) return loadPeople(context, [state.header.from, state.header.to])
  return escalates(state, context.now) ? loadPeople(context) : undefined
}

/** Of this environment: versions never change, and those of running shipments are few. */
const known = new Map<string, Lateness[]>()

/** What waits lead to when they are late, where the plan has changed since they were given their deadlines. */
async function latenessOf(state: ShipmentState): Promise<Lateness[]> {
  const found: Lateness[] = []
  for (const { pin, process } of outdated(state)) {
    const lateness = known.get(pin.versionArn) ?? (await read(pin.versionArn))
    known.set(pin.versionArn, lateness)
    found.push(...lateness.map((it) => placedLateness(it, state, process)))
  }
  return found
}

async function read(versionArn: string): Promise<Lateness[]> {
  const found = await findDefinition(versionArn)
  return found ? latenessIn(JSON.parse(found.definition)) : []
}

/**
 * A look that nothing but time brings about; the next one is set last, so that none is lost. One query where there was
 * nothing to do.
 */
export async function wake(context: Context, shipmentId: string): Promise<void> {
  const { people, lateness, unchanged } = await look(context, shipmentId)
  const state = unchanged ?? (await loadShipment(context, shipmentId))
  const soon = await checkExecutions(context, state)
  const next = (current: ShipmentState) => nextLook(current, context.now, people, soon, lateness)
  await scheduleWake(context, shipmentId, next, state)
}

/** The plan has changed: moments and deadlines come earlier or later. One query where nothing waits for one. */
export async function replan(context: Context, shipmentId: string): Promise<void> {
  const state = await loadShipment(context, shipmentId)
  const lateness = await latenessOf(state)
  const late = lateness.some(({ concerns }) => state.waits.some(({ stepKey }) => stepKey === concerns))
  if (late || untilOf(state, context.now) !== undefined) await wake(context, shipmentId)
}
