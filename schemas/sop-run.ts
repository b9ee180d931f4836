import * as z from 'zod'
import { SopPin } from './shipment'

/** Why a run of a shipment's SOP took the place of another. */
export const SopRestartKind = z
  .enum(['HEALED', 'RESTARTED', 'MIGRATED', 'UNDONE'])
  .describe(
    'HEALED: the run before failed, was stopped or was lost. RESTARTED: somebody asked for it. MIGRATED: moved to another version. UNDONE: moved back',
  )
export type SopRestartKind = z.infer<typeof SopRestartKind>

export const SopRestart = z
  .object({ from: SopPin, to: SopPin, kind: SopRestartKind, reason: z.string() })
  .meta({ id: 'SopRestart' })
export type SopRestart = z.infer<typeof SopRestart>
