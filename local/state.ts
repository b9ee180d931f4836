/** The runtime's own state: one SQLite file in the data folder. Synchronous, and on the disk when a call returns. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'libsql'
import { query } from './sql'

/**
 * Opens (or makes) `dir`/runtime.sqlite. The file stays locked while the process lives, so two runtimes cannot share a folder.
 * Throws if another process holds it.
 */
export function openState(dir: string): Database.Database {
  mkdirSync(dir, { recursive: true })
  const state = new Database(join(dir, 'runtime.sqlite'))
  try {
    state.exec(
      'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;',
    )
    state.exec('CREATE TABLE IF NOT EXISTS runtime_setting (name TEXT PRIMARY KEY, value TEXT NOT NULL)')
    return state
  } catch (error) {
    state.close()
    if (error instanceof Error && /lock|busy/i.test(error.message)) {
      throw new Error(`Another Portolan is running on ${dir}; stop it, or use another folder (--data DIR)`)
    }
    throw error
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
