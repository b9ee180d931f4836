import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Match, type Template } from 'aws-cdk-lib/assertions'
import * as z from 'zod'
import { processes } from '../../infra/constructs/workflow'
import { CONTRACTS, doorsOf, IDENTITY } from '../../infra/domains'
import { resourcesOf, statementsOf, synthesize } from '../support/stacks'

const ROOT = resolve(__dirname, '..', '..')

let data: Template
let service: Template
beforeAll(async () => {
  ;({ data, service } = await synthesize())
})
const both = () => [data, service]

describe('state', () => {
  it('keeps the table, the documents and the users when a stack is deleted', () => {
    for (const type of ['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::Cognito::UserPool']) {
      const [resource, ...others] = resourcesOf(data, type)
      expect(others).toEqual([])
      expect([type, resource?.DeletionPolicy, resource?.UpdateReplacePolicy]).toEqual([type, 'Retain', 'Retain'])
    }
  })

  it('has one table: on demand, recoverable, protected, expiring, streaming new images, with one narrow index', () => {
    data.hasResourceProperties('AWS::DynamoDB::Table', {
      BillingMode: 'PAY_PER_REQUEST',
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'gsi1',
          KeySchema: [
            { AttributeName: 'gsi1pk', KeyType: 'HASH' },
            { AttributeName: 'gsi1sk', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['status', 'body'] },
        },
      ],
    })
  })

  it('has one bucket: encrypted, private, versioned, telling the bus', () => {
    data.hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: Match.anyValue(),
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      VersioningConfiguration: { Status: 'Enabled' },
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
      LifecycleConfiguration: Match.anyValue(),
    })
  })

  it('takes documents over TLS only', () => {
    data.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      },
    })
  })

  it('archives what goes over the bus', () => {
    data.hasResourceProperties('AWS::Events::Archive', { RetentionDays: 90 })
  })
})

describe('identity', () => {
  it('lets only administrators assign tenant, roles and organization', () => {
    const clients = resourcesOf(data, 'AWS::Cognito::UserPoolClient')
    expect(clients).toHaveLength(2)
    for (const { Properties } of clients)
      expect(JSON.stringify(Properties.WriteAttributes ?? [])).not.toContain('custom:')
    data.hasResourceProperties('AWS::Cognito::UserPoolClient', {
      AllowedOAuthFlows: ['code'],
      WriteAttributes: ['locale', 'name', 'zoneinfo'],
    })
  })

  it('gives machines client credentials with the scope of the API and nothing else', () => {
    data.hasResourceProperties('AWS::Cognito::UserPoolClient', {
      AllowedOAuthFlows: ['client_credentials'],
      GenerateSecret: true,
    })
  })

  it('asks the identity function for claims before it issues a token', () => {
    data.hasResourceProperties('AWS::Cognito::UserPool', {
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      MfaConfiguration: 'ON',
      LambdaConfig: { PreTokenGenerationConfig: { LambdaVersion: 'V3_0' } },
    })
  })
})

describe('contracts', () => {
  it('are all deployed', () => {
    const folders = readdirSync(join(ROOT, 'functions')).filter((domain) =>
      existsSync(join(ROOT, 'functions', domain, 'contract.ts')),
    )
    expect([IDENTITY, ...CONTRACTS].map(({ domain }) => domain).sort()).toEqual(folders.sort())
  })
})

