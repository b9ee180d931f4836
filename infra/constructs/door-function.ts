import { join } from 'node:path'
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, CfnFunction, Code, Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import type { Door } from '../../functions/platform/route'
import { BUNDLES, type DoorName, functionNameOf } from '../bundle'
import { watch } from './alarms'
import { type GrantTargets, grantOf } from './grants'

export interface DoorFunctionProps {
  name: DoorName
  settings: Door
  targets: GrantTargets
}

/** The function of one door: its bundle, its own role with what the contract's access says, its log group. */
export class DoorFunction extends LambdaFunction {
  /** Seconds. */
  readonly timeoutSeconds: number

  constructor(scope: Construct, id: string, { name, settings, targets }: DoorFunctionProps) {
    const functionName = `${targets.config.prefix}-${functionNameOf(name)}`
    const timeoutSeconds = settings.timeout ?? 15
    const logGroup = new LogGroup(scope, `${id}Logs`, {
      logGroupName: `/aws/lambda/${functionName}`,
      retention: targets.config.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
    const grants = settings.access.map((access) => grantOf(access, targets))
    super(scope, id, {
      functionName,
      description: `Portolan: ${name.door} of ${name.domain}`,
      code: Code.fromAsset(join(BUNDLES, functionNameOf(name))),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: settings.memory ?? 512,
      timeout: Duration.seconds(timeoutSeconds),
      environment: Object.assign({}, ...grants.map(({ environment }) => environment)),
      tracing: Tracing.ACTIVE,
      logGroup,
      role,
    })
    this.timeoutSeconds = timeoutSeconds
    role.addToPolicy(
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
    )
    for (const statement of grants.flatMap(({ statements }) => statements)) role.addToPolicy(statement)
    Validations.of(role).acknowledge(
      { id: 'AwsSolutions-IAM5[Resource::*]', reason: 'X-Ray has no resources to restrict its calls to.' },
      ...grants.flatMap(({ exceptions }) => exceptions),
    )
    watch(this, 'Throttled', {
      metric: this.metricThrottles({ period: Duration.minutes(5) }),
      atLeast: 1,
      description: `${functionName} was throttled: docs/runbook.md, Throttles`,
    })
  }

  /** Where events of asynchronous invocations go that failed three times. */
  keepFailures(deadLetters: IQueue): void {
    const { defaultChild } = this.node
    if (!(defaultChild instanceof CfnFunction)) throw new Error('A function has another resource than itself')
    defaultChild.deadLetterConfig = { targetArn: deadLetters.queueArn }
    deadLetters.grantSendMessages(this)
  }
}
