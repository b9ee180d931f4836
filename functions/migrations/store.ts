/** Migrations, a partition each, with an item for what has become of each shipment. */
import { createHash } from 'node:crypto'
import * as z from 'zod'
import type { SopId } from '../../schemas/sop'
import { Migration, MigrationOutcome } from '../../schemas/sop-migration'
import { type Context, newId } from '../platform/context'
import { AppError, notFound } from '../platform/errors'
import {
  ConditionFailed,
  get,
  type Item,
  type Key,
  list,
  type PageRequest,
  type Tenant,
  transact,
  type Write,
} from '../platform/table'
import { timelineItem } from '../platform/timeline'
import { keyReused } from '../shipments/store'
import { sopPartition } from '../sops/store'

const migrationPk = (migrationId: string) => `MIGRATION#${migrationId}`
export const SHIPMENT = 'SHIPMENT#'
/** The migration that an SOP has under way: one at a time. */
const lockKey = (sopId: SopId) => ({ pk: sopPartition(sopId), sk: 'MIGRATION' })

export const MigrationJob = z.object({
  migration: Migration,
  version: z.int(),
  part: z.int(),
  phase: z.enum(['MOVE', 'CHECK', 'COUNT', 'REVERSE', 'REST']),
  /** The last shipment that the phase is through with; ids are in order. */
  after: z.string(),
  /** The wave that is under way: the last shipment before it, the last one of it, and what has become of it. */
  wave: z.object({
    after: z.string(),
    last: z.string(),
    size: z.int(),
    moved: z.int(),
    skipped: z.int(),
    failed: z.int(),
  }),
  /** Until when its shipments may take to stand where they should. */
  deadline: z.string().optional(),
})
export type MigrationJob = z.infer<typeof MigrationJob>

/** Base 32 of Crockford, of which ids are made. */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** A new id, or the one that an Idempotency-Key always gives. */
export function idOf(prefix: 'pln' | 'mig', { tenantId, now }: Context, key: string | undefined): string {
  if (key === undefined) return newId(prefix, now)
  const digest = createHash('sha256').update(`${tenantId} ${prefix} ${key}`).digest()
  return `${prefix}_0${[...digest.subarray(0, 25)].map((byte) => LETTERS[byte % 32]).join('')}`
}

export const fingerprintOf = (request: unknown) =>
  createHash('sha256').update(JSON.stringify(request)).digest('base64url')

const migrationItem = (job: MigrationJob): Item => ({
  pk: migrationPk(job.migration.migrationId),
  sk: 'MIGRATION',
  gsi1pk: `MIGRATIONS#${job.migration.sopId}`,
  gsi1sk: `${job.migration.createdAt}#${job.migration.migrationId}`,
  version: job.version,
  status: job.migration.status,
  body: JSON.stringify(job),
})

/** Of the request that opened the job. */
export const fingerprintAt = async (tenant: Tenant, key: Key) => String((await get(tenant, key))?.fingerprint)

export const jobOf = <T>(schema: z.ZodType<T>, item: Item): T => schema.parse(JSON.parse(String(item.body)))

export async function written(tenant: Tenant, writes: readonly Write[]): Promise<boolean> {
  try {
    await transact(tenant, writes)
    return true
  } catch (error) {
    if (error instanceof ConditionFailed) return false
    throw error
  }
}

export const bodiesOf = <T>(items: readonly Item[], schema: z.ZodType<T>): T[] =>
  items.map((item) => jobOf(schema, item))

/** A tilde is after every character of an id. */
export const between = (after: string, last = ''): [string, string] => [
  `${SHIPMENT}${after === '' ? '' : `${after}~`}`,
  `${SHIPMENT}${last}~`,
]

/** The entry by which a job asks for its next part. */
const requestOf = (context: Context, { part, migration: { migrationId } }: MigrationJob): Write => {
  const fact = { type: 'migration.requested' as const, data: { migrationId, part } }
  return { put: timelineItem(context, migrationPk(migrationId), migrationId, part, fact) }
}

/** Opens a migration, and with it the SOP's only place for one. */
export async function openMigration(
  context: Context,
  migration: Migration,
  request: unknown,
): Promise<{ migration: Migration; replayed: boolean }> {
  const { migrationId, sopId } = migration
  const wave = { after: '', last: '', size: 0, moved: 0, skipped: 0, failed: 0 }
  const job: MigrationJob = { migration, version: 1, part: 1, phase: 'MOVE', after: '', wave }
  const fingerprint = fingerprintOf([sopId, request])
  try {
    await transact(context, [
      { put: { ...migrationItem(job), fingerprint }, if: 'absent' },
      { put: { ...lockKey(sopId), migrationId }, if: 'absent' },
      requestOf(context, job),
    ])
    return { migration, replayed: false }
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error
    const known = await get(context, { pk: migrationPk(migrationId), sk: 'MIGRATION' })
    if (!known) throw open(error.item)
    if (known.fingerprint !== fingerprint) throw keyReused()
    return { migration: jobOf(MigrationJob, known).migration, replayed: true }
  }
}

