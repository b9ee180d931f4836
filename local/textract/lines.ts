/** Words into lines and rows, in reading order. */
import { type Box, height, isParted, middle, overlapY, union, width } from './geometry'
import type { Line, Word } from './page'

/** A gap wider than about two and a half letters ends a line, as it does in Textract. */
const GAP_IN_LETTERS = 2.4

export function linesOf(words: readonly Word[], uprights: readonly Box[]): Line[] {
  const sorted = [...words].sort((a, b) => a.left - b.left)
  const next = new Map<Word, Word>()
  const taken = new Set<Word>()
  for (const word of sorted) {
    const follower = nearestRight(word, sorted)
    if (!follower || taken.has(follower) || isParted(word, follower, uprights)) continue
    next.set(word, follower)
    taken.add(follower)
  }
  const lines: Line[] = []
  for (const start of sorted) {
    if (taken.has(start)) continue
    const chain: Word[] = []
    for (let word: Word | undefined = start; word; word = next.get(word)) chain.push(word)
    lines.push({ ...union(chain), words: chain })
  }
  return rowsOf(lines).flat()
}

const letterWidth = (word: Word): number => width(word) / Math.max(1, word.text.length)

function nearestRight(word: Word, sorted: readonly Word[]): Word | undefined {
  let found: Word | undefined
  for (const other of sorted) {
    if (other === word || other.left < word.left) continue
    const gap = other.left - word.right
    const letter = Math.max(letterWidth(word), letterWidth(other), Math.min(height(word), height(other)) * 0.35)
    if (gap > letter * GAP_IN_LETTERS || gap < -letter * 1.5) continue
    if (overlapY(word, other) < Math.min(height(word), height(other)) * 0.5) continue
    if (!found || other.left < found.left) found = other
  }
  return found
}

/** Groups boxes that stand side by side; rows top to bottom, each left to right. */
export function rowsOf<T extends Box>(boxes: readonly T[]): T[][] {
  const rows: { members: T[]; top: number; bottom: number }[] = []
  for (const box of [...boxes].sort((a, b) => middle(a) - middle(b))) {
    const row = rows.find(
      ({ top, bottom }) =>
        Math.min(bottom, box.bottom) - Math.max(top, box.top) > Math.min(bottom - top, height(box)) * 0.55,
    )
    if (row && Math.abs(middle(box) - (row.top + row.bottom) / 2) < Math.max(row.bottom - row.top, height(box)) * 0.5) {
      row.members.push(box)
      // The row keeps the extent of its first members: one tall box must not swallow its neighbours' rows.
      if (height(box) < (row.bottom - row.top) * 1.3) {
        row.top = Math.min(row.top, box.top)
        row.bottom = Math.max(row.bottom, box.bottom)
      }
    } else rows.push({ members: [box], top: box.top, bottom: box.bottom })
  }
  return rows.map(({ members }) => members.sort((a, b) => a.left - b.left))
}

export const textOf = (words: readonly Word[]): string => words.map((word) => word.text).join(' ')
