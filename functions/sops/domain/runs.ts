/** Runs of a shipment's SOP: how they are named, and how one takes the place of another. Pure. */
import type { ShipmentStatus, SopPin } from '../../../schemas/shipment'
import type { SopRestart } from '../../../schemas/sop-run'
import type { Fact } from '../../../schemas/timeline'
import { entriesOf, openExceptions } from '../../platform/timeline'
import type { Decision, ShipmentState } from '../../shipments/store'

export interface Run {
  shipmentId: string
  run: number
  /** The sub-process that it is of: key of the step that started it; the shipment's own SOP when absent. */
  process?: string | undefined
}

/** The name of the execution, and what each of its steps calls the shipment. */
export const runName = ({ shipmentId, run, process }: Run): string =>
  `${shipmentId}${run === 1 ? '' : `-${run}`}${process === undefined ? '' : `.${process}`}`

export function runOf(name: string): Run {
  // A key has dashes of its own, so what names the process is parted first.
  const [own = name, process] = name.split('.')
  const [shipmentId = own, run = '1'] = own.split('-')
  return { shipmentId, run: Number(run), ...(process === undefined ? {} : { process }) }
}

/** What a shipment pins for a run. In the order of the schema: the header is stored as it is parsed, and costs a write less. */
export const pinOf = (
  { sopId, versionArn, version }: Pick<SopPin, 'sopId' | 'version' | 'versionArn'>,
  run: Run,
): SopPin => {
  const machine = versionArn.replace(/:\d+$/, '')
  const executionArn = `${machine.replace(':stateMachine:', ':execution:')}:${runName(run)}`
  return { sopId, versionArn, version, executionArn, run: run.run }
}

/** Between the key of a sub-process and those of its steps. Keys are kebab-case, so none of an SOP has two dashes in a row. */
const WITHIN = '--'

/** A key as the shipment sees it: of the SOP's own, or of one of its sub-processes. */
export const within = (process: string | undefined, key: string): string =>
  process === undefined ? key : process + WITHIN + key

/** The sub-process that has a key; undefined for one of the shipment's own SOP. */
export function processOf(stepKey: string): string | undefined {
  const at = stepKey.lastIndexOf(WITHIN)
  return at < 0 ? undefined : stepKey.slice(0, at)
}

type Told = Pick<ShipmentState, 'timeline'>

/** Restarts of the shipment's own SOP, or of a sub-process, the first one first. */
export const restartsOf = ({ timeline }: Told, process: string | undefined) =>
  process === undefined
    ? entriesOf(timeline, 'sop.restarted')
    : entriesOf(timeline, 'subprocess.restarted').filter(({ data }) => data.stepKey === process)

/** What runs, or ran last: the shipment's own SOP, or a sub-process of it; undefined before it is started. */
export function currentPin(
  { header, timeline }: Pick<ShipmentState, 'header' | 'timeline'>,
  process: string | undefined,
): SopPin | undefined {
  if (process === undefined) return header.sop
  const restarted = restartsOf({ timeline }, process).at(-1)
  if (restarted) return restarted.data.to
  const started = entriesOf(timeline, 'subprocess.started').find(({ data }) => data.stepKey === process)
  if (!started) return undefined
  const { stepKey: _, ...pin } = started.data
  return pin
}

/** Another run has taken the place of this one. */
export function isOver(
  state: Pick<ShipmentState, 'header' | 'timeline'>,
  { run, process }: Omit<Run, 'shipmentId'>,
): boolean {
  const pin = currentPin(state, process)
  return pin !== undefined && pin.run > run
}

const ENDED: readonly ShipmentStatus[] = ['CANCELLED', 'COMPLETED', 'CLOSED']

/** Nothing of it is to be done any more. A sub-process may go on after the end of its shipment. */
export const hasEnded = (
  { header, timeline }: Pick<ShipmentState, 'header' | 'timeline'>,
  process: string | undefined,
): boolean =>
  process === undefined
    ? ENDED.includes(header.status)
    : header.status === 'CANCELLED' ||
      entriesOf(timeline, 'subprocess.ended').some(({ data }) => data.stepKey === process)

