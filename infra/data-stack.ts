import { Duration, RemovalPolicy, Stack, type StackProps, Validations } from 'aws-cdk-lib'
import { AttributeType, BillingMode, ProjectionType, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb'
import { Archive, EventBus } from 'aws-cdk-lib/aws-events'
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  CfnBucket,
  HttpMethods,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3'
import type { Construct } from 'constructs'
import type { Contract } from '../functions/platform/route'
import { notify } from './constructs/alarms'
import { DomainService } from './constructs/domain-service'
import { Identity } from './constructs/identity'
import { MalwareProtection } from './constructs/malware-scan'
import { SOURCE } from './constructs/outbox-pipe'
import { documentsBucketName, type Platform } from './constructs/platform'
import type { StageConfig } from './stage'

export interface DataStackProps extends StackProps {
  config: StageConfig
  /** The contract of the function that puts claims on tokens. */
  identity: Contract
}

/** Everything that holds state, and who may sign in. Kept when the stack is deleted. */
export class DataStack extends Stack implements Platform {
  readonly config: StageConfig
  readonly table: Table
  readonly documents: Bucket
  readonly bus: EventBus
  readonly identity: Identity

  constructor(scope: Construct, id: string, { config, identity, ...props }: DataStackProps) {
    super(scope, id, { ...props, terminationProtection: true })
    this.config = config
    this.table = this.createTable()
    this.documents = this.createBucket()
    this.bus = this.createBus()
    if (config.malwareScan) new MalwareProtection(this, 'MalwareProtection', this.platform)
    const { tasks } = new DomainService(this, identity, { ...this.platform, stack: this, sops: [], processes: [] })
    if (!tasks) throw new Error('The identity domain has no tasks door')
    this.identity = new Identity(this, 'Identity', { config, claims: tasks })
    if (config.alarmEmail) notify(this, config.alarmEmail)
  }

  get platform(): Platform {
    return { config: this.config, table: this.table, documents: this.documents, bus: this.bus }
  }

  private createTable(): Table {
    const key = (name: string) => ({ name, type: AttributeType.STRING })
    const table = new Table(this, 'Table', {
      tableName: this.config.prefix,
      partitionKey: key('pk'),
      sortKey: key('sk'),
      billingMode: BillingMode.PAY_PER_REQUEST,
      stream: StreamViewType.NEW_IMAGE,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: 'expiresAt',
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    })
    table.addGlobalSecondaryIndex({
      indexName: 'gsi1',
      partitionKey: key('gsi1pk'),
      sortKey: key('gsi1sk'),
      projectionType: ProjectionType.INCLUDE,
      nonKeyAttributes: ['status', 'body'],
    })
    return table
  }

  private createBucket(): Bucket {
    const bucket = new Bucket(this, 'Documents', {
      bucketName: documentsBucketName(this.config),
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      versioned: true,
      lifecycleRules: [
        {
          abortIncompleteMultipartUploadAfter: Duration.days(1),
          noncurrentVersionExpiration: Duration.days(365),
        },
      ],
      cors: this.config.uploadOrigins.map((origin) => ({
        allowedMethods: [HttpMethods.POST],
        allowedOrigins: [origin],
        allowedHeaders: ['*'],
        maxAge: 3600,
      })),
      removalPolicy: RemovalPolicy.RETAIN,
    })
    // The property, not `eventBridgeEnabled`: that one brings a function of its own to set it.
    const { defaultChild } = bucket.node
    if (defaultChild instanceof CfnBucket)
      defaultChild.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } }
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'Who announced, uploaded and read a document stands in the timeline; object-level access is logged by CloudTrail data events, which an account switches on for all its buckets.',
    })
    return bucket
  }

  private createBus(): EventBus {
    const bus = new EventBus(this, 'Bus', { eventBusName: this.config.prefix })
    new Archive(this, 'Archive', {
      archiveName: this.config.prefix,
      sourceEventBus: bus,
      eventPattern: { source: [SOURCE] },
      retention: Duration.days(90),
    })
    return bus
  }
}
