import type { SopId } from '../../schemas/sop'
import type { Migration } from '../../schemas/sop-migration'
import { readVersion } from '../authoring/definitions'
import { findOwnVersion } from '../authoring/store'
import type { Context } from '../platform/context'
import { AppError } from '../platform/errors'
import type { Answer, Handlers } from '../platform/route'
import type { routes } from './contract'
import { begunMigration, begunPlan, cancelled, resumed, reversing } from './domain/jobs'
import { findPlanned, listPlanned, loadPlan, openPlan } from './plans'
import {
  idOf,
  listMigrations,
  listOutcomes,
  loadMigration,
  type MigrationJob,
  openMigration,
  saveMigration,
} from './store'

/** Throws when shipments may not be moved to the version. */
async function refuseTarget(context: Context, sopId: SopId, version: number) {
  await readVersion(context, sopId, version)
  if ((await findOwnVersion(context, sopId, version))?.retired)
    throw new AppError('conflict', 'sop_version.retired', `Version ${version} is retired`)
}

const planAt = (sopId: string, planId: string) => `/v1/sops/${sopId}/migration-plans/${planId}`
const migrationAt = (sopId: string, migrationId: string) => `/v1/sops/${sopId}/migrations/${migrationId}`

export const handlers: Handlers<typeof routes> = {
  async planSopMigration(context, { params: { sopId }, body, idempotencyKey }) {
    await refuseTarget(context, sopId, body.to)
    const begun = begunPlan({ planId: idOf('pln', context, idempotencyKey), sopId }, body, context)
    const { plan, replayed } = await openPlan(context, begun, body)
    return { body: plan, replayed, location: planAt(sopId, plan.planId) }
  },

  async getSopMigrationPlan(context, { params: { sopId, planId } }) {
    return { body: (await loadPlan(context, planId, sopId)).plan }
  },

  async listPlannedShipments(context, { params: { sopId, planId }, query }) {
    await loadPlan(context, planId, sopId)
    const { items, next } = await listPlanned(context, planId, query)
    const wanted = items.filter(({ verdict }) => !query.verdict || verdict === query.verdict)
    return { body: { items: wanted, ...(next ? { next } : {}) } }
  },

  async startSopMigration(context, { params: { sopId }, body, idempotencyKey }) {
    const { plan } = await loadPlan(context, body.planId, sopId)
    await refuseTarget(context, sopId, plan.to)
    const begun = begunMigration(idOf('mig', context, idempotencyKey), plan, body, context)
    await refuseOthers(context, begun)
    const { migration, replayed } = await openMigration(context, begun, body)
    return { body: migration, replayed, location: migrationAt(sopId, migration.migrationId) }
  },

  async listSopMigrations(context, { params: { sopId }, query }) {
    return { body: await listMigrations(context, sopId, query) }
  },

  async getSopMigration(context, { params: { sopId, migrationId } }) {
    return { body: (await loadMigration(context, migrationId, sopId)).migration }
  },

  async listMigrationOutcomes(context, { params: { sopId, migrationId }, query }) {
    await loadMigration(context, migrationId, sopId)
    const { items, next } = await listOutcomes(context, migrationId, query)
    const wanted = items.filter(({ status }) => !query.status || status === query.status)
    return { body: { items: wanted, ...(next ? { next } : {}) } }
  },

  async resumeSopMigration(context, { params: { sopId, migrationId }, body: { reason } }) {
    const job = await loadMigration(context, migrationId, sopId)
    const migration = resumed(job.migration, reason, context)
    return change(context, job, { ...job, migration, phase: phaseAfter(job, migration) })
  },

  async cancelSopMigration(context, { params: { sopId, migrationId }, body: { reason } }) {
    const job = await loadMigration(context, migrationId, sopId)
    const migration = cancelled(job.migration, reason, context)
    return change(context, job, { ...job, migration, phase: 'COUNT' })
  },

  async reverseSopMigration(context, { params: { sopId, migrationId }, body: { reason } }) {
    const job = await loadMigration(context, migrationId, sopId)
    const migration = reversing(job.migration, reason, context)
    return change(context, job, { ...job, migration, phase: 'REVERSE', after: '' })
  },
}

/** What is to be moved nevertheless is what the plan has left to a person. */
async function refuseOthers(context: Context, { planId, includeManual }: Migration) {
  const found = await Promise.all(includeManual.map(({ shipmentId }) => findPlanned(context, planId, shipmentId)))
  const ids = includeManual.map(({ shipmentId }) => shipmentId)
  const errors = found.flatMap((planned, index) =>
    planned?.verdict === 'MANUAL' && ids.indexOf(ids[index] ?? '') === index
      ? []
      : [
          {
            pointer: `/includeManual/${index}/shipmentId`,
            code: 'plan.not_manual',
            message: 'no shipment of the verdict MANUAL in this plan, or named twice',
          },
        ],
  )
  if (errors.length > 0)
    throw new AppError('unprocessable', 'plan.not_manual', 'Only shipments of the verdict MANUAL are named', { errors })
}

const contended = () =>
  new AppError('conflict', 'migration.contended', 'The migration has gone on meanwhile; look again')

/** A halt comes after a wave: it goes on with the next, if there is one. One that runs goes on where it is. */
const phaseAfter = ({ migration: { status }, phase }: MigrationJob, next: Migration): MigrationJob['phase'] =>
  next.status === 'COMPLETED' ? 'REST' : status === 'HALTED' ? 'MOVE' : phase

/** Hands the job over to its next part. */
async function change(context: Context, job: MigrationJob, next: MigrationJob): Promise<Answer<Migration>> {
  if (!(await saveMigration(context, job, { ...next, part: job.part + 1 }))) throw contended()
  return { body: next.migration }
}
