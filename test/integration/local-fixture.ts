/** A small hand-written cloud assembly: an API, a function that uses the SDK, a table with stream, pipe, bus, rule, queue. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { buildSync } from 'esbuild'

const CODE = `
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand, ScanCommand, TransactWriteCommand, DeleteCommand } from '@aws-sdk/lib-dynamodb'
const db = DynamoDBDocumentClient.from(new DynamoDBClient({}))
const TableName = process.env.TABLE_NAME
const commands = { Get: GetCommand, Put: PutCommand, Query: QueryCommand, Scan: ScanCommand, Transact: TransactWriteCommand, Delete: DeleteCommand }
const answer = (statusCode, body, more) => ({ statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), ...more })

export const api = async (event) => {
  const id = event.pathParameters?.id
  switch (event.routeKey) {
    case 'GET /echo/{proxy+}': case 'POST /echo': case 'GET /open': return answer(200, event, { cookies: ['a=1; Path=/'] })
    case 'GET /plain': return { loose: true }
    case 'GET /broken': throw new Error('broken')
    case 'GET /binary': return { statusCode: 200, headers: { 'content-type': 'image/png' }, body: Buffer.from([1, 2, 255]).toString('base64'), isBase64Encoded: true }
    case 'GET /slow': return new Promise((done) => setTimeout(done, 5000))
    case 'POST /db': try {
      const { command, input } = JSON.parse(event.body)
      return answer(200, await db.send(new commands[command]({ TableName, ...input })))
    } catch (error) { return answer(500, { name: error.name, message: error.message }) }
    case 'PUT /items/{id}': await db.send(new PutCommand({ TableName, Item: { pk: id, sk: 'item', kind: 'event', text: event.body } })); return answer(200, { id })
    case 'GET /items/{id}': return answer(200, (await db.send(new GetCommand({ TableName, Key: { pk: id, sk: 'item' } }))).Item ?? null)
  }
}

export const consumer = async (event) => {
  for (const record of event.Records) {
    const { detail } = JSON.parse(record.body)
    await db.send(new PutCommand({ TableName, Item: { pk: detail.id, sk: 'seen', kind: 'seen' } }))
  }
}
`

const bucketAsset = (key: string) => ({ S3Bucket: { 'Fn::Sub': 'assets-${AWS::AccountId}' }, S3Key: `${key}.zip` })
const getAtt = (id: string, attribute = 'Arn') => ({ 'Fn::GetAtt': [id, attribute] })
const role = (statements: unknown[]) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {},
    ManagedPolicyArns: [
      {
        'Fn::Join': [
          '',
          ['arn:', { Ref: 'AWS::Partition' }, ':iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'],
        ],
      },
    ],
    Policies: [{ PolicyName: 'own', PolicyDocument: { Statement: statements } }],
  },
})
const lambda = (handler: string, roleId: string, more = {}) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    Code: bucketAsset('code'),
    Handler: `index.${handler}`,
    Role: getAtt(roleId),
    Runtime: 'nodejs22.x',
    Timeout: 10,
    MemorySize: 256,
    Environment: { Variables: { TABLE_NAME: { Ref: 'Table' } } },
    ...more,
  },
})

const ROUTES = [
  'GET /echo/{proxy+}',
  'POST /echo',
  'GET /plain',
  'GET /broken',
  'GET /binary',
  'POST /db',
  'PUT /items/{id}',
  'GET /items/{id}',
]
const route = (key: string, more = {}) => ({
  Type: 'AWS::ApiGatewayV2::Route',
  Properties: {
    ApiId: { Ref: 'Api' },
    RouteKey: key,
    Target: { 'Fn::Join': ['', ['integrations/', { Ref: 'Integration' }]] },
    AuthorizationType: 'JWT',
    AuthorizerId: { Ref: 'Authorizer' },
    ...more,
  },
})

/** The resources; a test may change them before writing. */
export function template(): Record<string, { Type: string; Properties: Record<string, unknown> }> {
  return {
    Api: {
      Type: 'AWS::ApiGatewayV2::Api',
      Properties: {
        Name: 'fixture',
        ProtocolType: 'HTTP',
        CorsConfiguration: {
          AllowOrigins: ['https://console.example'],
          AllowMethods: ['GET'],
          AllowHeaders: ['authorization'],
          MaxAge: 60,
        },
      },
    },
    Stage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: { ApiId: { Ref: 'Api' }, StageName: '$default', AutoDeploy: true },
    },
    Integration: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: {
        ApiId: { Ref: 'Api' },
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: getAtt('ApiFunction'),
        PayloadFormatVersion: '2.0',
      },
    },
    Impatient: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: {
        ApiId: { Ref: 'Api' },
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: getAtt('ApiFunction'),
        PayloadFormatVersion: '2.0',
        TimeoutInMillis: 1000,
      },
    },
    RouteSlow: route('GET /slow', { Target: { 'Fn::Sub': 'integrations/${Impatient}' } }),
    Authorizer: {
      Type: 'AWS::ApiGatewayV2::Authorizer',
      Properties: {
        ApiId: { Ref: 'Api' },
        Name: 'jwt',
        AuthorizerType: 'JWT',
        IdentitySource: ['$request.header.Authorization'],
        JwtConfiguration: {
          Issuer: { 'Fn::Sub': 'https://cognito-idp.${AWS::Region}.amazonaws.com/${Pool}' },
          Audience: [{ Ref: 'WebClient' }, { Ref: 'MachineClient' }],
        },
      },
    },
    ...Object.fromEntries(ROUTES.map((key, n) => [`Route${n}`, route(key)])),
    RouteOpen: route('GET /open', { AuthorizationType: 'NONE', AuthorizerId: { Ref: 'AWS::NoValue' } }),
    RouteScoped: route('GET /echo/admin', { AuthorizationScopes: ['portolan/admin'] }),
    Pool: { Type: 'AWS::Cognito::UserPool', Properties: {} },
    WebClient: { Type: 'AWS::Cognito::UserPoolClient', Properties: { UserPoolId: { Ref: 'Pool' } } },
    MachineClient: {
      Type: 'AWS::Cognito::UserPoolClient',
      Properties: {
        ClientName: 'machine',
        UserPoolId: { Ref: 'Pool' },
        GenerateSecret: true,
        AllowedOAuthFlows: ['client_credentials'],
        AllowedOAuthScopes: ['portolan/api'],
        AccessTokenValidity: 30,
        TokenValidityUnits: { AccessToken: 'minutes' },
      },
    },
    Table: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        AttributeDefinitions: ['pk', 'sk', 'kind'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        GlobalSecondaryIndexes: [
          {
            IndexName: 'by-kind',
            KeySchema: [{ AttributeName: 'kind', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'KEYS_ONLY' },
          },
        ],
        BillingMode: 'PAY_PER_REQUEST',
        StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
      },
    },
    ApiRole: role([
      {
        Effect: 'Allow',
        Action: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:ConditionCheckItem'],
        Resource: [getAtt('Table'), { 'Fn::Sub': '${Table.Arn}/index/*' }],
      },
      {
        Effect: 'Deny',
        Action: 'dynamodb:*',
        Resource: '*',
        Condition: { 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': ['secret*'] } },
      },
    ]),
    ConsumerRole: role([{ Effect: 'Allow', Action: ['dynamodb:PutItem'], Resource: getAtt('Table') }]),
    ApiFunction: lambda('api', 'ApiRole'),
    Consumer: lambda('consumer', 'ConsumerRole'),
    Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'facts' } },
    Queue: {
      Type: 'AWS::SQS::Queue',
      Properties: { VisibilityTimeout: 60, RedrivePolicy: { deadLetterTargetArn: getAtt('Dead'), maxReceiveCount: 2 } },
    },
    Dead: { Type: 'AWS::SQS::Queue', Properties: {} },
    Mapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { EventSourceArn: getAtt('Queue'), FunctionName: { Ref: 'Consumer' }, BatchSize: 10 },
    },
    Rule: {
      Type: 'AWS::Events::Rule',
      Properties: {
        EventBusName: { Ref: 'Bus' },
        EventPattern: { source: ['fixture'] },
        State: 'ENABLED',
        Targets: [{ Id: 'queue', Arn: getAtt('Queue') }],
      },
    },
    PipeRole: role([
      {
        Effect: 'Allow',
        Action: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'],
        Resource: getAtt('Table', 'StreamArn'),
      },
      { Effect: 'Allow', Action: 'events:PutEvents', Resource: getAtt('Bus') },
    ]),
    Pipe: {
      Type: 'AWS::Pipes::Pipe',
      Properties: {
        RoleArn: getAtt('PipeRole'),
        Source: getAtt('Table', 'StreamArn'),
        SourceParameters: {
          DynamoDBStreamParameters: { StartingPosition: 'TRIM_HORIZON', BatchSize: 100 },
          FilterCriteria: {
            Filters: [
              {
                Pattern: JSON.stringify({ eventName: ['INSERT'], dynamodb: { NewImage: { kind: { S: ['event'] } } } }),
              },
            ],
          },
        },
        Target: getAtt('Bus'),
        TargetParameters: {
          InputTemplate: '{"id": <$.dynamodb.Keys.pk.S>}',
          EventBridgeEventBusParameters: { Source: 'fixture', DetailType: 'fact' },
        },
      },
    },
    Alarm: { Type: 'AWS::CloudWatch::Alarm', Properties: {} },
  }
}

/** Writes a cloud assembly of one stack into `dir`. */
export function writeAssembly(dir: string, resources: object, more: object = {}): void {
  mkdirSync(join(dir, 'asset.code'), { recursive: true })
  buildSync({
    stdin: { contents: CODE, resolveDir: resolve(__dirname, '../..'), loader: 'js' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    outfile: join(dir, 'asset.code', 'index.js'),
    logLevel: 'error',
  })
  const write = (name: string, value: unknown) => writeFileSync(join(dir, name), JSON.stringify(value))
  write('manifest.json', {
    version: '1',
    artifacts: {
      'App.assets': { type: 'cdk:asset-manifest', properties: { file: 'App.assets.json' } },
      App: {
        type: 'aws:cloudformation:stack',
        environment: 'aws://unknown-account/unknown-region',
        properties: { templateFile: 'App.template.json' },
      },
    },
  })
  write('App.assets.json', {
    files: {
      code: {
        source: { path: 'asset.code', packaging: 'zip' },
        destinations: { here: { bucketName: 'assets', objectKey: 'code.zip' } },
      },
    },
  })
  write('App.template.json', {
    Resources: resources,
    Outputs: { Url: { Value: getAtt('Api', 'ApiEndpoint') } },
    ...more,
  })
}
