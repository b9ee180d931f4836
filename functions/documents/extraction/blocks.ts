import { type Axes, height, median, type Point, pageAxes, type Rect, sameRow, straighten, union } from './geometry'

/** The parts of a Textract block that we read; the SDK's `Block` fits, and so does the local OCR's. */
export type TextractBlock = {
  BlockType?: string | undefined
  Id?: string | undefined
  Text?: string | undefined
  Confidence?: number | undefined
  Page?: number | undefined
  RowIndex?: number | undefined
  ColumnIndex?: number | undefined
  RowSpan?: number | undefined
  ColumnSpan?: number | undefined
  EntityTypes?: string[] | undefined
  SelectionStatus?: string | undefined
  Query?: { Text?: string | undefined; Alias?: string | undefined } | undefined
  Relationships?: { Type?: string | undefined; Ids?: string[] | undefined }[] | undefined
  Geometry?: TextractGeometry | undefined
}

export type TextractGeometry = {
  BoundingBox?:
    | {
        Left?: number | undefined
        Top?: number | undefined
        Width?: number | undefined
        Height?: number | undefined
      }
    | undefined
  Polygon?: { X?: number | undefined; Y?: number | undefined }[] | undefined
}

/** A piece of text with its place: `at` on the straightened page (for layout), `box` as Textract gave it (for people). */
export type Piece = { text: string; confidence: number; at: Rect; box: Rect }
export type Segment = Piece & { page: number; words: Piece[] }
export type KeyValue = { page: number; key: Piece; value: Piece; lines: string[] }
export type Cell = Piece & { row: number; column: number; span: number; header: boolean }
export type Table = { page: number; at: Rect; box: Rect; rows: number; columns: number; cells: Cell[] }
export type QueryAnswer = { page: number; question: string; alias: string; answer: Piece }

export type Page = {
  number: number
  segments: Segment[]
  keyValues: KeyValue[]
  tables: Table[]
  queries: QueryAnswer[]
  /** Median height of a line and width of a letter, in shares of the page: the units of layout distances. */
  line: number
  letter: number
}

function boxOf(geometry: TextractGeometry | undefined): Rect {
  const b = geometry?.BoundingBox
  const [left, top] = [b?.Left ?? 0, b?.Top ?? 0]
  return { left, top, right: left + (b?.Width ?? 0), bottom: top + (b?.Height ?? 0) }
}

const polygonOf = (block: TextractBlock): Point[] =>
  (block.Geometry?.Polygon ?? []).map((p) => ({ x: p.X ?? 0, y: p.Y ?? 0 }))

function placed(block: TextractBlock, axes: Axes): { at: Rect; box: Rect } {
  const box = boxOf(block.Geometry)
  const polygon = polygonOf(block)
  return { box, at: axes.upright || polygon.length < 4 ? box : straighten(polygon, axes) }
}

// Looks blocks up by id: the answer is a flat list tied together by relationships.
class BlockIndex {
  readonly #byId = new Map<string, TextractBlock>()

  constructor(blocks: readonly TextractBlock[]) {
    for (const block of blocks) if (block.Id) this.#byId.set(block.Id, block)
  }

