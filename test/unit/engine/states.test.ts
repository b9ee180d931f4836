import type { JsonObject } from '../../../engine/json'
import { drive, FUNCTION, INVOKE, JSONATA, only, T0, TaskError } from './drive'

describe('Pass', () => {
  it('selects, makes and places its result in JSONPath', async () => {
    const state = {
      Type: 'Pass',
      InputPath: '$.order',
      Parameters: { 'id.$': '$.id', 'all.$': '$.lines[*].n', kind: 'order' },
      ResultPath: '$.summary',
      OutputPath: '$.summary',
    }
    const input = { order: { id: 7, lines: [{ n: 1 }, { n: 2 }] } }
    expect(await drive(only(state), input)).toMatchObject({ output: { id: 7, all: [1, 2], kind: 'order' } })
  })

  it('puts a fixed Result beside the input', async () => {
    const state = { Type: 'Pass', Result: { 'not.$': 'computed' }, ResultPath: '$.made.here' }
    expect(await drive(only(state), { a: 1 })).toMatchObject({
      output: { a: 1, made: { here: { 'not.$': 'computed' } } },
    })
  })

  it('drops the result for a null ResultPath, and everything for a null OutputPath', async () => {
    expect(await drive(only({ Type: 'Pass', Result: 1, ResultPath: null }), { a: 1 })).toMatchObject({
      output: { a: 1 },
    })
    expect(await drive(only({ Type: 'Pass', OutputPath: null }), { a: 1 })).toMatchObject({ output: {} })
  })

  it('computes Output in JSONata, from the input, the context and nothing else', async () => {
    const state = {
      Type: 'Pass',
      Output: { n: '{% $sum($states.input.v) %}', at: '{% $states.context.State.Name %}', s: '{% x' },
    }
    expect(await drive(only(state, JSONATA), { v: [1, 2] })).toMatchObject({ output: { n: 3, at: 'S', s: '{% x' } })
  })

  it('fails with States.Runtime where a path leads nowhere, whatever Catch says', async () => {
    const result = await drive(only({ Type: 'Pass', Parameters: { 'a.$': '$.no' } }), { b: 1 })
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.Runtime' })
    expect(result.cause).toBe(
      `An error occurred while executing the state 'S' (entered at the event id #2). The JSONPath '$.no' specified for the field 'a.$' could not be found in the input '{"b":1}'`,
    )
  })
})

describe('variables', () => {
  it('are assigned after the state, from the values before it, and seen in branches', async () => {
    const definition = {
      ...JSONATA,
      StartAt: 'A',
      States: {
        A: { Type: 'Pass', Assign: { n: 1, m: 10 }, Next: 'B' },
        B: { Type: 'Pass', Assign: { n: '{% $n + 1 %}', old: '{% $n %}' }, Output: '{% $n %}', Next: 'C' },
        C: {
          Type: 'Parallel',
          Branches: [
            {
              StartAt: 'X',
              States: {
                X: { Type: 'Pass', Assign: { inner: '{% $n %}' }, Next: 'Y' },
                Y: { Type: 'Pass', Output: '{% $inner + $m %}', End: true },
              },
            },
          ],
          Output: '{% { "branch": $states.result, "old": $old, "n": $n, "inner": $exists($inner) } %}',
          End: true,
        },
      },
    }
    expect(await drive(definition)).toMatchObject({ output: { branch: [12], old: 1, n: 2, inner: false } })
  })

  it('are read in JSONPath by their name', async () => {
    const definition = {
      StartAt: 'A',
      States: {
        A: { Type: 'Pass', Assign: { 'id.$': '$.order.id', fixed: [1] }, Next: 'B' },
        B: { Type: 'Pass', Parameters: { 'id.$': '$id', 'first.$': '$fixed[0]' }, End: true },
      },
    }
    expect(await drive(definition, { order: { id: 'o1' } })).toMatchObject({ output: { id: 'o1', first: 1 } })
  })
})

