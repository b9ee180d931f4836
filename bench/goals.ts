/** The goals, and whether what was measured meets them. Rates count relative to the bare database of the same run, at 8 clients. */
import type { Yardstick } from './database'
import { MANY, OPERATIONS, type Operation, type SizeReport } from './operations'
import type { Measured } from './report'
import { rounded } from './statistics'

export interface Goal {
  goal: string
  limit: number
  measured: number
  met: boolean
}

/** The goals name 300 creations and 1,000 reads a second where the bare database does 600 transactions and 1,600 reads. */
const CREATE_SHARE = 300 / 600
const READ_SHARE = 1000 / 1600
const GROWTH = 1.3
const WRITE_UNITS = 190
const BUNDLE_BYTES = 300_000
const BUNDLE_SHARE = 0.6
/** A thousand histories are replayed in seconds. */
const REPLAY_SECONDS = 10

const atLeast = (goal: string, limit: number, measured: number): Goal => ({
  goal,
  limit,
  measured: rounded(measured, 3),
  met: measured >= limit,
})
const atMost = (goal: string, limit: number, measured: number): Goal => ({
  goal,
  limit,
  measured: rounded(measured, 3),
  met: measured <= limit,
})

/** Of the sections that were measured. */
export function goalsOf({ operations, database, reference, bundles, sops }: Measured): Goal[] {
  const [few, many] = operations ?? []
  return [
    ...(few && database ? ratesOf(few, database) : []),
    ...(few && many ? growthOf(few, many) : []),
    ...(reference ? [atMost('write units of the reference shipment', WRITE_UNITS, reference.total.writeUnits)] : []),
    ...(bundles ? largest(bundles) : []),
    ...(sops ? replayOf(sops) : []),
  ]
}

/** The 600 and 1,600 were measured through the SDK; the raw protocol is quicker, so its share is the harder goal. */
const ratesOf = (size: SizeReport, { getItem, transaction, throughSdk }: Yardstick): Goal[] => {
  const creations = rateOf(size, 'create')
  const reads = rateOf(size, 'read')
  return [
    atLeast(
      'creations by the transactions of the bare database through the SDK',
      CREATE_SHARE,
      creations / throughSdk.transaction.rate,
    ),
    atLeast('reads by the GetItems of the bare database through the SDK', READ_SHARE, reads / throughSdk.getItem.rate),
    atLeast('creations by the transactions over the raw protocol', CREATE_SHARE, creations / transaction.rate),
    atLeast('reads by the GetItems over the raw protocol', READ_SHARE, reads / getItem.rate),
  ]
}

const runOf = (size: SizeReport, operation: Operation) => size.rates[operation].find(({ clients }) => clients === MANY)

const rateOf = (size: SizeReport, operation: Operation) => runOf(size, operation)?.rate ?? 0

/** What a request costs in the larger table by what it costs in the smaller one: time, and processor time, which noise disturbs less. */
const growthOf = (few: SizeReport, many: SizeReport): Goal[] =>
  OPERATIONS.flatMap((operation) => {
    const cost = `of ${operation} with ${many.shipments} shipments by that with ${few.shipments}`
    const cpu = (size: SizeReport) => runOf(size, operation)?.cpu ?? 0
    return [
      atMost(`time ${cost}`, GROWTH, rateOf(few, operation) / rateOf(many, operation)),
      atMost(`CPU ${cost}`, GROWTH, cpu(many) / cpu(few)),
    ]
  })

/** Of processor time: one process does it, and the machine may have other work. */
const replayOf = (sops: NonNullable<Measured['sops']>): Goal[] =>
  sops.flatMap(({ sop, replayed }) =>
    sop === 'mix'
      ? [atMost('CPU seconds in which 1,000 shipments are replayed', REPLAY_SECONDS, 1000 / replayed.perCpuSecond)]
      : [],
  )

/** Of all doors behind the API. */
const largest = ({ functions, comparison }: NonNullable<Measured['bundles']>): Goal[] => {
  const [heaviest] = functions.filter(({ api }) => api).sort((a, b) => b.bytes - a.bytes)
  if (!heaviest) return []
  const { name, bytes } = heaviest
  return [
    atMost(`bytes of the largest API bundle, ${name}`, BUNDLE_BYTES, bytes),
    atMost(`${name} by the comparison bundle`, BUNDLE_SHARE, bytes / comparison.bytes),
  ]
}
