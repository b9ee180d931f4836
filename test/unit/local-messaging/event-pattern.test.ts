import fc from 'fast-check'
import { compilePattern, InvalidPattern } from '../../../local/event-pattern'
import type { Json } from '../../../local/service'

const matches = (pattern: Json, event: Json) => compilePattern(pattern)(event)
const detail = (pattern: Json, value: Json) => matches({ detail: { x: pattern } }, { detail: { x: value } })

const FITTING: Array<[string, Json, Json]> = [
  ['a text', ['b', 'a'], 'a'],
  ['an empty text', [''], ''],
  ['null', [null], null],
  ['a number, however it is written', [300], 300.0],
  ['a boolean', [true], true],
  ['an element of an array', ['b'], ['a', 'b']],
  ['an element of an array in an array', ['b'], [['a'], ['b']]],
  ['prefix', [{ prefix: 'NL' }], 'NLRTM'],
  ['prefix of one element', [{ prefix: 'NL' }], ['DEHAM', 'NLRTM']],
  ['prefix without regard to case', [{ prefix: { 'equals-ignore-case': 'nl' } }], 'NLRTM'],
  ['suffix', [{ suffix: '.pdf' }], 'invoice.pdf'],
  ['suffix without regard to case', [{ suffix: { 'equals-ignore-case': '.PDF' } }], 'invoice.pdf'],
  ['equality without regard to case', [{ 'equals-ignore-case': 'Alice' }], 'aLICE'],
  ['wildcard', [{ wildcard: 'dir/*.png' }], 'dir/a/b.png'],
  ['wildcard standing for nothing', [{ wildcard: 'dir/*' }], 'dir/'],
  ['several wildcards', [{ wildcard: '*/tenant-*/*' }], 'a/tenant-7/x'],
  ['an escaped star', [{ wildcard: '5\\*' }], '5*'],
  ['an escaped backslash', [{ wildcard: 'c:\\\\*' }], 'c:\\windows'],
  ['wildcard with the signs of expressions', [{ wildcard: 'a.b+(c)*' }], 'a.b+(c)!'],
  ['number above', [{ numeric: ['>', 5] }], 5.1],
  ['number in a range', [{ numeric: ['>', 0, '<=', 5] }], 5],
  ['number that equals', [{ numeric: ['=', 3.018e2] }], 301.8],
  ['presence', [{ exists: true }], 'x'],
  ['presence of null', [{ exists: true }], null],
  ['presence in an array', [{ exists: true }], ['x']],
  ['absence, as far as leaves go', [{ exists: false }], { deep: 1 }],
  ['absence, of an empty array', [{ exists: false }], []],
  ['anything but a text', [{ 'anything-but': 'a' }], 'b'],
  ['anything but a text, null', [{ 'anything-but': 'a' }], null],
  ['anything but a number', [{ 'anything-but': 0 }], 1],
  ['anything but texts', [{ 'anything-but': ['a', 'b'] }], 'c'],
  ['anything but, in one element', [{ 'anything-but': 'a' }], ['a', 'b']],
  ['anything but a prefix', [{ 'anything-but': { prefix: 'init' } }], 'done'],
  ['anything but a prefix, of a number', [{ 'anything-but': { prefix: 'init' } }], 5],
  ['anything but prefixes', [{ 'anything-but': { prefix: ['a', 'b'] } }], 'cb'],
  ['anything but a suffix', [{ 'anything-but': { suffix: '.png' } }], 'a.pdf'],
  ['anything but suffixes', [{ 'anything-but': { suffix: ['.png', '.jpg'] } }], 'a.pdf'],
  ['anything but without regard to case', [{ 'anything-but': { 'equals-ignore-case': ['A', 'b'] } }], 'c'],
  ['anything but a wildcard', [{ 'anything-but': { wildcard: '*/lib/*' } }], 'a/bin/c'],
  ['anything but an empty wildcard', [{ 'anything-but': { wildcard: '' } }], 'a'],
  ['address in a network', [{ cidr: '10.0.0.0/24' }], '10.0.0.33'],
  ['address in an IPv6 network', [{ cidr: '2001:db8::/32' }], '2001:db8::1'],
  ['the second alternative', [{ prefix: 'x' }, 'NLRTM'], 'NLRTM'],
]