describe('functions', () => {
  it('has one for each door of each contract and no other', () => {
    const names = both().flatMap((template) =>
      resourcesOf(template, 'AWS::Lambda::Function').map(({ Properties }) => Properties.FunctionName),
    )
    const doors = [IDENTITY, ...CONTRACTS].flatMap(doorsOf).map(({ domain, door }) => `portolan-dev-${domain}-${door}`)
    expect(names.sort()).toEqual(doors.sort())
  })

  it('runs them on arm64 and the current LTS, with their own log group that forgets', () => {
    for (const template of both()) {
      const groups = new Map(resourcesOf(template, 'AWS::Logs::LogGroup').map((group) => [group.logicalId, group]))
      for (const { Properties } of resourcesOf(template, 'AWS::Lambda::Function')) {
        expect(Properties).toMatchObject({
          Runtime: 'nodejs24.x',
          Architectures: ['arm64'],
          Timeout: expect.any(Number),
          MemorySize: expect.any(Number),
        })
        const { LogGroup } = z.object({ LogGroup: z.object({ Ref: z.string() }) }).parse(Properties.LoggingConfig)
        expect(groups.get(LogGroup.Ref)?.Properties).toMatchObject({ RetentionInDays: 7 })
      }
    }
  })

  it('gives every log group a retention', () => {
    for (const template of both())
      for (const { logicalId, Properties } of resourcesOf(template, 'AWS::Logs::LogGroup'))
        expect([logicalId, typeof Properties.RetentionInDays]).toEqual([logicalId, 'number'])
  })

  it('brings no function that is not ours', () => {
    for (const template of both())
      template.resourcePropertiesCountIs(
        'AWS::Lambda::Function',
        { Runtime: 'nodejs24.x' },
        resourcesOf(template, 'AWS::Lambda::Function').length,
      )
    for (const template of both()) expect(JSON.stringify(template.toJSON())).not.toContain('Custom::')
  })
})

describe('permissions', () => {
  /** Actions that AWS offers no resource for. */
  const WITHOUT_RESOURCE = /^(xray|textract|logs):/

  it('allows no action on everything, but where AWS offers no resource', () => {
    for (const template of both())
      for (const { role, actions, resources } of statementsOf(template)) {
        expect([role, actions.filter((action) => action.includes('*'))]).toEqual([role, []])
        if (resources.includes('*'))
          expect([role, actions.filter((action) => !WITHOUT_RESOURCE.test(action))]).toEqual([role, []])
      }
  })

  it('lets no function scan', () => {
    for (const template of both())
      for (const { actions } of statementsOf(template)) expect(actions).not.toContain('dynamodb:Scan')
  })

  it('lets only doors with table:write write', () => {
    const writers = statementsOf(service).filter(({ actions }) => actions.includes('dynamodb:PutItem'))
    const wanted = CONTRACTS.flatMap(doorsOf).filter(({ settings }) => settings.access.includes('table:write'))
    expect(writers).toHaveLength(wanted.length)
  })

  it('gives a door without access nothing but its log and its trace', () => {
    const ofSystem = statementsOf(service).filter(({ role }) => role.startsWith('systemapi'))
    expect(ofSystem.flatMap(({ actions }) => actions).sort()).toEqual([
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'xray:PutTelemetryRecords',
      'xray:PutTraceSegments',
    ])
  })

  it('hands the notification role to Textract alone', () => {
    const [pass, ...others] = statementsOf(service).filter(({ actions }) => actions.includes('iam:PassRole'))
    expect(others).toEqual([])
    expect(pass?.condition).toEqual({ StringEquals: { 'iam:PassedToService': 'textract.amazonaws.com' } })
  })
})

describe('API', () => {
  it('has every route of every contract and no other', () => {
    const deployed = resourcesOf(service, 'AWS::ApiGatewayV2::Route').map(({ Properties }) => Properties.RouteKey)
    const contracted = CONTRACTS.flatMap(({ routes }) =>
      Object.values(routes).map(({ method, path }) => `${method} ${path}`),
    )
    expect(deployed.sort()).toEqual(contracted.sort())
  })

  it('wants a token with the scope of the API on every route that is not public', () => {
    const open = new Set(
      CONTRACTS.flatMap(({ routes }) =>
        Object.values(routes).flatMap(({ method, path, roles }) => (roles === 'public' ? `${method} ${path}` : [])),
      ),
    )
    for (const { Properties } of resourcesOf(service, 'AWS::ApiGatewayV2::Route')) {
      const key = String(Properties.RouteKey)
      const { AuthorizationType, AuthorizationScopes } = Properties
      expect([key, AuthorizationType, AuthorizationScopes]).toEqual(
        open.has(key) ? [key, 'NONE', undefined] : [key, 'JWT', ['portolan/api']],
      )
    }
  })

  it('logs and throttles, and lets no page of another origin in', () => {
    service.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      StageName: '$default',
      AccessLogSettings: Match.anyValue(),
      DefaultRouteSettings: { ThrottlingRateLimit: 200, ThrottlingBurstLimit: 400 },
    })
    service.hasResourceProperties('AWS::ApiGatewayV2::Api', { CorsConfiguration: Match.absent() })
  })
})

