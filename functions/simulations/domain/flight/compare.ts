/** What a draft would have made of a shipment, beside what its own version makes of the same history. */
import type { ReplayedShipment } from '../../../../schemas/sop-flight'
import type { Findings } from './findings'

const HOUR = 3600_000
const hoursBetween = (from: string, to: string) => Math.round(((Date.parse(to) - Date.parse(from)) / HOUR) * 10) / 10

/** Members of the first that the second has not. */
const without = <V>(a: Map<string, V>, b: Map<string, unknown>): [string, V][] => [...a].filter(([key]) => !b.has(key))

export function compare(
  shipment: Pick<ReplayedShipment, 'shipmentId' | 'status' | 'version' | 'faithful'>,
  baseline: Findings,
  draft: Findings,
): ReplayedShipment {
  const work = (a: Findings, b: Findings) => without(a.tasks, b.tasks).map(([key, role]) => ({ key, role }))
  const exceptions = (a: Findings, b: Findings) =>
    without(a.exceptions, b.exceptions).map(([key, severity]) => ({ key, severity }))
  const breaches = (a: Findings, b: Findings) => [...a.breaches].filter((breach) => !b.breaches.has(breach))
  return {
    ...shipment,
    blockedAt: blockedAt(baseline, draft),
    tasks: { added: work(draft, baseline), removed: work(baseline, draft) },
    exceptions: { gained: exceptions(draft, baseline), avoided: exceptions(baseline, draft) },
    breaches: { gained: breaches(draft, baseline), avoided: breaches(baseline, draft) },
    invoices: invoices(baseline, draft),
    cycle: {
      ...(baseline.completedAt === undefined ? {} : { baseline: baseline.completedAt }),
      ...(draft.completedAt === undefined ? {} : { draft: draft.completedAt }),
    },
    transitions: { baseline: baseline.transitions, draft: draft.transitions },
    notices: { baseline: baseline.notices, draft: draft.notices },
    assumed: draft.assumed,
  }
}

/**
 * Where the draft holds a shipment that its own version does not hold there: it waits, at the end of what is known, for
 * what its own version does not wait for, although that has ended or the wait has run out of time.
 */
function blockedAt(baseline: Findings, draft: Findings): ReplayedShipment['blockedAt'] {
  if (draft.completedAt !== undefined) return []
  return without(draft.waiting, baseline.waiting).flatMap(([key, { state, overdue }]) =>
    overdue || baseline.completedAt !== undefined ? [{ key, state }] : [],
  )
}

function invoices(baseline: Findings, draft: Findings): ReplayedShipment['invoices'] {
  const both = [...draft.billable.values()].flatMap((charge) => {
    const before = baseline.billable.get(charge.chargeId)
    const hours = before ? hoursBetween(before.billableAt, charge.billableAt) : 0
    return before && hours !== 0 ? [{ chargeId: charge.chargeId, amount: charge.amount, hours }] : []
  })
  const only = (a: Findings, b: Findings) =>
    without(a.billable, b.billable).map(([chargeId, { amount, type }]) => ({ chargeId, amount, type }))
  return { moved: both, gained: only(draft, baseline), lost: only(baseline, draft) }
}
