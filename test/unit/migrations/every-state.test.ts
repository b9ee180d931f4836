/**
 * The promise of a move, kept at every state of every SOP: wherever a shipment stands when it is moved to another version,
 * or moved and brought back, it ends with the facts of one that had the version all along. Nothing is done twice.
 */
import type { JsonObject } from '../../../engine/json'
import { ProductSopId } from '../../../schemas/sop'
import type { Standing } from '../../../schemas/sop-migration'
import type { Wait } from '../../../schemas/wait'
import { doneIn, doneTwice, openTasks, withBefore } from '../../support/facts'
import { begun, moved, reversed, serve, standingPoints, versions } from '../../support/sop-moves'
import { places, taskKeys, withOtherTerms, withoutTask, withTaskAfter } from '../../support/sop-variants'
import { readMachine, type SopWorld } from '../../support/sop-world'

jest.setTimeout(120_000)

const LATE = 62 * 24

interface Walk {
  choose?: (waits: Wait[]) => Wait | undefined
  lateByHours?: number
  /** What comes between the move and the way back. */
  turns?: number
  /** Takes every such point, beginning with the one of this number: walks to many versions take turns. */
  every?: { nth: number; from: number }
}

/** Moves at each point and finishes; then moves, goes on for some turns, comes back, and finishes. */
async function walk(
  sopId: ProductSopId,
  from: JsonObject,
  to: JsonObject,
  { choose, lateByHours, turns = 0, every = { nth: 1, from: 0 } }: Walk = {},
) {
  const finish = (world: SopWorld) => serve(world, { choose, lateByHours })
  const allAlong = async (definition: JsonObject) => doneIn((await finish(await begun(sopId, definition))).state)
  const [wanted, unmoved] = [await allAlong(to), await allAlong(from)]
  const endsWell = (world: SopWorld, facts: string[]) => {
    const { execution, state } = world
    expect([execution.status, state.header.status]).toEqual(['SUCCEEDED', 'COMPLETED'])
    expect({ twice: doneTwice(state), open: openTasks(state) }).toEqual({ twice: [], open: [] })
    expect(doneIn(state)).toEqual(facts)
  }
  const both = versions(from, to)
  const points = await standingPoints(sopId, from, { choose, lateByHours })
  for (const point of points.filter((_, index) => index % every.nth === every.from % every.nth)) {
    const there = await moved(sopId, point, both)
    const { standsAt, willStandAt } = there.move.planned
    expect(keysOf(standsAt)).toEqual([...point.waits].sort())
    expect(keysOf(willStandAt)).toEqual(there.world.state.waits.map(({ stepKey }) => stepKey).sort())
    endsWell(await finish(await there.again()), withBefore(wanted, doneIn(there.decided)))
    const meanwhile = await serve(there.world, { choose, lateByHours, turns })
    if (!meanwhile.running) continue
    const back = await reversed(sopId, there, both)
    endsWell(await finish(back.world), withBefore(unmoved, doneIn(back.decided)))
  }
}

const keysOf = (standing: readonly Standing[]) => standing.flatMap(({ key }) => key ?? []).sort()

const last = (waits: Wait[]) => waits.at(-1)

describe.each(ProductSopId.options)('%s, moved at every state and brought back,', (sopId) => {
  const product = readMachine(sopId)

  it('to the same definition', async () => {
    for (const turns of [0, 3]) await walk(sopId, product, product, { turns })
    await walk(sopId, product, product, { choose: last, turns: 1 })
  })

  it('to one with a task more, wherever that stands', async () => {
    for (const [index, place] of places(product).entries())
      await walk(sopId, product, withTaskAfter(product, place), { turns: index % 3, every: { nth: 4, from: index } })
  })

  it('to one without one of its tasks, whichever', async () => {
    for (const [index, key] of taskKeys(product).entries())
      await walk(sopId, product, withoutTask(product, key), {
        choose: last,
        turns: index % 3,
        every: { nth: 2, from: index },
      })
  })

  it('to one with other roles and due dates', async () => {
    for (const turns of [0, 2]) await walk(sopId, product, withOtherTerms(product), { turns })
  })

  it('when everything is two months late', async () => {
    await walk(sopId, product, withOtherTerms(product), { lateByHours: LATE, turns: 1 })
    const [place = ''] = places(product)
    await walk(sopId, product, withTaskAfter(product, place), { lateByHours: LATE, every: { nth: 2, from: 0 } })
    const [key = ''] = taskKeys(product)
    await walk(sopId, product, withoutTask(product, key), { lateByHours: LATE, every: { nth: 2, from: 1 } })
  })
})
