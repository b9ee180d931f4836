/** The doors of the SOPs on the real table and engine, under redelivery, reordering, rivalry and crashes. */
import type { Context } from '../../functions/platform/context'
import { loadShipment } from '../../functions/shipments/store'
import { contract } from '../../functions/sops/contract'
import { reactions } from '../../functions/sops/reactions'
import { takeStep } from '../../functions/sops/tasks'
import { aContext, createInTable, eventsOf } from '../support/shipments'
import { deliverTo, undisturbed } from '../support/sop-deliveries'
import { planOf } from '../support/sop-plans'
import { sopServices } from '../support/sop-services'
import { factsOf } from '../support/sop-world'
import type { StepCall } from '../support/step-functions'

const { stepFunctions, table } = sopServices()

/** Seeded, so that a failure can be run again. */
function dice(seed: number) {
  let state = seed
  return (sides: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * sides)
  }
}

type Work = () => Promise<unknown>

/** Runs one shipment to its end, three things at a time in any order, each of which may crash and be done again. */
class Chaos {
  private readonly deliveries = new Map<string, number>()
  private readonly backlog: Work[] = []

  constructor(
    private readonly context: Context,
    private readonly shipmentId: string,
    private readonly roll: (sides: number) => number,
  ) {}

  async run() {
    for (let round = 0; !(await this.ended()); round += 1) {
      if (round > 1000) throw new Error(`Stuck: ${(await this.waits()).map(({ stepKey }) => stepKey)}`)
      await this.collect()
      if (this.backlog.length === 0) await this.serve()
      else await Promise.all(this.pick(3).map((work) => work()))
    }
  }

  private async ended() {
    if (this.backlog.length > 0 || stepFunctions.calls.length > 0) return false
    const [execution] = stepFunctions.executionsOf(this.shipmentId)
    return execution !== undefined && execution.status !== 'RUNNING' && (await this.waits()).length === 0
  }

  private waits = async () => (await loadShipment(this.context, this.shipmentId)).waits

  /** New calls of the machine, and events that the bus has not delivered; some it delivers twice. */
  private async collect() {
    for (const call of stepFunctions.calls.splice(0)) this.backlog.push(() => this.take(call))
    for (const event of await eventsOf(this.context, this.shipmentId, contract.subscribes)) {
      const deliver = async () => {
        this.maybeCrash()
        await reactions[event.type]({ ...this.context }, event as never).catch(() => this.backlog.push(deliver))
      }
      const times = this.deliveries.get(event.eventId) ?? 0
      if (times > 0 && (times > 2 || this.roll(10) > 0)) continue
      this.backlog.push(deliver)
      this.deliveries.set(event.eventId, times + 1)
    }
  }

  private async take(call: StepCall) {
    this.maybeCrash()
    try {
      const output = await takeStep(call.payload, 'test')
      await call.succeed(JSON.parse(JSON.stringify(output)))
    } catch (error) {
      // Lambda reports the failure; the machine tries again as its Retry says.
      await call.fail(error instanceof Error ? error : new Error(String(error)))
      await stepFunctions.passMinutes(1)
    }
  }

  private maybeCrash() {
    const when = this.roll(2) === 0 ? 'before' : 'after'
    if (this.roll(5) === 0) table.crash(when)
    if (this.roll(6) === 0) stepFunctions.crash('SendTaskSuccess', when)
    if (this.roll(6) === 0) stepFunctions.crash('StartExecution', when)
  }

  private pick(count: number): Work[] {
    return Array.from({ length: count }, () => this.backlog.splice(this.roll(this.backlog.length), 1)).flat()
  }

  /** The world moves only when the system is at rest: it does one thing that is waited for. */
  private async serve() {
    const waits = await this.waits()
    const wait = waits[this.roll(waits.length)]
    if (wait) await deliverTo(this.context, this.shipmentId, wait).catch(() => undefined)
    else await stepFunctions.passMinutes(15)
  }
}

/** Crashes that were ordered and have hit nothing yet hit this. */
async function untilDone<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch {}
  }
}

describe.each([
  ['ocean-export-fcl', 1],
  ['ocean-import-fcl', 2],
  ['domestic-road', 3],
  ['air-export', 4],
  ['return', 5],
] as const)('%s with mishaps of seed %d', (sopId, seed) => {
  it('ends with the facts of an undisturbed run, each once', async () => {
    const context = aContext({ tenantId: `chaos-${seed}` })
    const shipmentId = await untilDone(() => createInTable(context, planOf(sopId, context.now)))
    await new Chaos(context, shipmentId, dice(seed)).run()
    const state = await loadShipment(context, shipmentId)
    const [execution] = stepFunctions.executionsOf(shipmentId)
    expect(execution?.status).toBe('SUCCEEDED')
    expect(state.header).toMatchObject({ status: 'COMPLETED', sop: { sopId, version: 1 } })
    const facts = factsOf(state).filter((fact) => fact !== 'sop.started')
    expect(facts).toEqual(await undisturbed(sopId, context.now))
  }, 60_000)
})
