import type { ColumnSpec } from '../kinds/kind'
import type { Page, Piece, Segment, Table } from './blocks'
import { median, middle, type Rect, sameRow, sharedWidth, union } from './geometry'
import { findLabels, isFiller, lexicon } from './labels'
import { tokens } from './text'

/** A cell of a row, under the column whose heading stands above it. */
export type GridCell = { column: ColumnSpec; piece: Piece; heading: string }
/** A table read into rows of known columns; `plain` is each row's whole text (totals and headings show there). */
export type Grid = {
  page: number
  columns: ColumnSpec[]
  rows: { cells: GridCell[]; plain: string; at: Rect; box: Rect }[]
}

type Heading = { column: ColumnSpec; text: string; at: Rect }

const columnLexicon = (columns: readonly ColumnSpec[]) =>
  lexicon(columns.flatMap((c) => c.labels.map((text) => ({ text, field: c.column }))))

/** The column that a heading names, if the heading says little else. */
function columnOf(
  segment: Segment,
  columns: readonly ColumnSpec[],
  labels: ReturnType<typeof lexicon>,
): ColumnSpec | undefined {
  const found = findLabels([segment], labels).get(segment) ?? []
  // "NAME AND SPECIFICATION OF COMMODITY": the longest label decides.
  const best = found.sort((a, b) => b.end - b.start - (a.end - a.start))[0]
  if (!best) return undefined
  const over = tokens(best.rest).length
  if (best.colon && over > 0) return undefined
  if (over > 3 && !isFiller(best.rest)) return undefined
  return columns.find((c) => best.fields.includes(c.column))
}

const asSegment = (piece: Piece, page: number): Segment => ({ ...piece, page, words: [piece] })

/** Reads one of Textract's tables: the heading row is the row naming most columns. */
function gridOfTable(table: Table, specs: readonly ColumnSpec[]): Grid | undefined {
  const labels = columnLexicon(specs)
  const rows = Array.from({ length: table.rows }, (_, i) => table.cells.filter((c) => c.row === i + 1))
  const named = rows.map((cells) =>
    cells.flatMap((cell) => {
      const spec = cell.text ? columnOf(asSegment(cell, table.page), specs, labels) : undefined
      return spec ? [{ spec, cell }] : []
    }),
  )
  const counts = named.slice(0, 6).map((list) => new Set(list.map((n) => n.spec.column)).size)
  const best = counts.indexOf(Math.max(0, ...counts))
  if ((counts[best] ?? 0) < 2) return undefined
  const heading = new Map<number, { spec: ColumnSpec; text: string }>()
  for (const { spec, cell } of named[best] ?? []) heading.set(cell.column, { spec, text: cell.text })
  const body = rows.slice(best + 1).filter((cells) => cells.some((c) => c.text))
  return {
    page: table.page,
    columns: [...heading.values()].map((h) => h.spec),
    rows: body.map((cells) => ({
      cells: cells.flatMap((cell) => {
        const under = heading.get(cell.column)
        return under && cell.text ? [{ column: under.spec, piece: cell, heading: under.text }] : []
      }),
      plain: cells
        .map((c) => c.text)
        .filter(Boolean)
        .join(' '),
      at: union(cells.map((c) => c.at)),
      box: union(cells.map((c) => c.box)),
    })),
  }
}

/** Headings of a table without rules: a band of lines that names at least three columns. */
function headingBand(
  page: Page,
  specs: readonly ColumnSpec[],
): { headings: Heading[]; others: Rect[]; bottom: number } | undefined {
  const labels = columnLexicon(specs)
  const named = page.segments.flatMap((segment) => {
    const spec = columnOf(segment, specs, labels)
    return spec ? [{ spec, segment }] : []
  })
  let best: typeof named = []
  for (const { segment } of named) {
    const band = named.filter((n) => Math.abs(middle(n.segment.at) - middle(segment.at)) < 2.1 * page.line)
    const size = (list: typeof named): number => new Set(list.map((n) => n.spec.column)).size
    if (size(band) > size(best)) best = band
  }
  if (new Set(best.map((b) => b.spec.column)).size < 3) return undefined
  const area = union(best.map((b) => b.segment.at))
  const centre = median(best.map((b) => middle(b.segment.at)))
  const headings: Heading[] = []
  for (const { spec, segment } of best.sort(
    (a, b) => Math.abs(middle(a.segment.at) - centre) - Math.abs(middle(b.segment.at) - centre),
  )) {
    // Two lines of one heading ("Gross" over "Weight") are one column.
    const twin = headings.find((h) => sharedWidth(h.at, segment.at) > 0)
    if (twin) twin.at = { ...union([twin.at, segment.at]) }
    else headings.push({ column: spec, text: segment.text, at: segment.at })
  }
  const others = page.segments
    .filter((s) => s.at.top < area.bottom && s.at.bottom > area.top && !best.some((b) => b.segment === s))
    .map((s) => s.at)
    .filter((at) => !headings.some((h) => sharedWidth(h.at, at) > 0))
  // A second line of units under the headings still belongs to them.
  const units = page.segments.filter(
    (s) => s.at.top >= area.bottom - page.line * 0.4 && s.at.top < area.bottom + 1.4 * page.line,
  )
  const row = units.filter((s) => units[0] && sameRow(s.at, units[0].at) > 0.4)
  const extra =
    row.length > 0 && row.every((s) => isFiller(s.text) || /^\(.*\)$/.test(s.text))
      ? union(row.map((s) => s.at)).bottom
      : area.bottom
  return { headings, others, bottom: Math.max(area.bottom, extra) }
}

