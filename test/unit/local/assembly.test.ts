import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { loadAssembly } from '../../../local/assembly'

const dir = mkdtempSync(join(tmpdir(), 'portolan-assembly-'))
afterAll(() => rmSync(dir, { recursive: true }))

function assembly(name: string, files: Record<string, unknown>): string {
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name, file)), { recursive: true })
    writeFileSync(join(dir, name, file), JSON.stringify(content))
  }
  return join(dir, name)
}
const stack = (template: string, environment = 'aws://123456789012/eu-west-1') => ({
  type: 'aws:cloudformation:stack',
  environment,
  properties: { templateFile: template },
})
const one = (name: string, Resources: object, more = {}) =>
  assembly(name, { 'manifest.json': { artifacts: { App: stack('App.json') } }, 'App.json': { Resources, ...more } })
const load = (path: string) => loadAssembly(path, 'http://127.0.0.1:8700')

test('resources carry their physical name, reference, ARN and resolved properties', () => {
  const { resources, accountId, region } = load(
    one('plain', {
      Queue: {
        Type: 'AWS::SQS::Queue',
        Properties: {
          QueueName: 'billing',
          RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 3 },
        },
      },
      Dead: { Type: 'AWS::SQS::Queue' },
    }),
  )
  expect([accountId, region]).toEqual(['123456789012', 'eu-west-1'])
  const [queue, dead] = resources
  expect(dead?.properties.QueueName).toMatch(/^App-Dead-[a-z0-9]{8}$/)
  expect(queue).toEqual({
    logicalId: 'Queue',
    type: 'AWS::SQS::Queue',
    ref: 'http://127.0.0.1:8700/123456789012/billing',
    arn: 'arn:aws:sqs:eu-west-1:123456789012:billing',
    properties: { QueueName: 'billing', RedrivePolicy: { deadLetterTargetArn: dead?.arn, maxReceiveCount: 3 } },
  })
})

test('an app without a fixed environment runs in a made-up account', () => {
  const path = assembly('agnostic', {
    'manifest.json': { artifacts: { App: stack('App.json', 'aws://unknown-account/unknown-region') } },
    'App.json': { Resources: {}, Outputs: { Where: { Value: { 'Fn::Sub': '${AWS::AccountId}/${AWS::Region}' } } } },
  })
  expect(load(path).outputs.get('App.Where')).toBe('000000000000/us-east-1')
})

test("stacks see each other's exports, also those of a stage inside the app", () => {
  const path = assembly('several', {
    'manifest.json': { artifacts: { Stage: { type: 'cdk:cloud-assembly', properties: { directoryName: 'stage' } } } },
    'stage/manifest.json': { artifacts: { User: stack('User.json'), Data: stack('Data.json') } },
    'stage/User.json': {
      Resources: { Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: { 'Fn::ImportValue': 'bus-name' } } } },
    },
    'stage/Data.json': {
      Resources: {},
      Outputs: { Bus: { Value: 'facts', Export: { Name: { 'Fn::Sub': 'bus-name' } } } },
    },
  })
  expect(load(path).resources.map(({ arn }) => arn)).toEqual(['arn:aws:events:eu-west-1:123456789012:event-bus/facts'])
})

test('parameters take their defaults, and conditions decide what exists', () => {
  const path = one(
    'conditional',
    {
      Live: { Type: 'AWS::SQS::Queue', Condition: 'IsLive', Properties: { QueueName: 'live' } },
      Test: { Type: 'AWS::SQS::Queue', Condition: 'IsTest', Properties: { QueueName: { Ref: 'Stage' } } },
      Odd: { Type: 'AWS::Unheard::Of', Condition: 'IsLive' },
    },
    {
      Parameters: { Stage: { Type: 'String', Default: 'test' } },
      Conditions: {
        IsTest: { 'Fn::Equals': [{ Ref: 'Stage' }, 'test'] },
        IsLive: { 'Fn::Not': [{ Condition: 'IsTest' }] },
      },
    },
  )
  expect(load(path).resources.map(({ properties }) => properties.QueueName)).toEqual(['test'])
})

test('assets are found by the key that a deployment would upload them under', () => {
  const path = assembly('assets', {
    'manifest.json': {
      artifacts: { 'App.assets': { type: 'cdk:asset-manifest', properties: { file: 'App.assets.json' } } },
    },
    'App.assets.json': {
      files: {
        abc: { source: { path: 'asset.abc', packaging: 'zip' }, destinations: { here: { objectKey: 'abc.zip' } } },
      },
    },
  })
  expect(load(path).asset('abc.zip')).toBe(join(path, 'asset.abc'))
  expect(() => load(path).asset('xyz.zip')).toThrow('No asset xyz.zip')
})

test('everything that is not known is named, all at once', () => {
  const path = one('unknown', {
    Cluster: { Type: 'AWS::Redshift::Cluster', Properties: {} },
    Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'a', Priority: 1 } },
    Alarm: { Type: 'AWS::CloudWatch::Alarm', Properties: { Anything: 1 } },
  })
  expect(() => load(path)).toThrow(
    'The runtime cannot run this template:\n  Cluster: resource type AWS::Redshift::Cluster is not supported\n  Queue: property Priority of AWS::SQS::Queue is not supported',
  )
})

test.each<[string, object, string]>([
  [
    'an unknown attribute',
    { 'Fn::GetAtt': ['Dead', 'Depth'] },
    'Queue.QueueName: Fn::GetAtt Dead.Depth (AWS::SQS::Queue) is not supported',
  ],
  ['an unknown function', { 'Fn::Cidr': [] }, 'Queue.QueueName: Fn::Cidr is not supported'],
  ['an unknown resource', { Ref: 'Nowhere' }, 'App has no resource Nowhere'],
])('%s stops the start', (name, QueueName, message) => {
  const path = one(name, {
    Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName } },
    Dead: { Type: 'AWS::SQS::Queue' },
  })
  expect(() => load(path)).toThrow(message)
})

test('a folder without an assembly says what to do', () => {
  expect(() => load(join(dir, 'nothing'))).toThrow('npm run synth')
})
