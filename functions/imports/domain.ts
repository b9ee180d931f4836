/** Rows of an import: from text to commands, and their results. Pure. */
import { parse } from 'csv-parse/sync'
import { MAX_ROWS, type RowResult, ShipmentImport } from '../../schemas/import'
import { CreateShipment } from '../../schemas/shipment'
import { AppError, type FieldError, pointerOf } from '../platform/errors'
import { creationErrors } from '../shipments/domain'
import { columnsOf } from './columns'

/** The rows of a payload. Whoever parses it twice gets the same rows. */
export function rowsOf(contentType: string, text: string): unknown[] {
  const rows = contentType === 'text/csv' ? csvRows(text) : ShipmentImport.parse(JSON.parse(text)).rows
  if (rows.length === 0 || rows.length > MAX_ROWS)
    throw new AppError(
      'unprocessable',
      'rows.count',
      `An import has 1 to ${MAX_ROWS} rows, this one has ${rows.length}`,
    )
  return rows
}

function csvRows(text: string): unknown[] {
  const [header = [], ...lines] = csvLines(text)
  const columns = columnsOf(header)
  return lines.map((cells) => {
    const row: Node = {}
    cells.forEach((cell, index) => {
      const column = columns[index]
      if (column && cell !== '') place(row, column.path, column.isNumber ? Number(cell) : cell)
    })
    return row
  })
}

function csvLines(text: string): string[][] {
  try {
    return parse(text, { bom: true, relax_column_count_less: true, skip_empty_lines: true, trim: true })
  } catch (error) {
    throw new AppError('invalid', 'csv.malformed', error instanceof Error ? error.message : 'The CSV cannot be read')
  }
}

type Leaf = string | number
interface Node {
  [member: string]: Leaf | Node | Array<Leaf | Node>
}

function place(node: Node, path: string[], value: Leaf): void {
  let at: Record<string, unknown> = node
  path.forEach((part, depth) => {
    if (depth === path.length - 1) at[part] = value
    else {
      // Own members only; which names and indexes there are, `columnsOf` has checked.
      const next = Object.hasOwn(at, part) ? at[part] : /^\d+$/.test(path[depth + 1] ?? '') ? [] : {}
      at[part] = next
      // Just made, or made so by an earlier column.
      at = next as Record<string, unknown>
    }
  })
}

export type CheckedRow =
  | { index: number; clientReference?: string; command: CreateShipment }
  | { index: number; clientReference?: string; errors: FieldError[] }

/** A row by the same schema and rules as POST /v1/shipments, but for its places. Whatever the row is, it has a result. */
export function checkRow(row: unknown, index: number): CheckedRow {
  try {
    return checkedRow(row, index)
  } catch {
    return { index, errors: [BROKEN_ROW] }
  }
}

/** Of a row that brings its check or its creation down: the others go on. */
export const BROKEN_ROW: FieldError = { pointer: '', code: 'internal', message: 'Something failed on our side' }

const MAX_ERRORS = 10

function checkedRow(row: unknown, index: number): CheckedRow {
  const parsed = CreateShipment.safeParse(row)
  if (!parsed.success) {
    // Thousands of rows are held at once, and each may have hundreds.
    const errors = parsed.error.issues.slice(0, MAX_ERRORS).map((issue) => ({
      pointer: pointerOf(issue.path),
      code: issue.code,
      message: issue.message,
    }))
    return { index, ...referenceOf(row), errors }
  }
  const errors = creationErrors(parsed.data)
  const identity = { index, ...referenceOf(row) }
  return errors.length > 0 ? { ...identity, errors } : { ...identity, command: parsed.data }
}

/** One that a shipment may have: of what else stands there, a result repeats nothing. */
const referenceOf = (row: unknown): { clientReference?: string } => {
  const reference: unknown = typeof row === 'object' && row !== null ? Reflect.get(row, 'clientReference') : undefined
  const { data } = CreateShipment.shape.clientReference.safeParse(reference)
  return data === undefined ? {} : { clientReference: data }
}

/** Rows whose reference stands in an earlier row already. */
export function repeatedReferences(rows: readonly CheckedRow[]): Map<number, FieldError> {
  const first = new Map<string, number>()
  const repeated = new Map<number, FieldError>()
  for (const { index, clientReference } of rows) {
    if (clientReference === undefined) continue
    const earlier = first.get(clientReference)
    if (earlier === undefined) first.set(clientReference, index)
    else
      repeated.set(index, {
        pointer: '/clientReference',
        code: 'client_reference.taken',
        message: `stands in row ${earlier} already`,
      })
  }
  return repeated
}

export const failedRow = (row: { index: number; clientReference?: string }, errors: FieldError[]): RowResult => ({
  index: row.index,
  ...(row.clientReference === undefined ? {} : { clientReference: row.clientReference }),
  status: 'FAILED',
  // A block of results is one item of the table: the first errors say what is wrong with the row, and briefly.
  errors: errors.slice(0, MAX_ERRORS).map((error) => ({ ...error, message: shortened(error.message) })),
})

/** Some messages list all codes that there are. */
const MAX_MESSAGE = 200
const shortened = (message: string) =>
  message.length <= MAX_MESSAGE ? message : `${message.slice(0, MAX_MESSAGE - 1)}…`
