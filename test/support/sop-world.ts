/** A shipment under an SOP of `state-machines/` in virtual time, in a world in which all that is waited for may come. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonObject } from '../../engine/json'
import type { Decision, ShipmentState } from '../../functions/shipments/store'
import { untilOf } from '../../functions/sops/domain/moments'
import { arrival } from '../../functions/sops/domain/virtual/arrivals'
import { VirtualRun } from '../../functions/sops/domain/virtual/run'
import type { DeniedParty, ProductSopId } from '../../schemas/sop'
import type { Wait } from '../../schemas/wait'

export { agreeingDocuments, formData, verifiedDocument, workerOf } from '../../functions/sops/domain/virtual/arrivals'
export { committed } from '../../functions/sops/domain/virtual/facts'

export const readMachine = (name: string): JsonObject =>
  JSON.parse(readFileSync(join(__dirname, '../../state-machines', `${name}.asl.json`), 'utf8'))

/** The facts without their order and times: what was done, reached and said. */
export const factsOf = (state: ShipmentState) =>
  state.timeline
    .map(({ type, data }) => {
      const { stepKey, milestone } = data as { stepKey?: string; milestone?: string }
      return [type, stepKey, milestone].filter(Boolean).join(' ')
    })
    .sort()

export class SopWorld {
  /** Options of choices (`DISPOSE`, or `inspect-goods DISPOSE`), and milestones, that this world prefers to the usual ones. */
  prefers: readonly string[] = []

  private constructor(readonly virtual: VirtualRun) {}

  static begin(sopId: ProductSopId, state: ShipmentState, now: string, denied: readonly DeniedParty[] = []) {
    return SopWorld.on(readMachine(sopId), sopId, state, now, denied)
  }

  /** A world in which the clock looks at the shipment, too: tasks escalate, and moments pass by themselves. */
  static async timed(sopId: ProductSopId, state: ShipmentState, now: string) {
    return new SopWorld(await VirtualRun.start(readMachine(sopId), state, { sopId, tenantId: 'demo', now, denied: [] }))
  }

  /** On a definition that is not the SOP's file. */
  static async on(
    machine: JsonObject,
    sopId: ProductSopId,
    state: ShipmentState,
    now: string,
    denied: readonly DeniedParty[] = [],
  ) {
    return new SopWorld(await VirtualRun.start(machine, state, { sopId, tenantId: 'demo', now, denied, looks: 'NONE' }))
  }

  /** As it stands now: a run writes to its own. */
  get state(): ShipmentState {
    return { ...this.virtual.state, timeline: [...this.virtual.state.timeline] }
  }

  set state(state: ShipmentState) {
    this.virtual.state = state
  }

  get execution() {
    return this.virtual.execution
  }

  /** States in the order they were entered. */
  get entered() {
    return this.virtual.entered.map(({ state }) => state)
  }

  /** Every step that was taken, in order. */
  get steps() {
    return this.virtual.steps
  }

  get now() {
    return this.virtual.now
  }

  get running() {
    return this.virtual.running
  }

  exceptions() {
    return this.state.timeline.flatMap((entry) => (entry.type === 'exception.raised' ? [entry.data.stepKey] : []))
  }

  passUntil = (at: number) => this.virtual.advanceTo(at)

  /** What the wait is for comes; a moment when nothing is left to be done before it. */
  async deliver(wait: Wait): Promise<void> {
    if (wait.awaited.kind === 'until') {
      const other = this.state.waits.find(({ awaited }) => awaited.kind !== 'until')
      if (other) return this.deliver(other)
      await this.passUntil(Date.parse(untilOf(this.state, this.now) ?? this.now))
    }
    await this.commit(arrival(this.state, wait, this.now, this.prefers))
  }

  /** Commits what somebody decided, and signals the waits that it settles. */
  commit = (decision: Decision) => this.virtual.deliver(decision)
}
