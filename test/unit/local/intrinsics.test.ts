import { resolve, type Scope } from '../../../local/intrinsics'
import type { Json } from '../../../local/service'

const scope: Scope = {
  ref: (name) => (name === 'AWS::NoValue' ? undefined : `ref-${name}`),
  attribute: (logicalId, attribute) => `${logicalId}/${attribute}`,
  mapping: (map, first, second) => (map === 'Ports' && first === 'NL' && second === 'main' ? 'NLRTM' : undefined),
  condition: (name) => name === 'IsProduction',
  exported: (name) => `export-${name}`,
}

test.each<[string, Json, Json | undefined]>([
  ['Ref', { Ref: 'Table' }, 'ref-Table'],
  ['GetAtt as a list', { 'Fn::GetAtt': ['Table', 'Arn'] }, 'Table/Arn'],
  ['GetAtt as text', { 'Fn::GetAtt': 'Table.Stream.Arn' }, 'Table/Stream.Arn'],
  ['Join', { 'Fn::Join': ['/', ['a', { Ref: 'B' }, 3]] }, 'a/ref-B/3'],
  ['Sub with references', { 'Fn::Sub': 'x ${Table} ${Table.Arn} ${!Literal}' }, 'x ref-Table Table/Arn ${Literal}'],
  ['Sub with variables', { 'Fn::Sub': ['${one} ${Two}', { one: { Ref: 'One' } }] }, 'ref-One ref-Two'],
  ['Select of Split', { 'Fn::Select': [1, { 'Fn::Split': ['|', 'a|b|c'] }] }, 'b'],
  ['If', { 'Fn::If': ['IsProduction', 'yes', { Ref: 'Never' }] }, 'yes'],
  ['If not', { 'Fn::If': ['IsTest', 'yes', { Ref: 'AWS::NoValue' }] }, undefined],
  ['ImportValue', { 'Fn::ImportValue': { 'Fn::Sub': 'bus-${Stage}' } }, 'export-bus-ref-Stage'],
  ['FindInMap', { 'Fn::FindInMap': ['Ports', 'NL', 'main'] }, 'NLRTM'],
  ['FindInMap with a default', { 'Fn::FindInMap': ['Ports', 'DE', 'main', { DefaultValue: 'DEHAM' }] }, 'DEHAM'],
  ['Base64', { 'Fn::Base64': 'a' }, 'YQ=='],
  [
    'conditions',
    {
      'Fn::And': [
        { Condition: 'IsProduction' },
        { 'Fn::Not': [{ 'Fn::Equals': ['a', 'b'] }] },
        { 'Fn::Or': [false, true] },
      ],
    },
    true,
  ],
  ['NoValue in objects and lists', { a: [1, { Ref: 'AWS::NoValue' }, 2], b: { Ref: 'AWS::NoValue' } }, { a: [1, 2] }],
  [
    "an IAM statement's Condition is data",
    { Condition: { Bool: { a: 'true' } } },
    { Condition: { Bool: { a: 'true' } } },
  ],
])('%s', (_, value, expected) => {
  expect(resolve(value, scope)).toEqual(expected)
})

test.each<[Json, RegExp]>([
  [{ 'Fn::Transform': {} }, /Fn::Transform is not supported/],
  [{ 'Fn::Select': [5, ['a']] }, /nothing at 5/],
  [{ 'Fn::FindInMap': ['Ports', 'DE', 'main'] }, /finds no Ports.DE.main/],
  [{ 'Fn::Join': ['', [{ a: 1 }]] }, /needs a string/],
])('refuses %j', (value, message) => {
  expect(() => resolve(value, scope)).toThrow(message)
})
