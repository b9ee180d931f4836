/** Decides each call by the policies that the template gives to the caller's role, in AWS's order and words. */
import * as z from 'zod'
import { parseProperties } from './properties'
import { AwsError, type Principal, type Resource } from './service'

const List = z.union([z.string().transform((one) => [one]), z.array(z.string())])
const Values = z.union([
  List,
  z.boolean().transform((one) => [String(one)]),
  z.number().transform((one) => [String(one)]),
])
const Statement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Action: List.optional(),
  NotAction: List.optional(),
  Resource: List.optional(),
  NotResource: List.optional(),
  Condition: z.record(z.string(), z.record(z.string(), Values)).default({}),
})
const PolicyDocument = z.object({ Statement: z.union([Statement.transform((one) => [one]), z.array(Statement)]) })
const RoleProperties = z.object({
  ManagedPolicyArns: z.array(z.string()).default([]),
  Policies: z.array(z.object({ PolicyDocument })).default([]),
})
const PolicyProperties = z.object({ PolicyDocument, Roles: z.array(z.string()).default([]) })

/** Values of a condition key for the call at hand; undefined where the call has none. */
export type RequestContext = (key: string) => string[] | undefined

export interface Iam {
  /** Throws AccessDeniedException unless the role's policies allow the action on the resource. */
  authorize(principal: Principal, action: string, resource: string, context?: RequestContext): void
  /** Whether any statement of the role asks for this condition key; callers need not work it out otherwise. */
  asks(principal: Principal, conditionKey: string): boolean
}

/** AWS's own managed policies that templates commonly carry: they grant logs and traces, which are not emulated services. */
const AWS_MANAGED = [
  'service-role/AWSLambdaBasicExecutionRole',
  'AWSXRayDaemonWriteAccess',
  'service-role/AmazonAPIGatewayPushToCloudWatchLogs',
]

type Test = (candidate: string) => boolean

interface Rule {
  effect: 'Allow' | 'Deny'
  action: Test
  resource: Test
  conditionKeys: string[]
  holds(context: RequestContext): boolean
}

/** `*` and `?` as IAM has them; actions compare without regard to case. */
function wildcard(pattern: string, flags = ''): Test {
  if (pattern === '*') return () => true
  if (flags === '' && !/[*?]/.test(pattern)) return (candidate) => candidate === pattern
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '[^]*')
    .replace(/\?/g, '[^]')
  const regex = new RegExp(`^${source}$`, flags)
  return (candidate) => regex.test(candidate)
}

function anyOf(patterns: string[] | undefined, not: string[] | undefined, flags = ''): Test {
  const tests = (patterns ?? not ?? []).map((pattern) => wildcard(pattern, flags))
  const matches: Test = (candidate) => tests.some((test) => test(candidate))
  return patterns !== undefined ? matches : (candidate) => !matches(candidate)
}

const OPERATORS: Record<string, (wanted: string) => Test> = {
  StringEquals: (wanted) => (value) => value === wanted,
  StringEqualsIgnoreCase: (wanted) => (value) => value.toLowerCase() === wanted.toLowerCase(),
  StringLike: (wanted) => wildcard(wanted),
  ArnEquals: (wanted) => wildcard(wanted),
  ArnLike: (wanted) => wildcard(wanted),
  Bool: (wanted) => (value) => value.toLowerCase() === wanted.toLowerCase(),
  NumericLessThanEquals: (wanted) => (value) => Number(value) <= Number(wanted),
  NumericGreaterThanEquals: (wanted) => (value) => Number(value) >= Number(wanted),
}

/** One condition: `operator` may carry a set prefix, a negation and IfExists. */
function condition(operator: string, key: string, wanted: string[]): (context: RequestContext) => boolean {
  const { set, base, ifExists } =
    operator.match(/^(?:(?<set>ForAllValues|ForAnyValue):)?(?<base>\w+?)(?<ifExists>IfExists)?$/)?.groups ?? {}
  if (base === 'Null') return (context) => (context(key) === undefined) === (wanted[0] === 'true')
  const negative = base?.match(/^(String|Arn)Not(\w+)$/) ?? undefined
  const make = OPERATORS[negative ? `${negative[1]}${negative[2]}` : (base ?? '')]
  if (make === undefined) throw new Error(`condition operator ${operator} is not supported`)
  const tests = wanted.map(make)
  const one: Test = (value) => tests.some((test) => test(value)) !== Boolean(negative)
  return (context) => {
    const values = context(key)
    // AWS: an absent key fails, but is no obstacle to IfExists, to a negation, or to "all of none".
    if (values === undefined)
      return ifExists !== undefined || set === 'ForAllValues' || (set === undefined && negative !== undefined)
    return set === 'ForAllValues' ? values.every(one) : values.some(one)
  }
}

