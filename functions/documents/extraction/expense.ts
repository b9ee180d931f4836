import type { LineItem } from '../../../schemas/extraction'
import type { ColumnSpec, FieldSpec } from '../kinds/kind'
import type { KeyValue, Page, Piece, TextractGeometry } from './blocks'
import { type Candidate, candidatesFrom } from './candidate'
import { choose } from './choose'
import { toBox, toRect, union } from './geometry'
import { columnNamed } from './grid'
import type { Habits } from './reading'
import { squash } from './text'

export type Detection = {
  Text?: string | undefined
  Confidence?: number | undefined
  Geometry?: TextractGeometry | undefined
}

/** The parts of AnalyzeExpense's answer that we read; the SDK's `ExpenseDocument` fits. */
export type ExpenseField = {
  Type?: { Text?: string | undefined; Confidence?: number | undefined } | undefined
  LabelDetection?: Detection | undefined
  ValueDetection?: Detection | undefined
  PageNumber?: number | undefined
  Currency?: { Code?: string | undefined } | undefined
  GroupProperties?: { Types?: string[] | undefined; Id?: string | undefined }[] | undefined
}
export type ExpenseDocument = {
  SummaryFields?: ExpenseField[] | undefined
  LineItemGroups?: { LineItems?: { LineItemExpenseFields?: ExpenseField[] | undefined }[] | undefined }[] | undefined
}

const boxOf = (detection: Detection | undefined) => {
  const b = detection?.Geometry?.BoundingBox
  return { left: b?.Left ?? 0, top: b?.Top ?? 0, width: b?.Width ?? 0, height: b?.Height ?? 0 }
}

// Types that say a field in some papers only: what is due may hold an older balance, a shop on the web is known by its site.
const WEAK: Readonly<Record<string, number>> = { AMOUNT_DUE: 0.8, VENDOR_URL: 0.6 }

const typeOf = (field: ExpenseField): string => field.Type?.Text ?? ''
const textOf = (detection: Detection | undefined): string => (detection?.Text ?? '').trim()
const groupsOf = (field: ExpenseField) => field.GroupProperties ?? []

/** What a field is called: a name is the party of its group, where Textract tells one. */
function namesOf(field: ExpenseField): string[] {
  const type = typeOf(field)
  const groups = groupsOf(field).flatMap(({ Types = [] }) => Types)
  if (type === 'NAME') return groups
  // "RECEIVER_NAME" of the address shipped to is the consignee.
  const shipped = type === 'RECEIVER_NAME' && groups.length > 0 && groups.every((it) => it === 'RECEIVER_SHIP_TO')
  return shipped ? groups : [type]
}

/** Lines under a party's name: of the address in its group, else of the one address of its role. */
function addressOf(field: ExpenseField, all: readonly ExpenseField[]): string[] {
  const ids = new Set(groupsOf(field).flatMap(({ Id }) => (Id ? [Id] : [])))
  const role = typeOf(field).replace(/NAME$/, 'ADDRESS')
  const found =
    all.find((it) => /^ADDRESS$/.test(typeOf(it)) && groupsOf(it).some(({ Id }) => Id && ids.has(Id))) ??
    all.find((it) => typeOf(it) === role && role !== 'ADDRESS')
  if (!found) return []
  const lines = textOf(found.ValueDetection).split('\n')
  const name = lines.findIndex((line) => squash(line) === squash(textOf(field.ValueDetection)))
  return lines.slice(name + 1)
}

function read(
  spec: Pick<FieldSpec, 'field' | 'type'>,
  field: ExpenseField,
  habits: Habits,
  address: readonly string[] = [],
): Candidate[] {
  const weak = WEAK[typeOf(field)]
  const printed = textOf(field.ValueDetection)
  const raw = typeOf(field) === 'VENDOR_URL' ? printed.replace(/^(?:https?:\s?\/\/\s?)?(?:www\.)?|\/$/gi, '') : printed
  if (raw === '') return []
  const named = (field.Type?.Confidence ?? 0) / 100
  const source = {
    method: 'expense' as const,
    page: field.PageNumber ?? 1,
    box: boxOf(field.ValueDetection),
    // What Textract knows as the vendor's name in a drawn logo is told, for a person to decide on.
    ocr: Math.max((field.ValueDetection?.Confidence ?? 0) / 100, spec.type === 'party' ? 0.4 * named : 0),
    trust: (0.6 + 0.4 * named) * (weak ?? 1),
    label: textOf(field.LabelDetection),
    lines: spec.type === 'party' ? [...raw.split('\n'), ...address] : raw.split('\n'),
  }
  const currency = habits.currency ?? field.Currency?.Code
  const text = spec.type === 'party' ? raw : raw.replace(/\n/g, ' ')
  return candidatesFrom(spec, text, source, { ...habits, currency })
}

