import { createIam, type RequestContext } from '../../../local/iam'
import type { Json, Resource } from '../../../local/service'

const ROLE = 'arn:aws:iam::000000000000:role/Booking'
const TABLE = 'arn:aws:dynamodb:eu-west-1:000000000000:table/freight'

const role = (statements: Json[], more: Resource['properties'] = {}): Resource => ({
  logicalId: 'BookingRole',
  type: 'AWS::IAM::Role',
  ref: 'Booking',
  arn: ROLE,
  properties: { Policies: [{ PolicyName: 'own', PolicyDocument: { Statement: statements } }], ...more },
})
const policy = (type: string, ref: string, statement: Json, roles: string[]): Resource => ({
  logicalId: 'Extra',
  type,
  ref,
  arn: ref,
  properties: { PolicyDocument: { Statement: statement }, Roles: roles },
})
const allow = (Action: Json, Resource: Json = '*', more: { [key: string]: Json } = {}): Json => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
})
const deny = (Action: Json, Resource: Json = '*', more: { [key: string]: Json } = {}): Json => ({
  Effect: 'Deny',
  Action,
  Resource,
  ...more,
})

function verdict(resources: Resource[], action: string, resource = TABLE, context?: RequestContext): string {
  try {
    createIam(resources).authorize({ roleArn: ROLE, session: 'booking-api' }, action, resource, context)
    return 'allowed'
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^.* on resource: \S+ /, '') : ''
  }
}
const NOT_GRANTED = (action: string) => `because no identity-based policy allows the ${action} action`
const DENIED = 'with an explicit deny in an identity-based policy'

test.each<[string, Json[], string, string]>([
  ['nothing granted', [], 'dynamodb:GetItem', NOT_GRANTED('dynamodb:GetItem')],
  ['exact action and resource', [allow('dynamodb:GetItem', TABLE)], 'dynamodb:GetItem', 'allowed'],
  ['another action', [allow('dynamodb:GetItem', TABLE)], 'dynamodb:PutItem', NOT_GRANTED('dynamodb:PutItem')],
  ['another resource', [allow('dynamodb:GetItem', `${TABLE}-2`)], 'dynamodb:GetItem', NOT_GRANTED('dynamodb:GetItem')],
  [
    'wildcards',
    [allow(['dynamodb:*Item', 's3:*'], 'arn:aws:dynamodb:*:*:table/fre?ght')],
    'dynamodb:GetItem',
    'allowed',
  ],
  ['actions without regard to case', [allow('DynamoDB:getitem')], 'dynamodb:GetItem', 'allowed'],
  ['a deny beats an allow', [allow('*'), deny('dynamodb:Delete*')], 'dynamodb:DeleteItem', DENIED],
  [
    'NotAction',
    [{ Effect: 'Allow', NotAction: 'dynamodb:Scan', Resource: '*' }],
    'dynamodb:Scan',
    NOT_GRANTED('dynamodb:Scan'),
  ],
  [
    'NotAction allows the rest',
    [{ Effect: 'Allow', NotAction: 'dynamodb:Scan', Resource: '*' }],
    'dynamodb:Query',
    'allowed',
  ],
  [
    'NotResource',
    [{ Effect: 'Allow', Action: '*', NotResource: TABLE }],
    'dynamodb:Query',
    NOT_GRANTED('dynamodb:Query'),
  ],
])('%s', (_, statements, action, expected) => {
  expect(verdict([role(statements)], action)).toBe(expected)
})

test.each<[string, { [key: string]: Json }, string[] | undefined, boolean]>([
  ['StringEquals', { StringEquals: { k: ['a', 'b'] } }, ['b'], true],
  ['StringEquals of another', { StringEquals: { k: 'a' } }, ['b'], false],
  ['StringEquals of an absent key', { StringEquals: { k: 'a' } }, undefined, false],
  ['StringEqualsIfExists of an absent key', { StringEqualsIfExists: { k: 'a' } }, undefined, true],
  ['StringNotEquals', { StringNotEquals: { k: 'a' } }, ['b'], true],
  ['StringLike', { StringLike: { k: 'acme#*' } }, ['acme#1'], true],
  ['ForAllValues', { 'ForAllValues:StringLike': { k: ['acme#*'] } }, ['acme#1', 'other#1'], false],
  ['ForAllValues of none', { 'ForAllValues:StringLike': { k: ['acme#*'] } }, undefined, true],
  ['ForAnyValue', { 'ForAnyValue:StringLike': { k: ['acme#*'] } }, ['acme#1', 'other#1'], true],
  ['ForAnyValue of none', { 'ForAnyValue:StringLike': { k: ['acme#*'] } }, undefined, false],
  ['ArnLike', { ArnLike: { k: 'arn:aws:s3:::docs*' } }, ['arn:aws:s3:::docs-1'], true],
  ['Bool', { Bool: { k: true } }, ['true'], true],
  ['Null', { Null: { k: 'true' } }, undefined, true],
])('condition %s', (_, Condition, values, allowed) => {
  const result = verdict([role([allow('*', '*', { Condition })])], 'dynamodb:GetItem', TABLE, () => values)
  expect(result === 'allowed').toBe(allowed)
})

test('a verdict that hung on a condition is not kept for the next call', () => {
  const iam = createIam([role([allow('*', '*', { Condition: { StringEquals: { k: 'a' } } })])])
  const ask = (value: string) => () => iam.authorize({ roleArn: ROLE }, 'dynamodb:GetItem', TABLE, () => [value])
  expect(ask('a')).not.toThrow()
  expect(ask('b')).toThrow()
})

test('policies attached to the role count, others do not', () => {
  const grant = allow('dynamodb:GetItem')
  const managedArn = 'arn:aws:iam::000000000000:policy/Reader'
  const managed = policy('AWS::IAM::ManagedPolicy', managedArn, grant, [])
  expect(verdict([role([]), policy('AWS::IAM::Policy', 'p', grant, ['Booking'])], 'dynamodb:GetItem')).toBe('allowed')
  expect(verdict([role([]), policy('AWS::IAM::Policy', 'p', grant, ['Other'])], 'dynamodb:GetItem')).not.toBe('allowed')
  expect(verdict([role([], { ManagedPolicyArns: [managedArn] }), managed], 'dynamodb:GetItem')).toBe('allowed')
})

test('what cannot be evaluated stops the start, by name', () => {
  expect(() => createIam([role([allow('*', '*', { Condition: { IpAddress: { k: '10.0.0.0/8' } } })])])).toThrow(
    'BookingRole (AWS::IAM::Role): condition operator IpAddress is not supported',
  )
  expect(() => createIam([role([], { ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] })])).toThrow(
    'managed policy arn:aws:iam::aws:policy/AdministratorAccess is not supported',
  )
})

test('versions and aliases of a machine are authorized by the machine, and told apart by a condition key', () => {
  const machine = 'arn:aws:states:eu-west-1:000000000000:stateMachine:export'
  const grant = allow('states:StartExecution', machine)
  expect(verdict([role([grant])], 'states:StartExecution', `${machine}:live`)).toBe('allowed')
  const notOne = deny('states:*', machine, { Condition: { StringEquals: { 'states:StateMachineQualifier': '1' } } })
  expect(verdict([role([grant, notOne])], 'states:StartExecution', `${machine}:1`)).toBe(DENIED)
  expect(verdict([role([grant, notOne])], 'states:StartExecution', `${machine}:2`)).toBe('allowed')
})
