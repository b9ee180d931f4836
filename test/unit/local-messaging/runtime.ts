/** A runtime around the services under test: real SQLite, real clock, functions given by the test. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { createClock } from '../../../local/clock'
import {
  AwsError,
  type InvokeResult,
  type Json,
  type Principal,
  type Resource,
  type Runtime,
} from '../../../local/service'

export const ACCOUNT = '000000000000'
export const REGION = 'eu-central-1'
export const ROLE: Principal = { roleArn: `arn:aws:iam::${ACCOUNT}:role/test` }

export const arnOf = (service: string, resource: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`

export function resource(type: string, arn: string, properties: Resource['properties'], ref = arn): Resource {
  return { logicalId: arn.replaceAll(/\W/g, ''), type, ref, arn, properties }
}

export type TestFunction = (payload: Json) => Promise<Json> | Json

export interface TestRuntime extends Runtime {
  clock: ReturnType<typeof createClock>
  functions: Map<string, TestFunction>
  executions: Array<{ machine: string; input: Json; name: string | undefined }>
  logs: Array<{ level: string; message: string; fields: Record<string, unknown> | undefined }>
  /** Actions that `authorize` refuses. */
  denied: Set<string>
  /** Resolves once nothing is marked busy. */
  idle(): Promise<void>
  /** Ends the instance as a crash would: nothing more is written. */
  drop(): void
}

/** A folder for one test; removed by `cleanUp`. */
const folders: string[] = []

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'portolan-'))
  folders.push(folder)
  return folder
}

export function cleanUp(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
}

export function openRuntime(dataDir: string): TestRuntime {
  // Without the exclusive lock of the product: within one process the driver frees it only when its statements are collected.
  const state = new Database(join(dataDir, 'runtime.sqlite'))
  state.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  state.exec('CREATE TABLE IF NOT EXISTS runtime_setting (name TEXT PRIMARY KEY, value TEXT NOT NULL)')
  const clock = createClock(state)
  const functions = new Map<string, TestFunction>()
  const executions: TestRuntime['executions'] = []
  const logs: TestRuntime['logs'] = []
  const denied = new Set<string>()
  let busy = 0
  let waiters: Array<() => void> = []

  async function invoke(functionArn: string, payload: Json): Promise<InvokeResult> {
    const handler = functions.get(functionArn)
    if (!handler) throw new AwsError('ResourceNotFoundException', `Function not found: ${functionArn}`)
    try {
      return { payload: await handler(payload) }
    } catch (error) {
      return { payload: { errorMessage: String(error) }, functionError: 'Unhandled' }
    }
  }

  return {
    accountId: ACCOUNT,
    region: REGION,
    dataDir,
    clock,
    state,
    functions,
    executions,
    logs,
    denied,
    log: (level, message, fields) => void logs.push({ level, message, fields }),
    invoke,
    putEvent: () => undefined,
    sendMessage: () => undefined,
    startExecution(machine, input, name) {
      if (executions.some((execution) => execution.name === name)) {
        throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${name}'`)
      }
      executions.push({ machine, input, name })
      return `${machine}:${name}`
    },
    authorize(principal, action, onResource) {
      if (!denied.has(action)) return
      const what = `User: ${principal.roleArn} is not authorized to perform: ${action} on resource: ${onResource}`
      throw new AwsError('AccessDeniedException', what, 403)
    },
    busy() {
      busy += 1
      let open = true
      return {
        done() {
          if (!open) return
          open = false
          busy -= 1
          if (busy > 0) return
          for (const resolve of waiters.splice(0)) resolve()
        },
      }
    },
    count: () => undefined,
    idle: () => new Promise((resolve) => (busy === 0 ? resolve() : waiters.push(resolve))),
    drop() {
      clock.close()
      state.close()
      waiters = []
    },
  }
}
