import type { FieldValue, LineItem } from '../../../schemas/extraction'
import type { ColumnSpec, KindDefinition } from '../kinds/kind'
import type { Page } from './blocks'
import { type Candidate, candidatesFrom } from './candidate'
import { choose } from './choose'
import { type Rect, toBox, union } from './geometry'
import { type Grid, type GridCell, gridOfLayout, gridsOfTables } from './grid'
import type { Habits } from './reading'
import { fold } from './text'

const PARTIAL =
  /^\W*(?:sub[\s-]*total\w*|zwischensumme|page total|carried forward|brought forward|ubertrag|subtotaal|sous-?total)\b/
const TOTAL =
  /^\W*(?:grand|sub|g\.?|page|invoice|consignment)?[\s-]*(?:total|totals|totaal|totale|summe|gesamt\w*|zwischensumme|sub-?total\w*|positionssumme|importe total|say total|sum|bruttosumme)\b/
const END =
  /^\W*(?:payment|bank|terms|remarks?|notes?|declaration|signed|signature|thank|iban|zahlungs\w*|umsatzsteuer|bemerkung\w*|vat|tax|btw|tva|mwst|country of origin|belegsummen|we (?:hereby )?certify|incoterms?|freight|shipping marks?|say\b)/

const NUMERIC: ReadonlySet<string> = new Set(['quantity', 'weight', 'volume', 'money', 'unitPrice', 'count'])

function readCell(cell: GridCell, page: number, habits: Habits): Candidate[] {
  const spec = { field: cell.column.column, type: cell.column.type }
  const source = {
    method: 'table' as const,
    page,
    box: toBox(cell.piece.box),
    ocr: cell.piece.confidence,
    trust: 1,
    label: cell.heading,
    lines: [],
  }
  return candidatesFrom(spec, cell.piece.text, source, habits)
}

type Row = Grid['rows'][number]

// "per 1 piece" under the price of the row above is no item of its own.
const isNumeric = (cell: GridCell, candidates: Candidate[]): boolean =>
  NUMERIC.has(cell.column.type) &&
  cell.column.type !== 'unitPrice' &&
  candidates.length > 0 &&
  /\d/.test(cell.piece.text)

function itemOf(row: Row, page: number, habits: Habits): { fields: FieldValue[]; numbers: number } {
  const read = row.cells.map((cell) => ({ cell, candidates: readCell(cell, page, habits) }))
  const fields = read.flatMap(({ cell, candidates }) => choose({ field: cell.column.column }, candidates))
  return { fields, numbers: read.filter(({ cell, candidates }) => isNumeric(cell, candidates)).length }
}

/** Whether a row holds the numbers that the item above lacks: one item printed on two lines. */
function completes(item: LineItem, fields: readonly FieldValue[]): boolean {
  if (fields.some((f) => f.field === 'description')) return false
  const held = new Set(item.fields.map((f) => f.field))
  const added = fields.filter((f) => f.field !== 'article' && f.field !== 'line')
  return added.length > 0 && added.every((f) => !held.has(f.field))
}

const rectOf = (item: LineItem): Rect => ({
  left: item.box.left,
  top: item.box.top,
  right: item.box.left + item.box.width,
  bottom: item.box.top + item.box.height,
})

function extend(item: LineItem, row: Row, fields: readonly FieldValue[]): void {
  item.fields.push(...fields.filter((f) => !item.fields.some((g) => g.field === f.field)))
  item.box = toBox(union([rectOf(item), row.box]))
}

/** Adds the text of a row without numbers to the description of the item above it. */
function addDescription(item: LineItem, row: Row): void {
  const text = row.cells.find((c) => c.column.column === 'description')?.piece.text
  const description = item.fields.find((f) => f.field === 'description')
  if (!text || description?.value.type !== 'text' || description.raw.length > 400) return
  description.raw = `${description.raw}\n${text}`
  description.value = { type: 'text', text: `${description.value.text} ${text}` }
  item.box = toBox(union([rectOf(item), row.box]))
}

/** Values that the rows of a column say about the document: its order numbers, tariff codes, containers. */
function eachOf(items: readonly LineItem[], columns: readonly ColumnSpec[]): Candidate[] {
  return items.flatMap((item) =>
    item.fields.flatMap((f) => {
      const field = columns.find((c) => c.column === f.field)?.each
      if (!field) return []
      const { value, raw, confidence, page, box, method, checks, ambiguous } = f
      return [
        {
          field,
          value,
          raw,
          confidence: confidence * 0.95,
          page,
          box,
          method,
          checks,
          ambiguous,
          ink: confidence,
          others: [],
        },
      ]
    }),
  )
}

