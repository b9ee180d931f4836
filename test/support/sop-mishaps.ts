/**
 * A shipment under its SOP in memory, with everything that may go wrong between a machine and its doors: operations of
 * several processes in any order, crashes after any of them, signals that come twice, deadlines that pass meanwhile, and
 * a clock that is wrong. The rules are those of `functions/sops`; only their table and their bus are replaced.
 */
import { advance, start } from '../../engine/advance'
import type { Execution, ExecutionEvent, Step, TaskEffect } from '../../engine/execution'
import type { Json, JsonObject } from '../../engine/json'
import type { Decision, ShipmentState } from '../../functions/shipments/store'
import { sopInput } from '../../functions/sops/domain/catalogue'
import { decideLook } from '../../functions/sops/domain/look'
import { passedMoments, untilOf } from '../../functions/sops/domain/moments'
import { placed } from '../../functions/sops/domain/processes'
import { decideStep } from '../../functions/sops/domain/steps'
import { type Output, waitOf } from '../../functions/sops/domain/waits'
import { decideComplete } from '../../functions/tasks/domain'
import { decideOwnMilestone } from '../../functions/tracking/own-events'
import { type ProductSopId, SopStep } from '../../schemas/sop'
import type { Wait } from '../../schemas/wait'
import { objectOf } from './asl'
import { agreeingDocuments, committed, formData, readMachine, verifiedDocument, workerOf } from './sop-world'

/** A number from 0 to below `sides`. What fast-check shrinks to, 0, is always the uneventful case. */
export type Roll = (sides: number) => number

/** A process of the system. Each `yield` ends one atomic operation: others may run then, or it may crash. */
interface Work {
  run: AsyncGenerator<void, void>
  /** What whoever called it does about a crash. */
  crashed(): Promise<void>
  /** A call of `sop-step`: a Lambda function that takes a few seconds, never the hour in which a deadline passes. */
  call?: true
}

export interface Options {
  /** Every step of the engine goes through JSON, as if the host had persisted and loaded it. */
  persisted?: boolean
  /** The host's clock is behind by up to so many milliseconds, at times. */
  wrongClock?: number
}

const HOUR = 3600_000
const SECOND = 1000
const toJson = (value: unknown): Json => JSON.parse(JSON.stringify(value))

/** Read once: the engine remembers what it has compiled. */
const machines = new Map<ProductSopId, JsonObject>()
function machine(sopId: ProductSopId): JsonObject {
  const definition = machines.get(sopId) ?? readMachine(sopId)
  machines.set(sopId, definition)
  return definition
}

export class Mishaps {
  execution: Execution
  /** The engine's time after each of its steps. */
  readonly times: number[] = []
  crashes = 0
  private time: number
  private readonly work: Work[] = []
  private readonly tokens = new Map<string, number>()

  private constructor(
    private readonly definition: JsonObject,
    public state: ShipmentState,
    private readonly roll: Roll,
    private readonly options: Options,
    begun: Step,
  ) {
    this.time = begun.execution.now
    this.execution = begun.execution
  }

  static async through(sopId: ProductSopId, state: ShipmentState, roll: Roll, options: Options = {}): Promise<Mishaps> {
    const { shipmentId, createdAt: now } = state.header
    const input = toJson(sopInput({ tenantId: 'demo', now }, state, 1))
    const context = { id: shipmentId, name: shipmentId, roleArn: '', stateMachine: { id: sopId, name: sopId }, seed: 1 }
    const definition = machine(sopId)
    const begun = await start(definition, input, context, { now: Date.parse(now), history: false })
    const system = new Mishaps(definition, state, roll, options, begun)
    system.after(begun)
    for (let turn = 0; system.goesOn; turn += 1) {
      if (turn > 20_000) throw new Error(`Stuck at ${system.state.waits.map(({ stepKey }) => stepKey)}`)
      await system.turn()
    }
    await system.lookOnceMore()
    return system
  }

  private get goesOn() {
    return this.execution.status === 'RUNNING' || this.work.length > 0
  }

  get now() {
    return new Date(this.time).toISOString()
  }

  /** Some process does its next operation; when all are at rest, the world does something, or time passes. */
  private async turn() {
    const at = this.roll(this.work.length + 1)
    const work = this.work[at] ?? this.work[0]
    if (!work) return this.roll(4) === 3 || this.forWorld.length === 0 ? this.pass() : this.act()
    if (this.roll(9) === 8) return this.crash(work)
    if (this.roll(9) === 8) this.time += SECOND
    if ((await work.run.next()).done) this.work.splice(this.work.indexOf(work), 1)
    // People and partners do not wait until the system is at rest, nor do deadlines of other steps.
    if (this.roll(9) === 8) await this.act()
    if (this.roll(9) === 8 && !this.work.some(({ call }) => call)) await this.pass()
  }

  /** A wait whose call crashed after its token was answered holds nobody; the next look ends it. */
  private async lookOnceMore() {
    for await (const _ of this.look());
  }

