/** Migrations on the real table and engine: waves, halts, reversals; crashes at every write, doubles, rivals, and people who go on. */

import { doneIn, doneTwice, openTasks, withBefore } from '../support/facts'
import { MigrationSystem, publishProduct } from '../support/migration-system'
import { aContext } from '../support/shipments'
import { begun, serve } from '../support/sop-moves'
import { sopServices } from '../support/sop-services'
import { withOtherTerms, withoutTask, withRefusedCharge, withTaskAfter } from '../support/sop-variants'
import { readMachine } from '../support/sop-world'

jest.setTimeout(300_000)

const ROAD = 'domestic-road' as const
const MACHINE = `arn:aws:states:eu-central-1:123456789012:stateMachine:portolan-${ROAD}`
const product = readMachine(ROAD)
/** Without the review of charges, with another look after the delivery, and with other terms for all. */
const changed = withOtherTerms(withTaskAfter(withoutTask(product, 'review-charges'), 'AwaitDelivery'))

let to: number
const { stepFunctions, table } = sopServices()
beforeAll(async () => {
  to = publishProduct(stepFunctions, MACHINE, changed)
})

/** Seeded, so that a failure can be run again. */
function dice(seed: number) {
  let state = seed
  return (sides: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * sides)
  }
}

let systems = 0
const aSystem = (seed = 1) => {
  systems += 1
  const context = aContext({ tenantId: `migrations-${systems}`, roles: ['SOP_ADMIN'] })
  return new MigrationSystem(context, ROAD, stepFunctions, dice(seed))
}
const START = { checkSeconds: 20, maxErrorRate: 0, reason: 'The new way' }

/** The facts of a shipment that had the version all along. */
const allAlong = async (definition: typeof product) => doneIn((await serve(await begun(ROAD, definition))).state)

const manualOf = async (system: MigrationSystem, planId: string) =>
  (await system.planned(planId)).filter(({ verdict }) => verdict === 'MANUAL').map(({ shipmentId }) => shipmentId)

/** Each shipment has ended with what it should have, on the version that it should be on. */
async function endsWell(system: MigrationSystem, version: number) {
  const wanted = await allAlong(version === to ? changed : product)
  await system.finish()
  for (const shipmentId of system.shipments) {
    const state = await system.state(shipmentId)
    expect(state.header.sop?.version).toBe(version)
    expect({ twice: doneTwice(state), open: openTasks(state) }).toEqual({ twice: [], open: [] })
    const moved = state.timeline.findLastIndex(({ type }) => type === 'sop.restarted')
    expect(doneIn(state)).toEqual(withBefore(wanted, doneIn({ timeline: state.timeline.slice(0, moved) })))
    const running = stepFunctions.executionsOf(shipmentId).map(({ status }) => status)
    expect(running).toEqual([...running.slice(1).map(() => 'ABORTED'), 'SUCCEEDED'])
  }
}

test('moves every shipment in waves, and the shipments end as if they had had the version all along', async () => {
  const system = aSystem()
  await system.begin([0, 1, 2, 3, 4, 5])
  const plan = await system.plan({ to })
  expect(plan).toMatchObject({ status: 'COMPLETED', totals: { shipments: 6, MIGRATE: 3, MANUAL: 3 } })
  const manual = await manualOf(system, plan.planId)
  const { migrationId } = await system.open({
    ...START,
    planId: plan.planId,
    waves: [{ count: 1 }, { share: 0.5 }],
    includeManual: manual.map((shipmentId) => ({ shipmentId, reason: 'They take another look' })),
  })
  await system.settle()
  expect(await system.migration(migrationId)).toMatchObject({
    status: 'COMPLETED',
    size: 6,
    done: 6,
    moved: 6,
    results: [
      { wave: 1, size: 1, moved: 1, failed: 0, errorRate: 0 },
      { wave: 2, size: 3, moved: 3 },
      { wave: 3, size: 2, moved: 2 },
    ],
  })
  await endsWell(system, to)
})

/** Plans, and moves all that the plan moves; answers the id. */
async function migrated(system: MigrationSystem, more: object = {}, options = {}) {
  const { planId } = await system.plan({ to, includeUnchanged: true })
  const { migrationId } = await system.open({ ...START, planId, ...more })
  await system.settle(options)
  return migrationId
}

