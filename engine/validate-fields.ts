import type { JsonObject } from './json'
import type { Check } from './validate-expressions'
import type { Place } from './validate-report'

export interface FieldRule {
  check: Check
  required?: true
  /** The field belongs to this query language alone. */
  only?: 'JSONPath' | 'JSONata'
}

export type FieldTable = Record<string, FieldRule>

/** Checks the fields of one object: unknown, of the other language, missing, and their values. */
export function checkFields(place: Place, value: JsonObject, table: FieldTable) {
  for (const [field, content] of Object.entries(value)) {
    const rule = Object.hasOwn(table, field) ? table[field] : undefined
    if (!rule) place.at(field).say('UNKNOWN_FIELD', `The field '${field}' is not supported here`)
    else if (rule.only && (rule.only === 'JSONata') !== place.jsonata) {
      const language = place.jsonata ? 'JSONata' : 'JSONPath'
      place
        .at(field)
        .say('MISPLACED_FIELD', `The field '${field}' is not supported when QueryLanguage is '${language}'`)
    } else if (content !== undefined) rule.check(place.at(field), content)
  }
  const missing = Object.keys(table).filter((field) => table[field]?.required && !(field in value))
  if (missing.length > 0) place.say('MISSING_FIELD', `These fields are required: [${missing.join(', ')}]`)
}

/** Of these fields at most one may be set; exactly one where `needed`. */
export function exclusive(place: Place, value: JsonObject, fields: string[], needed = false) {
  const present = fields.filter((field) => field in value)
  if (present.length > 1) place.say('CONFLICTING_FIELDS', `You can only specify one of: [${present.join(', ')}]`)
  if (needed && present.length === 0)
    place.say('MISSING_FIELD', `One of these fields is required: [${fields.join(', ')}]`)
}