  private async crash(work: Work) {
    this.crashes += 1
    this.work.splice(this.work.indexOf(work), 1)
    await work.crashed()
  }

  /** What does not come by itself. */
  private get forWorld() {
    return this.state.waits.filter(({ awaited }) => awaited.kind !== 'until')
  }

  /** Until the next retry, deadline or moment at most; at times for weeks, so that everything is late. */
  private async pass() {
    const { wakeAt = Number.POSITIVE_INFINITY } = this.execution
    const planned = Date.parse(untilOf(this.state, this.now) ?? this.now)
    const later = this.forWorld.length > 0 ? this.time + this.roll(40 * 24) * HOUR : planned
    this.time = Math.max(this.time + SECOND, Math.min(wakeAt, later))
    await this.send({ type: 'time' })
    // The timer's door: what has come due is found, and signals that were lost are given.
    this.signal()
  }

  /** One thing that is waited for comes; people may do it twice, and the bus tells of it once or twice. */
  private async act() {
    const wait = this.forWorld[this.roll(this.forWorld.length)]
    if (!wait) return
    this.commit(arrival(this.state, wait, this.now))
    this.signal()
    if (this.roll(5) === 4) this.signal()
  }

  private signal() {
    this.work.push({ run: this.look(), crashed: async () => this.signal() })
  }

  /** As `functions/sops/look.ts`. */
  private async *look(): AsyncGenerator<void, void> {
    const { decision, answer } = decideLook(this.state, this.now)
    this.commit(decision)
    yield
    for (const { wait, output } of answer) yield* this.release(wait, output)
  }

  /** As `functions/sops/release.ts`. */
  private async *release(wait: Wait, output: Output): AsyncGenerator<void, void> {
    const task = this.tokens.get(wait.token)
    if (task !== undefined) await this.send({ type: 'taskSucceeded', task, output: toJson(output) })
    yield
    this.state = { ...this.state, waits: this.state.waits.filter(({ token }) => token !== wait.token) }
    yield
  }

  /** As `functions/sops/tasks.ts`. */
  private async *take({ task, ...effect }: TaskEffect): AsyncGenerator<void, void> {
    const { step, process } = placed(SopStep.parse(objectOf(effect.arguments).Payload))
    const wait = waitOf(step, this.now)
    if (wait) {
      this.tokens.set(wait.token, task)
      this.state = { ...this.state, waits: [...this.state.waits.filter((it) => it.stepKey !== step.key), wait] }
      yield
    }
    const { decision, answer } = decideStep(step, this.state, { now: this.now, denied: [], process })
    this.commit(decision)
    yield
    if (wait && answer.settled) yield* this.release(wait, answer.output)
    await this.send(
      wait
        ? { type: 'taskSubmitted', task, output: {} }
        : { type: 'taskSucceeded', task, output: { Payload: toJson(answer.output) } },
    )
  }

  private commit(decision: Decision) {
    this.state = committed(this.state, decision, this.now)
  }

  private async send(event: ExecutionEvent) {
    const behind = this.roll(2) === 1 ? (this.options.wrongClock ?? 0) : 0
    const before: Execution = this.options.persisted ? JSON.parse(JSON.stringify(this.execution)) : this.execution
    this.after(await advance(this.definition, before, event, { now: this.time - behind, history: false }))
  }

  private after({ execution, effects }: Step) {
    this.execution = execution
    this.times.push(execution.now)
    for (const effect of effects) if (effect.type === 'task') this.call(effect)
  }

  private call(effect: TaskEffect) {
    const { task } = effect
    // Lambda reports the crash; the machine calls again as its Retry says.
    const crashed = () => this.send({ type: 'taskFailed', task, error: 'Lambda.Unknown', cause: 'crash' })
    this.work.push({ run: this.take(effect), crashed, call: true })
  }
}

/** What the wait is for comes. A task that is not there yet, or done already, decides nothing. */
function arrival(state: ShipmentState, { awaited }: Wait, now: string): Decision {
  switch (awaited.kind) {
    case 'task': {
      const task = state.tasks.find(({ stepKey }) => stepKey === awaited.taskKey)
      if (!task || task.closedAt !== undefined) return { facts: [] }
      const person = { actor: { kind: 'USER' as const, id: workerOf(task) }, roles: [task.role], now }
      return decideComplete(state, task.taskId, formData(task.form), person).decision
    }
    case 'milestone': {
      const { milestone } = awaited
      return decideOwnMilestone(state, { milestone, eventId: `world-${milestone}`, at: now }, now)
    }
    case 'document':
      return verifiedDocument(state.header.shipmentId, awaited.documentType, now)
    case 'consistency':
      return agreeingDocuments(state, awaited.documentTypes, now)
    case 'until':
      return { facts: passedMoments(state, now).map(({ fact }) => fact) }
    case 'process': {
      const told = state.timeline.some((it) => it.type === 'subprocess.ended' && it.data.stepKey === awaited.process)
      return { facts: told ? [] : [{ type: 'subprocess.ended', data: { stepKey: awaited.process } }] }
    }
  }
}
