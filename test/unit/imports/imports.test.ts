import fc from 'fast-check'
import { checkRow, failedRow, repeatedReferences, rowsOf } from '../../../functions/imports/domain'
import { aCommand } from '../../support/shipments'

const HEADER =
  'type,mode,loadType,clientReference,customer,incoterm.rule,incoterm.place,parties.0.function,parties.0.name,cargoItems.0.description,cargoItems.0.packages,cargoItems.0.packageType,cargoItems.0.grossWeight,legs.0.mode,legs.0.from.unLocode,legs.0.to.unLocode'
const line = (reference: string, packages = '40') =>
  `EXPORT,MARITIME,LCL,${reference},ACME,FOB,Rotterdam,CZ,"Acme, BV",Pumps,${packages},CT,900.5,VESSEL,NLRTM,USNYC`

describe('rows of a CSV', () => {
  test('become commands by the paths of their columns', () => {
    const [row] = rowsOf('text/csv', `${HEADER}\n${line('A-1')}\n`).map(checkRow)
    expect(row).toMatchObject({
      index: 0,
      clientReference: 'A-1',
      command: {
        parties: [{ function: 'CZ', name: 'Acme, BV' }],
        cargoItems: [{ packages: 40, grossWeight: 900.5 }],
        legs: [{ from: { unLocode: 'NLRTM' } }],
      },
    })
  })

  test('that break a rule name the member by JSON pointer', () => {
    const [row] = rowsOf('text/csv', `${HEADER}\n${line('A-1', '-3')}\n`).map(checkRow)
    expect(row).toMatchObject({ errors: [{ pointer: '/cargoItems/0/packages' }] })
  })

  test.each([
    ['a header that names no members', 'a b,c\n1,2'],
    ['an unclosed quote', `${HEADER}\n"EXPORT,MARITIME`],
  ])('are refused with %s', (_, text) => {
    expect(() => rowsOf('text/csv', text)).toThrow(expect.objectContaining({ code: 'csv.malformed' }))
  })

  test.each([
    'legs.length',
    'legs.20.mode',
    'legs.00.mode',
    'legs.4294967295.mode',
    'legs.mode',
    'legs',
    'legs.0',
    'legs.0.from.unLocode.length',
    'hasOwnProperty.call',
    'hasOwnProperty',
    'constructor.prototype.polluted',
    '__proto__.polluted',
    'legs.0.__proto__.polluted',
    'colour',
    '',
  ])('are refused with a column that names no value of a shipment: %j', (name) => {
    expect(() => rowsOf('text/csv', `legs.0.mode,"${name}"\nTRUCK,4294967295`)).toThrow(
      expect.objectContaining({
        code: 'csv.malformed',
        kind: 'invalid',
        message: expect.stringContaining(`Column 2, "${name}"`),
      }),
    )
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
  })

  test('are refused with a column that stands twice', () => {
    expect(() => rowsOf('text/csv', 'type,mode,type\nEXPORT,AIR,IMPORT')).toThrow('Column 3, "type", stands twice')
  })

  test('have numbers wherever the schema has them', () => {
    expect(rowsOf('text/csv', 'chargeLines.0.tax.rate,containers.0.seals.1,references.29.value\n2100,77,88')).toEqual([
      {
        chargeLines: [{ tax: { rate: 2100 } }],
        containers: [{ seals: [undefined, '77'] }],
        references: [...Array(29), { value: '88' }],
      },
    ])
  })

  test('are refused by their header, or all have a result, whatever the header is', () => {
    const part = fc.oneof(
      fc.constantFrom(...new Set(HEADER.split(/[.,]/)), 'length', '__proto__', 'constructor', 'toString', 'call'),
      fc.nat(4_294_967_295).map(String),
      fc.nat(250).map(String),
      fc.string({ maxLength: 3 }),
    )
    const name = fc.oneof(
      fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.')),
      fc.constantFrom(...HEADER.split(',')),
    )
    const cell = fc.oneof(fc.constantFrom('4294967295', 'abc', '-1', '', 'EXPORT'), fc.string({ maxLength: 5 }))
    const quoted = (texts: string[]) => texts.map((text) => `"${text.replaceAll('"', '""')}"`).join(',')
    let accepted = 0
    fc.assert(
      fc.property(fc.array(fc.tuple(name, cell), { minLength: 1, maxLength: 6 }), (columns) => {
        const text = `${quoted(columns.map(([name]) => name))}\n${quoted(columns.map(([, cell]) => cell))}\n`
        let rows: unknown[]
        try {
          rows = rowsOf('text/csv', text)
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^(csv\.malformed|rows\.count)$/) })
          return
        }
        accepted += 1
        const results = rows.map(checkRow)
        expect(results).toHaveLength(1)
        // The longest list of the schema has 200 items.
        expect(JSON.stringify([rows, results]).length).toBeLessThan(10_000)
      }),
      { numRuns: 500 },
    )
    expect(accepted).toBeGreaterThan(20)
  })

  test('none, or more than ten thousand, are refused', () => {
    expect(() => rowsOf('text/csv', HEADER)).toThrow(expect.objectContaining({ code: 'rows.count' }))
    expect(() => rowsOf('text/csv', `type\n${'EXPORT\n'.repeat(10_001)}`)).toThrow(
      expect.objectContaining({ code: 'rows.count' }),
    )
  })
})

test('a reference that stands twice is reported at its second place', () => {
  const rows = [aCommand({ clientReference: 'A' }), aCommand({ clientReference: 'A' }), aCommand()].map(checkRow)
  expect([...repeatedReferences(rows)]).toEqual([[1, expect.objectContaining({ message: 'stands in row 0 already' })]])
})

test('a row with hundreds of errors reports the first of them, so that a block of rows fits its item', () => {
  const row = checkRow({ cargoItems: Array.from({ length: 200 }, () => ({})) }, 0)
  const errors = 'errors' in row ? row.errors : []
  expect(errors).toHaveLength(10)
  expect(failedRow(row, [...errors, ...errors]).errors).toHaveLength(10)
})

test('a hundred rows that are wrong in the most wordy way fit an item of the table', () => {
  const right = { code: 'FRT', type: 'COST', amount: { amount: 1, currency: 'EUR' }, counterparty: 'ACME' }
  const chargeLines = Array.from({ length: 10 }, () => ({ ...right, billableOn: '?' }))
  const rows = Array.from({ length: 100 }, (_, index) =>
    checkRow({ ...aCommand(), chargeLines, clientReference: 'x'.repeat(10_000) }, index),
  )
  const results = rows.map((row) => failedRow(row, 'errors' in row ? row.errors : []))
  expect(Buffer.byteLength(JSON.stringify(results))).toBeLessThan(400_000)
})

test('a row that brings its check down is a failed row', () => {
  const row = {
    get type(): string {
      throw new RangeError('too much')
    },
  }
  expect(checkRow(row, 3)).toEqual({ index: 3, errors: [expect.objectContaining({ code: 'internal' })] })
})
