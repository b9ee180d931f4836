/** Step Functions: `engine/` with persistence, versions, aliases, task tokens and history. */
import { createHash } from 'node:crypto'
import { AwsError, type Json, type JsonService, type Runtime, type ServiceCall } from './service'
import { createExecutions, type Executions } from './step-functions-executions'
import { createHost, type Host } from './step-functions-host'
import { machineOperations } from './step-functions-machine-operations'
import { createMachines, type TemplateMachine } from './step-functions-machines'
import { createStore, type ExecutionRow } from './step-functions-store'
import { type CallService, createPerform } from './step-functions-tasks'

export interface StepFunctions extends JsonService {
  /**
   * Starts an execution of a machine, version or alias. Safe inside an open transaction: the execution is part of it.
   * Throws AwsError. Answers the execution's ARN.
   */
  startExecution(stateMachineArn: string, input: Json, name?: string): string
  /** Throws AwsError for one that does not exist. */
  stopExecution(executionArn: string, error?: string, cause?: string): Promise<void>
  /** Applies the template, arms timers, and sends again what was open when the runtime last stopped. */
  boot(): void
  close(): void
}

export interface StepFunctionsPeers {
  /** For `aws-sdk:` tasks and services without an integration of their own. */
  callService?: CallService
}

/** Operations for which IAM looks at a resource, and the input field that names it. */
const RESOURCES: Record<string, string> = {
  StartExecution: 'stateMachineArn',
  StartSyncExecution: 'stateMachineArn',
  UpdateStateMachine: 'stateMachineArn',
  DeleteStateMachine: 'stateMachineArn',
  DescribeStateMachine: 'stateMachineArn',
  PublishStateMachineVersion: 'stateMachineArn',
  ListStateMachineVersions: 'stateMachineArn',
  ListStateMachineAliases: 'stateMachineArn',
  ListExecutions: 'stateMachineArn',
  DeleteStateMachineVersion: 'stateMachineVersionArn',
  DescribeStateMachineAlias: 'stateMachineAliasArn',
  UpdateStateMachineAlias: 'stateMachineAliasArn',
  DeleteStateMachineAlias: 'stateMachineAliasArn',
  DescribeExecution: 'executionArn',
  DescribeStateMachineForExecution: 'executionArn',
  StopExecution: 'executionArn',
  GetExecutionHistory: 'executionArn',
}

export function createStepFunctions(
  runtime: Runtime,
  templates: TemplateMachine[],
  peers: StepFunctionsPeers = {},
): StepFunctions {
  const store = createStore(runtime)
  const machines = createMachines(runtime, store)
  const callService = peers.callService ?? refuseService
  // The three need each other: none calls another before all are made.
  const perform = createPerform(runtime, {
    callService,
    startChild: (parent, task, args) => startChild(executions, store.childOf, parent, task, args),
  })
  const host: Host = createHost(runtime, store, perform)
  const executions: Executions = createExecutions(runtime, store, machines, host)
  const operations = { ...machineOperations(runtime, store, machines), ...executions.operations }

  /** The answer to a task is authorized by the machine whose task it is. */
  function machineOfToken({ operation, input }: ServiceCall): string | undefined {
    if (!operation.startsWith('SendTask') || typeof input.taskToken !== 'string') return undefined
    const task = host.readToken(input.taskToken)
    return task && store.byId(task.execution)?.machine
  }

  return {
    target: 'AWSStepFunctions',
    iam: 'states',
    resourceOf: (call) => machineOfToken(call) ?? resourceOf(runtime, call),
    async handle(call) {
      const operation = Object.hasOwn(operations, call.operation) ? operations[call.operation] : undefined
      if (!operation) throw new AwsError('UnknownOperationException', `Step Functions has no ${call.operation} here`)
      return operation(call)
    },
    startExecution: (machine, input, name) => executions.start({ machine, name, input: JSON.stringify(input) }).arn,
    stopExecution: executions.stop,
    boot() {
      machines.applyTemplates(templates)
      host.boot()
    },
    close: () => host.close(),
  }
}

const refuseService: CallService = async (service, action) => {
  throw new AwsError('UnsupportedServiceException', `Tasks cannot call ${service}:${action} here`)
}

function resourceOf(runtime: Runtime, { operation, input }: ServiceCall): string | null {
  if (operation === 'CreateStateMachine') {
    return `arn:aws:states:${runtime.region}:${runtime.accountId}:stateMachine:${input.name}`
  }
  const arn = input[RESOURCES[operation] ?? '']
  if (operation === 'CreateStateMachineAlias') return aliasedMachine(input.routingConfiguration)
  return typeof arn === 'string' ? arn : null
}

function aliasedMachine(routing: Json | undefined): string | null {
  const text = JSON.stringify(routing ?? null)
  return /"(arn:[^"]*:stateMachine:[^":]+)/.exec(text)?.[1] ?? null
}

/** A task starts its child once, whatever name it gives and however often it is sent. */
function startChild(
  executions: Executions,
  childOf: (parent: number, task: number) => ExecutionRow | undefined,
  parent: ExecutionRow,
  task: number,
  args: { [key: string]: Json },
) {
  const known = childOf(parent.id, task)
  if (known) return known
  const input = typeof args.Input === 'string' ? args.Input : JSON.stringify(args.Input ?? {})
  // Without a name of its own, one that the same task makes again.
  const name =
    typeof args.Name === 'string'
      ? args.Name
      : createHash('sha256').update(`${parent.arn} ${task}`).digest('hex').slice(0, 36)
  const machine = String(args.StateMachineArn)
  return executions.start({ machine, name, input, parent: { execution: parent.id, task } })
}
