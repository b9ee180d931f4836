/** No expression holds up the process that evaluates it: it fails its state, as others that go wrong. */
import fc from 'fast-check'
import jsonata from 'jsonata'
import { evaluateJsonata } from '../../../engine/jsonata'
import { regexCost } from '../../../engine/regex-cost'
import { drive, JSONATA, only } from './drive'

const evaluate = async (source: string) =>
  evaluateJsonata(source, { states: {}, variables: {}, now: 0, random: { seed: 1 } }, 'Output')
const state = (source: string) => ({ Type: 'Pass', Output: `{% ${source} %}` })

const STEPS = 'takes more than 200000 steps'
const SIZE = 'computes a value larger than 1048576 characters'
const ENDLESS = 'has a regular expression that may never end'

describe('an expression', () => {
  it.each([
    ['that calls itself last, without end', '($f:=function(){$f()};$f())', STEPS],
    ['that calls itself within, without end', '($f:=function($n){1+$f($n+1)};$f(0))', 'more than 5000 calls'],
    ['with a regular expression that is exponential', '$match("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!",/^(a+)+$/)', ENDLESS],
    ['with one that is the square of a long text', '$match($pad("a",50000,"a"),/a+b/)', STEPS],
    ['that takes a long text many times', '$map([1..1000],function(){$match($pad("a",2000,"a"),/a+b/)})', STEPS],
    ['that pads to a great width', '$length($pad("x",400000000))', SIZE],
    ['that pads to a great width last in a function', '$map([1..9999],function(){$pad("x",1000000)})', STEPS],
    ['that doubles a text', '$reduce([1..100], function($a,$i){$a & $a}, "x")', SIZE],
    ['that doubles an object', '$reduce([1..100], function($a,$i){{"a":$a,"b":$a}}, {})', SIZE],
    ['that joins by a long text', '$join($map([1..999],function(){"x"}), $pad("x",200000))', SIZE],
    ['with a range that is too long', '$count([1..10000000])', 'D2015'],
    ['with a product of ranges', '[1..50000].[1..50000]', STEPS],
    ['with a path over itself', '($a:=[1..1000]; $count($a.$a.$a))', 'D2015'],
    ['that gives a function to another', '$reduce([1..100000],$append)', STEPS],
    ['that sorts again and again', '($b:=[1..100000];$map([1..1000],function(){$sort($b)}))', STEPS],
    ['that distinguishes again and again', '($b:=[1..100000];$map([1..1000],function(){$distinct($b)}))', STEPS],
    ['that puts a value into itself', '{"a":1} ~> |$|{"self":$}|', 'nests values'],
    ['with a picture that matches in many ways', `$toMillis("${'1'.repeat(60)}x","${'[Y]'.repeat(30)}")`, STEPS],
    ['with a date of great width', '$length($fromMillis(0,"[Y,99999999-99999999]"))', SIZE],
  ])('%s fails: %s', async (_, source, why) => {
    const { error, cause } = await drive(only(state(source), JSONATA))
    expect(error).toBe('States.QueryEvaluationError')
    expect(cause).toContain(why)
  })

  it('that goes over a bound is caught as any other', async () => {
    const Catch = [{ ErrorEquals: ['States.QueryEvaluationError'], Next: 'Caught' }]
    const Resource = 'arn:aws:states:::lambda:invoke'
    const machine = {
      ...JSONATA,
      StartAt: 'S',
      States: {
        S: { ...state('($f:=function(){$f()};$f())'), Type: 'Task', Resource, Catch, End: true },
        Caught: { Type: 'Pass', Output: 'caught', End: true },
      },
    }
    expect(await drive(machine)).toMatchObject({ status: 'SUCCEEDED', output: 'caught' })
  })

  it('counts for itself alone, however many are evaluated at once', async () => {
    const sum = '$sum($map([1..5000], function($x){$x * 2}))'
    const results = await Promise.all(Array.from({ length: 12 }, () => evaluate(sum)))
    expect(new Set(results)).toEqual(new Set([25_005_000]))
  })
})

describe('functions that are bounded', () => {
  it.each([
    '$pad("ab", 7, "xyz")',
    '$pad("ab", -7, "😀-")',
    '$join(["a", "b"], ", ")',
    '$map([1..3], $string)',
    '$map(["a", "b"], $uppercase)',
    '$sort(["b", "a", "C"])',
    '$sort([{"n": 2, "k": 1}, {"n": 1}, {"n": 2, "k": 2}], function($a, $b){$a.n > $b.n})',
    '$distinct([1, "1", {"a": 1, "b": 2}, {"b": 2, "a": 1}, [1], [1], null, null])',
    '"2020-01-02" ~> $toMillis',
    '$toMillis("02.01.2020", "[D01].[M01].[Y0001]")',
    '$match("a1b22c333", /\\d+/).match',
    '$replace("John Smith", /(\\w+)\\s(\\w+)/, "$2, $1")',
    '$split("a, b;c", /[,;]\\s*/)',
    '$contains("AbC", /abc/i)',
  ])('%s is as JSONata has it', async (source) => {
    expect(await evaluate(source)).toEqual(JSON.parse(JSON.stringify(await jsonata(source).evaluate(undefined))))
  })

  it('sort and distinguish numbers as JSONata does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 2, maxLength: 30 }), async (items) => {
        const source = `[$sort(${JSON.stringify(items)}), $distinct(${JSON.stringify(items)})]`
        expect(await evaluate(source)).toEqual([...(await jsonata(source).evaluate(undefined))])
      }),
      { numRuns: 50 },
    )
  })
})

describe('a regular expression', () => {
  const endless = [
    /^(a+)+$/,
    /(a*)*b/,
    /(a|aa)+$/,
    /(a|a?)+$/,
    /([a-z]+\d*)*x/,
    /(?:(?:a{1,9}))+b/,
    /(\w|\d)*!/,
    /(x+x+)+y/,
  ]
  it.each(endless)('%s is refused', (pattern) => {
    expect(regexCost(pattern)).toHaveProperty('refused')
  })

  const fine = [
    /^[A-Z]{4}\d{7}$/,
    /\s*,\s*/,
    /(?:ab|cd)+/,
    /^(\d{3}-)*x/,
    /^([A-Z]+-)?\d+$/,
    /(\d+)\.(\d+)/,
    /[(+*]+/,
    /\(a+\)/,
  ]
  it.each(fine)('%s is not', (pattern) => {
    expect(regexCost(pattern)).not.toHaveProperty('refused')
  })

  it('costs as many turns as its repeats can share the text', () => {
    expect(regexCost(/^a+b$/)).toEqual({ degree: 1, choices: 0 })
    expect(regexCost(/a+b/)).toEqual({ degree: 2, choices: 0 })
    expect(regexCost(/^.*-.*-/)).toEqual({ degree: 3, choices: 0 })
    expect(regexCost(/^(a?){30}b/)).toMatchObject({ choices: 30 })
  })
})
