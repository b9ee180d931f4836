import { Stack } from 'aws-cdk-lib'
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import type { Construct } from 'constructs'

export interface Watch {
  metric: IMetric
  /** The alarm goes off when the metric is at or above it. */
  atLeast: number
  /** Periods in a row; 1 when absent. */
  periods?: number
  /** What is wrong, and the heading of docs/runbook.md that says what to do. */
  description: string
}

/** An alarm; no data is no problem. */
export const watch = (scope: Construct, id: string, { metric, atLeast, periods = 1, description }: Watch) =>
  new Alarm(scope, id, {
    metric,
    threshold: atLeast,
    evaluationPeriods: periods,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
    alarmDescription: description,
  })

/** Sends every alarm of the stack to an address. */
export function notify(stack: Stack, email: string): void {
  const topic = new Topic(stack, 'Alarms', { enforceSSL: true })
  topic.addSubscription(new EmailSubscription(email))
  for (const child of stack.node.findAll())
    if (child instanceof Alarm && Stack.of(child) === stack) child.addAlarmAction(new SnsAction(topic))
}
