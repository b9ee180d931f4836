import type { Json } from '../../../engine/json'
import { readPath, referenceSteps, writePath } from '../../../engine/json-path'
import { parsePath } from '../../../engine/json-path-parse'
import { drive, JSONATA, only } from './drive'

const read = (path: string, input: Json) =>
  readPath(parsePath(path), {
    input,
    context: { id: 'c' },
    variable: (name) => (name === 'v' ? { x: [7] } : undefined),
  })

describe('JSONPath', () => {
  const store = {
    book: [
      { title: 'A', price: 8, tags: ['x'] },
      { title: 'B', price: 12 },
      { title: "C's", price: 9, isbn: '0' },
    ],
    'odd name': { 'a.b': 1 },
    n: null,
  }
  it.each<[string, Json | undefined]>([
    ['$', store],
    ['$.book[0].title', 'A'],
    ['$.book[-1].price', 9],
    ["$['odd name']['a.b']", 1],
    ['$.n', null],
    ['$.nothing', undefined],
    ['$.book[9]', undefined],
    ['$.book[*].price', [8, 12, 9]],
    ['$.book[0,2].title', ['A', "C's"]],
    ['$.book[0:2].title', ['A', 'B']],
    ['$.book[1:].title', ['B', "C's"]],
    ['$..price', [8, 12, 9]],
    ['$.book[?(@.price < 10)].title', ['A', "C's"]],
    ["$.book[?(@.price > 8 && @.title == 'B')].price", [12]],
    ['$.book[?(@.isbn)].title', ["C's"]],
    ['$.book[?(!@.isbn)].title', ['A', 'B']],
    ['$.book[?(@.title =~ /^[ab]$/i)].title', ['A', 'B']],
    ["$.book[?(@.title in ['A', 'Z'])].price", [8]],
    ['$.book.length()', 3],
    ['$.book[*].nothing', []],
    ['$.nothing[*].title', undefined],
    ['$.nothing..title', undefined],
    ['$.n[0:1]', undefined],
    ["$.book['title', 'price']", []],
    ["$.book[0]['title', 'price']", ['A', 8]],
    ['$$.id', 'c'],
    ['$v.x[0]', 7],
    ['$unknown', undefined],
  ])('%s', (path, expected) => {
    expect(read(path, store)).toEqual(expected)
  })

  it.each(['', 'a', '$.', '$[', '$.a[', "$['a", '$.a b', '$[?(@.a', '$...a', '$$$'])('refuses %j', (path) => {
    expect(() => parsePath(path)).toThrow('is not a JSONPath')
  })

  it('writes to a reference path without changing the original', () => {
    const target = { a: { b: 1 }, l: [{}] }
    expect(writePath(referenceSteps('$.a.c.d') ?? [], target, 2)).toEqual({ a: { b: 1, c: { d: 2 } }, l: [{}] })
    expect(writePath(referenceSteps('$.l[0].x') ?? [], target, 2)).toEqual({ a: { b: 1 }, l: [{ x: 2 }] })
    expect(writePath(referenceSteps('$.a.b.c') ?? [], target, 2)).toBeUndefined()
    expect(target).toEqual({ a: { b: 1 }, l: [{}] })
    expect(referenceSteps('$.a[*]')).toBeUndefined()
  })
})

