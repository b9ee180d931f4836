import fc from 'fast-check'
import { compatible } from '../../../functions/documents/matrix/compare'
import type { GoodsLine } from '../../../functions/documents/matrix/lines'
import { matrixOf } from '../../../functions/documents/matrix/matrix'
import { POLICIES } from '../../../functions/documents/matrix/policies'
import type { Column } from '../../../functions/documents/matrix/witnesses'
import { CheckCode, type Severity } from '../../../schemas/document-matrix'
import * as say from '../../support/document-columns'

const found = (columns: readonly Column[]) =>
  matrixOf(columns).rows.flatMap((row) =>
    row.disagreements.map(({ check, severity, sources }) => `${check} ${severity} ${sources.join('+')}`),
  )

test('there is one policy for each check, and each says what it does', () => {
  expect(POLICIES.map(({ code }) => code)).toEqual(CheckCode.options)
  for (const { describe: text } of POLICIES) expect(text.length).toBeGreaterThanOrEqual(9)
})

test('papers that agree have no disagreement, and each cell keeps value, confidence and place', () => {
  const matrix = matrixOf(say.papers())
  expect(matrix.rows.flatMap((row) => row.disagreements)).toEqual([])
  expect(matrix).toMatchObject({ consistent: true, disagreements: { errors: 0, warnings: 0, waived: 0 } })
  const weights = matrix.rows.find((row) => row.check === 'gross-weight')
  expect(weights?.agreed?.values).toEqual([say.weight(18_250)])
  expect(weights?.cells.map((cell) => cell.source)).toEqual(['SHIPMENT', 'invoice', 'lading', 'packing'])
  expect(weights?.cells[1]?.values[0]).toMatchObject({ confidence: 0.97, page: 1 })
})

/** Check, where it is planted, what is said there instead, and how grave it is. */
const PLANTED: [string, say.Paper, say.Said, Severity][] = [
  ['packages', 'packing', { packageCount: [say.count(42)] }, 'ERROR'],
  ['gross-weight', 'lading', { grossWeight: [say.weight(18_800)] }, 'ERROR'],
  ['gross-weight', 'lading', { grossWeight: [say.weight(18_400)] }, 'WARN'],
  ['net-weight', 'packing', { netWeight: [say.weight(18_000)] }, 'ERROR'],
  ['volume', 'invoice', { volume: [say.volume(65)] }, 'ERROR'],
  ['containers', 'lading', { containerNumber: [say.id('NSCU4420333'), say.id('NSCU4420376')] }, 'ERROR'],
  ['containers', 'proof', { containerNumber: [say.id('NSCU4420334')] }, 'ERROR'],
  ['seals', 'lading', { sealNumber: [say.id('NL884213'), say.id('NL884215')] }, 'ERROR'],
  ['port-of-loading', 'lading', { portOfLoading: [say.place('Antwerp', 'BEANR')] }, 'ERROR'],
  ['port-of-discharge', 'invoice', { portOfDischarge: [say.place('Port Klang')] }, 'ERROR'],
  ['shipper', 'lading', { shipper: [say.party('Falcon Tools B.V.')] }, 'ERROR'],
  ['consignee', 'lading', { consignee: [say.party('Orchard Imports Pte Ltd')] }, 'WARN'],
  ['consignee', 'invoice', { consignee: [say.party('Lotus Trading Co')] }, 'ERROR'],
  ['notify-party', 'notice', { notifyParty: [say.party('Straits Forwarding')] }, 'ERROR'],
  ['seller', 'packing', { seller: [say.party('Falcon Tools B.V.')] }, 'ERROR'],
  ['carrier', 'lading', { carrier: [say.text('Baltic Feeder Lines')] }, 'WARN'],
  ['hs-codes', 'invoice', { hsCode: [say.code('843120')] }, 'ERROR'],
  ['hs-codes', 'lading', { hsCode: [say.code('843120')] }, 'ERROR'],
  ['incoterm', 'invoice', { incoterm: [say.code('CIF')] }, 'ERROR'],
  ['freight-terms', 'lading', { freightTerms: [say.code('PRE')] }, 'WARN'],
  ['currency', 'customs', { currency: [say.code('EUR')], customsValue: [say.money(23_280_800)] }, 'ERROR'],
  ['invoice-total', 'customs', { customsValue: [say.money(23_280_801)] }, 'ERROR'],
  ['purchase-orders', 'packing', { purchaseOrderNumber: [say.id('OI-88231')] }, 'WARN'],
  ['marks', 'packing', { marks: [say.text('BUSAN 1-20')] }, 'WARN'],
  ['vessel', 'lading', { vessel: [say.text('EVER DAWN')] }, 'ERROR'],
  ['voyage', 'lading', { voyage: [say.id('128E')] }, 'ERROR'],
  ['booking', 'lading', { bookingNumber: [say.id('NSC7741280')] }, 'ERROR'],
  ['bill-of-lading', 'notice', { billOfLadingNumber: [say.id('NSCLRTM2604172')] }, 'ERROR'],
  ['invoice-numbers', 'packing', { invoiceNumber: [say.id('KM-2026-0471')] }, 'WARN'],
  ['origin', 'customs', { countryOfOrigin: [say.text('GERMANY')] }, 'ERROR'],
  ['un-numbers', 'dangerous', { unNumber: [say.code('UN1268')] }, 'ERROR'],
  ['dates', 'notice', { arrivalDate: [say.date('2026-04-20')] }, 'ERROR'],
]