describe('events', () => {
  it('takes new timeline items, and only those, from the stream to the bus', () => {
    service.hasResourceProperties('AWS::Pipes::Pipe', {
      SourceParameters: {
        DynamoDBStreamParameters: {
          StartingPosition: 'TRIM_HORIZON',
          OnPartialBatchItemFailure: 'AUTOMATIC_BISECT',
          DeadLetterConfig: Match.anyValue(),
        },
        FilterCriteria: {
          Filters: [
            {
              Pattern: Match.serializedJson({
                eventName: ['INSERT'],
                dynamodb: { Keys: { sk: { S: [{ prefix: 'TIMELINE#' }] } } },
              }),
            },
          ],
        },
      },
      TargetParameters: { EventBridgeEventBusParameters: { Source: 'portolan', DetailType: 'timeline' } },
    })
  })

  it('delivers to each domain what its contract subscribes to', () => {
    for (const { domain, subscribes } of CONTRACTS) {
      if (subscribes.length === 0) continue
      service.hasResourceProperties('AWS::Events::Rule', {
        Description: `Timeline entries for ${domain}`,
        EventPattern: { source: ['portolan'], 'detail-type': ['timeline'], detail: { type: subscribes } },
      })
    }
  })

  it('hands each message of a batch back alone', () => {
    const mappings = resourcesOf(service, 'AWS::Lambda::EventSourceMapping')
    expect(mappings).toHaveLength(CONTRACTS.filter(({ subscribes }) => subscribes.length > 0).length)
    for (const { Properties } of mappings)
      expect(Properties).toMatchObject({ BatchSize: 10, FunctionResponseTypes: ['ReportBatchItemFailures'] })
  })

  it('has dead letters behind every queue, and an alarm on each', () => {
    const queues = resourcesOf(service, 'AWS::SQS::Queue')
    const alarms = JSON.stringify(resourcesOf(service, 'AWS::CloudWatch::Alarm'))
    for (const { logicalId, Properties } of queues) {
      const isDeadLetters = String(Properties.QueueName).endsWith('-dead-letters')
      expect([logicalId, Properties.RedrivePolicy !== undefined]).toEqual([logicalId, !isDeadLetters])
      expect(alarms).toContain(`"QueueName","Value":{"Fn::GetAtt":["${logicalId}","QueueName"]}`)
    }
    expect(queues.length).toBeGreaterThan(0)
  })

  it('has uploads scanned for malware, marked, and the verdict brought to the intake', () => {
    data.hasResourceProperties('AWS::GuardDuty::MalwareProtectionPlan', {
      ProtectedResource: { S3Bucket: { BucketName: Match.anyValue(), ObjectPrefixes: ['uploads/'] } },
      Actions: { Tagging: { Status: 'ENABLED' } },
    })
    // What AWS's guide asks for, and not a word more.
    const allowed = statementsOf(data)
      .filter(({ role }) => role.startsWith('MalwareProtection'))
      .flatMap(({ actions }) => actions)
    expect(allowed.sort()).toEqual([
      'events:DeleteRule',
      'events:DescribeRule',
      'events:ListTargetsByRule',
      'events:PutRule',
      'events:PutTargets',
      'events:RemoveTargets',
      's3:GetBucketNotification',
      's3:GetObject',
      's3:GetObjectTagging',
      's3:GetObjectVersion',
      's3:GetObjectVersionTagging',
      's3:ListBucket',
      's3:PutBucketNotification',
      's3:PutObject',
      's3:PutObjectTagging',
      's3:PutObjectVersionTagging',
    ])
    service.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.guardduty'],
        'detail-type': ['GuardDuty Malware Protection Object Scan Result'],
        detail: { s3ObjectDetails: { bucketName: Match.anyValue(), objectKey: [{ prefix: 'uploads/' }] } },
      },
      Targets: [Match.objectLike({ DeadLetterConfig: Match.anyValue() })],
    })
    service.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'portolan-dev-documents-tasks',
      Environment: { Variables: Match.objectLike({ MALWARE_SCAN: 'ON' }) },
    })
    // A verdict that anybody could write would be none.
    const ours = statementsOf(service).flatMap(({ actions }) => actions)
    expect(ours.filter((action) => action.startsWith('s3:Put'))).toEqual(
      ours.filter((action) => action === 's3:PutObject'),
    )
  })

  it('starts the intake for uploads, and keeps what could not be started', () => {
    service.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        detail: { object: { key: [{ prefix: 'uploads/' }] } },
      },
      Targets: [Match.objectLike({ DeadLetterConfig: Match.anyValue(), RoleArn: Match.anyValue() })],
    })
  })
})

