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

  test('cannot reach the prototype of an object', () => {
    const [row] = rowsOf('text/csv', 'constructor.prototype.polluted\nyes') as [object]
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
    expect(row).toBeDefined()
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
  expect(errors.length).toBeGreaterThan(200)
  expect(failedRow(row, errors).errors).toEqual(errors.slice(0, 10))
})
