/** Goods of the commercial invoice against those of the packing list, article by article. Pure, and blind to the order of lines. */
import type { Disagreement, MatrixValue, Severity } from '../../../schemas/document-matrix'
import type { DocumentKind } from '../../../schemas/extraction'
import { squash } from '../extraction/text'
import { disagreement } from './compare'
import type { Policy } from './policies'
import { ALIKE, amountOf, likeness } from './values'
import { type Column, completing, HEARD, SURE } from './witnesses'

/** A line of a table of goods. */
export interface GoodsLine {
  article?: string
  description?: string
  /** Folded, e.g. `pcs`. */
  unit?: string
  quantity: MatrixValue
}

/** What one side says of one article, on however many lines. */
interface Article {
  name: string
  keys: string[]
  description: string
  units: string[]
  amount: number
  confidence: number
}

interface Party {
  sources: string[]
  articles: Article[]
  /** Its lines do not add up to its own total: some were not read. */
  incomplete: boolean
}

export const LINE_KINDS = ['COMMERCIAL_INVOICE', 'PACKING_LIST'] as const satisfies readonly DocumentKind[]

export function lineDisagreements(policy: Policy, columns: readonly Column[]): Disagreement[] {
  const [invoices, lists] = LINE_KINDS.map((kind) => parties(columns.filter((column) => column.kind === kind)))
  return (invoices ?? []).flatMap((invoice) => (lists ?? []).flatMap((list) => betweenTwo(policy, invoice, list)))
}

/** Papers with numbers of their own complete each other; else each stands for the whole. */
function parties(columns: readonly Column[]): Party[] {
  const speaking = columns.filter(({ lines = [] }) => lines.length > 0)
  const groups = completing(speaking) ? [speaking] : speaking.map((column) => [column])
  return groups.flatMap((group) => {
    if (group.some(countsPackages)) return []
    const lines = group.flatMap(({ lines = [] }) => lines).filter(({ quantity }) => quantity.confidence >= HEARD)
    const articles = articlesOf(lines)
    if (articles.length === 0) return []
    return [{ sources: group.map(({ source }) => source).sort(), articles, incomplete: group.some(incomplete) }]
  })
}

const statedIn = ({ values }: Column, field: string) => {
  const stated = values[field]?.[0]
  return stated && amountOf(stated.value)
}
const quantityIn = ({ lines = [] }: Column) =>
  lines.reduce((sum, { quantity }) => sum + (amountOf(quantity.value) ?? 0), 0)

/** A packing list whose quantities are as many as its packages counts packages, not pieces. */
const countsPackages = (column: Column) =>
  column.kind === 'PACKING_LIST' && statedIn(column, 'packageCount') === quantityIn(column)

function incomplete(column: Column): boolean {
  const stated = statedIn(column, 'totalQuantity')
  return stated !== undefined && stated !== quantityIn(column)
}

const text = (line: GoodsLine) => line.description ?? line.article ?? ''

/** Lines of one article, or without one of one description, are one. */
function articlesOf(lines: readonly GoodsLine[]): Article[] {
  const articles = new Map<string, Article>()
  for (const line of lines) {
    const key = squash(line.article ?? text(line))
    const amount = amountOf(line.quantity.value)
    if (!key || amount === undefined) continue
    const known = articles.get(key)
    articles.set(key, {
      name: known?.name ?? (line.article && line.description ? `${line.article} ${line.description}` : text(line)),
      keys: [...new Set([...(known?.keys ?? []), key, squash(text(line))])],
      description: known?.description ?? text(line),
      units: [...new Set([...(known?.units ?? []), ...(line.unit ? [unitOf(line.unit)] : [])])],
      amount: (known?.amount ?? 0) + amount,
      confidence: Math.min(known?.confidence ?? 1, line.quantity.confidence),
    })
  }
  return [...articles.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, article]) => article)
}

const PIECES = /^(?:pcs?|pieces?|pce|ea|each|units?|nos?|stk|stuck|st|u)$/
const unitOf = (unit: string) => {
  const folded = squash(unit)
  return PIECES.test(folded) ? 'pcs' : folded.replace(/s$/, '')
}

interface Pair {
  left: Article[]
  right: Article[]
}

