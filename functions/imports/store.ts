import { gunzipSync, gzipSync } from 'node:zlib'
import * as z from 'zod'
import { ImportJob, RowResult } from '../../schemas/import'
import type { Context } from '../platform/context'
import { notFound } from '../platform/errors'
import { ConditionFailed, get, type Item, list, partition, put, type Tenant, transact } from '../platform/table'
import { timelineItem } from '../platform/timeline'
import { digest, requestKey } from '../shipments/items'
import { keyReused } from '../shipments/store'

const jobPk = (jobId: string) => `JOB#${jobId}`
const jobItem = (job: ImportJob): Item => ({
  pk: jobPk(job.jobId),
  sk: 'JOB',
  processed: job.processed,
  body: JSON.stringify(job),
})

/** Under DynamoDB's 400 KB an item, as base64 of the compressed text. */
const CHUNK = 350_000
export const ROWS_A_BLOCK = 100
const GUARD_DAYS = 7

/** Keeps the payload as it came, then opens the job: what is read first of a job is there whole. */
export async function openJob(
  context: Context,
  job: ImportJob,
  text: string,
  idempotencyKey: string | undefined,
): Promise<{ job: ImportJob; replayed: boolean }> {
  const packed = gzipSync(text).toString('base64')
  for (let at = 0, part = 0; at < packed.length; at += CHUNK, part += 1)
    await put(context, { pk: jobPk(job.jobId), sk: `PAYLOAD#${part}`, body: packed.slice(at, at + CHUNK) })
  const fingerprint = digest(JSON.stringify([job.contentType, job.errorBehaviour, text]))
  const guard = idempotencyKey === undefined ? undefined : guardKey(context, idempotencyKey)
  const expiresAt = Math.floor(Date.parse(context.now) / 1000) + GUARD_DAYS * 86_400
  const requested = timelineItem(context, jobPk(job.jobId), job.jobId, 1, {
    type: 'import.requested',
    data: { jobId: job.jobId },
  })
  try {
    await transact(context, [
      ...(guard
        ? [{ put: { ...guard, fingerprint, expiresAt, body: JSON.stringify(job) }, if: 'absent' as const }]
        : []),
      { put: jobItem(job) },
      { put: requested },
    ])
    return { job, replayed: false }
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error
    if (error.item?.fingerprint !== fingerprint) throw keyReused()
    return { job: ImportJob.parse(JSON.parse(String(error.item.body))), replayed: true }
  }
}

const guardKey = (context: Context, key: string) => ({
  pk: `IDEMPOTENCY#${requestKey(context, 'importShipments', key)}`,
  sk: 'GUARD',
})

export async function loadJob(tenant: Tenant, jobId: string): Promise<ImportJob> {
  const item = await get(tenant, { pk: jobPk(jobId), sk: 'JOB' })
  if (!item) throw notFound('import')
  return ImportJob.parse(JSON.parse(String(item.body)))
}

export async function loadPayload(tenant: Tenant, jobId: string): Promise<string> {
  const parts = await partition(tenant, jobPk(jobId), 'PAYLOAD#')
  const numbered = parts.map((item) => ({ part: Number(item.sk.slice(8)), body: String(item.body) }))
  const packed = numbered.sort((a, b) => a.part - b.part).map((part) => part.body)
  return gunzipSync(Buffer.from(packed.join(''), 'base64')).toString('utf8')
}

/** Results of a block of rows and the job's progress, together. False when another delivery has been here before. */
export async function recordRows(
  tenant: Tenant,
  before: ImportJob,
  after: ImportJob,
  results: readonly RowResult[],
): Promise<boolean> {
  const sk = `ROWS#${String(before.processed).padStart(5, '0')}`
  try {
    await transact(tenant, [
      { put: jobItem(after), if: { attribute: 'processed', equals: before.processed } },
      { put: { pk: jobPk(after.jobId), sk, body: JSON.stringify(results) } },
    ])
    return true
  } catch (error) {
    if (error instanceof ConditionFailed) return false
    throw error
  }
}

/** A page of results; `limit` counts blocks of rows, so a page holds whole blocks. */
export async function listRows(tenant: Tenant, jobId: string, page: { limit: number; cursor?: string | undefined }) {
  const blocks = { ...page, limit: Math.max(1, Math.floor(page.limit / ROWS_A_BLOCK)) }
  const { items, next } = await list(tenant, jobPk(jobId), blocks, { index: 'table', begins: 'ROWS#' })
  const rows = items.flatMap((item) => z.array(RowResult).parse(JSON.parse(String(item.body))))
  return { rows, ...(next ? { next } : {}) }
}
