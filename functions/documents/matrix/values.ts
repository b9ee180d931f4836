/** When two values of a cell are the same, by each rule. All of them are symmetric. */

import type { NormalisedValue } from '../../../schemas/extraction'
import { minorDigits } from '../extraction/normalise/money'
import { distance, squash } from '../extraction/text'

/** Two readings with one key are one value. */
export function keyOf(value: NormalisedValue): string {
  switch (value.type) {
    case 'party':
      return squash(value.name)
    case 'place':
      return value.locode ?? squash(value.name)
    case 'text':
      return squash(value.text)
    case 'identifier':
      return squash(value.id)
    case 'code':
      return value.code
    case 'date':
      return value.date
    case 'money':
      return `${value.amount} ${value.currency}`
    default:
      return String(value.amount)
  }
}

const moneyText = ({ amount, currency }: { amount: number; currency: string }) =>
  (amount / 10 ** minorDigits(currency)).toFixed(minorDigits(currency))

/** For people. */
export function show(value: NormalisedValue): string {
  switch (value.type) {
    case 'party':
      return value.name
    case 'place':
      return value.locode ? `${value.name} (${value.locode})` : value.name
    case 'text':
      return value.text
    case 'identifier':
      return value.id
    case 'code':
      return value.code
    case 'date':
      return value.date
    case 'money':
      return `${moneyText(value)} ${value.currency}`
    default:
      return `${value.amount}${value.unit ? ` ${value.unit}` : ''}`
  }
}

export const amountOf = (value: NormalisedValue): number | undefined => ('amount' in value ? value.amount : undefined)

/** `share` of the greater one, at least `least` of its unit. */
export function within(a: NormalisedValue, b: NormalisedValue, share: number, least: number): boolean {
  const [x, y] = [amountOf(a), amountOf(b)]
  if (x === undefined || y === undefined) return keyOf(a) === keyOf(b)
  // A gram of slack for sums of floats.
  return Math.abs(x - y) <= Math.max(least, share * Math.max(Math.abs(x), Math.abs(y))) + 1e-6
}

const LEGAL_FORMS: Record<string, string> = {
  limited: 'ltd',
  corporation: 'corp',
  incorporated: 'inc',
  company: 'co',
  private: 'pte',
  pvt: 'pte',
}
const FORM =
  /^(?:ltd|co|corp|inc|llc|llp|plc|gmbh|mbh|ag|kg|bv|nv|sa|sas|sarl|srl|spa|sl|lda|pte|pty|sdn|bhd|oy|ab|as|aps|the|and)$/

const words = (name: string): string[] =>
  name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    // S.A. and B.V. are one word each.
    .replaceAll(/(?<=\b\p{L})\.\s?(?=\p{L}\b)/gu, '')
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
    .map((word) => LEGAL_FORMS[word] ?? word)

/** Names alike: 1 the same but for spacing, accents and how the legal form is written; 0 nothing in common. */
export function likeness(a: string, b: string): number {
  const [left, right] = [words(a), words(b)]
  if (left.join('') === right.join('')) return 1
  const forms = (list: string[]) => list.filter((word) => FORM.test(word)).join(' ')
  const [x, y] = [left, right].map((list) => list.filter((word) => !FORM.test(word)).join('')) as [string, string]
  if (!x || !y) return 0
  // The form may be left out; another one is another company.
  if (x === y) return forms(left) === '' || forms(right) === '' ? 1 : 0.9
  const longest = Math.max(x.length, y.length)
  return Math.max(0, 1 - distance(x, y, longest) / longest)
}

/** Names from here on are taken for one name spelled in two ways. */
export const ALIKE = 0.75

const placeWords = (name: string): string[] =>
  words(name).filter((word) => !/^(?:port|of|cy|cfs|seaport|airport|international|terminal)$/.test(word))

/** Same code, wherever it is printed; or one name in the other, as "Rotterdam" in "Rotterdam, The Netherlands". */
export function samePlace(a: NormalisedValue, b: NormalisedValue): boolean {
  if (a.type !== 'place' || b.type !== 'place') return keyOf(a) === keyOf(b)
  if (a.locode && b.locode) return a.locode === b.locode
  const [left, right] = [placeWords(a.name), placeWords(b.name)]
  const contains = (whole: string[], part: string[]) => part.length > 0 && part.every((word) => whole.includes(word))
  const coded = (code: string | undefined, other: string[]) => code !== undefined && other.includes(code.toLowerCase())
  return contains(left, right) || contains(right, left) || coded(a.locode, right) || coded(b.locode, left)
}

/** One text in the other: marks are printed with more or less around them. */
export function sameText(a: NormalisedValue, b: NormalisedValue): boolean {
  const [x, y] = [keyOf(a), keyOf(b)]
  return x === y || (Math.min(x.length, y.length) >= 4 && (x.includes(y) || y.includes(x)))
}

export const nameOf = (value: NormalisedValue): string => (value.type === 'party' ? value.name : show(value))