function betweenTwo(policy: Policy, invoice: Party, list: Party): Disagreement[] {
  const { pairs, left, right } = matched(invoice.articles, list.articles)
  const unknown = pairs.length === 0
  const found = unknown ? [{ left: [...left], right: [...right] }] : [...pairs, ...alone(left, right)]
  const differing = found.filter(differs)
  // Three articles and more, and not one of them as on the other paper: the two count different things.
  if (pairs.length >= 3 && pairs.every(differs)) return []
  return differing.map((pair) => described(policy, invoice, list, pair, unknown))
}

const alone = (left: readonly Article[], right: readonly Article[]): Pair[] => [
  ...left.map((article) => ({ left: [article], right: [] })),
  ...right.map((article) => ({ left: [], right: [article] })),
]

const total = (articles: readonly Article[]) =>
  Math.round(articles.reduce((sum, { amount }) => sum + amount, 0) * 1000) / 1000

function differs({ left, right }: Pair): boolean {
  const [a, b] = [left, right].map((articles) => new Set(articles.flatMap(({ units }) => units)))
  const comparable = !a || !b || a.size === 0 || b.size === 0 || [...a].some((unit) => b.has(unit))
  return comparable && total(left) !== total(right)
}

function described(policy: Policy, invoice: Party, list: Party, { left, right }: Pair, unknown: boolean): Disagreement {
  const all = [...left, ...right]
  const name = unknown ? 'all goods' : `“${(left[0] ?? right[0])?.name ?? ''}”`
  const doubtful = invoice.incomplete || list.incomplete || all.some(({ confidence }) => confidence < SURE)
  const severity: Severity = doubtful ? 'WARN' : policy.severity
  const said = (articles: readonly Article[]) => (articles.length === 0 ? 'nothing' : String(total(articles)))
  return disagreement(policy, {
    sources: list.sources,
    against: invoice.sources,
    severity,
    message: `${name}: ${said(right)} packed, ${said(left)} invoiced`,
    values: [name, String(total(right)), String(total(left))],
  })
}

/** By article number, else by the same words, else by words that are nearly the same, else by a quantity that no other has. */
function matched(
  left: readonly Article[],
  right: readonly Article[],
): { pairs: Pair[]; left: Article[]; right: Article[] } {
  const pairs: Pair[] = []
  const of = (side: 'left' | 'right', article: Article) => pairs.find((pair) => pair[side].includes(article))
  const join = (a: Article, b: Article) => {
    const [x, y] = [of('left', a), of('right', b)]
    if (x && y) return
    if (x) x.right.push(b)
    else if (y) y.left.push(a)
    else pairs.push({ left: [a], right: [b] })
  }
  const free = (side: 'left' | 'right', articles: readonly Article[]) => articles.filter((it) => !of(side, it))
  for (const a of left) for (const b of right) if (a.keys.some((key) => b.keys.includes(key))) join(a, b)
  const alike = left
    .flatMap((a) => right.map((b) => ({ a, b, how: resemblance(a, b) })))
    .filter(({ how }) => how >= ALIKE)
    .sort((x, y) => y.how - x.how)
  for (const { a, b } of alike) if (!of('left', a) || !of('right', b)) join(a, b)
  const rest = [free('left', left), free('right', right)] as const
  for (const a of rest[0]) {
    const [b, another] = rest[1].filter(({ amount }) => amount === a.amount)
    if (b && !another && rest[0].filter(({ amount }) => amount === a.amount).length === 1) join(a, b)
  }
  return { pairs, left: free('left', left), right: free('right', right) }
}

const numbersIn = (description: string) => new Set(description.match(/\p{L}*\d[\p{L}\d.,]*/gu) ?? [])

/** Of descriptions; those that name different sizes or models are of different goods, however alike they are. */
function resemblance(a: Article, b: Article): number {
  const [x, y] = [numbersIn(a.description), numbersIn(b.description)]
  const within = (part: Set<string>, whole: Set<string>) => [...part].every((it) => whole.has(it))
  if (!within(x, y) && !within(y, x)) return 0
  return Math.max(likeness(a.description, b.description), shared(a.description, b.description))
}

/** Share of the words of the shorter one that the longer one has too. */
function shared(a: string, b: string): number {
  const [x, y] = [a, b].map(
    (it) =>
      new Set(
        it
          .split(/[^\p{L}\p{N}]+/u)
          .map(squash)
          .filter(Boolean),
      ),
  )
  if (!x || !y || Math.min(x.size, y.size) < 2) return 0
  const [short, long] = x.size <= y.size ? [x, y] : [y, x]
  return [...short].filter((word) => long.has(word)).length / short.size
}
