/** The asynchronous jobs, kept in the runtime's state: what was asked, how far it is, what was found. */
import { randomBytes } from 'node:crypto'
import * as z from 'zod'
import type { Runtime } from '../service'
import { query, transact } from '../sql'

export type JobStatus = 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED' | 'PARTIAL_SUCCESS'

export interface Job {
  id: string
  /** The Start operation. */
  operation: string
  /** Its input as JSON, without the token. */
  request: string
  status: JobStatus
  message: string | null
  /** Pages of the document; null until it was opened. */
  pages: number | null
  /** Pages read so far: where a job goes on after a crash. */
  done: number
  /** Page numbers that could not be read. */
  failed: number[]
}

export interface Jobs {
  /** The job that this token started before. */
  known(operation: string, token: string): Job | undefined
  /** A new job, or the one that another call started with this token meanwhile. */
  start(operation: string, token: string | null, request: string): Job
  find(id: string): Job | undefined
  unfinished(): Job[]
  /** Keeps the results of some pages, and that they are done, at once. */
  keep(id: string, step: { pages: number; done: number; failed: readonly number[]; results: readonly unknown[] }): void
  finish(id: string, status: JobStatus, message: string | null): void
  /** Finished jobs whose completion message may not have been sent. */
  unannounced(): Job[]
  announced(id: string): void
  results(id: string, from: number, most: number): { results: unknown[]; more: boolean }
}

type JobRow = Omit<Job, 'failed'> & { failed: string }
const Numbers = z.array(z.number())
const jobOf = (row: JobRow): Job => ({ ...row, failed: Numbers.parse(JSON.parse(row.failed)) })
const maybe = (row: JobRow | undefined): Job | undefined => row && jobOf(row)

/** Results are valid for seven days. */
const KEPT_MILLISECONDS = 7 * 24 * 3_600_000

export function createJobs(runtime: Runtime): Jobs {
  const db = runtime.state
  db.exec(`
    CREATE TABLE IF NOT EXISTS textract_job (
      id TEXT PRIMARY KEY, operation TEXT NOT NULL, token TEXT, request TEXT NOT NULL, status TEXT NOT NULL, message TEXT,
      pages INTEGER, done INTEGER NOT NULL DEFAULT 0, failed TEXT NOT NULL DEFAULT '[]', results INTEGER NOT NULL DEFAULT 0,
      created INTEGER NOT NULL, announced INTEGER NOT NULL DEFAULT 0);
    CREATE UNIQUE INDEX IF NOT EXISTS textract_job_token ON textract_job (operation, token) WHERE token IS NOT NULL;
    CREATE INDEX IF NOT EXISTS textract_job_open ON textract_job (created) WHERE announced = 0;
    CREATE TABLE IF NOT EXISTS textract_result (
      job TEXT NOT NULL REFERENCES textract_job (id) ON DELETE CASCADE, position INTEGER NOT NULL, body TEXT NOT NULL,
      PRIMARY KEY (job, position)) WITHOUT ROWID;`)
  const columns = 'id, operation, request, status, message, pages, done, failed'
  const byToken = query<JobRow>(db, `SELECT ${columns} FROM textract_job WHERE operation = ? AND token = ?`)
  const byId = query<JobRow>(db, `SELECT ${columns} FROM textract_job WHERE id = ?`)
  const open = query<JobRow>(
    db,
    `SELECT ${columns} FROM textract_job WHERE announced = 0 AND status = 'IN_PROGRESS' ORDER BY created, id`,
  )
  const silent = query<JobRow>(
    db,
    `SELECT ${columns} FROM textract_job WHERE announced = 0 AND status <> 'IN_PROGRESS' ORDER BY created, id`,
  )
  const insert = query(
    db,
    `INSERT INTO textract_job (id, operation, token, request, status, created) VALUES (?, ?, ?, ?, 'IN_PROGRESS', ?)`,
  )
  const count = query<{ results: number }>(db, 'SELECT results FROM textract_job WHERE id = ?')
  const put = query(db, 'INSERT INTO textract_result VALUES (?, ?, ?)')
  const step = query(db, 'UPDATE textract_job SET pages = ?, done = ?, failed = ?, results = ? WHERE id = ?')
  const close = query(db, 'UPDATE textract_job SET status = ?, message = ? WHERE id = ?')
  const announce = query(db, 'UPDATE textract_job SET announced = 1 WHERE id = ?')
  const page = query<{ body: string }>(
    db,
    'SELECT body FROM textract_result WHERE job = ? AND position >= ? ORDER BY position LIMIT ?',
  )
  const expire = query(db, 'DELETE FROM textract_job WHERE announced = 1 AND created < ?')

  return {
    known: (operation, token) => maybe(byToken.get(operation, token)),
    start(operation, token, request) {
      return transact(db, () => {
        const known = token === null ? undefined : byToken.get(operation, token)
        if (known) return jobOf(known)
        expire.run(runtime.clock.now() - KEPT_MILLISECONDS)
        const id = randomBytes(32).toString('hex')
        insert.run(id, operation, token, request, runtime.clock.now())
        return { id, operation, request, status: 'IN_PROGRESS', message: null, pages: null, done: 0, failed: [] }
      })
    },
    find: (id) => maybe(byId.get(id)),
    unfinished: () => open.all().map(jobOf),
    keep(id, { pages, done, failed, results }) {
      transact(db, () => {
        let position = count.get(id)?.results ?? 0
        for (const result of results) {
          put.run(id, position, JSON.stringify(result))
          position += 1
        }
        step.run(pages, done, JSON.stringify(failed), position, id)
      })
    },
    finish: (id, status, message) => void close.run(status, message, id),
    unannounced: () => silent.all().map(jobOf),
    announced: (id) => void announce.run(id),
    results(id, from, most) {
      const rows = page.all(id, from, most + 1)
      return { results: rows.slice(0, most).map(({ body }): unknown => JSON.parse(body)), more: rows.length > most }
    },
  }
}
