import * as z from 'zod'
import { JobId, pageQuery } from './common'

export const ErrorBehaviour = z
  .enum(['proceed', 'rollback'])
  .describe('proceed: good rows are created, bad ones reported; rollback: all rows or none')

export const MAX_ROWS = 10_000

/** POST /v1/shipment-imports as JSON. Rows are checked one by one, later: a bad one does not spoil the request. */
export const ShipmentImport = z
  .object({
    errorBehaviour: ErrorBehaviour.default('proceed'),
    rows: z.array(z.unknown()).min(1).max(MAX_ROWS).describe('Each as the body of POST /v1/shipments'),
  })
  .meta({ id: 'ShipmentImport' })

export const ImportJob = z
  .object({
    jobId: JobId,
    status: z.enum(['RUNNING', 'COMPLETED', 'FAILED']).describe('FAILED: rolled back, nothing was created'),
    errorBehaviour: ErrorBehaviour,
    contentType: z.string(),
    rows: z.int(),
    processed: z.int(),
    created: z.int(),
    failed: z.int(),
    createdAt: z.string(),
    rolledBack: z.boolean().optional().describe('A row failed in a job of all or none'),
    finishedAt: z.string().optional(),
  })
  .meta({ id: 'ImportJob' })
export type ImportJob = z.infer<typeof ImportJob>

export const RowResult = z
  .object({
    index: z.int().describe('Place of the row, from 0'),
    clientReference: z.string().optional(),
    status: z.enum(['CREATED', 'FAILED', 'NOT_CREATED']).describe('NOT_CREATED: a good row of a job that rolled back'),
    shipmentId: z.string().optional(),
    errors: z
      .array(
        z.object({ pointer: z.string().describe('JSON pointer into the row'), code: z.string(), message: z.string() }),
      )
      .optional(),
  })
  .meta({ id: 'RowResult' })
export type RowResult = z.infer<typeof RowResult>

export const RowQuery = z.object({ status: RowResult.shape.status.optional(), ...pageQuery })
