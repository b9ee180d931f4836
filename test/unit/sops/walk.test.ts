/** Each SOP from its start to its end, in virtual time, on the real machine and the real rules. */
import fc from 'fast-check'
import { type DeniedParty, ProductSopId } from '../../../schemas/sop'
import type { Wait } from '../../../schemas/wait'
import { isWait, statesOf } from '../../support/asl'
import { aShipment, ORDERED } from '../../support/shipments'
import { planOf } from '../../support/sop-plans'
import { factsOf, readMachine, SopWorld } from '../../support/sop-world'

const FCO = planOf('ocean-export-fcl', ORDERED).cutOffs?.find(({ code }) => code === 'FCO')?.at ?? ''

const begin = (sopId: ProductSopId, denied: DeniedParty[] = []) =>
  SopWorld.begin(sopId, aShipment(planOf(sopId, ORDERED)), ORDERED, denied)
const ACME_DENIED: DeniedParty[] = [{ name: 'Acme B.V.', aliases: [], list: 'TEST' }]

/** Serves the waits one by one, each an hour after the last, in the order that `choose` gives. */
async function serve(world: SopWorld, choose: (waits: Wait[]) => Wait | undefined) {
  for (let served = 0; world.running; served += 1) {
    if (served > 200) throw new Error(`Stuck at ${world.state.waits.map((wait) => wait.stepKey)}`)
    const wait = choose(world.state.waits)
    if (!wait) throw new Error('Nothing is waited for')
    await world.deliver(wait)
  }
}

const first = (waits: Wait[]) => waits[0]

const raising = (name: string) => name.startsWith('Raise') || ['ReportFailure', 'StopSop'].includes(name)
const namesOf = (sopId: ProductSopId) => statesOf(readMachine(sopId)).map(({ name }) => name)

describe.each(ProductSopId.options)('%s', (sopId) => {
  it('is walked to its end when everything comes in time', async () => {
    const world = await begin(sopId)
    await serve(world, first)
    expect(world.execution).toMatchObject({ status: 'SUCCEEDED' })
    expect(world.state.header.status).toBe('COMPLETED')
    expect(world.exceptions()).toEqual([])
    expect([...world.entered].sort()).toEqual(
      namesOf(sopId)
        .filter((name) => !raising(name))
        .sort(),
    )
    expect(world.execution.transitions).toBe(world.entered.length)
  })

  it('goes on waiting when everything is late, and raises each exception once', async () => {
    const world = await begin(sopId, ACME_DENIED)
    for (let served = 0; world.running; served += 1) {
      if (served > 200) throw new Error('Stuck')
      // Two months pass all deadlines, and the second look of a wait that has raised its exception.
      await world.passUntil(Date.parse(world.now) + 62 * 24 * 3600_000)
      const wait = world.state.waits[0]
      if (wait) await world.deliver(wait)
    }
    expect(world.execution.status).toBe('SUCCEEDED')
    const raised = statesOf(readMachine(sopId)).filter(isWait).length
    expect(world.exceptions()).toHaveLength(raised)
    expect(new Set(world.exceptions()).size).toBe(raised)
    const resolved = world.state.timeline.filter((entry) => entry.type === 'exception.resolved')
    expect(resolved).toHaveLength(raised)
  })

  it('reaches the same facts in whatever order things happen', async () => {
    const reference = await begin(sopId)
    await serve(reference, first)
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.nat()), async (choices) => {
        const world = await begin(sopId)
        await serve(world, (waits) => waits[Number(choices.next().value) % waits.length])
        expect(factsOf(world.state)).toEqual(factsOf(reference.state))
      }),
      { numRuns: 15 },
    )
  }, 30_000)
})

describe('a missed cargo cut-off', () => {
  const untilGateIn = async () => {
    const world = await begin('ocean-export-fcl')
    while (!world.state.waits.some((wait) => wait.stepKey === 'await-gate-in')) {
      const wait = world.state.waits.find((it) => it.stepKey !== 'review-charges')
      if (wait) await world.deliver(wait)
    }
    return world
  }

  it('raises its exception once, at the cut-off, and goes on when the container is there', async () => {
    const world = await untilGateIn()
    await world.passUntil(Date.parse(FCO) - 1)
    expect(world.exceptions()).toEqual([])
    await world.passUntil(Date.parse(FCO) + 24 * 3600_000)
    expect(world.exceptions().filter((key) => key === 'missed-cargo-cut-off')).toHaveLength(1)
    const wait = world.state.waits.find(({ stepKey }) => stepKey === 'await-gate-in')
    if (!wait) throw new Error('The gate-in is no longer waited for')
    await world.deliver(wait)
    expect(world.entered.filter((name) => name === 'RaiseMissedCargoCutOff')).toHaveLength(1)
    expect(world.state.timeline.at(-1)).toMatchObject({
      type: 'exception.resolved',
      data: { stepKey: 'missed-cargo-cut-off' },
    })
    await serve(world, first)
    expect(world.state.header.status).toBe('COMPLETED')
  })

  it('is none when the carrier has moved the cut-off meanwhile', async () => {
    const world = await untilGateIn()
    const moved = new Date(Date.parse(FCO) + 24 * 3600_000).toISOString()
    const cutOffs = [{ code: 'FCO' as const, at: moved }]
    await world.commit({
      detail: { ...world.state.detail, cutOffs },
      facts: [{ type: 'shipment.amended', data: { changed: ['cutOffs'] } }],
    })
    await world.passUntil(Date.parse(moved) - 1)
    expect(world.exceptions()).not.toContain('missed-cargo-cut-off')
    await world.passUntil(Date.parse(moved))
    expect(world.exceptions()).toContain('missed-cargo-cut-off')
  })
})

describe('screening', () => {
  it('holds the shipment until a person has released the match', async () => {
    const world = await begin('ocean-export-fcl', ACME_DENIED)
    expect(world.entered).toEqual(['ScreenParties'])
    expect(world.state.tasks.map(({ role, stepKey }) => [role, stepKey])).toEqual([['COMPLIANCE', 'screen-parties']])
    await serve(world, first)
    expect(world.state.header.status).toBe('COMPLETED')
  })

  it('takes no step of a cancelled shipment', async () => {
    const world = await begin('domestic-road')
    world.state = { ...world.state, header: { ...world.state.header, status: 'CANCELLED' } }
    const before = world.state.timeline.length
    await world.passUntil(Date.parse(ORDERED) + 120 * 24 * 3600_000)
    expect(world.state.timeline).toHaveLength(before)
  })
})