/** An execution of this run is to be there. */
export const isCalledFor = (
  state: Pick<ShipmentState, 'header' | 'timeline'>,
  { run }: Pick<SopPin, 'run'>,
  process?: string | undefined,
): boolean => currentPin(state, process)?.run === run && !hasEnded(state, process)

export interface RestartTarget extends Pick<SopPin, 'sopId' | 'version' | 'versionArn'> {
  /** The sub-process that is restarted; the shipment's own SOP when absent. */
  process?: string | undefined
  /** Run that is to be over. When another has taken its place meanwhile, nothing is changed. */
  after: number
}

export type RestartWhy = Pick<SopRestart, 'kind' | 'reason' | 'found'>

/** Step key of the exception by which definitions report that they failed. */
export const FAILED = 'sop-failed'
/** Step key of the exception that says that the SOP is no longer restarted by itself. */
export const GIVEN_UP = 'heal-sop'

/** Step key of the exception that says that nothing could be started. */
export const UNMANAGED = 'start-sop'

/** Does an exception say that a run failed, or is healed no more? */
export const isFailure = ({ stepKey }: { stepKey: string }, process: string | undefined): boolean =>
  stepKey === within(process, FAILED) || stepKey === within(process, GIVEN_UP)

export type RestartAnswer =
  | { outcome: 'RESTARTED'; pin: SopPin }
  /** Another run has taken the place of the one that was to be restarted. */
  | { outcome: 'OVERTAKEN'; pin: SopPin }
  | { outcome: 'NOT_STARTED' | 'ENDED' }

/** Milliseconds after which it is looked whether the new run is there. */
const LOOK_AFTER = 5 * 60_000

/** Pins the next run. From then on steps of the old one do nothing, and what it waited for is waited for no more. */
export function decideRestart(
  state: ShipmentState,
  { after, process, ...version }: RestartTarget,
  why: RestartWhy,
  now: string,
): { decision: Decision; answer: RestartAnswer } {
  const nothing = { facts: [] }
  const { shipmentId } = state.header
  const from = currentPin(state, process)
  if (!from) return { decision: nothing, answer: { outcome: 'NOT_STARTED' } }
  if (from.run !== after) return { decision: nothing, answer: { outcome: 'OVERTAKEN', pin: from } }
  if (hasEnded(state, process)) return { decision: nothing, answer: { outcome: 'ENDED' } }
  const pin = pinOf(version, { shipmentId, run: from.run + 1, process })
  const data = { from, to: pin, ...why }
  const restarted: Fact =
    process === undefined
      ? { type: 'sop.restarted', data }
      : { type: 'subprocess.restarted', data: { stepKey: process, ...data } }
  return {
    decision: {
      ...(process === undefined ? { header: { sop: pin } } : {}),
      facts: [restarted, ...settledBy(state, pin, why, process)],
      // Others go on: the new run finds its sub-processes started.
      dropped: state.waits.filter(({ stepKey }) => processOf(stepKey) === process),
      wakeAt: new Date(Date.parse(now) + LOOK_AFTER).toISOString(),
    },
    answer: { outcome: 'RESTARTED', pin },
  }
}

/** Who restarts has seen to what failed; a run that heals has yet to show it. */
const settledBy = (
  { timeline }: ShipmentState,
  { run }: SopPin,
  { kind }: RestartWhy,
  process: string | undefined,
): Fact[] =>
  kind === 'HEALED' || kind === 'RENEWED'
    ? []
    : openExceptions(timeline)
        .filter(({ data }) => isFailure(data, process))
        .map(({ data: { stepKey } }) => ({
          type: 'exception.resolved',
          data: { stepKey, reason: `Run ${run} was started` },
        }))
