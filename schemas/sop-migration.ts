/** Running shipments moved to another version of their SOP: what a move would do, and what it did. */
import * as z from 'zod'
import { ChargeCode } from './codes'
import { Instant, MigrationId, Money, PlanId, pageQuery, ShipmentId, SopId, TaskId, text } from './common'
import { InternalRole } from './role'
import { SopPin } from './shipment'
import { Task } from './task'

export const Verdict = z
  .enum(['MIGRATE', 'STAY', 'MANUAL'])
  .describe('MIGRATE: safe; STAY: not to be moved; MANUAL: a person has to decide')
export type Verdict = z.infer<typeof Verdict>

/** Why a shipment is not moved. */
export const StayCode = z.enum(['ENDED', 'UNMANAGED', 'ALREADY_THERE', 'ENDING', 'NO_DIFFERENCE'])
/** Why a person has to look first. */
export const ManualCode = z.enum([
  'VERSION_GONE',
  'STEP_REFUSED',
  'FAILS',
  'BLOCKS',
  'RENAMED',
  'NEW_CRITICAL',
  'APPROVAL_LOST',
  'CHARGE_STANDS',
  'SUB_PROCESS',
])
export const PlanReason = z
  .object({
    code: z.enum(['SAFE', ...StayCode.options, ...ManualCode.options]),
    message: z.string(),
    stepKey: z.string().optional().describe('Step of the target version, or of the current one, that it is about'),
  })
  .meta({ id: 'SopPlanReason' })
export type PlanReason = z.infer<typeof PlanReason>

export const Standing = z
  .object({ state: z.string().describe('Name of the state'), key: z.string().optional().describe('Key of its step') })
  .meta({ id: 'SopStanding' })
export type Standing = z.infer<typeof Standing>

const taskOf = { taskId: TaskId, stepKey: z.string(), role: InternalRole, title: z.string() }
const Terms = z.object({ role: InternalRole, title: z.string(), dueAt: z.string().optional() })

/** One shipment of a plan: everything that the move would do to it. */
export const PlannedShipment = z
  .object({
    shipmentId: ShipmentId,
    clientReference: z.string().optional(),
    shipmentVersion: z.int().describe('Version of the shipment that this was computed on'),
    from: z.int().describe('Version of the SOP that it runs on'),
    verdict: Verdict,
    reasons: z.array(PlanReason),
    standsAt: z.array(Standing).describe('Where it stands on its version'),
    willStandAt: z.array(Standing).describe('Where it will stand on the target version'),
    completes: z.boolean().describe('The target version has nothing left for it: the move completes the shipment'),
    tasks: z.object({
      cancelled: z.array(z.object({ ...taskOf, assignee: z.string().optional() })),
      created: z.array(z.object({ ...taskOf, dueAt: z.string().optional() })),
      reopened: z.array(z.object(taskOf)).describe('An earlier move had cancelled them'),
      revised: z
        .array(z.object({ taskId: TaskId, stepKey: z.string(), before: Terms, after: Terms }))
        .describe('Open tasks that stay, with another role, title or due date'),
    }),
    exceptions: z.array(z.object({ stepKey: z.string(), severity: z.string(), reason: z.string() })),
    notices: z.array(z.object({ stepKey: z.string(), template: z.string(), audience: z.array(z.string()) })),
    charges: z.array(z.object({ chargeId: z.string(), code: ChargeCode, amount: Money })),
  })
  .meta({ id: 'PlannedShipment' })
export type PlannedShipment = z.infer<typeof PlannedShipment>

export const MAX_FROM = 20
export const PlanMigration = z
  .strictObject({
    to: z.int().positive().describe('Version that shipments are to be moved to'),
    from: z
      .array(z.int().positive())
      .min(1)
      .max(MAX_FROM)
      .optional()
      .describe('Only shipments that run on one of these versions'),
    createdAfter: Instant.optional().describe('Only shipments created from then on'),
    limit: z.int().min(1).max(100_000).optional().describe('At most so many shipments, newest first'),
    includeUnchanged: z
      .boolean()
      .default(false)
      .describe('Move also those for which what is left is the same in both versions'),
  })
  .meta({ id: 'PlanMigration' })
export type PlanMigration = z.infer<typeof PlanMigration>

const Totals = z.object({
  shipments: z.int(),
  MIGRATE: z.int(),
  STAY: z.int(),
  MANUAL: z.int(),
  tasksCancelled: z.int(),
  tasksCreated: z.int(),
  tasksReopened: z.int(),
  tasksRevised: z.int(),
  exceptions: z.int(),
  notices: z.int(),
  charges: z.int(),
})
export type PlanTotals = z.infer<typeof Totals>