const UNFITTING: Array<[string, Json, Json]> = [
  ['another text', ['a'], 'b'],
  ['a number as text', [300], '300'],
  ['null where nothing is', [null], []],
  ['a text for null', [null], 'null'],
  ['prefix elsewhere', [{ prefix: 'NL' }], 'xNL'],
  ['prefix of a number', [{ prefix: '3' }], 300],
  ['wildcard that must cover all', [{ wildcard: 'a*b' }], 'a-b-c'],
  ['star that is escaped', [{ wildcard: '5\\*' }], '55'],
  ['number on the bound', [{ numeric: ['>', 5] }], 5],
  ['text as number', [{ numeric: ['>', 5] }], '6'],
  ['presence of an object', [{ exists: true }], { S: 'x' }],
  ['absence of what is there', [{ exists: false }], null],
  ['anything but itself', [{ 'anything-but': 'a' }], 'a'],
  ['anything but, all elements', [{ 'anything-but': 'a' }], ['a', 'a']],
  ['anything but one of the numbers', [{ 'anything-but': [100, 200] }], 200],
  ['anything but its prefix', [{ 'anything-but': { prefix: 'init' } }], 'initial'],
  ['anything but one of the prefixes', [{ 'anything-but': { prefix: ['a', 'b'] } }], 'bc'],
  ['anything but its case', [{ 'anything-but': { 'equals-ignore-case': 'A' } }], 'a'],
  ['anything but its wildcard', [{ 'anything-but': { wildcard: '*/lib/*' } }], 'a/lib/c'],
  ['address outside', [{ cidr: '10.0.0.0/24' }], '10.0.1.1'],
  ['no address', [{ cidr: '10.0.0.0/24' }], 'xx'],
]

const INVALID: Array<[string, Json]> = [
  ['a text outside an array', { source: 'a' }],
  ['a number outside an array', { detail: { n: 1 } }],
  ['an empty array', { source: [] }],
  ['an empty object', { detail: {} }],
  ['nothing', {}],
  ['an array in an array', { source: [['a']] }],
  ['an unknown operator', { source: [{ like: 'a' }] }],
  ['an operator in another case', { source: [{ Prefix: 'a' }] }],
  ['two operators at once', { source: [{ prefix: 'a', suffix: 'b' }] }],
  ['a prefix that is no text', { source: [{ prefix: 1 }] }],
  ['exists with a text', { source: [{ exists: 'true' }] }],
  ['consecutive wildcards', { source: [{ wildcard: 'a**b' }] }],
  ['a wrong escape', { source: [{ wildcard: 'a\\b' }] }],
  ['a range the wrong way round', { n: [{ numeric: ['<', 5, '>', 1] }] }],
  ['an empty range', { n: [{ numeric: ['>', 5, '<', 5] }] }],
  ['two lower bounds', { n: [{ numeric: ['>', 0, '>', 0] }] }],
  ['a number beyond the limit', { n: [{ numeric: ['>', 6e9] }] }],
  ['a bound that is a text', { n: [{ numeric: ['>', '5'] }] }],
  ['an unknown comparison', { n: [{ numeric: ['!', 5] }] }],
  ['mixed types in anything-but', { n: [{ 'anything-but': ['a', 1] }] }],
  ['null in anything-but', { n: [{ 'anything-but': [null] }] }],
  ['an empty anything-but', { n: [{ 'anything-but': [] }] }],
  ['an empty prefix in anything-but', { n: [{ 'anything-but': { prefix: '' } }] }],
  ['a number in a list of prefixes', { n: [{ 'anything-but': { prefix: ['a', 1] } }] }],
  [
    'case folding inside a prefix of anything-but',
    { n: [{ 'anything-but': { prefix: { 'equals-ignore-case': 'a' } } }] },
  ],
  ['a mask beyond the address', { ip: [{ cidr: '10.0.0.0/33' }] }],
  ['a network without a mask', { ip: [{ cidr: '10.0.0.0' }] }],
  ['a network that is no address', { ip: [{ cidr: 'x/8' }] }],
]

