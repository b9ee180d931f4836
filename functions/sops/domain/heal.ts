/** Whether a shipment's execution is sound, and what to do when it is not. Pure. */
import type { SopPin } from '../../../schemas/shipment'
import type { SopFailure } from '../../../schemas/sop-run'
import type { TimelineEntry } from '../../../schemas/timeline'
import { entriesOf, openExceptions } from '../../platform/timeline'
import type { Decision, ShipmentState } from '../../shipments/store'
import { FAILED, GIVEN_UP, type RestartWhy } from './runs'

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
const STARTS_WITHIN = 5 * MINUTE
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

export function judge(state: ShipmentState, found: FoundExecution | undefined, now: string): Verdict {
  if (!found) {
    const until = later(pinnedAt(state), STARTS_WITHIN)
    return now < until ? { verdict: 'WAIT', until } : failed(state, undefined, now)
  }
  if (found.status === 'RUNNING') return running(state, found, now)
  if (found.status === 'SUCCEEDED' || found.status === 'PENDING_REDRIVE') return { verdict: 'SOUND' }
  return failed(state, found, now)
}

function running(state: ShipmentState, { startedAt, events = 0 }: FoundExecution, now: string): Verdict {
  const days = Math.floor(since(startedAt, now) / DAY)
  if (events > MOST_EVENTS || since(startedAt, now) > OLDEST)
    return { verdict: 'RESTART', why: { kind: 'RENEWED', reason: `It ran for ${days} days and had ${events} events` } }
  const until = later(startedAt, PROVEN_AFTER)
  return healed(state).length > 0 && now < until ? { verdict: 'WAIT', until } : { verdict: 'SOUND' }
}

function failed(state: ShipmentState, found: FoundExecution | undefined, now: string): Verdict {
  if (openExceptions(state.timeline).some(({ data }) => data.stepKey === GIVEN_UP)) return { verdict: 'GIVEN_UP' }
  const heals = healsOf(state.timeline)
  const today = heals.filter(({ recordedAt }) => since(recordedAt, now) < DAY)
  const last = heals.at(-1)
  const pause = PAUSES[today.length]
  if (pause === undefined || inVain(state.timeline) >= MOST_IN_VAIN) return { verdict: 'GIVE_UP' }
  const until = last && later(last.recordedAt, pause)
  if (until !== undefined && now < until) return { verdict: 'WAIT', until }
  const status = found?.status as SopFailure | undefined
  return { verdict: 'RESTART', why: { kind: 'HEALED', found: status ?? 'LOST', reason: reasonOf(found) } }
}

const MAX_REASON = 300
const reasonOf = (found: FoundExecution | undefined) =>
  found
    ? [found.status, found.error, found.cause].filter(Boolean).join(': ').slice(0, MAX_REASON)
    : 'Step Functions does not know the execution'

const pinsOf = (timeline: readonly TimelineEntry[]) => entriesOf(timeline, 'sop.started', 'sop.restarted')

const pinnedAt = ({ timeline, header }: ShipmentState): string =>
  pinsOf(timeline).at(-1)?.recordedAt ?? header.createdAt

/** Restarts that nobody asked for, since somebody last did. */
function healsOf(timeline: readonly TimelineEntry[]) {
  const restarts = entriesOf(timeline, 'sop.restarted')
  const asked = restarts.findLastIndex(({ data }) => data.kind !== 'HEALED' && data.kind !== 'RENEWED')
  return restarts.slice(asked + 1).filter(({ data }) => data.kind === 'HEALED')
}

/** Heals since a step last wrote something. */
function inVain(timeline: readonly TimelineEntry[]): number {
  const progress = timeline.findLast(({ actor }) => actor.kind === 'SYSTEM' && actor.id.startsWith('sop/'))
  return healsOf(timeline).filter(({ sequence }) => sequence > (progress?.sequence ?? 0)).length
}

/** Exceptions of runs before this one, which it has shown to be over. */
const healed = ({ timeline }: ShipmentState) => {
  const pinned = pinsOf(timeline).at(-1)?.sequence ?? 0
  return openExceptions(timeline).filter(
    ({ data, sequence }) => sequence < pinned && (data.stepKey === FAILED || data.stepKey === GIVEN_UP),
  )
}

/** A run that goes on resolves what its predecessors' failures raised. */
export const decideSound = (state: ShipmentState): { decision: Decision; answer: undefined } => ({
  decision: {
    facts: healed(state).map(({ data: { stepKey } }) => ({
      type: 'exception.resolved',
      data: { stepKey, reason: `Run ${state.header.sop?.run} goes on` },
    })),
  },
  answer: undefined,
})

/** From now on the shipment is left to people; said once, until somebody has restarted the SOP. */
export function decideGiveUp(
  state: ShipmentState,
  { run }: SopPin,
  found: FoundExecution | undefined,
): { decision: Decision; answer: undefined } {
  const known = openExceptions(state.timeline).some(({ data }) => data.stepKey === GIVEN_UP)
  const reason = `Run ${run} was the last that was tried by itself. ${reasonOf(found)}`
  return {
    decision: {
      facts: known
        ? []
        : [{ type: 'exception.raised', data: { stepKey: GIVEN_UP, severity: 'CRITICAL', reason, owner: 'SOP_ADMIN' } }],
    },
    answer: undefined,
  }
}
