import fc from 'fast-check'
import { compilePath, compileTemplate, rendered } from '../../../local/input-template'
import type { Json } from '../../../local/service'

const RECORD = {
  dynamodb: {
    NewImage: { id: { S: 'shp_1' }, title: { S: 'say "hi"\n' }, n: { N: '12' }, body: { S: '{"a":[1]}' } },
    list: [{ x: 1 }, { x: 2 }],
    gone: null,
  },
}

const render = (template: string, document: Json = RECORD) => compileTemplate<Json>(template, compilePath)(document)

describe('a JSON path', () => {
  test.each([
    ['$', RECORD],
    ['$.dynamodb.NewImage.id.S', 'shp_1'],
    ['$.dynamodb.list[1].x', 2],
    ['$.dynamodb.list[2].x', undefined],
    ['$.dynamodb.nothing.here', undefined],
    ['$.dynamodb.constructor', undefined],
    ['$.dynamodb.gone', null],
  ])('%s reads', (path, value) => {
    expect(compilePath(path)(RECORD)).toEqual(value)
  })

  test.each(['dynamodb', '$.', '$..id', '$.list[*]', '$.a[?(@.x)]', "$['a']"])('%s is refused', (path) => {
    expect(() => compilePath(path)).toThrow('not supported')
  })
})

describe('an input template', () => {
  test.each([
    ['a text without quotes becomes a JSON text', '{"id": <$.dynamodb.NewImage.id.S>}', { id: 'shp_1' }],
    ['a text in quotes becomes part of the text', '{"id": "no. <$.dynamodb.NewImage.id.S>!"}', { id: 'no. shp_1!' }],
    ['quotes and line ends are escaped', '{"t": <$.dynamodb.NewImage.title.S>}', { t: 'say "hi"\n' }],
    ['quotes and line ends are escaped in quotes', '{"t": "<$.dynamodb.NewImage.title.S>"}', { t: 'say "hi"\n' }],
    ['JSON in a text stays a text', '{"body": <$.dynamodb.NewImage.body.S>}', { body: '{"a":[1]}' }],
    ['an object becomes an object', '{"l": <$.dynamodb.list[0]>}', { l: { x: 1 } }],
    ['null stays null', '{"g": <$.dynamodb.gone>}', { g: null }],
    ['what is missing becomes an empty text', '{"a": <$.no>, "b": "<$.no>"}', { a: '', b: '' }],
    [
      'escaped quotes do not end a text',
      '{"a": "\\"<$.dynamodb.NewImage.id.S>\\"", "b": <$.dynamodb.list[1].x>}',
      { a: '"shp_1"', b: 2 },
    ],
    ['a lone < is a sign like any other', '{"a": "1 < 2", "b": 3}', { a: '1 < 2', b: 3 }],
    ['a text alone', 'Hello <$.dynamodb.NewImage.id.S>', 'Hello "shp_1"'],
    ['a path alone', '<$.dynamodb.list>', [{ x: 1 }, { x: 2 }]],
  ])('%s', (_name, template, value) => {
    expect(rendered(render(template))).toEqual(value)
  })

  test('any text comes through unharmed, in quotes and without', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.json(), (text, json) => {
        const out = rendered(
          render('{"a": <$.text>, "b": "x<$.text>y", "c": <$.json>}', { text, json: JSON.parse(json) }),
        )
        expect(out).toEqual({ a: text, b: `x${text}y`, c: JSON.parse(json) })
      }),
    )
  })

  test('is refused at once if a name in it is unknown', () => {
    const resolve = () => {
      throw new Error('unknown')
    }
    expect(() => compileTemplate('{"a": <b>}', resolve)).toThrow('unknown')
  })
})