/** Candidates from the summary fields of AnalyzeExpense; Textract's types are mapped by the kinds' field schemas. */
export function expenseCandidates(
  documents: readonly ExpenseDocument[],
  specs: readonly FieldSpec[],
  habits: Habits,
): Candidate[] {
  return documents.flatMap(({ SummaryFields: all = [] }) =>
    all.flatMap((field) => {
      const names = namesOf(field)
      const wanted = specs.filter(({ expense }) => expense?.some((type) => names.includes(type)))
      return wanted.flatMap((spec) => read(spec, field, habits, spec.type === 'party' ? addressOf(field, all) : []))
    }),
  )
}

const pieceOf = (detection: Detection | undefined): Piece => {
  const rect = toRect(boxOf(detection))
  return {
    text: textOf(detection).replace(/\n/g, ' '),
    confidence: (detection?.Confidence ?? 0) / 100,
    at: rect,
    box: rect,
  }
}

/** Each labelled summary field is a pair of a form: Textract has no type for "B/L No." or "Port of Loading". */
function pairsOf(documents: readonly ExpenseDocument[]): KeyValue[] {
  return documents
    .flatMap(({ SummaryFields = [] }) => SummaryFields)
    .filter((field) => textOf(field.LabelDetection) !== '' && textOf(field.ValueDetection) !== '')
    .map((field) => ({
      page: field.PageNumber ?? 1,
      key: pieceOf(field.LabelDetection),
      value: pieceOf(field.ValueDetection),
      lines: textOf(field.ValueDetection).split('\n'),
    }))
}

/** The pages with what AnalyzeExpense paired on them. */
export function withPairs(pages: readonly Page[], documents: readonly ExpenseDocument[]): Page[] {
  const pairs = pairsOf(documents)
  return pages.map((page) => ({
    ...page,
    keyValues: [...page.keyValues, ...pairs.filter((pair) => pair.page === page.number)],
  }))
}

/** The column of a cell: by Textract's type, else by the heading above it. */
function columnOf(cell: ExpenseField, columns: readonly ColumnSpec[]): ColumnSpec | undefined {
  const type = typeOf(cell)
  if (type === 'EXPENSE_ROW') return undefined
  const typed = columns.find(
    ({ column, expense }) =>
      expense?.includes(type) ||
      (type === 'ITEM' && column === 'description') ||
      (type === 'PRODUCT_CODE' && column === 'article'),
  )
  const label = textOf(cell.LabelDetection)
  return typed ?? (label === '' ? undefined : columnNamed(label.replace(/\n/g, ' '), columns))
}

/** Line items of AnalyzeExpense; ITEM is the description, PRICE the line's amount. */
export function expenseItems(
  documents: readonly ExpenseDocument[],
  columns: readonly ColumnSpec[],
  habits: Habits,
): LineItem[] {
  const rows = documents.flatMap((d) => d.LineItemGroups ?? []).flatMap((g) => g.LineItems ?? [])
  return rows
    .flatMap((row) => {
      const candidates = (row.LineItemExpenseFields ?? []).flatMap((cell) => {
        const column = columnOf(cell, columns)
        return column ? read({ field: column.column, type: column.type }, cell, habits) : []
      })
      const fields = columns.flatMap(({ column }) =>
        choose(
          { field: column },
          candidates.filter((c) => c.field === column),
        ),
      )
      if (fields.length === 0) return []
      const box = toBox(union(fields.map((f) => toRect(f.box))))
      return [{ index: 0, page: fields[0]?.page ?? 1, box, fields }]
    })
    .map((item, index) => ({ ...item, index }))
}
