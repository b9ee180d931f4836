import { createHash } from 'node:crypto'
import { IntrinsicError } from './errors'
import { equal, isNumber, isObject, type Json } from './json'

/** Sources of chance, seeded by the execution. */
export interface IntrinsicTools {
  random(): number
  uuid(): string
}

type IntrinsicFunction = (args: Json[], tools: IntrinsicTools) => Json

const fail = (why: string): never => {
  throw new IntrinsicError(why)
}

const array = (value: Json | undefined): Json[] =>
  Array.isArray(value) ? value : fail('The argument must be an array')
const text = (value: Json | undefined): string =>
  typeof value === 'string' ? value : fail('The argument must be a string')
const number = (value: Json | undefined): number => (isNumber(value) ? value : fail('The argument must be a number'))
const integer = (value: Json | undefined): number => Math.round(number(value))

const MAX_RANGE = 1000
const MAX_ENCODED = 10_000
const HASHES: Record<string, string> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
}

/** The hash of a value as both query languages compute it: text as it is, anything else as JSON. */
export function hash(value: Json | undefined, algorithm: Json | undefined): string {
  const name = HASHES[text(algorithm)] ?? fail(`The hash algorithm '${algorithm}' is not supported`)
  const data = typeof value === 'string' ? value : JSON.stringify(value ?? null)
  return createHash(name).update(data).digest('hex')
}

/** Slices of at most `size` items. */
export function partition(items: Json[], size: number): Json[] {
  if (size < 1) fail('The chunk size must be a positive number')
  const parts: Json[] = []
  for (let at = 0; at < items.length; at += size) parts.push(items.slice(at, at + size))
  return parts
}

/** Numbers from `first` to `last`, both included. */
export function range(first: number, last: number, step: number): Json[] {
  if (step === 0) fail('The step must not be 0')
  const count = Math.floor((last - first) / step) + 1
  if (count > MAX_RANGE) fail(`A range has at most ${MAX_RANGE} items`)
  return Array.from({ length: Math.max(0, count) }, (_, index) => first + index * step)
}

function limited(value: string): string {
  return value.length > MAX_ENCODED ? fail(`The argument is longer than ${MAX_ENCODED} characters`) : value
}

/** Blank text is null, as the service's own parser has it. */
function parse(value: string): Json {
  if (value.trim() === '') return null
  try {
    return JSON.parse(value)
  } catch {
    return fail('The argument is not valid JSON')
  }
}

function random([start, end]: Json[], tools: IntrinsicTools): number {
  const [low, high] = [integer(start), integer(end)]
  if (high <= low) fail('The end must be above the start')
  return low + Math.floor(tools.random() * (high - low))
}

function merge([first, second, deep]: Json[]): Json {
  if (deep !== false) fail('Only the shallow merge (false) is supported')
  if (!isObject(first) || !isObject(second)) return fail('The arguments must be objects')
  return { ...first, ...second }
}

/** Each character of the second argument is a separator; empty parts are dropped. */
function split([value, separators]: Json[]): Json {
  const marks = new Set(text(separators))
  if (marks.size === 0) return [text(value)]
  const parts: string[] = ['']
  for (const char of text(value)) {
    if (marks.has(char)) parts.push('')
    else parts[parts.length - 1] += char
  }
  return parts.filter((part) => part !== '')
}

function item([items, index]: Json[]): Json {
  const value = array(items)[integer(index)]
  return value === undefined ? fail('The index is outside the array') : value
}

/** Throws where the arguments do not fit; the caller names the state and the expression. */
export const intrinsicFunctions: Record<string, IntrinsicFunction> = {
  Array: (args) => args,
  ArrayContains: ([items, wanted]) => array(items).some((candidate) => equal(candidate, wanted)),
  ArrayGetItem: item,
  ArrayLength: ([items]) => array(items).length,
  ArrayPartition: ([items, size]) => partition(array(items), integer(size)),
  ArrayRange: ([first, last, step]) => range(integer(first), integer(last), integer(step)),
  ArrayUnique: ([items]) =>
    array(items).filter((value, index, all) => all.findIndex((other) => equal(other, value)) === index),
  Base64Decode: ([value]) => Buffer.from(limited(text(value)), 'base64').toString('utf8'),
  Base64Encode: ([value]) => Buffer.from(limited(text(value)), 'utf8').toString('base64'),
  Hash: ([value, algorithm]) => hash(value, algorithm),
  JsonMerge: merge,
  JsonToString: ([value]) => JSON.stringify(value),
  MathAdd: ([a, b]) => integer(a) + integer(b),
  MathRandom: random,
  StringSplit: split,
  StringToJson: ([value]) => parse(text(value)),
  UUID: (_, tools) => tools.uuid(),
}
