/** EventBridge event patterns (rules and Pipes filters), compiled once to a predicate. Pure. */
import { BlockList, isIP } from 'node:net'
import type { Json } from './service'

/** Why a pattern can't be used; EventBridge answers InvalidEventPatternException with such a reason. */
export class InvalidPattern extends Error {}

type Test = (value: Json | undefined) => boolean

/**
 * Compiles a pattern: fields are joined by AND, the alternatives of a field by OR, `$or` joins whole sub-patterns.
 * Where the event has an array, one of its elements must satisfy all that the pattern says of it.
 * Throws InvalidPattern for what EventBridge refuses, and for field names with a dot, which are not supported.
 */
export function compilePattern(pattern: Json): (event: Json) => boolean {
  if (!isObject(pattern)) throw new InvalidPattern('Filter is not an object')
  if (Object.keys(pattern).length === 0) throw new InvalidPattern('Empty objects are not allowed')
  return compileObject(pattern)
}

function compileObject(pattern: { [key: string]: Json }): Test {
  const tests = Object.entries(pattern).map(([key, value]) => (isOr(key, value) ? compileOr(value) : field(key, value)))
  return (value) => elementsOf(value).some((element) => tests.every((test) => test(element)))
}

function field(key: string, pattern: Json): Test {
  if (key.includes('.')) throw new InvalidPattern(`field name "${key}" has a dot`)
  const test = Array.isArray(pattern) ? compileLeaf(key, pattern) : compileField(key, pattern)
  return (value) => test(isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined)
}

function compileField(key: string, pattern: Json): Test {
  if (!isObject(pattern)) throw new InvalidPattern(`"${key}" must be an object or an array`)
  if (Object.keys(pattern).length === 0) throw new InvalidPattern(`Empty objects are not allowed at "${key}"`)
  return compileObject(pattern)
}

function isOr(key: string, value: Json): value is Array<{ [key: string]: Json }> {
  return key === '$or' && Array.isArray(value) && value.length >= 2 && value.every(isObject)
}

function compileOr(branches: Array<{ [key: string]: Json }>): Test {
  const tests = branches.map((branch) => compileObject(branch))
  return (value) => tests.some((test) => test(value))
}

/** An array counts as each of its elements, however deep; an empty one as nothing at all. */
function elementsOf(value: Json | undefined): Array<Json | undefined> {
  if (!Array.isArray(value)) return [value]
  const elements = flatten(value)
  return elements.length > 0 ? elements : [undefined]
}

function flatten(values: Json[]): Json[] {
  return values.flatMap((value) => (Array.isArray(value) ? flatten(value) : [value]))
}

function compileLeaf(key: string, alternatives: Json[]): Test {
  if (alternatives.length === 0) throw new InvalidPattern(`Empty arrays are not allowed at "${key}"`)
  const tests = alternatives.map((alternative) => compileAlternative(key, alternative))
  return (value) => {
    const leaves = elementsOf(value).filter((element) => element !== undefined && !isObject(element))
    return tests.some((test) => (leaves.length === 0 ? test(undefined) : leaves.some(test)))
  }
}

function compileAlternative(key: string, alternative: Json): Test {
  if (Array.isArray(alternative)) throw new InvalidPattern(`Nested arrays are not allowed at "${key}"`)
  if (!isObject(alternative)) return (value) => value === alternative
  const [[name, operand] = ['', null], ...more] = Object.entries(alternative)
  if (more.length > 0) throw new InvalidPattern(`Only one key allowed in match expression at "${key}"`)
  const compile = operators[name]
  if (!compile) throw new InvalidPattern(`Unrecognized match type ${name} at "${key}"`)
  return compile(operand)
}

const operators: Record<string, (operand: Json) => Test> = {
  exists: (operand) => {
    if (typeof operand !== 'boolean') throw new InvalidPattern('exists match pattern must be either true or false')
    return (value) => (value !== undefined) === operand
  },
  prefix: (operand) => {
    if (!isObject(operand)) return startsWith(text('prefix', operand))
    const start = ignoringCase('prefix', operand)
    return onText((value) => value.toLowerCase().startsWith(start))
  },
  suffix: (operand) => {
    if (!isObject(operand)) return endsWith(text('suffix', operand))
    const end = ignoringCase('suffix', operand)
    return onText((value) => value.toLowerCase().endsWith(end))
  },
  'equals-ignore-case': (operand) => equalsIgnoringCase(text('equals-ignore-case', operand)),
  wildcard: (operand) => compileWildcard(text('wildcard', operand)),
  numeric: compileNumeric,
  cidr: (operand) => compileCidr(text('cidr', operand)),
  'anything-but': compileAnythingBut,
}

const onText =
  (test: (value: string) => boolean): Test =>
  (value) =>
    typeof value === 'string' && test(value)
const startsWith = (start: string) => onText((value) => value.startsWith(start))
const endsWith = (end: string) => onText((value) => value.endsWith(end))
const equalsIgnoringCase = (other: string) => onText((value) => value.toLowerCase() === other.toLowerCase())

function text(operator: string, operand: Json): string {
  if (typeof operand !== 'string') throw new InvalidPattern(`${operator} match pattern must be a string`)
  return operand
}

