/** Steps that wait until a moment of the shipment's plan. A moment that has passed is a fact: it stays passed. */
import type { StepOf } from '../../../schemas/sop'
import type { Fact } from '../../../schemas/timeline'
import type { Awaited, Wait } from '../../../schemas/wait'
import type { People } from '../../people/domain/calendars'
import { entriesOf } from '../../platform/timeline'
import type { Decision, ShipmentState } from '../../shipments/store'
import { dueAt } from './anchors'
import type { Output } from './waits'

type Planned = Pick<ShipmentState, 'header' | 'detail' | 'timeline'>
type Until = Extract<Awaited, { kind: 'until' }>

/** By the plan as it stands; STEP is when the step was taken first, so a step that is taken again waits no longer. */
function momentOf(
  { stepKey, due }: Omit<Until, 'kind'>,
  state: Planned,
  now: string,
  people?: People,
): { at: string; basis: string } {
  const begun = entriesOf(state.timeline, 'moment.awaited').find(({ data }) => data.stepKey === stepKey)
  const { at, basis } = dueAt(due, state, begun?.occurredAt ?? now, people)
  return { at, basis }
}

/** What a passed moment answers; undefined while it is to come. */
export function passedOf(stepKey: string, { timeline }: Pick<ShipmentState, 'timeline'>): Output | undefined {
  const passed = entriesOf(timeline, 'moment.passed').find(({ data }) => data.stepKey === stepKey)
  return passed && { at: passed.data.at, basis: passed.data.basis }
}

/** Says once until when the step waits, and that the moment has passed once it has. */
export function waitUntil(
  { key: stepKey, due }: StepOf<'waitUntil'>,
  state: Planned,
  now: string,
  people?: People,
): { output: Output; settled?: boolean; decision?: Decision } {
  const passed = passedOf(stepKey, state)
  if (passed) return { output: passed }
  const moment = momentOf({ stepKey, due }, state, now, people)
  const data = { stepKey, ...moment }
  if (moment.at <= now) return { output: moment, settled: true, decision: { facts: [{ type: 'moment.passed', data }] } }
  if (entriesOf(state.timeline, 'moment.awaited').some((it) => it.data.stepKey === stepKey)) return { output: moment }
  return { output: moment, decision: { facts: [{ type: 'moment.awaited', data }], wakeAt: moment.at } }
}

/** Waits for moments that are to come yet, with when that is by the plan as it stands. */
const upcoming = (state: Planned & Pick<ShipmentState, 'waits'>, now: string, people?: People) =>
  state.waits.flatMap((wait) =>
    state.header.status !== 'CANCELLED' && wait.awaited.kind === 'until' && !passedOf(wait.awaited.stepKey, state)
      ? [{ wait, ...momentOf(wait.awaited, state, now, people) }]
      : [],
  )

/** Does a step wait for a moment that is counted in business hours? Then the tenant's calendars are read for it. */
export const countsHours = (waits: readonly Wait[]): boolean =>
  waits.some(({ awaited }) => awaited.kind === 'until' && awaited.due.businessHours !== undefined)

/** The earliest moment that a step waits for, UTC; none when no step waits for one. */
export const untilOf = (
  state: Planned & Pick<ShipmentState, 'waits'>,
  now: string,
  people?: People,
): string | undefined =>
  upcoming(state, now, people)
    .map(({ at }) => at)
    .sort()[0]

/** Waits whose moment has passed without anybody having said so, with the facts that say it. */
export function passedMoments(
  state: Planned & Pick<ShipmentState, 'waits'>,
  now: string,
  people?: People,
): { wait: Wait; output: Output; fact: Fact }[] {
  return upcoming(state, now, people)
    .filter(({ at }) => at <= now)
    .map(({ wait, at, basis }) => ({
      wait,
      output: { at, basis },
      fact: { type: 'moment.passed', data: { stepKey: wait.stepKey, at, basis } },
    }))
}
