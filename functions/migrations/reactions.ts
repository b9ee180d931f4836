import type { Reactions } from '../platform/consume'
import { advanceMigration } from './moving'
import { advancePlan } from './planning'

export const reactions: Reactions<'migration-plan.requested' | 'migration.requested'> = {
  'migration-plan.requested': (context, { data }) => advancePlan(context, data.planId, data.part),
  'migration.requested': (context, { data }) => advanceMigration(context, data.migrationId, data.part),
}
