/** Each SOP from its start to its end, in virtual time, on the real machine and the real rules. */
import fc from 'fast-check'
import type { CreateShipment } from '../../../schemas/shipment'
import { type DeniedParty, ProductSopId } from '../../../schemas/sop'
import type { Wait } from '../../../schemas/wait'
import { catchersOf, type FoundState, isWait, ordinaryStates, statesOf } from '../../support/asl'
import { aCommand, aShipment, ORDERED } from '../../support/shipments'
import { planOf } from '../../support/sop-plans'
import { factsOf, readMachine, SopWorld } from '../../support/sop-world'

const FCO = planOf('ocean-export-fcl', ORDERED).cutOffs?.find(({ code }) => code === 'FCO')?.at ?? ''

const begin = (sopId: ProductSopId, denied: DeniedParty[] = []) =>
  SopWorld.begin(sopId, aShipment(planOf(sopId, ORDERED)), ORDERED, denied)
const ACETONE = { unNumber: '1090', imoClass: '3' }
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

/** Waits for a moment look again; all others raise an exception when they are late. */
const raises = ({ state, name }: FoundState) => catchersOf(state).every(({ Next }) => Next !== name)
const raising = (name: string) => name.startsWith('Raise') || ['ReportFailure', 'StopSop'].includes(name)
const namesOf = (sopId: ProductSopId) => statesOf(readMachine(sopId)).map(({ name }) => name)

/** Shipments that go other ways than the usual one. */
const WAYS: Partial<Record<ProductSopId, { change?: Partial<CreateShipment>; prefers?: string[] }[]>> = {
  'air-export': [
    {
      change: { cargoItems: aCommand().cargoItems.map((item) => ({ ...item, dangerousGoods: ACETONE })) },
      prefers: ['UNKNOWN', 'REJECTED'],
    },
  ],
  'cross-border-ecommerce': [
    { change: { incoterm: { rule: 'DDP', place: 'New York' } }, prefers: ['DELIVERY_FAILED'] },
    { prefers: ['DELIVERY_FAILED', 'RETURN'] },
  ],
  'domestic-road': [{ change: { loadType: 'LTL' }, prefers: ['DELIVERY_FAILED'] }],
  return: [{ prefers: ['REJECTED'] }, { prefers: ['DISPOSE', 'approve-credit REJECTED'] }],
}

describe.each(ProductSopId.options)('%s', (sopId) => {
  it('is walked to its end when everything comes in time', async () => {
    const world = await begin(sopId)
    await serve(world, first)
    expect(world.execution).toMatchObject({ status: 'SUCCEEDED' })
    expect(world.state.header.status).toBe('COMPLETED')
    expect(world.exceptions()).toEqual([])
    expect([...world.entered].sort()).toEqual([...ordinaryStates(readMachine(sopId))].sort())
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
    const waits = statesOf(readMachine(sopId)).filter((it) => isWait(it) && raises(it))
    const raised = waits.filter(({ name }) => world.entered.includes(name)).length
    expect(world.exceptions()).toHaveLength(raised)
    expect(new Set(world.exceptions()).size).toBe(raised)
    const resolved = world.state.timeline.filter((entry) => entry.type === 'exception.resolved')
    expect(resolved).toHaveLength(raised)
  })

  it('has no state but for what is late or fails that no shipment comes to', async () => {
    const entered = new Set<string>()
    for (const { change = {}, prefers = [] } of [{}, ...(WAYS[sopId] ?? [])]) {
      const plan = { ...planOf(sopId, ORDERED), ...change }
      const world = await SopWorld.begin(sopId, aShipment(plan), ORDERED)
      world.prefers = prefers
      await serve(world, first)
      expect([world.execution.status, world.state.header.status]).toEqual(['SUCCEEDED', 'COMPLETED'])
      for (const name of world.entered) entered.add(name)
    }
    expect(namesOf(sopId).filter((name) => !raising(name) && !entered.has(name))).toEqual([])
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
    const left = () => world.state.waits.filter((it) => !['review-charges', 'await-gate-in'].includes(it.stepKey))
    while (left().some((wait) => wait.stepKey !== 'check-draft-bill-of-lading')) {
      const [wait] = left()
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
