import { isObject, type Json, type JsonObject } from './json'

/** One problem of a definition. `pointer` is a JSON pointer to what is wrong. */
export interface Finding {
  pointer: string
  code: FindingCode
  message: string
}

export type FindingCode =
  | 'NOT_AN_OBJECT'
  | 'MISSING_FIELD'
  | 'UNKNOWN_FIELD'
  | 'MISPLACED_FIELD'
  | 'CONFLICTING_FIELDS'
  | 'INVALID_VALUE'
  | 'INVALID_JSONPATH'
  | 'INVALID_JSONATA'
  | 'INVALID_QUERY_LANGUAGE'
  | 'INVALID_TRANSITION'
  | 'MISSING_TRANSITION_TARGET'
  | 'UNREACHABLE_STATE'
  | 'NO_TERMINAL_STATE'
  | 'DUPLICATE_STATE_NAME'
  | 'INVALID_ERROR_NAMES'

/** Where the validator stands: it collects findings and knows the query language around it. */
export class Place {
  constructor(
    readonly pointer: string,
    readonly jsonata: boolean,
    readonly findings: Finding[],
  ) {}

  at(...path: (string | number)[]): Place {
    const escaped = path.map((step) => String(step).replaceAll('~', '~0').replaceAll('/', '~1'))
    return new Place([this.pointer, ...escaped].join('/'), this.jsonata, this.findings)
  }

  speaking(jsonata: boolean): Place {
    return new Place(this.pointer, jsonata, this.findings)
  }

  say(code: FindingCode, message: string) {
    this.findings.push({ pointer: this.pointer, code, message })
  }
}

/** The value as an object, after telling that it is not one. */
export function objectAt(place: Place, value: Json | undefined): JsonObject | undefined {
  if (isObject(value)) return value
  place.say('NOT_AN_OBJECT', 'This must be an object')
  return undefined
}

/** A value that a deployment fills in, such as `${FunctionArn}`, may become anything. */
export const isSubstitution = (value: Json): boolean => typeof value === 'string' && /\$\{[^}]+\}/.test(value)