describe('an event pattern', () => {
  test.each(FITTING)('takes %s', (_name, pattern, value) => {
    expect(detail(pattern, value)).toBe(true)
  })
  test.each(UNFITTING)('leaves %s', (_name, pattern, value) => {
    expect(detail(pattern, value)).toBe(false)
  })
  test.each(INVALID)('refuses %s', (_name, pattern) => {
    expect(() => compilePattern(pattern)).toThrow(InvalidPattern)
  })

  test.each([
    ['a text', 'a'],
    ['anything but', { 'anything-but': 'a' }],
    ['anything but a prefix', { 'anything-but': { prefix: 'a' } }],
    ['exists', { exists: true }],
  ])('needs the field for %s', (_name, alternative) => {
    expect(matches({ detail: { x: [alternative] } }, { detail: { y: 'b' } })).toBe(false)
  })

  test('joins fields by and, however deep', () => {
    const pattern = { source: ['portolan'], detail: { type: ['shipment.booked'], load: { mode: ['SEA'] } } }
    const event = { source: 'portolan', detail: { type: 'shipment.booked', load: { mode: 'SEA' } } }
    expect(matches(pattern, event)).toBe(true)
    expect(matches(pattern, { ...event, source: 'other' })).toBe(false)
    expect(matches(pattern, { ...event, detail: { ...event.detail, load: { mode: 'AIR' } } })).toBe(false)
  })

  test('finds absence below a parent that is absent', () => {
    const pattern = { dynamodb: { NewImage: { home: { S: [{ 'anything-but': ['roses'] }, { exists: false }] } } } }
    expect(matches(pattern, { dynamodb: { NewImage: { bought: { N: '1' } } } })).toBe(true)
    expect(matches(pattern, { dynamodb: { NewImage: { home: { S: 'roses' } } } })).toBe(false)
  })

  test('wants all conditions in one element of an array', () => {
    const pattern = { detail: { lines: { code: ['A'], paid: [true] } } }
    expect(matches(pattern, { detail: { lines: [{ code: 'A', paid: true }] } })).toBe(true)
    expect(
      matches(pattern, {
        detail: {
          lines: [
            { code: 'A', paid: false },
            { code: 'B', paid: true },
          ],
        },
      }),
    ).toBe(false)
  })

  test('joins the branches of $or with the fields beside it', () => {
    const pattern = {
      source: ['a'],
      $or: [{ detail: { x: ['1'] } }, { detail: { y: [{ numeric: ['>', 5] }] }, region: ['eu'] }],
    }
    expect(matches(pattern, { source: 'a', detail: { x: '1' } })).toBe(true)
    expect(matches(pattern, { source: 'a', region: 'eu', detail: { y: 6 } })).toBe(true)
    expect(matches(pattern, { source: 'a', region: 'us', detail: { y: 6 } })).toBe(false)
    expect(matches(pattern, { source: 'b', detail: { x: '1' } })).toBe(false)
  })

  test('takes $or as a field name where it has no two branches', () => {
    expect(matches({ $or: { x: ['1'] } }, { $or: { x: '1' } })).toBe(true)
  })

  test('does not see what an event inherits', () => {
    expect(matches({ constructor: [{ exists: true }] }, {})).toBe(false)
  })

  test('a leaf matches exactly the values it lists', () => {
    const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null))
    fc.assert(
      fc.property(fc.array(scalar, { minLength: 1 }), scalar, (values, value) => {
        expect(detail(values, value)).toBe(values.includes(value))
      }),
    )
  })

  test('a wildcard finds a text that is cut at any places', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string().filter((text) => !/[*\\]/.test(text)),
          { minLength: 2 },
        ),
        (parts) => {
          const filled = parts.filter((part) => part !== '')
          fc.pre(filled.length > 1)
          expect(detail([{ wildcard: filled.join('*') }], filled.join(' between '))).toBe(true)
        },
      ),
    )
  })
})