describe('machines', () => {
  it('has one for each definition, logged, traced, published, with the alias live and an alarm', () => {
    const machines = resourcesOf(service, 'AWS::StepFunctions::StateMachine')
    expect(machines.map(({ Properties }) => Properties.StateMachineName).sort()).toEqual(
      processes()
        .map((process) => `portolan-dev-${process}`)
        .sort(),
    )
    const alarms = JSON.stringify(resourcesOf(service, 'AWS::CloudWatch::Alarm'))
    for (const { logicalId, Properties } of machines) {
      expect(Properties).toMatchObject({
        LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: false },
        TracingConfiguration: { Enabled: true },
      })
      expect(alarms).toContain(`"StateMachineArn","Value":{"Ref":"${logicalId}"}`)
    }
    service.resourceCountIs('AWS::StepFunctions::StateMachineAlias', machines.length)
    for (const version of resourcesOf(service, 'AWS::StepFunctions::StateMachineVersion'))
      expect(version.DeletionPolicy).toBe('Retain')
  })

  it('lets a machine invoke the functions that its definition names and no other', () => {
    for (const { Properties } of resourcesOf(service, 'AWS::StepFunctions::StateMachine')) {
      const role = z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }).parse(Properties.RoleArn)
      const invoked = statementsOf(service)
        .filter((statement) => statement.role === role['Fn::GetAtt'][0])
        .filter(({ actions }) => actions.includes('lambda:InvokeFunction'))
        .flatMap(({ resources }) => resources)
      expect(invoked).toEqual(Object.values(Object(Properties.DefinitionSubstitutions)))
    }
  })
})

describe('alarms', () => {
  it('name a heading of the runbook', () => {
    const runbook = readFileSync(join(ROOT, 'docs', 'runbook.md'), 'utf8')
    const headings = new Set([...runbook.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading))
    for (const template of both())
      for (const { logicalId, Properties } of resourcesOf(template, 'AWS::CloudWatch::Alarm')) {
        const [, heading] = /docs\/runbook\.md, (.+)$/.exec(String(Properties.AlarmDescription)) ?? []
        expect([logicalId, heading && headings.has(heading)]).toEqual([logicalId, true])
      }
  })
})

describe('a deployment without a scanner', () => {
  it('has nothing of GuardDuty, and an intake that waits for no verdict', async () => {
    const without = await synthesize('dev', { malwareScan: 'off' })
    without.data.resourceCountIs('AWS::GuardDuty::MalwareProtectionPlan', 0)
    expect(JSON.stringify(without.service.toJSON())).not.toContain('aws.guardduty')
    without.service.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'portolan-dev-documents-tasks',
      Environment: { Variables: Match.objectLike({ MALWARE_SCAN: 'OFF' }) },
    })
  })
})

describe('production', () => {
  it('passes the same rules, under names of its own, and remembers longer', async () => {
    const production = await synthesize('prod')
    production.service.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 90 })
    for (const template of [production.data, production.service])
      expect(JSON.stringify(template.toJSON())).not.toContain('portolan-dev')
  })
})
