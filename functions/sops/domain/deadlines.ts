/**
 * Deadlines of waits that an amendment has moved. A machine keeps the seconds that its wait was given; what it would raise
 * then, a look raises in time. Both are the same step, which is taken once for a shipment and key. Pure.
 */
import type { JsonObject } from '../../../engine/json'
import type { Due } from '../../../schemas/due'
import type { SopPin } from '../../../schemas/shipment'
import type { StepOf } from '../../../schemas/sop'
import type { Fact } from '../../../schemas/timeline'
import type { People } from '../../people/domain/calendars'
import { entriesOf } from '../../platform/timeline'
import type { ShipmentState } from '../../shipments/store'
import { dueAt } from './anchors'
import { catchersOf, flowOf, isExpression, isWait, payloadOf, placesOf, stepOf } from './flow'
import { placed, runningProcesses } from './processes'
import { currentPin, restartsOf, runName, within } from './runs'
import { decideStep } from './steps'

/** The step that a definition takes when a wait is late by the plan. */
export interface Lateness {
  step: StepOf<'raiseException'>
  /** Key of the wait. */
  concerns: string
  unlessBefore: Due
}

/** Of a definition: what its waits lead to at once when they are late, where that is a moment of the plan. */
export const latenessIn = (definition: JsonObject): Lateness[] =>
  placesOf(flowOf(definition))
    .filter(isWait)
    .flatMap((wait) => {
      const way = catchersOf(wait).find(({ errors }) => errors.includes('States.Timeout'))
      const place = wait.flow.places.get(way?.next ?? '')
      const step = place && !isExpression(payloadOf(place).reason) ? stepOf(place) : undefined
      if (step?.step !== 'raiseException') return []
      const { concerns, unlessBefore } = step
      if (concerns === undefined || concerns !== payloadOf(wait).key) return []
      return unlessBefore === undefined || unlessBefore.anchor === 'STEP' ? [] : [{ step, concerns, unlessBefore }]
    })

type Planned = Pick<ShipmentState, 'header' | 'timeline'>

interface Begun {
  pin: SopPin
  process?: string
}

/** What runs since before the plan was changed, so that it keeps to deadlines of another plan. */
export function outdated(state: Planned): Begun[] {
  const amended = entriesOf(state.timeline, 'shipment.amended').at(-1)?.sequence ?? 0
  if (amended === 0) return []
  const own = currentPin(state, undefined)
  const all: Begun[] = [...(own ? [{ pin: own }] : []), ...runningProcesses(state)]
  return all.filter((it) => begunAt(state, it) < amended)
}

/** Sequence of the entry since which it runs. */
const begunAt = ({ timeline }: Planned, { process }: Begun): number =>
  restartsOf({ timeline }, process).at(-1)?.sequence ??
  (process === undefined
    ? entriesOf(timeline, 'sop.started').at(-1)
    : entriesOf(timeline, 'subprocess.started').find(({ data }) => data.stepKey === process)
  )?.sequence ??
  0

/** As the shipment sees it: with the keys of its own SOP, or those of a sub-process in which it is. */
export function placedLateness(lateness: Lateness, { header: { shipmentId } }: Planned, process?: string): Lateness {
  const { step } = placed({ ...lateness.step, shipmentId: runName({ shipmentId, run: 1, process }) })
  return step.step === 'raiseException' ? { ...lateness, step, concerns: within(process, lateness.concerns) } : lateness
}

const isWaitedFor = ({ concerns }: Lateness, { waits }: Pick<ShipmentState, 'waits'>) =>
  waits.some(({ stepKey }) => stepKey === concerns)

/** What is to be raised by now. The second time, nothing. */
export const overdue = (lateness: readonly Lateness[], state: ShipmentState, now: string, people?: People): Fact[] =>
  lateness
    .filter((it) => isWaitedFor(it, state))
    .flatMap((it) => decideStep(it.step, state, { now, denied: [], ...(people ? { people } : {}) }).decision.facts)

/** The next moment at which a wait will be late, UTC. */
export const lateAt = (
  lateness: readonly Lateness[],
  state: Pick<ShipmentState, 'header' | 'detail' | 'waits'>,
  now: string,
  people?: People,
): string | undefined =>
  lateness
    .filter((it) => isWaitedFor(it, state))
    .map(({ unlessBefore }) => dueAt(unlessBefore, state, now, people).at)
    .filter((at) => at > now)
    .sort()[0]
