import { squash } from '../../functions/documents/extraction/text'
import type { FieldValue, NormalisedValue } from '../../schemas/extraction'
import type { Expected } from './case'

const words = (value: NormalisedValue): string => {
  switch (value.type) {
    case 'party':
    case 'place':
      return value.name
    case 'text':
      return value.text
    case 'identifier':
      return value.id
    case 'code':
      return value.code
    case 'date':
      return value.date
    default:
      return String(value.amount)
  }
}

const minor = (currency: string): number => (/^(?:JPY|KRW|CLP|VND|ISK)$/.test(currency) ? 1 : 100)

function sameNumber(value: NormalisedValue, expected: number): boolean {
  if (!('amount' in value)) return words(value) === String(expected)
  const amount = value.type === 'money' ? value.amount / minor(value.currency) : value.amount
  return Math.abs(amount - expected) < 0.005
}

/** A truth that gives name and address in one string is met by the name with the address. */
function sameParty(value: NormalisedValue, expected: string): boolean {
  if (squash(words(value)) === squash(expected)) return true
  if (value.type !== 'party' || value.address.length === 0) return false
  const whole = squash([value.name, ...value.address].join(' '))
  return (
    whole === squash(expected) || (squash(expected).startsWith(whole) && whole.length > 0.8 * squash(expected).length)
  )
}

/** Whether a value read is the expected one, after normalisation of both. */
export function matches(field: FieldValue, expected: Expected): boolean {
  const { value } = field
  const wanted = expected.value
  if (wanted === null) return false
  if (expected.as === 'date') return value.type === 'date' && value.date === wanted
  if (typeof wanted === 'number') return sameNumber(value, wanted)
  if (expected.as === 'party') return sameParty(value, wanted)
  if (expected.as === 'ending') return squash(words(value)).endsWith(squash(wanted))
  return squash(words(value)) === squash(wanted)
}
