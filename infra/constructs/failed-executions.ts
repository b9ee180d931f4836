import { Duration, Stack } from 'aws-cdk-lib'
import { Metric } from 'aws-cdk-lib/aws-cloudwatch'
import { Rule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets'
import { Construct } from 'constructs'
import { watch } from './alarms'
import type { DoorFunction } from './door-function'
import type { GrantTargets } from './grants'
import { machineArn } from './platform'

/** Operation by which the door counts shipments whose SOP it gave up. */
const GIVEN_UP = 'sops-heal'

export interface FailedExecutionsProps {
  targets: GrantTargets
  door: DoorFunction
}

/**
 * Tells a door of each execution of an SOP that has failed, timed out or was stopped. EventBridge does its best and no
 * more: what it loses, and what the door fails to do three times, is found by the next look at the shipment.
 */
export class FailedExecutions extends Construct {
  constructor(scope: Construct, id: string, { targets: { config, sops }, door }: FailedExecutionsProps) {
    super(scope, id)
    new Rule(this, 'Rule', {
      description: 'Executions of SOPs that ended otherwise than by their last state',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: {
          status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
          stateMachineArn: sops.map((sop) => machineArn(Stack.of(this), config, sop)),
        },
      },
      targets: [new LambdaFunction(door, { maxEventAge: Duration.hours(2), retryAttempts: 10 })],
    })
    watch(this, 'GivenUp', {
      metric: new Metric({
        namespace: 'Portolan',
        metricName: 'Failed',
        dimensionsMap: { service: 'portolan', operation: GIVEN_UP },
        period: Duration.minutes(5),
        statistic: 'Sum',
      }),
      atLeast: 1,
      description: 'An SOP failed again and again and is restarted no more: docs/runbook.md, SOPs given up',
    })
  }
}
