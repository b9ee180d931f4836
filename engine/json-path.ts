import { equal, isNumber, isObject, type Json } from './json'
import { type Filter, isDefinite, type Operand, type Path, parsePath, type Segment } from './json-path-parse'

/** What a path starts from. */
export interface Roots {
  input: Json
  context: Json
  variable(name: string): Json | undefined
}

/** Value of a path: undefined when a definite path leads nowhere; an array for an indefinite one. */
export function readPath(path: Path, roots: Roots): Json | undefined {
  const root = rootOf(path, roots)
  if (root === undefined) return undefined
  return select(path.segments, root, path.definite)
}

function rootOf(path: Path, roots: Roots): Json | undefined {
  if (path.root === 'input') return roots.input
  return path.root === 'context' ? roots.context : roots.variable(path.variable ?? '')
}

function select(segments: Segment[], root: Json, definite: boolean): Json | undefined {
  if (definite) return walk(segments, root)
  // What comes before the first indefinite segment must be there, as in a definite path.
  const first = segments.findIndex((segment) => !isDefinite(segment))
  const base = walk(segments.slice(0, first), root)
  if (base === undefined || (segments[first]?.kind === 'slice' && !Array.isArray(base))) return undefined
  let values: Json[] = [base]
  for (const segment of segments.slice(first)) values = values.flatMap((value) => expand(segment, value, root))
  return values
}

const walk = (segments: Segment[], root: Json) =>
  segments.reduce<Json | undefined>((value, segment) => pick(segment, value), root)

function pick(segment: Segment, value: Json | undefined): Json | undefined {
  if (value === undefined) return undefined
  return expand(segment, value, value)[0]
}

function expand(segment: Segment, value: Json, root: Json): Json[] {
  switch (segment.kind) {
    case 'names':
      return segment.names.flatMap((name) => member(value, name))
    case 'indexes':
      return segment.indexes.flatMap((index) => (Array.isArray(value) ? present(value.at(index)) : []))
    case 'slice':
      return Array.isArray(value) ? slice(value, segment) : []
    case 'all':
      return children(value)
    case 'filter':
      return children(value, true).filter((item) => holds(segment.filter, item, root))
    case 'descend':
      return [value, ...children(value).flatMap((child) => expand(segment, child, root))]
    case 'call':
      return present(call(segment.name, value))
  }
}

const present = (value: Json | undefined): Json[] => (value === undefined ? [] : [value])

const member = (value: Json, name: string): Json[] =>
  isObject(value) && Object.hasOwn(value, name) ? present(value[name]) : []

function children(value: Json, objectItself = false): Json[] {
  if (Array.isArray(value)) return value
  if (!isObject(value)) return []
  return objectItself ? [value] : Object.values(value)
}

function slice(items: Json[], { from, to, step = 1 }: { from?: number; to?: number; step?: number }): Json[] {
  const part = items.slice(from ?? 0, to ?? items.length)
  return step === 1 ? part : part.filter((_, index) => index % Math.max(1, step) === 0)
}

function call(name: string, value: Json): Json | undefined {
  if (name === 'length') return lengthOf(value)
  if (name === 'keys') return isObject(value) ? Object.keys(value) : undefined
  const numbers = Array.isArray(value) ? value.filter(isNumber) : []
  if (numbers.length === 0) return undefined
  if (name === 'min') return Math.min(...numbers)
  if (name === 'max') return Math.max(...numbers)
  const sum = numbers.reduce((total, number) => total + number, 0)
  return name === 'sum' ? sum : sum / numbers.length
}

function lengthOf(value: Json): Json | undefined {
  if (Array.isArray(value) || typeof value === 'string') return value.length
  return isObject(value) ? Object.keys(value).length : undefined
}

function holds(filter: Filter, item: Json, root: Json): boolean {
  switch (filter.op) {
    case 'and':
      return filter.items.every((part) => holds(part, item, root))
    case 'or':
      return filter.items.some((part) => holds(part, item, root))
    case 'not':
      return !holds(filter.item, item, root)
    case 'exists':
      return operand(filter.operand, item, root) !== undefined
    case '=~': {
      const left = operand(filter.left, item, root)
      return typeof left === 'string' && filter.pattern.test(left)
    }
    default:
      return compare(filter.op, operand(filter.left, item, root), operand(filter.right, item, root))
  }
}

function operand(operand: Operand, item: Json, root: Json): Json | undefined {
  if ('value' in operand) return operand.value
  const start = operand.from === 'item' ? item : root
  return operand.path.reduce<Json | undefined>((value, segment) => pick(segment, value), start)
}

function compare(op: string, left: Json | undefined, right: Json | undefined): boolean {
  if (op === '==') return equal(left, right)
  if (op === '!=') return !equal(left, right)
  if (op === 'in' || op === 'nin') {
    const found = Array.isArray(right) && right.some((item) => equal(item, left))
    return found === (op === 'in')
  }
  const comparable = (isNumber(left) && isNumber(right)) || (typeof left === 'string' && typeof right === 'string')
  return comparable && ordered(op, left as number, right as number) // both numbers or both strings, checked above
}

function ordered(op: string, left: number, right: number): boolean {
  if (op === '<') return left < right
  if (op === '<=') return left <= right
  return op === '>' ? left > right : left >= right
}

/** Why a definite path found nothing, in the words that Step Functions uses. */
export function explainMissing(path: Path, roots: Roots): string {
  let value = rootOf(path, roots)
  let walked = '$'
  for (const [index, segment] of path.segments.entries()) {
    const step =
      segment.kind === 'names'
        ? `['${segment.names.join("','")}']`
        : `[${'indexes' in segment ? segment.indexes : '*'}]`
    const next = pick(segment, value)
    if (next === undefined && segment.kind === 'names' && index < path.segments.length - 1 && isObject(value)) {
      return `Missing property in path ${walked}${step}`
    }
    walked += step
    value = next
  }
  return `No results for path: ${walked}`
}

/** Names and indexes of a reference path (ResultPath), or undefined where the path is not one. */
export function referenceSteps(text: string): (string | number)[] | undefined {
  const steps: (string | number)[] = []
  for (const segment of parsePath(text).segments) {
    if (segment.kind === 'names' && segment.names.length === 1) steps.push(segment.names[0] ?? '')
    else if (segment.kind === 'indexes' && segment.indexes.length === 1) steps.push(segment.indexes[0] ?? 0)
    else return undefined
  }
  return steps
}

/** A copy of `target` with `value` put at the reference path; undefined where something else is in the way. */
export function writePath(steps: (string | number)[], target: Json, value: Json): Json | undefined {
  const [step, ...rest] = steps
  if (step === undefined) return value
  if (typeof step === 'number') return writeIndex(step, rest, target, value)
  if (!isObject(target)) return undefined
  const inner = writePath(rest, Object.hasOwn(target, step) ? (target[step] ?? {}) : {}, value)
  return inner === undefined ? undefined : { ...target, [step]: inner }
}

function writeIndex(step: number, rest: (string | number)[], target: Json, value: Json): Json | undefined {
  if (!Array.isArray(target) || step >= target.length) return undefined
  const inner = writePath(rest, target[step] ?? {}, value)
  return inner === undefined ? undefined : target.with(step, inner)
}