describe('a reversal', () => {
  test('brings every shipment back, its tasks as they were', async () => {
    const system = aSystem()
    await system.begin([0, 1, 2, 5])
    const [first = ''] = system.shipments
    await system.claim(first, 'review-charges', 'eve')
    const before = (await system.state(first)).tasks
    const { planId } = await system.plan({ to })
    const manual = (await manualOf(system, planId)).map((shipmentId) => ({ shipmentId, reason: 'They can wait' }))
    const { migrationId } = await system.open({ ...START, planId, includeManual: manual })
    await system.settle()
    const { tasks } = await system.state(first)
    expect(tasks.map(({ stepKey, status, role }) => [stepKey, status, role])).toEqual([
      ['assign-truck', 'CREATED', 'CUSTOMER_SERVICE'],
      ['review-charges', 'CANCELLED', 'FINANCE'],
    ])
    await system.change('reverse', migrationId)
    await system.settle()
    expect(await system.migration(migrationId)).toMatchObject({ status: 'REVERSED', moved: 4, reversed: 4 })
    expect((await system.state(first)).tasks).toEqual(before)
    await endsWell(system, 1)
  })

  test('leaves what has ended, or was moved on, where it is', async () => {
    const system = aSystem()
    await system.begin([0, 2])
    const [first = '', last = ''] = system.shipments
    const migrationId = await migrated(system)
    await system.finish([last])
    const again = await system.plan({ to: 1, includeUnchanged: true })
    await system.open({ ...START, planId: again.planId })
    await system.settle()
    await system.change('reverse', migrationId)
    await system.settle()
    expect(await system.outcome(migrationId, last)).toMatchObject({ status: 'KEPT', code: 'ENDED' })
    expect((await system.state(first)).header.sop).toMatchObject({ version: 1 })
    expect(await system.migration(migrationId)).toMatchObject({ status: 'REVERSED' })
  })
})

describe('a plan that no longer holds', () => {
  test('leaves the shipment alone', async () => {
    const system = aSystem()
    await system.begin([2, 2])
    const [first = '', second = ''] = system.shipments
    const { planId, totals } = await system.plan({ to })
    expect(totals).toMatchObject({ MIGRATE: 2 })
    // Delivered meanwhile, it would have to wait for a look that comes before the proof of delivery.
    await system.serve(first, 0)
    await system.settle()
    const { migrationId } = await system.open({ ...START, planId })
    await system.settle()
    expect(await system.migration(migrationId)).toMatchObject({ status: 'COMPLETED', moved: 1, skipped: 1 })
    expect(await system.outcome(migrationId, first)).toMatchObject({ status: 'SKIPPED', code: 'CHANGED' })
    expect((await system.state(first)).header.sop).toMatchObject({ version: 1, run: 1 })
    expect((await system.state(second)).header.sop).toMatchObject({ version: to, run: 2 })
  })
})

describe('a halt', () => {
  let refusing: number
  beforeAll(() => {
    refusing = publishProduct(stepFunctions, MACHINE, withRefusedCharge(product))
  })
  const halted = async (system: MigrationSystem) => {
    await system.begin([1, 1, 1, 0])
    const { planId, reasons } = await system.plan({ to: refusing })
    expect(reasons).toMatchObject({ STEP_REFUSED: 3, SAFE: 1 })
    const includeManual = (await manualOf(system, planId)).map((shipmentId) => ({ shipmentId, reason: 'To see' }))
    const more = { includeManual, waves: [{ count: 2 }], maxErrorRate: 0.4, checkSeconds: 1 }
    const { migrationId } = await system.open({ ...START, ...more, planId })
    await system.settle({ refuse: true })
    return migrationId
  }

  test('comes after a wave that failed too often, says why, and goes on when it is told to', async () => {
    const system = aSystem()
    const migrationId = await halted(system)
    expect(await system.migration(migrationId)).toMatchObject({
      status: 'HALTED',
      done: 2,
      failed: 2,
      halted: '2 of 2 shipments of wave 1 failed: 100 %, and 40 % are allowed',
    })
    const [first = ''] = system.shipments
    expect(await system.outcome(migrationId, first)).toMatchObject({ status: 'FAILED', code: 'BLOCKED' })
    await expect(system.plan({ to }).then(({ planId }) => system.open({ ...START, planId }))).rejects.toMatchObject({
      code: 'migration.open',
    })
    await system.change('resume', migrationId)
    await system.settle({ refuse: true })
    expect(await system.migration(migrationId)).toMatchObject({
      status: 'HALTED',
      done: 4,
      moved: 1,
      failed: 3,
      halted: '1 of 2 shipments of wave 2 failed: 50 %, and 40 % are allowed',
    })
    await system.change('reverse', migrationId)
    await system.settle({ refuse: true })
    expect(await system.migration(migrationId)).toMatchObject({ status: 'REVERSED', reversed: 4 })
    await endsWell(system, 1)
  })

  test('can be made the end of it', async () => {
    const system = aSystem()
    const migrationId = await halted(system)
    expect(await system.change('cancel', migrationId)).toMatchObject({ status: 'CANCELLED' })
    await expect(system.change('resume', migrationId)).rejects.toMatchObject({ code: 'migration.not_now' })
    const versions = await Promise.all(system.shipments.map(async (it) => (await system.state(it)).header.sop?.version))
    expect(versions).toEqual([refusing, refusing, 1, 1])
    const { planId } = await system.plan({ to, from: [1] })
    await expect(system.open({ ...START, planId })).resolves.toMatchObject({ size: 2 })
  })
})

