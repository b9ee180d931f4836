/**
 * A shipment under its SOP in memory: the real engine and the real rules of each step, a table that is a variable, and
 * time that passes when it is told to. What has happened to the shipment before is gone through at once, as a restart does.
 */
import { advance, start } from '../../../../engine/advance'
import type { Execution, ExecutionEvent, Step, TaskEffect, Thread } from '../../../../engine/execution'
import type { Json, JsonObject } from '../../../../engine/json'
import type { DeniedParty, SopId, SopStep } from '../../../../schemas/sop'
import type { TimelineEntry } from '../../../../schemas/timeline'
import type { Wait } from '../../../../schemas/wait'
import type { People } from '../../../people/domain/calendars'
import { AppError } from '../../../platform/errors'
import type { Decision, ShipmentState } from '../../../shipments/store'
import { sopInput } from '../catalogue'
import { objectOr } from '../flow'
import { decideLook, nextLook } from '../look'
import { placed } from '../processes'
import { decideStep, type StepAnswer } from '../steps'
import { type Output, resolutions, settledWaits, waitOf } from '../waits'
import { commitTo } from './facts'
import { readerOf } from './step-reader'

export interface VirtualOptions {
  sopId: SopId
  tenantId: string
  /** When it starts, UTC. */
  now: string
  denied?: readonly DeniedParty[] | undefined
  people?: People | undefined
  /** NONE: nobody looks at the shipment each minute, so no task escalates, and no moment passes unless it is delivered. */
  looks?: 'NONE'
}

/** Where a run stands: the state, the step that it waits for, and when that runs out of time. */
export interface Standing {
  state: string
  stepKey?: string
  /** Epoch milliseconds. */
  deadline?: number
}

/** A wait from its first beginning to its end. */
export interface WaitRecord {
  key: string
  since: string
  deadline?: string
  settledAt?: string
}

/** As JSON: without members that are undefined. Outputs are plain data, so nothing else is lost. */
function plain(value: unknown): Json {
  if (Array.isArray(value)) return value.map((item) => plain(item ?? null))
  if (typeof value !== 'object' || value === null) return value as Json // a string, number or boolean is left
  const copy: JsonObject = {}
  for (const [key, item] of Object.entries(value)) if (item !== undefined) copy[key] = plain(item)
  return copy
}
/** Whoever delivers something and does not say who it is. */
const WORLD: TimelineEntry['actor'] = { kind: 'CLIENT', id: 'simulation' }
const iso = (at: number) => new Date(at).toISOString()

export class VirtualRun {
  /** UTC, ISO 8601 with milliseconds. */
  now: string
  /** States in the order in which they were entered. */
  readonly entered: { state: string; at: string }[] = []
  /** Every step that was taken, in order, those in which it stands included. */
  readonly steps: SopStep[] = []
  /** Entries that the SOP itself wrote: by its steps, by looks, and by the end of waits. */
  readonly written: TimelineEntry[] = []
  /** Steps that a rule has refused; their states try again, as on Step Functions. */
  readonly refused: { key: string; message: string; at: string }[] = []
  /** Waits in the order in which they began, each once. */
  readonly waits: WaitRecord[] = []
  private readonly tasks = new Map<string, number>()
  private readonly keys = new Map<number, { stepKey: string; deadline?: number }>()

  private constructor(
    private readonly definition: JsonObject,
    public state: ShipmentState,
    public execution: Execution,
    private time: number,
    private readonly options: VirtualOptions,
  ) {
    this.now = iso(time)
  }

  /** Starts an execution for the shipment as it stands; waits of another execution are waited for no more. */
  static async start(definition: JsonObject, shipment: ShipmentState, options: VirtualOptions): Promise<VirtualRun> {
    const now = Date.parse(options.now)
    const name = shipment.header.shipmentId
    const input = plain(sopInput(options, shipment, 1))
    const context = { id: name, name, roleArn: '', stateMachine: { id: options.sopId, name: options.sopId }, seed: 1 }
    const begun = await start(definition, input, context, { now, history: false })
    const run = new VirtualRun(definition, own(shipment), begun.execution, now, options)
    await run.after(begun)
    return run
  }

  private pass(at: number) {
    if (at <= this.time) return
    this.time = at
    this.now = iso(at)
  }

  get running(): boolean {
    return this.execution.status === 'RUNNING'
  }

  /** State transitions so far, as Step Functions bills them. */
  get transitions(): number {
    return this.execution.transitions
  }

  /** When something happens by itself next, epoch milliseconds; Infinity for never. */
  get wakeAt(): number {
    return Math.min(this.execution.wakeAt ?? Number.POSITIVE_INFINITY, this.looksAt)
  }

  private get looksAt(): number {
    const looked = this.running && this.options.looks !== 'NONE'
    return looked && this.state.wakeAt !== undefined ? Date.parse(this.state.wakeAt) : Number.POSITIVE_INFINITY
  }

  /** Each place where it stands. */
  get standing(): Standing[] {
    return this.execution.root ? leaves(this.execution.root).map((thread) => this.standingOf(thread)) : []
  }

