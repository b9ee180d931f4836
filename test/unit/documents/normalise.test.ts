import fc from 'fast-check'
import { orderByCustom } from '../../../functions/documents/extraction/date-custom'
import { dateOrder, datesIn } from '../../../functions/documents/extraction/normalise/dates'
import {
  containerCheckDigit,
  containersIn,
  hsCode,
  incotermIn,
  isAirWaybillNumber,
  isContainerNumber,
  isLocode,
} from '../../../functions/documents/extraction/normalise/identifiers'
import { volumesIn, weightsIn } from '../../../functions/documents/extraction/normalise/measures'
import { currencyIn, moneyIn } from '../../../functions/documents/extraction/normalise/money'
import { decimalStyle, parseNumber } from '../../../functions/documents/extraction/normalise/numbers'
import { distance, sameWord } from '../../../functions/documents/extraction/text'

describe('numbers', () => {
  test.each([
    ['1,671.90', 1671.9],
    ['1.671,90', 1671.9],
    ['13 480,00', 13480],
    ["13'480.50", 13480.5],
    ['1,234,567', 1234567],
    ['2.180.00', 2180],
    ['12.345.678', 12345678],
    ['0.500', 0.5],
    ['622', 622],
  ])('%s reads as %d', (text, value) => {
    expect(parseNumber(text)?.value).toBe(value)
  })

  test('a lone separator before three digits is open until the document decides', () => {
    expect(parseNumber('27.230')).toEqual({ value: 27230, other: 27.23 })
    expect(parseNumber('27.230', 'point', 3)).toEqual({ value: 27.23 })
    expect(parseNumber('27.230', 'comma', 3)).toEqual({ value: 27230 })
  })

  test('every amount survives both styles once the style is known', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999_999 }), (minor) => {
        const value = minor / 100
        const american = value.toLocaleString('en-US', { minimumFractionDigits: 2 })
        const european = value.toLocaleString('de-DE', { minimumFractionDigits: 2 })
        expect(parseNumber(american, 'point')?.value).toBeCloseTo(value, 2)
        expect(parseNumber(european, 'comma')?.value).toBeCloseTo(value, 2)
      }),
    )
  })

  test('the style shows in unmistakable numbers', () => {
    expect(decimalStyle(['Total 1.280,00', '515,20', '31,250'])).toBe('comma')
    expect(decimalStyle(['Total 1,280.00', '515.20'])).toBe('point')
    expect(decimalStyle(['400', '12-03-2026'])).toBeUndefined()
  })
})

describe('dates', () => {
  test.each([
    ['2026-03-15', '2026-03-15'],
    ['2025/12/25', '2025-12-25'],
    ['27.12.2025', '2025-12-27'],
    ['15th Feb, 2021', '2021-02-15'],
    ['July 24, 2026', '2026-07-24'],
    ['14 MAR 2019', '2019-03-14'],
    ['8-Jan-26', '2026-01-08'],
    ['30. SEP. 2022', '2022-09-30'],
    ['24 de julio de 2026', '2026-07-24'],
    ['29 oktober 2015', '2015-10-29'],
    ['5. März 2018', '2018-03-05'],
    ['1 août 2024', '2024-08-01'],
    ['3 giugno 2024', '2024-06-03'],
  ])('%s reads as %s', (text, date) => {
    expect(datesIn(text)[0]?.date).toBe(date)
  })

  test('an ambiguous date keeps both readings unless the document shows its order', () => {
    expect(datesIn('03/04/2026')[0]).toMatchObject({ date: '2026-04-03', other: '2026-03-04' })
    expect(datesIn('03/04/2026', 'MDY')[0]).toMatchObject({ date: '2026-03-04' })
    expect(datesIn('03/04/2026', 'MDY')[0]?.other).toBeUndefined()
    expect(dateOrder(['23/05/2026'])).toBe('DMY')
    expect(dateOrder(['05/23/2026'])).toBe('MDY')
    expect(dateOrder(['05/23/2026', '23/05/2026'])).toBeUndefined()
  })

  test('days that do not exist are no dates', () => {
    expect(datesIn('31.02.2026')).toEqual([])
    expect(datesIn('45/13/2026')).toEqual([])
  })
})

