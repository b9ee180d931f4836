import jsonata from 'jsonata'
import { queryError } from './errors'
import { hash, partition, range } from './intrinsic-functions'
import type { Json } from './json'
import { bound, OPTIONS } from './jsonata-bounds'
import { BOUNDED } from './jsonata-functions'
import { ASK, type Quick, quick } from './jsonata-quick'
import { next, type Random, uuid } from './random'

/** What an expression may see. Names without `$`. */
export interface Bindings {
  states: object
  variables: Record<string, Json>
  now: number
  random: Random
}

const OPEN = '{%'
const CLOSE = '%}'

/** The text between `{%` and `%}`, or undefined for a plain string. */
export function expressionOf(text: string): string | undefined {
  if (!text.startsWith(OPEN) || !text.endsWith(CLOSE) || text.length < 4) return undefined
  return text.slice(OPEN.length, -CLOSE.length).trim()
}

interface Parsed {
  expression: jsonata.Expression
  /** Whether it mentions a function that needs the execution's time or chance. */
  sourced: boolean
  quick?: Quick
}

const cache = new Map<string, Parsed>()

/** Parses an expression; throws jsonata's own error. Parsed expressions are shared. */
export function parseJsonata(source: string): Parsed {
  const known = cache.get(source)
  if (known) return known
  const expression = jsonata(source, OPTIONS)
  bound(expression)
  for (const [name, implementation] of [...BOUNDED, ...Object.entries(FUNCTIONS)])
    expression.assign(name, implementation)
  if (cache.size > 20_000) cache.clear()
  const quickly = quick(expression.ast())
  const sourced = /\$(now|millis|random|uuid|shuffle)\b/.test(source)
  const parsed = { expression, sourced, ...(quickly && { quick: quickly }) }
  cache.set(source, parsed)
  return parsed
}

const list = (value: unknown): Json[] => (Array.isArray(value) ? value : value === undefined ? [] : [value as Json]) // jsonata passes JSON

/** A range of one number is that number, as is any sequence of one in JSONata. */
const single = (items: Json[]): Json => (items.length === 1 ? (items[0] ?? null) : items)

/** What Step Functions adds to, or takes from, the functions of JSONata. */
const FUNCTIONS = {
  partition: (items: unknown, size: number) => partition(list(items), Math.floor(size)),
  range: (first: number, last: number, step: number) => single(range(first, last, step)),
  hash: (data: Json, algorithm: string) => hash(data, algorithm),
  parse: (text: string) => JSON.parse(text),
  eval: () => {
    throw new Error('$eval is not supported in a state machine')
  },
}

const fromMillis = jsonata('$fromMillis($time, $picture, $zone)')

/** Fisher and Yates, on the execution's own chance. */
function shuffled(items: Json[], random: Random): Json[] {
  const result = [...items]
  for (let at = result.length - 1; at > 0; at--) {
    const other = Math.floor(next(random) * (at + 1))
    const held = result[at] ?? null
    result[at] = result[other] ?? null
    result[other] = held
  }
  return result
}

/** Chance and time come from the execution, so that the same execution always computes the same. */
function sources({ now, random }: Bindings) {
  return {
    now: (picture?: string, zone?: string) =>
      picture === undefined
        ? new Date(now).toISOString()
        : fromMillis.evaluate(undefined, { time: now, picture, ...(zone !== undefined && { zone }) }),
    millis: () => now,
    random: (seed?: number) => next(seed === undefined ? random : { seed: Math.trunc(seed) }),
    uuid: () => uuid(random),
    shuffle: (items: unknown) => shuffled(list(items), random),
  }
}

/** Evaluates an expression; throws a `States.QueryEvaluationError` that names the field. */
export function evaluateJsonata(source: string, bindings: Bindings, field: string): Json | Promise<Json> {
  const value = quickly(source, bindings)
  if (value === undefined) throw nothing(source, field)
  return value === ASK ? ask(source, bindings, field) : value
}

/** Without JSONata, where that is as good. */
function quickly(source: string, { states, variables }: Bindings): Json | undefined | typeof ASK {
  const known = cache.get(source)
  if (!known?.quick) return ASK
  // The states object is JSON but for its getters.
  return known.quick((name) => (name === 'states' ? (states as Json) : own(variables, name)))
}

const own = (variables: Record<string, Json>, name: string) =>
  Object.hasOwn(variables, name) ? variables[name] : undefined

const nothing = (source: string, field: string) =>
  queryError(`${about(source, field)} returned nothing (undefined).`, field)

async function ask(source: string, bindings: Bindings, field: string): Promise<Json> {
  const value = await run(source, bindings, field)
  if (value === undefined) throw nothing(source, field)
  return plain(value, source, field)
}

async function run(source: string, bindings: Bindings, field: string): Promise<unknown> {
  try {
    const { expression, sourced } = parseJsonata(source)
    const given = sourced ? { ...sources(bindings), ...bindings.variables } : { ...bindings.variables }
    return await expression.evaluate(undefined, Object.assign(given, { states: bindings.states }))
  } catch (error) {
    throw queryError(`${about(source, field)} threw an error during evaluation. ${reason(error)}`, field)
  }
}

function reason(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string } // jsonata throws objects that are not Errors
  return [code, message].filter(Boolean).join(': ')
}

export const about = (source: string, field: string): string =>
  `The JSONata expression '${source}' specified for the field '${field}'`

/** What to say of a result of the wrong type. */
export function unexpected(source: string, field: string, wanted: string, value: Json): string {
  const kind = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
  const found = `Expected '${wanted}', but was '${kind}' for value: ${JSON.stringify(value)}`
  return `${about(source, field)} returned an unexpected result type. ${found}`
}

/** A result as plain JSON: without the marks that JSONata leaves on its arrays, and refusing functions. */
function plain(value: unknown, source: string, field: string): Json {
  if (Array.isArray(value)) {
    return value.map((item) => (item === undefined ? null : plain(item, source, field)))
  }
  if (typeof value === 'object' && value !== null) return plainObject(value, source, field)
  if (typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint') unsupported(source, field)
  if (typeof value === 'number' && !Number.isFinite(value)) unsupported(source, field)
  return value as Json // a string, number, boolean or null is left
}

function plainObject(value: object, source: string, field: string): Json {
  if ('_jsonata_lambda' in value || '_jsonata_function' in value) unsupported(source, field)
  const copy: Record<string, Json> = {}
  for (const [key, item] of Object.entries(value)) {
    if (item !== undefined) copy[key] = plain(item, source, field)
  }
  return copy
}

function unsupported(source: string, field: string): never {
  throw queryError(`${about(source, field)} returned an unsupported result type.`, field)
}
