/**
 * The expressions that state machines are mostly made of, without JSONata's evaluator: paths to members of objects,
 * choices between two values, sums, and a few functions. It computes exactly what JSONata would, or says that it can't;
 * then JSONata is asked. The reason is speed: JSONata walks its tree asynchronously.
 */
import { isObject, type Json } from './json'

/** Not to be computed here; JSONata knows. */
export const ASK = Symbol('ask JSONata')
type Found = Json | undefined | typeof ASK

/** What an expression may see: variables by their names without `$`. */
export type Names = (name: string) => Json | undefined

export type Quick = (names: Names) => Found

/** The part of JSONata's syntax tree that is read here; every member may be absent. */
interface Node {
  type?: string
  value?: unknown
  steps?: Node[]
  condition?: Node
  then?: Node
  else?: Node
  lhs?: Node
  rhs?: Node
  procedure?: Node
  arguments?: Node[]
  expressions?: Node[]
}

const PLAIN: readonly string[] = [
  ...['type', 'value', 'position', 'steps', 'condition', 'then', 'else'],
  ...['lhs', 'rhs', 'procedure', 'arguments', 'expressions'],
]
/** A node that carries a predicate, a grouping, an order or the like is not plain. */
const isPlain = (node: Node) =>
  Object.entries(node).every(([member, value]) => value === undefined || PLAIN.includes(member))

/** The quick way to compute an expression, undefined where there is none. */
export function quick(tree: unknown): Quick | undefined {
  return isNode(tree) ? compile(tree) : undefined
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null

function compile(node: Node): Quick | undefined {
  if (!isPlain(node)) return undefined
  switch (node.type) {
    case 'number':
    case 'string':
    case 'value': {
      const { value } = node
      const literal = typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean'
      return literal ? () => value : undefined
    }
    case 'variable':
      return path({ steps: [node] })
    case 'path':
      return path(node)
    case 'block':
      return node.expressions?.length === 1 && node.expressions[0] ? compile(node.expressions[0]) : undefined
    case 'condition':
      return condition(node)
    case 'binary':
      return binary(node)
    case 'function':
      return call(node)
    default:
      return undefined
  }
}

/** `$name.member.member`: of objects only, for over a list JSONata maps. */
function path({ steps = [] }: Node): Quick | undefined {
  if (!steps.every(isPlain)) return undefined
  const [first, ...members] = steps
  if (first?.type !== 'variable' || typeof first.value !== 'string' || first.value === '') return undefined
  if (!members.every((step) => step.type === 'name' && typeof step.value === 'string')) return undefined
  const name = first.value
  const keys = members.map((step) => String(step.value))
  return (names) => {
    let value: Json | undefined = names(name)
    // What is no variable may be a function of JSONata.
    if (value === undefined) return ASK
    for (const key of keys) {
      if (!isObject(value)) return ASK
      value = Object.hasOwn(value, key) ? value[key] : undefined
      if (value === undefined) return undefined
    }
    // A list of one is that one to JSONata, and an empty one nothing.
    return Array.isArray(value) ? ASK : value
  }
}

function condition(node: Node): Quick | undefined {
  const [test, then, otherwise] = [node.condition, node.then, node.else].map((part) => part && compile(part))
  if (!test || !then || !otherwise) return undefined
  return (names) => {
    const value = test(names)
    if (value === ASK || isObject(value) || Array.isArray(value)) return ASK
    return value ? then(names) : otherwise(names)
  }
}

const SUMS: Record<string, (a: number, b: number) => number> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
}

function binary({ value, lhs, rhs }: Node): Quick | undefined {
  const left = lhs && compile(lhs)
  const right = rhs && compile(rhs)
  const name = String(value)
  const sum = Object.hasOwn(SUMS, name) ? SUMS[name] : undefined
  if (!left || !right) return undefined
  if (name === '=') return (names) => equality(left(names), right(names))
  if (name === '&') return (names) => joined(left(names), right(names))
  if (!sum) return undefined
  return (names) => {
    const [a, b] = [left(names), right(names)]
    return typeof a === 'number' && typeof b === 'number' ? finite(sum(a, b)) : ASK
  }
}

const equality = (a: Found, b: Found): Found => (isSimple(a) && isSimple(b) ? a === b : ASK)
const isSimple = (value: Found) => ['string', 'number', 'boolean'].includes(typeof value)
const joined = (a: Found, b: Found): Found => (typeof a === 'string' && typeof b === 'string' ? a + b : ASK)

const finite = (value: number): Found => (Number.isFinite(value) ? value : ASK)

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/

const FUNCTIONS: Record<string, (argument: Found) => Found> = {
  ceil: (value) => (typeof value === 'number' ? finite(Math.ceil(value)) : ASK),
  floor: (value) => (typeof value === 'number' ? finite(Math.floor(value)) : ASK),
  toMillis: (value) => (typeof value === 'string' && MOMENT.test(value) ? finite(Date.parse(value)) : ASK),
}

const CHOICES: Record<string, (values: number[]) => number> = {
  min: (values) => Math.min(...values),
  max: (values) => Math.max(...values),
}

/** A function with one argument; `$min` and `$max` with a list of numbers. */
function call({ procedure, arguments: given = [] }: Node): Quick | undefined {
  const [argument] = given
  if (procedure?.type !== 'variable' || given.length !== 1 || !argument) return undefined
  const name = String(procedure.value)
  if (Object.hasOwn(CHOICES, name)) return choice(name, argument)
  const implementation = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined
  const inner = compile(argument)
  // A variable of the state machine may have the function's name.
  return implementation && inner && ((names) => (names(name) === undefined ? implementation(inner(names)) : ASK))
}

function choice(name: string, { type, value, expressions = [] }: Node): Quick | undefined {
  const implementation = CHOICES[name]
  const items = type === 'unary' && value === '[' ? expressions.map(compile) : []
  if (!implementation || items.length === 0) return undefined
  return (names) => {
    if (names(name) !== undefined) return ASK
    const values: number[] = []
    for (const item of items) {
      const found = item?.(names)
      if (typeof found !== 'number') return ASK
      values.push(found)
    }
    return finite(implementation(values))
  }
}
