/** Checks of literal values. */
import { isObject, type Json } from './json'
import { expressionOf } from './jsonata'
import { parseTimestamp } from './time'
import { type Check, expression } from './validate-expressions'
import { isSubstitution, objectAt, type Place } from './validate-report'

/** Runs a check, unless the value is left to deployment. */
const unlessSubstituted =
  (check: Check): Check =>
  (place, value) => {
    if (!isSubstitution(value)) check(place, value)
  }

/** In a JSONata state a literal may be an expression instead. */
const orExpression =
  (check: Check): Check =>
  (place, value) => {
    if (place.jsonata && typeof value === 'string' && expressionOf(value) !== undefined) expression(place, value)
    else check(place, value)
  }

export const text: Check = (place, value) => {
  if (typeof value !== 'string') place.say('INVALID_VALUE', 'This must be a string')
}

export const name: Check = (place, value) => {
  if (typeof value !== 'string' || value === '') place.say('INVALID_VALUE', 'This must be a non-empty string')
}

export const flag: Check = unlessSubstituted((place, value) => {
  if (typeof value !== 'boolean') place.say('INVALID_VALUE', 'This must be true or false')
})

export const anything: Check = () => {}

export const number = (low: number, high: number, what: 'integer' | 'number' = 'integer'): Check =>
  unlessSubstituted((place, value) => {
    if (typeof value !== 'number' || (what === 'integer' && !Number.isInteger(value))) {
      place.say('INVALID_VALUE', `This must be ${what === 'integer' ? 'an integer' : 'a number'}`)
    } else if (value < low || value > high) {
      place.say('INVALID_VALUE', `This must be between ${low} and ${high}`)
    }
  })

const MAX_SECONDS = 99_999_999

export const seconds = orExpression(number(0, MAX_SECONDS))
export const positiveSeconds = orExpression(number(1, MAX_SECONDS))
export const count = orExpression(number(0, Number.MAX_SAFE_INTEGER))
export const percentage = orExpression(number(0, 100, 'number'))
export const message = orExpression(text)

export const timestamp = orExpression(
  unlessSubstituted((place, value) => {
    if (typeof value !== 'string' || parseTimestamp(value) === undefined) {
      place.say('INVALID_VALUE', 'String does not match RFC3339 timestamp')
    }
  }),
)

export const oneOf =
  (...values: string[]): Check =>
  (place, value) => {
    if (!values.some((known) => known === value)) place.say('INVALID_VALUE', `This must be one of ${values.join(', ')}`)
  }

/** Items of a JSONata Map: a list, or an expression that makes one. */
export const items: Check = (place, value) => {
  if (Array.isArray(value) || isObject(value)) return
  expression(place, value)
}

const RESOURCE = /^(arn:|\$\{|[^\s]+:[^\s]+)/

export const resource: Check = (place, value) => {
  if (typeof value !== 'string' || value === '') return place.say('INVALID_VALUE', 'This must be the ARN of a resource')
  if (!RESOURCE.test(value)) place.say('INVALID_VALUE', 'Value is not a valid resource ARN')
}

/** Whitespace, wildcards, brackets, special and control characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
const NOT_IN_A_LABEL = /[\s?*<>{}[\]:;,\\|^~$#%&`"\u0000-\u001f\u007f-\u009f]/

export const label: Check = (place, value) => {
  if (typeof value !== 'string' || value === '') return place.say('INVALID_VALUE', 'Label cannot be empty')
  if (value.length > 40) return place.say('INVALID_VALUE', 'Label cannot exceed 40 characters')
  const wrong = NOT_IN_A_LABEL.exec(value)
  if (wrong) place.say('INVALID_VALUE', `Label contains invalid character: ${JSON.stringify(wrong[0])}`)
}

/** In JSONata the service asks for the role at once; a JSONPath template may compute it. */
export const credentials: Check = (place, value) => {
  const fields = objectAt(place, value)
  if (fields && place.jsonata && !('RoleArn' in fields)) {
    place.say('MISSING_FIELD', "The field 'RoleArn' is required but was missing")
  }
}

export function nonEmptyList(place: Place, value: Json | undefined, what: string): Json[] {
  if (Array.isArray(value) && value.length > 0) return value
  place.say('INVALID_VALUE', `${what} must be a non-empty array`)
  return []
}
