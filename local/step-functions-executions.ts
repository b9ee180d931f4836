/** The operations on executions and their tasks. */
import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import type { ExecutionEvent } from '../engine/execution'
import { awsEvent } from '../engine/history'
import { MAX_PAYLOAD_BYTES } from '../engine/json'
import { AwsError, type Json, type Runtime } from './service'
import { machineArn, type Operation, read, seconds } from './step-functions-calls'
import { createGroup } from './step-functions-group'
import type { Host } from './step-functions-host'
import type { Machines } from './step-functions-machines'
import { cut, Paging, page } from './step-functions-pages'
import type { ExecutionRow, Store } from './step-functions-store'

const Start = z.object({
  stateMachineArn: z.string().min(1),
  name: z.string().optional(),
  input: z.string().default('{}'),
})
const Execution = z.object({ executionArn: z.string().min(1) })
const Stop = Execution.extend({ error: z.string().max(256).optional(), cause: z.string().max(32_768).optional() })
const STATUSES = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE'] as const
const List = Paging.extend({ stateMachineArn: z.string().min(1), statusFilter: z.enum(STATUSES).optional() })
const History = Paging.extend({ ...Execution.shape, reverseOrder: z.boolean().default(false) })
const Token = z.object({ taskToken: z.string().min(1).max(2048) })
const Success = Token.extend({ output: z.string() })
const Failure = Token.extend({ error: z.string().max(256).optional(), cause: z.string().max(32_768).optional() })

