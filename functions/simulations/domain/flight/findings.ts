/** What a replay comes to: the measures in which two versions are compared. */
import { type JsonObject, textOf } from '../../../../engine/json'
import type { InternalRole } from '../../../../schemas/role'
import type { ReplayedCharge } from '../../../../schemas/sop-flight'
import { OPEN_TASK_STATUSES } from '../../../../schemas/task'
import type { TimelineData } from '../../../../schemas/timeline'
import { entriesOf } from '../../../platform/timeline'
import { chargesOf } from '../../../shipments/perspective'
import { flowOf, payloadOf, placesOf } from '../../../sops/domain/flow'
import { occurrencesOf } from '../../../tracking/domain'
import type { Replay } from './replay'

export interface Findings {
  completedAt?: string
  transitions: number
  tasks: Map<string, InternalRole>
  exceptions: Map<string, TimelineData<'exception.raised'>['severity']>
  /** `task review-charges`, `document request-invoice`, `delivery`. */
  breaches: Set<string>
  /** Steps that it waits for at the horizon, by key, with the state. */
  waiting: Map<string, { state: string; overdue: boolean }>
  /** When each charge became billable, by charge. */
  billable: Map<string, ReplayedCharge>
  notices: number
  assumed: string[]
}

/** Keys of the steps of a definition. */
export const keysOf = (definition: JsonObject): ReadonlySet<string> =>
  new Set(placesOf(flowOf(definition)).flatMap((place) => textOf(payloadOf(place).key) || []))

export function findingsOf({ run, completedAt, assumed }: Replay): Findings {
  const { timeline, tasks } = run.state
  const own = tasks.filter(({ stepKey }) => run.steps.some(({ key }) => key === stepKey))
  return {
    ...(completedAt === undefined ? {} : { completedAt }),
    transitions: run.transitions,
    tasks: new Map(own.map(({ stepKey, role }) => [stepKey, role])),
    exceptions: new Map(entriesOf(timeline, 'exception.raised').map(({ data }) => [data.stepKey, data.severity])),
    breaches: new Set([...lateTasks(run), ...lateDocuments(run), ...lateDelivery(run)]),
    waiting: waitingOf(run),
    billable: new Map(chargesBillable(run).map((charge) => [charge.chargeId, charge])),
    notices: entriesOf(timeline, 'notification.sent').length,
    assumed,
  }
}

type Run = Replay['run']

const lateTasks = ({ state: { tasks }, now }: Run) =>
  tasks.flatMap(({ stepKey, dueAt, status, closedAt }) => {
    const until = OPEN_TASK_STATUSES.includes(status) ? now : closedAt
    return dueAt !== undefined && until !== undefined && until > dueAt ? [`task ${stepKey}`] : []
  })

const lateDocuments = ({ state: { timeline }, now }: Run) =>
  entriesOf(timeline, 'document.requested').flatMap(({ data: { stepKey, documentType, dueAt } }) => {
    const come = entriesOf(timeline, 'document.verified').find(({ data }) => data.documentType === documentType)
    return dueAt !== undefined && (come?.recordedAt ?? now) > dueAt ? [`document ${stepKey}`] : []
  })

function lateDelivery({ state: { timeline, detail }, now }: Run): string[] {
  const delivered = occurrencesOf(timeline).find(({ milestone }) => milestone === 'DELIVERED')
  const promised = detail.promisedDelivery?.to
  return promised !== undefined && (delivered?.occurredAt ?? now) > promised ? ['delivery'] : []
}

function waitingOf(run: Run): Findings['waiting'] {
  const waiting: Findings['waiting'] = new Map()
  if (!run.running) return waiting
  for (const { state, stepKey } of run.standing) {
    const record = run.waits.find(({ key }) => key === stepKey)
    if (stepKey !== undefined && record)
      waiting.set(stepKey, { state, overdue: record.deadline !== undefined && record.deadline <= run.now })
  }
  return waiting
}

/** A line is billed when it is there and its milestone has been recorded. */
function chargesBillable({ state }: Run): ReplayedCharge[] {
  const added = new Map(entriesOf(state.timeline, 'charge.added').map((it) => [it.data.charge.chargeId, it.recordedAt]))
  const recorded = entriesOf(state.timeline, 'milestone.recorded')
  return chargesOf(state).flatMap(({ chargeId, type, amount, billableOn }) => {
    const reached = recorded.find(({ data }) => data.milestone === billableOn)
    if (!reached) return []
    const [, billableAt = reached.recordedAt] = [added.get(chargeId) ?? '', reached.recordedAt].sort()
    return [{ chargeId, type, amount, billableAt }]
  })
}
