import { queryError, runtimeError } from './errors'
import { type Finished, jsonataFinish } from './io'
import { isNumber, isObject, type Json, type JsonObject, textOf } from './json'
import { parsePath } from './json-path-parse'
import { expressionOf, unexpected } from './jsonata'
import type { Language } from './machine'
import { compileJsonata, compilePath, compileTemplate, lookup, type Scope } from './payload'
import { parseTimestamp } from './time'

export interface Chosen extends Finished {
  next: string
}
export type Choose = (scope: Scope) => Promise<Chosen>

type Condition = (scope: Scope, input: Json) => boolean

export function compileChoices(raw: JsonObject, language: Language): Choose {
  const rules = Array.isArray(raw.Choices) ? raw.Choices.filter(isObject) : []
  const fallback = typeof raw.Default === 'string' ? { ...raw, Next: raw.Default } : undefined
  return language === 'JSONata' ? jsonataChoices(rules, fallback) : jsonPathChoices(rules, raw, fallback)
}

const noMatch = () =>
  runtimeError(
    'Failed to transition out of the state. The state does not point to a next state.',
    'States.NoChoiceMatched',
  )

function jsonataChoices(rules: JsonObject[], fallback: JsonObject | undefined): Choose {
  const compiled = rules.map((rule, index) => ({
    holds: jsonataCondition(rule.Condition ?? null, `Choices[${index}]/Condition`),
    then: outcome(rule, `Choices[${index}]/`),
  }))
  const otherwise = fallback && outcome(fallback, '')
  return async (scope) => {
    for (const rule of compiled) if (await rule.holds(scope)) return rule.then(scope)
    if (!otherwise) throw noMatch()
    return otherwise(scope)
  }
}

function outcome(rule: JsonObject, at: string) {
  const finish = jsonataFinish(rule.Assign, rule.Output, at)
  return async (scope: Scope): Promise<Chosen> => ({ ...(await finish(scope, undefined)), next: textOf(rule.Next) })
}

function jsonataCondition(condition: Json, field: string): (scope: Scope) => Promise<boolean> {
  const evaluate = compileJsonata(condition, field)
  return async (scope) => {
    const value = await evaluate(scope)
    if (typeof value === 'boolean') return value
    const source = typeof condition === 'string' ? (expressionOf(condition) ?? condition) : JSON.stringify(condition)
    throw queryError(unexpected(source, field, 'boolean', value), field)
  }
}

function jsonPathChoices(rules: JsonObject[], raw: JsonObject, fallback: JsonObject | undefined): Choose {
  const inputPath = compilePath(raw.InputPath)
  const outputPath = compilePath(raw.OutputPath)
  const compiled = rules.map((rule) => ({ holds: compileRule(rule), rule, assign: assignment(rule) }))
  const otherwise = fallback && { rule: fallback, assign: assignment(fallback) }
  return async (scope) => {
    const input = inputPath(scope, scope.input)
    const chosen = compiled.find(({ holds }) => holds(scope, input)) ?? otherwise
    if (!chosen) throw noMatch()
    const assigned = chosen.assign?.(scope, input)
    const next = textOf(chosen.rule.Next)
    return { output: outputPath(scope, input), next, ...(isObject(assigned) && { assigned }) }
  }
}

const assignment = (rule: JsonObject) => (rule.Assign === undefined ? undefined : compileTemplate(rule.Assign))

function compileRule(rule: JsonObject): Condition {
  if (Array.isArray(rule.And)) return every(rule.And)
  if (Array.isArray(rule.Or)) {
    const parts = rule.Or.filter(isObject).map(compileRule)
    return (scope, input) => parts.some((part) => part(scope, input))
  }
  if (isObject(rule.Not)) {
    const inner = compileRule(rule.Not)
    return (scope, input) => !inner(scope, input)
  }
  return compileComparison(rule)
}

function every(rules: Json[]): Condition {
  const parts = rules.filter(isObject).map(compileRule)
  return (scope, input) => parts.every((part) => part(scope, input))
}

const NOT_OPERATORS = ['Variable', 'Next', 'Comment', 'Assign', 'Output']

function compileComparison(rule: JsonObject): Condition {
  const text = textOf(rule.Variable)
  const path = parsePath(text)
  const operator = Object.keys(rule).find((key) => !NOT_OPERATORS.includes(key)) ?? ''
  const expected = rule[operator] ?? null
  if (operator === 'IsPresent') return (scope, input) => (lookup(path, scope, input) !== undefined) === expected
  const read = required(text)
  const isType = typeChecks[operator]
  if (isType) return (scope, input) => isType(read(scope, input)) === expected
  const compare = comparisons[operator.replace(/Path$/, '')]
  if (!compare) throw runtimeError(`The operator '${operator}' is not known`)
  if (!operator.endsWith('Path')) return (scope, input) => compare(read(scope, input), expected)
  const other = required(String(expected))
  return (scope, input) => compare(read(scope, input), other(scope, input))
}

function required(text: string) {
  const path = parsePath(text)
  return (scope: Scope, input: Json): Json => {
    const value = lookup(path, scope, input)
    if (value !== undefined) return value
    throw runtimeError(`Invalid path '${text}': The choice state's condition path references an invalid value.`)
  }
}

const isTimestamp = (value: Json) => typeof value === 'string' && parseTimestamp(value) !== undefined

const typeChecks: Record<string, (value: Json) => boolean> = {
  IsNull: (value) => value === null,
  IsString: (value) => typeof value === 'string',
  IsNumeric: isNumber,
  IsBoolean: (value) => typeof value === 'boolean',
  IsTimestamp: isTimestamp,
}

type Order = (difference: number) => boolean
const orders: Record<string, Order> = {
  Equals: (difference) => difference === 0,
  LessThan: (difference) => difference < 0,
  GreaterThan: (difference) => difference > 0,
  LessThanEquals: (difference) => difference <= 0,
  GreaterThanEquals: (difference) => difference >= 0,
}

const text = (a: Json, b: Json) => (typeof a === 'string' && typeof b === 'string' ? (a < b ? -1 : a > b ? 1 : 0) : NaN)
const numeric = (a: Json, b: Json) => (isNumber(a) && isNumber(b) ? a - b : NaN)
const time = (a: Json, b: Json) =>
  typeof a === 'string' && typeof b === 'string' ? (parseTimestamp(a) ?? NaN) - (parseTimestamp(b) ?? NaN) : NaN

/** Values of the wrong type make a comparison false, never an error. */
const comparisons: Record<string, (value: Json, expected: Json) => boolean> = {
  BooleanEquals: (value, expected) => typeof value === 'boolean' && value === expected,
  StringMatches: (value, expected) =>
    typeof value === 'string' && typeof expected === 'string' && wildcard(expected).test(value),
}
for (const [name, order] of Object.entries(orders)) {
  comparisons[`String${name}`] = (a, b) => order(text(a, b))
  comparisons[`Numeric${name}`] = (a, b) => order(numeric(a, b))
  comparisons[`Timestamp${name}`] = (a, b) => order(time(a, b))
}

/** Every comparison operator, with and without `Path`, for the validator. */
export const operators = {
  types: ['IsPresent', ...Object.keys(typeChecks)],
  comparisons: Object.keys(comparisons),
}

/** `*` stands for any characters; `\*` for itself and `\\` for a backslash. */
function wildcard(pattern: string): RegExp {
  const source = pattern.replace(/\\([\\*])|\*|[\s\S]/g, (token, escaped: string | undefined) =>
    token === '*' ? '[\\s\\S]*' : (escaped ?? token).replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
  )
  return new RegExp(`^${source}$`)
}
