/** One shipment under an SOP in virtual time: the real engine, the real rules of each step, and a world that answers. */
import { advance, start } from '../../../../engine/advance'
import type { Execution, ExecutionEvent, Step, TaskEffect } from '../../../../engine/execution'
import type { Json, JsonObject } from '../../../../engine/json'
import { type ProductSopId, SopStep } from '../../../../schemas/sop'
import type { SimulateSop, SopSimulation } from '../../../../schemas/sop-simulation'
import type { FormField } from '../../../../schemas/task'
import type { Wait } from '../../../../schemas/wait'
import type { Decision, ShipmentState } from '../../../shipments/store'
import { sopInput } from '../../../sops/domain/catalogue'
import { objectOr } from '../../../sops/domain/flow'
import { passedMoments, untilOf } from '../../../sops/domain/moments'
import { decideStep } from '../../../sops/domain/steps'
import { resolutions, settledWaits, waitOf } from '../../../sops/domain/waits'
import { decideComplete, decideSkip } from '../../../tasks/domain'
import { decideOwnMilestone } from '../../../tracking/own-events'
import { arrived, committed } from './facts'
import { arrivalOf, holdsAt } from './model'

const HOURS_A_YEAR = 365 * 24
const YEAR = HOURS_A_YEAR * 3600_000
/** Step Functions ends an execution whose history is longer. */
const MAX_EVENTS = 25_000
const iso = (at: number) => new Date(at).toISOString()
const plain = (value: unknown): Json => JSON.parse(JSON.stringify(value))

const FILLED: Record<FormField['type'], (field: FormField) => unknown> = {
  text: () => 'ABC123',
  number: () => 1000,
  boolean: () => true,
  instant: () => '2026-01-01T00:00:00Z',
  choice: ({ options }) => options?.[0],
  containerNumber: () => 'MSKU9070323',
  money: () => ({ amount: 100, currency: 'EUR' }),
}

type SimulatedWait = SopSimulation['waits'][number]

export class Run {
  readonly path: SopSimulation['path'] = []
  readonly waits: SimulatedWait[] = []
  private readonly tokens = new Map<string, number>()
  /** When what a step waits for comes; held by the step's key, for a wait may begin anew. */
  private readonly arrivals = new Map<string, number>()

  private constructor(
    private readonly definition: JsonObject,
    private readonly scenario: SimulateSop,
    private readonly random: () => number,
    public state: ShipmentState,
    public execution: Execution,
    private time: number,
  ) {}

  /** Runs to the end, for a year, or until Step Functions would end it. */
  static async through(
    definition: JsonObject,
    { sopId, shipment }: { sopId: ProductSopId; shipment: ShipmentState },
    scenario: SimulateSop,
    random: () => number,
  ): Promise<Run> {
    const now = shipment.header.createdAt
    const input = plain(sopInput({ tenantId: 'simulation', now }, shipment, 1))
    const name = shipment.header.shipmentId
    const context = { id: name, name, roleArn: '', stateMachine: { id: sopId, name: sopId }, seed: 1 }
    const begun = await start(definition, input, context, { now: Date.parse(now) })
    const run = new Run(definition, scenario, random, shipment, begun.execution, Date.parse(now))
    await run.after(begun)
    while (run.goesOn) await run.next()
    return run
  }

  private get goesOn() {
    const { status, events } = this.execution
    return status === 'RUNNING' && events < MAX_EVENTS && this.hours < HOURS_A_YEAR
  }

  get hours() {
    return (this.time - Date.parse(this.state.header.createdAt)) / 3600_000
  }

  get completed() {
    return this.execution.status === 'SUCCEEDED' && this.state.header.status === 'COMPLETED'
  }

  /** Whatever comes first: what somebody waits for, or a deadline. */
  private async next() {
    const [wait] = this.state.waits
      .filter((it) => this.arrivals.has(it.stepKey))
      .sort((a, b) => this.comes(a) - this.comes(b))
    const wakeAt = this.execution.wakeAt ?? Number.POSITIVE_INFINITY
    const at = Math.min(wakeAt, wait ? this.comes(wait) : Number.POSITIVE_INFINITY)
    this.time = at === Number.POSITIVE_INFINITY ? this.time + YEAR : Math.max(this.time, at)
    if (wait && this.comes(wait) < wakeAt) return this.deliver(wait)
    if (Number.isFinite(wakeAt)) await this.send({ type: 'time' })
  }

  private comes = ({ stepKey }: Wait) => this.arrivals.get(stepKey) ?? Number.POSITIVE_INFINITY

