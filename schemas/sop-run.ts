import * as z from 'zod'
import { SopPin } from './shipment'

/** Why a run of a shipment's SOP took the place of another. */
export const SopRestartKind = z
  .enum(['HEALED', 'RENEWED', 'RESTARTED', 'MIGRATED', 'UNDONE'])
  .describe(
    'HEALED: the run before failed, was stopped or was lost. RENEWED: it came near a limit of Step Functions. RESTARTED: somebody asked for it. MIGRATED: moved to another version. UNDONE: moved back',
  )
export type SopRestartKind = z.infer<typeof SopRestartKind>

/** How an execution ended that had to be healed; LOST is one that Step Functions does not know. */
export const SopFailure = z.enum(['FAILED', 'TIMED_OUT', 'ABORTED', 'LOST'])
export type SopFailure = z.infer<typeof SopFailure>

export const SopRestart = z
  .object({
    from: SopPin,
    to: SopPin,
    kind: SopRestartKind,
    found: SopFailure.optional().describe('What the run before was found as'),
    reason: z.string(),
  })
  .meta({ id: 'SopRestart' })
export type SopRestart = z.infer<typeof SopRestart>

/** One run of a shipment's SOP. */
export const SopRun = z
  .object({
    run: z.int().min(1),
    sopId: z.string(),
    version: z.int(),
    executionArn: z.string(),
    status: z
      .enum(['RUNNING', 'SUCCEEDED', ...SopFailure.options, 'REPLACED'])
      .describe('REPLACED: stopped because another run took its place'),
    startedAt: z.string(),
    endedAt: z.string().optional(),
    why: z
      .object({
        kind: SopRestartKind,
        reason: z.string(),
        by: z.string().describe('Who restarted: a person, or a part of Portolan'),
      })
      .optional()
      .describe('Absent on the first run'),
  })
  .meta({ id: 'SopRun' })
export type SopRun = z.infer<typeof SopRun>

/** POST /v1/shipments/{shipmentId}/sop-restarts */
export const RestartSop = z
  .strictObject({
    reason: z.string().trim().min(1).max(300),
    version: z.int().min(1).optional().describe('Of the same SOP; the pinned one when absent'),
  })
  .meta({ id: 'RestartSop' })