  private standingOf({ state, block }: Thread): Standing {
    return { state, ...(block?.on === 'task' ? this.keys.get(block.task) : {}) }
  }

  /** When the step's wait runs out of time, epoch milliseconds. */
  deadlineOf({ token }: Wait): number | undefined {
    const task = this.tasks.get(token)
    return task === undefined ? undefined : this.keys.get(task)?.deadline
  }

  /** Lets time pass until the moment, epoch milliseconds: what comes due before it happens in its order. */
  async advanceTo(at: number): Promise<void> {
    while (this.running && this.wakeAt <= at) await this.tick(this.wakeAt)
    this.pass(at)
  }

  private async tick(at: number) {
    this.pass(at)
    const { wakeAt } = this.execution
    if (wakeAt !== undefined && wakeAt <= this.time) await this.send({ type: 'time' })
    else await this.look()
  }

  /** What the `timer` door does for a shipment that is due. */
  private async look() {
    const { people } = this.options
    const { decision, answer } = decideLook(this.state, this.now, people)
    this.apply(decision, 'sops-timer')
    delete this.state.wakeAt
    for (const { wait, output } of answer) await this.answer(wait, output)
    const next = nextLook(this.state, this.now, people)
    if (next !== undefined) this.state.wakeAt = next
  }

  /** Commits what somebody outside decided, and lets the steps go on whose waits it settles. */
  async deliver(decision: Decision, actor: TimelineEntry['actor'] = WORLD): Promise<void> {
    commitTo(this.state, decision, { now: this.now, actor })
    const settled = settledWaits(this.state)
    if (settled.length === 0) return
    const stepKeys = settled.map(({ wait }) => wait.stepKey)
    this.apply({ facts: resolutions(this.state, stepKeys) }, 'sops')
    for (const { wait, output } of settled) await this.answer(wait, output)
  }

  /** `writer`: as the context of the door is called that would have written it. */
  private apply(decision: Decision, writer: string) {
    const before = this.state.timeline.length
    commitTo(this.state, decision, { now: this.now, actor: { kind: 'SYSTEM', id: writer } })
    this.written.push(...this.state.timeline.slice(before))
  }

  private async answer(wait: Wait, output: Output) {
    this.state.waits = this.state.waits.filter(({ token }) => token !== wait.token)
    const record = this.waits.find(({ key }) => key === wait.stepKey)
    if (record) record.settledAt = this.now
    const task = this.tasks.get(wait.token)
    if (task !== undefined) await this.send({ type: 'taskSucceeded', task, output: plain(output) })
  }

  private async send(event: ExecutionEvent) {
    await this.after(await advance(this.definition, this.execution, event, { now: this.time, history: false }))
  }

  private async after({ execution, effects, entered }: Step) {
    this.execution = execution
    for (const state of entered) this.entered.push({ state, at: this.now })
    for (const effect of effects) if (effect.type === 'task') await this.take(effect)
  }

  /** The `sop-step` function, without its table. */
  private async take({ task, timeoutAt, ...effect }: TaskEffect) {
    const { step, process } = placed(readerOf(this.definition).read(objectOr(effect.arguments).Payload))
    this.steps.push(step)
    const wait = waitOf(step, this.now)
    this.keys.set(task, { stepKey: step.key, ...(timeoutAt === undefined ? {} : { deadline: timeoutAt }) })
    if (wait) this.begin(wait, task, timeoutAt)
    const answer = this.decided(step, process)
    if (!answer) return this.send({ type: 'taskFailed', task, error: 'SopStep.Rejected' })
    if (!wait) return this.send({ type: 'taskSucceeded', task, output: { Payload: plain(answer.output) } })
    await this.send({ type: 'taskSubmitted', task, output: {} })
    if (answer.settled) await this.answer(wait, answer.output)
  }

  private begin(wait: Wait, task: number, deadline: number | undefined) {
    this.tasks.set(wait.token, task)
    this.state.waits = [...this.state.waits.filter((it) => it.stepKey !== wait.stepKey), wait]
    if (this.waits.some(({ key }) => key === wait.stepKey)) return
    this.waits.push({
      key: wait.stepKey,
      since: wait.since,
      ...(deadline === undefined ? {} : { deadline: iso(deadline) }),
    })
  }

  /** Undefined where a rule says no. */
  private decided(step: SopStep, process: string | undefined): StepAnswer | undefined {
    const { denied = [], people } = this.options
    try {
      const surroundings = { now: this.now, denied, process, ...(people ? { people } : {}) }
      const { decision, answer } = decideStep(step, this.state, surroundings)
      this.apply(decision, `sop/${step.key}`)
      return answer
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      this.refused.push({ key: step.key, message: error.message, at: this.now })
      return undefined
    }
  }
}

/** What a run may write to, without the waits of other executions. */
const own = (shipment: ShipmentState): ShipmentState => ({ ...shipment, timeline: [...shipment.timeline], waits: [] })

/** Threads that wait for something themselves. */
function leaves(thread: Thread): Thread[] {
  if (thread.block?.on !== 'branches') return [thread]
  return thread.block.branches.flatMap((branch) => ('thread' in branch ? leaves(branch.thread) : []))
}