  private async deliver({ stepKey, awaited }: Wait) {
    this.arrivals.delete(stepKey)
    const now = iso(this.time)
    const { shipmentId } = this.state.header
    if (awaited.kind === 'task') return this.commit(this.worked(awaited.taskKey, now))
    if (awaited.kind === 'document') return this.commit(arrived(shipmentId, [awaited.documentType], now))
    if (awaited.kind === 'consistency') return this.commit(arrived(shipmentId, awaited.documentTypes, now, true))
    if (awaited.kind === 'until') return this.commit({ facts: passedMoments(this.state, now).map(({ fact }) => fact) })
    if (awaited.kind === 'process')
      return this.commit({ facts: [{ type: 'subprocess.ended', data: { stepKey: awaited.process } }] })
    const report = { milestone: awaited.milestone, eventId: `simulated-${awaited.milestone}`, at: now }
    await this.commit(decideOwnMilestone(this.state, report, now))
  }

  private worked(stepKey: string, now: string): Decision {
    const task = this.state.tasks.find((it) => it.stepKey === stepKey)
    if (!task) return { facts: [] }
    const id = task.approval ? 'second person' : 'simulation'
    const person = { actor: { kind: 'USER' as const, id }, roles: [task.role], now }
    if (this.scenario.rejectedTasks.includes(stepKey))
      return decideSkip(this.state, task.taskId, 'Rejected', person).decision
    const data = Object.fromEntries(task.form.map((field) => [field.name, FILLED[field.type](field)]))
    return decideComplete(this.state, task.taskId, data, person).decision
  }

  private async commit(decision: Decision) {
    const now = iso(this.time)
    this.state = committed(this.state, decision, now)
    const settled = settledWaits(this.state)
    const late = resolutions(
      this.state,
      settled.map(({ wait }) => wait.stepKey),
    )
    this.state = committed(this.state, { facts: late }, now)
    for (const { wait, output } of settled) await this.answer(wait, output)
  }

  private async answer(wait: Wait, output: Record<string, unknown>) {
    this.state = { ...this.state, waits: this.state.waits.filter(({ token }) => token !== wait.token) }
    const record = this.waits.find(({ key }) => key === wait.stepKey)
    if (record) record.settledAt = iso(this.time)
    const task = this.tokens.get(wait.token)
    if (task !== undefined) await this.send({ type: 'taskSucceeded', task, output: plain(output) })
  }

  private async send(event: ExecutionEvent) {
    await this.after(await advance(this.definition, this.execution, event, { now: this.time }))
  }

  private async after({ execution, effects, history }: Step) {
    this.execution = execution
    for (const { type, details } of history)
      if (type.endsWith('StateEntered')) this.path.push({ state: String(details?.name), at: iso(this.time) })
    for (const effect of effects) if (effect.type === 'task') await this.take(effect)
  }

  /** The `sop-step` function, without its table. */
  private async take({ task, token, timeoutAt, ...effect }: TaskEffect) {
    const now = iso(this.time)
    const step = SopStep.parse(objectOr(effect.arguments).Payload)
    const wait = waitOf(step, now)
    if (wait && token !== undefined) this.tokens.set(token, task)
    if (wait) this.begin(wait, timeoutAt)
    const { decision, answer } = decideStep(step, this.state, { now, denied: [] })
    this.state = committed(this.state, decision, now)
    if (!wait) return this.send({ type: 'taskSucceeded', task, output: { Payload: plain(answer.output) } })
    await this.send({ type: 'taskSubmitted', task, output: {} })
    if (answer.settled) await this.answer(wait, answer.output)
  }

  private begin(wait: Wait, deadline = this.time) {
    const { stepKey: key, awaited, since } = wait
    this.state = { ...this.state, waits: [...this.state.waits.filter((it) => it.stepKey !== key), wait] }
    if (this.waits.some((it) => it.key === key)) return
    this.waits.push({ key, since, deadline: iso(deadline) })
    const until = untilOf({ ...this.state, waits: [wait] }, since)
    const comes =
      until === undefined
        ? arrivalOf(wait, { now: this.time, deadline }, this.scenario, this.random)
        : Date.parse(until)
    if (comes !== undefined) this.arrivals.set(key, comes)
    if (!this.scenario.customsHold || !holdsAt(awaited)) return
    const hold = { milestone: 'CUSTOMS_HOLD' as const, eventId: 'simulated-hold', at: since }
    this.state = committed(this.state, decideOwnMilestone(this.state, hold, since), since)
  }
}
