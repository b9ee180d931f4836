/** Where a shipment comes to stand on a definition when its SOP is started anew: what has happened is gone through at once. */
import { advance, start } from '../../../engine/advance'
import type { Execution, ExecutionEvent, Step, TaskEffect, Thread } from '../../../engine/execution'
import type { Json, JsonObject } from '../../../engine/json'
import { type SopId, SopStep } from '../../../schemas/sop'
import type { TimelineEntry } from '../../../schemas/timeline'
import { AppError } from '../../platform/errors'
import type { ShipmentState } from '../../shipments/store'
import { sopInput } from '../../sops/domain/catalogue'
import { objectOr } from '../../sops/domain/flow'
import { decideStep, type Surroundings as StepSurroundings } from '../../sops/domain/steps'
import { waitOf } from '../../sops/domain/waits'
import { committed } from './facts'

export interface Surroundings extends StepSurroundings {
  tenantId: string
}

export interface Forwarded {
  state: ShipmentState
  /** Entries that the run has written. */
  written: readonly TimelineEntry[]
  status: Execution['status']
  /** Names of the states in which it stands. */
  stands: readonly string[]
  /** Keys of the steps that it has taken, those in which it stands included. */
  taken: ReadonlySet<string>
  /** A step that a rule has refused. */
  refused?: { key: string; message: string }
}

/** Deadlines that have passed already fire a minute after the start at the latest (the SOPs' least TimeoutSeconds). */
const SETTLING_MS = 5 * 60_000

export async function forward(
  definition: JsonObject,
  sopId: SopId,
  shipment: ShipmentState,
  surroundings: Surroundings,
): Promise<Forwarded> {
  const run = new Run(definition, { ...shipment, waits: [] }, surroundings)
  await run.through(sopId)
  return {
    state: run.state,
    written: run.state.timeline.slice(shipment.timeline.length),
    status: run.execution?.status ?? 'FAILED',
    stands: run.execution?.root ? standing(run.execution.root) : [],
    taken: run.taken,
    ...(run.refused ? { refused: run.refused } : {}),
  }
}

/** Names of the states in which the threads of an execution wait for something. */
function standing({ state, block }: Thread): string[] {
  if (block?.on !== 'branches') return [state]
  return block.branches.flatMap((branch) => ('thread' in branch ? standing(branch.thread) : []))
}

const plain = (value: unknown): Json => JSON.parse(JSON.stringify(value))

class Run {
  readonly taken = new Set<string>()
  execution: Execution | undefined
  refused: { key: string; message: string } | undefined
  private time: number

  constructor(
    private readonly definition: JsonObject,
    public state: ShipmentState,
    private readonly surroundings: Surroundings,
  ) {
    this.time = Date.parse(surroundings.now)
  }

  async through(sopId: SopId) {
    const name = this.state.header.shipmentId
    const context = { id: name, name, roleArn: '', stateMachine: { id: sopId, name: sopId }, seed: 1 }
    const input = plain(sopInput(this.surroundings, this.state, 1))
    const until = this.time + SETTLING_MS
    await this.after(await start(this.definition, input, context, this.clock))
    for (let at = this.execution?.wakeAt; at !== undefined && at <= until; at = this.execution?.wakeAt) {
      if (this.refused) return
      this.time = Math.max(this.time, at)
      await this.send({ type: 'time' })
    }
  }

  private get clock() {
    return { now: this.time, history: false }
  }

  private async send(event: ExecutionEvent) {
    if (this.execution && !this.refused)
      await this.after(await advance(this.definition, this.execution, event, this.clock))
  }

  private async after({ execution, effects }: Step) {
    this.execution = execution
    for (const effect of effects) if (effect.type === 'task') await this.take(effect)
  }

  /** The `sop-step` function, without its table. */
  private async take({ task, ...effect }: TaskEffect) {
    const step = SopStep.parse(objectOr(effect.arguments).Payload)
    this.taken.add(step.key)
    const now = new Date(this.time).toISOString()
    const wait = waitOf(step, now)
    if (wait) this.state = { ...this.state, waits: [...this.state.waits.filter((it) => it.stepKey !== step.key), wait] }
    const answer = this.decided(step, now)
    if (!answer) return
    if (!wait) return this.send({ type: 'taskSucceeded', task, output: { Payload: plain(answer.output) } })
    await this.send({ type: 'taskSubmitted', task, output: {} })
    if (!answer.settled) return
    this.state = { ...this.state, waits: this.state.waits.filter((it) => it.stepKey !== step.key) }
    await this.send({ type: 'taskSucceeded', task, output: plain(answer.output) })
  }

  /** A rule's no is retried for hours by a machine; here it ends the run. */
  private decided(step: SopStep, now: string) {
    try {
      const { decision, answer } = decideStep(step, this.state, { ...this.surroundings, now })
      this.state = committed(this.state, decision, now)
      return answer
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      this.refused = { key: step.key, message: error.message }
      return undefined
    }
  }
}
