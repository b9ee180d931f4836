import { sampleShipment } from '../../../functions/simulations/domain/scenario/shipment'
import { simulate } from '../../../functions/simulations/domain/simulate'
import { ProductSopId } from '../../../schemas/sop'
import { SimulateSop } from '../../../schemas/sop-simulation'
import { ordinaryStates } from '../../support/asl'
import { edited } from '../../support/sop-edits'
import { readMachine } from '../../support/sop-world'

const NOW = '2026-03-01T08:00:00.000Z'
const tried = (sopId: ProductSopId, scenario: object = {}, definition = readMachine(sopId)) =>
  simulate(sopId, definition, SimulateSop.parse(scenario), NOW)
const keys = (items: readonly { key: string }[]) => items.map(({ key }) => key)

describe.each(ProductSopId.options)('%s', (sopId) => {
  it('is completed as planned, without an exception', async () => {
    const { completed, exceptions, blocked, waits, neverVisited } = await tried(sopId)
    expect({ completed, exceptions, blocked }).toEqual({ completed: 1, exceptions: [], blocked: [] })
    for (const { settledAt = '', deadline = '' } of waits) expect(settledAt <= deadline).toBe(true)
    const ordinary = ordinaryStates(readMachine(sopId))
    expect(neverVisited.filter((name) => ordinary.has(name))).toEqual([])
  })
})

describe('a scenario', () => {
  it('of a late step raises its exception, and costs the transitions of it', async () => {
    const plan = await tried('domestic-road')
    const late = await tried('domestic-road', { delays: [{ key: 'await-pick-up', hours: 48 }] })
    expect(keys(late.exceptions)).toContain('late-pick-up')
    expect(late.transitions.p50).toBeGreaterThan(plan.transitions.p50)
    expect(late.cycleHours.p50).toBeGreaterThanOrEqual(plan.cycleHours.p50)
  })

  it('of a document that never comes is blocked there', async () => {
    const { completed, blocked, exceptions } = await tried('ocean-export-fcl', { missingDocuments: ['705'] })
    expect({ completed, blocked }).toEqual({ completed: 0, blocked: [{ key: 'request-bill-of-lading', runs: 1 }] })
    expect(keys(exceptions)).toContain('late-bill-of-lading')
  })

  it('of a customs hold is late by it', async () => {
    const { exceptions, completed } = await tried('ocean-import-fcl', { customsHold: 24 * 21 })
    expect(completed).toBe(1)
    expect(keys(exceptions)).toContain('late-import-clearance')
  })

  it('of a rejected task goes on without it', async () => {
    expect(await tried('domestic-road', { rejectedTasks: ['review-charges'] })).toMatchObject({ completed: 1 })
  })

  it.each([
    ['return', 'approve-return', 'SendLabel'],
    ['return', 'approve-credit', undefined],
  ] as const)('of %s with a rejected %s takes the way of rejections', async (sopId, task, skipped) => {
    const { completed, neverVisited } = await tried(sopId, { rejectedTasks: [task] })
    expect(completed).toBe(1)
    if (skipped) expect(neverVisited).toContain(skipped)
    else expect(neverVisited).not.toContain('ReviseCredit')
  })

  it('of a tenant’s own SOP is tried on a shipment that it is for', async () => {
    const definition = readMachine('domestic-road')
    const scope = { type: 'DOMESTIC' as const, mode: 'ROAD' as const, loadTypes: ['LTL' as const], customer: 'ACME' }
    const report = await simulate('domestic-road', definition, SimulateSop.parse({}), NOW, { scope })
    expect(report.neverVisited).not.toContain('AwaitHub')
    expect((await tried('domestic-road')).neverVisited).toContain('AwaitHub')
    const { header } = sampleShipment('domestic-road', NOW, scope)
    expect(header).toMatchObject({ loadType: 'LTL', mode: 'ROAD', customer: 'ACME' })
  })

  it('shows what a change does', async () => {
    const definition = edited('domestic-road', {
      at: 'RunShipment.Branches.0.States.AnnounceDelivery',
      to: { Type: 'Pass', Next: 'AwaitDelivery' },
    })
    const before = await tried('domestic-road')
    const after = await tried('domestic-road', {}, definition)
    expect(after.path.map(({ state }) => state)).toEqual(before.path.map(({ state }) => state))
    expect(after.completed).toBe(1)
  })
})

describe('a draft with an expression without end', () => {
  it.each([
    '($f:=function(){$f()};$f())',
    '($f:=function($n){1+$f($n+1)};$f(0))',
    '$match("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!",/^(a+)+$/)',
    '$length($pad("x",400000000))',
  ])('%s is told of in the report', async (source) => {
    const to = `{% ${source} %}`
    const definition = edited('domestic-road', { at: 'CompleteShipment.TimeoutSeconds', to })
    const { completed, failed } = await tried('domestic-road', { runs: 2 }, definition)
    expect({ completed, failed }).toMatchObject({ completed: 0, failed: [{ runs: 2 }] })
    // The SOP catches it, raises its exception, and stops.
    expect(failed[0]?.error).toBe('Sop.Stopped')
  })
})

describe('many runs', () => {
  it('are the same for the same seed, and others for another', async () => {
    const first = await tried('domestic-road', { runs: 20, seed: 7 })
    expect(await tried('domestic-road', { runs: 20, seed: 7 })).toEqual(first)
    expect(await tried('domestic-road', { runs: 20, seed: 8 })).not.toEqual(first)
    expect(first.cycleHours.p90).toBeGreaterThan(first.cycleHours.p50)
    expect(first.exceptions.length).toBeGreaterThan(0)
  })
})
