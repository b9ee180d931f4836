/** What moving one shipment to another version would do. Pure: same shipment, versions and time, same answer. */
import type { JsonObject } from '../../../engine/json'
import type { SopId } from '../../../schemas/sop'
import type { PlannedShipment, PlanReason, Standing } from '../../../schemas/sop-migration'
import type { Task } from '../../../schemas/task'
import type { Fact, TimelineEntry } from '../../../schemas/timeline'
import { entriesOf } from '../../platform/timeline'
import type { Decision, ShipmentState } from '../../shipments/store'
import { committed } from '../../sops/domain/virtual/facts'
import { forward, type Surroundings } from './forward'
import { keyOf, type Steps, stepsOf } from './steps'
import { type Change, cancellations, reopenings, revisions } from './tasks'
import { ENDED, type Side, verdictOf } from './verdict'

export interface Version {
  version: number
  definition: JsonObject
  steps: Steps
}
export const versionOf = (version: number, definition: JsonObject): Version => ({
  version,
  definition,
  steps: stepsOf(definition),
})

export interface Move {
  planned: PlannedShipment
  /** What is to be committed before the SOP is started anew. */
  decision: Decision
  /** Tasks as they were. */
  cancelled: Task[]
  revised: Task[]
}

export interface MoveRequest {
  sopId: SopId
  state: ShipmentState
  /** Undefined when the machine has none of it any more. */
  from: Version | undefined
  to: Version
  includeUnchanged: boolean
}

const NO_TASKS = { cancelled: [], created: [], reopened: [], revised: [] }

export async function planMove(request: MoveRequest, surroundings: Surroundings): Promise<Move> {
  const { state, from, to } = request
  const stay = standsStill(request)
  if (stay) return unmoved(state, stay)
  if (!from)
    return unmoved(state, { code: 'VERSION_GONE', message: `Version ${state.header.sop?.version} can not be read` })
  const opened = reopenings(state, to.steps)
  const before = committed(state, { tasks: opened.map(({ after }) => after), facts: [] }, surroundings.now)
  const current: Side = { ...from, run: await forward(from.definition, request.sopId, state, surroundings) }
  const target: Side = { ...to, run: await forward(to.definition, request.sopId, before, surroundings) }
  const cancelled = cancellations(state, from.steps, to.steps, target.run)
  const changed = revisions(state, from.steps, to.steps, cancelled, surroundings.people)
  const news = newsOf(current, target)
  const changesTasks = cancelled.length + changed.length + opened.length > 0
  const verdict = verdictOf({ state, current, target, news, changesTasks }, request.includeUnchanged)
  return {
    planned: {
      ...identityOf(state),
      ...verdict,
      standsAt: standingOf(current),
      willStandAt: standingOf(target),
      completes: target.run.status === 'SUCCEEDED',
      tasks: tasksOf(news, target, { cancelled, changed, opened }),
      ...saidAndCharged(news),
    },
    decision: decisionOf(state, { cancelled, changed, opened }, { from, to }, surroundings.now),
    cancelled,
    revised: changed.map((it) => it.before),
  }
}

const identityOf = ({ header }: ShipmentState) => ({
  shipmentId: header.shipmentId,
  ...(header.clientReference === undefined ? {} : { clientReference: header.clientReference }),
  shipmentVersion: header.version,
  from: header.sop?.version ?? 0,
})

function standsStill({ state: { header }, to }: MoveRequest): PlanReason | undefined {
  if (ENDED.includes(header.status)) return { code: 'ENDED', message: `The shipment is ${header.status}` }
  if (!header.sop) return { code: 'UNMANAGED', message: 'No SOP runs for it' }
  if (header.sop.version === to.version)
    return { code: 'ALREADY_THERE', message: `It runs on version ${to.version} already` }
  return undefined
}

const unmoved = (state: ShipmentState, reason: PlanReason): Move => ({
  planned: {
    ...identityOf(state),
    verdict: reason.code === 'VERSION_GONE' ? 'MANUAL' : 'STAY',
    reasons: [reason],
    standsAt: [],
    willStandAt: [],
    completes: false,
    tasks: NO_TASKS,
    exceptions: [],
    notices: [],
    charges: [],
  },
  decision: { facts: [] },
  cancelled: [],
  revised: [],
})

/** The same entry: its type and the step that wrote it. */
const mark = ({ type, data }: TimelineEntry) => `${type} ${'stepKey' in data ? data.stepKey : JSON.stringify(data)}`

