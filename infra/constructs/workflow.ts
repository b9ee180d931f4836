import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib'
import { type IRole, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import {
  CfnStateMachineAlias,
  CfnStateMachineVersion,
  DefinitionBody,
  LogLevel,
  StateMachine,
} from 'aws-cdk-lib/aws-stepfunctions'
import { Construct } from 'constructs'
import type { StageConfig } from '../stage'
import { watch } from './alarms'
import type { DoorFunction } from './door-function'
import { machineName } from './platform'

export const DEFINITIONS = resolve(__dirname, '..', '..', 'state-machines')
const SUFFIX = '.asl.json'

/** Names of all definitions in `state-machines/`. */
export const processes = (): string[] =>
  readdirSync(DEFINITIONS)
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length))
    .sort()

/** Processes that are not SOPs: no shipment pins them and no admin edits them. */
const INTERNAL: readonly string[] = ['document-intake']

export const isSop = (process: string) => !INTERNAL.includes(process)

/** The alias that new executions are started on. */
export const LIVE = 'live'

/** Functions that definitions call, by the token that stands for their ARN in the files. */
export type TaskFunctions = Readonly<Record<string, DoorFunction | undefined>>

export interface WorkflowProps {
  config: StageConfig
  process: string
  tasks: TaskFunctions
}

/** A state machine from its definition, with its own role, log, first version and the alias `live`. */
export class Workflow extends Construct {
  readonly machine: StateMachine
  readonly aliasArn: string

  constructor(scope: Construct, id: string, { config, process, tasks }: WorkflowProps) {
    super(scope, id)
    const definition: unknown = JSON.parse(readFileSync(join(DEFINITIONS, process + SUFFIX), 'utf8'))
    const body = JSON.stringify(definition)
    const called = tasksIn(body, process, tasks)
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('states.amazonaws.com') })
    role.addToPolicy(
      new PolicyStatement({
        actions: ['lambda:InvokeFunction'],
        resources: called.map(([, door]) => door.functionArn),
      }),
    )
    this.machine = new StateMachine(this, 'Machine', {
      stateMachineName: machineName(config, process),
      comment: `Portolan: ${process}`,
      definitionBody: DefinitionBody.fromString(body),
      definitionSubstitutions: Object.fromEntries(called.map(([token, door]) => [token, door.functionArn])),
      role,
      tracingEnabled: true,
      logs: { destination: this.log(config, process), level: LogLevel.ALL, includeExecutionData: false },
    })
    this.acknowledge(role)
    this.aliasArn = this.publish()
    watch(this, 'Failed', {
      metric: this.machine.metricFailed({ period: Duration.minutes(5), statistic: 'Sum' }),
      atLeast: 1,
      description: `An execution of ${process} failed: docs/runbook.md, Failed executions`,
    })
    watch(this, 'TimedOut', {
      metric: this.machine.metricTimedOut({ period: Duration.minutes(5), statistic: 'Sum' }),
      atLeast: 1,
      description: `An execution of ${process} timed out: docs/runbook.md, Failed executions`,
    })
  }

  private log(config: StageConfig, process: string): LogGroup {
    return new LogGroup(this, 'Log', {
      // Log groups of this prefix share one resource policy, which has a limit of ten.
      logGroupName: `/aws/vendedlogs/states/${machineName(config, process)}`,
      retention: config.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    })
  }

  private acknowledge(role: IRole): void {
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'Log delivery and X-Ray, which Step Functions needs to log and trace, take no resources.',
    })
  }

  /** A version for each definition that is deployed. Old ones stay, because running shipments have pinned them. */
  private publish(): string {
    const version = new CfnStateMachineVersion(this, 'Version', {
      stateMachineArn: this.machine.stateMachineArn,
      stateMachineRevisionId: this.machine.stateMachineRevisionId,
    })
    version.applyRemovalPolicy(RemovalPolicy.RETAIN)
    const alias = new CfnStateMachineAlias(this, 'Live', {
      name: LIVE,
      routingConfiguration: [{ stateMachineVersionArn: version.ref, weight: 100 }],
    })
    return alias.attrArn
  }
}

/** Every `${Token}` of a definition with its function. Throws for one that no function stands for. */
function tasksIn(body: string, process: string, tasks: TaskFunctions): [string, DoorFunction][] {
  const tokens = new Set([...body.matchAll(/\$\{(\w+)\}/g)].map(([, token = '']) => token))
  return [...tokens].map((token) => {
    const door = tasks[token]
    if (!door) throw new Error(`${process}${SUFFIX} names \${${token}}, and no function stands for it`)
    return [token, door]
  })
}
