/** Reading what comes from outside a service: properties of the template and inputs of calls. */
import * as z from 'zod'
import { AwsError, type Json, type Resource } from './service'

/** Parses a resource's properties; an unknown or unsupported one stops the start, by name. */
export function parseProperties<Schema extends z.ZodType>(schema: Schema, resource: Resource): z.output<Schema> {
  const parsed = schema.safeParse(resource.properties)
  if (parsed.success) return parsed.data
  throw new Error(`${resource.logicalId} (${resource.type}): ${problems(parsed.error)}`)
}

/** Parses the input of a call; a wrong one is answered as AWS answers it, with `code`. */
export function parseInput<Schema extends z.ZodType>(schema: Schema, input: Json, code: string): z.output<Schema> {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  throw new AwsError(code, problems(parsed.error))
}

function problems(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.') || 'it'}: ${issue.message}`).join('; ')
}

/** Any JSON value. */
export const JsonValue: z.ZodType<Json> = z.lazy(() =>
  z.union([z.null(), z.boolean(), z.number(), z.string(), z.array(JsonValue), z.record(z.string(), JsonValue)]),
)

export const JsonObject = z.record(z.string(), JsonValue)

/** CloudFormation takes numbers and booleans as strings too. */
export const Whole = z.coerce.number().int().nonnegative()
export const Flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')])

/** Properties that change nothing on one machine: names for people, encryption at rest, policies that IAM reads elsewhere. */
export const Ignored = z.unknown().optional()

/** The last part of an ARN or URL: the resource's name. */
export function nameOf(arnOrUrl: string): string {
  return arnOrUrl.slice(Math.max(arnOrUrl.lastIndexOf(':'), arnOrUrl.lastIndexOf('/')) + 1)
}
