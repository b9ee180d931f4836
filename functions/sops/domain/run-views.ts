/** The runs of a shipment's SOP and of its sub-processes, as the API shows them. Pure. */
import type { SopPin } from '../../../schemas/shipment'
import type { SopRun } from '../../../schemas/sop-run-view'
import type { Context } from '../../platform/context'
import { AppError } from '../../platform/errors'
import { entriesOf } from '../../platform/timeline'
import type { ShipmentState } from '../../shipments/store'
import { type FoundExecution, judge } from './heal'
import { hasEnded, type RestartAnswer, type RestartWhy, restartsOf } from './runs'

export const notStarted = () =>
  new AppError('conflict', 'sop.not_started', 'No SOP was started for the shipment; it is looked at again within a day')

const ended = () => new AppError('conflict', 'shipment.ended', 'The shipment or the sub-process has ended')

const seen = ({ run, sopId, version, executionArn }: SopPin, process: string | undefined) => ({
  run,
  ...(process === undefined ? {} : { process }),
  sopId,
  version,
  executionArn,
})

/** `latest` is the execution of the pin; the ones before it are told from the timeline. */
export function runsOf(
  state: ShipmentState,
  latest: FoundExecution | undefined,
  now: string,
  process?: string | undefined,
): SopRun[] {
  const restarts = restartsOf(state, process)
  const started = startOf(state, process)
  return [...started, ...restarts].map((entry, index) => {
    const next = restarts[index + 1 - started.length]
    const common = { ...seen(pinned(entry), process), startedAt: entry.recordedAt, ...whyOf(entry) }
    if (next) return { ...common, status: next.data.found ?? 'REPLACED', endedAt: next.recordedAt }
    return {
      ...common,
      status: latest ? statusOf(latest) : statusUnknown(state, now, process),
      ...(latest?.endedAt ? { endedAt: latest.endedAt } : {}),
    }
  })
}

const startOf = ({ timeline }: ShipmentState, process: string | undefined) =>
  process === undefined
    ? entriesOf(timeline, 'sop.started')
    : entriesOf(timeline, 'subprocess.started').filter(({ data }) => data.stepKey === process)

type PinEntry = ReturnType<typeof startOf>[number] | ReturnType<typeof restartsOf>[number]

/** Runs were not numbered before there could be a second one. */
const pinned = ({ data }: PinEntry): SopPin => ('to' in data ? data.to : { ...data, run: 1 })

const whyOf = ({ data, actor }: PinEntry) =>
  'to' in data ? { why: { kind: data.kind, reason: data.reason, by: actor.id } } : {}

const statusOf = ({ status }: FoundExecution): SopRun['status'] => (status === 'PENDING_REDRIVE' ? 'RUNNING' : status)

/** Step Functions forgets an execution 90 days after its end, and does not know one yet that is about to be started. */
function statusUnknown(state: ShipmentState, now: string, process: string | undefined): SopRun['status'] {
  if (state.header.status === 'CANCELLED') return 'ABORTED'
  if (hasEnded(state, process)) return 'SUCCEEDED'
  return judge(state, undefined, now, process).verdict === 'WAIT' ? 'RUNNING' : 'LOST'
}

/** What who restarts is answered. Throws for a shipment that has ended. */
export function restarted(
  answer: RestartAnswer,
  why: RestartWhy,
  { actor, now }: Context,
  process: string | undefined,
): SopRun {
  if (!('pin' in answer)) throw answer.outcome === 'ENDED' ? ended() : notStarted()
  const { kind, reason } = why
  return { ...seen(answer.pin, process), status: 'RUNNING', startedAt: now, why: { kind, reason, by: actor.id } }
}
