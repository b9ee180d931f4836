/** Fields of a state that are numbers, times or lists, given as a literal, a path or an expression. */
import { queryError, runtimeError, type StateError } from './errors'
import { isNumber, type Json, type JsonObject } from './json'
import { parsePath } from './json-path-parse'
import { expressionOf, unexpected } from './jsonata'
import type { Language } from './machine'
import { compileJsonata, compilePath, lookup, type Scope } from './payload'
import { parseTimestamp } from './time'

/** `input` is the state's effective input, which paths read. */
export type IntegerField = (scope: Scope, input: Json) => Promise<number | undefined>
export type ItemsField = (scope: Scope, input: Json) => Promise<Json[]>
/** Epoch milliseconds at which a Wait ends. */
export type WaitField = (scope: Scope, input: Json) => Promise<number>

export function compileInteger(raw: JsonObject, name: string, language: Language): IntegerField {
  const literal = raw[name]
  const path = raw[`${name}Path`]
  if (typeof path === 'string' && language === 'JSONPath') return integerPath(`${name}Path`, path)
  if (typeof literal === 'string') return integerExpression(name, literal)
  const value = isNumber(literal) ? literal : undefined
  return async () => value
}

function integerPath(name: string, text: string): IntegerField {
  const path = parsePath(text)
  return async (scope, input) => {
    const value = lookup(path, scope, input)
    const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value
    if (isNumber(number) && Number.isInteger(number)) return number
    const shown = typeof value === 'string' ? value : JSON.stringify(value ?? null)
    throw runtimeError(`The ${name} field refers to value "${shown}" which is not a valid integer: ${text}`)
  }
}

function integerExpression(name: string, text: string): IntegerField {
  const evaluate = compileJsonata(text, name)
  return async (scope) => {
    const value = await evaluate(scope)
    if (isNumber(value)) return value
    throw queryError(unexpected(expressionOf(text) ?? text, name, 'integer', value), name)
  }
}

export function compileItems(raw: JsonObject, language: Language): ItemsField {
  if (language === 'JSONata') return jsonataItems(raw.Items)
  const path = compilePath(raw.ItemsPath)
  return async (scope, input) => {
    const items = path(scope, input)
    if (Array.isArray(items)) return items
    const shown = String(raw.ItemsPath ?? '$').replace(/^\$\$/, '$')
    throw runtimeError(`Reference path "${shown}" must point to array.`)
  }
}

function jsonataItems(raw: Json | undefined): ItemsField {
  if (raw === undefined) {
    return async (_, input) => {
      if (Array.isArray(input)) return input
      throw queryError(`Map state input must be an array but was: ${JSON.stringify(input)}`)
    }
  }
  const evaluate = compileJsonata(raw, 'Items')
  return async (scope) => {
    const items = await evaluate(scope)
    if (Array.isArray(items)) return items
    const source = typeof raw === 'string' ? (expressionOf(raw) ?? raw) : JSON.stringify(raw)
    throw queryError(unexpected(source, 'Items', 'array', items), 'Items')
  }
}

/** The service counts a wait in seconds that fit a signed 32-bit integer. */
const MAX_WAIT_SECONDS = 2 ** 31 - 1

export function compileWait(raw: JsonObject, language: Language): WaitField {
  const target = language === 'JSONata' ? jsonataWait(raw) : jsonPathWait(raw)
  return async (scope, input) => {
    const at = await target(scope, input)
    if ((at - scope.now) / 1000 > MAX_WAIT_SECONDS) throw runtimeError('Wait state delay is too long.')
    return at
  }
}

const after = (scope: Scope, seconds: number) => scope.now + seconds * 1000

function jsonataWait(raw: JsonObject): WaitField {
  const name = raw.Seconds === undefined ? 'Timestamp' : 'Seconds'
  const literal = raw[name] ?? null
  const evaluate = compileJsonata(literal, name)
  const wanted = name === 'Seconds' ? 'integer' : 'string'
  return async (scope) => {
    const value = await evaluate(scope)
    const at =
      name === 'Seconds' ? seconds(value, scope) : typeof value === 'string' ? parseTimestamp(value) : undefined
    if (at !== undefined) return at
    const source = typeof literal === 'string' ? (expressionOf(literal) ?? literal) : JSON.stringify(literal)
    throw queryError(unexpected(source, name, wanted, value), name)
  }
}

const seconds = (value: Json, scope: Scope) =>
  isNumber(value) && Number.isInteger(value) && value >= 0 ? after(scope, value) : undefined

function jsonPathWait(raw: JsonObject): WaitField {
  if (isNumber(raw.Seconds)) {
    const fixed = raw.Seconds
    return async (scope) => after(scope, fixed)
  }
  if (typeof raw.SecondsPath === 'string') return secondsPath(raw.SecondsPath)
  if (typeof raw.TimestampPath === 'string') return timestampPath(raw.TimestampPath)
  const at = typeof raw.Timestamp === 'string' ? parseTimestamp(raw.Timestamp) : undefined
  return async (scope) => at ?? scope.now
}

function secondsPath(text: string): WaitField {
  const path = parsePath(text)
  return async (scope, input) => {
    const value = lookup(path, scope, input)
    if (value === undefined) throw missing('SecondsPath', text)
    if (!isNumber(value) || !Number.isInteger(value)) {
      throw runtimeError(`The SecondsPath parameter cannot be parsed as a long value: ${text} == ${show(value)}`)
    }
    if (value < 0) throw runtimeError(`The SecondsPath parameter references a negative value: ${text} == ${value}`)
    return after(scope, value)
  }
}

function timestampPath(text: string): WaitField {
  const path = parsePath(text)
  return async (scope, input) => {
    const value = lookup(path, scope, input)
    if (value === undefined) throw missing('TimestampPath', text)
    const at = typeof value === 'string' ? parseTimestamp(value) : undefined
    if (at !== undefined) return at
    const rule = 'does not reference a valid ISO-8601 extended offset date-time format string'
    throw runtimeError(`The TimestampPath parameter ${rule}: ${text} == ${show(value)}`)
  }
}

const show = (value: Json) => (typeof value === 'string' ? value : JSON.stringify(value))

const missing = (field: string, text: string): StateError =>
  runtimeError(`The ${field} parameter does not reference an input value: ${text}`)