describe('two at once', () => {
  test('are one: the SOP has one place for a migration', async () => {
    const system = aSystem()
    await system.begin([0, 1, 2])
    const { planId } = await system.plan({ to })
    const opened = await Promise.allSettled([1, 2, 3].map(() => system.open({ ...START, planId })))
    expect(opened.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected'])
    await system.settle()
    await endsWell(system, to)
  })

  test('are one for the same Idempotency-Key, which is refused for another request', async () => {
    const system = aSystem()
    await system.begin([0])
    const { planId } = await system.plan({ to })
    const [a, b] = await Promise.all([1, 2].map(() => system.open({ ...START, planId }, 'a-key')))
    expect(a?.migrationId).toBe(b?.migrationId)
    await expect(system.open({ ...START, planId, maxErrorRate: 1 }, 'a-key')).rejects.toMatchObject({
      code: 'idempotency_key.reused',
    })
    await system.settle()
    await endsWell(system, to)
  })

  test('leave each shipment on the version of the later, when a cancellation comes in between', async () => {
    const system = aSystem()
    await system.begin([0, 1, 2, 3])
    const { planId } = await system.plan({ to, includeUnchanged: true })
    const { migrationId } = await system.open({ ...START, planId, waves: [{ count: 1 }, { count: 1 }] })
    const settling = system.settle()
    for (let tries = 0; tries < 50; tries += 1) {
      const cancelled = await system.change('cancel', migrationId).catch(() => undefined)
      if (cancelled) break
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await settling
    const ended = await system.migration(migrationId)
    expect(['CANCELLED', 'COMPLETED']).toContain(ended.status)
    const outcomes = await Promise.all(system.shipments.map((it) => system.outcome(migrationId, it)))
    const versions = await Promise.all(system.shipments.map(async (it) => (await system.state(it)).header.sop?.version))
    expect(versions).toEqual(outcomes.map((outcome) => (outcome?.status === 'MOVED' ? to : 1)))
    expect(ended.moved).toBe(outcomes.filter((outcome) => outcome?.status === 'MOVED').length)
    await system.change('reverse', migrationId)
    await system.settle()
    await endsWell(system, 1)
  })
})

describe('a crash', () => {
  test.each(Array.from({ length: 12 }, (_, others) => others))(
    'around transaction %d changes nothing',
    async (others) => {
      for (const when of ['before', 'after'] as const) {
        const system = aSystem(others)
        await system.begin([0, 2])
        const { planId } = await system.plan({ to })
        table.crash(when, others)
        const { migrationId } = await untilDone(() => system.open({ ...START, planId, waves: [{ count: 1 }] }, 'a-key'))
        await system.settle()
        expect(await system.migration(migrationId)).toMatchObject({ status: 'COMPLETED', done: 2, moved: 2, failed: 0 })
        await untilDone(() => system.finish())
        await endsWell(system, to)
      }
    },
  )

  test.each([0, 1, 2, 3])('around transaction %d of a reversal changes nothing', async (others) => {
    for (const when of ['before', 'after'] as const) {
      const system = aSystem(others)
      await system.begin([0, 2])
      const migrationId = await migrated(system)
      await system.change('reverse', migrationId)
      table.crash(when, others)
      await system.settle()
      expect(await system.migration(migrationId)).toMatchObject({ status: 'REVERSED', reversed: 2 })
      await endsWell(system, 1)
    }
  })

  test.each([0, 1])('around transaction %d of a plan changes nothing', async (others) => {
    for (const when of ['before', 'after'] as const) {
      const system = aSystem()
      await system.begin([0, 2])
      table.crash(when, others)
      const plan = await untilDone(() => system.plan({ to }, 'a-key'))
      expect(plan).toMatchObject({ status: 'COMPLETED', seen: 2, totals: { shipments: 2 } })
      expect(await system.planned(plan.planId)).toHaveLength(2)
    }
  })
})

describe('doubles, and people who go on meanwhile,', () => {
  test.each([1, 2, 3, 4, 5, 6])('change nothing (seed %d)', async (seed) => {
    const system = aSystem(seed)
    await system.begin([0, 1, 2, 3])
    const migrationId = await migrated(system, { waves: [{ count: 1 }, { count: 2 }] }, { again: 2, people: 3 })
    expect(await system.migration(migrationId)).toMatchObject({ status: 'COMPLETED', failed: 0 })
    if (seed % 2 === 0) {
      await system.change('reverse', migrationId)
      await system.settle({ again: 2, people: 3 })
    }
    await system.finish()
    for (const shipmentId of system.shipments) {
      const state = await system.state(shipmentId)
      const wanted = await allAlong(state.header.sop?.version === to ? changed : product)
      expect({ twice: doneTwice(state), open: openTasks(state) }).toEqual({ twice: [], open: [] })
      const moved = state.timeline.findLastIndex(({ type }) => type === 'sop.restarted')
      expect(doneIn(state)).toEqual(
        withBefore(wanted, doneIn({ timeline: state.timeline.slice(0, Math.max(0, moved)) })),
      )
    }
  })
})

/** Crashes that were ordered and have hit nothing yet hit this. */
async function untilDone<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (attempt === 5) throw error
    }
  }
}
