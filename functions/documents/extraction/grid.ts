import type { ColumnSpec } from '../kinds/kind'
import type { Page, Piece, Segment, Table } from './blocks'
import { middle, type Rect, sameRow, sharedWidth, union } from './geometry'
import { findLabels, isFiller, type Lexicon, lexicon } from './labels'
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

const LEXICONS = new WeakMap<readonly ColumnSpec[], Lexicon>()

function columnLexicon(columns: readonly ColumnSpec[]): Lexicon {
  const known = LEXICONS.get(columns)
  if (known) return known
  const made = lexicon(columns.flatMap((c) => c.labels.map((text) => ({ text, field: c.column }))))
  LEXICONS.set(columns, made)
  return made
}

/** The column that a heading names, if the heading says little else. */
function columnOf(segment: Segment, columns: readonly ColumnSpec[], labels: Lexicon): ColumnSpec | undefined {
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

/** The column of that heading, where it stands alone. */
export function columnNamed(heading: string, columns: readonly ColumnSpec[]): ColumnSpec | undefined {
  const nowhere = { left: 0, top: 0, right: 0, bottom: 0 }
  const piece = { text: heading, confidence: 1, at: nowhere, box: nowhere }
  return columnOf(asSegment(piece, 1), columns, columnLexicon(columns))
}

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

const sizeOf = (named: readonly { spec: ColumnSpec }[]): number => new Set(named.map((n) => n.spec.column)).size

/** Joins the lines of each heading ("Gross" over "Weight"); a line that spans several stands before each of them. */
function columnsOfBand(segments: readonly Segment[]): { text: string; short: string; at: Rect; parts: Segment[] }[] {
  const spans = (s: Segment): boolean =>
    segments.filter(
      (o) => o !== s && sameRow(o.at, s.at) < 0.3 && sharedWidth(o.at, s.at) > 0.5 * (o.at.right - o.at.left),
    ).length >= 2 &&
    segments.some(
      (o) =>
        o !== s &&
        segments.some(
          (q) =>
            q !== o &&
            q !== s &&
            sameRow(o.at, q.at) > 0.5 &&
            sharedWidth(o.at, s.at) > 0 &&
            sharedWidth(q.at, s.at) > 0,
        ),
    )
  const wide = segments.filter(spans)
  const groups: Segment[][] = []
  for (const segment of segments.filter((s) => !wide.includes(s)).sort((a, b) => a.at.top - b.at.top)) {
    const group = groups.find((g) =>
      g.some((s) => sameRow(s.at, segment.at) < 0.5 && sharedWidth(s.at, segment.at) > 0),
    )
    if (group) group.push(segment)
    else groups.push([segment])
  }
  return groups.map((parts) => {
    const at = union(parts.map((p) => p.at))
    const above = wide.filter((w) => sharedWidth(w.at, at) > 0).map((w) => w.text)
    const short = parts.map((p) => p.text).join(' ')
    return { text: [...above, short].join(' '), short, at, parts }
  })
}

type Band = { headings: Heading[]; others: Rect[]; bottom: number }

/** Headings of a table without rules: a band of lines that names at least three columns. */
function headingBand(page: Page, specs: readonly ColumnSpec[]): Band | undefined {
  const labels = columnLexicon(specs)
  const named = page.segments.flatMap((segment) => {
    const spec = columnOf(segment, specs, labels)
    return spec ? [{ spec, segment }] : []
  })
  let best: typeof named = []
  for (const { segment } of named) {
    const band = named.filter((n) => Math.abs(middle(n.segment.at) - middle(segment.at)) < 2.1 * page.line)
    if (sizeOf(band) > sizeOf(best)) best = band
  }
  if (sizeOf(best) < 2) return undefined
  const area = union(best.map((b) => b.segment.at))
  const known = new Set(best.map((b) => b.segment))
  // A row with figures is the first item, not another line of the headings.
  const counted = (s: Segment): boolean =>
    page.segments.some((o) => !known.has(o) && /\d/.test(o.text) && sameRow(o.at, s.at) > 0.5)
  const near = (s: Segment): boolean =>
    middle(s.at) > area.top - 1.3 * page.line && middle(s.at) < area.bottom + 1.3 * page.line
  const members = page.segments.filter((s) => known.has(s) || (near(s) && !counted(s)))
  const columns = columnsOfBand(members).map((c) => ({ ...c, spec: headingSpec(c, specs, labels, page.number) }))
  const headings = columns.flatMap((c) => (c.spec ? [{ column: c.spec, text: c.text, at: c.at }] : []))
  if (new Set(headings.map((h) => h.column.column)).size < 3) return undefined
  const used = columns.filter((c) => c.parts.some((p) => known.has(p)))
  return {
    headings,
    others: columns.filter((c) => !c.spec).map((c) => c.at),
    bottom: Math.max(...used.map((c) => c.at.bottom)),
  }
}

function headingSpec(
  column: { text: string; short: string; at: Rect; parts: Segment[] },
  specs: readonly ColumnSpec[],
  labels: Lexicon,
  page: number,
): ColumnSpec | undefined {
  const tries = [column.text, column.short, ...column.parts.map((p) => p.text)]
  for (const text of tries) {
    const spec = columnOf(asSegment({ text, confidence: 1, at: column.at, box: column.at }, page), specs, labels)
    if (spec) return spec
  }
  return undefined
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

/** The item table of a page as its lines show it: a band of headings and the rows under it. */
export function gridOfLayout(page: Page, specs: readonly ColumnSpec[]): Grid | undefined {
  if (specs.length === 0) return undefined
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

/** The item tables that Textract found on a page and that name our columns. */
export const gridsOfTables = (page: Page, specs: readonly ColumnSpec[]): Grid[] =>
  specs.length === 0 ? [] : page.tables.flatMap((table) => gridOfTable(table, specs) ?? [])