/** What the current version is about to write by itself is no news of the move. */
function newsOf(current: Side, target: Side): TimelineEntry[] {
  const anyway = new Set(current.run.written.map(mark))
  return target.run.written.filter((entry) => !anyway.has(mark(entry)))
}

const standingOf = ({ steps, run }: Side): Standing[] =>
  run.stands.map((state) => {
    const key = keyOf(steps.places.get(state))
    return { state, ...(key === undefined ? {} : { key }) }
  })

interface Changes {
  cancelled: Task[]
  changed: Change[]
  opened: Change[]
}

function tasksOf(news: readonly TimelineEntry[], { run }: Side, changes: Changes): PlannedShipment['tasks'] {
  const named = ({ taskId, stepKey, role, title }: Task) => ({ taskId, stepKey, role, title })
  const terms = ({ role, title, dueAt }: Task) => ({ role, title, ...(dueAt === undefined ? {} : { dueAt }) })
  const assigned = new Set(entriesOf(news, 'task.assigned').map(({ data }) => data.taskId))
  return {
    cancelled: changes.cancelled.map((task) => ({
      ...named(task),
      ...(task.assignee === undefined ? {} : { assignee: task.assignee }),
    })),
    created: run.state.tasks
      .filter(({ taskId }) => assigned.has(taskId))
      .map((task) => ({ ...named(task), ...(task.dueAt === undefined ? {} : { dueAt: task.dueAt }) })),
    reopened: changes.opened.map(({ after }) => named(after)),
    revised: changes.changed.map(({ before, after }) => ({
      taskId: before.taskId,
      stepKey: before.stepKey,
      before: terms(before),
      after: terms(after),
    })),
  }
}

const saidAndCharged = (
  news: readonly TimelineEntry[],
): Pick<PlannedShipment, 'exceptions' | 'notices' | 'charges'> => ({
  exceptions: entriesOf(news, 'exception.raised').map(({ data: { stepKey, severity, reason } }) => ({
    stepKey,
    severity,
    reason,
  })),
  notices: entriesOf(news, 'notification.sent').map(({ data: { stepKey, template, audience } }) => ({
    stepKey,
    template,
    audience,
  })),
  charges: entriesOf(news, 'charge.added').map(({ data: { charge } }) => ({
    chargeId: charge.chargeId,
    code: charge.code,
    amount: charge.amount,
  })),
})

function decisionOf(
  state: ShipmentState,
  changes: Changes,
  { from, to }: { from: Version; to: Version },
  now: string,
): Decision {
  const reason = `Moved from version ${from.version} of the SOP to ${to.version}`
  return {
    tasks: [
      ...changes.cancelled.map((task): Task => ({ ...task, status: 'CANCELLED', closedAt: now, reason })),
      ...[...changes.changed, ...changes.opened].map(({ after }) => after),
    ],
    facts: [
      ...changes.cancelled.map((task) => cancelledFact(task, reason)),
      ...changes.changed.map(({ after }) => revisedFact(after, reason)),
      ...changes.opened.map(({ after }) => reopenedFact(after, reason)),
      ...needlessExceptions(state, from.steps, to),
    ],
  }
}

const identity = ({ taskId, stepKey, role }: Task) => ({ taskId, stepKey, role })
const due = ({ dueAt }: Task) => (dueAt === undefined ? {} : { dueAt })
export const cancelledFact = (task: Task, reason: string): Fact => ({
  type: 'task.cancelled',
  data: { ...identity(task), reason },
})
export const revisedFact = (task: Task, reason: string): Fact => ({
  type: 'task.revised',
  data: { ...identity(task), title: task.title, ...due(task), reason },
})
export const reopenedFact = (task: Task, reason: string): Fact => ({
  type: 'task.reopened',
  data: { ...identity(task), reason },
})

/** Exceptions that said a step was late are resolved when there is no such step any more. */
export function needlessExceptions({ timeline }: ShipmentState, from: Steps, to: Version): Fact[] {
  const resolved = new Set(entriesOf(timeline, 'exception.resolved').map(({ data }) => data.stepKey))
  return entriesOf(timeline, 'exception.raised').flatMap(({ data: { stepKey, concerns } }): Fact[] =>
    concerns !== undefined && from.byKey.has(concerns) && !to.steps.byKey.has(concerns) && !resolved.has(stepKey)
      ? [{ type: 'exception.resolved', data: { stepKey, reason: `Version ${to.version} has no step ${concerns}` } }]
      : [],
  )
}
