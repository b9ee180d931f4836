/** State machines, their versions and aliases: those of the template and those made through the API. */
import { createHash, randomInt, randomUUID } from 'node:crypto'
import { AwsError, type Runtime } from './service'
import { query, transact } from './sql'
import type { Store } from './step-functions-store'

/** A state machine of the template. Its aliases route to the version that its present definition got. */
export interface TemplateMachine {
  arn: string
  name: string
  definition: string
  roleArn: string
  type?: 'STANDARD' | 'EXPRESS'
  /** Whether the template publishes a version. */
  version?: { description?: string }
  aliases: { arn: string; name: string }[]
}

export interface MachineRow {
  arn: string
  name: string
  /** Hash of the definition's text. */
  definition: string
  role: string
  type: string
  revision: string | null
  lastVersion: number
  /** What the template held when it was last applied, and the version that it published then. */
  template: string | null
  templateVersion: string | null
  createdAt: number
  updatedAt: number
}

export interface VersionRow {
  arn: string
  machine: string
  number: number
  definition: string
  role: string
  revision: string | null
  description: string | null
  createdAt: number
}

export interface AliasRow {
  arn: string
  machine: string
  name: string
  description: string | null
  /** JSON of Route[]. */
  routing: string
  createdAt: number
  updatedAt: number
}

export interface Route {
  stateMachineVersionArn: string
  weight: number
}

