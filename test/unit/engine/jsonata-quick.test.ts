/** What is computed without JSONata's evaluator is what JSONata computes. */
import fc from 'fast-check'
import jsonata from 'jsonata'
import type { Json } from '../../../engine/json'
import { ASK, quick } from '../../../engine/jsonata-quick'

const EXPRESSIONS = [
  '$states.input.a',
  '$states.input.a.b',
  '$a.b',
  '$a',
  '$states.input.a ? $states.input.a : 86400',
  '$states.input.a ? 1 : $states.input.a.b',
  '$min([99999999, $max([60, $ceil(($toMillis($states.input.at) - $toMillis($a.at)) / 1000)])])',
  '$ceil($states.input.a / $a.b)',
  '$floor($states.input.a * 3 + $a.b)',
  "$states.input.a = 'READ'",
  '$states.input.a = $a.b',
  "'The SOP has stopped: ' & $states.input.a",
  '$toMillis($states.input.a)',
  '$max([$states.input.a])',
  // Not computed here: predicates, lists, groups, other functions, members of literals.
  '$states.input.a[0]',
  '$states.input.a[]',
  '$states.input.a^(b)',
  '$states.input.a{b: a}',
  '$states.input.*',
  '$states.input.a@$x.b',
  '$states.input.a#$i.b',
  '$count($states.input.a)',
  '$min($states.input.a)',
  'a.b',
  '$',
  '$$.a',
  '-$states.input.a',
  '$states.input.a > 3',
]

const scalar = fc.oneof(
  fc.constantFrom<Json>(null, true, false, '', 'READ', '2026-03-01T08:00:00.000Z', '2026-03-01', 0, 7),
  fc.integer({ min: -5, max: 5 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.string({ maxLength: 3 }),
)
const value = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'at'), tie('value'), { maxKeys: 3 }),
  ),
})).value

const computed = async (expression: jsonata.Expression, bindings: Record<string, Json>) => {
  try {
    return JSON.stringify(await expression.evaluate(undefined, bindings))
  } catch {
    return 'an error'
  }
}

describe.each(EXPRESSIONS)('%s', (source) => {
  it('is what JSONata says, or JSONata is asked', async () => {
    const expression = jsonata(source)
    const quickly = quick(expression.ast())
    await fc.assert(
      fc.asyncProperty(value, value, async (input, a) => {
        const bindings: Record<string, Json> = { states: { input }, a }
        const found = quickly ? quickly((name) => bindings[name]) : ASK
        if (found === ASK) return
        expect(JSON.stringify(found)).toBe(await computed(expression, bindings))
      }),
      { numRuns: 200 },
    )
  })
})

it('computes what state machines are mostly made of', () => {
  const at = { states: { input: { at: '2026-03-01T08:00:10.000Z' } }, a: { at: '2026-03-01T08:00:00.000Z' } }
  const seconds = quick(
    jsonata(
      '$states.input.waitSeconds ? $states.input.waitSeconds : $max([3, $ceil(($toMillis($states.input.at) - $toMillis($a.at)) / 1000)])',
    ).ast(),
  )
  expect(seconds?.((name) => Object.entries(at).find(([known]) => known === name)?.[1])).toBe(10)
})

it('leaves a function’s name to the variable that has it', () => {
  const named = quick(jsonata('$ceil($a)').ast())
  expect(named?.((name) => (name === 'a' || name === 'ceil' ? 1.5 : undefined))).toBe(ASK)
})
