/** What it may cost when a task is done late. An estimate in the open: the formula and what it assumes are in docs/tasks.md. Pure. */
import type { Anchor } from '../../../schemas/due'
import type { Task } from '../../../schemas/task'
import type { DelayCost, DelayCosts } from '../../../schemas/task-request'
import type { ShipmentState } from '../../shipments/store'
import { momentOf } from '../../sops/domain/anchors'

/** What is taken where a tenant has said nothing. */
export const USUAL_COSTS: DelayCosts = {
  currency: 'EUR',
  penaltyPerDay: 100,
  penaltyCap: 1000,
  demurragePerContainerDay: 15_000,
  rebookingPerContainer: 50_000,
  halfLifeHours: 24,
}

const HOUR = 3600_000
const DAY = 24 * HOUR
/** Of a percent, so that shares of money stay integers. */
const HUNDREDTHS = 10_000

type Planned = Pick<ShipmentState, 'header' | 'detail'>

/** What is threatened by a task that is late, were it late for sure, in minor units; times the probability. */
export function costOfDelay(task: Task, shipment: Planned, costs: DelayCosts, now: string): DelayCost {
  const late = Date.parse(now) - Date.parse(task.dueAt ?? now)
  const days = Math.max(1, Math.ceil(late / DAY))
  const probability = late >= 0 ? 1 : 2 ** (late / HOUR / costs.halfLifeHours)
  const { penalty, foreign } = penaltyOf(shipment, costs, days)
  const parts = {
    penalty,
    demurrage: onArrival(task, shipment, now) ? days * containersOf(shipment) * costs.demurragePerContainerDay : 0,
    cutOff: beforeDeparture(task, shipment, now)
      ? Math.max(1, containersOf(shipment)) * costs.rebookingPerContainer
      : 0,
  }
  return {
    amount: Math.round(probability * (parts.penalty + parts.demurrage + parts.cutOff)),
    currency: costs.currency,
    probability: Math.round(probability * 1000) / 1000,
    daysLate: days,
    parts,
    ...(foreign.length > 0 ? { leftOut: foreign } : {}),
  }
}

/** A share of what the customer pays for each day, where a delivery was promised that has not been made. */
function penaltyOf({ header, detail }: Planned, costs: DelayCosts, days: number) {
  if (!detail.promisedDelivery || header.status === 'COMPLETED' || header.status === 'CLOSED')
    return { penalty: 0, foreign: [] }
  const revenue = detail.chargeLines.filter(({ type }) => type === 'REVENUE').map(({ amount }) => amount)
  const sum = revenue.filter(({ currency }) => currency === costs.currency).reduce((all, it) => all + it.amount, 0)
  const share = Math.min(costs.penaltyCap, days * costs.penaltyPerDay)
  const foreign = [...new Set(revenue.map(({ currency }) => currency).filter((it) => it !== costs.currency))].sort()
  return { penalty: Math.round((sum * share) / HUNDREDTHS), foreign }
}

const containersOf = ({ detail }: Planned) => detail.containers.length

/** What has to be done by the arrival, or is left after it, keeps containers at the terminal. */
const onArrival = (task: Task, shipment: Planned, now: string) =>
  task.due?.anchor === 'ETA' || momentOf('ETA', shipment, now).at <= now

const NO_CUT_OFFS: readonly Anchor[] = ['ETA', 'PROMISED_DELIVERY', 'STEP']

/** What has to be done by the departure or a cut-off keeps the cargo from its vessel, until that has left. */
const beforeDeparture = ({ due }: Task, shipment: Planned, now: string) =>
  due !== undefined && !NO_CUT_OFFS.includes(due.anchor) && momentOf('ETD', shipment, now).at > now

/** The dearest first; of those that cost the same, the one that is due first. */
export const dearest = <T extends { dueAt?: string | undefined; delay: DelayCost }>(tasks: readonly T[]): T[] =>
  [...tasks].sort((a, b) => b.delay.amount - a.delay.amount || ((a.dueAt ?? '9') < (b.dueAt ?? '9') ? -1 : 1))
