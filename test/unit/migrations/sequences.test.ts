/** Whatever is done in whatever order: work, time, moves between many versions, and ways back. Nothing is done twice. */
import fc from 'fast-check'
import { versionOf } from '../../../functions/migrations/domain/plan'
import { ProductSopId } from '../../../schemas/sop'
import { doneIn, doneTwice, openTasks, withBefore } from '../../support/facts'
import { begun, type Moved, moved, reversed, serve, type Versions } from '../../support/sop-moves'
import { places, taskKeys, withOtherTerms, withoutTask, withTaskAfter } from '../../support/sop-variants'
import { readMachine, type SopWorld } from '../../support/sop-world'

jest.setTimeout(120_000)

/** The product's own, and others made of it. */
function versionsFor(sopId: ProductSopId) {
  const product = readMachine(sopId)
  const [place = '', ...others] = places(product)
  const [key = '', ...keys] = taskKeys(product)
  return [
    product,
    withoutTask(product, key),
    withTaskAfter(product, place),
    withOtherTerms(product),
    withOtherTerms(withTaskAfter(withoutTask(product, keys.at(-1) ?? key), others[0] ?? place)),
  ].map((definition, index) => versionOf(index + 1, definition))
}

const ACTION = fc.oneof(
  { weight: 3, arbitrary: fc.record({ serve: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ hours: fc.integer({ min: 1, max: 40 * 24 }) }) },
  { weight: 2, arbitrary: fc.record({ moveTo: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.constant('back' as const) },
)
type Action = typeof ACTION extends fc.Arbitrary<infer T> ? T : never

/** One shipment, and the moves that it may still be brought back from. */
class Story {
  private moves: { both: Versions; of: Moved }[] = []
  version = 0
  /** What had been done when its present version took over. */
  before: string[] = []

  constructor(
    private readonly sopId: ProductSopId,
    private readonly all: ReturnType<typeof versionsFor>,
    public world: SopWorld,
  ) {}

  async act(action: Action) {
    if (!this.world.running) return
    if (action === 'back') return this.goBack()
    if ('hours' in action) return this.world.passUntil(Date.parse(this.world.now) + action.hours * 3600_000)
    if ('moveTo' in action) return this.move(action.moveTo)
    const { waits } = this.world.state
    const wait = waits[action.serve % waits.length]
    if (wait) await this.world.deliver(wait)
  }

  private async move(index: number) {
    const [from, to] = [this.all[this.version], this.all[index]]
    if (!from || !to || from === to) return
    const of = await moved(this.sopId, this.world, { from, to })
    this.moves.push({ both: { from, to }, of })
    this.take(of.world, of.decided, index)
  }

  private async goBack() {
    const last = this.moves.pop()
    if (!last) return
    const back = await reversed(this.sopId, { world: this.world, move: last.of.move }, last.both)
    this.take(back.world, back.decided, this.all.indexOf(last.both.from))
  }

  private take(world: SopWorld, decided: Parameters<typeof doneIn>[0], version: number) {
    this.world = world
    this.before = doneIn(decided)
    this.version = version
  }
}

describe.each(ProductSopId.options)('%s', (sopId) => {
  it('ends with the facts of a shipment that had its last version all along, and with what was done before', async () => {
    const all = versionsFor(sopId)
    const start = async (index: number) => begun(sopId, all[index]?.definition ?? {})
    const reference = await Promise.all(
      all.map(async (_, index) => doneIn((await serve(await start(index), { lateByHours: 0 })).state)),
    )
    const exceptions = (name: string) => !name.startsWith('exception.')
    await fc.assert(
      fc.asyncProperty(fc.array(ACTION, { minLength: 4, maxLength: 25 }), async (actions) => {
        const story = new Story(sopId, all, await start(0))
        for (const action of actions) await story.act(action)
        const { world } = story
        await serve(world, { lateByHours: 0 })
        expect([world.execution.status, world.state.header.status]).toEqual(['SUCCEEDED', 'COMPLETED'])
        expect({ twice: doneTwice(world.state), open: openTasks(world.state) }).toEqual({ twice: [], open: [] })
        // What is late in a story is late in none of the references.
        const wanted = withBefore(reference[story.version] ?? [], story.before)
        expect(doneIn(world.state).filter(exceptions)).toEqual(wanted.filter(exceptions))
      }),
      { numRuns: 25 },
    )
  })
})
