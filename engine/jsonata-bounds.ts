/**
 * Bounds of what an expression may take, counted, not timed: the same expression on the same data always ends in the
 * same way. JSONata tells of each node of its tree that it enters and leaves; there we count.
 */
import type { JsonataOptions } from 'jsonata'
import { regexCost } from './regex-cost'

/** Steps of one evaluation: nodes of its tree, and for each the size of what it yields. */
export const MAX_STEPS = 200_000
/** Nodes that are being evaluated at once: calls within calls, and the items of a list that is written out. */
export const MAX_DEPTH = 5_000
/** Size of any value on the way: four times what a state may hand on (262,144). */
export const MAX_SIZE = 1_048_576
/** Items of a list that is computed. */
export const MAX_ITEMS = 100_000
/** Objects and lists within one another. */
const MAX_NESTING = 500

/** So much of a value's size, and so much of a regular expression's work, is one step. */
const SIZE_OF_STEP = 128
export const WORK_OF_STEP = 512

function outOf(bound: string): never {
  throw new Error(`The expression ${bound}`)
}

/** The root of JSONata's frames: one for each evaluation. */
export interface Base {
  depth: number
  RegexEngine: unknown
}
interface Frame {
  base: Base
}
interface Node {
  type?: string
  value?: unknown
}

const ENTRY = Symbol.for('jsonata.__evaluate_entry')
const EXIT = Symbol.for('jsonata.__evaluate_exit')

export class Budget {
  private steps = 0
  private sizes = new WeakMap<object, number>()
  /** Whether values may change after they were weighed, which a transform (`|…|…|`) does to its copy. */
  changing = false

  charge(steps: number) {
    this.steps += steps
    if (this.steps > MAX_STEPS) outOf(`takes more than ${MAX_STEPS} steps`)
  }

  /** Charges for a value that was computed, and refuses one that is too large. */
  weigh(value: unknown) {
    if (this.changing) this.sizes = new WeakMap()
    const size = this.sizeOf(value, 0)
    if (size > SIZE_OF_STEP) this.charge(size / SIZE_OF_STEP)
  }

  /** As written out, roughly: what is held in several places counts in each. Each object is looked at once. */
  private sizeOf(value: unknown, nesting: number): number {
    if (typeof value === 'string') return within(value.length + 1)
    if (typeof value !== 'object' || value === null || isFunction(value)) return 1
    const known = this.sizes.get(value)
    if (known !== undefined) return known
    if (nesting > MAX_NESTING) outOf(`nests values more than ${MAX_NESTING} deep`)
    let size = 1
    if (Array.isArray(value)) for (const item of value) size = within(size + this.sizeOf(item, nesting + 1))
    else {
      for (const [key, item] of Object.entries(value)) size = within(size + key.length + this.sizeOf(item, nesting + 1))
    }
    this.sizes.set(value, size)
    return size
  }
}

/** JSONata's functions, its own and those that an expression defines. */
export const isFunction = (value: object) => '_jsonata_lambda' in value || '_jsonata_function' in value

/** The size, unless it is larger than a value may be. */
export function within(size: number): number {
  return size > MAX_SIZE ? outOf(`computes a value larger than ${MAX_SIZE} characters`) : size
}

const budgets = new WeakMap<Base, Budget>()

/** The evaluation's own budget. */
export function budgetOf(base: Base): Budget {
  const known = budgets.get(base)
  if (known) return known
  const budget = new Budget()
  budgets.set(base, budget)
  base.RegexEngine = regexEngine(budget)
  return budget
}

/** In JSONata's place for a class of regular expressions: one whose work is known before it runs. */
const regexEngine = (budget: Budget) =>
  class extends RegExp {
    private charged: string | undefined

    override exec(text: string) {
      // Looking for the next match in the same text goes on where the last one ended.
      if (this.lastIndex === 0 || this.charged !== text) budget.charge(workOf(this, text) / WORK_OF_STEP)
      this.charged = text
      return super.exec(text)
    }
  }

function workOf(pattern: RegExp, { length }: string): number {
  const cost = regexCost(pattern)
  if ('refused' in cost) return outOf(`has a regular expression that may never end: ${cost.refused}`)
  return 2 ** cost.choices * length ** cost.degree
}

/** JSONata's own bound of lists. */
export const OPTIONS: JsonataOptions = { sequence: MAX_ITEMS }

/** JSONata's hooks have symbols for names, which its types leave out. */
export interface Hooked {
  assign(name: string | symbol, value: unknown): void
}

/** Counts each evaluation of the expression by itself, and ends it where it goes over a bound. */
export function bound(expression: Hooked) {
  expression.assign(ENTRY, ({ type }: Node, _: unknown, { base }: Frame) => {
    const budget = budgetOf(base)
    budget.charge(1)
    if (base.depth > MAX_DEPTH) outOf(`has more than ${MAX_DEPTH} calls within one another`)
    if (type === 'transform') budget.changing = true
  })
  expression.assign(EXIT, ({ type, value }: Node, _: unknown, { base }: Frame, result: unknown) => {
    // A name is a step of a path, which is weighed as a whole; so is what is read of $states.
    if (type !== 'name' && !(type === 'variable' && value === 'states')) budgetOf(base).weigh(result)
  })
}
