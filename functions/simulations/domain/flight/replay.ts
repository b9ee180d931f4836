/** A shipment's history through a definition: what came from outside comes when it came, what the SOP does is done anew. */
import type { JsonObject } from '../../../../engine/json'
import type { SopId } from '../../../../schemas/sop'
import { OPEN_TASK_STATUSES, type Task } from '../../../../schemas/task'
import type { TimelineEntry } from '../../../../schemas/timeline'
import type { People } from '../../../people/domain/calendars'
import { AppError } from '../../../platform/errors'
import type { Decision, ShipmentState } from '../../../shipments/store'
import { formData, personFor } from '../../../sops/domain/virtual/arrivals'
import { VirtualRun } from '../../../sops/domain/virtual/run'
import { decideComplete, identityOf } from '../../../tasks/domain'
import { decideRecordEvent } from '../../../tracking/domain'
import { decideOwnMilestone } from '../../../tracking/own-events'
import type { Closure, History } from './history'

export interface ReplayOptions {
  sopId: SopId
  tenantId: string
  /** Until when it is looked, UTC. */
  horizon: string
  people?: People | undefined
  /** Keys of steps that the shipment's own version has. A task of another is done halfway to its due date. */
  known?: ReadonlySet<string> | undefined
}

export interface Replay {
  run: VirtualRun
  /** When the SOP ended, UTC. */
  completedAt?: string
  /** Keys of tasks that nobody has done yet in the history, for they are new. */
  assumed: string[]
}

const MINUTE = 60_000

/** What a document fact leaves of its document. */
const DOCUMENT_STATUS: Partial<Record<TimelineEntry['type'], 'VERIFIED' | 'SUPERSEDED' | 'REJECTED'>> = {
  'document.verified': 'VERIFIED',
  'document.superseded': 'SUPERSEDED',
  'document.rejected': 'REJECTED',
}

export async function replay(
  definition: JsonObject,
  history: History,
  stored: ShipmentState,
  options: ReplayOptions,
): Promise<Replay> {
  const flight = await Flight.begin(definition, history, stored, options)
  await flight.through()
  const { run, assumed, completedAt } = flight
  return { run, assumed, ...(completedAt === undefined ? {} : { completedAt }) }
}

class Flight {
  readonly assumed: string[] = []
  completedAt: string | undefined
  private readonly closures = new Map<string, Closure>()

  private constructor(
    readonly run: VirtualRun,
    private readonly history: History,
    private readonly stored: ShipmentState,
    private readonly options: ReplayOptions,
  ) {
    for (const closure of history.closures) if (!this.closures.has(closure.key)) this.closures.set(closure.key, closure)
  }

  static async begin(definition: JsonObject, history: History, stored: ShipmentState, options: ReplayOptions) {
    const { sopId, tenantId, people } = options
    const { startedAt: now, denied } = history
    const run = await VirtualRun.start(definition, history.shipment, { sopId, tenantId, now, denied, people })
    return new Flight(run, history, stored, options)
  }

  async through() {
    for (const entry of this.history.outside) {
      await this.passUntil(Date.parse(entry.recordedAt))
      await this.run.deliver(this.decisionOf(entry), entry.actor)
      if (entry.type === 'shipment.cancelled') return
    }
    await this.passUntil(Date.parse(this.options.horizon))
  }

  /** Everything that happens before the moment, in its order: what comes due, and what people do. */
  private async passUntil(at: number) {
    for (;;) {
      const closing = this.nextClosing()
      const next = Math.min(closing?.at ?? Number.POSITIVE_INFINITY, this.run.wakeAt)
      if (next > at || !this.run.running) break
      await this.run.advanceTo(next)
      if (closing && closing.at <= next) await this.close(closing.task)
      this.note()
    }
    await this.run.advanceTo(at)
    this.note()
  }

  private note() {
    if (this.completedAt === undefined && this.run.execution.status === 'SUCCEEDED') this.completedAt = this.run.now
  }