function compile(document: z.infer<typeof PolicyDocument>): Rule[] {
  return document.Statement.map((statement) => {
    const conditions = Object.entries(statement.Condition).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, wanted]) => ({ key, test: condition(operator, key, wanted) })),
    )
    return {
      effect: statement.Effect,
      action: anyOf(statement.Action, statement.NotAction, 'i'),
      resource: anyOf(statement.Resource, statement.NotResource),
      conditionKeys: conditions.map(({ key }) => key),
      holds: (context) => conditions.every(({ test }) => test(context)),
    }
  })
}

/** Reads the roles and policies of the template. Throws for what it cannot evaluate, naming the resource. */
export function createIam(resources: Resource[]): Iam {
  const policies = new Map<string, Rule[]>()
  const attached = new Map<string, Rule[]>()
  const attach = (role: string, rules: Rule[]) => attached.set(role, [...(attached.get(role) ?? []), ...rules])
  for (const resource of resources.filter(
    ({ type }) => type === 'AWS::IAM::Policy' || type === 'AWS::IAM::ManagedPolicy',
  )) {
    const { PolicyDocument: document, Roles } = parseProperties(PolicyProperties, resource)
    const rules = named(resource, () => compile(document))
    policies.set(resource.ref, rules)
    for (const role of Roles) attach(role, rules)
  }
  const roles = new Map<string, Rule[]>()
  for (const resource of resources.filter(({ type }) => type === 'AWS::IAM::Role')) {
    const { Policies, ManagedPolicyArns } = parseProperties(RoleProperties, resource)
    const inline = named(resource, () => Policies.flatMap(({ PolicyDocument: document }) => compile(document)))
    const managed = ManagedPolicyArns.flatMap((arn) => {
      const rules = policies.get(arn)
      if (rules === undefined && !AWS_MANAGED.includes(arn.replace('arn:aws:iam::aws:policy/', ''))) {
        throw new Error(`${resource.logicalId}: managed policy ${arn} is not supported`)
      }
      return rules ?? []
    })
    roles.set(resource.arn, [...inline, ...managed, ...(attached.get(resource.ref) ?? [])])
  }
  return decider(roles)
}

function named<T>(resource: Resource, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw new Error(`${resource.logicalId} (${resource.type}): ${error instanceof Error ? error.message : error}`)
  }
}

type Verdict = 'allow' | 'explicit deny' | 'implicit deny'

function decider(roles: Map<string, Rule[]>): Iam {
  // Verdicts that no condition had a say in hold for good.
  const known = new Map<string, Verdict>()
  const decide = (roleArn: string, action: string, resource: string, context: RequestContext): Verdict => {
    const key = `${roleArn} ${action} ${resource}`
    const before = known.get(key)
    if (before !== undefined) return before
    const matching = (roles.get(roleArn) ?? []).filter((rule) => rule.action(action) && rule.resource(resource))
    const holding = matching.filter((rule) => rule.holds(context))
    const verdict = holding.some((rule) => rule.effect === 'Deny')
      ? 'explicit deny'
      : holding.length > 0
        ? 'allow'
        : 'implicit deny'
    if (matching.every((rule) => rule.conditionKeys.length === 0) && known.size < 50_000) known.set(key, verdict)
    return verdict
  }
  return {
    authorize(principal, action, resource, context = () => undefined) {
      const { arn, qualifier } = unqualified(resource)
      const verdict = decide(principal.roleArn, action, arn, (key) =>
        key === 'states:StateMachineQualifier' && qualifier !== undefined ? [qualifier] : context(key),
      )
      if (verdict !== 'allow') throw denied(principal, action, arn, verdict)
    },
    asks: (principal, conditionKey) =>
      (roles.get(principal.roleArn) ?? []).some((rule) => rule.conditionKeys.includes(conditionKey)),
  }
}

/** Step Functions authorizes a version or alias by its machine's ARN; the qualifier is a condition key. */
function unqualified(resource: string): { arn: string; qualifier: string | undefined } {
  const [, arn, qualifier] = /^(arn:[^:]*:states:[^:]*:[^:]*:stateMachine:[^:]+):(.+)$/.exec(resource) ?? []
  return { arn: arn ?? resource, qualifier }
}

function denied(principal: Principal, action: string, resource: string, verdict: Verdict): AwsError {
  const [, account, name] = principal.roleArn.match(/^arn:aws:iam::(\d*):role\/(?:.*\/)?([^/]+)$/) ?? []
  const user = `arn:aws:sts::${account}:assumed-role/${name}/${principal.session ?? name}`
  const reason =
    verdict === 'explicit deny'
      ? 'with an explicit deny in an identity-based policy'
      : `because no identity-based policy allows the ${action} action`
  const message = `User: ${user} is not authorized to perform: ${action} on resource: ${resource} ${reason}`
  return new AwsError('AccessDeniedException', message, 400)
}