/** Of two that stand against each other, either may be named. */
const OTHERS: Record<string, say.Paper> = {
  currency: 'invoice',
  'invoice-total': 'invoice',
  origin: 'invoice',
  seller: 'invoice',
  marks: 'lading',
}

test.each(PLANTED)('a planted disagreement on %s in the %s is found, and no other', (check, paper, said, severity) => {
  const columns = say.papers({ [paper]: said })
  const other = OTHERS[check]
  expect([paper, ...(other ? [other] : [])].map((it) => `${check} ${severity} ${say.sourceOf(it)}`)).toContain(
    found(columns)[0],
  )
  expect(found(columns)).toHaveLength(1)
  expect(matrixOf(columns).consistent).toBe(severity === 'WARN')
})

describe('goods of the invoice and of the packing list, line by line', () => {
  const INVOICED = [
    say.line('HP-400', 'Hydraulic forming press HP-400', 24),
    say.line('CF-120', 'Coil feeder CF-120 with controls', 12),
    say.line('SP-9', 'Spare parts set', 4),
  ]
  const between = (invoiced: readonly GoodsLine[], packed: readonly GoodsLine[]) =>
    matrixOf(say.papers({}, { invoice: invoiced, packing: packed })).rows.flatMap((row) => row.disagreements)

  test('agree in any order, split over lines, without article numbers, spelled otherwise, in another language', () => {
    const [press, feeder, spare] = INVOICED
    if (!press || !feeder || !spare) throw new Error('Three lines')
    const packed: GoodsLine[][] = [
      [spare, feeder, press],
      [say.line('HP 400', 'Presses', 10), spare, say.line('HP-400', 'Presses', 14), feeder],
      [
        say.line(undefined, 'SPARE PARTS SET', 4),
        say.line(undefined, 'Hydraulic forming presses HP-400', 24),
        say.line(undefined, 'Coil feeders CF-120 w. controls', 12),
      ],
      [press, feeder, say.line(undefined, 'Ersatzteilsatz', 4)],
      [
        say.line(undefined, 'Hydraulic forming press HP-400', 20),
        say.line(undefined, 'hydraulic form. press HP-400', 4),
        feeder,
        spare,
      ],
    ]
    for (const lines of packed) expect(between(INVOICED, lines)).toEqual([])
  })

  test('a quantity, an article too many and one too few are each found, and no other', () => {
    const [press, feeder, spare] = INVOICED
    if (!press || !feeder || !spare) throw new Error('Three lines')
    const messages = (packed: GoodsLine[]) => between(INVOICED, packed).map((it) => `${it.severity} ${it.message}`)
    expect(messages([say.line('HP-400', 'Hydraulic forming press HP-400', 23), feeder, spare])).toEqual([
      'ERROR “HP-400 Hydraulic forming press HP-400”: 23 packed, 24 invoiced',
    ])
    expect(messages([press, feeder])).toEqual(['ERROR “SP-9 Spare parts set”: nothing packed, 4 invoiced'])
    expect(messages([press, feeder, spare, say.line('XX-1', 'Advertising flags', 7)])).toEqual([
      'ERROR “XX-1 Advertising flags”: 7 packed, nothing invoiced',
    ])
    expect(messages([press, say.line(undefined, 'Coil feeder CF-130 with controls', 9), spare])).toHaveLength(2)
  })

  test('what may be misread or counts other things holds nobody', () => {
    const [press, feeder, spare] = INVOICED
    if (!press || !feeder || !spare) throw new Error('Three lines')
    const severities = (packed: GoodsLine[]) => between(INVOICED, packed).map(({ severity }) => severity)
    expect(severities([say.line('HP-400', 'Press', 23, { confidence: 0.8 }), feeder, spare])).toEqual(['WARN'])
    expect(severities([say.line('HP-400', 'Press', 23, { confidence: 0.4 }), feeder, spare])).toEqual(['ERROR'])
    expect(severities([say.line('HP-400', 'Press', 2, { unit: 'CRATES' }), feeder, spare])).toEqual(
      INVOICED.some(({ unit }) => unit) ? [] : ['ERROR'],
    )
    // Forty packages, and as many "pieces": the list counts packages.
    expect(
      severities([say.line('HP-400', 'Press', 30), say.line('CF-120', 'Feeder', 6), say.line('SP-9', 'Set', 4)]),
    ).toEqual([])
  })

  test('the order of lines changes nothing', () => {
    const lines = fc.array(
      fc.record({
        name: fc.constantFrom('Press HP-400', 'Presses HP-400', 'Feeder', 'Spare set', 'Spare sets'),
        amount: fc.integer({ min: 1, max: 5 }),
      }),
      { minLength: 1, maxLength: 6 },
    )
    const both = lines.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })))
    const say2 = (all: readonly { name: string; amount: number }[]) =>
      all.map(({ name, amount }) => say.line(undefined, name, amount))
    fc.assert(
      fc.property(both, both, ([a, shuffledA], [b, shuffledB]) => {
        expect(between(say2(shuffledA), say2(shuffledB))).toEqual(between(say2(a), say2(b)))
        expect(between(say2(a), say2(shuffledA))).toEqual([])
      }),
    )
  })
})

