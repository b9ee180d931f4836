/** The flight recorder on the real table and engine: shipments that really went their way, replayed at once and as a job. */
import type { JsonObject } from '../../engine/json'
import { timestamp } from '../../functions/platform/context'
import { partition } from '../../functions/platform/table'
import { timelineEntry } from '../../functions/platform/timeline'
import { advanceFlight } from '../../functions/simulations/flying'
import { handlers } from '../../functions/simulations/handlers'
import { loadFlight } from '../../functions/simulations/store'
import { SimulateSop } from '../../schemas/sop-simulation'
import { statesOf } from '../support/asl'
import { MigrationSystem, publishProduct } from '../support/migration-system'
import { aContext } from '../support/shipments'
import { sopServices } from '../support/sop-services'
import { withoutTask, withTaskAfter } from '../support/sop-variants'
import { readMachine } from '../support/sop-world'

jest.setTimeout(240_000)

const ROAD = 'domestic-road' as const
const MACHINE = `arn:aws:states:eu-central-1:123456789012:stateMachine:portolan-${ROAD}`
const product = readMachine(ROAD)
const changed = provable(withTaskAfter(withoutTask(product, 'review-charges'), 'AwaitDelivery'))

/** With a deadline and a way on for the task that was put in. */
function provable(definition: JsonObject): JsonObject {
  for (const { name, state } of statesOf(definition))
    if (name === 'LookAgain')
      Object.assign(state, {
        TimeoutSeconds: 30 * 86_400,
        Catch: [{ ErrorEquals: ['States.Timeout'], Next: state.Next }],
      })
  return definition
}
const context = aContext({ tenantId: 'flights', roles: ['SOP_ADMIN'] })
const INPUT = { query: undefined, ifMatch: undefined, raw: undefined, text: '', idempotencyKey: undefined }

let system: MigrationSystem
let live: number
let to: number
const { stepFunctions } = sopServices()
beforeAll(async () => {
  to = publishProduct(stepFunctions, MACHINE, changed)
  live = to - 1
  system = new MigrationSystem(context, ROAD, stepFunctions, () => 0)
  await system.begin([0, 1, 2, 4])
  await system.finish(system.shipments.slice(3))
})

async function replayed(version: number, history: object, key?: string) {
  const answer = await handlers.simulateSopVersion(
    { ...context, now: timestamp() },
    { ...INPUT, params: { sopId: ROAD, version }, body: SimulateSop.parse({ history }), idempotencyKey: key },
  )
  if (answer.body.kind !== 'HISTORY') throw new Error('No replay')
  return { ...answer, body: answer.body }
}

async function shipmentsOf({ simulationId }: { simulationId: string }) {
  const params = { sopId: ROAD, simulationId }
  const { body } = await handlers.listReplayedShipments(context, {
    ...INPUT,
    params,
    query: { limit: 50, cursor: undefined },
    body: undefined,
  })
  return body.items
}

test('a shipment’s own version writes again just what it wrote', async () => {
  const { body, status } = await replayed(live, { limit: 50 })
  expect(status).toBe(200)
  expect(body).toMatchObject({ status: 'COMPLETED', totals: { shipments: 4, faithful: 4, unchanged: 4, skipped: [] } })
  expect(await shipmentsOf(body)).toHaveLength(4)
})

test('a changed version shows which work it adds and takes away, and what it takes for granted', async () => {
  const { body } = await replayed(to, { limit: 50 })
  const { totals } = body
  expect(totals).toMatchObject({ shipments: 4, faithful: 4 })
  expect(totals.unchanged).toBeLessThan(4)
  expect(totals.work.some(({ removed }) => removed > 0)).toBe(true)
  expect(totals.work.some(({ added }) => added > 0)).toBe(true)
  expect(totals.assumed.length).toBeGreaterThan(0)
  expect(totals.transitions.draft).not.toBe(totals.transitions.baseline)
})

test('a large sample is a job that goes on where it was cut off, and of which a second delivery changes nothing', async () => {
  const small = (await replayed(to, { limit: 50 })).body
  const { body, status } = await replayed(to, { limit: 500 }, 'a key')
  expect({ status, running: body.status }).toEqual({ status: 202, running: 'RUNNING' })
  const asked = (await partition(context, `FLIGHT#${body.simulationId}`, 'TIMELINE#')).map(timelineEntry)
  expect(asked.map(({ type, data }) => [type, data])).toEqual([
    ['simulation.requested', { simulationId: body.simulationId, part: 1 }],
  ])
  await Promise.all([advanceFlight(context, body.simulationId, 1), advanceFlight(context, body.simulationId, 1)])
  await advanceFlight(context, body.simulationId, 1)
  const { flight } = await loadFlight(context, body.simulationId)
  expect(flight.totals).toEqual(small.totals)
  const again = await replayed(to, { limit: 500 }, 'a key')
  expect({ replayed: again.replayed, id: again.body.simulationId }).toEqual({ replayed: true, id: body.simulationId })
  await expect(replayed(to, { limit: 501 }, 'a key')).rejects.toMatchObject({ code: 'idempotency_key.reused' })
})

test('scenarios draw from the durations that were observed, and say where they had none', async () => {
  const { body: known } = await handlers.getSopDurations(context, {
    ...INPUT,
    params: { sopId: ROAD },
    body: undefined,
  })
  expect(known.shipments).toBe(4)
  const { body } = await handlers.simulateSopVersion(context, {
    ...INPUT,
    params: { sopId: ROAD, version: live },
    body: SimulateSop.parse({ runs: 20, seed: 3, durations: 'OBSERVED' }),
  })
  if (body.kind !== 'SCENARIO') throw new Error('No scenario')
  expect(body.durations.some(({ used, observations }) => used === 'OBSERVED' && observations > 0)).toBe(true)
  expect(body.seed).toBe(3)
})

test('the replays of an SOP are listed, newest first', async () => {
  const { body } = await handlers.listSopSimulations(context, {
    ...INPUT,
    params: { sopId: ROAD },
    query: { limit: 50, cursor: undefined },
    body: undefined,
  })
  const times = body.items.map(({ requestedAt }) => requestedAt)
  expect(times).toEqual([...times].sort().reverse())
  expect(times.length).toBeGreaterThanOrEqual(4)
})
