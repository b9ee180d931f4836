/**
 * JSONata's own functions, each charging for what it is given and what it makes: one that is handed to $map or $reduce,
 * or called last in a function, is no node of the tree. Those that make much of little are bounded before they begin.
 */
import jsonata from 'jsonata'
import { type Base, type Budget, budgetOf, type Hooked, isFunction, WORK_OF_STEP, within } from './jsonata-bounds'

const NAMES = (
  'sum count max min average string substring substringBefore substringAfter lowercase uppercase length trim pad match ' +
  'contains replace split join formatNumber formatBase formatInteger parseInteger number floor ceil round abs sqrt power ' +
  'boolean not map zip filter single reduce sift keys lookup append exists spread merge reverse each error assert type ' +
  'sort distinct base64encode base64decode encodeUrlComponent encodeUrl decodeUrlComponent decodeUrl toMillis fromMillis clone'
).split(' ')

interface Focus {
  environment: { base: Base }
}
/** As JSONata defines them; the signature is its own affair. */
interface Definition {
  implementation: (this: Focus, ...given: unknown[]) => unknown
  signature?: unknown
}

const isDefinition = (value: unknown): value is Definition =>
  typeof value === 'object' && value !== null && 'implementation' in value

/** What JSONata defines: it shows its frame, with all that it knows, when an evaluation begins. */
function builtIn(): [string, Definition][] {
  const found: [string, Definition][] = []
  const probe = jsonata('0')
  const hooked: Hooked = probe
  hooked.assign(Symbol.for('jsonata.__createFrame_push'), (frame: { lookup(name: string): unknown }) => {
    for (const name of NAMES) {
      const definition = frame.lookup(name)
      if (found.length < NAMES.length && isDefinition(definition)) found.push([name, definition])
    }
  })
  void probe.evaluate(undefined)
  return found
}

/** Refuses or charges before the function begins. */
const BEFORE: Record<string, (budget: Budget, given: unknown[]) => void> = {
  pad: (_, [, width]) => void within(Math.abs(Number(width))),
  join: (_, [texts, separator]) => {
    if (Array.isArray(texts) && typeof separator === 'string') within(separator.length * texts.length)
  },
  // JSONata makes a regular expression of the picture, whose parts may share the text in every way.
  toMillis: (budget, [text, picture]) => {
    if (typeof picture === 'string') budget.charge(waysToSplit(String(text).length, picture) / WORK_OF_STEP)
  },
}

/** Done otherwise, with the same results: JSONata's take the square of the list in time, or in memory. */
const INSTEAD: Record<string, Definition['implementation']> = {
  distinct: (items) => distinct(items),
  sort(items, comparator) {
    return sort(budgetOf(this.environment.base), items, comparator)
  },
}

/** By name, to be assigned to every expression. */
export const BOUNDED = builtIn().map(([name, definition]): [string, object] => {
  const compute = INSTEAD[name] ?? definition.implementation
  const implementation = function (this: Focus, ...given: unknown[]) {
    const budget = budgetOf(this.environment.base)
    budget.charge(1)
    for (const argument of given) budget.weigh(argument)
    BEFORE[name]?.(budget, given)
    const result = compute.apply(this, given)
    budget.weigh(result)
    return result
  }
  // JSONata looks how many arguments a function takes.
  Object.defineProperty(implementation, 'length', { value: definition.implementation.length })
  return [name, { ...definition, implementation }]
})

function waysToSplit(length: number, picture: string): number {
  const parts = picture.split('[').length - 1
  let ways = 1
  for (let part = 1; part < parts; part += 1) ways *= Math.max(1, (length - part) / part)
  return ways
}

function distinct(items: unknown) {
  if (!Array.isArray(items) || items.length <= 1) return items
  const seen = new Map<unknown, unknown>()
  for (const item of items) {
    const identity = identityOf(item)
    if (!seen.has(identity)) seen.set(identity, item)
  }
  // What JSONata marks as a sequence stays one.
  return Object.assign([...seen.values()], 'sequence' in items && { sequence: true })
}

/** No text that an execution holds begins so by chance. */
const OBJECT = '\0object '

/** The same for values that JSONata takes for equal: members in any order. */
function identityOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || isFunction(value)) return value
  const text = JSON.stringify(value, (_, inner) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
  return OBJECT + text
}

function sort(budget: Budget, items: unknown, comparator: unknown): unknown {
  if (!Array.isArray(items) || items.length <= 1) return items
  const swaps = typeof comparator === 'function' ? comparator : undefined
  if (swaps) {
    return merged(items, async (a, b) => {
      budget.charge(1)
      return Boolean(await swaps(a, b))
    })
  }
  const kind = typeof items[0]
  const alike = (kind === 'number' || kind === 'string') && items.every((item) => typeof item === kind)
  if (!alike) throw Object.assign(new Error(UNSORTABLE), { code: 'D3070' })
  return [...items].sort((a, b) => (a > b ? 1 : a < b ? -1 : 0))
}

const UNSORTABLE =
  'The single argument form of the sort function can only be applied to an array of strings or an array of numbers.  Use the second argument to specify a comparison function'

/** Merge sort; stable. */
async function merged(items: unknown[], swaps: (a: unknown, b: unknown) => Promise<boolean>): Promise<unknown[]> {
  if (items.length <= 1) return items
  const middle = Math.floor(items.length / 2)
  const [left, right] = [await merged(items.slice(0, middle), swaps), await merged(items.slice(middle), swaps)]
  const result: unknown[] = []
  let [l, r] = [0, 0]
  while (l < left.length && r < right.length) result.push((await swaps(left[l], right[r])) ? right[r++] : left[l++])
  return [...result, ...left.slice(l), ...right.slice(r)]
}