test('several planted at once are all found', () => {
  const columns = say.papers({
    lading: { grossWeight: [say.weight(19_500)], voyage: [say.id('128E')] },
    packing: { packageCount: [say.count(41)] },
    invoice: { incoterm: [say.code('EXW')] },
  })
  expect(found(columns)).toEqual([
    'packages ERROR packing',
    'gross-weight ERROR lading',
    'incoterm ERROR invoice',
    'voyage ERROR lading',
  ])
})

test('a value that is read with doubt only warns, and one that is hardly read says nothing', () => {
  const read = (confidence: number) => [
    ...say.papers().filter(({ source }) => source !== 'packing'),
    say.column(
      'packing',
      'PACKING_LIST',
      '271',
      {},
      { values: { packageCount: [{ value: say.count(46), confidence }] } },
    ),
  ]
  expect(found(read(0.8))).toEqual(['packages WARN packing'])
  expect(found(read(0.4))).toEqual([])
})

test('a bill to order names no consignee', () => {
  expect(found(say.papers({ lading: { consignee: [say.party('TO THE ORDER OF HARBOUR BANK')] } }))).toEqual([])
})

describe('two documents of one type', () => {
  const part = (source: string, number: string, packages: number, box: string) =>
    say.column(
      source,
      'PACKING_LIST',
      '271',
      { packageCount: [say.count(packages)], containerNumber: [say.id(box)] },
      { number },
    )
  const rest = say.papers().filter(({ source }) => source !== 'packing')
  test('with numbers of their own complete each other', () => {
    expect(found([...rest, part('p1', 'A', 24, 'NSCU4420333'), part('p2', 'B', 16, 'NSCU4420375')])).toEqual([])
    expect(found([...rest, part('p1', 'A', 24, 'NSCU4420333'), part('p2', 'B', 17, 'NSCU4420375')])).toEqual([
      'packages ERROR p1+p2',
    ])
  })
  test('with one number say the same twice', () => {
    const twice = [part('p1', 'A', 40, 'NSCU4420333'), part('p2', 'A', 40, 'NSCU4420333')]
    expect(found([...rest, ...twice].filter(({ source }) => source !== 'none'))).toEqual([
      'containers ERROR p1',
      'containers ERROR p2',
    ])
  })
})

