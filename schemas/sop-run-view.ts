import * as z from 'zod'
import { text } from './common'
import { SopFailure, SopRestartKind } from './sop-run'

/** One run of a shipment's SOP. */
export const SopRun = z
  .object({
    run: z.int().min(1),
    process: z.string().optional().describe('Sub-process that it is of: the key of the step that started it'),
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
    reason: text(300),
    version: z.int().min(1).optional().describe('Of the same SOP; the pinned one when absent'),
    process: z
      .string()
      .max(200)
      .optional()
      .describe('A sub-process, by the key of the step that started it; the shipment’s own SOP when absent'),
  })
  .meta({ id: 'RestartSop' })
