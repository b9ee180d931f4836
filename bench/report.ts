/** What the bench found, for people. */
import type { BundleReport } from './bundles'
import type { Yardstick } from './database'
import type { Goal } from './goals'
import type { Rate } from './load'
import type { SizeReport } from './operations'
import { type Cost, FLOOR } from './reference-floor'
import type { ReferenceReport } from './reference-shipment'
import type { SopFigures } from './sops'

/** Sections that were not asked for are absent. */
export interface Measured {
  machine: { cpus: number; node: string; loadAverage: number }
  /** Milliseconds to ready, of the first start on an empty folder and of a later one; resident memory of all processes at rest. */
  start?: { firstReadyMs: number; readyMs: number; idleMegabytes: number }
  reference?: ReferenceReport
  bundles?: BundleReport
  database?: Yardstick
  operations?: SizeReport[]
  sops?: SopFigures[]
}

export type Report = Measured & { goals: Goal[]; seconds: number }

type Cell = string | number

/** Columns as wide as their widest cell; numbers to the right. */
export function table(head: string[], rows: Cell[][]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => String(row[column] ?? '').length)),
  )
  const isNumber = head.map((_, column) => typeof rows[0]?.[column] === 'number')
  const line = (cells: Cell[]) =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0
        return isNumber[column] ? String(cell).padStart(width) : String(cell).padEnd(width)
      })
      .join('  ')
      .trimEnd()
  return `${[line(head), ...rows.map(line)].join('\n')}\n`
}

export function readable(report: Report): string {
  const { machine, start, reference, bundles, database, operations, sops, goals, seconds } = report
  return [
    `${machine.cpus} processors, Node ${machine.node}, load ${machine.loadAverage} before the start; took ${seconds} s`,
    ...(start
      ? [
          `First start ready after ${start.firstReadyMs} ms, later ones after ${start.readyMs} ms; ${start.idleMegabytes} MB at rest`,
        ]
      : []),
    ...(database ? [databaseTable(database)] : []),
    ...(operations ?? []).map(operationsTable),
    ...(reference ? [referenceTable(reference)] : []),
    ...(bundles ? [bundlesTable(bundles)] : []),
    ...(sops ? [sopsTable(sops)] : []),
    goalsTable(goals),
  ].join('\n\n')
}

const rateCells = ({ clients, rate, p50, p99, cpu }: Rate): Cell[] => [clients, rate, p50, p99, cpu]
const RATE_HEAD = ['clients', 'per second', 'p50 ms', 'p99 ms', 'CPU ms']

const databaseTable = ({ getItem, query, transaction, creation, throughSdk }: Yardstick) =>
  `The bare database\n${table(
    ['request', ...RATE_HEAD],
    [
      ['GetItem', ...rateCells(getItem)],
      ['Query of a shipment', ...rateCells(query)],
      ['TransactWriteItems of 4', ...rateCells(transaction)],
      ['TransactWriteItems of a creation', ...rateCells(creation)],
      ['GetItem through the SDK', ...rateCells(throughSdk.getItem)],
      ['TransactWriteItems of 4 through the SDK', ...rateCells(throughSdk.transaction)],
    ],
  )}`

function operationsTable({ shipments, seeded, rates, background }: SizeReport): string {
  const rows = Object.entries(rates).flatMap(([operation, runs]) =>
    runs.map((run): Cell[] => [operation, ...rateCells(run)]),
  )
  const { making, loading } = seeded.seconds
  const rest = background.settled
    ? `came to rest ${background.seconds} s later`
    : `was still at work ${background.seconds} s later`
  return [
    `The API with ${shipments} shipments, ${seeded.items} items written straight into the database (${making} s to make, ${loading} s to load)`,
    `${table(['operation', ...RATE_HEAD], rows)}What ${background.created} creations set off ${rest}.`,
  ].join('\n')
}

const costCells = (cost: Cost): Cell[] => [
  cost.writeUnits,
  cost.readUnits,
  cost.databaseCalls,
  cost.invocations,
  cost.stateTransitions,
]

function referenceTable({ parts, total, floor, completed, leftOut }: ReferenceReport): string {
  const rows = Object.entries(parts).map(([part, cost]): Cell[] => [
    part,
    cost.commands,
    ...costCells(cost),
    ...Object.entries(FLOOR).flatMap(([name, least]) => (name === part ? [least.writeUnits] : [])),
  ])
  const head = [
    'part',
    'commands',
    'write units',
    'read units',
    'calls',
    'invocations',
    'transitions',
    'floor of write units',
  ]
  return `The reference shipment, without ${leftOut.join(' and ')}\n${table(head, [
    ...rows,
    ['total', '', ...costCells(total), floor.writeUnits],
    ['floor', '', ...costCells(floor)],
    ['to the end of its SOP', '', ...costCells(completed.total)],
  ])}`
}

const bundlesTable = ({ functions, comparison, runs }: BundleReport) =>
  `Bundles, and the median of ${runs} starts in fresh processes\n${table(
    ['function', 'bytes', 'init ms'],
    [
      ...functions.map(({ name, bytes, init }): Cell[] => [name, bytes, init]),
      [`middy with Powertools: ${comparison.utilities.join(', ')}`, comparison.bytes, comparison.init],
    ],
  )}${comparison.missing.length > 0 ? `Not installed, so not in it: ${comparison.missing.join(', ')}.\n` : ''}`

export const sopsTable = (sops: readonly SopFigures[]) =>
  `SOPs in memory: each a second, and in brackets each second of CPU; bytes of a suspended execution\n${table(
    ['SOP', 'simulated', 'replayed', 'transitions', 'proved', 'as JSON', 'on the heap'],
    sops.map(({ sop, simulated, replayed, transitions, proved, suspended }): Cell[] => [
      sop,
      ...[simulated, replayed, transitions, proved].map(
        ({ perSecond, perCpuSecond }) => `${perSecond} (${perCpuSecond})`,
      ),
      suspended.persistedBytes,
      suspended.heapBytes,
    ]),
  )}`

const goalsTable = (goals: Goal[]) =>
  `Goals\n${table(
    ['goal', 'limit', 'measured', ''],
    goals.map(({ goal, limit, measured, met }) => [goal, limit, measured, met ? 'met' : 'NOT met']),
  )}`
