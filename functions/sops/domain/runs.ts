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
export const WITHIN = '--'

/** What runs a sub-process, or ran it last; undefined before it is started. */
const pinOfProcess = (process: string, timeline: ShipmentState['timeline']): SopPin | undefined =>
  entriesOf(timeline, 'subprocess.started').findLast(({ data }) => data.stepKey === process)?.data

/** Another run has taken the place of this one. */
export function isOver(
  { header, timeline }: Pick<ShipmentState, 'header' | 'timeline'>,
  { run, process }: Omit<Run, 'shipmentId'>,
): boolean {
  const pin = process === undefined ? header.sop : pinOfProcess(process, timeline)
  return pin !== undefined && pin.run > run
}

const ENDED: readonly ShipmentStatus[] = ['CANCELLED', 'COMPLETED', 'CLOSED']

/** An execution of this run is to be there. */
export const isCalledFor = ({ header }: Pick<ShipmentState, 'header'>, { run }: Pick<SopPin, 'run'>): boolean =>
  header.sop?.run === run && !ENDED.includes(header.status)

export interface RestartTarget extends Pick<SopPin, 'sopId' | 'version' | 'versionArn'> {
  /** Run that is to be over. When another has taken its place meanwhile, nothing is changed. */
  after: number
}

export type RestartWhy = Pick<SopRestart, 'kind' | 'reason' | 'found'>

/** Step key of the exception by which definitions report that they failed. */
export const FAILED = 'sop-failed'
/** Step key of the exception that says that the SOP is no longer restarted by itself. */
export const GIVEN_UP = 'heal-sop'

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
  { after, ...version }: RestartTarget,
  why: RestartWhy,
  now: string,
): { decision: Decision; answer: RestartAnswer } {
  const nothing = { facts: [] }
  const { sop: from, shipmentId, status } = state.header
  if (!from) return { decision: nothing, answer: { outcome: 'NOT_STARTED' } }
  if (from.run !== after) return { decision: nothing, answer: { outcome: 'OVERTAKEN', pin: from } }
  if (ENDED.includes(status)) return { decision: nothing, answer: { outcome: 'ENDED' } }
  const pin = pinOf(version, { shipmentId, run: from.run + 1 })
  return {
    decision: {
      header: { sop: pin },
      facts: [{ type: 'sop.restarted', data: { from, to: pin, ...why } }, ...settledBy(state, pin, why)],
      // Sub-processes go on: the new run finds them started.
      dropped: state.waits.filter(({ stepKey }) => !stepKey.includes(WITHIN)),
      wakeAt: new Date(Date.parse(now) + LOOK_AFTER).toISOString(),
    },
    answer: { outcome: 'RESTARTED', pin },
  }
}

/** Who restarts has seen to what failed; a run that heals has yet to show it. */
const settledBy = ({ timeline }: ShipmentState, { run }: SopPin, { kind }: RestartWhy): Fact[] =>
  kind === 'HEALED' || kind === 'RENEWED'
    ? []
    : openExceptions(timeline)
        .filter(({ data }) => data.stepKey === FAILED || data.stepKey === GIVEN_UP)
        .map(({ data: { stepKey } }) => ({
          type: 'exception.resolved',
          data: { stepKey, reason: `Run ${run} was started` },
        }))
