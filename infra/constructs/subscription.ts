import { Duration } from 'aws-cdk-lib'
import { Rule } from 'aws-cdk-lib/aws-events'
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets'
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources'
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { watch } from './alarms'
import { DeadLetters } from './dead-letters'
import type { DoorFunction } from './door-function'
import { DETAIL_TYPE, SOURCE } from './outbox-pipe'
import type { Platform } from './platform'

/** Tries that an event gets before it is a dead letter. */
const ATTEMPTS = 5

export interface SubscriptionProps {
  platform: Platform
  domain: string
  /** Types of timeline entries. */
  types: readonly string[]
  consumer: DoorFunction
}

/** What a domain subscribes to: rule on the bus → queue with dead letters → its events function, each message on its own. */
export class Subscription extends Construct {
  readonly queue: Queue
  readonly deadLetters: DeadLetters

  constructor(scope: Construct, id: string, { platform, domain, types, consumer }: SubscriptionProps) {
    super(scope, id)
    const queueName = `${platform.config.prefix}-${domain}-events`
    this.deadLetters = new DeadLetters(this, 'DeadLetters', `${queueName}-dead-letters`)
    this.queue = new Queue(this, 'Queue', {
      queueName,
      // A batch must be done, or given up, before its messages are seen again.
      visibilityTimeout: Duration.seconds(6 * consumer.timeoutSeconds),
      retentionPeriod: Duration.days(14),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: ATTEMPTS },
    })
    new Rule(this, 'Rule', {
      description: `Timeline entries for ${domain}`,
      eventBus: platform.bus,
      eventPattern: { source: [SOURCE], detailType: [DETAIL_TYPE], detail: { type: [...types] } },
      targets: [new SqsQueue(this.queue, { deadLetterQueue: this.deadLetters })],
    })
    consumer.addEventSource(
      new SqsEventSource(this.queue, {
        batchSize: 10,
        reportBatchItemFailures: true,
        maxConcurrency: platform.config.eventConcurrency,
      }),
    )
    watch(this, 'Behind', {
      metric: this.queue.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(5), statistic: 'Maximum' }),
      atLeast: 300,
      periods: 2,
      description: `${queueName} is minutes behind: docs/runbook.md, Queues behind`,
    })
  }
}
