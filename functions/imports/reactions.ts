import { createHash } from 'node:crypto'
import type { ImportJob, RowResult } from '../../schemas/import'
import { AwsError } from '../platform/aws'
import type { Reactions } from '../platform/consume'
import { type Context, timestamp } from '../platform/context'
import { AppError, type FieldError } from '../platform/errors'
import { Contended } from '../platform/table'
import { logger } from '../platform/telemetry'
import { checkedCommand, create } from '../shipments/creation'
import { releaseReference, reserveReference } from '../shipments/insertion'
import { BROKEN_ROW, type CheckedRow, checkRow, failedRow, repeatedReferences, rowsOf } from './domain'
import { loadJob, loadPayload, ROWS_A_BLOCK, recordRows } from './store'

const AT_ONCE = 8

/**
 * Processes a job from where it stands, a block of rows at a time. A crash, a time-out or a second delivery goes on
 * at the last block; a row that was created already answers by its own guard.
 */
export const reactions: Reactions<'import.requested'> = {
  async 'import.requested'(context, { data }) {
    const job = await loadJob(context, data.jobId)
    if (job.status !== 'RUNNING') return
    const rows = rowsOf(job.contentType, await loadPayload(context, job.jobId)).map(checkRow)
    const repeated = repeatedReferences(rows)
    const checked = rows.map((row): CheckedRow => {
      const again = repeated.get(row.index)
      return again && 'command' in row ? { index: row.index, errors: [again], ...referenceOf(row) } : row
    })
    const held = job.errorBehaviour === 'rollback' ? await holdAll(context, job, checked) : undefined
    await process(context, job, held ?? checked)
  },
}

const referenceOf = (row: CheckedRow) =>
  row.clientReference === undefined ? {} : { clientReference: row.clientReference }

/** Block after block until the job is done, or until another delivery is found to be ahead. */
async function process(context: Context, job: ImportJob, rows: readonly CheckedRow[]): Promise<void> {
  const rolledBack = job.rolledBack ?? (job.errorBehaviour === 'rollback' && rows.some((row) => 'errors' in row))
  let current = job
  while (current.processed < rows.length) {
    const block = rows.slice(current.processed, current.processed + ROWS_A_BLOCK)
    const results = await inParallel(block, (row) => (rolledBack ? notCreated(row) : createRow(context, job, row)))
    const processed = current.processed + block.length
    const finished = processed === rows.length
    const next: ImportJob = {
      ...current,
      processed,
      ...(rolledBack ? { rolledBack } : {}),
      created: current.created + results.filter((row) => row.status === 'CREATED').length,
      failed: current.failed + results.filter((row) => row.status === 'FAILED').length,
      ...(finished
        ? { status: rolledBack ? ('FAILED' as const) : ('COMPLETED' as const), finishedAt: timestamp() }
        : {}),
    }
    if (!(await recordRows(context, current, next, results))) return
    current = next
  }
}

const notCreated = async (row: CheckedRow): Promise<RowResult> =>
  'errors' in row ? failedRow(row, row.errors) : { index: row.index, ...referenceOf(row), status: 'NOT_CREATED' }

async function createRow(context: Context, job: ImportJob, row: CheckedRow): Promise<RowResult> {
  if ('errors' in row) return failedRow(row, row.errors)
  try {
    const { created } = await create(
      context,
      await checkedCommand(context, row.command),
      { operation: 'importRow', key: `${job.jobId}-${row.index}`, request: row.command },
      job.errorBehaviour === 'rollback' ? reservationOf(job, row.index) : undefined,
    )
    return { index: row.index, ...referenceOf(row), status: 'CREATED', shipmentId: created.shipmentId }
  } catch (error) {
    return failedRow(row, fieldErrors(error))
  }
}

/** A rule's no is the row's result, and so is an error that would come again. What passes is thrown: the job goes on at the next delivery. */
function fieldErrors(error: unknown): FieldError[] {
  if (error instanceof Contended || (error instanceof AwsError && error.retryable)) throw error
  if (error instanceof AppError)
    return error.details.errors ?? [{ pointer: '', code: error.code, message: error.message }]
  logger.error('Row of an import failed', { error: error instanceof Error ? error : new Error(String(error)) })
  return [BROKEN_ROW]
}

/**
 * All or none: every row is checked and every reference held before the first shipment is written, so that no rule can
 * stop the second half. When one fails, what is held is given back.
 */
async function holdAll(context: Context, job: ImportJob, rows: readonly CheckedRow[]): Promise<CheckedRow[]> {
  if (job.processed > 0 && !job.rolledBack) return [...rows]
  const held = await inParallel(rows, async (row): Promise<CheckedRow> => {
    if ('errors' in row) return row
    try {
      await checkedCommand(context, row.command)
    } catch (error) {
      return { index: row.index, ...referenceOf(row), errors: fieldErrors(error) }
    }
    const { clientReference } = row.command
    const taken = clientReference && (await reserveReference(context, clientReference, reservationOf(job, row.index)))
    if (!taken) return row
    const message = `names ${taken}`
    return {
      index: row.index,
      ...referenceOf(row),
      errors: [{ pointer: '/clientReference', code: 'client_reference.taken', message }],
    }
  })
  if (held.some((row) => 'errors' in row))
    await inParallel(held, async (row) => {
      if ('command' in row && row.command.clientReference)
        await releaseReference(context, row.command.clientReference, job.jobId)
    })
  return held
}

/** The same id at every delivery: time of the job, and a hash of job and row. */
function reservationOf(job: ImportJob, index: number) {
  const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
  const hash = createHash('sha256').update(`${job.jobId}-${index}`).digest()
  const random = [...hash.subarray(0, 16)].map((byte) => alphabet[byte % 32]).join('')
  return { shipmentId: `shp_${job.jobId.slice(4, 14)}${random}`, holder: job.jobId }
}

async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  let next = 0
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index]
      if (item !== undefined) results[index] = await work(item)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return results
}
