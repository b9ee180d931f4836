import type { Json, JsonObject } from '../../../engine/json'
import { validate } from '../../../engine/validate'
import { only } from './drive'

const found = (definition: Json) => validate(definition).map(({ pointer, code }) => `${pointer} ${code}`)
const task = (more: JsonObject) => only({ Type: 'Task', Resource: 'arn:aws:lambda:eu-central-1:0:function:f', ...more })
const jsonata = (state: JsonObject) => only(state, { QueryLanguage: 'JSONata' })
const choice = (rule: JsonObject) => ({
  StartAt: 'C',
  States: { C: { Type: 'Choice', Choices: [{ Next: 'E', ...rule }] }, E: { Type: 'Succeed' } },
})

describe('validate', () => {
  it.each<[string, Json, string[]]>([
    ['what is not an object', [], [' NOT_AN_OBJECT']],
    ['a machine without StartAt', { States: { A: { Type: 'Succeed' } } }, [' MISSING_FIELD']],
    ['an unknown field', { ...only({ Type: 'Pass' }), Extra: 1 }, ['/Extra UNKNOWN_FIELD']],
    [
      'an unknown type',
      only({ Type: 'Stop' }),
      ['/States/S/Type INVALID_VALUE', '/States NO_TERMINAL_STATE'].slice(0, 1),
    ],
    ['Next and End together', only({ Type: 'Pass', Next: 'S' }), ['/States/S INVALID_TRANSITION']],
    [
      'neither Next nor End',
      { StartAt: 'S', States: { S: { Type: 'Pass' } } },
      ['/States/S INVALID_TRANSITION', '/States NO_TERMINAL_STATE'],
    ],
    [
      'a transition to nowhere',
      { StartAt: 'S', States: { S: { Type: 'Pass', Next: 'X' } } },
      ['/States/S/Next MISSING_TRANSITION_TARGET', '/States NO_TERMINAL_STATE'],
    ],
    [
      'a state that nothing reaches',
      { StartAt: 'S', States: { S: { Type: 'Succeed' }, T: { Type: 'Succeed' } } },
      ['/States/T UNREACHABLE_STATE'],
    ],
    [
      'a loop without an end',
      { StartAt: 'S', States: { S: { Type: 'Pass', Next: 'S' } } },
      ['/States NO_TERMINAL_STATE'],
    ],
    ['a bad path', only({ Type: 'Pass', InputPath: 'a.b' }), ['/States/S/InputPath INVALID_JSONPATH']],
    [
      'a ResultPath that is not one place',
      only({ Type: 'Pass', ResultPath: '$.a[*]' }),
      ['/States/S/ResultPath INVALID_JSONPATH'],
    ],
    [
      'a computed field that is not',
      only({ Type: 'Pass', Parameters: { 'a.$': 'x' } }),
      ['/States/S/Parameters/a.$ INVALID_JSONPATH'],
    ],
    [
      'a field that is set twice',
      only({ Type: 'Pass', Parameters: { 'a.$': '$', a: 1 } }),
      ['/States/S/Parameters/a.$ CONFLICTING_FIELDS'],
    ],
    [
      'an unknown intrinsic function',
      only({ Type: 'Pass', Parameters: { 'a.$': 'States.Upper($.a)' } }),
      ['/States/S/Parameters/a.$ INVALID_JSONPATH'],
    ],
    [
      'a JSONPath field in JSONata',
      jsonata({ Type: 'Pass', Parameters: {} }),
      ['/States/S/Parameters MISPLACED_FIELD'],
    ],
    ['a JSONata field in JSONPath', only({ Type: 'Pass', Output: {} }), ['/States/S/Output MISPLACED_FIELD']],
    [
      'JSONPath inside JSONata',
      jsonata({ Type: 'Pass', QueryLanguage: 'JSONPath' }),
      ['/States/S INVALID_QUERY_LANGUAGE'],
    ],
    [
      'an expression that does not parse',
      jsonata({ Type: 'Pass', Output: { a: ['{% 1 + %}'] } }),
      ['/States/S/Output/a/0 INVALID_JSONATA'],
    ],
    [
      'an expression that is not closed',
      jsonata({ Type: 'Pass', Output: '{% 1' }),
      ['/States/S/Output INVALID_JSONATA'],
    ],
    ['a task without Resource', only({ Type: 'Task' }), ['/States/S MISSING_FIELD']],
    [
      'a heartbeat longer than the timeout',
      task({ TimeoutSeconds: 5, HeartbeatSeconds: 5 }),
      ['/States/S/HeartbeatSeconds INVALID_VALUE'],
    ],
    [
      'a timeout of two kinds',
      task({ TimeoutSeconds: 5, TimeoutSecondsPath: '$.t' }),
      ['/States/S CONFLICTING_FIELDS'],
    ],
    ['a timeout below one', task({ TimeoutSeconds: 0 }), ['/States/S/TimeoutSeconds INVALID_VALUE']],
    ['an empty ErrorEquals', task({ Retry: [{ ErrorEquals: [] }] }), ['/States/S/Retry/0/ErrorEquals INVALID_VALUE']],
    [
      'States.ALL in company',
      task({ Retry: [{ ErrorEquals: ['States.ALL', 'X'] }] }),
      ['/States/S/Retry/0/ErrorEquals INVALID_ERROR_NAMES'],
    ],
    [
      'States.ALL before another',
      task({ Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['X'] }] }),
      ['/States/S/Retry/0/ErrorEquals INVALID_ERROR_NAMES'],
    ],
    [
      'a backoff below one',
      task({ Retry: [{ ErrorEquals: ['X'], BackoffRate: 0.5 }] }),
      ['/States/S/Retry/0/BackoffRate INVALID_VALUE'],
    ],
    [
      'a catch to nowhere',
      task({ Catch: [{ ErrorEquals: ['X'], Next: 'Y' }] }),
      ['/States/S/Catch/0/Next MISSING_TRANSITION_TARGET'],
    ],
    ['a wait without a time', only({ Type: 'Wait' }), ['/States/S MISSING_FIELD']],
    [
      'a wait of two times',
      only({ Type: 'Wait', Seconds: 1, Timestamp: '2030-01-01T00:00:00Z' }),
      ['/States/S CONFLICTING_FIELDS'],
    ],
    ['a bad timestamp', only({ Type: 'Wait', Timestamp: '2030-01-01' }), ['/States/S/Timestamp INVALID_VALUE']],
    ['a rule without a comparison', choice({ Variable: '$.a' }), ['/States/C/Choices/0 MISSING_FIELD']],
    [
      'a rule with two comparisons',
      choice({ Variable: '$.a', IsNull: true, IsString: true }),
      ['/States/C/Choices/0 CONFLICTING_FIELDS'],
    ],
    [
      'a comparison with the wrong type',
      choice({ Variable: '$.a', NumericEquals: '1' }),
      ['/States/C/Choices/0/NumericEquals INVALID_VALUE'],
    ],
    [
      'a nested rule with Next',
      choice({ And: [{ Variable: '$.a', IsNull: true, Next: 'E' }] }),
      ['/States/C/Choices/0/And/0/Next MISPLACED_FIELD'],
    ],
    [
      'no choices',
      { StartAt: 'C', States: { C: { Type: 'Choice', Choices: [] } } },
      ['/States/C/Choices INVALID_VALUE', '/States NO_TERMINAL_STATE'],
    ],
    [
      'a branch that leaves its flow',
      only({ Type: 'Parallel', Branches: [{ StartAt: 'B', States: { B: { Type: 'Pass', Next: 'S' } } }] }),
      ['/States/S/Branches/0/States/B/Next MISSING_TRANSITION_TARGET', '/States/S/Branches/0/States NO_TERMINAL_STATE'],
    ],
    ['a Map without a processor', only({ Type: 'Map' }), ['/States/S MISSING_FIELD']],
    ['an Error of two kinds', only({ Type: 'Fail', Error: 'E', ErrorPath: '$.e' }), ['/States/S CONFLICTING_FIELDS']],
    [
      'a name that needs escaping in the pointer',
      { StartAt: 'a/b', States: { 'a/b': { Type: 'Succeed', X: 1 } } },
      ['/States/a~1b/X UNKNOWN_FIELD'],
    ],
  ])('tells %s', (_, definition, expected) => {
    expect(found(definition)).toEqual(expected)
  })

  it('leaves open what a deployment fills in', () => {
    expect(
      found(task({ Resource: '${Function}', TimeoutSeconds: '${Seconds}', Parameters: { 'a.$': '$.${Field}' } })),
    ).toEqual([])
  })
})