describe('Choice', () => {
  const choose = (rule: JsonObject, input: JsonObject) => {
    const definition = {
      StartAt: 'C',
      States: {
        C: { Type: 'Choice', Choices: [{ ...rule, Next: 'Yes' }], Default: 'No' },
        Yes: { Type: 'Pass', Result: true, End: true },
        No: { Type: 'Pass', Result: false, End: true },
      },
    }
    return drive(definition, input).then(({ output, error }) => output ?? error)
  }
  const at = (hour: number) => `2030-01-01T${hour}:00:00Z`

  it.each<[JsonObject, JsonObject, unknown]>([
    [{ Variable: '$.a', StringEquals: 'x' }, { a: 'x' }, true],
    [{ Variable: '$.a', StringEquals: 'x' }, { a: 1 }, false],
    [{ Variable: '$.a', StringLessThan: 'b' }, { a: 'a' }, true],
    [{ Variable: '$.a', StringGreaterThanEquals: 'b' }, { a: 'b' }, true],
    [{ Variable: '$.a', StringMatches: 'log-*.txt' }, { a: 'log-2030.txt' }, true],
    [{ Variable: '$.a', StringMatches: 'a\\*' }, { a: 'ab' }, false],
    [{ Variable: '$.a', NumericLessThanEquals: 3 }, { a: 3 }, true],
    [{ Variable: '$.a', NumericGreaterThan: 3 }, { a: '4' }, false],
    [{ Variable: '$.a', NumericEqualsPath: '$.b' }, { a: 3, b: 3 }, true],
    [{ Variable: '$.a', BooleanEquals: true }, { a: true }, true],
    [{ Variable: '$.a', TimestampLessThan: at(12) }, { a: at(11) }, true],
    [{ Variable: '$.a', TimestampEquals: at(12) }, { a: '2030-01-01T13:00:00+01:00' }, true],
    [{ Variable: '$.a', IsNull: true }, { a: null }, true],
    [{ Variable: '$.a', IsPresent: false }, {}, true],
    [{ Variable: '$.a', IsTimestamp: true }, { a: 'yesterday' }, false],
    [{ Variable: '$.a', IsNumeric: true }, { a: 1.5 }, true],
    [{ Variable: '$$.Execution.Name', StringEquals: 'run' }, {}, true],
    [
      {
        And: [
          { Variable: '$.a', IsPresent: true },
          { Variable: '$.a', NumericEquals: 1 },
        ],
      },
      {},
      false,
    ],
    [
      {
        Or: [
          { Variable: '$.a', NumericEquals: 1 },
          { Variable: '$.a', NumericEquals: 2 },
        ],
      },
      { a: 2 },
      true,
    ],
    [{ Not: { Variable: '$.a', NumericEquals: 1 } }, { a: 2 }, true],
    [{ Variable: '$.a', NumericEquals: 1 }, {}, 'States.Runtime'],
  ])('%j of %j is %j', async (rule, input, expected) => {
    expect(await choose(rule, input)).toBe(expected)
  })

  it('takes the first JSONata condition that holds, with its Assign and Output', async () => {
    const definition = {
      ...JSONATA,
      StartAt: 'C',
      States: {
        C: {
          Type: 'Choice',
          Choices: [
            { Condition: '{% $states.input.n > 10 %}', Next: 'Big' },
            { Condition: '{% $states.input.n > 5 %}', Assign: { size: 'middle' }, Output: 'chosen', Next: 'Show' },
          ],
          Default: 'Show',
        },
        Show: { Type: 'Pass', Output: '{% $size & " " & $states.input %}', End: true },
        Big: { Type: 'Fail' },
      },
    }
    expect(await drive(definition, { n: 7 })).toMatchObject({ output: 'middle chosen' })
  })

  it('fails where nothing matches, and where a condition is not a boolean', async () => {
    const choice = (Condition: string) => ({ Type: 'Choice', Choices: [{ Condition, Next: 'S' }] })
    const none = await drive(only(choice('{% false %}'), JSONATA))
    expect(none.cause).toContain('The state does not point to a next state.')
    expect(await drive(only(choice('{% 1 %}'), JSONATA))).toMatchObject({ error: 'States.QueryEvaluationError' })
  })
})

describe('Wait', () => {
  it.each<[string, JsonObject, JsonObject, number]>([
    ['Seconds', { Seconds: 90 }, {}, 90],
    ['SecondsPath', { SecondsPath: '$.s' }, { s: 5 }, 5],
    ['Timestamp', { Timestamp: '2030-01-01T00:01:00Z' }, {}, 60],
    ['a Timestamp that is past', { Timestamp: '2020-01-01T00:01:00Z' }, {}, 0],
    ['TimestampPath', { TimestampPath: '$.t' }, { t: '2030-01-01T00:00:30.500Z' }, 30.5],
    ['Seconds in JSONata', { QueryLanguage: 'JSONata', Seconds: '{% $states.input.s * 2 %}' }, { s: 4 }, 8],
    [
      'Timestamp in JSONata',
      { QueryLanguage: 'JSONata', Timestamp: '{% $fromMillis($toMillis($now()) + 60000) %}' },
      {},
      60,
    ],
  ])('waits by %s', async (_, fields, input, seconds) => {
    const result = await drive(only({ Type: 'Wait', ...fields }), input)
    expect(result).toMatchObject({ status: 'SUCCEEDED', output: input, took: seconds * 1000 })
  })

  it('refuses a wait above the longest', async () => {
    expect(await drive(only({ Type: 'Wait', Timestamp: '2130-01-01T00:00:00Z' }))).toMatchObject({
      error: 'States.Runtime',
    })
  })
})