const NAME = /^[^\s<>{}[\]?*"#%\\^|~`$&,;:/]{1,80}$/

export interface NewExecution {
  machine: string
  name?: string | undefined
  /** JSON text. */
  input: string
  parent?: { execution: number; task: number }
}

export interface Executions {
  /** Stores an execution, which starts when the present transaction is done; answers it, or the same one that runs. */
  start(request: NewExecution): ExecutionRow
  stop(executionArn: string, error?: string, cause?: string): Promise<void>
  operations: Record<string, Operation>
}

export function createExecutions(runtime: Runtime, store: Store, machines: Machines, host: Host): Executions {
  const together = createGroup(runtime)

  function start({ machine: arn, name = randomUUID(), input, parent }: NewExecution): ExecutionRow {
    const target = machines.resolve(machineArn(arn))
    if (!NAME.test(name)) throw new AwsError('InvalidName', `Invalid Name: '${name}'`)
    checkJson(input, 'InvalidExecutionInput', 'State Machine Execution Input')
    const executionArn = `${target.machine.arn.replace(':stateMachine:', ':execution:')}:${name}`
    const known = store.byArn(executionArn)
    if (known?.status === 'RUNNING' && known.input === input) return known
    if (known) throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${executionArn}'`)
    const { version, alias, definition, role } = target
    const at = runtime.clock.now()
    const owner = [parent?.execution ?? null, parent?.task ?? null] as const
    const id = store.insertExecution(
      executionArn,
      target.machine.arn,
      version,
      alias,
      name,
      at,
      input,
      definition,
      role,
      ...owner,
    )
    host.begin(id)
    return required(executionArn)
  }

  function required(arn: string): ExecutionRow {
    if (!/^arn:[^:]+:states:/.test(arn)) throw new AwsError('InvalidArn', `Invalid Arn: 'Invalid ARN prefix: ${arn}'`)
    const row = store.byArn(arn)
    if (!row) throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`)
    return row
  }

  const stop = (executionArn: string, error?: string, cause?: string): Promise<void> =>
    host.submit(required(executionArn).id, {
      type: 'stop',
      ...(error !== undefined && { error }),
      ...(cause !== undefined && { cause }),
    })

  const operations: Record<string, Operation> = {
    async StartExecution(call) {
      const { stateMachineArn: machine, name, input } = read(Start, call)
      const { arn, startedAt } = await together(() => start({ machine, name, input }))
      return { executionArn: arn, startDate: seconds(startedAt) }
    },
    async StartSyncExecution(call) {
      const { stateMachineArn: machine, name, input } = read(Start, call)
      const { id, arn } = start({ machine, name, input })
      await new Promise<void>((resolve) => host.onEnd(id, resolve))
      return description(required(arn))
    },
    DescribeExecution: (call) => description(required(read(Execution, call).executionArn)),
    DescribeStateMachineForExecution(call) {
      const row = required(read(Execution, call).executionArn)
      return {
        stateMachineArn: row.version ?? row.machine,
        name: row.machine.slice(row.machine.lastIndexOf(':') + 1),
        definition: store.definitionText(row.definition),
        roleArn: row.role,
        updateDate: seconds(row.startedAt),
      }
    },
    ListExecutions: (call) => listExecutions(store, machines, read(List, call)),
    async StopExecution(call) {
      const { executionArn, error, cause } = read(Stop, call)
      await stop(executionArn, error, cause)
      return { stopDate: seconds(required(executionArn).stoppedAt ?? runtime.clock.now()) }
    },
    GetExecutionHistory(call) {
      const { executionArn, reverseOrder, ...paging } = read(History, call)
      const events = store.history(required(executionArn).id)
      if (reverseOrder) events.reverse()
      const { size, after } = page(paging)
      const from = after === undefined ? 0 : events.findIndex(({ id }) => id === Number(after)) + 1
      const { items, ...next } = cut(events.slice(from, from + size + 1), size, ({ id }) => id)
      return { events: items.map(awsEvent), ...next }
    },
    ...taskOperations(store, host),
  }
  return { start, stop, operations }
}

function checkJson(value: string, code: string, what: string) {
  if (Buffer.byteLength(value) > MAX_PAYLOAD_BYTES) {
    throw new AwsError('ValidationException', `${what} must have length less than or equal to ${MAX_PAYLOAD_BYTES}`)
  }
  try {
    JSON.parse(value)
  } catch (error) {
    throw new AwsError(code, `Invalid ${what}: '${error instanceof Error ? error.message : String(error)}'`)
  }
}

function description(row: ExecutionRow) {
  return {
    executionArn: row.arn,
    stateMachineArn: row.machine,
    ...(row.version !== null && { stateMachineVersionArn: row.version }),
    ...(row.alias !== null && { stateMachineAliasArn: row.alias }),
    name: row.name,
    status: row.status,
    startDate: seconds(row.startedAt),
    ...(row.stoppedAt !== null && { stopDate: seconds(row.stoppedAt) }),
    input: row.input,
    inputDetails: { included: true },
    ...(row.output !== null && { output: row.output, outputDetails: { included: true } }),
    ...(row.error !== null && { error: row.error }),
    ...(row.cause !== null && { cause: row.cause }),
    redriveCount: 0,
    redriveStatus: 'NOT_REDRIVABLE',
    redriveStatusReason: `Execution is ${row.status} and cannot be redriven`,
  }
}

function listExecutions(store: Store, machines: Machines, input: z.output<typeof List>) {
  const { stateMachineArn: arn, statusFilter = null } = input
  const { size, after } = page(input)
  const before = after === undefined ? Number.MAX_SAFE_INTEGER : Number(after)
  const alias = machines.alias(machineArn(arn))
  const version = machines.version(arn)
  const machine = machines.required(alias?.machine ?? version?.machine ?? arn).arn
  const rows = store.listExecutions(machine, before, statusFilter, version?.arn ?? null, alias?.arn ?? null, size + 1)
  const { items, ...next } = cut(rows, size, ({ id }) => id)
  return {
    executions: items.map((row) => {
      const {
        executionArn,
        stateMachineArn,
        name,
        status,
        startDate,
        stopDate,
        stateMachineVersionArn,
        stateMachineAliasArn,
      } = description(row)
      const origin = { stateMachineArn, stateMachineVersionArn, stateMachineAliasArn }
      return { executionArn, ...origin, name, status, startDate, stopDate, redriveCount: 0 }
    }),
    ...next,
  }
}

function taskOperations(store: Store, host: Host): Record<string, Operation> {
  /** Tasks whose answer is being stored: a second answer must not be accepted meanwhile. */
  const answering = new Set<string>()

  function find(token: string) {
    const found = host.readToken(token)
    if (!found) throw new AwsError('InvalidToken', `Invalid Token: 'Invalid token'`)
    if (!store.byId(found.execution)) throw new AwsError('TaskDoesNotExist', 'Task does not exist')
    const open = store.task(found.execution, found.task)
    const key = `${found.execution} ${found.task}`
    if (!open || answering.has(key)) throw timedOut()
    return { ...found, key }
  }

  async function answer(token: string, event: (task: number) => ExecutionEvent) {
    const { execution, task, key } = find(token)
    answering.add(key)
    try {
      await host.submit(execution, event(task))
    } finally {
      answering.delete(key)
    }
    return {}
  }

  return {
    SendTaskSuccess(call) {
      const { taskToken, output } = read(Success, call)
      checkJson(output, 'InvalidOutput', 'Output')
      const value: Json = JSON.parse(output)
      return answer(taskToken, (task) => ({ type: 'taskSucceeded', task, output: value }))
    },
    SendTaskFailure(call) {
      const { taskToken, error, cause } = read(Failure, call)
      const reasons = { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) }
      return answer(taskToken, (task) => ({ type: 'taskFailed', task, ...reasons }))
    },
    async SendTaskHeartbeat(call) {
      const { execution, task } = find(read(Token, call).taskToken)
      await host.submit(execution, { type: 'taskHeartbeat', task })
      return {}
    },
  }
}

const timedOut = () => new AwsError('TaskTimedOut', `Task Timed Out: 'Provided task does not exist anymore'`)
