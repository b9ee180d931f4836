/** Charge lines of a shipment, and which of them are billable for which occurrence of a milestone. Pure. */
import { CHARGES } from '../../../schemas/codes'
import type { ChargeLine, NewChargeLine, ShipmentStatus } from '../../../schemas/shipment'
import type { Fact } from '../../../schemas/timeline'
import { AppError } from '../../platform/errors'
import { entriesOf } from '../../platform/timeline'
import type { ShipmentState } from '../../shipments/items'
import { chargesOf } from '../../shipments/perspective'
import { occurrencesOf } from '../../tracking/domain'

export type Billable = Pick<ShipmentState, 'header' | 'detail' | 'timeline'>

/** What is billed once: a charge line for one occurrence of its milestone. */
export interface Pair {
  chargeId: string
  occurrenceId: string
}
export const pairKey = ({ chargeId, occurrenceId }: Pair) => `${chargeId} ${occurrenceId}`

/** A charge line that an occurrence made billable. */
export interface Due {
  line: ChargeLine
  occurrenceId: string
}
const pairOf = ({ line, occurrenceId }: Due): Pair => ({ chargeId: line.chargeId, occurrenceId })

/** Pairs that invoices and accruals of the timeline hold. What is in here is never billed again. */
export const postedPairs = (timeline: Billable['timeline']): Set<string> =>
  new Set(
    entriesOf(timeline, 'invoice.issued', 'cost.accrued').flatMap((entry) => entry.data.lines.map((it) => pairKey(it))),
  )

/** Lines whose milestone stands, and that no posting holds yet. A cancelled shipment still owes what was reached. */
export function dueOf(state: Billable): Due[] {
  const reached = new Map(occurrencesOf(state.timeline).map((it) => [it.milestone, it.occurrenceId]))
  const posted = postedPairs(state.timeline)
  return chargesOf(state)
    .flatMap((line) => {
      const occurrenceId = reached.get(line.billableOn)
      return occurrenceId === undefined ? [] : [{ line, occurrenceId }]
    })
    .filter((due) => !posted.has(pairKey(pairOf(due))))
}

const LOCKED: readonly ShipmentStatus[] = ['CLOSED', 'CANCELLED']

/**
 * Adds a charge line; one without an id gets the next free `c1`, `c2` … A step of an SOP adds its line once: the second
 * time the first line is answered and nothing changes. A COMPLETED shipment still takes lines (demurrage comes late).
 */
export function decideAddCharge(
  state: Billable,
  line: NewChargeLine,
  stepKey?: string,
): { decision: { facts: Fact[] }; answer: ChargeLine } {
  const added = entriesOf(state.timeline, 'charge.added').find((it) => stepKey && it.data.stepKey === stepKey)
  if (added) return { decision: { facts: [] }, answer: added.data.charge }
  if (LOCKED.includes(state.header.status))
    throw new AppError('conflict', 'shipment.ended', `A ${state.header.status} shipment takes no more charges`)
  const taken = new Set(chargesOf(state).map((it) => it.chargeId))
  if (line.chargeId !== undefined && taken.has(line.chargeId))
    throw new AppError('conflict', 'charge.exists', `The shipment has a charge ${line.chargeId} already`, {
      errors: [{ pointer: '/chargeId', code: 'charge.exists', message: 'unique in the shipment' }],
    })
  const charge: ChargeLine = {
    ...line,
    chargeId: line.chargeId ?? nextFree(taken),
    description: line.description ?? CHARGES[line.code].name,
  }
  return {
    decision: { facts: [{ type: 'charge.added', data: { ...(stepKey ? { stepKey } : {}), charge } }] },
    answer: charge,
  }
}

function nextFree(taken: ReadonlySet<string>): string {
  let number = taken.size + 1
  while (taken.has(`c${number}`)) number += 1
  return `c${number}`
}
