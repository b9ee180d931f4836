/** Checks of Retry and Catch. */
import type { Json, JsonObject } from './json'
import { type Check, payload, referencePath } from './validate-expressions'
import { checkFields, type FieldTable } from './validate-fields'
import { objectAt, type Place } from './validate-report'
import { name, nonEmptyList, number, oneOf, text } from './validate-values'

/** Seconds in 366 days: the longest delay between two attempts. */
const MAX_DELAY = 31_622_400
const MAX_ATTEMPTS = 99_999_999

const RETRIER: FieldTable = {
  ErrorEquals: { check: () => {}, required: true },
  IntervalSeconds: { check: number(1, MAX_ATTEMPTS) },
  MaxAttempts: { check: number(0, MAX_ATTEMPTS) },
  BackoffRate: { check: number(1, Number.MAX_VALUE, 'number') },
  MaxDelaySeconds: { check: number(1, MAX_DELAY) },
  JitterStrategy: { check: oneOf('FULL', 'NONE') },
  Comment: { check: text },
}

const CATCHER: FieldTable = {
  ErrorEquals: { check: () => {}, required: true },
  Next: { check: name, required: true },
  ResultPath: { check: referencePath, only: 'JSONPath' },
  Output: { check: payload, only: 'JSONata' },
  Assign: { check: payload },
  Comment: { check: text },
}

export const retry: Check = (place, value) => handlers(place, value, RETRIER)
export const catches: Check = (place, value) => handlers(place, value, CATCHER)

function handlers(place: Place, value: Json, table: FieldTable) {
  if (!Array.isArray(value)) return place.say('INVALID_VALUE', 'This must be an array')
  value.forEach((item, index) => {
    const handler = objectAt(place.at(index), item)
    if (!handler) return
    checkFields(place.at(index), handler, table)
    if ('ErrorEquals' in handler) errorNames(place.at(index, 'ErrorEquals'), handler, index === value.length - 1)
  })
}

function errorNames(place: Place, { ErrorEquals }: JsonObject, last: boolean) {
  const names = nonEmptyList(place, ErrorEquals, 'ErrorEquals')
  names.forEach((error, index) => {
    if (typeof error !== 'string') place.at(index).say('INVALID_VALUE', 'An error name is a string')
  })
  if (!names.includes('States.ALL')) return
  if (names.length > 1) place.say('INVALID_ERROR_NAMES', 'States.ALL must stand alone')
  if (!last) place.say('INVALID_ERROR_NAMES', 'States.ALL must be in the last entry')
}
