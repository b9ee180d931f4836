/** Runs of a shipment's SOP: how they are named, and how one takes the place of another. Pure. */
import type { ShipmentStatus, SopPin } from '../../../schemas/shipment'
import type { SopRestart } from '../../../schemas/sop-run'
import type { Decision, ShipmentState } from '../../shipments/store'

export interface Run {
  shipmentId: string
  run: number
}

/** The name of the execution, and what each of its steps calls the shipment. */
export const runName = ({ shipmentId, run }: Run): string => (run === 1 ? shipmentId : `${shipmentId}-${run}`)

export function runOf(name: string): Run {
  const [shipmentId = name, run = '1'] = name.split('-')
  return { shipmentId, run: Number(run) }
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

/** Another run has taken the place of this one. */
export const isOver = ({ header }: Pick<ShipmentState, 'header'>, run: number): boolean =>
  header.sop !== undefined && header.sop.run > run

const ENDED: readonly ShipmentStatus[] = ['CANCELLED', 'COMPLETED', 'CLOSED']

/** An execution of this run is to be there. */
export const isCalledFor = ({ header }: Pick<ShipmentState, 'header'>, { run }: Pick<SopPin, 'run'>): boolean =>
  header.sop?.run === run && !ENDED.includes(header.status)

export interface RestartTarget extends Pick<SopPin, 'sopId' | 'version' | 'versionArn'> {
  /** Run that is to be over. When another has taken its place meanwhile, nothing is changed. */
  after: number
}

export type RestartWhy = Pick<SopRestart, 'kind' | 'reason'>

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
      facts: [{ type: 'sop.restarted', data: { from, to: pin, ...why } }],
      dropped: state.waits,
      wakeAt: new Date(Date.parse(now) + LOOK_AFTER).toISOString(),
    },
    answer: { outcome: 'RESTARTED', pin },
  }
}
