import { Arn, ArnFormat, Aws, type Stack } from 'aws-cdk-lib'
import type { Table } from 'aws-cdk-lib/aws-dynamodb'
import type { EventBus } from 'aws-cdk-lib/aws-events'
import type { Role } from 'aws-cdk-lib/aws-iam'
import type { Bucket } from 'aws-cdk-lib/aws-s3'
import type { Topic } from 'aws-cdk-lib/aws-sns'
import type { StageConfig } from '../stage'

/** What the stack of data offers to the others. */
export interface Platform {
  config: StageConfig
  table: Table
  documents: Bucket
  bus: EventBus
}

/** Where Textract says that an asynchronous analysis is done, and the role by which it may. */
export interface TextractNotice {
  topic: Topic
  role: Role
}

/**
 * Machines are named, and their ARNs made from the name: machines call functions and functions hold the ARNs of machines,
 * which references between resources could only express as a circle.
 */
export const machineName = (config: StageConfig, process: string) => `${config.prefix}-${process}`

export const machineArn = (stack: Stack, config: StageConfig, process: string) =>
  Arn.format(
    {
      service: 'states',
      resource: 'stateMachine',
      resourceName: machineName(config, process),
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    },
    stack,
  )

/** Unique in the world: names of buckets are shared by everyone. */
export const documentsBucketName = (config: StageConfig) => `${config.prefix}-documents-${Aws.ACCOUNT_ID}-${Aws.REGION}`