describe('identifiers', () => {
  test('the check digit of container numbers (ISO 6346)', () => {
    expect(containerCheckDigit('CSQU305438')).toBe(3)
    expect(isContainerNumber('CSQU3054383')).toBe(true)
    expect(isContainerNumber('CSQU3054384')).toBe(false)
  })

  test('a changed digit never passes as another container', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[A-Z]{3}U\d{6}$/),
        fc.integer({ min: 4, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        (start, at, by) => {
          const good = `${start}${containerCheckDigit(start)}`
          const digit = (Number(start[at]) + by) % 10
          const bad = `${start.slice(0, at)}${digit}${start.slice(at + 1)}${good[10]}`
          // A remainder of 10 is printed as 0, the one pair that the standard cannot tell apart.
          fc.pre(![0].includes(containerCheckDigit(start)) && containerCheckDigit(bad.slice(0, 10)) !== 0)
          expect(isContainerNumber(bad)).toBe(false)
        },
      ),
    )
  })

  test('a misread letter is put right only if the check digit agrees', () => {
    expect(containersIn('Container CSQU 305438-3 40HC')).toMatchObject([
      { id: 'CSQU3054383', valid: true, repaired: false },
    ])
    expect(containersIn('C5QU3O54383')).toMatchObject([{ id: 'CSQU3054383', valid: true, repaired: true }])
    expect(containersIn('C5QU3O54384')).toEqual([])
  })

  test('shapes of codes', () => {
    expect(isLocode('DEHAM')).toBe(true)
    expect(isLocode('DE1AM')).toBe(false)
    expect(hsCode('8483.40')).toBe('848340')
    expect(hsCode('6112.10.90')).toBe('61121090')
    expect(hsCode('9948.40')).toBeUndefined()
    expect(isAirWaybillNumber('020-12345675')).toBe(true)
    expect(isAirWaybillNumber('020-12345676')).toBe(false)
    expect(incotermIn('FOB (INCOTERMS 2020) CHITTAGONG')).toEqual({ code: 'FOB', place: 'CHITTAGONG' })
    expect(incotermIn('CNF ROTTERDAM')?.code).toBe('CFR')
    expect(incotermIn('information')).toBeUndefined()
  })
})

describe('measures and money', () => {
  test('weights come out in kilograms, volumes in cubic metres', () => {
    expect(weightsIn('2.5 MT', '')[0]?.amount).toBe(2500)
    expect(weightsIn('100 LBS', '')[0]?.amount).toBeCloseTo(45.359237)
    expect(weightsIn('13,480.00', 'Gross Weight (kg)')[0]).toMatchObject({ amount: 13480, unitSeen: true })
    expect(volumesIn('8.337 CBM', '')[0]?.amount).toBe(8.337)
    expect(weightsIn('8.337 CBM', '')).toEqual([])
  })

  test('money is minor units of its own currency', () => {
    expect(moneyIn('US$50,964.60')[0]).toMatchObject({ amount: 5096460, currency: 'USD' })
    expect(moneyIn('JPY 120,000')[0]).toMatchObject({ amount: 120000, currency: 'JPY' })
    expect(moneyIn('KWD 12.500')[0]).toMatchObject({ currency: 'KWD' })
    expect(moneyIn('12,50', 'comma')[0]).toMatchObject({ amount: 1250, currency: 'XXX' })
    expect(moneyIn('19 % 37,62', 'comma', 'EUR').map((m) => m.amount)).toEqual([3762])
    expect(currencyIn('a mad pen')).toBeUndefined()
  })
})

describe('words read with one letter wrong', () => {
  const edits = fc.record({ at: fc.nat(5), letter: fc.stringMatching(/^[a-z]$/) })

  test('are the same word; with two wrong they are not', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{6,9}$/), edits, (word, { at, letter }) => {
        expect(sameWord(word, word)).toBe(true)
        expect(sameWord(word.slice(0, at) + letter + word.slice(at + 1), word)).toBe(true)
        expect(sameWord(word.slice(0, at) + word.slice(at + 1), word)).toBe(true)
        expect(sameWord(word.slice(0, at) + letter + word.slice(at), word)).toBe(true)
      }),
    )
    expect(sameWord('consignor', 'consignee')).toBe(false)
    expect(sameWord('port', 'part')).toBe(false)
    expect(distance('kitten', 'sitting', 5)).toBe(3)
  })
})

describe('the order of day and month by the custom of a country', () => {
  test.each([
    ['an American town and a number of its plan', ['MARKET HALL', 'SPRINGFIELD, IL', '217-555-0142'], 'MDY'],
    ['a state with its zip code', ['Harbor Supply', 'Mobile, AL 36602'], 'MDY'],
    ['value added tax', ['VAT no. GB 123 4567 89', 'Total due £ 12.40'], 'DMY'],
    ['a Malaysian company', ['KEDAI BINTANG SDN BHD', 'TOTAL RM 12.40'], 'DMY'],
  ])('is told by %s', (_, texts, order) => {
    expect(orderByCustom(texts)).toBe(order)
  })

  test('stays open between an Indian exporter and an American consignee', () => {
    expect(orderByCustom(['GST 27AAACB1234C1Z5', 'Tel +91 22 5550 1234', 'Mobile, AL 36602'])).toBeUndefined()
  })

  test('stays open where nothing speaks for a country', () => {
    expect(orderByCustom(['BILL OF LADING', 'Date 03/04/2026'])).toBeUndefined()
  })
})
