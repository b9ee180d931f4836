/** Whether a shipment may be moved: rules over where it stands, where it would stand, and what that would do. */

import type { ShipmentStatus } from '../../../schemas/shipment'
import type { SopStep } from '../../../schemas/sop'
import type { PlanReason, Verdict } from '../../../schemas/sop-migration'
import { OPEN_TASK_STATUSES } from '../../../schemas/task'
import type { TimelineEntry } from '../../../schemas/timeline'
import { entriesOf } from '../../platform/timeline'
import type { ShipmentState } from '../../shipments/store'
import type { Forwarded } from './forward'
import { following, keyOf, type Steps, sameFrom } from './steps'

/** One version with what a start on it, as the shipment stands, comes to. */
export interface Side {
  version: number
  steps: Steps
  run: Forwarded
}

export interface Sides {
  state: ShipmentState
  current: Side
  target: Side
  /** What the start on the target writes and one on the current version does not. */
  news: readonly TimelineEntry[]
  /** The move changes a task. */
  changesTasks: boolean
}

type Found = Omit<PlanReason, 'code'>

interface Rule<Code> {
  code: Code
  find(sides: Sides): Found[]
}

export const ENDED: readonly ShipmentStatus[] = ['COMPLETED', 'CLOSED', 'CANCELLED']

const ended = ({ run }: Side) => run.status !== 'RUNNING' && !run.refused
const when = (holds: boolean, message: string): Found[] => (holds ? [{ message }] : [])

/** What is asked, said or charged once; under another key it would be so again. */
const WORK: readonly SopStep['step'][] = [
  'assignTask',
  'approve',
  'requestDocument',
  'notify',
  'addCharge',
  'screenParties',
  'startSubProcess',
]

/** Both steps have the same thing done, whatever their keys and dates. */
function sameWork(a: SopStep, b: SopStep): boolean {
  if (a.step !== b.step || !WORK.includes(a.step)) return false
  const named = (step: SopStep) => {
    const { title, documentType, from, template, code, type, billableOn, sop } = { ...NOTHING, ...step }
    return JSON.stringify([title, documentType, from, template, code, type, billableOn, sop])
  }
  return a.step === 'screenParties' || named(a) === named(b)
}
const NOTHING = {
  title: undefined,
  documentType: undefined,
  from: undefined,
  template: undefined,
  code: undefined,
  type: undefined,
  billableOn: undefined,
  sop: undefined,
}

const isDone = ({ tasks }: ShipmentState, key: string) => {
  const task = tasks.find(({ stepKey }) => stepKey === key)
  return task === undefined || (!OPEN_TASK_STATUSES.includes(task.status) && task.status !== 'CANCELLED')
}

function renamed({ state, current, target, news }: Sides): Found[] {
  const gone = [...current.steps.byKey.values()].filter(
    ({ key }) => !target.steps.byKey.has(key) && current.run.taken.has(key) && isDone(state, key),
  )
  const keys = new Set(news.flatMap(({ data }) => ('stepKey' in data && data.stepKey ? [data.stepKey] : [])))
  return [...keys].flatMap((stepKey) => {
    const step = target.steps.byKey.get(stepKey)
    const before = step && gone.find((it) => sameWork(it, step))
    return before
      ? [{ stepKey, message: `${stepKey} would have done again what was done under the key ${before.key}` }]
      : []
  })
}

/** It would wait for something before a step that the shipment has reached: for something new, or for something again. */
function blocks({ state, current, target }: Sides): Found[] {
  if (target.run.refused) return []
  const actual = state.waits.map(({ stepKey }) => stepKey).filter((stepKey) => current.steps.byKey.has(stepKey))
  const expected = new Set(keysAt(current, current.run.stands))
  const reached = new Set([...current.run.taken, ...actual])
  return target.run.stands.flatMap((name) => {
    const stepKey = keyOf(target.steps.places.get(name))
    if (stepKey === undefined || actual.includes(stepKey)) return []
    const later = keysAt(target, [...following(target.steps, [name])]).filter((key) => key !== stepKey)
    // Where its own version, started anew, would stand as well, only what it waits for now tells that it has passed.
    const after = later.find((key) => (expected.has(stepKey) ? actual.includes(key) : reached.has(key)))
    return after ? [{ stepKey, message: `It would wait at ${stepKey}, and has reached ${after} after it` }] : []
  })
}

const keysAt = ({ steps }: Side, names: readonly string[]) =>
  names.flatMap((name) => keyOf(steps.places.get(name)) ?? [])

