/** What of CloudFormation the runtime knows. A type or property that is not in these tables stops the start, by name. */
import { aliasArn, arn, clientSecret, type Named, type ResourceType, stableId, text, words } from './resource-names'
import type { Json } from './service'

const apiId = (n: Named) => stableId(`api ${n.name}`, 10)
const poolId = (n: Named) => `${n.region}_${stableId(`pool ${n.name}`, 9)}`
const queueUrl = (n: Named) => `${n.endpoint}/${n.accountId}/${n.name}`
const busName = (n: Named) => (text(n.property('EventBusName')) || 'default').split('/').pop() ?? 'default'
const ruleArn = (n: Named) =>
  arn(n, 'events', busName(n) === 'default' ? `rule/${n.name}` : `rule/${busName(n)}/${n.name}`)
const tableArn = (n: Named) => arn(n, 'dynamodb', `table/${n.name}`)

const table: Pick<ResourceType, 'name' | 'arn' | 'attributes'> = {
  name: 'TableName',
  arn: tableArn,
  attributes: {
    StreamArn: (n) => `${tableArn(n)}/stream/2026-01-01T00:00:00.000`,
    TableId: (n) => stableId(n.name, 16),
  },
}

/** Types that do something here. */
export const resourceTypes: Record<string, ResourceType> = {
  'AWS::ApiGatewayV2::Api': {
    here: 'HTTP front on 127.0.0.1, payload format 2.0, CORS',
    name: 'Name',
    ref: apiId,
    attributes: { ApiEndpoint: (n) => n.endpoint, ApiId: apiId },
    uses: words('CorsConfiguration Name ProtocolType'),
    ignores: words('Description DisableExecuteApiEndpoint Tags'),
  },
  'AWS::ApiGatewayV2::Authorizer': {
    here: 'JWT: RS256 signature, iss, aud or client_id, exp, nbf, scopes',
    uses: words('ApiId AuthorizerType IdentitySource JwtConfiguration'),
    ignores: words('Name'),
  },
  'AWS::ApiGatewayV2::Integration': {
    here: 'AWS_PROXY to a function',
    uses: words('ApiId IntegrationType IntegrationUri PayloadFormatVersion TimeoutInMillis'),
    ignores: words('Description IntegrationMethod'),
  },
  'AWS::ApiGatewayV2::Route': {
    here: 'exact, {variable}, {greedy+} and $default routes',
    uses: words('ApiId AuthorizationScopes AuthorizationType AuthorizerId RouteKey Target'),
    ignores: words('OperationName'),
  },
  'AWS::ApiGatewayV2::Stage': {
    here: 'the $default stage',
    ref: (n) => text(n.property('StageName')),
    uses: words('ApiId StageName'),
    ignores: words('AccessLogSettings AutoDeploy DefaultRouteSettings Description RouteSettings Tags'),
  },
  'AWS::Cognito::UserPool': {
    here: "local issuer with the pool's issuer name; signs with its own RS256 keys",
    name: 'UserPoolName',
    ref: poolId,
    arn: (n) => arn(n, 'cognito-idp', `userpool/${poolId(n)}`),
    attributes: {
      UserPoolId: poolId,
      ProviderName: (n) => `cognito-idp.${n.region}.amazonaws.com/${poolId(n)}`,
      ProviderURL: (n) => `https://cognito-idp.${n.region}.amazonaws.com/${poolId(n)}`,
    },
    uses: words('LambdaConfig UserPoolName'),
    ignores: words(
      'AccountRecoverySetting AdminCreateUserConfig AliasAttributes AutoVerifiedAttributes DeletionProtection DeviceConfiguration EmailConfiguration EmailVerificationMessage EmailVerificationSubject EnabledMfas MfaConfiguration Policies Schema SmsVerificationMessage UserAttributeUpdateSettings UserPoolAddOns UserPoolTags UserPoolTier UsernameAttributes UsernameConfiguration VerificationMessageTemplate',
    ),
  },
  'AWS::Cognito::UserPoolClient': {
    here: 'client_credentials at POST /oauth2/token; sign-in pages of people are not emulated (mint a token instead)',
    name: 'ClientName',
    ref: (n) => stableId(`client ${n.name}`, 26),
    attributes: {
      ClientId: (n) => stableId(`client ${n.name}`, 26),
      ClientSecret: (n) => clientSecret(n.name),
      Name: (n) => n.name,
    },
    uses: words(
      'AccessTokenValidity AllowedOAuthFlows AllowedOAuthScopes ClientName GenerateSecret TokenValidityUnits UserPoolId',
    ),
    ignores: words(
      'AllowedOAuthFlowsUserPoolClient AuthSessionValidity CallbackURLs DefaultRedirectURI EnableTokenRevocation ExplicitAuthFlows IdTokenValidity LogoutURLs PreventUserExistenceErrors ReadAttributes RefreshTokenRotation RefreshTokenValidity SupportedIdentityProviders WriteAttributes',
    ),
  },
  'AWS::DynamoDB::Table': {
    ...table,
    here: "table of the embedded database: keys, indexes, stream, expiry against the runtime's clock",
    uses: words(
      'AttributeDefinitions BillingMode GlobalSecondaryIndexes KeySchema LocalSecondaryIndexes StreamSpecification TableName TimeToLiveSpecification',
    ),
    ignores: words(
      'ContributorInsightsSpecification DeletionProtectionEnabled OnDemandThroughput PointInTimeRecoverySpecification ResourcePolicy SSESpecification TableClass Tags WarmThroughput',
    ),
  },
  'AWS::DynamoDB::GlobalTable': {
    ...table,
    here: 'as AWS::DynamoDB::Table, with one replica',
    uses: words(
      'AttributeDefinitions BillingMode GlobalSecondaryIndexes KeySchema LocalSecondaryIndexes StreamSpecification TableName TimeToLiveSpecification',
    ),
    ignores: words('MultiRegionConsistency Replicas SSESpecification WarmThroughput WriteOnDemandThroughputSettings'),
  },
  'AWS::Events::Archive': {
    here: 'events are kept for the retention, and can be replayed',
    name: 'ArchiveName',
    arn: (n) => arn(n, 'events', `archive/${n.name}`),
    uses: words('ArchiveName EventPattern RetentionDays SourceArn'),
    ignores: words('Description KmsKeyIdentifier'),
  },
  'AWS::Events::EventBus': {
    here: 'bus with rules, retries and dead letters',
    name: 'Name',
    arn: (n) => arn(n, 'events', `event-bus/${n.name}`),
    attributes: { Name: (n) => n.name },
    uses: words('DeadLetterConfig Name'),
    ignores: words('Description KmsKeyIdentifier LogConfig Policy Tags'),
  },
  'AWS::Events::Rule': {
    here: 'event patterns and schedules to queues, functions, machines, buses',
    name: 'Name',
    arn: ruleArn,
    ref: (n) => (busName(n) === 'default' ? n.name : `${busName(n)}|${n.name}`),
    uses: words('EventBusName EventPattern Name RoleArn ScheduleExpression State Targets'),
    ignores: words('Description Tags'),
  },
  'AWS::GuardDuty::MalwareProtectionPlan': {
    here: 'a stand-in that knows the EICAR test file and no malware: tags new objects, tells the default bus',
    arn: (n) => arn(n, 'guardduty', `malware-protection-plan/${stableId(n.logicalId, 20)}`),
    uses: words('Actions ProtectedResource Role'),
    ignores: words('Tags'),
  },
  'AWS::IAM::ManagedPolicy': {
    here: 'evaluated for each call of the roles that carry it',
    name: 'ManagedPolicyName',
    arn: (n) => `arn:aws:iam::${n.accountId}:policy/${n.name}`,
    ref: (n) => `arn:aws:iam::${n.accountId}:policy/${n.name}`,
    attributes: { PolicyArn: (n) => `arn:aws:iam::${n.accountId}:policy/${n.name}` },
    uses: words('ManagedPolicyName PolicyDocument Roles'),
    ignores: words('Description Groups Path Users'),
  },
  'AWS::IAM::Policy': {
    here: 'evaluated for each call of the roles that carry it',
    name: 'PolicyName',
    uses: words('PolicyDocument PolicyName Roles'),
    ignores: words('Groups Users'),
  },
  'AWS::IAM::Role': {
    here: 'every call of a function or machine is allowed or denied by its role',
    name: 'RoleName',
    maxName: 64,
    arn: (n) => `arn:aws:iam::${n.accountId}:role${text(n.property('Path')) || '/'}${n.name}`,
    attributes: { RoleId: (n) => `AROA${stableId(n.name, 17).toUpperCase()}` },
    uses: words('ManagedPolicyArns Path Policies RoleName'),
    ignores: words('AssumeRolePolicyDocument Description MaxSessionDuration Tags'),
  },
  'AWS::Lambda::EventSourceMapping': {
    here: 'queue to function: batches, partial failure, concurrency, filters',
    ref: (n) => stableId(n.logicalId, 32),
    uses: words(
      'BatchSize Enabled EventSourceArn FilterCriteria FunctionName FunctionResponseTypes MaximumBatchingWindowInSeconds ScalingConfig',
    ),
    ignores: words('LoggingConfig MetricsConfig Tags'),
  },
  'AWS::Lambda::Function': {
    here: 'the bundle in worker threads with its own environment; memory and timeout enforced',
    name: 'FunctionName',
    maxName: 64,
    arn: (n) => arn(n, 'lambda', `function:${n.name}`),
    uses: words(
      'Code Environment FunctionName Handler MemorySize PackageType ReservedConcurrentExecutions Role Runtime Timeout',
    ),
    ignores: words(
      'Architectures DeadLetterConfig Description EphemeralStorage KmsKeyArn LoggingConfig RecursiveLoop RuntimeManagementConfig SnapStart Tags TracingConfig',
    ),
  },
  'AWS::Lambda::Permission': {
    here: "accepted; who may invoke is not checked on the function's side",
    uses: [],
    ignores: words('*'),
  },
  'AWS::Pipes::Pipe': {
    here: 'table stream to bus, with filter and input template',
    name: 'Name',
    maxName: 64,
    arn: (n) => arn(n, 'pipes', `pipe/${n.name}`),
    uses: words(
      'DesiredState Enrichment EnrichmentParameters Name RoleArn Source SourceParameters Target TargetParameters',
    ),
    ignores: words('Description KmsKeyIdentifier LogConfiguration Tags'),
  },
  'AWS::S3::Bucket': {
    here: 'files on disk; presigned requests checked; events to the bus',
    name: 'BucketName',
    maxName: 63,
    arn: (n) => `arn:aws:s3:::${n.name}`,
    attributes: {
      DomainName: (n) => `${n.name}.s3.amazonaws.com`,
      RegionalDomainName: (n) => `${n.name}.s3.${n.region}.amazonaws.com`,
    },
    uses: words('BucketName CorsConfiguration NotificationConfiguration VersioningConfiguration'),
    ignores: words(
      'AccessControl BucketEncryption IntelligentTieringConfigurations InventoryConfigurations LifecycleConfiguration LoggingConfiguration MetricsConfigurations ObjectLockConfiguration ObjectLockEnabled OwnershipControls PublicAccessBlockConfiguration Tags',
    ),
  },
  'AWS::SNS::Subscription': {
    here: 'topic to queue or function',
    uses: words('Endpoint FilterPolicy FilterPolicyScope Protocol RawMessageDelivery RedrivePolicy TopicArn'),
    ignores: words('Region'),
  },
  'AWS::SNS::Topic': {
    here: 'topic',
    name: 'TopicName',
    arn: (n) => arn(n, 'sns', n.name),
    ref: (n) => arn(n, 'sns', n.name),
    attributes: { TopicArn: (n) => arn(n, 'sns', n.name), TopicName: (n) => n.name },
    uses: words('Subscription TopicName'),
    ignores: words('DisplayName KmsMasterKeyId Tags TracingConfig'),
  },
  'AWS::SQS::Queue': {
    here: 'durable queue: visibility, delay, redrive to its dead letters',
    name: 'QueueName',
    maxName: 80,
    arn: (n) => arn(n, 'sqs', n.name),
    ref: queueUrl,
    attributes: { QueueName: (n) => n.name, QueueUrl: queueUrl },
    uses: words(
      'ContentBasedDeduplication DelaySeconds FifoQueue MaximumMessageSize MessageRetentionPeriod QueueName ReceiveMessageWaitTimeSeconds RedriveAllowPolicy RedrivePolicy VisibilityTimeout',
    ),
    ignores: words(
      'DeduplicationScope FifoThroughputLimit KmsDataKeyReusePeriodSeconds KmsMasterKeyId SqsManagedSseEnabled Tags',
    ),
  },
  'AWS::Scheduler::Schedule': {
    here: "rate, cron and one-time schedules on the runtime's clock",
    name: 'Name',
    maxName: 64,
    arn: (n) => arn(n, 'scheduler', `schedule/${text(n.property('GroupName')) || 'default'}/${n.name}`),
    uses: words(
      'EndDate FlexibleTimeWindow GroupName Name ScheduleExpression ScheduleExpressionTimezone StartDate State Target',
    ),
    ignores: words('Description KmsKeyArn'),
  },
  'AWS::Scheduler::ScheduleGroup': {
    here: 'a name for schedules',
    name: 'Name',
    maxName: 64,
    arn: (n) => arn(n, 'scheduler', `schedule-group/${n.name}`),
    uses: words('Name'),
    ignores: words('Tags'),
  },
  'AWS::StepFunctions::StateMachine': {
    here: 'the engine of this repository; executions and timers survive a crash',
    name: 'StateMachineName',
    maxName: 80,
    arn: (n) => arn(n, 'states', `stateMachine:${n.name}`),
    ref: (n) => arn(n, 'states', `stateMachine:${n.name}`),
    // The revision stands for the definition; versions made from it are published by the service.
    attributes: { Name: (n) => n.name, StateMachineRevisionId: (n) => stableId(n.name, 16) },
    uses: words(
      'Definition DefinitionS3Location DefinitionString DefinitionSubstitutions RoleArn StateMachineName StateMachineType',
    ),
    ignores: words('EncryptionConfiguration LoggingConfiguration Tags TracingConfiguration'),
  },
  'AWS::StepFunctions::StateMachineAlias': {
    here: 'points at a published version',
    name: 'Name',
    arn: (n) => aliasArn(n),
    ref: (n) => aliasArn(n),
    uses: words('DeploymentPreference Name RoutingConfiguration'),
    ignores: words('Description'),
  },
  'AWS::StepFunctions::StateMachineVersion': {
    here: 'published at start when the definition changed',
    arn: (n) => `${text(n.property('StateMachineArn'))}:1`,
    ref: (n) => `${text(n.property('StateMachineArn'))}:1`,
    uses: words('StateMachineArn StateMachineRevisionId'),
    ignores: words('Description'),
  },
}

/** Name and ARN helpers share this: where a template names no name, one is made that is the same at each start. */
export function physicalName(type: string, stackName: string, logicalId: string, given: Json | undefined): string {
  if (typeof given === 'string' && given !== '') return given
  const made = `${stackName}-${logicalId}-${stableId(`${stackName} ${logicalId}`, 8)}`
  const name = made.slice(-(resourceTypes[type]?.maxName ?? 120)).replace(/^-+/, '')
  return type === 'AWS::S3::Bucket' ? name.toLowerCase() : name
}
