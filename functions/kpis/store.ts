/** Members and sums of the KPIs in the table. */
import { type KpiBucket, KpiMember, type KpiName } from '../../schemas/kpi'
import type { Context } from '../platform/context'
import {
  foreignCursor,
  type Item,
  list,
  type PageRequest,
  partition,
  retried,
  type Tenant,
  transact,
  type Write,
} from '../platform/table'
import { loadShipment } from '../shipments/store'
import { addDays } from './domain/days'
import { type Dimension, deltaOf, evaluate, type Sums } from './domain/members'
import { lastOverdueDay } from './domain/otif'

const membersPk = (shipmentId: string) => `KPIMEMBER#${shipmentId}`
const sumsPk = (kpi: KpiName, dimension: Dimension) => `KPI#${kpi}#${dimension}`
const bucketPk = (kpi: KpiName, bucket: KpiBucket) => `KPI#${kpi}#${bucket}`

const memberItem = (member: KpiMember): Item => ({
  pk: membersPk(member.shipmentId),
  sk: member.kpi,
  gsi1pk: bucketPk(member.kpi, member.bucket),
  gsi1sk: `${member.day}#${member.shipmentId}`,
  body: JSON.stringify(member),
})
const memberOf = (item: Item): KpiMember => KpiMember.parse(JSON.parse(String(item.body)))

/**
 * Brings a shipment's members, and the sums that they are in, up to its present state. State against state: it may be
 * called as often and in whatever order. It looks again after each change, so that what was decided on an older state
 * never stays.
 */
export async function refreshMembers(context: Context, shipmentId: string): Promise<void> {
  while (await retried(() => refreshOnce(context, shipmentId)));
}

async function refreshOnce(context: Context, shipmentId: string): Promise<boolean> {
  const stored = await partition(context, membersPk(shipmentId))
  const next = evaluate(await loadShipment(context, shipmentId))
  const writes = memberWrites(stored, next)
  if (writes.length === 0) return false
  await transact(context, [...writes, ...deltaOf(stored.map(memberOf), next).map(addition)])
  return true
}

/** Conditional on the member that the difference is taken from: each difference is added once. */
function memberWrites(stored: readonly Item[], next: readonly KpiMember[]): Write[] {
  const items = next.map(memberItem)
  const gone = stored.filter((item) => !items.some((it) => it.sk === item.sk))
  return [
    ...items.flatMap((item): Write[] => {
      const before = stored.find((it) => it.sk === item.sk)
      if (before?.body === item.body) return []
      return [{ put: item, if: before ? { attribute: 'body', equals: String(before.body) } : 'absent' }]
    }),
    ...gone.map(({ pk, sk, body }): Write => ({ remove: { pk, sk }, if: { attribute: 'body', equals: String(body) } })),
  ]
}

const addition = ({ kpi, dimension, day, value, add }: Sums): Write => ({
  update: { pk: sumsPk(kpi, dimension), sk: `${day}#${value}` },
  add: Object.fromEntries(Object.entries(add).filter(([, amount]) => amount !== 0)),
})

/** From the first day to before the last. */
export interface Days {
  from: string
  to: string
}
/** Sort keys go on after the day, so the end of the range lies before those of its day. */
const between = ({ from, to }: Days): { between: [string, string] } => ({ between: [from, to] })

export async function loadSums(tenant: Tenant, kpi: KpiName, dimension: Dimension, days: Days): Promise<Sums[]> {
  const items = await everything((page) =>
    list(tenant, sumsPk(kpi, dimension), page, { index: 'table', ...between(days) }),
  )
  return items.map(({ pk: _, sk, ...add }) => {
    const [day = '', ...value] = sk.split('#')
    const amounts = Object.fromEntries(Object.entries(add).map(([name, amount]) => [name, Number(amount)]))
    return { kpi, dimension, day, value: value.join('#'), add: { n: 0, d: 0, ...amounts } }
  })
}

/** Undelivered though their day is past: few, however many shipments there are. */
export const loadOverdue = async (context: Context, days: Days): Promise<KpiMember[]> => {
  const past = { from: days.from, to: earlier(days.to, firstDayNotOverdue(context.now)) }
  if (past.from >= past.to) return []
  return (await everything((page) => list(context, bucketPk('otif', 'OPEN'), page, between(past)))).map(memberOf)
}

async function everything(read: (page: PageRequest) => Promise<{ items: Item[]; next?: string }>): Promise<Item[]> {
  const items: Item[] = []
  let cursor: string | undefined
  do {
    const found = await read({ limit: 1000, cursor })
    items.push(...found.items)
    cursor = found.next
  } while (cursor !== undefined)
  return items
}

const firstDayNotOverdue = (now: string) => addDays(lastOverdueDay(now), 1)
const earlier = (a: string, b: string) => (a < b ? a : b)
const later = (a: string, b: string) => (a > b ? a : b)

/** A part of the index to be listed. */
interface Segment extends Days {
  stored: KpiBucket
  shown: KpiBucket
}

/** What is open past its day is shown, and counted, as missed. */
function segmentsOf(bucket: KpiBucket | undefined, { from, to }: Days, now: string): Segment[] {
  const edge = firstDayNotOverdue(now)
  const segments: Segment[] = [
    { stored: 'MISS', shown: 'MISS', from, to },
    { stored: 'OPEN', shown: 'MISS', from, to: earlier(to, edge) },
    { stored: 'OPEN', shown: 'OPEN', from: later(from, edge), to },
    { stored: 'EXCLUDED', shown: 'EXCLUDED', from, to },
    { stored: 'HIT', shown: 'HIT', from, to },
  ]
  return segments.filter((it) => (bucket === undefined || it.shown === bucket) && it.from < it.to)
}

/** One bucket after the other, each by day. The cursor is the segment and the place in it. */
export async function listMembers(
  context: Context,
  kpi: KpiName,
  question: Days & PageRequest & { bucket: KpiBucket | undefined },
): Promise<{ items: KpiMember[]; next?: string }> {
  const segments = segmentsOf(question.bucket, question, context.now)
  const items: KpiMember[] = []
  let at = startOf(question.cursor)
  for (let segment = segments[at.segment]; segment; segment = segments[at.segment]) {
    const { stored, shown } = segment
    const page = { limit: question.limit - items.length, cursor: at.cursor }
    const found = await list(context, bucketPk(kpi, stored), page, between(segment))
    items.push(...found.items.map(memberOf).map((member) => asShown(member, shown)))
    at = found.next ? { segment: at.segment, cursor: found.next } : { segment: at.segment + 1, cursor: undefined }
    if (items.length === question.limit && at.segment < segments.length)
      return { items, next: `${at.segment}.${at.cursor ?? ''}` }
  }
  return { items }
}

const asShown = (member: KpiMember, bucket: KpiBucket): KpiMember =>
  member.bucket === bucket ? member : { ...member, bucket, reasons: ['NOT_DELIVERED'] }

function startOf(cursor: string | undefined): { segment: number; cursor: string | undefined } {
  if (cursor === undefined) return { segment: 0, cursor: undefined }
  const [, segment, rest] = /^([0-4])\.([A-Za-z0-9_-]*)$/.exec(cursor) ?? []
  if (segment === undefined) throw foreignCursor()
  return { segment: Number(segment), cursor: rest || undefined }
}