function standingCharges({ state: { timeline }, current, target }: Sides): Found[] {
  const billed = new Set(
    entriesOf(timeline, 'invoice.issued', 'cost.accrued').flatMap(({ data }) => data.lines.map((it) => it.chargeId)),
  )
  return entriesOf(timeline, 'charge.added').flatMap(({ data: { stepKey, charge } }) => {
    const removed = stepKey !== undefined && current.steps.byKey.has(stepKey) && !target.steps.byKey.has(stepKey)
    return removed && !billed.has(charge.chargeId)
      ? [{ stepKey, message: `The charge of ${stepKey}, which the target has not, is not billed yet` }]
      : []
  })
}

/** A second person was asked, or has decided, and the target asks nobody. */
const lostApprovals = ({ current, target }: Sides): Found[] =>
  [...current.steps.byKey.values()].flatMap(({ step, key }) =>
    step === 'approve' && current.run.taken.has(key) && target.steps.byKey.get(key)?.step !== 'approve'
      ? [{ stepKey: key, message: `The target asks for no approval at ${key}, which the shipment has reached` }]
      : [],
  )

/** It would go on by itself, and nobody would wait for its end. */
function orphans({ state: { timeline }, target }: Sides): Found[] {
  const ended = new Set(entriesOf(timeline, 'subprocess.ended').map(({ data }) => data.stepKey))
  return entriesOf(timeline, 'subprocess.requested').flatMap(({ data: { stepKey, sopId } }) =>
    ended.has(stepKey) || target.steps.byKey.get(stepKey)?.step === 'startSubProcess'
      ? []
      : [{ stepKey, message: `The sub-process ${sopId} of ${stepKey}, which the target has not, runs` }],
  )
}

const STAY: readonly Rule<PlanReason['code']>[] = [
  {
    code: 'ENDED',
    find: ({ state }) => when(ENDED.includes(state.header.status), `The shipment is ${state.header.status}`),
  },
  {
    code: 'ENDING',
    find: ({ current }) => when(ended(current), 'Nothing is waited for any more: its own version ends by itself'),
  },
]

const MANUAL: readonly Rule<PlanReason['code']>[] = [
  {
    code: 'STEP_REFUSED',
    find: ({ target: { run } }) =>
      run.refused
        ? [{ stepKey: run.refused.key, message: `${run.refused.key} is refused: ${run.refused.message}` }]
        : [],
  },
  {
    code: 'FAILS',
    find: ({ target }) => when(ended(target) && target.run.status !== 'SUCCEEDED', 'The target version would fail'),
  },
  { code: 'BLOCKS', find: blocks },
  { code: 'RENAMED', find: renamed },
  {
    code: 'NEW_CRITICAL',
    find: ({ news }) =>
      entriesOf(news, 'exception.raised')
        .filter(({ data }) => data.severity === 'CRITICAL')
        .map(({ data: { stepKey, reason } }) => ({
          stepKey,
          message: `It would raise a critical exception: ${reason}`,
        })),
  },
  { code: 'APPROVAL_LOST', find: lostApprovals },
  { code: 'CHARGE_STANDS', find: standingCharges },
  { code: 'SUB_PROCESS', find: orphans },
]

/** What is left for the shipment is the same in both versions, and the move itself changes nothing. */
export const isSame = ({ current, target, news, changesTasks }: Sides) =>
  news.length === 0 && !changesTasks && sameFrom(current.steps, current.run.stands, target.steps, target.run.stands)

export function verdictOf(sides: Sides, includeUnchanged: boolean): { verdict: Verdict; reasons: PlanReason[] } {
  const found = (rules: readonly Rule<PlanReason['code']>[]) =>
    rules.flatMap(({ code, find }) => find(sides).map((it) => ({ code, ...it })))
  const [stay] = found(STAY)
  if (stay) return { verdict: 'STAY', reasons: [stay] }
  const manual = found(MANUAL)
  if (manual.length > 0) return { verdict: 'MANUAL', reasons: manual }
  if (!includeUnchanged && isSame(sides))
    return {
      verdict: 'STAY',
      reasons: [{ code: 'NO_DIFFERENCE', message: 'What is left for it is the same in both versions' }],
    }
  const where = sides.target.run.stands.join(', ')
  const message = where ? `It goes on at ${where}` : 'The target version has nothing left for it'
  return { verdict: 'MIGRATE', reasons: [{ code: 'SAFE', message }] }
}