const distanceTo = (range: Rect, at: Rect): number => Math.max(0, at.left - range.right, range.left - at.right)

/** The heading a text stands under: most shared width, else the nearest edge; none if an unknown column is nearer. */
function headingFor(
  at: Rect,
  headings: readonly Heading[],
  others: readonly Rect[],
  letter: number,
): Heading | undefined {
  const cost = (range: Rect): number => {
    const shared = sharedWidth(range, at)
    const centre = Math.abs((range.left + range.right) / 2 - (at.left + at.right) / 2)
    const edge = Math.min(Math.abs(range.left - at.left), Math.abs(range.right - at.right), centre)
    return shared > 0 ? edge * 0.5 : distanceTo(range, at) + edge * 0.5 + letter
  }
  const best = [...headings].sort((a, b) => cost(a.at) - cost(b.at))[0]
  if (!best) return undefined
  if (others.some((o) => cost(o) < cost(best.at))) return undefined
  return distanceTo(best.at, at) > 14 * letter ? undefined : best
}

/** Words of a row that reach over several columns belong each to its own. */
function pieces(segment: Segment, headings: readonly Heading[]): Piece[] {
  const under = headings.filter((h) => sharedWidth(h.at, segment.at) > 0.3 * (h.at.right - h.at.left))
  if (under.length < 2 || !segment.words.some((w) => /\d/.test(w.text))) return [segment]
  return segment.words
}

function rowsUnder(page: Page, bottom: number): Segment[][] {
  const below = page.segments.filter((s) => s.at.top >= bottom - 0.5 * page.line).sort((a, b) => a.at.top - b.at.top)
  const rows: Segment[][] = []
  let last = bottom
  for (const segment of below) {
    if (segment.at.top - last > 9 * page.line) break
    const row = rows.slice(-2).find((r) => r[0] && sameRow(r[0].at, segment.at) > 0.5)
    if (row) row.push(segment)
    else rows.push([segment])
    last = Math.max(last, segment.at.bottom)
  }
  return rows.map((row) => row.sort((a, b) => a.at.left - b.at.left))
}

function gridOfLayout(page: Page, specs: readonly ColumnSpec[]): Grid | undefined {
  const band = headingBand(page, specs)
  if (!band) return undefined
  const rows = rowsUnder(page, band.bottom).map((row) => {
    const cells = new Map<Heading, Piece[]>()
    for (const piece of row.flatMap((s) => pieces(s, band.headings))) {
      const heading = headingFor(piece.at, band.headings, band.others, page.letter)
      if (heading) cells.set(heading, [...(cells.get(heading) ?? []), piece])
    }
    return {
      cells: [...cells].map(([heading, parts]) => ({
        column: heading.column,
        heading: heading.text,
        piece: {
          text: parts.map((p) => p.text).join(' '),
          confidence: parts.reduce((sum, p) => sum + p.confidence, 0) / parts.length,
          at: union(parts.map((p) => p.at)),
          box: union(parts.map((p) => p.box)),
        },
      })),
      plain: row.map((s) => s.text).join(' '),
      at: union(row.map((s) => s.at)),
      box: union(row.map((s) => s.box)),
    }
  })
  return { page: page.number, columns: band.headings.map((h) => h.column), rows }
}

/** The item tables of a page: Textract's own if one names our columns, else found by layout. */
export function gridsOf(page: Page, specs: readonly ColumnSpec[]): Grid[] {
  if (specs.length === 0) return []
  const found = page.tables.flatMap((t) => gridOfTable(t, specs) ?? [])
  const layout = gridOfLayout(page, specs)
  const widest = Math.max(0, ...found.map((g) => new Set(g.columns.map((c) => c.column)).size))
  if (layout && new Set(layout.columns.map((c) => c.column)).size > widest) return [layout]
  return found
}
