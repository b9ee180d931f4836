import fc from 'fast-check'
import type * as z from 'zod'
import { FileName, line, text } from '../../../schemas/common'
import { AnnounceDocument } from '../../../schemas/document'
import { CorrectDocument } from '../../../schemas/document-review'
import { Party } from '../../../schemas/shipment'
import { aCommand } from '../../support/shipments'

const one = line(120)
const many = text(300)
const takes = (schema: z.ZodType, value: string) => schema.safeParse(value).success

/** By code point, one after another: no pattern that could be wrong in the same way. */
const refusedSign = (point: number, lineEnds: boolean) =>
  (point < 0x20 && !(lineEnds && (point === 10 || point === 13))) ||
  (point >= 0x7f && point <= 0x9f) ||
  (point >= 0xd800 && point <= 0xdfff) ||
  point === 0x2028 ||
  point === 0x2029 ||
  (point >= 0x202a && point <= 0x202e) ||
  (point >= 0x2066 && point <= 0x2069)
const hasRefused = (value: string, lineEnds = false) =>
  [...value].some((sign) => refusedSign(sign.codePointAt(0) ?? 0, lineEnds))

const NAMES = [
  'Acme, B.V. "Rotterdam" & Söhne',
  "O'Brien/MacLeod \\ Partners (UK) Ltd.",
  'شركة الملاحة العربية',
  '上海国际港务（集团）股份有限公司',
  'บริษัท ท่าเรือแหลมฉบัง จำกัด',
  'दिल्ली लॉजिस्टिक्स',
  'נמל חיפה בע״מ',
  'Fruit 🍌🚢 👩‍👩‍👧 Trading',
  'e\u0301 and u\u0308, combined',
  'می\u200cخواهم',
  'H',
]

test.each(NAMES)('%s is a name', (name) => {
  expect(one.parse(name)).toBe(name)
  expect(many.parse(name)).toBe(name)
})

test.each([
  ['nothing', ''],
  ['blanks', ' \t\u00a0\u3000 '],
  ['signs without width', '\u200b\u2060\ufeff'],
  ['NUL', 'Ac\u0000me'],
  ['DEL', 'Ac\u007fme'],
  ['a C1 control', 'Ac\u0085me'],
  ['half a pair', 'Acme \ud83d'],
  ['the other half', '\udea2 Acme'],
  ['an override of direction', 'Acme \u202etxt.exe'],
  ['an isolate', 'Acme \u2067x\u2069 BV'],
])('%s is no text of a person', (_, value) => {
  for (const schema of [one, many, FileName]) expect(takes(schema, value)).toBe(false)
})

test('lines end in text of several lines only', () => {
  expect(many.parse('Kade 1\r\n3011 AA\nRotterdam')).toBe('Kade 1\r\n3011 AA\nRotterdam')
  for (const value of ['Kade 1\n3011 AA', 'Kade 1\r3011 AA', 'Kade 1\u20283011 AA'])
    expect(takes(one, value)).toBe(false)
})

test.each(['../../etc/passwd', 'C:\\boot.ini', '..', '.', 'a\r\nSet-Cookie: b', '/etc/passwd'])(
  '%j is no name of a file',
  (value) => expect(takes(FileName, value)).toBe(false),
)
test.each(['B L 123.pdf', '.hidden', 'Rechnung "März".pdf', '发票.pdf', 'a..b'])('%s is a name of a file', (value) =>
  expect(FileName.parse(value)).toBe(value),
)

const anything = fc.array(
  fc.oneof(
    fc.string({ unit: 'binary', maxLength: 3 }),
    fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
    fc.constantFrom(...NAMES.map((name) => name.slice(0, 4)), '/', '\\', '.', '\n', '\r', ' '),
  ),
  { maxLength: 6 },
)

test('whatever passes has no sign that is refused, and what has none passes unless it is blank', () => {
  fc.assert(
    fc.property(
      anything.map((parts) => parts.join('')),
      (value) => {
        const trimmed = value.trim()
        const written = /[\p{L}\p{N}]/u.test(trimmed)
        for (const [schema, lineEnds] of [
          [one, false],
          [many, true],
        ] as const) {
          const refused = hasRefused(trimmed, lineEnds)
          if (takes(schema, value)) expect([refused, trimmed]).toEqual([false, schema.parse(value)])
          else expect([refused, written]).not.toEqual([false, true])
        }
        if (takes(FileName, value)) expect(hasRefused(trimmed) || /[/\\]|^\.*$/.test(trimmed)).toBe(false)
        else expect(written && !hasRefused(trimmed) && !/[/\\]/.test(trimmed)).toBe(false)
      },
    ),
    { numRuns: 2_000 },
  )
})

test('commands say it once, at the pointer', () => {
  const party = Party.safeParse({ ...aCommand().parties[0], name: 'Ac\u0000me' })
  expect(party.error?.issues).toMatchObject([
    { path: ['name'], message: expect.stringContaining('control characters') },
  ])
  const blank = Party.safeParse({ ...aCommand().parties[0], name: ' ' })
  expect(blank.error?.issues).toHaveLength(1)
  expect(text(300).min(3).safeParse('').error?.issues).toHaveLength(1)
  const file = AnnounceDocument.shape.fileName.safeParse('../../etc/passwd')
  expect(file.error?.issues).toMatchObject([{ message: expect.stringContaining('without /') }])
})

test('a value that a person corrects is text of a person, wherever it stands in the value', () => {
  const correct = (value: unknown) =>
    CorrectDocument.safeParse({ fields: [{ decision: 'CORRECT', field: 'shipper', value }] })
  expect(correct({ type: 'party', name: 'Acme', address: ['Kade 1', 'Rotterdam'] }).success).toBe(true)
  expect(correct({ type: 'party', name: 'Acme', address: ['Kade 1', '\u202e'] }).error?.issues).toMatchObject([
    { path: ['fields', 0, 'value', 'address', 1] },
  ])
  expect(correct({ type: 'text', text: 'a\u0000b' }).error?.issues).toMatchObject([
    { path: ['fields', 0, 'value', 'text'] },
  ])
})