const open = (lock: Item | undefined) =>
  new AppError('conflict', 'migration.open', `Migration ${lock?.migrationId} of this SOP is not over`, {
    migrationId: lock?.migrationId,
  })

export async function loadMigration(tenant: Tenant, migrationId: string, sopId?: SopId): Promise<MigrationJob> {
  const item = await get(tenant, { pk: migrationPk(migrationId), sk: 'MIGRATION' })
  const job = item && jobOf(MigrationJob, item)
  if (!job || (sopId !== undefined && job.migration.sopId !== sopId)) throw notFound('migration')
  return job
}

const OVER: readonly Migration['status'][] = ['COMPLETED', 'CANCELLED', 'REVERSED']
/** Whether the SOP's place is taken: while shipments are being moved, and while a halt waits for a decision. */
const holds = ({ migration: { status } }: Pick<MigrationJob, 'migration'>) => !OVER.includes(status)

/** The next state of a migration. False when something has come first; throws `migration.open` when another is under way. */
export async function saveMigration(
  context: Context,
  before: MigrationJob,
  next: Omit<MigrationJob, 'version'>,
): Promise<boolean> {
  const job: MigrationJob = { ...next, version: before.version + 1 }
  const { migrationId, sopId } = job.migration
  const key = { pk: migrationPk(migrationId), sk: 'MIGRATION' }
  const fingerprint = await fingerprintAt(context, key)
  const lock: Write[] = [
    ...(holds(job) && !holds(before) ? [{ put: { ...lockKey(sopId), migrationId }, if: 'absent' } as const] : []),
    ...(holds(before) && !holds(job)
      ? [{ remove: lockKey(sopId), if: { attribute: 'migrationId', equals: migrationId } }]
      : []),
  ]
  try {
    await transact(context, [
      {
        put: { ...migrationItem(job), fingerprint },
        if: { attribute: 'version', equals: before.version },
      },
      ...lock,
      ...(job.part > before.part ? [requestOf(context, job)] : []),
    ])
    return true
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error
    if (error.index === 1 && holds(job) && !holds(before)) throw open(error.item)
    return false
  }
}

export async function listMigrations(tenant: Tenant, sopId: SopId, page: PageRequest) {
  const { items, next } = await list(tenant, `MIGRATIONS#${sopId}`, page, { newestFirst: true })
  return { items: bodiesOf(items, MigrationJob).map(({ migration }) => migration), ...(next ? { next } : {}) }
}

const outcomeKey = (migrationId: string, shipmentId: string) => ({
  pk: migrationPk(migrationId),
  sk: SHIPMENT + shipmentId,
})

/** Holds while the job is as it was read: what it does stands or falls with that. */
export const unlessGoneOn = ({ migration: { migrationId }, version }: MigrationJob): Write => ({
  check: { pk: migrationPk(migrationId), sk: 'MIGRATION' },
  if: { attribute: 'version', equals: version },
})

/** The write of an outcome; it takes the place only of one with the status that was read. */
export const outcomeWrite = (
  migrationId: string,
  outcome: MigrationOutcome,
  before: MigrationOutcome | undefined,
): Write => ({
  put: {
    ...outcomeKey(migrationId, outcome.shipmentId),
    status: outcome.status,
    body: JSON.stringify(outcome),
  },
  if: before ? { attribute: 'status', equals: before.status } : 'absent',
})

/** False when another delivery has written it first. */
export const saveOutcome = (
  tenant: Tenant,
  migrationId: string,
  outcome: MigrationOutcome,
  before: MigrationOutcome | undefined,
): Promise<boolean> => written(tenant, [outcomeWrite(migrationId, outcome, before)])

export async function findOutcome(tenant: Tenant, migrationId: string, shipmentId: string) {
  const item = await get(tenant, outcomeKey(migrationId, shipmentId))
  return item && jobOf(MigrationOutcome, item)
}

export async function listOutcomes(tenant: Tenant, migrationId: string, page: PageRequest) {
  const { items, next } = await list(tenant, migrationPk(migrationId), page, { index: 'table', begins: SHIPMENT })
  return { items: bodiesOf(items, MigrationOutcome), ...(next ? { next } : {}) }
}

/** Outcomes after one shipment and up to another, in the order of their ids. */
export async function outcomesBetween(
  tenant: Tenant,
  migrationId: string,
  { after, last }: { after: string; last?: string | undefined },
  limit: number,
) {
  const page = { limit }
  const { items } = await list(tenant, migrationPk(migrationId), page, {
    index: 'table',
    between: between(after, last),
  })
  return bodiesOf(items, MigrationOutcome)
}
