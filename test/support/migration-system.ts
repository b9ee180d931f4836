/** Migrations on the real table and engine: a bus that delivers everything at least once, machines that work, people who go on. */
import type { JsonObject } from '../../engine/json'
import { handlers } from '../../functions/migrations/handlers'
import { listPlanned, loadPlan } from '../../functions/migrations/plans'
import { reactions as ofMigrations } from '../../functions/migrations/reactions'
import { findOutcome, loadMigration } from '../../functions/migrations/store'
import { type Context, timestamp } from '../../functions/platform/context'
import { partition } from '../../functions/platform/table'
import { timelineEntry } from '../../functions/platform/timeline'
import { loadShipment, onShipment } from '../../functions/shipments/store'
import { contract as sopContract } from '../../functions/sops/contract'
import { reactions as ofSops } from '../../functions/sops/reactions'
import { StepError, takeStep } from '../../functions/sops/tasks'
import { decideClaim, decideComplete } from '../../functions/tasks/domain'
import { decideOwnMilestone } from '../../functions/tracking/own-events'
import type { ProductSopId } from '../../schemas/sop'
import { PlanMigration, StartMigration } from '../../schemas/sop-migration'
import type { Wait } from '../../schemas/wait'
import { createInTable, eventsOf } from './shipments'
import { planOf } from './sop-plans'
import { agreeingDocuments, formData, verifiedDocument } from './sop-world'
import type { StepFunctions } from './step-functions'

type Deliver = () => Promise<unknown>

interface Options {
  /** Sides of the die that decides on the second delivery of an event, and on a person's act; 0 for never. */
  again?: number
  people?: number
  /** A step that is refused is no failure of the test: its machine tries it again for hours. */
  refuse?: boolean
}

const INPUT = { query: undefined, params: {}, body: undefined, ifMatch: undefined, raw: undefined }

export class MigrationSystem {
  readonly shipments: string[] = []
  private readonly jobs = new Set<string>()
  private readonly seen = new Set<string>()
  private readonly failures: unknown[] = []

  constructor(
    private readonly context: Context,
    private readonly sopId: ProductSopId,
    private readonly stepFunctions: StepFunctions,
    private readonly roll: (sides: number) => number,
  ) {}

  get now(): Context {
    return { ...this.context, now: timestamp() }
  }

  /** Shipments that have gone so far: so many waits of each have been served. */
  async begin(turns: readonly number[]) {
    for (const times of turns) {
      const shipmentId = await createInTable(this.now, planOf(this.sopId, this.context.now))
      this.shipments.push(shipmentId)
      await this.settle()
      for (let turn = 0; turn < times; turn += 1) {
        await this.serve(shipmentId, 0)
        await this.settle()
      }
    }
  }

  async plan(request: object, key?: string) {
    const input = { ...INPUT, params: { sopId: this.sopId }, body: PlanMigration.parse(request), idempotencyKey: key }
    const { body } = await handlers.planSopMigration(this.now, input as never)
    this.jobs.add(`PLAN#${body.planId}`)
    await this.settle()
    return (await loadPlan(this.context, body.planId)).plan
  }

  async open(request: object, key?: string) {
    const input = { ...INPUT, params: { sopId: this.sopId }, body: StartMigration.parse(request), idempotencyKey: key }
    const { body } = await handlers.startSopMigration(this.now, input as never)
    this.jobs.add(`MIGRATION#${body.migrationId}`)
    return body
  }

  async change(verb: 'resume' | 'cancel' | 'reverse', migrationId: string) {
    const input = { ...INPUT, params: { sopId: this.sopId, migrationId }, body: { reason: 'as the test says' } }
    return (await handlers[`${verb}SopMigration`](this.now, input as never)).body
  }

  planned = async (planId: string) => (await listPlanned(this.context, planId, { limit: 100 })).items
  migration = async (migrationId: string) => (await loadMigration(this.context, migrationId)).migration
  outcome = (migrationId: string, shipmentId: string) => findOutcome(this.context, migrationId, shipmentId)
  state = (shipmentId: string) => loadShipment(this.context, shipmentId)

