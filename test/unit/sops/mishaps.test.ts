/** What must hold of each SOP whatever happens between its machine, its doors and the world. */
import fc from 'fast-check'
import { next } from '../../../engine/random'
import { ProductSopId } from '../../../schemas/sop'
import type { TimelineType } from '../../../schemas/timeline'
import { aShipment, ORDERED } from '../../support/shipments'
import { Mishaps, type Options } from '../../support/sop-mishaps'
import { planOf } from '../../support/sop-plans'
import { factsOf } from '../../support/sop-world'

/** What depends on when things happen, and not only on whether. */
const OF_TIME: readonly TimelineType[] = ['exception.raised', 'exception.resolved', 'task.escalated', 'moment.awaited']
/** A partner may send the same paper again. */
const AGAIN: readonly TimelineType[] = ['document.verified', 'documents.compared']

/** A paper that comes while its step is being taken is asked of nobody. */
const NEEDLESS: readonly TimelineType[] = ['document.requested']

const isOf = (types: readonly TimelineType[]) => (fact: string) => types.some((type) => fact.split(' ')[0] === type)

const finals = ({ state }: Mishaps) => [...new Set(factsOf(state))].filter((fact) => !isOf(OF_TIME)(fact))

const without = (facts: readonly string[], types: readonly TimelineType[]) => facts.filter((fact) => !isOf(types)(fact))

const doneTwice = ({ state }: Mishaps) =>
  factsOf(state).filter((fact, index, all) => fact === all[index - 1] && !isOf([...AGAIN, 'task.escalated'])(fact))

/** Exceptions that say that a step is late, and those of them that are resolved. */
function lateness({ state: { timeline } }: Mishaps) {
  const raised = timeline.flatMap((it) =>
    it.type === 'exception.raised' && it.data.concerns !== undefined ? it.data.stepKey : [],
  )
  const resolved = timeline.flatMap((it) => (it.type === 'exception.resolved' ? it.data.stepKey : []))
  return { raised: raised.sort(), resolved: resolved.sort() }
}

// The same shipment each time, so that runs can be compared whole.
const SHIPMENTS = new Map(ProductSopId.options.map((sopId) => [sopId, aShipment(planOf(sopId, ORDERED))]))
const shipment = (sopId: ProductSopId) => SHIPMENTS.get(sopId) ?? aShipment()

/** As planned, without a mishap, when there is no seed. */
const through = (sopId: ProductSopId, seed?: number, options?: Options) => {
  const random = { seed: seed ?? 0 }
  const roll = (sides: number) => (seed === undefined ? 0 : Math.floor(next(random) * sides))
  return Mishaps.through(sopId, shipment(sopId), roll, options)
}

// Of a seed there is nothing to shrink.
const seeds = fc.noShrink(fc.nat())
const RUNS = { numRuns: 8 }

jest.setTimeout(120_000)

describe.each(ProductSopId.options)('%s', (sopId) => {
  it('comes to the same facts, each once, in whatever order things happen, crash, are told twice and come late', async () => {
    const reference = finals(await through(sopId))
    let crashes = 0
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const system = await through(sopId, seed)
        expect([system.execution.status, system.state.header.status]).toEqual(['SUCCEEDED', 'COMPLETED'])
        const facts = finals(system)
        expect(without(facts, NEEDLESS)).toEqual(without(reference, NEEDLESS))
        expect(reference).toEqual(expect.arrayContaining(facts))
        expect(doneTwice(system)).toEqual([])
        const { raised, resolved } = lateness(system)
        expect(resolved).toEqual(raised)
        expect(system.state.waits).toEqual([])
        crashes += system.crashes
      }),
      RUNS,
    )
    expect(crashes).toBeGreaterThan(RUNS.numRuns)
  })

  it('is the same run to the millisecond when it is persisted and loaded at every step', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const [whole, persisted] = [await through(sopId, seed), await through(sopId, seed, { persisted: true })]
        expect(persisted.execution).toEqual(whole.execution)
        expect(persisted.state.timeline).toEqual(whole.state.timeline)
      }),
      { numRuns: 3 },
    )
  })

  it('has a time that never runs backwards, also under a clock that does', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const { times, execution } = await through(sopId, seed, { wrongClock: 3600_000 })
        expect(times).toEqual([...times].sort((a, b) => a - b))
        expect(execution.status).toBe('SUCCEEDED')
      }),
      { numRuns: 3 },
    )
  })
})
