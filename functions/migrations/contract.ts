import * as z from 'zod'
import { MigrationId, PlanId, page } from '../../schemas/common'
import { InternalRole } from '../../schemas/role'
import { SopId } from '../../schemas/sop'
import { Reason } from '../../schemas/sop-draft'
import {
  Migration,
  MigrationOutcome,
  MigrationPlan,
  OutcomeQuery,
  PlanMigration,
  PlannedQuery,
  PlannedShipment,
  StartMigration,
} from '../../schemas/sop-migration'
import { type Contract, route } from '../platform/route'

const ofSop = z.object({ sopId: SopId })
const ofPlan = ofSop.extend({ planId: PlanId })
const ofMigration = ofSop.extend({ migrationId: MigrationId })
const because = z.strictObject({ reason: Reason })

/** Versions are published by two people (authoring); moving shipments to one that is, is one person's to do. */
const ADMIN = ['SOP_ADMIN'] as const
const READERS = InternalRole.options

const verb = {
  method: 'POST',
  roles: ADMIN,
  params: ofMigration,
  body: because,
  status: 202,
  response: Migration,
} as const

export const routes = {
  planSopMigration: route({
    method: 'POST',
    path: '/v1/sops/{sopId}/migration-plans',
    summary: 'Plan to move running shipments to a version: what would become of each. Changes nothing; answers a job',
    roles: ADMIN,
    params: ofSop,
    body: PlanMigration,
    status: 202,
    response: MigrationPlan,
    errors: ['sop_version.not_found', 'sop_version.retired', 'idempotency_key.reused'],
  }),
  getSopMigrationPlan: route({
    method: 'GET',
    path: '/v1/sops/{sopId}/migration-plans/{planId}',
    summary: 'Progress and totals of a plan',
    roles: READERS,
    params: ofPlan,
    status: 200,
    response: MigrationPlan,
    errors: ['plan.not_found'],
  }),
  listPlannedShipments: route({
    method: 'GET',
    path: '/v1/sops/{sopId}/migration-plans/{planId}/shipments',
    summary: 'Shipments of a plan, oldest first: verdict, reasons, where each will stand, tasks, notices, charges',
    roles: READERS,
    params: ofPlan,
    query: PlannedQuery,
    status: 200,
    response: page(PlannedShipment),
    errors: ['plan.not_found'],
  }),
  startSopMigration: route({
    method: 'POST',
    path: '/v1/sops/{sopId}/migrations',
    summary: 'Carry a plan out, wave by wave; halts above an error rate. One migration of an SOP at a time',
    roles: ADMIN,
    params: ofSop,
    body: StartMigration,
    status: 202,
    response: Migration,
    errors: [
      'plan.not_found',
      'plan.not_ready',
      'plan.not_manual',
      'plan.nothing_to_move',
      'migration.open',
      'sop_version.retired',
      'idempotency_key.reused',
    ],
  }),
  listSopMigrations: route({
    method: 'GET',
    path: '/v1/sops/{sopId}/migrations',
    summary: 'Migrations of an SOP, newest first',
    roles: READERS,
    params: ofSop,
    query: z.object({ limit: OutcomeQuery.shape.limit, cursor: OutcomeQuery.shape.cursor }),
    status: 200,
    response: page(Migration),
  }),
  getSopMigration: route({
    method: 'GET',
    path: '/v1/sops/{sopId}/migrations/{migrationId}',
    summary: 'Progress of a migration, its waves, and why it stands still if it does',
    roles: READERS,
    params: ofMigration,
    status: 200,
    response: Migration,
    errors: ['migration.not_found'],
  }),
  listMigrationOutcomes: route({
    method: 'GET',
    path: '/v1/sops/{sopId}/migrations/{migrationId}/shipments',
    summary: 'What has become of each shipment so far, oldest shipment first',
    roles: READERS,
    params: ofMigration,
    query: OutcomeQuery,
    status: 200,
    response: page(MigrationOutcome),
    errors: ['migration.not_found'],
  }),
  resumeSopMigration: route({
    ...verb,
    path: '/v1/sops/{sopId}/migrations/{migrationId}/resumptions',
    summary: 'Let a halted migration go on with its next wave',
    errors: ['migration.not_found', 'migration.not_now', 'migration.contended'],
  }),
  cancelSopMigration: route({
    ...verb,
    path: '/v1/sops/{sopId}/migrations/{migrationId}/cancellations',
    summary: 'End a migration here; shipments that have been moved stay moved',
    errors: ['migration.not_found', 'migration.not_now', 'migration.contended'],
  }),
  reverseSopMigration: route({
    ...verb,
    path: '/v1/sops/{sopId}/migrations/{migrationId}/reversals',
    summary: 'Bring every shipment that was moved back to the version that it had',
    errors: ['migration.not_found', 'migration.not_now', 'migration.open', 'migration.contended'],
  }),
}

export const contract = {
  domain: 'migrations',
  doors: {
    api: { access: ['table:write', 'executions:manage'] },
    // Two parts of jobs one after the other; short, for a message that failed is tried again after six times this.
    events: {
      access: ['table:write', 'executions:manage'],
      memory: 1024,
      timeout: 120,
    },
  },
  routes,
  publishes: [
    'migration-plan.requested',
    'migration.requested',
    'sop.restarted',
    'task.cancelled',
    'task.revised',
    'task.reopened',
    'exception.resolved',
  ],
  subscribes: ['migration-plan.requested', 'migration.requested'],
} as const satisfies Contract
