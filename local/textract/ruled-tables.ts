/** Tables whose cells are drawn. A form is a grid too: only bands of rows that share their columns count as a table. */
import { contains, height, median, union } from './geometry'
import type { Grid, GridCell } from './grid'
import { rowsOf } from './lines'
import type { Line, Word } from './page'
import type { Cell, Span, Table } from './tables'

export function ruledTables(grid: Grid, lines: readonly Line[]): Table[] {
  const words = lines.flatMap((line) => line.words)
  return bandsOf(grid).flatMap((cells) => {
    const table = tableOf(cells, words)
    return table ? [table] : []
  })
}

/** Consecutive rows with at least two columns that share most of their column borders. */
function bandsOf(grid: Grid): GridCell[][] {
  const rows = new Map<number, GridCell[]>()
  for (const cell of grid.cells) rows.set(cell.row, [...(rows.get(cell.row) ?? []), cell])
  const bands: GridCell[][] = []
  let borders = new Set<number>()
  let until = -1
  for (const [row, cells] of [...rows].sort(([a], [b]) => a - b)) {
    const own = new Set(cells.flatMap((cell) => [cell.column, cell.column + cell.columns]))
    const band = bands.at(-1)
    // A box right across is a heading or a remark between tables.
    if (cells.length === 1 && row >= until) {
      borders = new Set()
      continue
    }
    if (band && (row < until || (row === until && alike(borders, own)))) {
      band.push(...cells)
      for (const border of own) borders.add(border)
    } else {
      bands.push([...cells])
      borders = own
    }
    until = Math.max(until, ...cells.map((cell) => cell.row + cell.rows))
  }
  return bands
}

function alike(a: Set<number>, b: Set<number>): boolean {
  const shared = [...a].filter((border) => b.has(border)).length
  return shared >= 3 && shared >= Math.min(a.size, b.size) * 0.7
}

function tableOf(band: GridCell[], words: readonly Word[]): Table | null {
  const columns = borders(band.flatMap((cell) => [cell.column, cell.column + cell.columns]))
  const rows = borders(band.flatMap((cell) => [cell.row, cell.row + cell.rows]))
  if (columns.length < 3 || rows.length < 2) return null
  const filled = band.map((cell) => ({ cell, words: words.filter((word) => contains(cell, word)) }))
  if (filled.filter((entry) => entry.words.length > 0).length < 3) return null
  const split = splitTallRow(filled)
  const cells: Cell[] = []
  const merged: Span[] = []
  let offset = 0
  for (const [index, row] of rows.slice(0, -1).entries()) {
    const here = filled.filter(({ cell }) => cell.row === row)
    const cuts = split.get(row)
    for (const { cell, words: inside } of here) {
      const column = columns.indexOf(cell.column)
      const span: Span = {
        row: index + offset + 1,
        column: column + 1,
        rows: rows.indexOf(cell.row + cell.rows) - index,
        columns: columns.indexOf(cell.column + cell.columns) - column,
      }
      cells.push(
        ...(cuts && cell.rows === 1 ? cutRows(cell, inside, span, cuts) : atoms(cell, inside, span, columns, band)),
      )
      if (span.rows > 1 || span.columns > 1) merged.push(span)
    }
    offset += cuts ? cuts.length - 1 : 0
  }
  const last = Math.max(...cells.map((cell) => cell.row))
  if (last < 2 || cells.length < 4) return null
  markHeader(cells)
  return { ...union(band), cells, merged, ruled: true, confidence: 95 }
}

const borders = (values: number[]): number[] => [...new Set(values)].sort((a, b) => a - b)

/** A merged cell is as many cells as it covers; its words are in the first. */
function atoms(cell: GridCell, words: Word[], span: Span, columns: number[], band: GridCell[]): Cell[] {
  const result: Cell[] = []
  for (let row = 0; row < span.rows; row += 1)
    for (let column = 0; column < span.columns; column += 1) {
      const left = edge(band, columns[span.column - 1 + column], 'left') ?? cell.left
      const right = edge(band, columns[span.column + column], 'left') ?? cell.right
      const box =
        span.columns === 1 ? cell : { ...cell, left: Math.max(cell.left, left), right: Math.min(cell.right, right) }
      const step = height(cell) / span.rows
      result.push({
        left: box.left,
        right: box.right,
        top: cell.top + step * row,
        bottom: cell.top + step * (row + 1),
        row: span.row + row,
        column: span.column + column,
        words: row === 0 && column === 0 ? words : [],
        header: false,
      })
    }
  return result
}

const edge = (band: GridCell[], column: number | undefined, side: 'left'): number | undefined =>
  band.find((cell) => cell.column === column)?.[side]

/** One tall drawn row often holds many lines of goods: it is cut where a column of figures starts a new line. */
function splitTallRow(filled: { cell: GridCell; words: Word[] }[]): Map<number, number[]> {
  const rows = new Map<number, number[]>()
  for (const row of new Set(filled.map(({ cell }) => cell.row))) {
    const here = filled.filter(({ cell }) => cell.row === row && cell.rows === 1)
    if (here.length < 3) continue
    const columns = here.map(({ words }) => rowsOf(words))
    const figures = columns.filter((lines) => lines.length >= 2 && lines.filter(isFigure).length >= lines.length * 0.75)
    const anchor = figures.sort((a, b) => b.length - a.length)[0]
    if (!anchor) continue
    const letter = median(anchor.flat().map(height))
    rows.set(
      row,
      anchor.map((line) => union(line).top - letter * 0.5),
    )
  }
  return rows
}

const isFigure = (line: Word[]): boolean =>
  /^[^\p{L}]*\d[\d.,\s]*\s?[\p{L}%³]{0,4}$/u.test(line.map((word) => word.text).join(' '))

function cutRows(cell: GridCell, words: Word[], span: Span, cuts: number[]): Cell[] {
  return cuts.map((cut, index) => {
    const top = index === 0 ? cell.top : cut
    const bottom = cuts[index + 1] ?? cell.bottom
    return {
      left: cell.left,
      right: cell.right,
      top,
      bottom,
      row: span.row + index,
      column: span.column,
      words: words.filter((word) => (word.top + word.bottom) / 2 >= top && (word.top + word.bottom) / 2 < bottom),
      header: false,
    }
  })
}

/** The first row is a heading when it is all words and what stands below it is not. */
export function markHeader(cells: readonly Cell[]): void {
  const first = cells.filter((cell) => cell.row === 1 && cell.words.length > 0)
  const body = cells.filter((cell) => cell.row > 1 && cell.words.length > 0)
  const figures = (list: readonly Cell[]): number =>
    list.filter((cell) => cell.words.some((word) => /\d/.test(word.text))).length / Math.max(1, list.length)
  if (first.length < 2 || figures(first) > 0.25 || figures(body) <= figures(first)) return
  for (const cell of cells) if (cell.row === 1) cell.header = true
}
