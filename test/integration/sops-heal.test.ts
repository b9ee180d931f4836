/** Executions that were stopped, that failed, that were lost or never started, at every state of every SOP: they are found and restarted. */
import { type Context, timestamp } from '../../functions/platform/context'
import { noteTenant } from '../../functions/platform/tenants'
import { decideCancel } from '../../functions/shipments/domain'
import { loadShipment, onShipment } from '../../functions/shipments/store'
import { contract } from '../../functions/sops/contract'
import { currentPin } from '../../functions/sops/domain/runs'
import { attend, isEnding } from '../../functions/sops/endings'
import { handlers } from '../../functions/sops/handlers'
import { look, wake } from '../../functions/sops/look'
import { reactions } from '../../functions/sops/reactions'
import { restartSop } from '../../functions/sops/restart'
import { takeStep } from '../../functions/sops/tasks'
import { ProductSopId } from '../../schemas/sop'
import type { TimelineType } from '../../schemas/timeline'
import { aContext, createInTable, eventsOf } from '../support/shipments'
import { deliverTo, undisturbed } from '../support/sop-deliveries'
import { planOf } from '../support/sop-plans'
import { sopServices } from '../support/sop-services'
import { factsOf } from '../support/sop-world'
import type { StepCall } from '../support/step-functions'

const DAY = 24 * 3600_000

const { stepFunctions } = sopServices()

let tenants = 0
const aTenant = async (): Promise<Context> => {
  tenants += 1
  const context = aContext({ tenantId: `heal-${tenants}`, now: timestamp() })
  await noteTenant(context)
  return context
}

/** One shipment, its machine, and a world that does what is waited for. */
class Shipment {
  private delivered = new Set<string>()
  private days = 0

  private constructor(
    readonly context: Context,
    readonly shipmentId: string,
  ) {}

  static async begin(sopId: ProductSopId = 'domestic-road') {
    const context = await aTenant()
    const shipment = new Shipment(context, await createInTable(context, planOf(sopId, context.now)))
    await shipment.react()
    return shipment
  }

  state = () => loadShipment(this.context, this.shipmentId)
  statuses = () => stepFunctions.executionsOf(this.shipmentId).map(({ status }) => status)
  facts = async (type: TimelineType) => (await this.state()).timeline.filter((entry) => entry.type === type)

  async executionArn(): Promise<string> {
    const { sop } = (await this.state()).header
    if (!sop) throw new Error('Nothing is pinned')
    return sop.executionArn
  }

  /** Delivers every event that has not been delivered. */
  async react() {
    for (const event of await eventsOf(this.context, this.shipmentId, contract.subscribes)) {
      if (this.delivered.has(event.eventId)) continue
      this.delivered.add(event.eventId)
      await reactions[event.type]({ ...this.context }, event as never)
    }
  }

  /** The next day's look, and what it brings about. */
  async check() {
    this.days += 1
    const now = new Date(Date.parse(this.context.now) + this.days * DAY).toISOString()
    await wake({ ...this.context, now }, this.shipmentId)
    await this.react()
  }

  /** Takes steps, and answers each as the machine wants it, until all wait. `around` may do something else with one. */
  async work(around = async (call: StepCall) => this.take(call)) {
    for (let call = stepFunctions.calls.shift(); call; call = stepFunctions.calls.shift()) await around(call)
  }

  async take(call: StepCall) {
    await call.succeed(JSON.parse(JSON.stringify(await takeStep(call.payload, 'test'))))
  }

  /** What is waited for first comes. */
  async serve() {
    const [wait] = (await this.state()).waits
    if (!wait) throw new Error('Nothing is waited for')
    await deliverTo(this.context, this.shipmentId, wait)
    // Nobody is told that a moment has passed: whoever looks finds it.
    if (wait.awaited.kind === 'until') await look(this.context, this.shipmentId)
    await this.react()
  }
}

const invalid = Object.assign(new Error('a defect'), { name: 'SopStep.Invalid' })

/** How an execution goes wrong while a step of it is under way. */
const MISHAPS: Record<string, (executionArn: string, call: StepCall) => Promise<void>> = {
  'was stopped': (executionArn) => stepFunctions.end(executionArn),
  'was lost': async (executionArn) => stepFunctions.lose(executionArn),
  failed: (_, call) => call.fail(invalid),
}
/** Of runs, and of people who are late because a day passes before each restart. */
const OWN = /^sop\.|sop-failed|^task\.escalated|^exception\.\w+ late-/
const ofProcedure = (facts: string[]) => facts.filter((fact) => !OWN.test(fact))

const KINDS = Object.keys(MISHAPS)
type Choose = (place: number) => string | undefined
const ROWS: [string, ProductSopId, Choose][] = [
  ...ProductSopId.options.map((sopId): [string, ProductSopId, Choose] => [
    'one thing or another happens',
    sopId,
    (place) => KINDS[place % KINDS.length],
  ]),
  ...KINDS.map((kind): [string, ProductSopId, Choose] => [`it ${kind}`, 'domestic-road', () => kind]),
]

