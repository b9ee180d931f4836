/** The runs of a shipment's SOP, as the API shows them. Pure. */
import type { SopPin } from '../../../schemas/shipment'
import type { SopRun } from '../../../schemas/sop-run-view'
import type { Context } from '../../platform/context'
import { AppError } from '../../platform/errors'
import { entriesOf } from '../../platform/timeline'
import type { ShipmentState } from '../../shipments/store'
import { type FoundExecution, judge } from './heal'
import type { RestartAnswer, RestartWhy } from './runs'

export const notStarted = () =>
  new AppError('conflict', 'sop.not_started', 'No SOP was started for the shipment; it is looked at again within a day')

const ended = () => new AppError('conflict', 'shipment.ended', 'The shipment has ended, and its SOP with it')

const seen = ({ run, sopId, version, executionArn }: SopPin) => ({ run, sopId, version, executionArn })

/** `latest` is the execution of the pin; the ones before it are told from the timeline. */
export function runsOf(state: ShipmentState, latest: FoundExecution | undefined, now: string): SopRun[] {
  const pins = entriesOf(state.timeline, 'sop.started', 'sop.restarted')
  return pins.map((entry, index) => {
    const next = entriesOf(pins.slice(index + 1), 'sop.restarted')[0]
    const common = { ...seen(pinned(entry)), startedAt: entry.recordedAt, ...whyOf(entry) }
    if (next) return { ...common, status: next.data.found ?? 'REPLACED', endedAt: next.recordedAt }
    return {
      ...common,
      status: latest ? statusOf(latest) : statusUnknown(state, now),
      ...(latest?.endedAt ? { endedAt: latest.endedAt } : {}),
    }
  })
}

type PinEntry = ReturnType<typeof entriesOf<'sop.started' | 'sop.restarted'>>[number]

/** Runs were not numbered before there could be a second one. */
const pinned = (entry: PinEntry): SopPin => (entry.type === 'sop.restarted' ? entry.data.to : { ...entry.data, run: 1 })

const whyOf = (entry: PinEntry) =>
  entry.type === 'sop.restarted'
    ? { why: { kind: entry.data.kind, reason: entry.data.reason, by: entry.actor.id } }
    : {}

const statusOf = ({ status }: FoundExecution): SopRun['status'] => (status === 'PENDING_REDRIVE' ? 'RUNNING' : status)

/** Step Functions forgets an execution 90 days after its end, and does not know one yet that is about to be started. */
function statusUnknown(state: ShipmentState, now: string): SopRun['status'] {
  if (state.header.status === 'CANCELLED') return 'ABORTED'
  if (state.header.status === 'COMPLETED' || state.header.status === 'CLOSED') return 'SUCCEEDED'
  return judge(state, undefined, now).verdict === 'WAIT' ? 'RUNNING' : 'LOST'
}

/** What who restarts is answered. Throws for a shipment that has ended. */
export function restarted(answer: RestartAnswer, why: RestartWhy, { actor, now }: Context): SopRun {
  if (!('pin' in answer)) throw answer.outcome === 'ENDED' ? ended() : notStarted()
  const { kind, reason } = why
  return { ...seen(answer.pin), status: 'RUNNING', startedAt: now, why: { kind, reason, by: actor.id } }
}
