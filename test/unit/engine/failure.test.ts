import type { JsonObject } from '../../../engine/json'
import { drive, FUNCTION, only, TaskError } from './drive'

const failing = (times: number, error = 'Busy') => {
  let calls = 0
  return () => {
    if (calls++ < times) throw new TaskError(error, `call ${calls}`)
    return calls
  }
}
const task = (more: JsonObject) => ({ Type: 'Task', Resource: FUNCTION, ...more })

describe('Retry', () => {
  it('waits longer each time, up to MaxDelaySeconds', async () => {
    const retry = { ErrorEquals: ['Busy'], IntervalSeconds: 2, BackoffRate: 3, MaxAttempts: 4, MaxDelaySeconds: 10 }
    const result = await drive(only(task({ Retry: [retry] })), {}, { answer: failing(4) })
    expect(result).toMatchObject({ status: 'SUCCEEDED', output: 5, took: (2 + 6 + 10 + 10) * 1000 })
    expect(result.entered).toEqual(['S'])
  })

  it('gives up after MaxAttempts, counted for each retrier apart', async () => {
    const retry = [
      { ErrorEquals: ['Busy'], MaxAttempts: 1 },
      { ErrorEquals: ['States.ALL'], MaxAttempts: 2 },
    ]
    const errors = ['Busy', 'Other', 'Other', 'Busy']
    const answer = () => {
      throw new TaskError(errors.shift() ?? 'none')
    }
    const result = await drive(only(task({ Retry: retry })), {}, { answer })
    expect(result).toMatchObject({ status: 'FAILED', error: 'Busy' })
    expect(result.tasks).toHaveLength(4)
  })

  it('draws full jitter from the seed', async () => {
    const retry = { ErrorEquals: ['Busy'], IntervalSeconds: 100, JitterStrategy: 'FULL' }
    const took = async (seed: number) =>
      (await drive(only(task({ Retry: [retry] })), {}, { answer: failing(1), seed })).took
    expect(await took(1)).toBe(await took(1))
    expect(await took(1)).not.toBe(await took(2))
    expect(await took(1)).toBeLessThan(100_000)
  })

  it('tells the count of retries in the context object', async () => {
    const state = task({ Parameters: { 'count.$': '$$.State.RetryCount' }, Retry: [{ ErrorEquals: ['States.ALL'] }] })
    const result = await drive(only(state), {}, { answer: failing(2) })
    expect(result.tasks.map(({ arguments: args }) => args)).toEqual([{ count: 0 }, { count: 1 }, { count: 2 }])
  })
})

describe('Catch', () => {
  const catching = (catcher: JsonObject, more: JsonObject = {}) => ({
    ...more,
    StartAt: 'S',
    States: {
      S: { ...task({ Catch: [{ Next: 'Caught', ...catcher }] }), End: true },
      Caught: {
        Type: 'Pass',
        ...(more.QueryLanguage === 'JSONata'
          ? { Output: '{% { "in": $states.input, "why": $exists($why) ? $why : "" } %}' }
          : {}),
        End: true,
      },
    },
  })

  it.each([
    ['its name', 'Mine', ['Other', 'Mine'], true],
    ['States.ALL', 'Mine', ['States.ALL'], true],
    ['States.TaskFailed', 'Mine', ['States.TaskFailed'], true],
    ['another name', 'Mine', ['Other'], false],
    ['States.Timeout', 'States.Timeout', ['States.Timeout'], true],
    ['States.TaskFailed, of a timeout', 'States.Timeout', ['States.TaskFailed'], false],
  ])('by %s', async (_, error, ErrorEquals, caught) => {
    const result = await drive(catching({ ErrorEquals }), { a: 1 }, { answer: failing(1, error) })
    expect(result.status).toBe(caught ? 'SUCCEEDED' : 'FAILED')
    if (caught) expect(result.output).toEqual({ Error: error, Cause: 'call 1' })
  })

  it('places the error beside the input, and assigns from it', async () => {
    const jsonPath = await drive(
      catching({ ErrorEquals: ['States.ALL'], ResultPath: '$.e' }),
      { a: 1 },
      { answer: failing(1) },
    )
    expect(jsonPath.output).toEqual({ a: 1, e: { Error: 'Busy', Cause: 'call 1' } })
    const catcher = {
      ErrorEquals: ['States.ALL'],
      Assign: { why: '{% $states.errorOutput.Error %}' },
      Output: '{% $states.input.a %}',
    }
    const jsonata = await drive(catching(catcher, { QueryLanguage: 'JSONata' }), { a: 1 }, { answer: failing(1) })
    expect(jsonata.output).toEqual({ in: 1, why: 'Busy' })
  })

  it('catches an expression that fails, and says which', async () => {
    const definition = {
      QueryLanguage: 'JSONata',
      StartAt: 'S',
      States: {
        S: {
          ...task({
            Arguments: { n: '{% $states.input.a + "x" %}' },
            Catch: [{ ErrorEquals: ['States.QueryEvaluationError'], Next: 'C' }],
          }),
          End: true,
        },
        C: { Type: 'Pass', End: true },
      },
    }
    const result = await drive(definition, { a: 1 })
    expect(result.output).toMatchObject({
      Error: 'States.QueryEvaluationError',
      Cause: expect.stringContaining('Arguments/n'),
    })
    expect(result.history.map(({ type }) => type)).toContain('EvaluationFailed')
  })

  it('does not catch States.Runtime, but an intrinsic failure by its name', async () => {
    const bad = (ErrorEquals: string[]) => ({
      StartAt: 'S',
      States: {
        S: {
          ...task({ Parameters: { 'a.$': 'States.StringToJson($.text)' }, Catch: [{ ErrorEquals, Next: 'C' }] }),
          End: true,
        },
        C: { Type: 'Pass', End: true },
      },
    })
    expect(await drive(bad(['States.ALL']), { text: '{' })).toMatchObject({ status: 'FAILED' })
    expect(await drive(bad(['States.IntrinsicFailure']), { text: '{' })).toMatchObject({ status: 'SUCCEEDED' })
  })
})