  /** Until there is nothing to deliver and no machine has anything to do but wait. */
  async settle({ again = 0, people = 0, refuse = false }: Options = {}) {
    const running = new Set<Promise<void>>()
    const work = (deliver: Deliver) => {
      const done: Promise<void> = this.untilDelivered(deliver).then(() => {
        running.delete(done)
      })
      running.add(done)
    }
    for (;;) {
      const events = await this.newEvents()
      for (const event of events) {
        work(event)
        if (again > 0 && this.roll(again) === 0) work(event)
      }
      const calls = this.stepFunctions.calls.splice(0)
      for (const call of calls) work(() => this.take(call, refuse))
      if (people > 0 && running.size > 0 && this.roll(people) === 0)
        await this.serve(this.shipments[this.roll(this.shipments.length)] ?? '').catch(() => undefined)
      if (events.length + calls.length + running.size === 0) break
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    const [failure] = this.failures.splice(0)
    if (failure) throw failure
  }

  /** As a queue does: what failed comes again. */
  private async untilDelivered(deliver: Deliver) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await deliver()
        return
      } catch (error) {
        if (attempt === 12) {
          this.failures.push(error)
          return
        }
      }
    }
  }

  private async newEvents(): Promise<Deliver[]> {
    const isNew = (eventId: string) => !this.seen.has(eventId) && this.seen.add(eventId)
    const found: Deliver[] = []
    for (const pk of this.jobs)
      for (const item of await partition(this.context, pk, 'TIMELINE#')) {
        const entry = timelineEntry(item)
        const reaction = Reflect.get(ofMigrations, entry.type)
        if (isNew(entry.eventId)) found.push(() => reaction(this.now, entry))
      }
    for (const shipmentId of this.shipments)
      for (const event of await eventsOf(this.context, shipmentId, sopContract.subscribes))
        if (isNew(event.eventId)) found.push(() => ofSops[event.type](this.now, event as never))
    return found
  }

  private async take(call: StepFunctions['calls'][number], refuse: boolean) {
    const output = await takeStep(call.payload, 'test').catch((error: unknown) => {
      if (refuse && error instanceof StepError && error.name === 'SopStep.Rejected') return call.fail(error)
      throw error
    })
    if (output) await call.succeed(JSON.parse(JSON.stringify(output)))
  }

  /** One thing that the shipment waits for comes. False when it waits for nothing. */
  async serve(shipmentId: string, place?: number): Promise<boolean> {
    const { waits } = await this.state(shipmentId)
    const wait = waits[place ?? this.roll(waits.length)]
    if (wait) await this.deliver(shipmentId, wait)
    return wait !== undefined
  }

  private deliver(shipmentId: string, { awaited }: Wait) {
    const { now } = this.now
    return onShipment(this.now, shipmentId, (state) => {
      if (awaited.kind === 'document')
        return { decision: verifiedDocument(shipmentId, awaited.documentType, now), answer: undefined }
      if (awaited.kind === 'consistency')
        return { decision: agreeingDocuments(state, awaited.documentTypes, now), answer: undefined }
      if (awaited.kind === 'milestone') {
        const report = { milestone: awaited.milestone, eventId: `world-${awaited.milestone}`, at: now }
        return { decision: decideOwnMilestone(state, report, now), answer: undefined }
      }
      if (awaited.kind !== 'task') throw new Error(`Nothing comes for ${awaited}`)
      const task = state.tasks.find(({ stepKey }) => stepKey === awaited.taskKey)
      if (!task) throw new Error(`No task ${awaited.taskKey}`)
      const person = { actor: { kind: 'USER' as const, id: task.assignee ?? 'ana' }, roles: [task.role], now }
      return { decision: decideComplete(state, task.taskId, formData(task.form), person).decision, answer: undefined }
    })
  }

  claim = (shipmentId: string, stepKey: string, person: string) =>
    onShipment(this.now, shipmentId, (state) => {
      const task = state.tasks.find((it) => it.stepKey === stepKey)
      const caller = { ...this.now, actor: { kind: 'USER' as const, id: person }, roles: task ? [task.role] : [] }
      return decideClaim(state, task?.taskId ?? '', caller)
    })

  /** Serves shipments until their end. */
  async finish(shipments: readonly string[] = this.shipments) {
    await this.settle()
    for (const shipmentId of shipments)
      for (let turn = 0; (await this.state(shipmentId)).header.status !== 'COMPLETED'; turn += 1) {
        if (turn > 100) throw new Error(`${shipmentId} does not end`)
        await this.serve(shipmentId)
        await this.settle()
      }
  }
}

/** A further version of the machine, as one that came with Portolan; answers its number. */
export function publishProduct(stepFunctions: StepFunctions, machineArn: string, definition: JsonObject): number {
  const versions = stepFunctions.versionsOf(machineArn)
  const arn = 'arn:aws:lambda:eu-central-1:123456789012:function:sop-step'
  versions.push({ definition: JSON.stringify(definition).replaceAll('${SopStepFunctionArn}', arn) })
  return versions.length
}
