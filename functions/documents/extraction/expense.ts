import type { LineItem } from '../../../schemas/extraction'
import type { ColumnSpec, FieldSpec } from '../kinds/kind'
import type { TextractBlock, TextractGeometry } from './blocks'
import { type Candidate, candidatesFrom } from './candidate'
import { choose } from './choose'
import { toBox, union } from './geometry'
import type { Habits } from './reading'

type Detection = { Text?: string | undefined; Confidence?: number | undefined; Geometry?: TextractGeometry | undefined }

/** The parts of AnalyzeExpense's answer that we read; the SDK's `ExpenseDocument` fits. */
export type ExpenseField = {
  Type?: { Text?: string | undefined; Confidence?: number | undefined } | undefined
  LabelDetection?: Detection | undefined
  ValueDetection?: Detection | undefined
  PageNumber?: number | undefined
}
export type ExpenseDocument = {
  SummaryFields?: ExpenseField[] | undefined
  LineItemGroups?: { LineItems?: { LineItemExpenseFields?: ExpenseField[] | undefined }[] | undefined }[] | undefined
}

const boxOf = (detection: Detection | undefined) => {
  const b = detection?.Geometry?.BoundingBox
  return { left: b?.Left ?? 0, top: b?.Top ?? 0, width: b?.Width ?? 0, height: b?.Height ?? 0 }
}

function read(spec: Pick<FieldSpec, 'field' | 'type'>, field: ExpenseField, habits: Habits): Candidate[] {
  const raw = field.ValueDetection?.Text ?? ''
  if (raw.trim() === '') return []
  const source = {
    method: 'expense' as const,
    page: field.PageNumber ?? 1,
    box: boxOf(field.ValueDetection),
    ocr: (field.ValueDetection?.Confidence ?? 0) / 100,
    trust: 0.6 + 0.4 * ((field.Type?.Confidence ?? 0) / 100),
    label: field.LabelDetection?.Text ?? '',
    lines: raw.split('\n'),
  }
  return candidatesFrom(spec, spec.type === 'party' ? raw : raw.replace(/\n/g, ' '), source, habits)
}

/** Candidates from the summary fields of AnalyzeExpense; Textract's types are mapped by the kinds' field schemas. */
export function expenseCandidates(
  documents: readonly ExpenseDocument[],
  specs: readonly FieldSpec[],
  habits: Habits,
): Candidate[] {
  return documents
    .flatMap((d) => d.SummaryFields ?? [])
    .flatMap((field) =>
      specs.filter((s) => s.expense?.includes(field.Type?.Text ?? '')).flatMap((spec) => read(spec, field, habits)),
    )
}

/** Line items of AnalyzeExpense; ITEM is the description, PRICE the line's amount. */
export function expenseItems(
  documents: readonly ExpenseDocument[],
  columns: readonly ColumnSpec[],
  habits: Habits,
): LineItem[] {
  const rows = documents.flatMap((d) => d.LineItemGroups ?? []).flatMap((g) => g.LineItems ?? [])
  return rows.flatMap((row, index) => {
    const cells = row.LineItemExpenseFields ?? []
    const fields = cells.flatMap((cell) => {
      const type = cell.Type?.Text ?? ''
      const column = columns.find((c) => c.expense?.includes(type) || (type === 'ITEM' && c.column === 'description'))
      return column
        ? choose({ field: column.column }, read({ field: column.column, type: column.type }, cell, habits))
        : []
    })
    const boxes = fields.map((f) => ({
      left: f.box.left,
      top: f.box.top,
      right: f.box.left + f.box.width,
      bottom: f.box.top + f.box.height,
    }))
    if (boxes.length === 0) return []
    return [{ index, page: fields[0]?.page ?? 1, box: toBox(union(boxes)), fields }]
  })
}

/** Lines of an answer that came without blocks (older recordings): what Textract labelled is all the text there is. */
export function expenseBlocks(document: ExpenseDocument): TextractBlock[] {
  const cells = (document.LineItemGroups ?? [])
    .flatMap((g) => g.LineItems ?? [])
    .flatMap((i) => i.LineItemExpenseFields ?? [])
  return [...(document.SummaryFields ?? []), ...cells].flatMap((field) =>
    [field.LabelDetection, field.ValueDetection].flatMap((detection) =>
      (detection?.Text ?? '')
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map((Text) => ({
          BlockType: 'LINE',
          Text,
          Confidence: detection?.Confidence,
          Page: field.PageNumber ?? 1,
          Geometry: detection?.Geometry,
        })),
    ),
  )
}
