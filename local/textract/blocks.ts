/** Textract's blocks: the shapes of the API reference, made from what a page says. */
import { randomUUID } from 'node:crypto'
import { type Box, type Geometry, geometryOf, union } from './geometry'
import { textOf } from './lines'
import type { Line, PageText, Word } from './page'
import type { Cell, Table } from './tables'

export type RelationshipType = 'CHILD' | 'VALUE' | 'ANSWER' | 'MERGED_CELL' | 'TABLE_TITLE'

export interface Block {
  BlockType: string
  Id: string
  Confidence?: number
  Text?: string
  TextType?: 'PRINTED' | 'HANDWRITING'
  RowIndex?: number
  ColumnIndex?: number
  RowSpan?: number
  ColumnSpan?: number
  Geometry?: Geometry
  Relationships?: { Type: RelationshipType; Ids: string[] }[]
  EntityTypes?: string[]
  SelectionStatus?: 'SELECTED' | 'NOT_SELECTED'
  Query?: { Text: string; Alias?: string; Pages?: string[] }
  Page?: number
}

export interface KeyValue {
  key: Word[]
  /** Empty for a label whose box is empty. */
  value: Word[]
  /** Set when the value is a tick box. */
  checkbox?: Box & { selected: boolean }
  confidence: number
}

export interface Answer {
  query: { Text: string; Alias?: string; Pages?: string[] }
  words: Word[]
  confidence: number
}

export interface LayoutArea {
  type:
    | 'LAYOUT_TITLE'
    | 'LAYOUT_SECTION_HEADER'
    | 'LAYOUT_TEXT'
    | 'LAYOUT_TABLE'
    | 'LAYOUT_KEY_VALUE'
    | 'LAYOUT_PAGE_NUMBER'
  lines: Line[]
}

/** Writes the blocks of one page in Textract's order: page, lines, words, tables, keys and values, queries, layout. */
export class PageBlocks {
  private readonly blocks: Block[] = []
  private readonly children: string[] = []
  private readonly wordIds = new Map<Word, string>()
  private readonly lineIds = new Map<Line, string>()

  constructor(private readonly page: PageText) {}

  addLines(lines: readonly Line[]): void {
    const words: Block[] = []
    for (const line of lines) {
      const ids = line.words.map((word) => {
        const block = this.block('WORD', word, { Confidence: word.confidence, Text: word.text, TextType: 'PRINTED' })
        this.wordIds.set(word, block.Id)
        words.push(block)
        return block.Id
      })
      const Confidence = mean(line.words.map((word) => word.confidence))
      const block = this.block('LINE', line, { Confidence, Text: textOf(line.words), ...relate('CHILD', ids) })
      this.lineIds.set(line, block.Id)
      this.pushTop(block)
    }
    this.blocks.push(...words)
  }

  addTable(table: Table): void {
    const cells = table.cells.map((cell) => ({ cell, block: this.cell(cell, table) }))
    const merged = table.merged.map((span) => {
      const inside = cells.filter(({ cell }) => covers(span, cell))
      const box = union(inside.map(({ cell }) => cell))
      return this.block('MERGED_CELL', box, {
        Confidence: table.confidence,
        RowIndex: span.row,
        ColumnIndex: span.column,
        RowSpan: span.rows,
        ColumnSpan: span.columns,
        ...relate(
          'CHILD',
          inside.map(({ block }) => block.Id),
        ),
      })
    })
    const title =
      table.title &&
      this.block('TABLE_TITLE', table.title, { Confidence: table.confidence, ...this.childWords(table.title.words) })
    const Relationships = [
      ...relations(
        'CHILD',
        cells.map(({ block }) => block.Id),
      ),
      ...relations(
        'MERGED_CELL',
        merged.map((block) => block.Id),
      ),
      ...relations('TABLE_TITLE', title ? [title.Id] : []),
    ]
    const EntityTypes = [table.ruled ? 'STRUCTURED_TABLE' : 'SEMI_STRUCTURED_TABLE']
    this.pushTop(this.block('TABLE', table, { Confidence: table.confidence, Relationships, EntityTypes }))
    this.blocks.push(...cells.map(({ block }) => block), ...merged, ...(title ? [title] : []))
  }

