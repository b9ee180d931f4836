/** The runtime's own state: one SQLite file in the data folder. Synchronous, and on the disk when a call returns. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'libsql'
import { query } from './sql'

/** Opens (or makes) `dir`/runtime.sqlite. */
export function openState(dir: string): Database.Database {
  mkdirSync(dir, { recursive: true })
  const state = new Database(join(dir, 'runtime.sqlite'))
  state.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;')
  state.exec('CREATE TABLE IF NOT EXISTS runtime_setting (name TEXT PRIMARY KEY, value TEXT NOT NULL)')
  return state
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
