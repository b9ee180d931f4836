/** Tries an SOP on a plain shipment, once as planned or many times with durations that vary. Pure: same seed, same report. */
import type { JsonObject } from '../../../engine/json'
import type { InternalRole } from '../../../schemas/role'
import type { ProductSopId } from '../../../schemas/sop'
import type { SopScope } from '../../../schemas/sop-catalogue'
import type { SimulateSop, SopSimulation } from '../../../schemas/sop-simulation'
import type { TimelineData } from '../../../schemas/timeline'
import { entriesOf } from '../../platform/timeline'
import { flowOf, placesOf } from '../../sops/domain/flow'
import { costOf } from './costs'
import { type Durations, NONE_OBSERVED } from './durations'
import { chance } from './scenario/model'
import { Run } from './scenario/run'
import { sampleShipment } from './scenario/shipment'

export async function simulate(
  sopId: ProductSopId,
  definition: JsonObject,
  scenario: SimulateSop,
  now: string,
  { durations: observed = NONE_OBSERVED, scope = {} }: { durations?: Durations; scope?: Partial<SopScope> } = {},
): Promise<SopSimulation> {
  const shipment = sampleShipment(sopId, scenario.startsAt ?? now, scope)
  const durations = scenario.durations === 'OBSERVED' ? observed : NONE_OBSERVED
  const chances = { random: chance(scenario.seed), durations }
  const outcomes: Outcome[] = []
  const visited = new Set<string>()
  let first: Run | undefined
  for (let count = 0; count < scenario.runs; count += 1) {
    const run = await Run.through(definition, { sopId, shipment }, scenario, chances)
    first ??= run
    for (const { state } of run.virtual.entered) visited.add(state)
    outcomes.push(outcomeOf(run))
  }
  return report(definition, scenario, { outcomes, visited, first, durations })
}

/** What is kept of a run: a thousand whole shipments would not be young any more when they are thrown away. */
interface Outcome {
  completed: boolean
  /** Its error and cause, when the execution failed. */
  failure?: { error: string; cause: string }
  hours: number
  transitions: number
  waiting: string[]
  waited: string[]
  exceptions: TimelineData<'exception.raised'>[]
  tasks: { role: InternalRole; hour: number }[]
}

const HOUR = 3600_000

function outcomeOf({ completed, hours, virtual }: Run): Outcome {
  const { state, waits, transitions } = virtual
  const { status, error = '', cause = '' } = virtual.execution
  const began = Date.parse(state.header.createdAt)
  return {
    completed,
    ...(status === 'FAILED' ? { failure: { error, cause } } : {}),
    hours: Math.round(hours * 10) / 10,
    transitions,
    waiting: completed ? [] : state.waits.map(({ stepKey }) => stepKey),
    waited: waits.map(({ key }) => key),
    exceptions: entriesOf(state.timeline, 'exception.raised').map(({ data }) => data),
    tasks: state.tasks.map(({ role, createdAt }) => ({
      role,
      hour: Math.floor((Date.parse(createdAt) - began) / HOUR),
    })),
  }
}

interface Tried {
  outcomes: readonly Outcome[]
  visited: ReadonlySet<string>
  first: Run | undefined
  durations: Durations
}

function report(
  definition: JsonObject,
  { seed }: SimulateSop,
  { outcomes, visited, first, durations }: Tried,
): SopSimulation {
  const completed = outcomes.filter((run) => run.completed)
  const transitions = spread(outcomes.map((run) => run.transitions))
  const waited = [...new Set(outcomes.flatMap((run) => run.waited))]
  return {
    kind: 'SCENARIO',
    seed,
    runs: outcomes.length,
    completed: completed.length,
    failed: failuresOf(outcomes),
    cycleHours: spread(completed.map(({ hours }) => hours)),
    transitions,
    cost: { p50: costOf(transitions.p50), p90: costOf(transitions.p90) },
    blocked: counted(outcomes.flatMap(({ waiting }) => waiting)).map(([key, runs]) => ({ key, runs })),
    exceptions: exceptionsOf(outcomes),
    work: workOf(outcomes),
    durations: waited.map((key) => {
      const observations = durations.observations(key)
      return { key, used: observations > 0 ? 'OBSERVED' : 'ASSUMED', observations }
    }),
    neverVisited: placesOf(flowOf(definition)).flatMap(({ name }) => (visited.has(name) ? [] : [name])),
    path: first?.virtual.entered ?? [],
    waits: first ? waitsOf(first) : [],
  }
}

const waitsOf = ({ virtual: { waits, state } }: Run): SopSimulation['waits'] =>
  waits.map((wait) => {
    const dueAt = state.tasks.find(({ stepKey }) => stepKey === wait.key)?.dueAt
    return { ...wait, ...(dueAt === undefined ? {} : { dueAt }) }
  })

function failuresOf(outcomes: readonly Outcome[]): SopSimulation['failed'] {
  const failures = outcomes.flatMap(({ failure }) => (failure ? [failure] : []))
  return counted(failures.map(({ cause }) => cause)).flatMap(([cause, runs]) => {
    const first = failures.find((it) => it.cause === cause)
    return first ? [{ ...first, runs }] : []
  })
}

function exceptionsOf(outcomes: readonly Outcome[]): SopSimulation['exceptions'] {
  const raised = outcomes.flatMap(({ exceptions }) => exceptions)
  return counted(raised.map(({ stepKey }) => stepKey)).flatMap(([key, runs]) => {
    const first = raised.find(({ stepKey }) => stepKey === key)
    return first ? [{ key, severity: first.severity, owner: first.owner, runs }] : []
  })
}

function workOf(outcomes: readonly Outcome[]): SopSimulation['work'] {
  const tasks = outcomes.flatMap((run) => run.tasks)
  const average = (count: number) => count / outcomes.length
  return counted(tasks.map(({ role }) => role)).map(([role, count]) => {
    const hours = counted(tasks.flatMap((task) => (task.role === role ? [task.hour] : [])))
    const byHour = hours.map(([hour, arising]) => ({ hour, tasks: average(arising) })).sort((a, b) => a.hour - b.hour)
    return { role, tasks: average(count), hours: byHour }
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
