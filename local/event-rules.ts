/** Rules of EventBridge: which events they take and what each target receives. */
import * as z from 'zod'
import { DeadLetterConfig, RetryPolicy, type Target } from './deliveries'
import { compilePattern, InvalidPattern } from './event-pattern'
import { compilePath, compileTemplate } from './input-template'
import { Ignored, JsonObject, JsonValue, nameOf, parseProperties } from './properties'
import type { Json, Resource } from './service'

/** An event as targets receive it; `time` is ISO 8601 in whole seconds. */
export const Event = z.object({
  version: z.literal('0'),
  id: z.string(),
  'detail-type': z.string(),
  source: z.string(),
  account: z.string(),
  time: z.string(),
  region: z.string(),
  resources: z.array(z.string()),
  detail: JsonValue,
  'replay-name': z.string().optional(),
})
export type Event = z.output<typeof Event>

const TargetProperties = z.strictObject({
  Id: z.string(),
  Arn: z.string(),
  RoleArn: z.string().optional(),
  Input: z.string().optional(),
  InputPath: z.string().optional(),
  InputTransformer: z
    .strictObject({ InputPathsMap: z.record(z.string(), z.string()).default({}), InputTemplate: z.string() })
    .optional(),
  RetryPolicy: RetryPolicy.optional(),
  DeadLetterConfig: DeadLetterConfig.optional(),
})

const RuleProperties = z.strictObject({
  Name: z.string().optional(),
  Description: Ignored,
  EventBusName: z.string().default('default'),
  EventPattern: JsonObject.optional(),
  ScheduleExpression: z.string().optional(),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  Targets: z.array(TargetProperties).default([]),
  RoleArn: z.string().optional(),
  Tags: Ignored,
})

export interface RuleTarget extends Target {
  /** The text that the target receives. */
  inputFor(event: Event, text: string, ingestedAt: string): string
}

export interface Rule {
  arn: string
  name: string
  busName: string
  scheduleExpression: string | undefined
  matches(event: Event): boolean
  targets: RuleTarget[]
}

/** Compiles an AWS::Events::Rule; undefined if it is disabled. Throws, naming it, if a pattern or template is wrong. */
export function compileRule(resource: Resource): Rule | undefined {
  const rule = parseProperties(RuleProperties, resource)
  if (rule.State === 'DISABLED') return undefined
  const self = { arn: resource.arn, name: nameOf(resource.arn) }
  try {
    const pattern = rule.EventPattern && compilePattern(rule.EventPattern)
    return {
      ...self,
      busName: nameOf(rule.EventBusName),
      scheduleExpression: rule.ScheduleExpression,
      matches: (event) => pattern?.(toJson(event)) ?? false,
      targets: rule.Targets.map((target) => ({
        arn: target.Arn,
        roleArn: target.RoleArn ?? rule.RoleArn,
        deadLetterArn: target.DeadLetterConfig?.Arn,
        retry: target.RetryPolicy,
        inputFor: compileInput(target, self),
      })),
    }
  } catch (error) {
    const reason = error instanceof InvalidPattern ? `Event pattern is not valid. Reason: ${error.message}` : error
    throw new Error(`${resource.logicalId} (${resource.type}): ${reason}`)
  }
}

type InputOf = RuleTarget['inputFor']

function compileInput(target: z.output<typeof TargetProperties>, rule: { arn: string; name: string }): InputOf {
  const { Input: constant, InputPath: inputPath, InputTransformer: transformer } = target
  if (constant !== undefined) return () => constant
  if (inputPath !== undefined) {
    const path = compilePath(inputPath)
    return (event) => JSON.stringify(path(toJson(event)) ?? null)
  }
  if (!transformer) return (_event, text) => text
  const template = compileTemplate<{ event: Event; ingestedAt: string }>(transformer.InputTemplate, (name) => {
    const reserved = reservedVariables(rule)[name]
    if (reserved) return reserved
    const path = transformer.InputPathsMap[name]
    if (path === undefined) throw new Error(`Invalid InputTemplate: ${name} is not in InputPathsMap`)
    const read = compilePath(path)
    return ({ event }) => read(toJson(event))
  })
  return (event, _text, ingestedAt) => template({ event, ingestedAt })
}

function reservedVariables(rule: { arn: string; name: string }) {
  const variables: Record<string, (context: { event: Event; ingestedAt: string }) => Json | undefined> = {
    'aws.events.rule-arn': () => rule.arn,
    'aws.events.rule-name': () => rule.name,
    'aws.events.event.ingestion-time': ({ ingestedAt }) => ingestedAt,
    'aws.events.event.json': ({ event }) => toJson(event),
    'aws.events.event': ({ event: { detail: _detail, ...envelope } }) => toJson(envelope),
  }
  return variables
}

/** An event is JSON; only its optional field keeps the compiler from seeing it. */
export const toJson = (event: Partial<Event>) => event as { [key: string]: Json }
