/** One shipment under an SOP in virtual time, in a world that answers as the scenario says. */
import type { JsonObject } from '../../../../engine/json'
import type { SopId } from '../../../../schemas/sop'
import type { SimulateSop } from '../../../../schemas/sop-simulation'
import type { Wait } from '../../../../schemas/wait'
import { NOBODY } from '../../../people/domain/calendars'
import type { Decision, ShipmentState } from '../../../shipments/store'
import { arrival, personFor } from '../../../sops/domain/virtual/arrivals'
import { VirtualRun } from '../../../sops/domain/virtual/run'
import { decideSkip } from '../../../tasks/domain'
import { decideReject } from '../../../tasks/domain/delegation'
import { decideOwnMilestone } from '../../../tracking/own-events'
import { arrivalOf, type Chances, holdsAt } from './model'

const HOURS_A_YEAR = 365 * 24
const HOUR = 3600_000
/** Step Functions ends an execution whose history is longer. */
const MAX_EVENTS = 25_000

export class Run {
  /** When what a step waits for comes; held by the step's key, for a wait may begin anew. */
  private readonly arrivals = new Map<string, number>()
  private readonly seen = new Set<string>()

  private constructor(
    readonly virtual: VirtualRun,
    private readonly scenario: SimulateSop,
    private readonly chances: Chances,
    private readonly began: number,
  ) {}

  /** Runs to the end, for a year, or until Step Functions would end it. */
  static async through(
    definition: JsonObject,
    { sopId, shipment }: { sopId: SopId; shipment: ShipmentState },
    scenario: SimulateSop,
    chances: Chances,
  ): Promise<Run> {
    const now = shipment.header.createdAt
    const virtual = await VirtualRun.start(definition, shipment, { sopId, tenantId: 'simulation', now })
    const run = new Run(virtual, scenario, chances, Date.parse(now))
    while (run.goesOn) await run.next()
    return run
  }

  private get goesOn() {
    return this.virtual.running && this.virtual.execution.events < MAX_EVENTS && this.hours < HOURS_A_YEAR
  }

  get hours() {
    return (Date.parse(this.virtual.now) - this.began) / HOUR
  }

  get completed() {
    return this.virtual.execution.status === 'SUCCEEDED' && this.virtual.state.header.status === 'COMPLETED'
  }

  /** Whatever comes first: what somebody waits for, or a deadline. */
  private async next() {
    for (const wait of this.virtual.state.waits) if (!this.seen.has(wait.stepKey)) await this.foresee(wait)
    const wait = this.earliest()
    const end = this.began + HOURS_A_YEAR * HOUR
    const at = Math.min(this.virtual.wakeAt, wait ? this.comes(wait) : end)
    await this.virtual.advanceTo(at)
    if (wait && at === this.comes(wait) && this.virtual.running) await this.come(wait)
  }

  private comes = ({ stepKey }: Wait) => this.arrivals.get(stepKey) ?? Number.POSITIVE_INFINITY

  private earliest(): Wait | undefined {
    let first: Wait | undefined
    for (const wait of this.virtual.state.waits)
      if (this.arrivals.has(wait.stepKey) && (!first || this.comes(wait) < this.comes(first))) first = wait
    return first
  }

  private async foresee(wait: Wait) {
    this.seen.add(wait.stepKey)
    const now = Date.parse(wait.since)
    const deadline = this.virtual.deadlineOf(wait) ?? now
    const comes = arrivalOf(wait, { now, deadline }, this.scenario, this.chances)
    if (comes !== undefined) this.arrivals.set(wait.stepKey, comes)
    if (!this.scenario.customsHold || !holdsAt(wait.awaited)) return
    const hold = { milestone: 'CUSTOMS_HOLD' as const, eventId: 'simulated-hold', at: wait.since }
    await this.virtual.deliver(decideOwnMilestone(this.virtual.state, hold, this.virtual.now))
  }

  private async come(wait: Wait) {
    this.arrivals.delete(wait.stepKey)
    await this.virtual.deliver(this.rejected(wait) ?? arrival(this.virtual.state, wait, this.virtual.now))
  }

  private rejected({ stepKey, awaited }: Wait): Decision | undefined {
    if (awaited.kind !== 'task' || !this.scenario.rejectedTasks.includes(stepKey)) return undefined
    const { state, now } = this.virtual
    const task = state.tasks.find((it) => it.stepKey === stepKey)
    if (!task) return undefined
    const person = personFor(task, now)
    // What can not be rejected waits for the lead of the role, who lets it be.
    return task.rejectable
      ? decideReject(state, task.taskId, { reason: 'Rejected', people: NOBODY }, person).decision
      : decideSkip(state, task.taskId, 'Rejected', person).decision
  }
}
