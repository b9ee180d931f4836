/** What a look at a shipment finds: what has come due, which waits are settled, and when to look again. Pure. */
import type { Wait } from '../../../schemas/wait'
import type { Decision, ShipmentState } from '../../shipments/store'
import { type Output, resolutions, settledWaits } from './waits'

/** A shipment for which nothing comes due is looked at this often: an answer that was lost is given then. */
const CHECK_MS = 7 * 24 * 3600_000

/** Facts that are due, and the waits whose tokens can be answered. The second time, no facts. */
export function decideLook(state: ShipmentState): {
  decision: Decision
  answer: { wait: Wait; output: Output }[]
} {
  const settled = settledWaits(state)
  const stepKeys = settled.map(({ wait }) => wait.stepKey)
  return { decision: { facts: resolutions(state, stepKeys) }, answer: settled }
}

/** When to look at the shipment next, UTC; never again once it has ended. */
export function nextLook({ header }: Pick<ShipmentState, 'header'>, now: string): string | undefined {
  if (header.status === 'CANCELLED' || header.status === 'COMPLETED' || header.status === 'CLOSED') return undefined
  return new Date(Date.parse(now) + CHECK_MS).toISOString()
}
