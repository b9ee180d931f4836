/** Keys and values in drawn boxes: captioned boxes, labels with their value in the next box, lists of two columns. */
import { contains, height, median, overlapY } from './geometry'
import type { Grid, GridCell } from './grid'
import { isLabel } from './labels'
import { rowsOf, textOf } from './lines'
import type { Line, Word } from './page'
import { endsInColon, inReadingOrder, isKeyText, type Pairs } from './pairs'

/** A drawn box whose first line is a caption: the rest of the box is the value, or else the box beside it. */
export function captionedBoxes(lines: readonly Line[], grid: Grid, found: Pairs): void {
  const inside = new Map(grid.cells.map((cell) => [cell, rowsOf(lines.filter((line) => contains(cell, line)))]))
  for (const [cell, rows] of inside) {
    const first = rows[0]?.[0]
    if (!first || rows.length > 12 || isHeading(cell, grid, inside)) continue
    if (labelColumn(cell, grid, inside, found)) continue
    const whole = wholeLabel(rows)
    const caption = whole.length > 0 ? whole : captionOf(first, rows)
    if (caption.length === 0) continue
    const rest = whole.length > 0 ? [] : rows.map((row) => row.filter((line) => line !== first))
    // What follows may hold pairs of its own ("Tel: ..."), which are not part of this value.
    const end = rest.findIndex((row) => row.some((line) => line.words.some((word) => word.text.endsWith(':'))))
    const value = rest.slice(0, end === -1 ? rest.length : end).flatMap((row) => row.flatMap((line) => line.words))
    const beside = end === -1 && value.length === 0 ? besideCell(cell, grid, inside) : []
    if (value.length > 0 && !/^\([^)]*\)$/.test(textOf(value))) found.add(caption, value, 88)
    else if (beside.length > 0 && !isLabel(textOf(beside)) && !endsInColon(beside)) found.add(caption, beside, 84)
  }
}

/** One box of labels beside one box of their values: they pair line by line. */
function labelColumn(cell: GridCell, grid: Grid, inside: CellRows, found: Pairs): boolean {
  const labels = inside.get(cell) ?? []
  if (labels.length < 2 || !labels.every((row) => row.length === 1 && row[0] && isLabel(textOf(row[0].words))))
    return false
  const beside = grid.cells.find(
    (other) => other.row === cell.row && other.rows === cell.rows && other.column === cell.column + cell.columns,
  )
  const values = ((beside && inside.get(beside)) ?? []).flat()
  const pairs = labels.flatMap(([label]) => {
    const value = values.find((line) => label && overlapY(line, label) > Math.min(height(line), height(label)) * 0.5)
    return label && value ? [{ label, value }] : []
  })
  if (pairs.length < 2) return false
  for (const { label, value } of pairs) found.add(label.words, value.words, 82)
  return true
}

/** A label that takes several lines of its box and ends with the colon. */
function wholeLabel(rows: readonly Line[][]): Word[] {
  const words = rows.flat().flatMap((line) => line.words)
  const colons = words.filter((word) => /:$/.test(word.text)).length
  return rows.length > 1 && words.length <= 9 && colons === 1 && /:$/.test(textOf(words)) ? words : []
}

type CellRows = ReadonlyMap<GridCell, Line[][]>

/** What the next cell of the row says, up to where it starts on something else ("Date: ..."). */
function besideCell(cell: GridCell, grid: Grid, inside: CellRows): Word[] {
  const beside = grid.cells.find(
    (other) => other.row === cell.row && other.rows === cell.rows && other.column === cell.column + cell.columns,
  )
  const rows = (beside && inside.get(beside)) ?? []
  const starts = (row: Line[]): boolean => row.some((line) => line.words.some((word) => /:$/.test(word.text)))
  const end = rows.findIndex(starts)
  if (end === 0) return rows[0]?.[0] && !starts([rows[0][0]]) ? rows[0][0].words : []
  return rows.slice(0, end === -1 ? rows.length : end).flatMap((row) => row.flatMap((line) => line.words))
}

/** A row of three or more cells that are all words heads the columns below it. */
function isHeading(cell: GridCell, grid: Grid, inside: CellRows): boolean {
  const row = grid.cells.filter((other) => other.row === cell.row)
  const below = grid.cells.filter((other) => other.row === cell.row + cell.rows)
  const wordy = (other: GridCell): boolean => {
    const rows = inside.get(other) ?? []
    return (
      rows.length > 0 &&
      rows.length <= 3 &&
      !/\d/.test(
        rows
          .flat()
          .map((line) => textOf(line.words))
          .join(' ')
          .replace(/m3|20\d\d/g, ''),
      )
    )
  }
  const sharing = below.filter((other) =>
    row.some((one) => one.column === other.column && one.columns === other.columns),
  )
  return row.length >= 3 && row.filter(wordy).length >= row.length * 0.8 && sharing.length >= row.length * 0.7
}

/** A narrow table of many rows is a list: what it says of each thing stands in the last column, its name in the one before. */
export function listedPairs(lines: readonly Line[], grid: Grid, found: Pairs): void {
  const columns = grid.xs.length - 1
  if (columns > 3 || grid.ys.length < 5) return
  const words = lines.flatMap((line) => line.words)
  for (const cell of grid.cells.filter((one) => one.columns === 1 && one.column === columns - 2)) {
    const beside = grid.cells.find(
      (other) => other.row === cell.row && other.rows === cell.rows && other.column === columns - 1,
    )
    const name = inReadingOrder(words.filter((word) => contains(cell, word)))
    const value = beside ? inReadingOrder(words.filter((word) => contains(beside, word))) : []
    const text = textOf(name)
    if (value.length > 0 && name.length <= 9 && /^\p{L}[^:]*:?$/u.test(text) && !/\d{3}/.test(text))
      found.add(name, value, 80)
  }
}

function captionOf(line: Line, rows: readonly Line[][]): Word[] {
  const colon = line.words.findIndex((word) => word.text.endsWith(':'))
  if (colon >= 0) return colon === line.words.length - 1 && isKeyText(line.words) ? line.words : []
  if (isLabel(textOf(line.words))) return line.words
  // Forms print their captions smaller than what is filled in.
  const filled = median(rows.slice(1).flat().map(height))
  const small = rows[0]?.length === 1 && height(line) < filled * 0.8 && !/\d/.test(textOf(line.words))
  return small && isKeyText(line.words) ? line.words : []
}
