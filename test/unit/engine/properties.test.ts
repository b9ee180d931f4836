/** What must hold of every definition: drawn at random, with tasks that fail, retries, timers and branches. */
import fc from 'fast-check'
import { advance, start } from '../../../engine/advance'
import type { Execution } from '../../../engine/execution'
import type { Json, JsonObject } from '../../../engine/json'
import { validate } from '../../../engine/validate'
import { type Answer, CONTEXT, drive, FUNCTION, T0, TaskError } from './drive'

const seconds = fc.integer({ min: 1, max: 50 })

const task = fc
  .record({ timeout: seconds, attempts: fc.nat(3), jitter: fc.boolean() })
  .map(({ timeout, attempts, jitter }) => ({
    Type: 'Task',
    Resource: FUNCTION,
    Arguments: { n: '{% $states.input.n %}', id: '{% $uuid() %}' },
    TimeoutSeconds: timeout,
    Retry: [{ ErrorEquals: ['Busy'], MaxAttempts: attempts, JitterStrategy: jitter ? 'FULL' : 'NONE' }],
    Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Z', Output: '{% $states.input %}' }],
    Output: '{% $states.input %}',
  }))
const wait = seconds.map((Seconds) => ({ Type: 'Wait', Seconds }))
const pass = fc.constant({
  Type: 'Pass',
  Assign: { seen: '{% $now() %}' },
  Output: '{% { "n": $states.input.n + 1 } %}',
})

/** A chain of states that ends in Z, where errors lead too. */
const chain = (states: fc.Arbitrary<JsonObject>): fc.Arbitrary<JsonObject> =>
  fc.array(states, { minLength: 1, maxLength: 4 }).map((list) => ({
    StartAt: 'S0',
    States: {
      ...Object.fromEntries(
        list.map((state, index) => [`S${index}`, { ...state, Next: index + 1 < list.length ? `S${index + 1}` : 'Z' }]),
      ),
      Z: { Type: 'Succeed' },
    },
  }))

const simple = fc.oneof(task, wait, pass)
const parallel = fc.array(chain(simple), { minLength: 1, maxLength: 3 }).map((Branches) => ({
  Type: 'Parallel',
  Branches,
  Output: '{% { "n": $sum($states.result.n) } %}',
}))
const map = fc.tuple(chain(simple), fc.nat(3)).map(([ItemProcessor, MaxConcurrency]) => ({
  Type: 'Map',
  Items: '{% [1..4] %}',
  ItemSelector: { n: '{% $states.context.Map.Item.Value %}' },
  ItemProcessor,
  MaxConcurrency,
  Output: '{% { "n": $sum($states.result.n) } %}',
}))
const definition = chain(fc.oneof({ weight: 3, arbitrary: simple }, parallel, map)).map((flow) => ({
  QueryLanguage: 'JSONata',
  ...flow,
}))

/** Behaviour of the tasks: fail, hang or answer, by a pattern that is drawn. */
const behaviour = fc.array(fc.constantFrom('answer', 'answer', 'busy', 'broken', 'hang'), {
  minLength: 1,
  maxLength: 8,
})

function answering(pattern: string[]): Answer {
  let calls = 0
  return (args) => {
    const what = pattern[calls++ % pattern.length]
    if (what === 'busy') throw new TaskError('Busy')
    if (what === 'broken') throw new TaskError('Broken', 'for good')
    return what === 'hang' ? undefined : args
  }
}

const PARAMETERS = { numRuns: 60 }

describe('any definition', () => {
  it('is valid as drawn', () => {
    fc.assert(
      fc.property(definition, (machine) => expect(validate(machine)).toEqual([])),
      PARAMETERS,
    )
  })

  it('runs the same twice', async () => {
    await fc.assert(
      fc.asyncProperty(definition, behaviour, fc.integer(), async (machine, pattern, seed) => {
        const run = () => drive(machine, { n: 1 }, { answer: answering(pattern), seed })
        expect(await run()).toEqual(await run())
      }),
      PARAMETERS,
    )
  })

  it('goes on after a round trip through JSON at every step as if never interrupted', async () => {
    await fc.assert(
      fc.asyncProperty(definition, behaviour, fc.integer(), async (machine, pattern, seed) => {
        const plain = await drive(machine, { n: 1 }, { answer: answering(pattern), seed })
        const persisted = await drive(
          JSON.parse(JSON.stringify(machine)),
          { n: 1 },
          {
            answer: answering(pattern),
            seed,
            between: (execution): Execution => JSON.parse(JSON.stringify(execution)),
          },
        )
        expect(persisted).toEqual(plain)
      }),
      PARAMETERS,
    )
  })

  it('ends, and its time never runs backwards, in the history or under a clock that does', async () => {
    await fc.assert(
      fc.asyncProperty(definition, behaviour, async (machine, pattern) => {
        const { status, history } = await drive(machine, { n: 1 }, { answer: answering(pattern) })
        expect(['SUCCEEDED', 'FAILED']).toContain(status)
        const times = history.map(({ timestamp }) => timestamp)
        expect(times).toEqual([...times].sort((a, b) => a - b))
        expect(history.map(({ id }) => id)).toEqual(history.map((_, index) => index + 1))
        expect(history.every(({ id, previousEventId }) => previousEventId < id)).toBe(true)
      }),
      PARAMETERS,
    )
  })

  it('is not changed by the step that follows it, nor by what it does not wait for', async () => {
    await fc.assert(
      fc.asyncProperty(definition, fc.nat(1000), async (machine, elapsed) => {
        const { execution } = await start(machine, { n: 1 }, CONTEXT, { now: T0 })
        const before = JSON.stringify(execution)
        const clock = { now: T0 + elapsed * 1000 }
        await advance(machine, execution, { type: 'time' }, clock)
        await advance(machine, execution, { type: 'taskSucceeded', task: 1, output: {} }, clock)
        expect(JSON.stringify(execution)).toBe(before)
        const ignored = await advance(machine, execution, { type: 'taskFailed', task: 999 }, { now: T0 - 5000 })
        expect(ignored).toMatchObject({ execution, effects: [], history: [] })
      }),
      PARAMETERS,
    )
  })
})

describe('an execution that waits', () => {
  it('is small, and holds no part of its definition', async () => {
    const long: Json = 'a comment of some length '.repeat(1000)
    const machine = {
      Comment: long,
      StartAt: 'W',
      States: { W: { Type: 'Task', Resource: `${FUNCTION}`, Comment: long, End: true } },
    }
    const { execution } = await drive(machine, { shipmentId: 'shp_1' }, { answer: () => undefined, untilWaiting: true })
    expect(JSON.stringify(execution).length).toBeLessThan(900)
  })
})