  related(block: TextractBlock, type: string): TextractBlock[] {
    const ids = (block.Relationships ?? []).filter((r) => r.Type === type).flatMap((r) => r.Ids ?? [])
    return ids.flatMap((id) => this.#byId.get(id) ?? [])
  }

  piece(block: TextractBlock, axes: Axes): Piece {
    const words = this.related(block, 'CHILD').filter((b) => b.BlockType === 'WORD')
    const marks = this.related(block, 'CHILD').filter((b) => b.SelectionStatus === 'SELECTED')
    const text = words.map((w) => w.Text ?? '').join(' ') || block.Text || (marks.length > 0 ? 'X' : '')
    const scores = words.map((w) => w.Confidence ?? 0)
    const mean = scores.reduce((a, b) => a + b, 0) / Math.max(1, scores.length)
    const short = scores.length <= 5 ? (mean + Math.min(...scores)) / 2 : mean
    const confidence = scores.length > 0 ? short : (block.Confidence ?? 0)
    return { text, confidence: confidence / 100, ...placed(block, axes) }
  }
}

/** Cuts a line where a gap is wider than spaces are: two boxes of a form that OCR took for one line. */
function cut(words: Piece[], page: number, letter: number): Segment[] {
  const groups: Piece[][] = []
  for (const word of words) {
    const group = groups.at(-1)
    const last = group?.at(-1)
    if (group && last && word.at.left - last.at.right < 2.6 * letter) group.push(word)
    else groups.push([word])
  }
  return groups.map((group) => ({
    page,
    words: group,
    text: group.map((w) => w.text).join(' '),
    confidence: group.reduce((sum, w) => sum + w.confidence, 0) / group.length,
    at: union(group.map((w) => w.at)),
    box: union(group.map((w) => w.box)),
  }))
}

const letterWidth = (words: readonly Piece[]): number =>
  median(words.filter((w) => w.text.length > 1).map((w) => (w.at.right - w.at.left) / w.text.length)) || 0.008

function segmentsOf(lines: TextractBlock[], index: BlockIndex, axes: Axes, page: number): Segment[] {
  return lines.flatMap((line) => {
    const words = index.related(line, 'CHILD').map((w) => ({ ...index.piece(w, axes), text: w.Text ?? '' }))
    const printed = words.filter((w) => w.text !== '')
    const whole = index.piece(line, axes)
    if (printed.length === 0) return whole.text ? [{ ...whole, page, words: [whole] }] : []
    return cut(
      printed.sort((a, b) => a.at.left - b.at.left),
      page,
      letterWidth(printed),
    )
  })
}

/** Reading order: rows from the top, each from the left. */
function inOrder(segments: Segment[]): Segment[] {
  const sorted = [...segments].sort((a, b) => a.at.top - b.at.top)
  const rows: Segment[][] = []
  for (const segment of sorted) {
    const row = rows.slice(-3).find((r) => r[0] && sameRow(r[0].at, segment.at) > 0.5)
    if (row) row.push(segment)
    else rows.push([segment])
  }
  return rows.flatMap((row) => row.sort((a, b) => a.at.left - b.at.left))
}

/** The lines of a value that runs over several: its words by rows. */
function linesIn(value: TextractBlock, index: BlockIndex, axes: Axes): string[] {
  const rows: Piece[][] = []
  const words = index.related(value, 'CHILD').filter((b) => b.BlockType === 'WORD')
  for (const word of words
    .map((w) => index.piece({ ...w, Relationships: [] }, axes))
    .sort((a, b) => a.at.top - b.at.top)) {
    const row = rows.find((r) => r[0] && sameRow(r[0].at, word.at) > 0.5)
    if (row) row.push(word)
    else rows.push([word])
  }
  const left = Math.min(...rows.flat().map((w) => w.at.left))
  return rows.flatMap((row) => {
    // A form's value may have swallowed the next box: only the text that begins at its left edge is meant.
    const first = cut(
      row.sort((a, b) => a.at.left - b.at.left),
      0,
      letterWidth(row),
    )[0]
    return first && first.at.left - left < 12 * letterWidth(row) ? [first.text] : []
  })
}

function keyValuesOf(blocks: TextractBlock[], index: BlockIndex, axes: Axes, page: number): KeyValue[] {
  const keys = blocks.filter((b) => b.BlockType === 'KEY_VALUE_SET' && b.EntityTypes?.includes('KEY'))
  return keys.flatMap((key) => {
    const value = index.related(key, 'VALUE')[0]
    if (!value) return []
    return [{ page, key: index.piece(key, axes), value: index.piece(value, axes), lines: linesIn(value, index, axes) }]
  })
}

function tableOf(table: TextractBlock, index: BlockIndex, axes: Axes, page: number): Table {
  const merged = index.related(table, 'MERGED_CELL')
  const cells = index.related(table, 'CHILD').map((cell) => {
    const piece = index.piece(cell, axes)
    const spread = merged.find((m) => index.related(m, 'CHILD').includes(cell))
    return {
      ...piece,
      row: cell.RowIndex ?? 1,
      column: cell.ColumnIndex ?? 1,
      span: spread?.ColumnSpan ?? cell.ColumnSpan ?? 1,
      header: cell.EntityTypes?.includes('COLUMN_HEADER') ?? false,
    }
  })
  const { at, box } = placed(table, axes)
  const rows = Math.max(0, ...cells.map((c) => c.row))
  const columns = Math.max(0, ...cells.map((c) => c.column))
  return { page, at, box, rows, columns, cells }
}

function queriesOf(blocks: TextractBlock[], index: BlockIndex, axes: Axes, page: number): QueryAnswer[] {
  return blocks
    .filter((b) => b.BlockType === 'QUERY')
    .flatMap((query) => {
      const answer = index.related(query, 'ANSWER')[0]
      if (!answer?.Text) return []
      const piece = { ...index.piece(answer, axes), text: answer.Text, confidence: (answer.Confidence ?? 0) / 100 }
      return [{ page, question: query.Query?.Text ?? '', alias: query.Query?.Alias ?? '', answer: piece }]
    })
}

function pageOf(number: number, blocks: TextractBlock[], index: BlockIndex): Page {
  const words = blocks.filter((b) => b.BlockType === 'WORD')
  const axes = pageAxes(words.filter((w) => (w.Text?.length ?? 0) > 2).map(polygonOf))
  const segments = inOrder(
    segmentsOf(
      blocks.filter((b) => b.BlockType === 'LINE'),
      index,
      axes,
      number,
    ),
  )
  const pieces = segments.flatMap((s) => s.words)
  return {
    number,
    segments,
    keyValues: keyValuesOf(blocks, index, axes, number),
    tables: blocks.filter((b) => b.BlockType === 'TABLE').map((t) => tableOf(t, index, axes, number)),
    queries: queriesOf(blocks, index, axes, number),
    line: median(segments.map((s) => height(s.at))) || 0.012,
    letter: letterWidth(pieces),
  }
}

/** Pages of a document from its blocks, straightened and cut into segments; blocks of all answer pages together. */
export function readPages(blocks: readonly TextractBlock[]): Page[] {
  const index = new BlockIndex(blocks)
  const byPage = new Map<number, TextractBlock[]>()
  for (const block of blocks) {
    const page = block.Page ?? 1
    const list = byPage.get(page)
    if (list) list.push(block)
    else byPage.set(page, [block])
  }
  return [...byPage].sort(([a], [b]) => a - b).map(([number, list]) => pageOf(number, list, index))
}