describe('Succeed and Fail', () => {
  it('end the execution', async () => {
    expect(await drive(only({ Type: 'Succeed', OutputPath: '$.a' }), { a: 1 })).toMatchObject({
      status: 'SUCCEEDED',
      output: 1,
    })
    const paths = { Type: 'Fail', ErrorPath: '$.e', CausePath: "States.Format('because {}', $.c)" }
    expect(await drive(only(paths), { e: 'E', c: 1 })).toMatchObject({
      status: 'FAILED',
      error: 'E',
      cause: 'because 1',
    })
    const computed = { Type: 'Fail', Error: '{% "E" & $states.input %}', Cause: 'why' }
    expect(await drive(only(computed, JSONATA), 1)).toMatchObject({ error: 'E1', cause: 'why' })
  })
})

describe('Task', () => {
  it('asks with its Parameters and makes its output from the result in JSONPath', async () => {
    const state = {
      Type: 'Task',
      Resource: INVOKE,
      Parameters: { FunctionName: 'f', 'Payload.$': '$.in' },
      ResultSelector: { 'n.$': '$.Payload.n' },
      ResultPath: '$.out',
      Assign: { 'kept.$': '$.n' },
    }
    const result = await drive(only(state), { in: 1 }, { answer: () => ({ Payload: { n: 5 } }) })
    expect(result).toMatchObject({
      output: { in: 1, out: { n: 5 } },
      tasks: [{ service: 'lambda', action: 'invoke', arguments: { Payload: 1 } }],
    })
    expect(result.history.at(-2)?.details).toMatchObject({ assignedVariables: { kept: 5 } })
  })

  it('asks with its Arguments and keeps the result in JSONata', async () => {
    const state = {
      Type: 'Task',
      Resource: FUNCTION,
      Arguments: { n: '{% $states.input.n + 1 %}' },
      Output: '{% $states.result.n * 10 %}',
    }
    expect(await drive(only(state, JSONATA), { n: 1 })).toMatchObject({ output: 20 })
    const { Output: _, ...plain } = state
    expect(await drive(only(plain, JSONATA), { n: 1 })).toMatchObject({ output: { n: 2 } })
  })

  it('gives a callback its token, and waits for it', async () => {
    const state = {
      Type: 'Task',
      Resource: `${INVOKE}.waitForTaskToken`,
      Arguments: { token: '{% $states.context.Task.Token %}' },
      HeartbeatSeconds: 60,
    }
    const waiting = await drive(only(state, JSONATA), {}, { answer: () => undefined, untilWaiting: true })
    const [task] = waiting.tasks
    expect(task).toMatchObject({ pattern: 'callback', heartbeatSeconds: 60, arguments: { token: task?.token } })
    expect(waiting.execution.wakeAt).toBe(T0 + 60_000)
  })

  it.each([
    ['TimeoutSeconds', { TimeoutSeconds: 10 }, 'States.Timeout', 10],
    ['TimeoutSecondsPath', { TimeoutSecondsPath: '$.t' }, 'States.Timeout', 20],
    ['HeartbeatSeconds', { TimeoutSeconds: 10, HeartbeatSeconds: 3 }, 'States.HeartbeatTimeout', 3],
  ])('runs out of time by %s, which Catch sees', async (_, limits, name, seconds) => {
    const state = {
      Type: 'Task',
      Resource: FUNCTION,
      ...limits,
      Catch: [{ ErrorEquals: [name], Next: 'Late', ResultPath: '$.e' }],
    }
    const definition = { StartAt: 'S', States: { S: { ...state, End: true }, Late: { Type: 'Pass', End: true } } }
    const result = await drive(definition, { t: 20 }, { answer: () => undefined })
    expect(result).toMatchObject({
      output: { t: 20, e: { Error: 'States.Timeout' } },
      took: seconds * 1000,
      cancelled: [1],
    })
  })

  it('refuses a result above 256 KiB', async () => {
    const big = 'x'.repeat(262_145)
    const result = await drive(only({ Type: 'Task', Resource: FUNCTION }), {}, { answer: () => big })
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' })
  })

  it('asks as another role where Credentials say so', async () => {
    const state = { Type: 'Task', Resource: FUNCTION, Credentials: { 'RoleArn.$': '$.role' } }
    expect(await drive(only(state), { role: 'r' })).toMatchObject({ tasks: [{ credentials: { RoleArn: 'r' } }] })
  })
})

describe('the machine', () => {
  it('times out as a whole', async () => {
    const definition = only({ Type: 'Wait', Seconds: 100 }, { TimeoutSeconds: 30 })
    expect(await drive(definition)).toMatchObject({ status: 'TIMED_OUT', took: 30_000 })
  })

  it('stops an endless loop at the limit of the history', async () => {
    const definition = { StartAt: 'A', States: { A: { Type: 'Pass', Next: 'A' } } }
    const result = await drive(definition)
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.Runtime' })
    expect(result.cause).toContain('25000')
  })

  it('fails a task under its own error', async () => {
    const answer = () => {
      throw new TaskError('Mine', 'why')
    }
    expect(await drive(only({ Type: 'Task', Resource: FUNCTION }), {}, { answer })).toMatchObject({
      error: 'Mine',
      cause: 'why',
    })
  })
})
