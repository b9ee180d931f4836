/** What SOPs cost in memory alone, without a table or HTTP: simulation, replay of histories, the engine, proofs, suspended executions. */
import { advance, start } from '../engine/advance'
import type { TaskEffect } from '../engine/execution'
import type { Json, JsonObject } from '../engine/json'
import { validateSop } from '../functions/authoring/domain/validate'
import type { ShipmentState } from '../functions/shipments/store'
import type { Durations } from '../functions/simulations/domain/durations'
import { fly } from '../functions/simulations/domain/flight/fly'
import { chance } from '../functions/simulations/domain/scenario/model'
import { Run } from '../functions/simulations/domain/scenario/run'
import { sampleShipment } from '../functions/simulations/domain/scenario/shipment'
import { simulate } from '../functions/simulations/domain/simulate'
import { sopInput } from '../functions/sops/domain/catalogue'
import { ProductSopId } from '../schemas/sop'
import { SimulateSop } from '../schemas/sop-simulation'
import { definitionOf, ORDERED } from './sop-definition'
import { rounded } from './statistics'
import { measureSuspended, type Suspended } from './suspended'

/** Shipments of a simulation, and histories that are replayed in turn. */
const BATCH = 20
const HOUR = 3600_000
const A_YEAR_LATER = '2027-03-01T08:00:00.000Z'

/** By the clock on the wall, and by the processor time of this process, which other work on the machine disturbs less. */
export interface WorkRate {
  perSecond: number
  perCpuSecond: number
}

export interface SopFigures {
  /** `mix`: as many of each. */
  sop: ProductSopId | 'mix'
  /** Shipments. */
  simulated: WorkRate
  /** Shipments, each through its own version and a draft. */
  replayed: WorkRate
  /** State transitions of the engine alone. */
  transitions: WorkRate
  /** Definitions, by the proof that publishing asks for. */
  proved: WorkRate
  suspended: Suspended
}

const FIGURES = ['simulated', 'replayed', 'transitions', 'proved'] as const
type Figure = (typeof FIGURES)[number]

/** Answers how many it has done. */
type Work = () => Promise<number>
type Works = Record<Figure, Work>

const cpuSeconds = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** Warmed up by a third of the time. */
export async function rateOf(seconds: number, work: Work): Promise<WorkRate> {
  await worked(seconds / 3, work)
  const { done, wall, cpu } = await worked(seconds, work)
  return { perSecond: rounded(done / wall), perCpuSecond: rounded(done / cpu) }
}

async function worked(seconds: number, work: Work) {
  const began = { wall: performance.now(), cpu: cpuSeconds() }
  const wall = () => (performance.now() - began.wall) / 1000
  let done = 0
  do done += await work()
  while (wall() < seconds)
  return { done, wall: wall(), cpu: cpuSeconds() - began.cpu }
}

/** Other seeds in each turn: durations vary. */
function simulating(sopId: ProductSopId, definition: JsonObject): Work {
  let seed = 0
  return async () => {
    seed += 1
    const { runs } = await simulate(sopId, definition, SimulateSop.parse({ runs: BATCH, seed }), ORDERED)
    return runs
  }
}

/** Each step takes from two hours to three days, in the whole milliseconds that a timeline keeps. */
const STEADY: Durations = { draw: (_, share) => Math.round((2 + 70 * share) * HOUR), observations: () => 1 }

/** Shipments that have lived through the SOP, each with durations of its own. */
async function livedUnder(sopId: ProductSopId, definition: JsonObject): Promise<ShipmentState[]> {
  const shipment = sampleShipment(sopId, ORDERED)
  const scenario = SimulateSop.parse({ runs: BATCH })
  const chances = { random: chance(scenario.seed), durations: STEADY }
  const lived: ShipmentState[] = []
  while (lived.length < BATCH) {
    const { virtual } = await Run.through(definition, { sopId, shipment }, scenario, chances)
    lived.push(virtual.state)
  }
  return lived
}