function ignoringCase(operator: string, operand: { [key: string]: Json }): string {
  const [[name, value] = ['', null], ...more] = Object.entries(operand)
  if (name !== 'equals-ignore-case' || more.length > 0) {
    throw new InvalidPattern(`Unsupported anything inside ${operator}: ${Object.keys(operand).join(', ')}`)
  }
  return text('equals-ignore-case', value).toLowerCase()
}

function compileAnythingBut(operand: Json): Test {
  if (isObject(operand)) return compileAnythingButMatch(operand)
  const excluded = Array.isArray(operand) ? operand : [operand]
  const alike = ['string', 'number'].some((type) => excluded.every((value) => typeof value === type))
  if (excluded.length === 0 || !alike) {
    throw new InvalidPattern(
      'Inside anything but list, either all values are number or string, mixed type is not supported',
    )
  }
  return (value) => value !== undefined && !excluded.includes(value)
}

/** `{"anything-but": {"prefix": …}}` and its like: one text or several, none of which may match. */
function compileAnythingButMatch(operand: { [key: string]: Json }): Test {
  const [[name, value] = ['', null], ...more] = Object.entries(operand)
  const compile = excluding[name]
  if (!compile || more.length > 0) throw new InvalidPattern(`Unsupported anything-but pattern: ${Object.keys(operand)}`)
  const texts = (Array.isArray(value) ? value : [value]).map((one) => text(name, one))
  if (texts.length === 0) throw new InvalidPattern('Empty lists are not allowed in anything-but')
  if (['prefix', 'suffix'].includes(name) && texts.includes('')) {
    throw new InvalidPattern(`Null or empty ${name} is not allowed in anything-but`)
  }
  const tests = texts.map(compile)
  return (leaf) => leaf !== undefined && !tests.some((test) => test(leaf))
}

const excluding: Record<string, (operand: string) => Test> = {
  prefix: startsWith,
  suffix: endsWith,
  'equals-ignore-case': equalsIgnoringCase,
  wildcard: compileWildcard,
}

/** `*` stands for any text, none included; a backslash takes the special meaning from `*` and from itself. */
function compileWildcard(wildcard: string): Test {
  const source = wildcard.replaceAll(/\\[\s\S]?|\*+|[^\\*]+/g, (part) => {
    if (part === '*') return '[\\s\\S]*'
    if (part.startsWith('**')) throw new InvalidPattern('Consecutive wildcard characters are not allowed')
    if (!part.startsWith('\\')) return escapeRegExp(part)
    if (part !== '\\*' && part !== '\\\\') throw new InvalidPattern('Invalid escape character in wildcard pattern')
    return part
  })
  const expression = new RegExp(`^${source}$`)
  return onText((value) => expression.test(value))
}

const escapeRegExp = (literal: string) => literal.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&')

const comparisons: Record<string, (value: number, bound: number) => boolean> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
}

/** EventBridge compares numbers within ±5e9. */
const NUMBER_LIMIT = 5e9

/** One comparison, or a range given as lower bound then upper bound. */
function compileNumeric(operand: Json): Test {
  if (!Array.isArray(operand) || (operand.length !== 2 && operand.length !== 4)) {
    throw new InvalidPattern('Value of numeric must be an array of one or two comparisons')
  }
  const first = bound(operand[0], operand[1])
  if (operand.length === 2) return onNumber(first.holds)
  const second = bound(operand[2], operand[3])
  const isRange = first.operator.startsWith('>') && second.operator.startsWith('<') && first.value < second.value
  if (!isRange) throw new InvalidPattern('Bad numeric range: a lower bound must come before a higher upper bound')
  return onNumber((value) => first.holds(value) && second.holds(value))
}

const onNumber =
  (test: (value: number) => boolean): Test =>
  (value) =>
    typeof value === 'number' && test(value)

function bound(operator: Json | undefined, value: Json | undefined) {
  const compare = typeof operator === 'string' ? comparisons[operator] : undefined
  if (typeof operator !== 'string' || !compare)
    throw new InvalidPattern(`Unrecognized numeric range operator: ${operator}`)
  if (typeof value !== 'number' || Math.abs(value) > NUMBER_LIMIT) {
    throw new InvalidPattern(`Value of ${operator} must be a number between -5.0e9 and +5.0e9`)
  }
  return { operator, value, holds: (other: number) => compare(other, value) }
}

function compileCidr(cidr: string): Test {
  const [network = '', bits = ''] = cidr.split('/')
  const family = isIP(network)
  const prefix = bits === '' ? Number.NaN : Number(bits)
  if (family === 0 || !Number.isInteger(prefix) || prefix < 0 || prefix > (family === 4 ? 32 : 128)) {
    throw new InvalidPattern(`Malformed CIDR, one '/' required: ${cidr}`)
  }
  const block = new BlockList()
  block.addSubnet(network, prefix, family === 4 ? 'ipv4' : 'ipv6')
  return onText((value) => isIP(value) !== 0 && block.check(value, isIP(value) === 4 ? 'ipv4' : 'ipv6'))
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
