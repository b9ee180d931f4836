/** Key figures as stored fractions, and the members that each is made of. */
import * as z from 'zod'
import { TransportMode } from './codes'
import { ENDS_LATER, OrganizationId, pageQuery, ShipmentId, UnLocode } from './common'

export const KpiName = z.enum(['otif', 'order-cycle-time']).describe('On time in full; order cycle time')
export type KpiName = z.infer<typeof KpiName>

/** HIT counts in numerator and denominator, MISS in the denominator, EXCLUDED in neither, OPEN is not decided yet. */
export const KpiBucket = z.enum(['HIT', 'MISS', 'OPEN', 'EXCLUDED'])
export type KpiBucket = z.infer<typeof KpiBucket>

export const KpiReason = z
  .enum([
    'ON_TIME_IN_FULL',
    'LATE',
    'EARLY',
    'SHORT',
    'DISCREPANCY',
    'NOT_DELIVERED',
    'NOT_DUE',
    'DELIVERED',
    'NO_PROMISE',
    'CANCELLED',
    'DELIVERED_BEFORE_ORDERED',
  ])
  .describe('Why a shipment is in its bucket')
export type KpiReason = z.infer<typeof KpiReason>

/** What the verdict rests on. */
export const KpiEvidence = z.object({
  baseline: z.enum(['PROMISED', 'REQUESTED']).optional(),
  window: z.object({ from: z.string(), to: z.string() }).optional(),
  deliveredAt: z.string().optional(),
  occurrenceId: z.string().optional(),
  eventIds: z.array(z.string()).optional(),
  orderedPackages: z.int().optional(),
  deliveredPackages: z.int().optional().describe('Absent when nobody counted: then taken as in full'),
  orderedAt: z.string().optional(),
  seconds: z.int().optional().describe('Order cycle time'),
})
export type KpiEvidence = z.infer<typeof KpiEvidence>

/** One shipment in one KPI. */
export const KpiMember = z
  .object({
    kpi: KpiName,
    shipmentId: ShipmentId,
    day: z.iso.date().describe('Cohort day, UTC'),
    bucket: KpiBucket,
    reasons: z.array(KpiReason).min(1),
    customer: OrganizationId,
    from: UnLocode,
    to: UnLocode,
    mode: TransportMode,
    evidence: KpiEvidence,
  })
  .meta({ id: 'KpiMember' })
export type KpiMember = z.infer<typeof KpiMember>

const MAX_DAYS = 366
const period = {
  from: z.iso.date().describe('First cohort day, UTC'),
  to: z.iso.date().describe('Day after the last'),
}
const inOrder = ({ from, to }: { from: string; to: string }) => from < to
const shortEnough = ({ from, to }: { from: string; to: string }) =>
  Date.parse(to) - Date.parse(from) <= MAX_DAYS * 86_400_000
const LENGTH = { message: `at most ${MAX_DAYS} days`, path: ['to'] }

export const KpiGroupBy = z.enum(['day', 'customer', 'lane', 'mode'])
export type KpiGroupBy = z.infer<typeof KpiGroupBy>

export const KpiQuery = z
  .object({ ...period, groupBy: KpiGroupBy.optional() })
  .refine(inOrder, ENDS_LATER)
  .refine(shortEnough, LENGTH)

export const KpiMembersQuery = z
  .object({ ...period, bucket: KpiBucket.optional(), ...pageQuery })
  .refine(inOrder, ENDS_LATER)
  .refine(shortEnough, LENGTH)

const Fraction = z.object({
  numerator: z.int(),
  denominator: z.int(),
  ratio: z.number().nullable().describe('numerator / denominator; null when nothing was measured'),
  overdue: z.int().optional().describe('Of the denominator: due in the period, past it, and not delivered'),
  p50: z.number().nullable().optional().describe('Within `relativeError` of the exact quantile'),
  p90: z.number().nullable().optional(),
})

export const KpiValue = z
  .object({
    name: KpiName,
    definition: z.string(),
    unit: z.enum(['ratio', 'seconds']),
    from: z.string(),
    to: z.string(),
    relativeError: z.number().optional().describe('Bound of the error of p50 and p90'),
    total: Fraction,
    groupBy: KpiGroupBy.optional(),
    groups: z.array(Fraction.extend({ key: z.string().describe('A lane is FROM-TO') })),
  })
  .meta({ id: 'KpiValue' })
export type KpiValue = z.infer<typeof KpiValue>
