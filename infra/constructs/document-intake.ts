import { Duration, Stack } from 'aws-cdk-lib'
import { Rule } from 'aws-cdk-lib/aws-events'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Construct } from 'constructs'
import { DeadLetters } from './dead-letters'
import { machineArn, type Platform } from './platform'
import type { Workflow } from './workflow'

/** Prefix of the keys that partners upload to. */
export const UPLOADS = 'uploads/'

/** An uploaded object starts the document intake. */
export class DocumentIntake extends Construct {
  readonly deadLetters: DeadLetters

  constructor(scope: Construct, id: string, { config, documents }: Platform, intake: Workflow) {
    super(scope, id)
    this.deadLetters = new DeadLetters(this, 'DeadLetters', `${config.prefix}-intake-dead-letters`)
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('events.amazonaws.com') })
    role.addToPolicy(
      new PolicyStatement({
        actions: ['states:StartExecution'],
        resources: [machineArn(Stack.of(this), config, 'document-intake')],
      }),
    )
    const rule = new Rule(this, 'Uploaded', {
      description: 'Documents that arrived in the bucket',
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: { bucket: { name: [documents.bucketName] }, object: { key: [{ prefix: UPLOADS }] } },
      },
    })
    rule.addTarget({
      bind: () => ({
        arn: intake.aliasArn,
        role,
        deadLetterConfig: { arn: this.deadLetters.queueArn },
        retryPolicy: { maximumRetryAttempts: 185, maximumEventAgeInSeconds: Duration.hours(24).toSeconds() },
      }),
    })
    this.deadLetters.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [this.deadLetters.queueArn],
        conditions: { ArnEquals: { 'aws:SourceArn': rule.ruleArn } },
      }),
    )
  }
}
