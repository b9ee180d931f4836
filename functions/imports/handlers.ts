import type { ImportJob } from '../../schemas/import'
import { newId } from '../platform/context'
import type { Handlers } from '../platform/route'
import type { routes } from './contract'
import { rowsOf } from './domain'
import { listRows, loadJob, loadPayload, openJob } from './store'

export const handlers: Handlers<typeof routes> = {
  async importShipments(context, { query, body, text, raw, idempotencyKey }) {
    const contentType = raw?.contentType ?? 'application/json'
    const job: ImportJob = {
      jobId: newId('job', context.now),
      status: 'RUNNING',
      errorBehaviour: raw ? (query.errorBehaviour ?? 'proceed') : body.errorBehaviour,
      contentType,
      rows: raw ? rowsOf(contentType, text).length : body.rows.length,
      processed: 0,
      created: 0,
      failed: 0,
      createdAt: context.now,
    }
    const opened = await openJob(context, job, text, idempotencyKey)
    return {
      body: opened.job,
      replayed: opened.replayed,
      location: `/v1/shipment-imports/${opened.job.jobId}`,
    }
  },

  async getShipmentImport(context, { params }) {
    return { body: await loadJob(context, params.jobId) }
  },

  async listImportRows(context, { params, query }) {
    await loadJob(context, params.jobId)
    const { rows, next } = await listRows(context, params.jobId, query)
    const items = rows.filter((row) => !query.status || row.status === query.status)
    return { body: { items, ...(next ? { next } : {}) } }
  },

  async getImportPayload(context, { params }) {
    const { contentType } = await loadJob(context, params.jobId)
    return { body: { contentType, text: await loadPayload(context, params.jobId) } }
  },
}
