import { goalsOf } from '../../../bench/goals'
import type { Rate } from '../../../bench/load'
import { measure } from '../../../bench/load'
import type { SizeReport } from '../../../bench/operations'
import { addCosts, costOf, FLOOR, PARTS } from '../../../bench/reference-floor'
import { sopsTable, table } from '../../../bench/report'
import { creation } from '../../../bench/shipments'
import { definitionOf } from '../../../bench/sop-definition'
import { rateOf, type SopFigures, transitionsOf } from '../../../bench/sops'
import { median, quantile, summary } from '../../../bench/statistics'
import { measureSuspended } from '../../../bench/suspended'
import { ProductSopId } from '../../../schemas/sop'

const aRate = (rate: number, cpu: number): Rate => ({
  clients: 8,
  seconds: 1,
  requests: rate,
  rate,
  p50: 1,
  p99: 2,
  cpu,
})
const aSize = (shipments: number, rate: number, cpu: number): SizeReport => {
  const rates = [aRate(rate, cpu)]
  return {
    shipments,
    seeded: { items: 8 * shipments, seconds: { making: 1, loading: 1 } },
    rates: { read: rates, list: rates, event: rates, create: rates },
    background: { created: 1, seconds: 1, settled: true },
  }
}
const machine = { cpus: 2, node: 'v20', loadAverage: 0 }

test('quantiles are by nearest rank, and of nothing zero', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1)
  expect(quantile(hundred, 0.5)).toBe(50)
  expect(quantile(hundred, 0.99)).toBe(99)
  expect(quantile([], 0.99)).toBe(0)
  expect(median([9, 1, 5])).toBe(5)
  expect(summary([2, 1], 0.5)).toEqual({ requests: 2, rate: 4, p50: 1, p99: 2 })
})

test('a load run counts what ends in its time, and stops', async () => {
  let calls = 0
  const work = async () => {
    calls += 1
    await new Promise((resolve) => setImmediate(resolve))
  }
  const rate = await measure({ clients: 2, seconds: 0.1, warmUp: 0.05, cpu: () => calls }, work)
  expect(rate.requests).toBeGreaterThan(0)
  expect(rate.requests).toBeLessThan(calls)
  expect(rate.cpu).toBeGreaterThan(0)
})

test('a load run fails when a request does', async () => {
  const failing = measure({ clients: 1, seconds: 0.1, warmUp: 0, cpu: () => 0 }, async () => {
    throw new Error('refused')
  })
  await expect(failing).rejects.toThrow('refused')
})

test('rates are judged by the bare database of the same run', () => {
  const bare = { getItem: aRate(400, 1), query: aRate(300, 1), transaction: aRate(250, 1), creation: aRate(200, 1) }
  const database = { ...bare, throughSdk: { getItem: aRate(160, 1), transaction: aRate(200, 1) } }
  const goals = goalsOf({ machine, database, operations: [aSize(1000, 100, 1)] })
  expect(goals.map(({ measured, met }) => [measured, met])).toEqual([
    [0.5, true],
    [0.625, true],
    [0.4, false],
    [0.25, false],
  ])
})

test('growth is judged by time and by processor time', () => {
  const goals = goalsOf({ machine, operations: [aSize(1000, 140, 2), aSize(100_000, 100, 2.5)] })
  expect(goals).toHaveLength(8)
  expect(goals[0]).toMatchObject({ measured: 1.4, met: false })
  expect(goals[1]).toMatchObject({ measured: 1.25, met: true })
})

test('the largest of all API bundles is judged, and no other kind of bundle', () => {
  const aBundle = (name: string, api: boolean, bytes: number) => ({ name, api, bytes, init: 1 })
  const functions = [
    aBundle('a-api', true, 200_000),
    aBundle('b-api', true, 310_000),
    aBundle('c-tasks', false, 900_000),
  ]
  const comparison = { bytes: 500_000, init: 1, utilities: [], missing: [] }
  expect(goalsOf({ machine, bundles: { runs: 1, functions, comparison } })).toEqual([
    { goal: 'bytes of the largest API bundle, b-api', limit: 300_000, measured: 310_000, met: false },
    { goal: 'b-api by the comparison bundle', limit: 0.6, measured: 0.62, met: false },
  ])
})

