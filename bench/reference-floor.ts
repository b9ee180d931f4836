/** What a reference shipment must cost at least, part by part; docs/performance.md derives the figures. */

export interface Cost {
  invocations: number
  databaseCalls: number
  writeUnits: number
  readUnits: number
  stateTransitions: number
}
export type PartCost = Cost & { commands: number }

/** The departure is the milestone that makes charges billable, so it carries charges, accrual and invoice. */
export const PARTS = ['create', 'milestone', 'departure', 'task', 'document', 'read', 'list'] as const
export type Part = (typeof PARTS)[number]

export const NOTHING: Cost = { invocations: 0, databaseCalls: 0, writeUnits: 0, readUnits: 0, stateTransitions: 0 }

/** Sum of costs, less `minus`. */
export function addCosts(costs: readonly Cost[], minus: Cost = NOTHING): Cost {
  const sum = (field: keyof Cost) => costs.reduce((total, cost) => total + cost[field], 0) - minus[field]
  return {
    invocations: sum('invocations'),
    databaseCalls: sum('databaseCalls'),
    writeUnits: sum('writeUnits'),
    readUnits: sum('readUnits'),
    stateTransitions: sum('stateTransitions'),
  }
}

/** From the runtime's counters; what never happened is not in them. */
export const costOf = (counters: Record<string, number>): Cost => ({
  invocations: counters.invocations ?? 0,
  databaseCalls: counters['database.calls'] ?? 0,
  writeUnits: counters['database.writeUnits'] ?? 0,
  readUnits: counters['database.readUnits'] ?? 0,
  stateTransitions: counters.stateTransitions ?? 0,
})

/** Of all commands of a part together. */
export const FLOOR: Record<Part, Cost> = {
  // One transaction of header, detail, event and guard; a batch of the stream and the start of the SOP, which is one transition.
  create: { invocations: 3, databaseCalls: 1, writeUnits: 11, readUnits: 0, stateTransitions: 1 },
  // 7: header and event 4, projected status in the index 1; a query before.
  milestone: { invocations: 7 + 3, databaseCalls: 14, writeUnits: 35, readUnits: 7, stateTransitions: 4 },
  // The eighth milestone 5, charges 4 of 1, invoice 9, accrual 4 (journal and event).
  departure: { invocations: 2, databaseCalls: 6, writeUnits: 5 + 4 + 9 + 4, readUnits: 3, stateTransitions: 1 },
  task: { invocations: 5 + 4, databaseCalls: 10, writeUnits: 25, readUnits: 5, stateTransitions: 3 },
  document: { invocations: 3 + 3, databaseCalls: 6, writeUnits: 18, readUnits: 3, stateTransitions: 0 },
  read: { invocations: 10, databaseCalls: 10, writeUnits: 0, readUnits: 10, stateTransitions: 0 },
  list: { invocations: 5, databaseCalls: 5, writeUnits: 0, readUnits: 5 * 3, stateTransitions: 0 },
}
