import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler'
import { Construct } from 'constructs'
import type { StageConfig } from '../stage'
import { watch } from './alarms'
import type { DoorFunction } from './door-function'

export interface TimerProps {
  config: StageConfig
  door: DoorFunction
  /** A rate of EventBridge Scheduler. */
  every: string
}

/** Calls a timer door again and again. A call that fails is not repeated: the next one does its work. */
export class Timer extends Construct {
  constructor(scope: Construct, id: string, { config, door, every }: TimerProps) {
    super(scope, id)
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('scheduler.amazonaws.com') })
    role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [door.functionArn] }))
    new CfnSchedule(this, 'Schedule', {
      name: `${config.prefix}-${scope.node.id}`,
      description: `Calls the timer of ${scope.node.id}`,
      scheduleExpression: every,
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: door.functionArn,
        roleArn: role.roleArn,
        retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 },
      },
    }).node.addDependency(role)
    watch(this, 'Failed', {
      metric: door.metricErrors({ statistic: 'Sum' }),
      atLeast: 1,
      periods: 3,
      description: `The timer of ${scope.node.id} fails: docs/runbook.md, Timers`,
    })
  }
}
