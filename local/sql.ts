/** Statements and transactions over the state database that the services share. */
import type { Database } from 'libsql'
import type { Runtime } from './service'

/** What the driver can bind. A boolean would abort the process, so the type keeps it out. */
export type SqlValue = string | number | null

export interface Query<Row> {
  get(...values: SqlValue[]): Row | undefined
  all(...values: SqlValue[]): Row[]
  /** Number of rows changed. */
  run(...values: SqlValue[]): number
}

/** A prepared statement whose rows have the given shape. */
export function query<Row>(db: Database, sql: string): Query<Row> {
  // Of the driver's statement, get() finds nothing after all(): each has its own.
  const single = db.prepare(sql)
  let several: typeof single | undefined
  // The driver types rows as unknown; each service reads only columns of tables that it made itself, so the casts are sound.
  return {
    get(...values) {
      const row = single.get(...values) as (Row & { _metadata?: unknown }) | undefined
      // The driver's timing, which only get() adds.
      if (row) delete row._metadata
      return row
    },
    all(...values) {
      several ??= db.prepare(sql)
      return several.all(...values) as Row[]
    },
    run: (...values) => single.run(...values).changes,
  }
}

/** Runs `work` in one transaction, or as a savepoint of the one that is open: all of it is kept or none. */
export function transact<T>(db: Database, work: () => T): T {
  const nested = db.inTransaction
  db.exec(nested ? 'SAVEPOINT nested' : 'BEGIN IMMEDIATE')
  try {
    const result = work()
    db.exec(nested ? 'RELEASE nested' : 'COMMIT')
    return result
  } catch (error) {
    db.exec(nested ? 'ROLLBACK TO nested; RELEASE nested' : 'ROLLBACK')
    throw error
  }
}

/** Work that waits for something to do: due, or at a later time of the clock. */
export interface Pending {
  active: number
  waiting: number
}

export interface Worker {
  /** Runs `turn` after the present transaction, once however often it is asked for. */
  wake(): void
  /** Wakes at a time of the clock; an earlier time that is already set stays. */
  wakeAt(time: number): void
  close(): void
}

/** Milliseconds until a turn that failed is repeated. */
const RETRY = 1000

/** The loop of a service: asleep until it is woken, marked busy from the call to the end of its turn. */
export function createWorker(runtime: Runtime, what: string, turn: () => void): Worker {
  let asked: { immediate: NodeJS.Immediate; done(): void } | undefined
  let alarm: { time: number; cancel(): void } | undefined
  let closed = false
  const wake = () => {
    if (asked || closed) return
    const busy = runtime.busy(what)
    const immediate = setImmediate(() => {
      asked = undefined
      try {
        turn()
      } catch (error) {
        runtime.log('error', 'a turn failed and will be repeated', { what, error: String(error) })
        wakeAt(runtime.clock.now() + RETRY)
      } finally {
        busy.done()
      }
    })
    asked = { immediate, done: () => busy.done() }
  }
  const cancelAlarm = () => {
    alarm?.cancel()
    alarm = undefined
  }
  function wakeAt(time: number): void {
    if (closed || (alarm && alarm.time <= time)) return
    cancelAlarm()
    const timer = runtime.clock.at(time, () => {
      alarm = undefined
      wake()
    })
    alarm = { time, cancel: () => timer.cancel() }
  }
  return {
    wake,
    wakeAt,
    close() {
      closed = true
      cancelAlarm()
      if (!asked) return
      clearImmediate(asked.immediate)
      asked.done()
      asked = undefined
    },
  }
}