  addKeyValue(pair: KeyValue): void {
    const tick = pair.checkbox
    const mark =
      tick &&
      this.block('SELECTION_ELEMENT', tick, {
        Confidence: pair.confidence,
        SelectionStatus: tick.selected ? 'SELECTED' : 'NOT_SELECTED',
      })
    const box = tick ?? union(pair.value.length > 0 ? pair.value : pair.key)
    const inside = mark ? relate('CHILD', [mark.Id]) : this.childWords(pair.value)
    const value = this.block('KEY_VALUE_SET', box, { Confidence: pair.confidence, ...inside, EntityTypes: ['VALUE'] })
    const Relationships = [...relations('VALUE', [value.Id]), ...relations('CHILD', this.idsOf(pair.key))]
    this.pushTop(
      this.block('KEY_VALUE_SET', union(pair.key), {
        Confidence: pair.confidence,
        Relationships,
        EntityTypes: ['KEY'],
      }),
    )
    this.pushTop(value)
    if (mark) this.blocks.push(mark)
  }

  addAnswer(answer: Answer): void {
    const result =
      answer.words.length > 0 &&
      this.block('QUERY_RESULT', union(answer.words), { Confidence: answer.confidence, Text: textOf(answer.words) })
    this.pushTop({
      BlockType: 'QUERY',
      Id: randomUUID(),
      ...(result ? relate('ANSWER', [result.Id]) : {}),
      Query: answer.query,
    })
    if (result) this.pushTop(result)
  }

  addLayout(area: LayoutArea): void {
    const ids = area.lines.flatMap((line) => this.lineIds.get(line) ?? [])
    this.pushTop(this.block(area.type, union(area.lines), { Confidence: 80, ...relate('CHILD', ids) }))
  }

  /** The page block first; `Page` is set on all when numbered (asynchronous answers and PDFs). */
  finish(number: number | undefined): Block[] {
    const whole: Box = { left: 0, top: 0, right: this.page.width, bottom: this.page.height }
    const page = this.block('PAGE', whole, relate('CHILD', this.children))
    const all = [page, ...this.blocks]
    return number === undefined ? all : all.map((block) => ({ ...block, Page: number }))
  }

  private cell(cell: Cell, table: Table): Block {
    return this.block('CELL', cell, {
      Confidence: table.confidence,
      RowIndex: cell.row,
      ColumnIndex: cell.column,
      RowSpan: 1,
      ColumnSpan: 1,
      ...this.childWords(cell.words),
      ...(cell.header ? { EntityTypes: ['COLUMN_HEADER'] } : {}),
    })
  }

  private block(BlockType: string, box: Box, rest: Omit<Block, 'BlockType' | 'Id'>): Block {
    const { Relationships, EntityTypes, ...plain } = rest
    return {
      BlockType,
      ...plain,
      Geometry: geometryOf(box, this.page.toInput),
      Id: randomUUID(),
      ...(Relationships ? { Relationships } : {}),
      ...(EntityTypes ? { EntityTypes } : {}),
    }
  }

  private pushTop(block: Block): void {
    this.children.push(block.Id)
    this.blocks.push(block)
  }

  private childWords(words: readonly Word[]): Pick<Block, 'Relationships'> {
    return relate('CHILD', this.idsOf(words))
  }

  private idsOf(words: readonly Word[]): string[] {
    return words.flatMap((word) => this.wordIds.get(word) ?? [])
  }
}

const relations = (Type: RelationshipType, Ids: string[]) => (Ids.length > 0 ? [{ Type, Ids }] : [])
const relate = (type: RelationshipType, ids: string[]): Pick<Block, 'Relationships'> =>
  ids.length > 0 ? { Relationships: relations(type, ids) } : {}
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
const covers = (span: { row: number; column: number; rows: number; columns: number }, cell: Cell): boolean =>
  cell.row >= span.row &&
  cell.row < span.row + span.rows &&
  cell.column >= span.column &&
  cell.column < span.column + span.columns
