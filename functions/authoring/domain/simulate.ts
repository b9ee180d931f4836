/** Tries an SOP on a plain shipment, once as planned or many times with durations that vary. Pure: same seed, same report. */
import type { JsonObject } from '../../../engine/json'
import type { ProductSopId } from '../../../schemas/sop'
import type { SimulateSop, SopSimulation } from '../../../schemas/sop-simulation'
import { entriesOf } from '../../platform/timeline'
import { flowOf, placesOf } from '../../sops/domain/flow'
import { chance } from './simulation/model'
import { Run } from './simulation/run'
import { sampleShipment } from './simulation/shipment'

export async function simulate(
  sopId: ProductSopId,
  definition: JsonObject,
  scenario: SimulateSop,
  now: string,
): Promise<SopSimulation> {
  const shipment = sampleShipment(sopId, scenario.startsAt ?? now)
  const random = chance(scenario.seed)
  const runs: Run[] = []
  for (let run = 0; run < scenario.runs; run += 1)
    runs.push(await Run.through(definition, { sopId, shipment }, scenario, random))
  return report(definition, scenario, runs)
}

function report(definition: JsonObject, { seed }: SimulateSop, runs: readonly Run[]): SopSimulation {
  const completed = runs.filter((run) => run.completed)
  const visited = new Set(runs.flatMap(({ virtual }) => virtual.entered.map(({ state }) => state)))
  const waiting = runs.flatMap((run) => (run.completed ? [] : run.virtual.state.waits.map(({ stepKey }) => stepKey)))
  const roles = runs.flatMap(({ virtual }) => virtual.state.tasks.map(({ role }) => role))
  return {
    seed,
    runs: runs.length,
    completed: completed.length,
    cycleHours: spread(completed.map(({ hours }) => Math.round(hours * 10) / 10)),
    transitions: spread(runs.map(({ virtual }) => virtual.transitions)),
    blocked: counted(waiting).map(([key, count]) => ({ key, runs: count })),
    exceptions: exceptionsOf(runs),
    work: counted(roles).map(([role, count]) => ({ role, tasks: count / runs.length })),
    neverVisited: placesOf(flowOf(definition)).flatMap(({ name }) => (visited.has(name) ? [] : [name])),
    path: runs[0]?.virtual.entered ?? [],
    waits: runs[0]?.virtual.waits ?? [],
  }
}

function exceptionsOf(runs: readonly Run[]): SopSimulation['exceptions'] {
  const raised = runs.flatMap(({ virtual }) =>
    entriesOf(virtual.state.timeline, 'exception.raised').map(({ data }) => data),
  )
  return counted(raised.map(({ stepKey }) => stepKey)).flatMap(([key, count]) => {
    const first = raised.find(({ stepKey }) => stepKey === key)
    return first ? [{ key, severity: first.severity, owner: first.owner, runs: count }] : []
  })
}

/** Each with how often it is there, most often first. */
function counted<T>(items: readonly T[]): [T, number][] {
  const counts = new Map<T, number>()
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1)
  return [...counts].sort(([, a], [, b]) => b - a)
}

/** The nearest ranks; 0 where there is nothing. */
function spread(values: number[]): { p50: number; p90: number } {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
  return { p50: at(0.5), p90: at(0.9) }
}
