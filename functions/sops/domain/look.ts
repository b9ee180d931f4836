/** What a look at a shipment finds: what has come due, which waits are settled, and when to look again. Pure. */

import { OPEN_TASK_STATUSES } from '../../../schemas/task'
import type { Fact } from '../../../schemas/timeline'
import type { Wait } from '../../../schemas/wait'
import type { People } from '../../people/domain/calendars'
import type { Decision, ShipmentState } from '../../shipments/store'
import { escalatesAt, escalations } from '../../tasks/domain/escalation'
import { type Lateness, lateAt, overdue } from './deadlines'
import { passedMoments, untilOf } from './moments'
import { runsProcesses } from './processes'
import { type Output, resolutions, settledWaits } from './waits'

/** A shipment for which nothing comes due is looked at this often: what was lost is found then. */
const CHECK_MS = 24 * 3600_000

/** Facts that are due, and the waits whose tokens can be answered. The second time, no facts. `lateness` is of waits whose deadlines have moved. */
export function decideLook(
  state: ShipmentState,
  now: string,
  people?: People,
  lateness: readonly Lateness[] = [],
): {
  decision: Decision
  answer: { wait: Wait; output: Output }[]
} {
  const passed = passedMoments(state, now, people)
  const settled = [...settledWaits(state), ...passed.map(({ wait, output }) => ({ wait, output }))]
  const done = state.tasks.filter(({ status }) => !OPEN_TASK_STATUSES.includes(status))
  const stepKeys = new Set([...settled.map(({ wait }) => wait), ...done].map(({ stepKey }) => stepKey))
  const late = overdue(lateness, state, now, people)
  const { facts, tasks } = escalations(state, now, people)
  // Of a task that is late by the SOP as well, the SOP speaks.
  const said = new Set(late.map(concerned))
  const climbed = facts.filter((fact) => fact.type !== 'exception.raised' || !said.has(concerned(fact)))
  const told = [...passed.map(({ fact }) => fact), ...resolutions(state, [...stepKeys]), ...late, ...climbed]
  return { decision: { facts: told, tasks }, answer: settled }
}

const concerned = (fact: Fact) => (fact.type === 'exception.raised' ? fact.data.concerns : undefined)

/**
 * When to look at the shipment next, UTC, at `soon` if nothing is due before; never again once it has ended and nobody has
 * anything to do any more. A sub-process may go on after the end of its shipment.
 */
export function nextLook(
  state: Pick<ShipmentState, 'header' | 'detail' | 'tasks' | 'timeline' | 'waits'>,
  now: string,
  people?: People,
  soon?: string,
  lateness: readonly Lateness[] = [],
): string | undefined {
  const { status } = state.header
  const ended = status === 'COMPLETED' || status === 'CLOSED'
  const over = status === 'CANCELLED' || (ended && !runsProcesses(state))
  const checks = over ? [] : [soon, new Date(Date.parse(now) + CHECK_MS).toISOString()]
  const late = over ? undefined : lateAt(lateness, state, now, people)
  return [...checks, late, escalatesAt(state), untilOf(state, now, people)].filter((at) => at !== undefined).sort()[0]
}
