/** Sub-processes: other SOPs of the same shipment, beside its own. Their steps have keys that begin with that of the step that started them. */
import type { SopPin } from '../../../schemas/shipment'
import type { SopStep, StepOf } from '../../../schemas/sop'
import type { Fact } from '../../../schemas/timeline'
import { entriesOf } from '../../platform/timeline'
import type { Decision, ShipmentState } from '../../shipments/store'
import { managed } from './catalogue'
import { currentPin, type Run, runOf, UNMANAGED, within } from './runs'
import type { Output } from './waits'

type Told = Pick<ShipmentState, 'timeline'>

/** A step as its shipment sees it. */
export function placed(step: SopStep): Run & { step: SopStep } {
  const run = runOf(step.shipmentId)
  return { ...run, step: run.process === undefined ? step : keyed(step, run.process) }
}

function keyed(step: SopStep, process: string): SopStep {
  const own = { ...step, key: within(process, step.key) }
  if (own.step === 'raiseException' && own.concerns !== undefined)
    return { ...own, concerns: within(process, own.concerns) }
  return own.step === 'approve' ? { ...own, notBy: own.notBy.map((key) => within(process, key)) } : own
}

const about = (state: Told, type: 'subprocess.requested' | 'subprocess.started' | 'subprocess.ended', key: string) =>
  entriesOf(state.timeline, type).find(({ data }) => data.stepKey === key)

/** Asks for the start of a sub-process, once; `functions/sops/reactions.ts` starts it. */
export function startSubProcess(
  { key: stepKey, sop: sopId }: StepOf<'startSubProcess'>,
  state: Told,
): { output: Output; decision?: Decision } {
  const output = { process: stepKey, sopId }
  if (about(state, 'subprocess.requested', stepKey)) return { output }
  return { output, decision: { facts: [{ type: 'subprocess.requested', data: { stepKey, sopId } }] } }
}

/** What the end of a sub-process answers; undefined while it runs. */
export function endOf(process: string, state: Told): Output | undefined {
  return about(state, 'subprocess.ended', process) && { process }
}

/** The last step of a sub-process leaves the shipment as it is. */
export function endProcess(process: string, state: Told): { output: Output; decision?: Decision } {
  const output = { process }
  if (about(state, 'subprocess.ended', process)) return { output }
  return { output, decision: { facts: [{ type: 'subprocess.ended', data: { stepKey: process } }] } }
}

type Running = Pick<ShipmentState, 'header' | 'timeline'>

/** Is it still to be started? */
export const isWanted = (state: Running, process: string): boolean =>
  state.header.status !== 'CANCELLED' && !about(state, 'subprocess.started', process)

/** Sub-processes that were asked for by `before`, UTC, and are still to be started. */
export const unstarted = (state: Running, before: string) =>
  entriesOf(state.timeline, 'subprocess.requested').flatMap(({ data, recordedAt }) =>
    recordedAt <= before && isWanted(state, data.stepKey) ? [data] : [],
  )

/** Notes what runs; `stop` when the shipment was cancelled while it was being started. */
export function decideProcessPin(
  state: ShipmentState,
  process: string,
  pin: SopPin,
): { decision: Decision; answer: 'pinned' | 'stop' } {
  if (state.header.status === 'CANCELLED') return { decision: { facts: [] }, answer: 'stop' }
  const started: Fact = { type: 'subprocess.started', data: { stepKey: process, ...pin } }
  const facts = about(state, 'subprocess.started', process)
    ? []
    : [started, ...managed(state, within(process, UNMANAGED))]
  return { decision: { facts }, answer: 'pinned' }
}

/** Keys of the sub-processes that were started, in that order. */
export const processesOf = ({ timeline }: Told): string[] =>
  entriesOf(timeline, 'subprocess.started').map(({ data }) => data.stepKey)

/** Is there a sub-process that was asked for and has not ended? */
export const runsProcesses = (state: Told): boolean =>
  entriesOf(state.timeline, 'subprocess.requested').some(({ data }) => !about(state, 'subprocess.ended', data.stepKey))

/** What runs the sub-processes that have not ended. */
export const runningProcesses = (state: Running): { process: string; pin: SopPin }[] =>
  processesOf(state).flatMap((process) => {
    const pin = currentPin(state, process)
    return pin && !about(state, 'subprocess.ended', process) ? [{ process, pin }] : []
  })