  private nextClosing(): { task: Task; at: number } | undefined {
    let first: { task: Task; at: number } | undefined
    for (const task of this.run.state.tasks) {
      if (!OPEN_TASK_STATUSES.includes(task.status)) continue
      const at = this.closesAt(task)
      if (at !== undefined && (!first || at < first.at)) first = { task, at }
    }
    return first
  }

  /** What was done before the task was there is done at once. */
  private closesAt({ stepKey, createdAt, dueAt }: Task): number | undefined {
    const created = Date.parse(createdAt)
    const closure = this.closures.get(stepKey)
    if (closure) return Math.max(created, Date.parse(closure.at))
    if (this.options.known?.has(stepKey) ?? true) return undefined
    return created + Math.max(MINUTE, (Date.parse(dueAt ?? createdAt) - created) / 2)
  }

  private async close(task: Task) {
    const closure = this.closures.get(task.stepKey)
    if (!closure) this.assumed.push(task.stepKey)
    const decision = closure ? this.closedAs(task, closure) : this.done(task)
    await this.run.deliver(decision, closure?.by ?? { kind: 'USER', id: 'assumed' })
  }

  private done(task: Task): Decision {
    const { state, now } = this.run
    return decideComplete(state, task.taskId, formData(task.form), personFor(task, now)).decision
  }

  private closedAs(task: Task, { how, by, result, reason }: Closure): Decision {
    const { state, now } = this.run
    if (how === 'COMPLETED')
      try {
        return decideComplete(state, task.taskId, result, { actor: by, roles: ['TENANT_ADMIN'], now }).decision
      } catch (error) {
        // Its form asks for other data now; the work was done all the same.
        if (!(error instanceof AppError)) throw error
        return this.doneAnyhow(task, result)
      }
    const type = how === 'SKIPPED' ? 'task.skipped' : 'task.rejected'
    const data = { ...identityOf(task), reason }
    return {
      tasks: [{ ...task, status: how, closedAt: now, reason }],
      facts: [type === 'task.skipped' ? { type, data } : { type, data: { ...data, blocked: false } }],
    }
  }

  private doneAnyhow(task: Task, result: Record<string, unknown>): Decision {
    const { state, now } = this.run
    const report = task.records && { milestone: task.records, eventId: `task-${task.stepKey}`, at: now }
    const recorded = report ? decideOwnMilestone(state, report, now) : { facts: [] }
    const completed = { type: 'task.completed' as const, data: { ...identityOf(task), result } }
    return {
      ...recorded,
      tasks: [{ ...task, status: 'COMPLETED', closedAt: now, result }],
      facts: [completed, ...recorded.facts],
    }
  }

  private decisionOf(entry: TimelineEntry): Decision {
    const { state, now } = this.run
    if (entry.type === 'event.recorded') {
      const { milestone: _, unknown: __, ...event } = entry.data
      return this.accepted(() => decideRecordEvent(state, event, now).decision)
    }
    if (entry.type === 'event.retracted') return this.accepted(() => decideRecordEvent(state, entry.data, now).decision)
    // Its own type and data, as it was written.
    const fact = { type: entry.type, data: entry.data, occurredAt: entry.occurredAt } as Decision['facts'][number]
    if (entry.type === 'shipment.cancelled') return { header: { status: 'CANCELLED' }, facts: [fact] }
    return { facts: [fact], ...this.documentOf(entry) }
  }

  /** What was accepted at the time may be the second report of the same event now. */
  private accepted(decide: () => Decision): Decision {
    try {
      return decide()
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      return { facts: [] }
    }
  }

  private documentOf({ type, data }: TimelineEntry): Pick<Decision, 'documents'> {
    const status = DOCUMENT_STATUS[type]
    const id = 'documentId' in data ? data.documentId : undefined
    const document = this.stored.documents.find(({ documentId }) => documentId === id)
    return status && document ? { documents: [{ ...document, status }] } : {}
  }
}
