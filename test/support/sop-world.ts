/** A shipment under its SOP in virtual time: the real machine on the engine, the real rules of each step, and a world that answers. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { advance, start } from '../../engine/advance'
import type { Effect, Execution, ExecutionEvent, Step, TaskEffect } from '../../engine/execution'
import type { Json, JsonObject } from '../../engine/json'
import type { Decision, ShipmentState } from '../../functions/shipments/store'
import { sopInput } from '../../functions/sops/domain/catalogue'
import { passedMoments, untilOf } from '../../functions/sops/domain/moments'
import { decideStep } from '../../functions/sops/domain/steps'
import { resolutions, settledWaits, waitOf } from '../../functions/sops/domain/waits'
import { decideComplete } from '../../functions/tasks/domain'
import { decideOwnMilestone } from '../../functions/tracking/own-events'
import type { DocumentType } from '../../schemas/codes'
import type { DocumentRecord } from '../../schemas/document'
import { type DeniedParty, type ProductSopId, SopStep } from '../../schemas/sop'
import type { FormField, Task } from '../../schemas/task'
import type { Wait } from '../../schemas/wait'
import { withFacts } from './shipments'

export const readMachine = (name: string): JsonObject =>
  JSON.parse(readFileSync(join(__dirname, '../../state-machines', `${name}.asl.json`), 'utf8'))

/** The state after a decision was committed. */
export function committed(state: ShipmentState, decision: Decision, now: string): ShipmentState {
  const tasks = decision.tasks ?? []
  const documents = decision.documents ?? []
  const next: ShipmentState = {
    ...state,
    header: { ...state.header, ...decision.header, version: state.header.version },
    detail: decision.detail ?? state.detail,
    tasks: [...state.tasks.filter((it) => !tasks.some(({ taskId }) => taskId === it.taskId)), ...tasks],
    documents: [
      ...state.documents.filter((it) => !documents.some(({ documentId }) => documentId === it.documentId)),
      ...documents,
    ],
    waits: state.waits.filter((it) => !decision.dropped?.includes(it)),
  }
  return withFacts(next, decision.facts, now)
}

const SAMPLES: Record<FormField['type'], (field: FormField) => unknown> = {
  text: () => 'ABC123',
  number: () => 21_400,
  boolean: () => true,
  instant: () => '2026-03-01T00:00:00Z',
  choice: (field) => field.options?.[0],
  containerNumber: () => 'MSKU9070323',
  money: () => ({ amount: 100, currency: 'EUR' }),
}

/** With the first option of each choice, unless another is preferred. */
export const formData = (form: readonly FormField[], preferred: readonly string[] = []) =>
  Object.fromEntries(
    form.map((field) => [
      field.name,
      field.options?.find((option) => preferred.includes(option)) ?? SAMPLES[field.type](field),
    ]),
  )

/** Ana does the work, and Ben decides on it. */
export const workerOf = ({ approval }: Pick<Task, 'approval'>) => (approval ? 'ben' : 'ana')

/** Documents of the types verified, and compared without a finding. */
export function agreeingDocuments(
  { header: { shipmentId } }: Pick<ShipmentState, 'header'>,
  types: readonly DocumentType[],
  now: string,
): Decision {
  const verified = types.map((documentType) => verifiedDocument(shipmentId, documentType, now))
  const documents = verified.flatMap((decision) => decision.documents ?? [])
  return {
    documents,
    facts: [
      ...verified.flatMap(({ facts }) => facts),
      {
        type: 'documents.compared',
        data: { documents: documents.map(({ documentId }) => documentId), open: [], waived: 0 },
      },
    ],
  }
}

/** What is committed when a document has been read and found good. */
export function verifiedDocument(shipmentId: string, documentType: DocumentType, now: string): Decision {
  const document: DocumentRecord = {
    documentId: `doc_${shipmentId.slice(4, 27)}${documentType}`,
    shipmentId,
    documentType,
    status: 'VERIFIED',
    contentType: 'application/pdf',
    bytes: 1,
    sha256: 'x',
    announcedBy: 'test',
    announcedAt: now,
  }
  const { documentId } = document
  return {
    documents: [document],
    facts: [{ type: 'document.verified', data: { documentId, documentType, confidence: 1, fields: 1, pages: 1 } }],
  }
}

/** The facts without their order and times: what was done, reached and said. */
export const factsOf = (state: ShipmentState) =>
  state.timeline
    .map(({ type, data }) => {
      const { stepKey, milestone } = data as { stepKey?: string; milestone?: string }
      return [type, stepKey, milestone].filter(Boolean).join(' ')
    })
    .sort()

export class SopWorld {
  /** States in the order they were entered. */
  readonly entered: string[] = []
  /** Every step that was taken, in order. */
  readonly steps: SopStep[] = []
  /** Options of choices (`DISPOSE`, or `inspect-goods DISPOSE`), and milestones, that this world prefers to the usual ones. */
  prefers: readonly string[] = []
  private readonly tokens = new Map<string, number>()

  private constructor(
    private readonly machine: JsonObject,
    public state: ShipmentState,
    public execution: Execution,
    private time: number,
    private readonly denied: readonly DeniedParty[],
  ) {}

  static begin(sopId: ProductSopId, state: ShipmentState, now: string, denied: readonly DeniedParty[] = []) {
    return SopWorld.on(readMachine(sopId), sopId, state, now, denied)
  }

