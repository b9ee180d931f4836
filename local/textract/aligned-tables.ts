/** Tables that are only aligned: rows of at least three pieces of text that stand in the same columns. */
import { type Box, height, median, overlapX, union, width } from './geometry'
import { isLabel } from './labels'
import { rowsOf, textOf } from './lines'
import type { Line } from './page'
import { markHeader } from './ruled-tables'
import type { Cell, Table } from './tables'

interface Column {
  left: number
  right: number
}

export function alignedTables(lines: readonly Line[]): Table[] {
  const rows = rowsOf(lines)
  const tables: Table[] = []
  let index = 0
  while (index < rows.length) {
    const found = growFrom(rows, index)
    if (found) {
      const table = tableOf(found.rows, found.columns)
      if (table) tables.push(table)
      index += found.rows.length
    } else index += 1
  }
  return tables
}

/** Starts at a row with three or more pieces and takes what follows as long as it fits in the columns. */
function growFrom(rows: readonly Line[][], start: number): { rows: Line[][]; columns: Column[] } | null {
  const first = rows[start] ?? []
  if (first.length < 3) return null
  let columns: Column[] = first.map(({ left, right }) => ({ left, right }))
  const taken = [first]
  let full = 1
  const letter = median(first.map(height))
  for (let index = start + 1; index < rows.length; index += 1) {
    const row = rows[index] ?? []
    const before = union(taken.at(-1) ?? first)
    if (union(row).top - before.bottom > letter * (row.length >= 3 ? 4 : 1.6)) break
    const next = widen(columns, row, letter)
    if (!next) break
    columns = next
    taken.push(row)
    if (row.length >= Math.min(3, columns.length)) full += 1
  }
  while (taken.length > 1 && (taken.at(-1)?.length ?? 0) < 2) taken.pop()
  return full >= 2 ? { rows: taken, columns } : null
}

/** Widens the columns by a row, or null when a piece of it lies across two columns. */
function widen(columns: readonly Column[], row: readonly Line[], letter: number): Column[] | null {
  const widened = columns.map((column) => ({ ...column }))
  for (const line of row) {
    const hits = widened.filter(
      (column) => overlapX({ ...column, top: 0, bottom: 0 }, line) > Math.min(letter * 0.5, width(line) * 0.3),
    )
    if (hits.length > 1) return null
    const [hit] = hits
    if (hit) {
      hit.left = Math.min(hit.left, line.left)
      hit.right = Math.max(hit.right, line.right)
    } else if (row.length >= 3) widened.push({ left: line.left, right: line.right })
    else return null
  }
  const sorted = widened.sort((a, b) => a.left - b.left)
  const apart = sorted.every((column, index) => index === 0 || column.left > (sorted[index - 1]?.right ?? 0))
  return apart ? sorted : null
}

/** Labels with their values line up too, without being a table. */
function isListOfPairs(rows: readonly Line[][]): boolean {
  const [heading = []] = rows
  const labelled = rows.filter((row) => row.some((line) => /:$/.test(textOf(line.words))))
  return (
    labelled.length >= rows.length * 0.5 &&
    !heading.every((line) => !/\d/.test(textOf(line.words)) && isLabel(textOf(line.words)))
  )
}

function tableOf(rows: readonly Line[][], columns: readonly Column[]): Table | null {
  const items = mergeHeading(mergeWrapped(rows, columns))
  if (items.length < 2 || isListOfPairs(items)) return null
  const cells = items.flatMap((row, index): Cell[] => {
    const band = union(row)
    return columns.map((column, at) => {
      const inside = row.filter((line) => overlapX({ ...column, top: 0, bottom: 0 }, line) > 0)
      const box: Box = { left: column.left, right: column.right, top: band.top, bottom: band.bottom }
      return { ...box, row: index + 1, column: at + 1, words: inside.flatMap((line) => line.words), header: false }
    })
  })
  markHeader(cells)
  const header = cells.some((cell) => cell.header)
  return { ...union(cells), cells, merged: [], ruled: false, confidence: header ? 85 : 65 }
}

/** Headings of two lines, figures below. */
function mergeHeading(rows: Line[][]): Line[][] {
  const [first = [], second = [], third = [], ...rest] = rows
  const close = union(second).top - union(first).bottom < median(first.map(height)) * 0.8
  const wordy = [...first, ...second].every((line) => !/\d{2}|^\d/.test(textOf(line.words)))
  const figures = third.filter((line) => /\d/.test(textOf(line.words))).length
  return rows.length > 2 && close && wordy && figures >= 2 ? [[...first, ...second], third, ...rest] : rows
}

/** A row without anything in the columns of figures continues the text of the row above it. */
function mergeWrapped(rows: readonly Line[][], columns: readonly Column[]): Line[][] {
  const result: Line[][] = []
  for (const [index, row] of rows.entries()) {
    const last = result.at(-1)
    const alone = row.length === 1 && columns.length > 2
    const close = last && union(row).top - union(last).bottom < median(row.map(height)) * 0.9
    if (last && alone && close && index > 1 && !/\d{2}/.test(textOf(row[0]?.words ?? []).slice(-4))) last.push(...row)
    else result.push([...row])
  }
  return result
}