/** Fails where a history is not written again as it was: such a replay would be no measure. */
async function replaying(sopId: ProductSopId, baseline: JsonObject): Promise<Work> {
  const lived = await livedUnder(sopId, baseline)
  const draft = definitionOf(sopId)
  return async () => {
    for (const state of lived) {
      const { replayed } = await fly(state, { draft, baseline }, { sopId, tenantId: 'bench', now: A_YEAR_LATER })
      if (!replayed.faithful) throw new Error(`${sopId}: a history is replayed otherwise than it was written`)
    }
    return lived.length
  }
}

/** The engine's part: every task is answered at once with nothing in the answer, so the usual path is taken. */
export async function transitionsOf(sopId: ProductSopId, definition: JsonObject): Promise<number> {
  const now = Date.parse(ORDERED)
  const clock = { now, history: false }
  const shipment = sampleShipment(sopId, ORDERED)
  const input = JSON.parse(JSON.stringify(sopInput({ tenantId: 'bench', now: ORDERED }, shipment, 1)))
  const context = { id: sopId, name: sopId, roleArn: '', stateMachine: { id: sopId, name: sopId }, seed: 1 }
  let { execution, effects } = await start(definition, input, context, clock)
  for (;;) {
    const tasks = effects.filter((effect): effect is TaskEffect => effect.type === 'task')
    if (tasks.length === 0) break
    effects = []
    for (const { task, pattern } of tasks) {
      const output: Json = pattern === 'callback' ? {} : { Payload: {} }
      const step = await advance(definition, execution, { type: 'taskSucceeded', task, output }, clock)
      execution = step.execution
      effects.push(...step.effects)
    }
  }
  if (execution.status !== 'SUCCEEDED') throw new Error(`${sopId}: ${execution.status}`)
  return execution.transitions
}

function proving(sopId: ProductSopId, definition: JsonObject): Work {
  return async () => {
    if (validateSop(definition).length > 0) throw new Error(`${sopId} has findings`)
    return 1
  }
}

async function worksOf(sopId: ProductSopId): Promise<Works> {
  const definition = definitionOf(sopId)
  return {
    simulated: simulating(sopId, definition),
    replayed: await replaying(sopId, definition),
    transitions: () => transitionsOf(sopId, definition),
    proved: proving(sopId, definition),
  }
}

/** One turn of each. */
const together =
  (works: readonly Work[]): Work =>
  async () => {
    let done = 0
    for (const work of works) done += await work()
    return done
  }

async function ratesOf(seconds: number, works: Works): Promise<Record<Figure, WorkRate>> {
  return {
    simulated: await rateOf(seconds, works.simulated),
    replayed: await rateOf(seconds, works.replayed),
    transitions: await rateOf(seconds, works.transitions),
    proved: await rateOf(seconds, works.proved),
  }
}

/** In memory at once when their size is measured. */
const EXECUTIONS = 6000

/** Each SOP of the product, then all together; `seconds` of each rate. */
export async function measureSops(seconds: number): Promise<SopFigures[]> {
  const figures: SopFigures[] = []
  const all: Works[] = []
  for (const sopId of ProductSopId.options) {
    const suspended = await measureSuspended([sopId], EXECUTIONS)
    const works = await worksOf(sopId)
    all.push(works)
    figures.push({ sop: sopId, ...(await ratesOf(seconds, works)), suspended })
  }
  const mixed = (figure: Figure) => together(all.map((works) => works[figure]))
  const mix = {
    simulated: mixed('simulated'),
    replayed: mixed('replayed'),
    transitions: mixed('transitions'),
    proved: mixed('proved'),
  }
  const suspended = await measureSuspended(ProductSopId.options, EXECUTIONS)
  return [...figures, { sop: 'mix', ...(await ratesOf(seconds, mix)), suspended }]
}
