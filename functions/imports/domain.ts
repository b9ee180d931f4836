/** Rows of an import: from text to commands, and their results. Pure. */
import { parse } from 'csv-parse/sync'
import { MAX_ROWS, type RowResult, ShipmentImport } from '../../schemas/import'
import { CreateShipment } from '../../schemas/shipment'
import { AppError, type FieldError, pointerOf } from '../platform/errors'
import { creationErrors } from '../shipments/domain'

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

/** Members that are numbers in the schema; a CSV has only text. */
const NUMBERS = new Set(['packages', 'grossWeight', 'volume', 'verifiedGrossMass', 'amount'])

/** A header cell is the path of a member: `clientReference`, `legs.0.from.unLocode`, `chargeLines.0.amount.currency`. */
function csvRows(text: string): unknown[] {
  const [header = [], ...lines] = csvLines(text)
  const paths = header.map((name) => name.trim().split('.'))
  if (paths.some((path) => path.some((part) => !/^(?:[a-zA-Z]{1,40}|\d{1,3})$/.test(part))))
    throw new AppError(
      'invalid',
      'csv.malformed',
      'The first line names a member a column, such as legs.0.from.unLocode',
    )
  return lines.map((cells) => {
    const row: Node = {}
    cells.forEach((cell, column) => {
      const path = paths[column]
      if (path && cell !== '') place(row, path, NUMBERS.has(path.at(-1) ?? '') ? Number(cell) : cell)
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
      // Own members only: a column named after one of Object's must not reach its prototype.
      const next = (Object.hasOwn(at, part) ? at[part] : undefined) ?? (/^\d+$/.test(path[depth + 1] ?? '') ? [] : {})
      at[part] = next
      // Just made, or made so by an earlier column.
      at = next as Record<string, unknown>
    }
  })
}

export type CheckedRow =
  | { index: number; clientReference?: string; command: CreateShipment }
  | { index: number; clientReference?: string; errors: FieldError[] }

/** A row by the same schema and rules as POST /v1/shipments, but for its places. */
export function checkRow(row: unknown, index: number): CheckedRow {
  const parsed = CreateShipment.safeParse(row)
  if (!parsed.success) {
    const errors = parsed.error.issues.map((issue) => ({
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

const referenceOf = (row: unknown): { clientReference?: string } => {
  const reference: unknown = typeof row === 'object' && row !== null ? Reflect.get(row, 'clientReference') : undefined
  return typeof reference === 'string' ? { clientReference: reference } : {}
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

const MAX_ERRORS = 10

export const failedRow = (row: { index: number; clientReference?: string }, errors: FieldError[]): RowResult => ({
  index: row.index,
  ...(row.clientReference === undefined ? {} : { clientReference: row.clientReference }),
  status: 'FAILED',
  // A block of results is one item of the table: the first errors say what is wrong with the row.
  errors: errors.slice(0, MAX_ERRORS),
})
