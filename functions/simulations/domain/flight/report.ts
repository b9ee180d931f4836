/** Replayed shipments in sum. Sums add up, so a job keeps them beside its progress and needs no shipment twice. */
import type { FlightTotals, ReplayedShipment } from '../../../../schemas/sop-flight'
import { costOf } from '../costs'

/** Of the shipments that a sum names. */
const NAMED = 20

export const NOTHING: FlightTotals = {
  shipments: 0,
  faithful: 0,
  unchanged: 0,
  skipped: [],
  blocked: { shipments: 0, share: 0, at: [], named: [] },
  work: [],
  exceptions: { gained: [], avoided: [] },
  breaches: { gained: [], avoided: [] },
  invoices: { earlier: 0, later: 0, hours: 0, gained: 0, lost: 0 },
  transitions: { baseline: 0, draft: 0, baselineCost: 0, draftCost: 0 },
  assumed: [],
}

type Counted = { key: string; shipments: number }

/** The counts with one more of each key, most often first. */
function counting(counts: readonly Counted[], keys: readonly string[]): Counted[] {
  const sum = new Map(counts.map(({ key, shipments }) => [key, shipments]))
  for (const key of new Set(keys)) sum.set(key, (sum.get(key) ?? 0) + 1)
  return [...sum].map(([key, shipments]) => ({ key, shipments })).sort((a, b) => b.shipments - a.shipments)
}

const keys = (items: readonly { key: string }[]) => items.map(({ key }) => key)

function working(work: FlightTotals['work'], { added, removed }: ReplayedShipment['tasks']): FlightTotals['work'] {
  const sum = new Map(work.map((it) => [it.role, it]))
  const of = (role: FlightTotals['work'][number]['role']) => sum.get(role) ?? { role, added: 0, removed: 0 }
  for (const { role } of added) sum.set(role, { ...of(role), added: of(role).added + 1 })
  for (const { role } of removed) sum.set(role, { ...of(role), removed: of(role).removed + 1 })
  return [...sum.values()]
}

/** Is the shipment the same under both? */
export function isUnchanged({ tasks, exceptions, breaches, invoices, blockedAt, notices }: ReplayedShipment): boolean {
  const changes: readonly (readonly unknown[])[] = [
    ...[blockedAt, tasks.added, tasks.removed, exceptions.gained, exceptions.avoided],
    ...[breaches.gained, breaches.avoided, invoices.moved, invoices.gained, invoices.lost],
  ]
  return notices.baseline === notices.draft && changes.every(({ length }) => length === 0)
}

export function withShipment(totals: FlightTotals, shipment: ReplayedShipment): FlightTotals {
  const { blocked, exceptions, breaches, invoices, transitions } = totals
  const shipments = totals.shipments + 1
  const holds = shipment.blockedAt.length > 0
  const held = blocked.shipments + (holds ? 1 : 0)
  const { moved, gained, lost } = shipment.invoices
  const baseline = transitions.baseline + shipment.transitions.baseline
  const draft = transitions.draft + shipment.transitions.draft
  return {
    ...totals,
    shipments,
    faithful: totals.faithful + (shipment.faithful ? 1 : 0),
    unchanged: totals.unchanged + (isUnchanged(shipment) ? 1 : 0),
    blocked: {
      shipments: held,
      share: held / shipments,
      at: counting(blocked.at, keys(shipment.blockedAt)),
      named: holds && blocked.named.length < NAMED ? [...blocked.named, shipment.shipmentId] : blocked.named,
    },
    work: working(totals.work, shipment.tasks),
    exceptions: {
      gained: counting(exceptions.gained, keys(shipment.exceptions.gained)),
      avoided: counting(exceptions.avoided, keys(shipment.exceptions.avoided)),
    },
    breaches: {
      gained: counting(breaches.gained, shipment.breaches.gained),
      avoided: counting(breaches.avoided, shipment.breaches.avoided),
    },
    invoices: {
      earlier: invoices.earlier + moved.filter(({ hours }) => hours < 0).length,
      later: invoices.later + moved.filter(({ hours }) => hours > 0).length,
      hours: Math.round(moved.reduce((sum, { hours }) => sum + hours, invoices.hours) * 10) / 10,
      gained: invoices.gained + gained.length,
      lost: invoices.lost + lost.length,
    },
    transitions: { baseline, draft, baselineCost: costOf(baseline), draftCost: costOf(draft) },
    assumed: counting(totals.assumed, shipment.assumed),
  }
}

export const withSkipped = (totals: FlightTotals, shipmentId: string, reason: string): FlightTotals => ({
  ...totals,
  skipped: totals.skipped.length < NAMED ? [...totals.skipped, { shipmentId, reason }] : totals.skipped,
})
