import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { CfnPipe } from 'aws-cdk-lib/aws-pipes'
import { Construct } from 'constructs'
import { DeadLetters } from './dead-letters'
import type { Platform } from './platform'

/** Source and detail-type of every event; a Pipe can't take them from the item, so rules match on `detail.type`. */
export const SOURCE = 'portolan'
export const DETAIL_TYPE = 'timeline'

/** Members of the bus event (schemas/timeline.ts BusEvent), each with the type of its attribute. */
const MEMBERS = {
  type: 'S',
  tenantId: 'S',
  subjectId: 'S',
  eventId: 'S',
  sequence: 'N',
  occurredAt: 'S',
  recordedAt: 'S',
  data: 'B',
} as const

/** Unquoted: a Pipe then writes each value as JSON by itself. */
const inputTemplate = `{${Object.entries(MEMBERS)
  .map(([member, type]) => `"${member}":<$.dynamodb.NewImage.${member}.${type}>`)
  .join(',')}}`

/** New timeline items go from the table's stream to the bus, in order, at least once. */
export class OutboxPipe extends Construct {
  readonly deadLetters: DeadLetters

  constructor(scope: Construct, id: string, { table, bus, config }: Platform) {
    super(scope, id)
    const { tableStreamArn } = table
    if (!tableStreamArn) throw new Error('The table has no stream')
    this.deadLetters = new DeadLetters(this, 'DeadLetters', `${config.prefix}-outbox-dead-letters`)
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('pipes.amazonaws.com') })
    for (const [resources, ...actions] of [
      [
        tableStreamArn,
        'dynamodb:DescribeStream',
        'dynamodb:GetRecords',
        'dynamodb:GetShardIterator',
        'dynamodb:ListStreams',
      ],
      [bus.eventBusArn, 'events:PutEvents'],
      [this.deadLetters.queueArn, 'sqs:SendMessage'],
    ] as const)
      role.addToPolicy(new PolicyStatement({ actions: [...actions], resources: [resources] }))
    const pipe = new CfnPipe(this, 'Pipe', {
      name: `${config.prefix}-outbox`,
      description: 'Timeline entries from the table to the bus',
      roleArn: role.roleArn,
      source: tableStreamArn,
      sourceParameters: {
        dynamoDbStreamParameters: {
          startingPosition: 'TRIM_HORIZON',
          // One PutEvents call takes ten.
          batchSize: 10,
          maximumRetryAttempts: 185,
          maximumRecordAgeInSeconds: 43_200,
          onPartialBatchItemFailure: 'AUTOMATIC_BISECT',
          deadLetterConfig: { arn: this.deadLetters.queueArn },
        },
        filterCriteria: {
          filters: [
            {
              pattern: JSON.stringify({
                eventName: ['INSERT'],
                dynamodb: { Keys: { sk: { S: [{ prefix: 'TIMELINE#' }] } } },
              }),
            },
          ],
        },
      },
      target: bus.eventBusArn,
      targetParameters: {
        eventBridgeEventBusParameters: { source: SOURCE, detailType: DETAIL_TYPE },
        inputTemplate,
      },
    })
    pipe.node.addDependency(role)
  }
}
