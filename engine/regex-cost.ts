/**
 * What a regular expression may cost. JavaScript's engine backtracks, so some take time that is exponential in the
 * text, and nothing can stop it; those are refused. Of the others an upper bound is known before they run.
 */

/** At most `2 ** choices * length ** degree` steps; `refused` says why there is no such bound. */
export type RegexCost = { degree: number; choices: number } | { refused: string }

interface Item {
  /** The text of an atom that matches one character; undefined for groups, assertions and back references. */
  char?: string
  /** The alternatives of a group. */
  group?: Item[][]
  min: number
  max: number
}

const ATOM = /\[(?:\\.|[^\]\\])*\]|\\(?:u[\da-f]{4}|x[\da-f]{2}|c[a-z]|k<[^>]*>|\d+|.)|[\s\S]/iy
const GROUP = /\((?:\?(?:[:=!]|<[=!]|<[^>]*>))?/y
const QUANTIFIER = /(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/y

class Parser {
  private at = 0
  constructor(private readonly source: string) {}

  alternatives(): Item[][] {
    const found: Item[][] = [[]]
    while (this.at < this.source.length && this.source[this.at] !== ')') {
      if (this.source[this.at] === '|') {
        this.at += 1
        found.push([])
      } else found.at(-1)?.push({ ...this.atom(), ...this.times() })
    }
    return found
  }

  private take(token: RegExp) {
    token.lastIndex = this.at
    const match = token.exec(this.source)
    if (match) this.at += match[0].length
    return match
  }

  private atom(): Pick<Item, 'char' | 'group'> {
    if (this.take(GROUP)) {
      const group = this.alternatives()
      this.at += 1
      return { group }
    }
    const [char = ''] = this.take(ATOM) ?? []
    return /^(?:[$^]|\\(?:[bB]|[1-9].*|k<.*))$/.test(char) ? {} : { char }
  }

  private times(): { min: number; max: number } {
    const [text = '', least, comma, most] = this.take(QUANTIFIER) ?? []
    if (least !== undefined) {
      return { min: Number(least), max: !comma ? Number(least) : most ? Number(most) : Number.POSITIVE_INFINITY }
    }
    return { min: /^[*?]/.test(text) ? 0 : 1, max: /^[*+]/.test(text) ? Number.POSITIVE_INFINITY : 1 }
  }
}

class Refusal extends Error {}

const known = new Map<string, RegexCost>()

/** An upper bound of the steps that it takes on a text, or why there is none. */
export function regexCost(pattern: RegExp): RegexCost {
  const name = `${pattern.flags}/${pattern.source}`
  const found = known.get(name) ?? costOf(pattern)
  if (known.size > 5_000) known.clear()
  known.set(name, found)
  return found
}

function costOf({ source, ignoreCase, multiline }: RegExp): RegexCost {
  const body = new Parser(source).alternatives()
  const anchored = body.length === 1 && source.startsWith('^') && !multiline
  try {
    const { degree, choices } = ofAlternatives(body, ignoreCase, false)
    // Each way reads the text once; without an anchor, from each of its characters.
    return { degree: degree + (anchored ? 1 : 2), choices }
  } catch (error) {
    if (error instanceof Refusal) return { refused: error.message }
    throw error
  }
}

interface Ways {
  degree: number
  choices: number
}

function ofAlternatives(body: readonly Item[][], fold: boolean, nested: boolean): Ways {
  const each = body.map((items) => {
    const ways = items.map((item, at) => ofItem(item, items.slice(at + 1), fold, nested))
    return { degree: sum(ways.map(({ degree }) => degree)), choices: sum(ways.map(({ choices }) => choices)) }
  })
  return {
    degree: Math.max(...each.map(({ degree }) => degree)),
    choices: Math.max(...each.map(({ choices }) => choices)) + Math.log2(body.length),
  }
}

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0)

function ofItem({ group, char, min, max }: Item, after: readonly Item[], fold: boolean, nested: boolean): Ways {
  const endless = max === Number.POSITIVE_INFINITY
  const several = endless ? 0 : Math.log2(max - min + 1)
  if (group && endless) {
    refuseAmbiguous(group, fold)
    return { degree: 1, choices: 0 }
  }
  if (group) {
    const inner = ofAlternatives(group, fold, true)
    return { degree: inner.degree * max, choices: inner.choices * max + several }
  }
  if (min === max) return { degree: 0, choices: 0 }
  if (char !== undefined && endsWhereItMust(char, after, fold, nested)) return { degree: 0, choices: 0 }
  return { degree: endless ? 1 : 0, choices: several }
}

/** Whether nothing that may follow could take a character of this one instead: then there is one way to match it. */
function endsWhereItMust(char: string, after: readonly Item[], fold: boolean, nested: boolean): boolean {
  for (const next of after) {
    if (next.group) return false
    if (next.char === undefined) continue
    if (!disjoint(char, next.char, fold)) return false
    if (next.min > 0) return true
  }
  return !nested
}

/** What is repeated without end must match a text in one way only, or the ways multiply with each turn. */
function refuseAmbiguous(body: readonly Item[][], fold: boolean) {
  for (const { min, max, group } of body.flat()) {
    if (min !== max) throw new Refusal('it repeats without end what itself repeats or may be absent')
    if (group) refuseAmbiguous(group, fold)
  }
  if (body.length === 1) return
  const firsts = body.map(([first]) => first?.char)
  for (const [at, first] of firsts.entries()) {
    for (const other of firsts.slice(at + 1)) {
      if (first !== undefined && other !== undefined && disjoint(first, other, fold)) continue
      throw new Refusal('it repeats without end alternatives that may begin alike')
    }
  }
}

const SAMPLE = Array.from({ length: 0x300 }, (_, code) => String.fromCharCode(code))

function disjoint(one: string, other: string, fold: boolean): boolean {
  // Letters beyond the sample: taken for overlapping.
  if (/[^\0-\x7f]|\\[pu]/i.test(one + other)) return false
  const [a, b] = [one, other].map((atom) => new RegExp(`^${atom}$`, fold ? 'is' : 's'))
  return !SAMPLE.some((char) => a?.test(char) && b?.test(char))
}