/** What the ARN of a machine, a version or an alias means for a new execution. */
export interface Target {
  machine: MachineRow
  definition: string
  role: string
  version: string | null
  alias: string | null
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS sfn_machines (
  arn TEXT PRIMARY KEY, name TEXT NOT NULL, definition TEXT NOT NULL, role TEXT NOT NULL, type TEXT NOT NULL,
  revision TEXT, lastVersion INTEGER NOT NULL, template TEXT, templateVersion TEXT,
  createdAt INTEGER NOT NULL, updatedAt INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sfn_versions (
  arn TEXT PRIMARY KEY, machine TEXT NOT NULL, number INTEGER NOT NULL, definition TEXT NOT NULL, role TEXT NOT NULL,
  revision TEXT, description TEXT, createdAt INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sfn_versions_machine ON sfn_versions (machine, number);
CREATE TABLE IF NOT EXISTS sfn_aliases (
  arn TEXT PRIMARY KEY, machine TEXT NOT NULL, name TEXT NOT NULL, description TEXT, routing TEXT NOT NULL,
  createdAt INTEGER NOT NULL, updatedAt INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sfn_aliases_machine ON sfn_aliases (machine);`

export type Machines = ReturnType<typeof createMachines>

export function createMachines(runtime: Runtime, store: Store) {
  const db = runtime.state
  db.exec(SCHEMA)
  const sql = statements(db)
  const now = () => runtime.clock.now()

  function create(machine: Pick<MachineRow, 'arn' | 'name' | 'role' | 'type'>, definition: string): MachineRow {
    const { arn, name, role, type } = machine
    const at = now()
    sql.insertMachine.run(arn, name, store.define(definition), role, type, at, at)
    return required(arn)
  }

  /** Changes what is given; the revision is new only if that differs. */
  function update(row: MachineRow, change: { definition?: string; role?: string }): MachineRow {
    const definition = change.definition === undefined ? row.definition : store.define(change.definition)
    const role = change.role ?? row.role
    const same = definition === row.definition && role === row.role
    sql.updateMachine.run(definition, role, same ? row.revision : randomUUID(), now(), row.arn)
    return required(row.arn)
  }

  /** The version of the present revision, published if there is none yet. */
  function publish(row: MachineRow, description: string | undefined): VersionRow {
    const latest = sql.latestVersion.get(row.arn)
    if (latest && latest.revision === row.revision && latest.definition === row.definition) return latest
    const number = row.lastVersion + 1
    const arn = `${row.arn}:${number}`
    sql.insertVersion.run(arn, row.arn, number, row.definition, row.role, row.revision, description ?? null, now())
    sql.setLastVersion.run(number, row.arn)
    return sql.version.get(arn) ?? missing(arn)
  }

  function remove(arn: string) {
    sql.deleteMachine.run(arn)
    sql.deleteVersions.run(arn)
    sql.deleteAliases.run(arn)
  }

  function putAlias(arn: string, name: string, description: string | null, routing: Route[]): AliasRow {
    const machine = arn.slice(0, arn.lastIndexOf(':'))
    sql.putAlias.run(arn, machine, name, description, JSON.stringify(routing), now(), now())
    return sql.alias.get(arn) ?? missing(arn)
  }

  function required(arn: string): MachineRow {
    return sql.machine.get(arn) ?? missing(arn)
  }

  function resolve(arn: string): Target {
    const machine = sql.machine.get(arn)
    if (machine) return { machine, definition: machine.definition, role: machine.role, version: null, alias: null }
    const alias = sql.alias.get(arn)
    const versionArn = alias ? routed(JSON.parse(alias.routing)) : arn
    const version = sql.version.get(versionArn)
    if (!version) return missing(arn)
    const { definition, role } = version
    return { machine: required(version.machine), definition, role, version: version.arn, alias: alias?.arn ?? null }
  }

  /** Applies the template where it changed; what the API has done since stays otherwise. */
  function applyTemplate(template: TemplateMachine) {
    const { arn, name, definition, roleArn, type = 'STANDARD' } = template
    const held = createHash('sha256')
      .update(JSON.stringify([definition, roleArn, type]))
      .digest('base64url')
    const known = sql.machine.get(arn)
    let row = known ?? create({ arn, name, role: roleArn, type }, definition)
    const changed = row.template !== held
    if (changed && known) row = update(known, { definition, role: roleArn })
    const published = template.version && changed ? publish(row, template.version.description).arn : row.templateVersion
    sql.setTemplate.run(held, published, arn)
    for (const alias of template.aliases) {
      if (published === null || (!changed && sql.alias.get(alias.arn))) continue
      putAlias(alias.arn, alias.name, null, [{ stateMachineVersionArn: published, weight: 100 }])
    }
  }

  return {
    create,
    update,
    publish,
    remove,
    putAlias,
    required,
    resolve,
    machine: sql.machine.get,
    version: sql.version.get,
    alias: sql.alias.get,
    machines: sql.machines.all,
    versions: sql.versions.all,
    aliases: sql.aliases.all,
    deleteVersion: sql.deleteVersion.run,
    deleteAlias: sql.deleteAlias.run,
    applyTemplates(templates: TemplateMachine[]) {
      transact(db, () => templates.forEach(applyTemplate))
    },
  }
}

function missing(arn: string): never {
  throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`)
}

/** An alias may split its traffic between two versions by weight. */
function routed(routing: Route[]): string {
  const point = routing.length > 1 ? randomInt(100) : 0
  const [first, second] = routing
  return (point < (first?.weight ?? 0) ? first : (second ?? first))?.stateMachineVersionArn ?? ''
}

function statements(db: Runtime['state']) {
  return {
    machine: query<MachineRow>(db, 'SELECT * FROM sfn_machines WHERE arn = ?'),
    machines: query<MachineRow>(db, 'SELECT * FROM sfn_machines WHERE arn > ? ORDER BY arn LIMIT ?'),
    insertMachine: query(db, 'INSERT INTO sfn_machines VALUES (?, ?, ?, ?, ?, NULL, 0, NULL, NULL, ?, ?)'),
    updateMachine: query(
      db,
      'UPDATE sfn_machines SET definition = ?, role = ?, revision = ?, updatedAt = ? WHERE arn = ?',
    ),
    setLastVersion: query(db, 'UPDATE sfn_machines SET lastVersion = ? WHERE arn = ?'),
    setTemplate: query(db, 'UPDATE sfn_machines SET template = ?, templateVersion = ? WHERE arn = ?'),
    deleteMachine: query(db, 'DELETE FROM sfn_machines WHERE arn = ?'),
    version: query<VersionRow>(db, 'SELECT * FROM sfn_versions WHERE arn = ?'),
    latestVersion: query<VersionRow>(db, 'SELECT * FROM sfn_versions WHERE machine = ? ORDER BY number DESC LIMIT 1'),
    versions: query<VersionRow>(
      db,
      'SELECT * FROM sfn_versions WHERE machine = ? AND number < ? ORDER BY number DESC LIMIT ?',
    ),
    insertVersion: query(db, 'INSERT INTO sfn_versions VALUES (?, ?, ?, ?, ?, ?, ?, ?)'),
    deleteVersion: query(db, 'DELETE FROM sfn_versions WHERE arn = ?'),
    deleteVersions: query(db, 'DELETE FROM sfn_versions WHERE machine = ?'),
    alias: query<AliasRow>(db, 'SELECT * FROM sfn_aliases WHERE arn = ?'),
    aliases: query<AliasRow>(db, 'SELECT * FROM sfn_aliases WHERE machine = ? AND arn > ? ORDER BY arn LIMIT ?'),
    putAlias: query(
      db,
      `INSERT INTO sfn_aliases VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (arn) DO UPDATE SET description = excluded.description, routing = excluded.routing, updatedAt = excluded.updatedAt`,
    ),
    deleteAlias: query(db, 'DELETE FROM sfn_aliases WHERE arn = ?'),
    deleteAliases: query(db, 'DELETE FROM sfn_aliases WHERE machine = ?'),
  }
}
