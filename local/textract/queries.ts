/** Answers "What is the X?" by matching X with the labels of the page. */
import type { Answer, KeyValue } from './blocks'
import { textOf } from './lines'
import type { Word } from './page'
import type { Table } from './tables'

export interface Query {
  Text: string
  Alias?: string
  Pages?: string[]
}

const EMPTY =
  /^(?:what|which|who|whom|when|where|how|much|many|is|are|was|were|the|a|an|of|on|in|for|to|this|that|does|do|did|document|s|please|find|and|by|at|it|its|listed|stated|shown)$/

export function answer(query: Query, pairs: readonly KeyValue[], tables: readonly Table[]): Answer {
  const asked = stems(query.Text)
  const candidates: { words: Word[]; score: number; sure: number }[] = []
  for (const pair of pairs)
    if (pair.value.length > 0)
      candidates.push({ words: pair.value, score: likeness(asked, stems(textOf(pair.key))), sure: pair.confidence })
  for (const table of tables)
    for (const head of table.cells.filter((cell) => cell.header)) {
      const below = table.cells.find((cell) => cell.column === head.column && cell.row === 2 && cell.words.length > 0)
      if (below)
        candidates.push({
          words: below.words,
          score: likeness(asked, stems(textOf(head.words))) * 0.9,
          sure: table.confidence,
        })
    }
  const best = candidates.sort((a, b) => b.score - a.score || b.sure - a.sure)[0]
  return best && best.score >= 0.5
    ? { query, words: best.words, confidence: Math.round(best.score * best.sure) }
    : { query, words: [], confidence: 0 }
}

/** Content words, singular, the trade's short forms written out. */
function stems(text: string): string[] {
  const words =
    text
      .toLowerCase()
      .replace(/\bb\/l\b/g, 'bill of lading')
      .match(/[a-z]+|#/g) ?? []
  return words
    .map((word) => SHORT[word] ?? word)
    .filter((word) => !EMPTY.test(word))
    .map((word) => (word.length > 3 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word))
}

const SHORT: Record<string, string> = {
  no: 'number',
  nr: 'number',
  nos: 'number',
  num: 'number',
  '#': 'number',
  id: 'number',
  qty: 'quantity',
  wt: 'weight',
  ref: 'reference',
  amt: 'amount',
  tel: 'phone',
  telephone: 'phone',
  cbm: 'volume',
  measurement: 'volume',
  pol: 'loading',
  pod: 'discharge',
}

/** Harmonic mean of how much of the question and of the label is shared. */
function likeness(asked: readonly string[], label: readonly string[]): number {
  if (asked.length === 0 || label.length === 0) return 0
  const shared = label.filter((word) => asked.includes(word)).length
  return shared === 0 ? 0 : (2 * shared) / (asked.length + label.length)
}
