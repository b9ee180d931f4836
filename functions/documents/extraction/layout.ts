import type { Page, Segment } from './blocks'
import { type Rect, sameRow, sharedWidth, union } from './geometry'
import { isFiller, isInstruction, type Occurrence } from './labels'

/** Text found beside or under a label. */
export type Found = { lines: string[]; segments: Segment[]; at: Rect; box: Rect; confidence: number; distance: number }

/** A page with its labels known: what is a label cannot be a value. */
export type Labelled = { page: Page; labels: Map<Segment, Occurrence[]>; order: Segment[] }

/** Whether a segment begins with a label (its first words are not a value). */
function startsWithLabel(layout: Labelled, segment: Segment): boolean {
  const first = layout.labels.get(segment)?.[0]
  return first !== undefined && first.start <= 3 && first.quality >= 0.6
}

/** OCR's confidence in a value: one bad word spoils a short one, not an address. */
function inkOf(rows: readonly Segment[][]): number {
  const words = rows.flat().flatMap((s) => s.words.map((w) => w.confidence))
  const mean = words.reduce((sum, c) => sum + c, 0) / Math.max(1, words.length)
  return rows.length === 1 ? (mean + Math.min(...words)) / 2 : mean
}

const joined = (rows: readonly Segment[][]): Found => {
  const all = rows.flat()
  return {
    lines: rows.map((row) => row.map((s) => s.text).join(' ')),
    segments: all,
    at: union(all.map((s) => s.at)),
    box: union(all.map((s) => s.box)),
    confidence: inkOf(rows),
    distance: 0,
  }
}

/** Segments of the same row to the right, nearest first. */
function rightOf(layout: Labelled, segment: Segment): Segment[] {
  return layout.order
    .filter(
      (s) => s !== segment && s.at.left >= segment.at.right - layout.page.letter && sameRow(s.at, segment.at) > 0.45,
    )
    .sort((a, b) => a.at.left - b.at.left)
}

/** The value to the right of a label: the nearest text of the row, with what follows closely. */
export function valueRight(layout: Labelled, segment: Segment): Found | undefined {
  const { letter } = layout.page
  const row: Segment[] = []
  for (const next of rightOf(layout, segment)) {
    const edge = row.at(-1)?.at.right
    if (startsWithLabel(layout, next)) break
    if (edge !== undefined && next.at.left - edge > 5 * letter) break
    if (edge === undefined && isFiller(next.text) && !/\d/.test(next.text)) continue
    row.push(next)
  }
  const first = row[0]
  if (!first) return undefined
  return { ...joined([row]), distance: (first.at.left - segment.at.right) / letter }
}

/** The lines of a column that follow a row, until a label, a gap or the limit. */
function linesBelow(
  layout: Labelled,
  from: Rect,
  column: { left: number; right: number },
  limit: number,
  gap: number,
): Segment[][] {
  const { line, letter } = layout.page
  const inColumn = layout.order
    .filter(
      (s) =>
        s.at.top > from.bottom - 0.45 * line &&
        s.at.left >= column.left - 3 * letter &&
        s.at.left < column.right - letter,
    )
    .sort((a, b) => a.at.top - b.at.top)
  const rows: Segment[][] = []
  let bottom = from.bottom
  let edge = column.right
  for (const segment of inColumn) {
    if (segment.at.left >= edge - letter) continue
    const row = rows.at(-1)
    const head = row?.[0]
    if (row && head && sameRow(head.at, segment.at) > 0.5) {
      // Another column's text is no continuation of this row.
      const nearest = Math.min(
        ...row.map((s) => Math.max(0, segment.at.left - s.at.right, s.at.left - segment.at.right)),
      )
      if (nearest < 6 * letter && !startsWithLabel(layout, segment)) row.push(segment)
      continue
    }
    if (rows.length === limit || segment.at.top - bottom > gap * line) break
    if (startsWithLabel(layout, segment)) {
      // A label clear of this column, whose lines lie a little higher, begins another column.
      const near = segment.at.top - from.bottom < 0.6 * line
      if (rows.length > 0 || !near || segment.at.left <= from.right + 12 * letter) break
      edge = segment.at.left
      continue
    }
    if (rows.length === 0 && isFiller(segment.text)) {
      bottom = Math.max(bottom, segment.at.bottom)
      continue
    }
    rows.push([segment])
    bottom = segment.at.bottom
  }
  return rows.map((row) => row.sort((a, b) => a.at.left - b.at.left))
}

