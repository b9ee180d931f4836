/** What Step Functions keeps: executions with their history and open tasks, and the texts of definitions. */
import { createHash } from 'node:crypto'
import type { HistoryEvent } from '../engine/history'
import type { JsonObject } from '../engine/json'
import type { Runtime } from './service'
import { query } from './sql'

export interface ExecutionRow {
  id: number
  arn: string
  machine: string
  version: string | null
  alias: string | null
  name: string
  status: string
  startedAt: number
  stoppedAt: number | null
  input: string
  output: string | null
  error: string | null
  cause: string | null
  definition: string
  role: string
  /** The engine's execution, without its input; null before the start and after the end. */
  state: string | null
  wakeAt: number | null
  /** The execution and task that wait for this one (startExecution.sync). */
  parent: number | null
  parentTask: number | null
}

export interface TaskRow {
  execution: number
  task: number
  /** `open` must be sent (again, after a crash); `waiting` was accepted and ends by its token or its child. */
  phase: 'open' | 'waiting'
  /** The engine's effect; without the arguments once it is waiting. */
  effect: string
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS sfn_definitions (hash TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sfn_executions (
  id INTEGER PRIMARY KEY,
  arn TEXT NOT NULL UNIQUE,
  machine TEXT NOT NULL,
  version TEXT,
  alias TEXT,
  name TEXT NOT NULL,
  status TEXT NOT NULL,
  startedAt INTEGER NOT NULL,
  stoppedAt INTEGER,
  input TEXT NOT NULL,
  output TEXT,
  error TEXT,
  cause TEXT,
  definition TEXT NOT NULL,
  role TEXT NOT NULL,
  state TEXT,
  wakeAt INTEGER,
  parent INTEGER,
  parentTask INTEGER
);
CREATE INDEX IF NOT EXISTS sfn_executions_machine ON sfn_executions (machine, id);
CREATE INDEX IF NOT EXISTS sfn_executions_wake ON sfn_executions (wakeAt) WHERE wakeAt IS NOT NULL;
CREATE INDEX IF NOT EXISTS sfn_executions_new ON sfn_executions (id) WHERE status = 'RUNNING' AND state IS NULL;
CREATE INDEX IF NOT EXISTS sfn_executions_parent ON sfn_executions (parent, parentTask) WHERE parent IS NOT NULL;
CREATE TABLE IF NOT EXISTS sfn_tasks (
  execution INTEGER NOT NULL,
  task INTEGER NOT NULL,
  phase TEXT NOT NULL,
  effect TEXT NOT NULL,
  PRIMARY KEY (execution, task)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sfn_history (
  execution INTEGER NOT NULL,
  first INTEGER NOT NULL,
  events TEXT NOT NULL,
  PRIMARY KEY (execution, first)
) WITHOUT ROWID;`

export type Store = ReturnType<typeof createStore>

export function createStore({ state: db }: Runtime) {
  db.exec(SCHEMA)
  const definitions = new Map<string, JsonObject>()
  const sql = {
    define: query(db, 'INSERT INTO sfn_definitions VALUES (?, ?) ON CONFLICT DO NOTHING'),
    definition: query<{ text: string }>(db, 'SELECT text FROM sfn_definitions WHERE hash = ?'),
    events: query<{ events: string }>(db, 'SELECT events FROM sfn_history WHERE execution = ? ORDER BY first'),
    append: query(db, 'INSERT INTO sfn_history VALUES (?, ?, ?)'),
  }
  return {
    ...executionQueries(db),
    ...taskQueries(db),
    /** Keeps a definition's text once; answers its hash. */
    define(text: string): string {
      const hash = createHash('sha256').update(text).digest('base64url')
      sql.define.run(hash, text)
      return hash
    },
    definitionText: (hash: string): string => sql.definition.get(hash)?.text ?? '{}',
    /** The definition as one object for all executions of it, so that the engine compiles it once. */
    definition(hash: string): JsonObject {
      const known = definitions.get(hash)
      if (known) return known
      const definition: JsonObject = JSON.parse(sql.definition.get(hash)?.text ?? '{}')
      if (definitions.size > 1000) definitions.clear()
      definitions.set(hash, definition)
      return definition
    },
    /** One row for all events of a step. */
    appendHistory(execution: number, events: HistoryEvent[]) {
      const [first] = events
      if (first) sql.append.run(execution, first.id, JSON.stringify(events))
    },
    history: (execution: number): HistoryEvent[] =>
      sql.events.all(execution).flatMap(({ events }): HistoryEvent[] => JSON.parse(events)),
  }
}

function executionQueries(db: Runtime['state']) {
  const update = query(
    db,
    `UPDATE sfn_executions SET status = ?, stoppedAt = ?, output = ?, error = ?, cause = ?, state = ?, wakeAt = ?
     WHERE id = ?`,
  )
  const insert = query<{ id: number }>(
    db,
    `INSERT INTO sfn_executions (arn, machine, version, alias, name, status, startedAt, input, definition, role, parent, parentTask)
     VALUES (?, ?, ?, ?, ?, 'RUNNING', ?, ?, ?, ?, ?, ?) RETURNING id`,
  )
  return {
    byArn: query<ExecutionRow>(db, 'SELECT * FROM sfn_executions WHERE arn = ?').get,
    byId: query<ExecutionRow>(db, 'SELECT * FROM sfn_executions WHERE id = ?').get,
    insertExecution: (...values: Parameters<typeof insert.all>): number => insert.all(...values)[0]?.id ?? 0,
    updateExecution: update.run,
    due: query<{ id: number }>(db, 'SELECT id FROM sfn_executions WHERE wakeAt <= ? ORDER BY wakeAt LIMIT ?').all,
    nextWake: query<{ at: number | null }>(db, 'SELECT MIN(wakeAt) AS at FROM sfn_executions WHERE wakeAt IS NOT NULL')
      .get,
    notStarted: query<{ id: number }>(
      db,
      `SELECT id FROM sfn_executions WHERE status = 'RUNNING' AND state IS NULL ORDER BY id`,
    ).all,
    childOf: query<ExecutionRow>(db, 'SELECT * FROM sfn_executions WHERE parent = ? AND parentTask = ?').get,
    listExecutions: query<ExecutionRow>(
      db,
      `SELECT * FROM sfn_executions WHERE machine = ?1 AND id < ?2
       AND (?3 IS NULL OR status = ?3) AND (?4 IS NULL OR version = ?4) AND (?5 IS NULL OR alias = ?5)
       ORDER BY id DESC LIMIT ?6`,
    ).all,
  }
}

function taskQueries(db: Runtime['state']) {
  return {
    task: query<TaskRow>(db, 'SELECT * FROM sfn_tasks WHERE execution = ? AND task = ?').get,
    openTasks: query<TaskRow>(db, `SELECT * FROM sfn_tasks WHERE phase = 'open' ORDER BY execution, task`).all,
    waitingTasks: query<TaskRow>(db, `SELECT * FROM sfn_tasks WHERE phase = 'waiting' ORDER BY execution, task`).all,
    insertTask: query(db, `INSERT INTO sfn_tasks VALUES (?, ?, 'open', ?)`).run,
    acceptTask: query(db, `UPDATE sfn_tasks SET phase = 'waiting', effect = ? WHERE execution = ? AND task = ?`).run,
    deleteTask: query(db, 'DELETE FROM sfn_tasks WHERE execution = ? AND task = ?').run,
    deleteTasks: query(db, 'DELETE FROM sfn_tasks WHERE execution = ?').run,
  }
}
