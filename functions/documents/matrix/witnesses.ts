/** Who says what about one check: the columns of the matrix, joined where documents complete each other. */
import type { DocumentType } from '../../../schemas/codes'
import type { MatrixValue } from '../../../schemas/document-matrix'
import type { DocumentKind, ExtractionWarning, NormalisedValue } from '../../../schemas/extraction'
import type { GoodsLine } from './lines'
import type { Policy } from './policies'
import { keyOf } from './values'

/** The source of the shipment's own facts. */
export const SHIPMENT = 'SHIPMENT'

export interface Column {
  source: string
  documentType?: DocumentType
  kind?: DocumentKind
  /** Its own number, by which it is told from others of its type. */
  number?: string
  /** By field; the shipment's by check. */
  values: Readonly<Record<string, readonly MatrixValue[]>>
  /** Checks for which it names some things only. */
  partial?: readonly string[]
  warnings?: readonly ExtractionWarning[]
  /** Its goods, of kinds whose lines are compared. */
  lines?: readonly GoodsLine[]
}

export interface Witness {
  sources: string[]
  values: NormalisedValue[]
  /** Of its least sure value. */
  confidence: number
  /** Names some of the things only. */
  part: boolean
}

/** Below this a reading says nothing. */
export const HEARD = 0.5

/** A value read with less than this may be misread: it disagrees in a lower voice. */
export const SURE = 0.9

export function cellOf(policy: Policy, column: Column): readonly MatrixValue[] {
  if (column.source === SHIPMENT) return column.values[policy.code] ?? []
  if (!column.kind || policy.except?.includes(column.kind)) return []
  if (policy.only && !policy.only.includes(column.kind)) return []
  return policy.fields.flatMap((field) => column.values[field] ?? [])
}

const toOrder = (values: readonly MatrixValue[]) =>
  values.some(({ value }) => value.type === 'party' && /^\s*(?:to\s+(?:the\s+)?order|order\s+of)\b/i.test(value.name))

/** In the order of their sources, so that nothing depends on the order in which documents came. */
export function witnessesOf(policy: Policy, columns: readonly Column[]): Witness[] {
  const speaking = columns.flatMap((column) => {
    const heard = cellOf(policy, column).filter(({ confidence }) => confidence >= HEARD)
    // A bill to order leaves open who will receive the goods.
    return heard.length === 0 || toOrder(heard) ? [] : [{ column, witness: witness(policy, column, heard) }]
  })
  if (policy.rule.kind !== 'set' && !policy.adds) return inOrder(speaking.map(({ witness }) => witness))
  const groups = new Map<string, typeof speaking>()
  for (const one of speaking) {
    const group = one.column.documentType ?? one.column.source
    groups.set(group, [...(groups.get(group) ?? []), one])
  }
  return inOrder(
    [...groups.values()].flatMap((group) => {
      const witnesses = group.map(({ witness }) => witness)
      return completing(group.map(({ column }) => column)) ? [joined(policy, witnesses)] : witnesses
    }),
  )
}

const inOrder = (witnesses: Witness[]) =>
  witnesses.sort((a, b) => ((a.sources[0] ?? '') < (b.sources[0] ?? '') ? -1 : 1))

function witness(policy: Policy, column: Column, values: readonly MatrixValue[]): Witness {
  const parts: readonly string[] = policy.rule.kind === 'set' ? policy.rule.parts : []
  return {
    sources: [column.source],
    values: values.map(({ value }) => value),
    confidence: Math.min(...values.map(({ confidence }) => confidence)),
    part: parts.includes(column.kind ?? '') || (column.partial?.includes(policy.code) ?? false),
  }
}

/** Documents of one type with numbers of their own are parts of one whole; two with one number say the same twice. */
export const completing = (columns: readonly Column[]) =>
  columns.length > 1 &&
  columns.every(({ number }) => number !== undefined) &&
  new Set(columns.map(({ number }) => number)).size === columns.length

function joined(policy: Policy, parts: readonly Witness[]): Witness {
  const values = parts.flatMap((part) => part.values)
  const both = {
    sources: parts.flatMap((part) => part.sources).sort(),
    confidence: Math.min(...parts.map((part) => part.confidence)),
    part: parts.some((part) => part.part),
  }
  if (!policy.adds) return { ...both, values: [...new Map(values.map((value) => [keyOf(value), value])).values()] }
  return { ...both, values: total(values) }
}

/** Their sum, if they are of one kind and currency; else each for itself. */
function total(values: NormalisedValue[]): NormalisedValue[] {
  const [first, ...rest] = values
  if (!first || !('amount' in first)) return values
  const unit = first.type === 'money' ? first.currency : ''
  let amount = first.amount
  for (const value of rest) {
    if (!('amount' in value) || (value.type === 'money' ? value.currency : '') !== unit) return values
    amount += value.amount
  }
  return [{ ...first, amount: Math.round(amount * 1000) / 1000 }]
}