/** A table of one row without a total row is its own total; sums of ours are not what the paper says. */
function onlyRow(
  items: readonly LineItem[],
  columns: readonly ColumnSpec[],
  stated: readonly Candidate[],
): Candidate[] {
  const [item] = items
  if (!item || items.length > 1) return []
  return columns.flatMap(({ column, total }) => {
    const cell = item.fields.find((f) => f.field === column)
    if (!total || !cell || stated.some((c) => c.field === total)) return []
    const { value, raw, confidence, page, box, method, checks, ambiguous } = cell
    return [
      {
        field: total,
        value,
        raw,
        confidence: confidence * 0.85,
        ink: confidence,
        page,
        box,
        method,
        checks,
        ambiguous,
        others: [],
      },
    ]
  })
}

type TableReading = { items: LineItem[]; totals: Candidate[] }

function totalsOf(row: Row, page: number, habits: Habits): Candidate[] {
  return row.cells.flatMap((cell) => {
    const { total, type } = cell.column
    if (!total) return []
    return readCell(cell, page, habits).map((c) => ({
      ...c,
      field: total,
      confidence: c.confidence * (type === 'money' ? 0.75 : 0.92),
    }))
  })
}

function readGrid(grid: Grid, habits: Habits): TableReading {
  const items: LineItem[] = []
  const totals: Candidate[] = []
  for (const row of grid.rows) {
    const plain = fold(row.plain)
    if (TOTAL.test(plain)) {
      totals.push(...totalsOf(row, grid.page, habits))
      if (items.length > 0 && !PARTIAL.test(plain)) break
      continue
    }
    if (items.length > 0 && END.test(plain)) break
    const { fields, numbers } = itemOf(row, grid.page, habits)
    const described = fields.some((f) => f.field === 'description' || f.field === 'article')
    if (numbers >= 2 || (numbers === 1 && described)) {
      const last = items.at(-1)
      if (last && completes(last, fields)) extend(last, row, fields)
      else items.push({ index: items.length, page: grid.page, box: toBox(row.box), fields })
    } else {
      const last = items.at(-1)
      if (last) addDescription(last, row)
    }
  }
  return { items: withoutSumRow(items, totals), totals }
}

/** Drops a last row without description whose numbers are the sums of the rows above: a total without the word. */
function withoutSumRow(items: LineItem[], totals: Candidate[]): LineItem[] {
  const last = items.at(-1)
  if (!last || items.length < 2 || last.fields.some((f) => f.field === 'description')) return items
  const amount = (item: LineItem, column: string): number | undefined => {
    const value = item.fields.find((f) => f.field === column)?.value
    return value && 'amount' in value ? value.amount : undefined
  }
  const columns = last.fields.map((f) => f.field).filter((column) => amount(last, column) !== undefined)
  const sums = columns.filter((column) => {
    const above = items.slice(0, -1).reduce((sum, item) => sum + (amount(item, column) ?? 0), 0)
    return Math.abs(above - (amount(last, column) ?? 0)) < 0.01
  })
  return sums.length > (totals.length > 0 ? 1 : 0) ? items.slice(0, -1) : items
}

const cells = (readings: readonly TableReading[]): number =>
  readings.flatMap((r) => [...r.items.flatMap((i) => i.fields), ...r.totals]).length

/** Line items of all pages in order, and what the tables' total rows say about the document's fields. */
export function readItems(pages: readonly Page[], definition: KindDefinition, habits: Habits): TableReading {
  const items: LineItem[] = []
  const totals: Candidate[] = []
  const specs: readonly ColumnSpec[] = definition.columns
  for (const page of pages) {
    const tables = gridsOfTables(page, specs).map((grid) => readGrid(grid, habits))
    const layout = [gridOfLayout(page, specs)].flatMap((grid) => (grid ? [readGrid(grid, habits)] : []))
    // OCR often cuts one table into several, of which only the first has headings: the layout then sees more.
    for (const read of cells(layout) > cells(tables) ? layout : tables) {
      for (const item of read.items) items.push({ ...item, index: items.length })
      totals.push(...read.totals)
    }
  }
  return { items, totals: [...totals, ...onlyRow(items, specs, totals), ...eachOf(items, specs)] }
}
