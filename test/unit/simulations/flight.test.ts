/** Histories through definitions: what an SOP wrote is written again by its own version, and a change shows what it changes. */
import fc from 'fast-check'
import type { JsonObject } from '../../../engine/json'
import type { ShipmentState } from '../../../functions/shipments/store'
import { fly } from '../../../functions/simulations/domain/flight/fly'
import { NOTHING, withShipment } from '../../../functions/simulations/domain/flight/report'
import { refuse } from '../../../functions/simulations/gate'
import { ProductSopId } from '../../../schemas/sop'
import type { Wait } from '../../../schemas/wait'
import { aShipment, ORDERED } from '../../support/shipments'
import { edited } from '../../support/sop-edits'
import { planOf } from '../../support/sop-plans'
import { readMachine, SopWorld } from '../../support/sop-world'

const HOUR = 3600_000
const A_YEAR_LATER = new Date(Date.parse(ORDERED) + 365 * 24 * HOUR).toISOString()
const PIN = { sopId: 'domestic-road', versionArn: 'arn:1', version: 1, executionArn: 'arn:e', run: 1 }

/** A shipment that has gone so far: in each turn some hours pass, and one of the waits is served. */
async function lived(sopId: ProductSopId, turns: Iterable<[hours: number, which: number]>): Promise<ShipmentState> {
  const world = await SopWorld.timed(sopId, aShipment(planOf(sopId, ORDERED)), ORDERED)
  for (const [hours, which] of turns) {
    if (!world.running) break
    await world.passUntil(Date.parse(world.now) + hours * HOUR)
    const waits: Wait[] = world.state.waits
    const wait = waits[which % Math.max(1, waits.length)]
    if (wait && world.running) await world.deliver(wait)
  }
  return { ...world.state, header: { ...world.state.header, sop: PIN } }
}

const all = (hours: number) => Array.from({ length: 80 }, (_, turn): [number, number] => [hours, turn])
const flown = (state: ShipmentState, sopId: ProductSopId, draft: JsonObject, now = A_YEAR_LATER) =>
  fly(state, { draft, baseline: readMachine(sopId) }, { sopId, tenantId: 'demo', now })

describe.each(ProductSopId.options)('%s', (sopId) => {
  it('writes again what it wrote, however things went', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 24 * 20 }), fc.nat(20)), { maxLength: 60 }),
        async (turns) => {
          const state = await lived(sopId, turns)
          const now = state.timeline.at(-1)?.recordedAt ?? ORDERED
          const { replayed } = await flown(state, sopId, readMachine(sopId), now)
          expect(replayed).toMatchObject({
            faithful: true,
            blockedAt: [],
            tasks: { added: [], removed: [] },
            exceptions: { gained: [], avoided: [] },
            breaches: { gained: [], avoided: [] },
            invoices: { moved: [], gained: [], lost: [] },
          })
        },
      ),
      { numRuns: 12 },
    )
  }, 60_000)
})

describe('a draft', () => {
  const BRANCH = 'RunShipment.Branches.0.States'

  it('that drops a task shows the work that it spares', async () => {
    const state = await lived('domestic-road', all(2))
    const tasks = state.tasks.map(({ stepKey }) => stepKey)
    const draft = edited('domestic-road', {
      at: `${BRANCH}.AnnounceDelivery`,
      to: { Type: 'Pass', Next: 'AwaitDelivery' },
    })
    const { replayed } = await flown(state, 'domestic-road', draft)
    expect(tasks.length).toBeGreaterThan(0)
    expect(replayed.notices.draft).toBe(replayed.notices.baseline - 1)
    expect(withShipment(NOTHING, replayed)).toMatchObject({ shipments: 1, unchanged: 0, blocked: { shipments: 0 } })
  })

  it('that waits for a document which never came blocks the shipment there, and may not be published', async () => {
    const state = await lived('domestic-road', all(2))
    expect(state.header.status).toBe('COMPLETED')
    const machine = readMachine('domestic-road')
    const draft = withWaitFor(machine, '271')
    const { replayed } = await flown(state, 'domestic-road', draft)
    expect(replayed.blockedAt).toEqual([{ key: 'await-packing-list', state: 'AwaitPackingList' }])
    const totals = withShipment(NOTHING, replayed)
    expect(totals.blocked).toMatchObject({ shipments: 1, share: 1, named: [state.header.shipmentId] })
    const report = { simulationId: `sim_${'0'.repeat(26)}`, endedAt: ORDERED, shipments: 1, blocked: totals.blocked }
    const gate = { maxNewBlockedShare: 0.1, maxAgeHours: 24, minShipments: 1 }
    expect(() => refuse(gate, report, ORDERED)).toThrow(state.header.shipmentId)
    expect(() => refuse({ ...gate, maxNewBlockedShare: 1 }, report, ORDERED)).not.toThrow()
    expect(() => refuse(gate, undefined, ORDERED)).toThrow('No histories')
    expect(() => refuse({ ...gate, maxNewBlockedShare: 1 }, report, A_YEAR_LATER)).toThrow('hours ago')
    expect(() => refuse({ ...gate, maxNewBlockedShare: 1, minShipments: 2 }, report, ORDERED)).toThrow('at least 2')
  })
})

/** The first state of the SOP comes after a wait for a document. */
function withWaitFor(machine: JsonObject, documentType: string): JsonObject {
  const next = String(machine.StartAt)
  const states = machine.States as JsonObject
  const payload = {
    step: 'awaitDocument',
    key: 'await-packing-list',
    tenantId: '{% $states.context.Execution.Input.tenantId %}',
    shipmentId: '{% $states.context.Execution.Input.shipmentId %}',
    token: '{% $states.context.Task.Token %}',
    documentType,
  }
  const wait = {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
    Arguments: { FunctionName: '${SopStepFunctionArn}', Payload: payload },
    TimeoutSeconds: 86_400 * 300,
    Next: next,
  }
  return { ...machine, StartAt: 'AwaitPackingList', States: { ...states, AwaitPackingList: wait } }
}