it.each(ROWS)(
  'when %s at every state, %s ends with the facts of an undisturbed run',
  async (_, sopId, choose) => {
    const shipment = await Shipment.begin(sopId)
    const hit = new Set<string>()
    const late: StepCall[] = []
    let broken = false
    const around = async (call: StepCall) => {
      const key = String(Object(call.payload).key)
      if (key === 'sop-failed' || (hit.has(key) && !broken)) return shipment.take(call)
      if (key !== 'complete-shipment') late.push(call)
      if (broken) return
      hit.add(key)
      broken = true
      await MISHAPS[choose(hit.size) ?? '']?.(await shipment.executionArn(), call)
    }
    await shipment.work(around)
    while ((await shipment.state()).header.status !== 'COMPLETED') {
      const mended = broken
      broken = false
      if (mended) await shipment.check()
      else if (late.length > 0) for (const call of late.splice(0)) await takeStep(call.payload, 'late')
      else await shipment.serve()
      await shipment.work(around)
    }
    const state = await shipment.state()
    expect(ofProcedure(factsOf(state))).toEqual(ofProcedure(await undisturbed(sopId, shipment.context.now)))
    expect(state.header.sop?.run).toBe(hit.size + 1)
  },
  120_000,
)

describe('a check', () => {
  it('changes nothing while the execution runs', async () => {
    const shipment = await Shipment.begin()
    await shipment.work()
    const { header } = await shipment.state()
    await shipment.check()
    expect((await shipment.state()).header).toEqual(header)
    expect(shipment.statuses()).toEqual(['RUNNING'])
  })

  it('starts what was never started, because its event was lost', async () => {
    const context = await aTenant()
    const shipmentId = await createInTable(context, planOf('domestic-road', context.now))
    await wake(context, shipmentId)
    expect((await loadShipment(context, shipmentId)).header.sop).toMatchObject({ run: 1 })
    expect(stepFunctions.executionsOf(shipmentId)).toMatchObject([{ status: 'RUNNING' }])
  })

  it('restarts nothing of a shipment that was cancelled or completed', async () => {
    const shipment = await Shipment.begin()
    await stepFunctions.end(await shipment.executionArn())
    await onShipment(shipment.context, shipment.shipmentId, (state) => ({
      decision: decideCancel(state, 'The customer withdrew', shipment.context.now),
      answer: undefined,
    }))
    await shipment.check()
    expect(shipment.statuses()).toEqual(['ABORTED'])
    expect(await shipment.facts('sop.restarted')).toEqual([])
  })

  it('is one restart when two come at the same time', async () => {
    const shipment = await Shipment.begin()
    await stepFunctions.end(await shipment.executionArn())
    await Promise.all([1, 2, 3].map(() => wake(shipment.context, shipment.shipmentId)))
    expect(await shipment.facts('sop.restarted')).toHaveLength(1)
  })

  it('gives up after three restarts in a day, says so, and goes on when somebody restarts', async () => {
    const shipment = await Shipment.begin()
    const { context, shipmentId } = shipment
    for (const hours of [0, 1, 4, 7, 8]) {
      await stepFunctions.end(await shipment.executionArn())
      await wake({ ...context, now: new Date(Date.parse(context.now) + hours * 3600_000).toISOString() }, shipmentId)
      await shipment.react()
    }
    expect(await shipment.facts('sop.restarted')).toHaveLength(3)
    const raised = await shipment.facts('exception.raised')
    expect(raised.map(({ data }) => data)).toMatchObject([
      { stepKey: 'heal-sop', severity: 'CRITICAL', owner: 'SOP_ADMIN' },
    ])
    const { sop } = (await shipment.state()).header
    if (!sop) throw new Error('Nothing is pinned')
    await restartSop(context, shipmentId, { ...sop, after: sop.run }, { kind: 'RESTARTED', reason: 'Put right' })
    await shipment.react()
    expect(shipment.statuses().at(-1)).toBe('RUNNING')
    expect(await shipment.facts('exception.resolved')).toMatchObject([{ data: { stepKey: 'heal-sop' } }])
  })
})

