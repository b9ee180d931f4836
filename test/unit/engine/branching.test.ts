import type { JsonObject } from '../../../engine/json'
import { drive, FUNCTION, JSONATA, only, TaskError } from './drive'

const flow = (name: string, state: JsonObject) => ({ StartAt: name, States: { [name]: state } })
const pass = (name: string, more: JsonObject = {}) => flow(name, { Type: 'Pass', ...more, End: true })
const call = (name: string, more: JsonObject = {}) =>
  flow(name, { Type: 'Task', Resource: FUNCTION, ...more, End: true })

describe('Parallel', () => {
  it('gives each branch the input, and answers their outputs in order, whichever ends first', async () => {
    const branches = [
      flow('Slow', { Type: 'Wait', Seconds: 60, End: true }),
      pass('Quick', { Result: 'quick' }),
      { StartAt: 'A', States: { A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Succeed' } } },
    ]
    const state = { Type: 'Parallel', Branches: branches, ResultPath: '$.all' }
    const result = await drive(only(state), { n: 1 })
    expect(result).toMatchObject({ output: { n: 1, all: [{ n: 1 }, 'quick', { n: 1 }] }, took: 60_000 })
  })

  it('fails with the first branch that fails, and gives up the others', async () => {
    const state = {
      Type: 'Parallel',
      Branches: [call('Hangs'), call('Breaks')],
      Catch: [{ ErrorEquals: ['Broken'], Next: 'Caught' }],
    }
    const definition = { StartAt: 'S', States: { S: { ...state, End: true }, Caught: { Type: 'Pass', End: true } } }
    const answer = (_: unknown, { task }: { task: number }) => {
      if (task === 2) throw new TaskError('Broken')
      return undefined
    }
    const result = await drive(definition, {}, { answer })
    expect(result).toMatchObject({ output: { Error: 'Broken' }, cancelled: [1] })
    expect(result.history.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['TaskStateAborted', 'ParallelStateFailed']),
    )
  })

  it('is retried from the start of every branch', async () => {
    let calls = 0
    const state = {
      Type: 'Parallel',
      Branches: [call('A'), pass('B')],
      Retry: [{ ErrorEquals: ['Busy'], IntervalSeconds: 5 }],
    }
    const answer = () => {
      if (++calls === 1) throw new TaskError('Busy')
      return calls
    }
    const result = await drive(only(state), {}, { answer })
    expect(result).toMatchObject({ output: [2, {}], took: 5000 })
    expect(result.entered.filter((name) => name === 'B')).toHaveLength(2)
  })

  it('takes Arguments for the branches in JSONata', async () => {
    const state = {
      Type: 'Parallel',
      Arguments: { n: '{% $states.input.n + 1 %}' },
      Branches: [pass('A'), pass('B', { Output: '{% $states.input.n * 2 %}' })],
    }
    expect(await drive(only(state, JSONATA), { n: 1 })).toMatchObject({ output: [{ n: 2 }, 4] })
  })
})

describe('Map', () => {
  const map = (more: JsonObject, processor: JsonObject = pass('P')) =>
    only({ Type: 'Map', ItemProcessor: processor, ...more })

  it('maps the items of a path, selected with the input and the item', async () => {
    const definition = map({
      ItemsPath: '$.items',
      ItemSelector: { 'v.$': '$$.Map.Item.Value', 'i.$': '$$.Map.Item.Index', 'k.$': '$.k' },
      ResultPath: '$.out',
      ResultSelector: { 'first.$': '$[0]' },
    })
    const result = await drive(definition, { items: ['a', 'b'], k: 9 })
    expect(result.output).toMatchObject({ out: { first: { v: 'a', i: 0, k: 9 } } })
  })

  it('maps Items with an ItemSelector in JSONata', async () => {
    const state = {
      Type: 'Map',
      Items: '{% [$states.input.from..$states.input.to] %}',
      ItemSelector: '{% $states.context.Map.Item.Value * $states.context.Map.Item.Index %}',
      ItemProcessor: pass('P'),
    }
    expect(await drive(only(state, JSONATA), { from: 3, to: 5 })).toMatchObject({ output: [0, 4, 10] })
  })

  it('answers an empty list for no items', async () => {
    expect(await drive(map({}), [])).toMatchObject({ output: [] })
  })

  it.each([
    ['MaxConcurrency', { MaxConcurrency: 2 }, 2],
    ['MaxConcurrencyPath', { MaxConcurrencyPath: '$.max', ItemsPath: '$.items' }, 3],
    ['no limit', { ItemsPath: '$.items' }, 5],
  ])('keeps to %s', async (_, more, limit) => {
    const items = [1, 2, 3, 4, 5]
    const input = 'MaxConcurrency' in more ? items : { items, max: 3 }
    const result = await drive(map(more, call('T')), input, { answer: () => undefined, untilWaiting: true })
    expect(result.tasks).toHaveLength(limit)
  })

  it('answers in the order of the items, whichever ends first', async () => {
    const wait = flow('W', { Type: 'Wait', SecondsPath: '$', End: true })
    expect(await drive(map({}, wait), [30, 10, 20])).toMatchObject({ output: [30, 10, 20], took: 30_000 })
  })

  it('fails with an iteration that fails, and gives up the others', async () => {
    const answer = (args: unknown) => {
      if (args === 2) throw new TaskError('Two')
      return undefined
    }
    const result = await drive(map({}, call('T')), [1, 2, 3], { answer })
    expect(result).toMatchObject({ status: 'FAILED', error: 'Two', cancelled: [1, 3] })
    expect(result.history.filter(({ type }) => type === 'MapIterationAborted')).toHaveLength(2)
  })

  it('refuses what is not a list', async () => {
    expect((await drive(map({ ItemsPath: '$.a' }), { a: 1 })).cause).toContain(
      'Reference path "$.a" must point to array.',
    )
  })

  it('nests, with the inner item in sight', async () => {
    const inner = { Type: 'Map', ItemProcessor: pass('P', { Parameters: { 'v.$': '$$.Map.Item.Value' } }), End: true }
    expect(await drive(map({}, flow('Inner', inner)), [[1], [2, 3]])).toMatchObject({
      output: [[{ v: 1 }], [{ v: 2 }, { v: 3 }]],
    })
  })
})

describe('a distributed Map', () => {
  const distributed = (more: JsonObject, processor: JsonObject = call('T')) =>
    only({
      Type: 'Map',
      ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, ...processor },
      ...more,
    })
  const failOn =
    (...bad: unknown[]) =>
    (args: unknown) => {
      if (bad.includes(args)) throw new TaskError('Bad')
      return `ok ${args}`
    }

  it('tolerates failures up to the count or percentage', async () => {
    const items = [1, 2, 3, 4]
    const tolerant = await drive(distributed({ ToleratedFailureCount: 1 }), items, { answer: failOn(2) })
    expect(tolerant).toMatchObject({ output: ['ok 1', 'ok 3', 'ok 4'] })
    const percent = await drive(distributed({ ToleratedFailurePercentage: 50 }), items, { answer: failOn(2, 3) })
    expect(percent.status).toBe('SUCCEEDED')
    const strict = await drive(distributed({ ToleratedFailureCount: 1 }), items, { answer: failOn(2, 3) })
    expect(strict).toMatchObject({ status: 'FAILED', error: 'States.ExceedToleratedFailureThreshold' })
    expect(await drive(distributed({}), items, { answer: failOn(4) })).toMatchObject({ status: 'FAILED' })
  })

  it('keeps its children out of the history', async () => {
    const { history } = await drive(distributed({}), [1, 2])
    expect(history.map(({ type }) => type).slice(2, -2)).toEqual([
      'MapStateStarted',
      'MapRunStarted',
      'MapRunSucceeded',
      'MapStateSucceeded',
    ])
  })

  it('groups its items into batches', async () => {
    const batcher = { MaxItemsPerBatch: 2, BatchInput: { 'k.$': '$.k' } }
    const definition = distributed({ ItemsPath: '$.items', ItemBatcher: batcher }, pass('P'))
    const result = await drive(definition, { items: [1, 2, 3], k: 'x' })
    expect(result.output).toEqual([
      { BatchInput: { k: 'x' }, Items: [1, 2] },
      { BatchInput: { k: 'x' }, Items: [3] },
    ])
  })
})