export const MigrationPlan = z
  .object({
    planId: PlanId,
    sopId: SopId,
    ...PlanMigration.shape,
    status: z.enum(['RUNNING', 'COMPLETED']),
    seen: z.int().describe('Shipments of the tenant that were looked at so far, of whatever SOP'),
    totals: Totals.describe('What the moves of the verdict MIGRATE would do; counts of all verdicts'),
    reasons: z.record(z.string(), z.int()).describe('How many shipments have each reason'),
    createdAt: z.string(),
    createdBy: z.string(),
    finishedAt: z.string().optional(),
  })
  .meta({ id: 'MigrationPlan' })
export type MigrationPlan = z.infer<typeof MigrationPlan>

export const PlannedQuery = z.object({ verdict: Verdict.optional(), ...pageQuery })

export const Wave = z.union([
  z.strictObject({ share: z.number().gt(0).max(1).describe('Of all shipments that are moved') }),
  z.strictObject({ count: z.int().positive() }),
])
export type Wave = z.infer<typeof Wave>

export const StartMigration = z
  .strictObject({
    planId: PlanId,
    waves: z
      .array(Wave)
      .min(1)
      .max(50)
      .default([{ share: 1 }])
      .describe('In their order; what they leave is a last wave'),
    maxErrorRate: z
      .number()
      .min(0)
      .max(1)
      .default(0.05)
      .describe('Share of a wave that may fail; above it the migration halts after the wave'),
    checkSeconds: z
      .int()
      .min(1)
      .max(40)
      .default(30)
      .describe('How long after a wave its shipments may take to stand where they should'),
    includeManual: z
      .array(z.strictObject({ shipmentId: ShipmentId, reason: text(300).min(3) }))
      .max(500)
      .default([])
      .describe('Shipments of the verdict MANUAL that are moved nevertheless, each with the reason'),
    reason: text(500).min(3).describe('Why; kept for ever'),
  })
  .meta({ id: 'StartMigration' })
export type StartMigration = z.infer<typeof StartMigration>

export const MigrationStatus = z.enum(['RUNNING', 'HALTED', 'COMPLETED', 'CANCELLED', 'REVERSING', 'REVERSED'])
export type MigrationStatus = z.infer<typeof MigrationStatus>

export const WaveResult = z.object({
  wave: z.int().describe('From 1'),
  size: z.int(),
  moved: z.int(),
  skipped: z.int(),
  failed: z.int(),
  errorRate: z.number(),
  endedAt: z.string(),
})
export type WaveResult = z.infer<typeof WaveResult>

const Signed = z.object({ by: z.string(), at: z.string(), reason: z.string() })

export const Migration = z
  .object({
    migrationId: MigrationId,
    sopId: SopId,
    to: z.int(),
    ...StartMigration.shape,
    status: MigrationStatus,
    size: z.int().describe('Shipments to be moved'),
    waveSizes: z.array(z.int()),
    done: z.int().describe('Shipments that have an outcome'),
    moved: z.int(),
    skipped: z.int(),
    failed: z.int(),
    reversed: z.int(),
    results: z.array(WaveResult).describe('Waves that are over'),
    halted: z.string().optional().describe('Why it stands still'),
    createdAt: z.string(),
    createdBy: z.string(),
    finishedAt: z.string().optional(),
    resumed: Signed.optional(),
    cancelled: Signed.optional(),
    reversal: Signed.optional(),
  })
  .meta({ id: 'SopMigration' })
export type Migration = z.infer<typeof Migration>

export const OutcomeStatus = z
  .enum(['MOVED', 'SKIPPED', 'FAILED', 'REVERSED', 'KEPT'])
  .describe('SKIPPED: not touched; FAILED: moved, but it does not stand where it should; KEPT: not brought back')
export type OutcomeStatus = z.infer<typeof OutcomeStatus>

export const MigrationOutcome = z
  .object({
    shipmentId: ShipmentId,
    wave: z.int().describe('From 1'),
    status: OutcomeStatus,
    code: z
      .enum(['CHANGED', 'VANISHED', 'EXECUTION_FAILED', 'BLOCKED', 'ENDED', 'MOVED_ON'])
      .optional()
      .describe('Why it was skipped, failed or kept'),
    message: z.string().optional(),
    before: SopPin.optional().describe('What it ran on'),
    after: SopPin.optional().describe('What it runs on since the move'),
    cancelled: z.array(Task).describe('Tasks that the move cancelled, as they were'),
    revised: z.array(Task).describe('Tasks that the move changed, as they were'),
    at: z.string().describe('When this was written last'),
  })
  .meta({ id: 'SopMigrationOutcome' })
export type MigrationOutcome = z.infer<typeof MigrationOutcome>

export const OutcomeQuery = z.object({ status: OutcomeStatus.optional(), ...pageQuery })
