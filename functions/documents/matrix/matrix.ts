/** The consensus matrix of a shipment's documents. Pure: same columns, same matrix, in whatever order they come. */
import type { Disagreement, DocumentMatrix, MatrixRow, Waiver } from '../../../schemas/document-matrix'
import { type Comparison, compare, disagreement } from './compare'
import { lineDisagreements } from './lines'
import { POLICIES, type Policy, type Rule } from './policies'
import { keyOf, show } from './values'
import { type Column, cellOf, SHIPMENT, witnessesOf } from './witnesses'

export type Matrix = Pick<DocumentMatrix, 'rows' | 'consistent' | 'disagreements'>

/** `waivers`: by key of the disagreement that they were given for. */
export function matrixOf(columns: readonly Column[], waivers: ReadonlyMap<string, Waiver> = new Map()): Matrix {
  const sorted = [...columns].sort((a, b) => (rank(a) < rank(b) ? -1 : 1))
  const rows = POLICIES.map((policy) => rowOf(policy, sorted, waivers)).filter(({ cells }) => cells.length > 0)
  const found = rows.flatMap((row) => row.disagreements)
  const open = found.filter(({ waiver }) => !waiver)
  const errors = open.filter(({ severity }) => severity === 'ERROR').length
  return {
    rows,
    consistent: errors === 0,
    disagreements: { errors, warnings: open.length - errors, waived: found.length - open.length },
  }
}

/** The shipment first, then documents by id, which is by the time of their announcement. */
const rank = ({ source }: Column) => (source === SHIPMENT ? '' : source)

function rowOf(policy: Policy, columns: readonly Column[], waivers: ReadonlyMap<string, Waiver>): MatrixRow {
  const { agreed, disagreements } = compared(policy, columns)
  return {
    check: policy.code,
    describe: policy.describe,
    rule: ruleOf(policy.rule),
    cells: columns
      .map((column) => ({ source: column.source, values: [...valuesIn(policy, column)] }))
      .filter(({ values }) => values.length > 0),
    ...(agreed ? { agreed } : {}),
    disagreements: disagreements.map((found) => {
      const waiver = waivers.get(found.key)
      return waiver ? { ...found, waiver } : found
    }),
  }
}

function compared(policy: Policy, columns: readonly Column[]): Comparison {
  const { rule } = policy
  if (rule.kind === 'order') return { disagreements: outOfOrder(policy, rule, columns) }
  if (rule.kind === 'arithmetic') return { disagreements: selfContradictions(policy, columns) }
  if (rule.kind === 'lines') return { disagreements: lineDisagreements(policy, columns) }
  return compare(policy, rule, witnessesOf(policy, columns))
}

function ruleOf(rule: Rule): MatrixRow['rule'] {
  if (rule.kind !== 'tolerance') return { kind: rule.kind }
  return { kind: rule.kind, tolerance: `${rule.share * 100} %, at least ${rule.least}` }
}

function valuesIn(policy: Policy, column: Column) {
  const { rule } = policy
  if (rule.kind === 'arithmetic')
    return warned(column).flatMap(({ fields }) => fields.flatMap((it) => column.values[it] ?? []))
  if (rule.kind === 'lines') return (column.lines ?? []).map(({ quantity }) => quantity)
  if (rule.kind !== 'order') return cellOf(policy, column)
  return rule.stages.filter(({ kind }) => kind === column.kind).flatMap(({ field }) => column.values[field] ?? [])
}

/** What comes later must not be dated earlier. Each date is held against the latest of all stages before it. */
function outOfOrder(
  policy: Policy,
  { stages }: Extract<Rule, { kind: 'order' }>,
  columns: readonly Column[],
): Disagreement[] {
  const dated = stages.flatMap(({ kind, field, severity }, stage) =>
    columns
      .filter((column) => column.kind === kind)
      .flatMap(({ source, values }) =>
        (values[field] ?? []).flatMap(({ value }) =>
          value.type === 'date' ? [{ stage, field, severity, source, date: value.date }] : [],
        ),
      ),
  )
  return dated.flatMap((later) => {
    const before = dated
      .filter((it) => it.stage < later.stage && it.date > later.date)
      .sort((a, b) => (a.date === b.date ? (a.source < b.source ? -1 : 1) : a.date < b.date ? 1 : -1))[0]
    if (!before) return []
    return [
      disagreement(policy, {
        sources: [later.source],
        against: [before.source],
        severity: before.severity === 'WARN' ? 'WARN' : later.severity,
        message: `${later.field} ${later.date} is before ${before.field} ${before.date}`,
        values: [later.date, before.date],
      }),
    ]
  })
}

const ARITHMETIC = ['TOTAL_NOT_SUM_OF_LINES', 'NET_EXCEEDS_GROSS', 'CONTAINER_CHECK_DIGIT']
const warned = ({ warnings = [] }: Column) => warnings.filter(({ code }) => ARITHMETIC.includes(code))

const selfContradictions = (policy: Policy, columns: readonly Column[]): Disagreement[] =>
  columns.flatMap((column) =>
    warned(column).map(({ fields, message }) =>
      disagreement(policy, {
        sources: [column.source],
        against: [],
        severity: policy.severity,
        message,
        values: fields
          .flatMap((field) => column.values[field] ?? [])
          .map(({ value }) => `${keyOf(value)} ${show(value)}`),
      }),
    ),
  )