test('a waiver holds for the values that it was given for, and for no others', () => {
  const planted = say.papers({ lading: { grossWeight: [say.weight(19_500)] } })
  const [key = ''] = matrixOf(planted).rows.flatMap((row) => row.disagreements.map((it) => it.key))
  const waiver = { by: 'dora', roles: ['DOCUMENTATION'], reason: 'weighed again at the terminal', at: 'now' }
  const waivers = new Map([[key, waiver]])
  expect(matrixOf(planted, waivers)).toMatchObject({ consistent: true, disagreements: { errors: 0, waived: 1 } })
  const other = say.papers({ lading: { grossWeight: [say.weight(21_000)] } })
  expect(matrixOf(other, waivers).consistent).toBe(false)
})

describe('properties', () => {
  const planted = fc
    .subarray(
      PLANTED.map((_, index) => index),
      { maxLength: 6 },
    )
    .map((indexes) => {
      const all: Partial<Record<say.Paper, say.Said>> = {}
      for (const index of indexes) {
        const [, paper, said] = PLANTED[index] ?? PLANTED[0] ?? []
        if (paper) all[paper] = { ...all[paper], ...said }
      }
      return say.papers(all)
    })
  const shuffled = planted.chain((columns) =>
    fc.tuple(fc.constant(columns), fc.shuffledSubarray(columns, { minLength: columns.length })),
  )

  test('the order in which documents came changes nothing', () => {
    fc.assert(fc.property(shuffled, ([columns, other]) => expect(matrixOf(other)).toEqual(matrixOf(columns))))
  })

  test('fewer documents never find what all of them do not speak of', () => {
    fc.assert(
      fc.property(planted, fc.nat(7), (columns, index) => {
        const one = [columns[index]].filter((it) => it !== undefined)
        expect(found(one)).toEqual([])
      }),
    )
  })

  const value = fc.oneof(
    fc.integer({ min: 0, max: 200 }).map((amount) => say.weight(amount)),
    fc.constantFrom('Rotterdam', 'Rotterdam NLRTM', 'Port of Rotterdam', 'Antwerp').map((name) => say.place(name)),
    fc.constantFrom('Acme Ltd', 'ACME Limited', 'Acme', 'Acne Ltd', 'Acme GmbH').map(say.party),
    fc.constantFrom('A1', 'A-1', 'B1').map(say.id),
  )
  const witness = fc.record({
    sources: fc.constant<string[]>(['x']),
    values: fc.array(value, { minLength: 1, maxLength: 3 }),
    confidence: fc.double({ min: 0.5, max: 1, noNaN: true }),
    part: fc.boolean(),
  })

  test('every comparison is symmetric, and everything agrees with itself', () => {
    const rules = POLICIES.map(({ rule }) => rule).filter(
      (rule) => rule.kind !== 'order' && rule.kind !== 'arithmetic' && rule.kind !== 'lines',
    )
    fc.assert(
      fc.property(fc.constantFrom(...rules), witness, witness, (rule, a, b) => {
        expect(compatible(rule, a, b)).toBe(compatible(rule, b, a))
        expect(compatible(rule, a, a)).toBe(true)
      }),
    )
  })
})
