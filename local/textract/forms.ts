/** Keys and values by where they stand: after a colon, beside, in a drawn box under its caption, below a caption. */
import type { KeyValue } from './blocks'
import { captionedBoxes, listedPairs } from './boxes'
import { contains, height, overlapX, overlapY, union, width } from './geometry'
import type { Grid } from './grid'
import { isLabel } from './labels'
import { rowsOf, textOf } from './lines'
import type { Line, PageText, Word } from './page'
import { endsInColon, isKeyText, Pairs } from './pairs'
import type { Table } from './tables'

export function keyValuesOf(
  page: PageText,
  lines: readonly Line[],
  grids: readonly Grid[],
  tables: readonly Table[],
): KeyValue[] {
  const found = new Pairs()
  tickBoxes(page, lines, found)
  for (const grid of grids) {
    captionedBoxes(lines, grid, found)
    listedPairs(lines, grid, found)
  }
  colonPairs(lines, grids, found)
  besidePairs(lines, tables, grids, found)
  twoRowTables(tables, found)
  stackedPairs(lines, grids, tables, found)
  return found.all
}

function tickBoxes(page: PageText, lines: readonly Line[], found: Pairs): void {
  for (const box of page.checkboxes) {
    const label = lines
      .filter((line) => overlapY(line, box) > height(box) * 0.3 && line.left >= box.right - width(box) * 0.3)
      .sort((a, b) => a.left - b.left)[0]
    if (!label || label.left - box.right > height(box) * 3) continue
    const next = page.checkboxes.find((other) => other !== box && other.left > box.right && overlapY(other, box) > 0)
    const key = label.words.filter((word) => !next || word.right <= next.left + 2)
    found.add(key, [], 90, box)
  }
}

