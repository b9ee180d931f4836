/** Checks of paths, payload templates and JSONata expressions. */
import { misplacedArguments, parseIntrinsic } from './intrinsics'
import { isObject, type Json, type JsonObject } from './json'
import { referenceSteps } from './json-path'
import { PathSyntaxError, parsePath } from './json-path-parse'
import { expressionOf, parseJsonata } from './jsonata'
import { isSubstitution, type Place } from './validate-report'

export type Check = (place: Place, value: Json) => void

/** Runs a parser and tells what it refuses. */
function parses(place: Place, parse: () => void) {
  try {
    parse()
  } catch (error) {
    if (!(error instanceof PathSyntaxError)) throw error
    place.say('INVALID_JSONPATH', error.message)
  }
}

export const path: Check = (place, value) => {
  if (isSubstitution(value)) return
  if (typeof value !== 'string') return place.say('INVALID_VALUE', 'This must be a JSONPath string')
  parses(place, () => parsePath(value))
}

/** InputPath and OutputPath may be null. */
export const nullablePath: Check = (place, value) => {
  if (value !== null) path(place, value)
}

/** ResultPath: a path that names one place, or null. */
export const referencePath: Check = (place, value) => {
  if (value === null || isSubstitution(value)) return
  if (typeof value !== 'string') return place.say('INVALID_VALUE', 'This must be a reference path or null')
  parses(place, () => {
    if (value.startsWith('$$')) throw new PathSyntaxError('A result cannot be put in the context object')
    if (referenceSteps(value) === undefined) throw new PathSyntaxError(`'${value}' must name exactly one place`)
  })
}

/** ErrorPath and CausePath: a path or an intrinsic function. */
export const pathOrIntrinsic: Check = (place, value) => {
  if (typeof value === 'string' && value.startsWith('States.')) return intrinsic(place, value)
  path(place, value)
}

function intrinsic(place: Place, text: string) {
  parses(place, () => {
    const [wrong] = misplacedArguments(parseIntrinsic(text))
    if (wrong !== undefined) throw new PathSyntaxError(wrong)
  })
}

/** A payload: a JSONPath template, or JSON with expressions, as the query language has it. */
export const payload: Check = (place, value) => {
  if (place.jsonata) expressions(place, value)
  else template(place, value)
}

function template(place: Place, value: Json) {
  if (Array.isArray(value)) for (const [index, item] of value.entries()) template(place.at(index), item)
  if (!isObject(value)) return
  duplicates(place, value)
  for (const [key, item] of Object.entries(value)) {
    if (key.endsWith('.$')) computed(place.at(key), item)
    else template(place.at(key), item)
  }
}

function duplicates(place: Place, value: JsonObject) {
  for (const key of Object.keys(value)) {
    const plain = key.slice(0, -2)
    if (key.endsWith('.$') && plain in value) place.at(key).say('CONFLICTING_FIELDS', `'${plain}' is set twice`)
  }
}

function computed(place: Place, value: Json) {
  if (isSubstitution(value)) return
  const isPath = typeof value === 'string' && value.startsWith('$')
  if (!isPath && !(typeof value === 'string' && value.startsWith('States.'))) {
    return place.say('INVALID_JSONPATH', 'A field whose name ends in .$ takes a JSONPath or an intrinsic function')
  }
  pathOrIntrinsic(place, value)
}

function expressions(place: Place, value: Json) {
  if (typeof value === 'string') return text(place, value)
  if (Array.isArray(value)) for (const [index, item] of value.entries()) expressions(place.at(index), item)
  if (isObject(value)) for (const [key, item] of Object.entries(value)) expressions(place.at(key), item)
}

/** A string in a JSONata state: plain, or an expression that parses. */
function text(place: Place, value: string) {
  const source = expressionOf(value)
  if (source !== undefined) return expression(place, value)
  if (value.startsWith('{%') || value.endsWith('%}')) {
    place.say('INVALID_JSONATA', 'An expression starts with {% and ends with %}')
  }
}

export const expression: Check = (place, value) => {
  const source = typeof value === 'string' ? expressionOf(value) : undefined
  if (source === undefined || typeof value !== 'string') {
    return place.say('INVALID_JSONATA', 'This must be an expression between {% and %}')
  }
  if (!/^\{%\s[\s\S]*\s%\}$/.test(value)) place.say('INVALID_JSONATA', 'Leave a space inside {% and %}')
  try {
    parseJsonata(source)
  } catch (error) {
    const { message } = error as { message?: string } // jsonata throws objects that are not Errors
    place.say('INVALID_JSONATA', message ?? 'The expression does not parse')
  }
}