describe('intrinsic functions', () => {
  const call = async (expression: string, input: Json = {}) => {
    const { output, error } = await drive(only({ Type: 'Pass', Parameters: { 'r.$': expression } }), input)
    return output === undefined ? error : (output as { r: Json }).r
  }
  it.each<[string, Json, Json]>([
    ["States.Format('{} is {}, not \\{\\}', $.a, 2)", { a: 'x' }, 'x is 2, not {}'],
    ["States.Format('{}', $.a)", { a: { b: [1, 'c'] } }, '{b=[1, c]}'],
    ["States.Array(1, 'two', $.a, null, true)", { a: [3] }, [1, 'two', [3], null, true]],
    ['States.ArrayPartition($.a, 2)', { a: [1, 2, 3] }, [[1, 2], [3]]],
    ['States.ArrayContains($.a, 2)', { a: [1, 2] }, true],
    ['States.ArrayRange(1, 9, 4)', {}, [1, 5, 9]],
    ['States.ArrayRange(3, 1, -1)', {}, [3, 2, 1]],
    ['States.ArrayGetItem($.a, 1)', { a: ['x', 'y'] }, 'y'],
    ['States.ArrayLength($.a)', { a: [1, 2, 3] }, 3],
    ['States.ArrayUnique($.a)', { a: [1, 1, { b: 1 }, { b: 1 }, '1'] }, [1, { b: 1 }, '1']],
    ["States.Base64Encode('Grüße')", {}, 'R3LDvMOfZQ=='],
    ["States.Base64Decode('R3LDvMOfZQ==')", {}, 'Grüße'],
    ["States.Hash('x', 'SHA-256')", {}, '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881'],
    ['States.JsonMerge($.a, $.b, false)', { a: { x: 1, y: { z: 1 } }, b: { y: 2 } }, { x: 1, y: 2 }],
    ["States.StringToJson('[1, {}]')", {}, [1, {}]],
    ['States.JsonToString($.a)', { a: { b: [1] } }, '{"b":[1]}'],
    ['States.MathAdd($.a, -1)', { a: 3 }, 2],
    ["States.StringSplit('a,b;c', ',;')", {}, ['a', 'b', 'c']],
    ["States.ArrayGetItem(States.StringSplit($.a, '-'), States.MathAdd(0, 1))", { a: 'x-y' }, 'y'],
  ])('%s', async (expression, input, expected) => {
    expect(await call(expression, input)).toEqual(expected)
  })

  it('draw from the seed', async () => {
    expect(await call('States.UUID()')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(await call('States.UUID()')).toBe(await call('States.UUID()'))
    expect(await call('States.MathRandom(1, 3)')).toBeLessThan(3)
  })

  it.each([
    ["States.Format('{}')", {}],
    ['States.ArrayGetItem($.a, 5)', { a: [1] }],
    ['States.JsonMerge($.a, $.a, true)', { a: {} }],
    ["States.Hash('x', 'CRC')", {}],
    ['States.MathAdd($.a, 1)', { a: 'one' }],
    ['States.ArrayLength($.nothing)', {}],
  ])('%s fails', async (expression, input) => {
    expect(await call(expression, input)).toBe('States.IntrinsicFailure')
  })
})

describe('JSONata', () => {
  const evaluate = async (expression: string, input: Json = {}) => {
    const { output, cause } = await drive(only({ Type: 'Pass', Output: `{% ${expression} %}` }, JSONATA), input)
    return output === undefined ? cause : output
  }
  it.each<[string, Json]>([
    ['$partition([1..5], 2)', [[1, 2], [3, 4], [5]]],
    ['$range(1, 7, 3)', [1, 4, 7]],
    ['$hash("x", "SHA-1")', '11f6ad8ec52a2984abaafd7c3b516503785c2072'],
    ['$parse("{\\"a\\":1}").a', 1],
    ['$now()', '2030-01-01T00:00:00.000Z'],
    ["$now('[Y0001]')", '2030'],
    ['$millis()', Date.parse('2030-01-01T00:00:00Z')],
    ['$random(1) = $random(1)', true],
    ['$random() = $random()', false],
    ['$uuid() = $uuid()', false],
    ['$sort($shuffle([3, 1, 2]))', [1, 2, 3]],
    ['$states.context.Execution.Name', 'run'],
    ['[1]', [1]],
    ['null', null],
  ])('%s', async (expression, expected) => {
    expect(await evaluate(expression)).toEqual(expected)
  })

  it('shuffles by the seed alone', async () => {
    expect(await evaluate('$shuffle([1..50])')).toEqual(await evaluate('$shuffle([1..50])'))
  })

  it.each([
    ['$nothing', 'returned nothing (undefined)'],
    ['1 + "a"', 'threw an error during evaluation. T2002'],
    ['function($x) { $x }', 'returned an unsupported result type'],
    ['$eval("1")', 'is not supported'],
  ])('%s fails', async (expression, why) => {
    const cause = await evaluate(expression)
    expect(cause).toContain(`The JSONata expression '${expression}' specified for the field 'Output'`)
    expect(cause).toContain(why)
  })
})
