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
