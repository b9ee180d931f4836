/** Whether a shipment's execution is sound, and what to do when it is not. Pure. */
import type { SopPin } from '../../../schemas/shipment'
import type { SopFailure } from '../../../schemas/sop-run'
import type { TimelineEntry } from '../../../schemas/timeline'
import { entriesOf, openExceptions } from '../../platform/timeline'
import type { Decision, ShipmentState } from '../../shipments/store'
import { GIVEN_UP, isFailure, processOf, type RestartWhy, restartsOf, within } from './runs'

/** An execution as Step Functions describes it. */
export interface FoundExecution {
  status: 'RUNNING' | 'SUCCEEDED' | Exclude<SopFailure, 'LOST'> | 'PENDING_REDRIVE'
  /** UTC. */
  startedAt: string
  endedAt?: string | undefined
  error?: string | undefined
  cause?: string | undefined
  /** In its history, where they were counted. */
  events?: number
}

export type Verdict =
  | { verdict: 'SOUND' | 'GIVE_UP' | 'GIVEN_UP' }
  /** Nothing is to be done yet. */
  | { verdict: 'WAIT'; until: string }
  | { verdict: 'RESTART'; why: RestartWhy }

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Between the pin and the execution lie a few seconds, and more while Step Functions is away. */
export const STARTS_WITHIN = 5 * MINUTE
/** Before the first, second and third restart within a day; there is no fourth. */
const PAUSES = [0, 15 * MINUTE, 2 * HOUR]
/** Restarts without any step that wrote something between them. */
const MOST_IN_VAIN = 10
/** Of the 25,000 events that a history may have, and of the year that an execution may run. */
const MOST_EVENTS = 20_000
const OLDEST = 300 * DAY
/** A run that has been under way for this long is sound. */
const PROVEN_AFTER = HOUR

const later = (at: string, ms: number) => new Date(Date.parse(at) + ms).toISOString()
const since = (at: string, now: string) => Date.parse(now) - Date.parse(at)

/** Of a sub-process, or of the shipment's own SOP. */
export function judge(
  state: ShipmentState,
  found: FoundExecution | undefined,
  now: string,
  process?: string | undefined,
): Verdict {
  if (!found) {
    const until = later(pinnedAt(state, process), STARTS_WITHIN)
    return now < until ? { verdict: 'WAIT', until } : failed(state, undefined, now, process)
  }
  if (found.status === 'RUNNING') return running(state, found, now, process)
  if (found.status === 'SUCCEEDED' || found.status === 'PENDING_REDRIVE') return { verdict: 'SOUND' }
  return failed(state, found, now, process)
}

function running(
  state: ShipmentState,
  { startedAt, events = 0 }: FoundExecution,
  now: string,
  process: string | undefined,
): Verdict {
  const days = Math.floor(since(startedAt, now) / DAY)
  if (events > MOST_EVENTS || since(startedAt, now) > OLDEST)
    return { verdict: 'RESTART', why: { kind: 'RENEWED', reason: `It ran for ${days} days and had ${events} events` } }
  const until = later(startedAt, PROVEN_AFTER)
  return healed(state, process).length > 0 && now < until ? { verdict: 'WAIT', until } : { verdict: 'SOUND' }
}

function failed(
  state: ShipmentState,
  found: FoundExecution | undefined,
  now: string,
  process: string | undefined,
): Verdict {
  if (isGivenUp(state, process)) return { verdict: 'GIVEN_UP' }
  const heals = healsOf(state, process)
  const today = heals.filter(({ recordedAt }) => since(recordedAt, now) < DAY)
  const last = heals.at(-1)
  const pause = PAUSES[today.length]
  if (pause === undefined || inVain(state, process) >= MOST_IN_VAIN) return { verdict: 'GIVE_UP' }
  const until = last && later(last.recordedAt, pause)
  if (until !== undefined && now < until) return { verdict: 'WAIT', until }
  const status = found?.status as SopFailure | undefined
  return { verdict: 'RESTART', why: { kind: 'HEALED', found: status ?? 'LOST', reason: reasonOf(found) } }
}

const isGivenUp = ({ timeline }: ShipmentState, process: string | undefined) =>
  openExceptions(timeline).some(({ data }) => data.stepKey === within(process, GIVEN_UP))

const MAX_REASON = 300
const reasonOf = (found: FoundExecution | undefined) =>
  found
    ? [found.status, found.error, found.cause].filter(Boolean).join(': ').slice(0, MAX_REASON)
    : 'Step Functions does not know the execution'

/** The entry that pinned the current run. */
const pinning = (state: ShipmentState, process: string | undefined): TimelineEntry | undefined =>
  restartsOf(state, process).at(-1) ??
  (process === undefined
    ? entriesOf(state.timeline, 'sop.started').at(-1)
    : entriesOf(state.timeline, 'subprocess.started').find(({ data }) => data.stepKey === process))

const pinnedAt = (state: ShipmentState, process: string | undefined): string =>
  pinning(state, process)?.recordedAt ?? state.header.createdAt

/** Restarts that nobody asked for, since somebody last did. */
function healsOf(state: ShipmentState, process: string | undefined) {
  const restarts = restartsOf(state, process)
  const asked = restarts.findLastIndex(({ data }) => data.kind !== 'HEALED' && data.kind !== 'RENEWED')
  return restarts.slice(asked + 1).filter(({ data }) => data.kind === 'HEALED')
}

const STEP = 'sop/'

/** Heals since a step last wrote something. */
function inVain(state: ShipmentState, process: string | undefined): number {
  const progress = state.timeline.findLast(
    ({ actor: { kind, id } }) =>
      kind === 'SYSTEM' && id.startsWith(STEP) && processOf(id.slice(STEP.length)) === process,
  )
  return healsOf(state, process).filter(({ sequence }) => sequence > (progress?.sequence ?? 0)).length
}

/** Exceptions of runs before this one, which it has shown to be over. */
const healed = (state: ShipmentState, process: string | undefined) => {
  const pinned = pinning(state, process)?.sequence ?? 0
  return openExceptions(state.timeline).filter(({ data, sequence }) => sequence < pinned && isFailure(data, process))
}

/** A run that goes on resolves what its predecessors' failures raised. */
export const decideSound = (
  state: ShipmentState,
  { run }: SopPin,
  process?: string | undefined,
): { decision: Decision; answer: undefined } => ({
  decision: {
    facts: healed(state, process).map(({ data: { stepKey } }) => ({
      type: 'exception.resolved',
      data: { stepKey, reason: `Run ${run} goes on` },
    })),
  },
  answer: undefined,
})

/** From now on the shipment is left to people; said once, until somebody has restarted the SOP. */
export function decideGiveUp(
  state: ShipmentState,
  { run }: SopPin,
  found: FoundExecution | undefined,
  process?: string | undefined,
): { decision: Decision; answer: undefined } {
  const stepKey = within(process, GIVEN_UP)
  const reason = `Run ${run} was the last that was tried by itself. ${reasonOf(found)}`
  return {
    decision: {
      facts: isGivenUp(state, process)
        ? []
        : [{ type: 'exception.raised', data: { stepKey, severity: 'CRITICAL', reason, owner: 'SOP_ADMIN' } }],
    },
    answer: undefined,
  }
}
