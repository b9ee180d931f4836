/** Types that the runtime knows and that have nothing to do on one machine. */
import { arn, type Named, stableId, text } from './resource-names'

/** By type: why it does nothing, and what its name, reference and ARN are. */
export const inertTypes: Record<
  string,
  { why: string; arn?: (n: Named) => string; name?: string; ref?: (n: Named) => string }
> = {
  'AWS::ApiGatewayV2::DomainName': { why: 'the address is 127.0.0.1', name: 'DomainName' },
  'AWS::ApiGatewayV2::ApiMapping': { why: 'the address is 127.0.0.1' },
  'AWS::Budgets::Budget': { why: 'nothing is billed here' },
  'AWS::CDK::Metadata': { why: 'metadata of the tool' },
  'AWS::CloudWatch::Alarm': {
    why: 'nobody is paged from one machine',
    name: 'AlarmName',
    arn: (n) => arn(n, 'cloudwatch', `alarm:${n.name}`),
  },
  'AWS::CloudWatch::CompositeAlarm': { why: 'nobody is paged from one machine', name: 'AlarmName' },
  'AWS::CloudWatch::Dashboard': { why: 'use /_local/metrics', name: 'DashboardName' },
  'AWS::Cognito::UserPoolDomain': { why: 'the token endpoint is POST /oauth2/token of the runtime', name: 'Domain' },
  'AWS::Cognito::UserPoolGroup': { why: 'roles come with the token', name: 'GroupName' },
  'AWS::Cognito::UserPoolResourceServer': {
    why: 'scopes are taken from the clients',
    ref: (n) => text(n.property('Identifier')),
  },
  'AWS::Events::EventBusPolicy': { why: 'one account' },
  'AWS::IAM::OIDCProvider': {
    why: 'deployment from CI',
    arn: (n) => `arn:aws:iam::${n.accountId}:oidc-provider/${n.name}`,
  },
  'AWS::KMS::Alias': { why: 'files are protected by the operating system', ref: (n) => text(n.property('AliasName')) },
  'AWS::KMS::Key': {
    why: 'files are protected by the operating system',
    ref: (n) => stableId(n.logicalId, 32),
    arn: (n) => arn(n, 'kms', `key/${stableId(n.logicalId, 32)}`),
  },
  'AWS::Logs::LogGroup': {
    why: 'functions log to logs/ in the data folder',
    name: 'LogGroupName',
    arn: (n) => arn(n, 'logs', `log-group:${n.name}:*`),
  },
  'AWS::Logs::MetricFilter': { why: 'use /_local/metrics' },
  'AWS::Logs::QueryDefinition': { why: 'functions log to logs/ in the data folder' },
  'AWS::Logs::ResourcePolicy': { why: 'one account' },
  'AWS::ResourceGroups::Group': { why: 'a view of the console', name: 'Name' },
  'AWS::S3::BucketPolicy': { why: 'one account, loopback only; grants of roles are enforced' },
  'AWS::SNS::TopicPolicy': { why: 'one account; grants of roles are enforced' },
  'AWS::SQS::QueuePolicy': { why: 'one account; grants of roles are enforced' },
}
