/** CloudFormation's intrinsic functions, over whatever scope answers names. */
import type { Json } from './service'

export interface Scope {
  ref(name: string): Json | undefined
  attribute(logicalId: string, attribute: string): Json
  mapping(map: string, first: string, second: string): Json | undefined
  condition(name: string): boolean
  exported(name: string): Json
}

type Fields = { [key: string]: Json }
const isFields = (value: Json | undefined): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function string(value: Json | undefined, where: string): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw new Error(`${where} needs a string, not ${JSON.stringify(value)}`)
}

function list(value: Json | undefined, where: string): Json[] {
  if (Array.isArray(value)) return value
  throw new Error(`${where} needs a list, not ${JSON.stringify(value)}`)
}

function getAtt(argument: Json, scope: Scope): Json {
  const [logicalId, ...rest] = typeof argument === 'string' ? argument.split('.') : list(argument, 'Fn::GetAtt')
  const attribute = rest.map((part) => string(resolve(part, scope), 'Fn::GetAtt')).join('.')
  return scope.attribute(string(logicalId, 'Fn::GetAtt'), attribute)
}

function sub(argument: Json, scope: Scope): Json {
  const [template, variables] = Array.isArray(argument) ? argument : [argument, {}]
  const own = resolve(variables ?? {}, scope)
  return string(template, 'Fn::Sub').replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
    if (literal) return `\${${name}}`
    if (isFields(own) && own[name] !== undefined) return string(own[name], 'Fn::Sub')
    if (!name.includes('.')) return string(scope.ref(name.trim()), `Fn::Sub \${${name}}`)
    return string(getAtt(name.trim(), scope), `Fn::Sub \${${name}}`)
  })
}

function findInMap(argument: Json[], scope: Scope): Json | undefined {
  const [map, first, second, options] = argument.map((part) => resolve(part, scope))
  const found = scope.mapping(
    string(map, 'Fn::FindInMap'),
    string(first, 'Fn::FindInMap'),
    string(second, 'Fn::FindInMap'),
  )
  if (found !== undefined) return found
  if (isFields(options) && 'DefaultValue' in options) return options.DefaultValue
  throw new Error(`Fn::FindInMap finds no ${map}.${first}.${second}`)
}

const functions: Record<string, (argument: Json, scope: Scope) => Json | undefined> = {
  Ref: (name, scope) => scope.ref(string(name, 'Ref')),
  'Fn::GetAtt': getAtt,
  'Fn::Sub': sub,
  'Fn::Join': (argument, scope) => {
    const [separator, parts] = list(argument, 'Fn::Join')
    return list(resolve(parts ?? [], scope), 'Fn::Join')
      .map((part) => string(part, 'Fn::Join'))
      .join(string(separator, 'Fn::Join'))
  },
  'Fn::Select': (argument, scope) => {
    const [index, from] = list(argument, 'Fn::Select').map((part) => resolve(part, scope))
    const found = list(from, 'Fn::Select')[Number(index)]
    if (found === undefined) throw new Error(`Fn::Select finds nothing at ${index}`)
    return found
  },
  'Fn::Split': (argument, scope) => {
    const [separator, whole] = list(argument, 'Fn::Split').map((part) => resolve(part, scope))
    return string(whole, 'Fn::Split').split(string(separator, 'Fn::Split'))
  },
  'Fn::If': (argument, scope) => {
    const [name, yes, no] = list(argument, 'Fn::If')
    const chosen = scope.condition(string(name, 'Fn::If')) ? yes : no
    return chosen === undefined ? undefined : resolve(chosen, scope)
  },
  'Fn::Base64': (argument, scope) => Buffer.from(string(resolve(argument, scope), 'Fn::Base64')).toString('base64'),
  'Fn::ImportValue': (argument, scope) => scope.exported(string(resolve(argument, scope), 'Fn::ImportValue')),
  'Fn::FindInMap': (argument, scope) => findInMap(list(argument, 'Fn::FindInMap'), scope),
  'Fn::Equals': (argument, scope) => {
    const [left, right] = list(argument, 'Fn::Equals').map((part) => JSON.stringify(resolve(part, scope)))
    return left === right
  },
  'Fn::And': (argument, scope) => list(argument, 'Fn::And').every((part) => resolve(part, scope) === true),
  'Fn::Or': (argument, scope) => list(argument, 'Fn::Or').some((part) => resolve(part, scope) === true),
  'Fn::Not': (argument, scope) => resolve(list(argument, 'Fn::Not')[0] ?? null, scope) !== true,
  Condition: (name, scope) => scope.condition(string(name, 'Condition')),
}

/**
 * The value with every intrinsic replaced. `undefined` stands for AWS::NoValue, and is dropped from lists and objects.
 * Throws for a function that is not known, naming it.
 */
export function resolve(value: Json, scope: Scope): Json | undefined {
  if (Array.isArray(value)) return value.map((item) => resolve(item, scope)).filter((item) => item !== undefined)
  if (!isFields(value)) return value
  const [key, ...more] = Object.keys(value)
  if (key !== undefined && more.length === 0 && isIntrinsic(key, value[key])) {
    const apply = functions[key]
    if (apply === undefined) throw new Error(`${key} is not supported`)
    return apply(value[key] ?? null, scope)
  }
  const resolved: Fields = {}
  for (const [name, item] of Object.entries(value)) {
    const result = resolve(item, scope)
    if (result !== undefined) resolved[name] = result
  }
  return resolved
}

/** `Condition` is a function only where it names one; an IAM statement's Condition is an object. */
function isIntrinsic(key: string, argument: Json | undefined): boolean {
  return key.startsWith('Fn::') || key === 'Ref' || (key === 'Condition' && typeof argument === 'string')
}