const textOf = (row: readonly Segment[]): string => row.map((s) => s.text).join(' ')
const count = (text: string, mark: string): number => text.split(mark).length - 1

/** Drops the lines that go on with the form's own words: a bracket that the label opens, instructions to its sender. */
function afterInstructions(label: string, rows: Segment[][]): Segment[][] {
  const closed = rows.slice(0, 3).findIndex((row) => textOf(row).includes(')'))
  const rest = count(label, '(') > count(label, ')') && closed >= 0 ? rows.slice(closed + 1) : rows
  const first = rest.findIndex((row) => !isInstruction(textOf(row)))
  return first < 0 ? [] : rest.slice(first)
}

/** The value under a label: the first line of its column, or the block of lines if the field has several. */
export function valueBelow(layout: Labelled, segment: Segment, maxLines: number, start: number): Found | undefined {
  const { line } = layout.page
  const neighbour = rightOf(layout, segment)[0]
  const share = start / Math.max(1, segment.text.length)
  const left = segment.at.left + share * (segment.at.right - segment.at.left)
  const right = neighbour ? neighbour.at.left : Math.max(segment.at.right, left + 0.5)
  const below = linesBelow(layout, segment.at, { left, right }, maxLines + 3, maxLines > 1 ? 2.4 : 2.6)
  const rows = afterInstructions(segment.text, below).slice(0, maxLines)
  if (rows.length === 0) return undefined
  const found = joined(rows)
  return { ...found, distance: Math.max(0, found.at.top - segment.at.bottom) / line }
}

/** More lines of a value that began beside its label, in the value's own column. */
export function continued(layout: Labelled, label: Segment, first: Found, maxLines: number): Found {
  const neighbour = first.segments.at(-1)
  const after = neighbour ? rightOf(layout, neighbour)[0] : undefined
  const column = { left: first.at.left, right: after ? after.at.left : first.at.left + 0.45 }
  const labelColumn = label.at
  const rows: Segment[][] = []
  for (const row of linesBelow(layout, first.at, column, maxLines - 1, 1.3)) {
    // A label in the label's column, on this row, starts the next field.
    const head = row[0]
    const newLabel = layout.order.some(
      (s) =>
        head !== undefined &&
        s !== label &&
        sameRow(s.at, head.at) > 0.5 &&
        s.at.right <= head.at.left &&
        sharedWidth(s.at, labelColumn) > 0 &&
        startsWithLabel(layout, s),
    )
    if (newLabel) break
    rows.push(row)
  }
  if (rows.length === 0) return first
  const rest = joined(rows)
  return {
    lines: [...first.lines, ...rest.lines],
    segments: [...first.segments, ...rest.segments],
    at: union([first.at, rest.at]),
    box: union([first.box, rest.box]),
    confidence: (first.confidence + rest.confidence) / 2,
    distance: first.distance,
  }
}

/** Place of a part of a segment's text, by its words. */
export function partOf(segment: Segment, start: number, end: number): { at: Rect; box: Rect; confidence: number } {
  let offset = 0
  const words = segment.words.filter((word) => {
    const from = offset
    offset += word.text.length + 1
    return from < end && from + word.text.length > start
  })
  const used = words.length > 0 ? words : segment.words
  return {
    at: union(used.map((w) => w.at)),
    box: union(used.map((w) => w.box)),
    confidence:
      (used.reduce((sum, w) => sum + w.confidence, 0) / used.length + Math.min(...used.map((w) => w.confidence))) / 2,
  }
}
