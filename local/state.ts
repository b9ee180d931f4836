/** The runtime's own state: one SQLite file in the data folder, written synchronously, put on the disk in groups. */
import { closeSync, fdatasync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'libsql'
import { query } from './sql'

const FILE = 'runtime.sqlite'

/**
 * Opens (or makes) the state in `dir`. A commit survives the end of the process at once; the loss of power, after `createDurability`
 * has said so. Either way what is found again is the state after some commit, with all before it.
 */
export function openState(dir: string): Database.Database {
  mkdirSync(dir, { recursive: true })
  const state = new Database(join(dir, FILE))
  state.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;')
  state.exec('CREATE TABLE IF NOT EXISTS runtime_setting (name TEXT PRIMARY KEY, value TEXT NOT NULL)')
  return state
}

export interface Durability {
  /** Settles when all that was committed before the call is on the disk. */
  durable(): Promise<void>
  close(): void
}

/**
 * Flushes the state's log. The waiting is done by another
 * thread, one flush for all who ask meanwhile: a commit that waits itself would stop every request for as long.
 */
export function createDurability(dir: string, state: Database.Database): Durability {
  const log = openSync(join(dir, `${FILE}-wal`), 'r+')
  const changes = query<{ n: number }>(state, 'SELECT total_changes() AS n')
  const committed = () => changes.get()?.n ?? 0
  let flushed = 0
  let flushing: Promise<void> | undefined
  const flush = async () => {
    const upTo = committed()
    await new Promise<void>((done, fail) => fdatasync(log, (error) => (error ? fail(error) : done())))
    flushed = upTo
    flushing = undefined
  }
  return {
    async durable() {
      const wanted = committed()
      while (flushed < wanted) {
        flushing ??= flush()
        await flushing
      }
    },
    close: () => closeSync(log),
  }
}

/**
 * Keeps other runtimes off a folder until the answered function is called or the process ends, however it ends.
 * Throws if another process has it.
 */
export function lockFolder(dir: string): () => void {
  mkdirSync(dir, { recursive: true })
  const lock = new Database(join(dir, 'lock.sqlite'))
  try {
    // A transaction that never ends: the operating system drops the lock with the process.
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    const taken = error instanceof Error && /lock|busy/i.test(error.message)
    throw taken
      ? new Error(`Another Portolan is running on ${dir}; stop it, or use another folder (--data DIR)`)
      : error
  }
  return () => {
    lock.exec('ROLLBACK')
    lock.close()
  }
}

export function readSetting(state: Database.Database, name: string): string | undefined {
  return query<{ value: string }>(state, 'SELECT value FROM runtime_setting WHERE name = ?').get(name)?.value
}

export function writeSetting(state: Database.Database, name: string, value: string): void {
  query(state, 'INSERT INTO runtime_setting VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value').run(
    name,
    value,
  )
}