  /** On a definition that is not the SOP's file. */
  static async on(
    machine: JsonObject,
    sopId: ProductSopId,
    state: ShipmentState,
    now: string,
    denied: readonly DeniedParty[] = [],
  ) {
    const input = JSON.parse(JSON.stringify(sopInput({ tenantId: 'demo', now }, state, 1))) as JsonObject
    const context = {
      id: `arn:aws:states:eu-central-1:1:execution:${sopId}:1`,
      name: '1',
      roleArn: 'arn:aws:iam::1:role/r',
      stateMachine: { id: 'arn:aws:states:eu-central-1:1:stateMachine:m', name: 'm' },
      seed: 1,
    }
    const begun = await start(machine, input, context, { now: Date.parse(now) })
    const world = new SopWorld(machine, state, begun.execution, Date.parse(now), denied)
    await world.after(begun)
    return world
  }

  get now() {
    return new Date(this.time).toISOString()
  }

  get running() {
    return this.execution.status === 'RUNNING'
  }

  /** When the next deadline passes, epoch milliseconds. */
  get wakeAt() {
    return this.execution.wakeAt ?? Number.POSITIVE_INFINITY
  }

  exceptions() {
    return this.state.timeline.flatMap((entry) => (entry.type === 'exception.raised' ? [entry.data.stepKey] : []))
  }

  /** Lets time pass until the moment; deadlines before it fire in their order. */
  async passUntil(at: number) {
    while (this.running && this.wakeAt <= at) await this.tick(this.wakeAt)
    this.time = Math.max(this.time, at)
  }

  private async tick(at: number) {
    this.time = Math.max(this.time, at)
    await this.send({ type: 'time' })
  }

  /** What the wait is for comes: the task is completed, the document verified, the milestone reached. */
  async deliver({ awaited }: Wait): Promise<void> {
    if (awaited.kind === 'task') return this.completeTask(awaited.taskKey)
    if (awaited.kind === 'milestone') {
      const milestone = awaited.or?.find((it) => this.prefers.includes(it)) ?? awaited.milestone
      const report = { milestone, eventId: `world-${milestone}`, at: this.now }
      return this.commit(decideOwnMilestone(this.state, report, this.now))
    }
    if (awaited.kind === 'consistency')
      return this.commit(agreeingDocuments(this.state, awaited.documentTypes, this.now))
    if (awaited.kind === 'document')
      return this.commit(verifiedDocument(this.state.header.shipmentId, awaited.documentType, this.now))
    if (awaited.kind === 'process')
      return this.commit({ facts: [{ type: 'subprocess.ended', data: { stepKey: awaited.process } }] })
    // A moment comes when nothing is left to be done before it.
    const other = this.state.waits.find((wait) => wait.awaited.kind !== 'until')
    return other ? this.deliver(other) : this.passMoment()
  }

  /** Time passes until the next moment that a step waits for. */
  private async passMoment() {
    await this.passUntil(Math.max(this.time, Date.parse(untilOf(this.state, this.now) ?? this.now)))
    await this.commit({ facts: passedMoments(this.state, this.now).map(({ fact }) => fact) })
  }

  private async completeTask(stepKey: string) {
    const task = this.state.tasks.find((it) => it.stepKey === stepKey)
    if (!task) throw new Error(`No task ${stepKey}`)
    const preferred = this.prefers.map((it) => (it.startsWith(`${stepKey} `) ? it.slice(stepKey.length + 1) : it))
    const person = { actor: { kind: 'USER' as const, id: workerOf(task) }, roles: [task.role], now: this.now }
    await this.commit(decideComplete(this.state, task.taskId, formData(task.form, preferred), person).decision)
  }

  /** Commits what somebody decided, and signals the waits that it settles. */
  async commit(decision: Decision) {
    this.state = committed(this.state, decision, this.now)
    const settled = settledWaits(this.state)
    const stepKeys = settled.map(({ wait }) => wait.stepKey)
    this.state = committed(this.state, { facts: resolutions(this.state, stepKeys) }, this.now)
    for (const { wait, output } of settled) await this.answer(wait, output)
  }

  private async answer(wait: Wait, output: Record<string, unknown>) {
    this.state = { ...this.state, waits: this.state.waits.filter((it) => it.token !== wait.token) }
    const task = this.tokens.get(wait.token)
    if (task !== undefined) await this.send({ type: 'taskSucceeded', task, output: toJson(output) })
  }

  private async send(event: ExecutionEvent) {
    await this.after(await advance(this.machine, this.execution, event, { now: this.time }))
  }

  private async after({ execution, effects, history }: Step) {
    this.execution = execution
    for (const event of history) if (event.type.endsWith('StateEntered')) this.entered.push(String(event.details?.name))
    for (const effect of effects) if (isTask(effect)) await this.take(effect)
  }

  /** The `sop-step` function, without its table. */
  private async take({ task, token, ...effect }: TaskEffect) {
    const payload = (effect.arguments as JsonObject).Payload
    const step = SopStep.parse(payload)
    this.steps.push(step)
    const wait = waitOf(step, this.now)
    if (wait && token !== undefined) this.tokens.set(token, task)
    if (wait) this.state = { ...this.state, waits: [...this.state.waits.filter((it) => it.stepKey !== step.key), wait] }
    const { decision, answer } = decideStep(step, this.state, { now: this.now, denied: this.denied })
    this.state = committed(this.state, decision, this.now)
    if (!wait) return this.send({ type: 'taskSucceeded', task, output: { Payload: toJson(answer.output) } })
    await this.send({ type: 'taskSubmitted', task, output: {} })
    if (answer.settled) await this.answer(wait, answer.output)
  }
}

const isTask = (effect: Effect): effect is TaskEffect => effect.type === 'task'
const toJson = (value: unknown): Json => JSON.parse(JSON.stringify(value))