/** "Invoice No: KM-1", several on one line, the value possibly further right or on the next line. */
function colonPairs(lines: readonly Line[], grids: readonly Grid[], found: Pairs): void {
  for (const line of lines) {
    const ends = line.words.flatMap((word, index) => (/[:#]$/.test(word.text) && word.text.length < 30 ? [index] : []))
    let start = 0
    for (const [at, end] of ends.entries()) {
      const key = line.words.slice(start, end + 1)
      const stop = ends[at + 1] === undefined ? line.words.length : startOfKey(line.words, end + 1, ends[at + 1] ?? 0)
      const value = line.words.slice(end + 1, stop)
      start = stop
      if (!isKeyText(key)) continue
      if (value.length > 0) found.add(key, value, 92)
      else addNeighbour(key, line, lines, grids, found)
    }
  }
}

/** Where the next key begins: its words reach back from the colon as long as they read like a label. */
function startOfKey(words: readonly Word[], from: number, colon: number): number {
  let start = colon
  while (start - 1 > from && /^[\p{L}/&().'-]+$/u.test(words[start - 1]?.text ?? '') && colon - start < 3) {
    if (isLabel(textOf(words.slice(start, colon + 1))) && !isLabel(textOf(words.slice(start - 1, colon + 1)))) break
    start -= 1
  }
  return start
}

function addNeighbour(
  key: readonly Word[],
  line: Line,
  lines: readonly Line[],
  grids: readonly Grid[],
  found: Pairs,
): void {
  const beside = lines
    .filter(
      (other) =>
        other.left >= line.right &&
        overlapY(other, line) > Math.min(height(other), height(line)) * 0.5 &&
        reachable(line, other, grids),
    )
    .sort((a, b) => a.left - b.left)[0]
  if (beside && !endsInColon(beside.words) && beside.left - line.right < height(line) * 22) {
    found.add(key, beside.words, 86)
    return
  }
  const below = linesBelow(line, lines, grids)
  if (below.length > 0)
    found.add(
      key,
      below.flatMap((one) => one.words),
      78,
    )
  else found.add(key, [], 60)
}

/** The paragraph that starts right under a label, left edges in line. */
function linesBelow(label: Line, lines: readonly Line[], grids: readonly Grid[]): Line[] {
  const result: Line[] = []
  let above: Line = label
  for (const line of lines) {
    if (line.top < above.bottom - height(above) * 0.4 || result.length === 6) continue
    if (Math.abs(line.left - label.left) > height(label) * 1.5 || line.top - above.bottom > height(above) * 1.3)
      continue
    if (endsInColon(line.words) || !reachable(label, line, grids)) break
    if (result.length > 0 && isLabel(textOf(line.words))) break
    result.push(line)
    above = line
  }
  return result
}

/** Two lines belong together only inside the same drawn box. */
function reachable(a: Line, b: Line, grids: readonly Grid[]): boolean {
  for (const grid of grids) {
    const inA = grid.cells.find((cell) => contains(cell, a))
    const inB = grid.cells.find((cell) => contains(cell, b))
    if (inA !== inB && (inA || inB))
      return inA !== undefined && inB !== undefined && inA.row === inB.row && inB.column === inA.column + inA.columns
  }
  return true
}

/** "Invoice No   KM-1" without a colon: the left one must read like a label. */
function besidePairs(lines: readonly Line[], tables: readonly Table[], grids: readonly Grid[], found: Pairs): void {
  const free = lines.filter((line) => !tables.some((table) => hasHeader(table) && contains(table, line)))
  for (const row of rowsOf(free))
    for (const [index, line] of row.entries()) {
      const next = row[index + 1]
      if (found.isUsed(line.words) || hasValueBelow(line, lines, grids)) continue
      const split = splitLabel(line)
      if (split) found.add(split.key, split.value, 74)
      else if (
        next &&
        !found.isUsed(next.words) &&
        isLabel(textOf(line.words)) &&
        !isLabel(textOf(next.words)) &&
        reachable(line, next, grids)
      )
        found.add(line.words, next.words, 72)
    }
}

/** Captions in a row have their values under them, not beside. */
function hasValueBelow(label: Line, lines: readonly Line[], grids: readonly Grid[]): boolean {
  const [first] = linesBelow(label, lines, grids)
  return (
    isLabel(textOf(label.words)) &&
    first !== undefined &&
    first.top - label.bottom < height(label) * 0.9 &&
    !isLabel(textOf(first.words)) &&
    Math.abs(first.left - label.left) < height(label) * 0.6
  )
}

/** "TOTAL USD 1,200.00" within one line: label words up to the figure. */
function splitLabel(line: Line): { key: Word[]; value: Word[] } | null {
  const at = line.words.findIndex((word) => /\d/.test(word.text))
  if (at <= 0 || line.words.length - at > 3) return null
  const currency = /^(?:[A-Z]{3}|[$€£]|#)$/.test(line.words[at - 1]?.text ?? '') && at > 1 ? 1 : 0
  const key = line.words.slice(0, at - currency)
  return isLabel(textOf(key)) ? { key, value: line.words.slice(at - currency) } : null
}

const hasHeader = (table: Table): boolean => table.cells.some((cell) => cell.header)

/** One heading row over one row of values is a form written as a table. */
function twoRowTables(tables: readonly Table[], found: Pairs): void {
  for (const table of tables) {
    const values = table.cells.filter((cell) => cell.row === 2)
    if (Math.max(...table.cells.map((cell) => cell.row)) !== 2 || !values.some((cell) => /\d/.test(textOf(cell.words))))
      continue
    for (const head of table.cells.filter((cell) => cell.row === 1 && cell.words.length > 0)) {
      const value = values.find((cell) => cell.column === head.column)
      if (value && value.words.length > 0 && !/\d/.test(textOf(head.words))) found.add(head.words, value.words, 75)
    }
  }
}

/** A caption with its value straight below, no box drawn. */
function stackedPairs(lines: readonly Line[], grids: readonly Grid[], tables: readonly Table[], found: Pairs): void {
  for (const line of lines) {
    if (found.isUsed(line.words) || !isLabel(textOf(line.words)) || tables.some((table) => contains(table, line)))
      continue
    const below = linesBelow(line, lines, grids).filter((other) => overlapX(line, other) > 0)
    const value = below.slice(0, 4)
    if (
      value.length === 0 ||
      value.some((other) => found.isUsed(other.words)) ||
      isLabel(textOf(value[0]?.words ?? []))
    )
      continue
    const gap = union(value).top - line.bottom
    if (gap < height(line) * 1.1)
      found.add(
        line.words,
        value.flatMap((other) => other.words),
        66,
      )
  }
}