test('the floor of the parts that exist is what the documentation derives', () => {
  expect(addCosts(PARTS.map((part) => FLOOR[part]))).toEqual({
    invocations: 45,
    databaseCalls: 52,
    writeUnits: 111,
    readUnits: 43,
    stateTransitions: 9,
  })
})

test('costs come from the counters, and a difference is what happened between', () => {
  const before = costOf({ invocations: 1, 'database.writeUnits': 4 })
  const after = costOf({ invocations: 3, 'database.writeUnits': 10, 'database.calls': 2 })
  expect(addCosts([after], before)).toEqual({
    invocations: 2,
    databaseCalls: 2,
    writeUnits: 6,
    readUnits: 0,
    stateTransitions: 0,
  })
})

test('seeded items are those of a creation but its next look: guard, reference, header, detail, first entry, a link a partner', () => {
  const { shipmentId, puts } = creation(7)
  expect(puts.map(({ item }) => item.sk)).toEqual([
    'GUARD',
    'REFERENCE',
    'SHIPMENT',
    'DETAIL',
    'TIMELINE#000001',
    'PARTY#KESTREL',
    'PARTY#ORCHID',
    'PARTY#NORTHSEA',
  ])
  expect(puts[2]?.item).toMatchObject({ pk: `harbour#SHIPMENT#${shipmentId}`, gsi1pk: 'harbour#SHIPMENTS' })
  expect(puts.map(({ absent }) => absent)).toEqual([true, true, ...Array(6).fill(false)])
})

test('a table is as wide as its cells, numbers to the right', () => {
  expect(
    table(
      ['what', 'n'],
      [
        ['long name', 5],
        ['x', 100],
      ],
    ),
  ).toBe('what         n\nlong name    5\nx          100\n')
})

const aSop = (sop: SopFigures['sop'], perCpuSecond: number): SopFigures => {
  const rate = { perSecond: perCpuSecond / 2, perCpuSecond }
  const suspended = { executions: 10, persistedBytes: 1500, heapBytes: 2000 }
  return { sop, simulated: rate, replayed: rate, transitions: rate, proved: rate, suspended }
}

test('the replay of histories is judged by the processor time of all SOPs together', () => {
  const goal = 'CPU seconds in which 1,000 shipments are replayed'
  const sops = (mix: number) => [aSop('return', 5), aSop('mix', mix)]
  expect(goalsOf({ machine, sops: sops(125) })).toEqual([{ goal, limit: 10, measured: 8, met: true }])
  expect(goalsOf({ machine, sops: sops(80) })).toEqual([{ goal, limit: 10, measured: 12.5, met: false }])
})

test('an SOP is a row with its rates by clock and by processor time, and what a suspended execution takes', () => {
  const [, head, row] = sopsTable([aSop('return', 50)]).split('\n')
  expect(head).toBe('SOP     simulated  replayed  transitions  proved   as JSON  on the heap')
  expect(row).toBe('return  25 (50)    25 (50)   25 (50)      25 (50)     1500         2000')
})

test('work is counted in all that it says it has done, after a warm-up', async () => {
  let calls = 0
  const { perSecond, perCpuSecond } = await rateOf(0.02, async () => {
    calls += 1
    return 1000
  })
  expect(calls).toBeGreaterThan(1)
  expect(perSecond).toBeGreaterThan(1000)
  expect(perCpuSecond).toBeGreaterThan(0)
})

test.each(ProductSopId.options)(
  'the engine alone takes %s to its end, by the same transitions each time',
  async (id) => {
    const transitions = await transitionsOf(id, definitionOf(id))
    expect(transitions).toBeGreaterThan(10)
    expect(await transitionsOf(id, definitionOf(id))).toBe(transitions)
  },
)

test('suspended executions are those of each SOP in turn, waiting, and as long as their JSON', async () => {
  // What they take of the heap is the bench's to measure: this process has other things on its own.
  const road = await measureSuspended(['domestic-road'], 1)
  const back = await measureSuspended(['return'], 1)
  const both = await measureSuspended(['domestic-road', 'return'], 500)
  expect(road.persistedBytes).toBeGreaterThan(500)
  expect(both).toMatchObject({
    executions: 500,
    persistedBytes: Math.round((road.persistedBytes + back.persistedBytes) / 2),
  })
})