describe('the end of an execution', () => {
  const ending = (input: unknown) => ({
    source: 'aws.states',
    'detail-type': 'Step Functions Execution Status Change',
    detail: { executionArn: 'arn:e', status: 'ABORTED', input },
  })
  const tell = async (event: unknown) => {
    if (!isEnding(event)) throw new Error('Not taken for an ending')
    await attend(event, 'request')
  }

  it('heals at once, however often EventBridge tells of it', async () => {
    const shipment = await Shipment.begin()
    await stepFunctions.end(await shipment.executionArn())
    const { tenantId } = shipment.context
    const input = { tenantId, shipmentId: shipment.shipmentId }
    await tell(ending(JSON.stringify(input)))
    await tell(ending(JSON.stringify(input)))
    await shipment.react()
    expect(shipment.statuses()).toEqual(['ABORTED', 'RUNNING'])
    expect(await shipment.facts('sop.restarted')).toMatchObject([{ data: { kind: 'HEALED', found: 'ABORTED' } }])
  })

  it.each([
    ['nothing', null],
    ['no JSON', '{'],
    ['something else', '{"order":1}'],
  ])('of an execution that was started with %s is let be', async (_, input) => {
    await expect(tell(ending(input))).resolves.toBeUndefined()
  })
})

describe('a sub-process', () => {
  const PROCESS = 'collect-empties'
  const INPUT = { query: undefined, ifMatch: undefined, raw: undefined, text: '', idempotencyKey: undefined }

  /** A return, beside which a domestic transport runs. */
  async function pair() {
    const shipment = await Shipment.begin('return')
    const { context, shipmentId } = shipment
    const step = { step: 'startSubProcess', key: PROCESS, sop: 'domestic-road', tenantId: context.tenantId, shipmentId }
    await takeStep(step, 'test')
    await shipment.react()
    return shipment
  }
  const pinned = async (shipment: Shipment) => {
    const pin = currentPin(await shipment.state(), PROCESS)
    if (!pin) throw new Error('Nothing was started')
    return pin
  }
  const isDone = async (shipment: Shipment) => (await shipment.state()).waits.length === 0
  const ofNeither = (facts: string[]) =>
    ofProcedure(facts).filter((fact) => !/^subprocess.restarted|sop-failed/.test(fact))

  async function undisturbedPair() {
    const shipment = await pair()
    await shipment.work()
    while (!(await isDone(shipment))) {
      await shipment.serve()
      await shipment.work()
    }
    return factsOf(await shipment.state())
  }

  it.each(KINDS)(
    'that %s at every state is restarted, and the two end with the facts of an undisturbed pair',
    async (kind) => {
      const shipment = await pair()
      const hit = new Set<string>()
      const late: StepCall[] = []
      let broken = false
      const around = async (call: StepCall) => {
        const { key, shipmentId } = Object(call.payload)
        const inside = String(shipmentId).endsWith(`.${PROCESS}`)
        if (!inside || key === 'sop-failed' || (hit.has(key) && !broken)) return shipment.take(call)
        if (key !== 'complete-shipment') late.push(call)
        if (broken) return
        hit.add(key)
        broken = true
        await MISHAPS[kind]?.((await pinned(shipment)).executionArn, call)
      }
      await shipment.work(around)
      while (broken || !(await isDone(shipment))) {
        const mended = broken
        broken = false
        if (mended) await shipment.check()
        else if (late.length > 0) for (const call of late.splice(0)) await takeStep(call.payload, 'late')
        else await shipment.serve()
        await shipment.work(around)
      }
      const state = await shipment.state()
      expect(hit.size).toBeGreaterThan(8)
      expect((await pinned(shipment)).run).toBe(hit.size + 1)
      expect(state.header).toMatchObject({ status: 'COMPLETED', sop: { run: 1 } })
      expect(ofNeither(factsOf(state))).toEqual(ofNeither(await undisturbedPair()))
    },
    120_000,
  )

  it('is restarted by hand, and its runs are listed beside those of its shipment’s SOP', async () => {
    const shipment = await pair()
    const { context, shipmentId } = shipment
    const body = { process: PROCESS, reason: 'The carrier’s step hung' }
    const { body: run } = await handlers.restartSop(context, { ...INPUT, params: { shipmentId }, body })
    expect(run).toMatchObject({ run: 2, process: PROCESS, status: 'RUNNING', why: { kind: 'RESTARTED' } })
    await shipment.react()
    const { body: listed } = await handlers.listSopRuns(context, { ...INPUT, params: { shipmentId }, body: undefined })
    expect(listed.items).toMatchObject([
      { run: 1, sopId: 'return', status: 'RUNNING' },
      { run: 1, process: PROCESS, status: 'REPLACED' },
      { run: 2, process: PROCESS, sopId: 'domestic-road', status: 'RUNNING' },
    ])
    expect(listed.items[0]).not.toHaveProperty('process')
  })

  it('whose start was lost is started by the next look', async () => {
    const shipment = await Shipment.begin('return')
    const { context, shipmentId } = shipment
    const step = { step: 'startSubProcess', key: PROCESS, sop: 'domestic-road', tenantId: context.tenantId, shipmentId }
    await takeStep(step, 'test')
    await wake({ ...context, now: new Date(Date.parse(context.now) + DAY).toISOString() }, shipmentId)
    expect(await pinned(shipment)).toMatchObject({ sopId: 'domestic-road', run: 1 })
  })
})
