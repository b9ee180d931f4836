/** Buckets of the template: versions, events, and which pages of other origins may use them. */
import type { IncomingHttpHeaders } from 'node:http'
import * as z from 'zod'
import { Ignored, nameOf, parseProperties } from './properties'
import { S3Error } from './s3-errors'
import type { Resource } from './service'

const CorsRule = z.strictObject({
  Id: Ignored,
  AllowedHeaders: z.array(z.string()).default([]),
  AllowedMethods: z.array(z.string()),
  AllowedOrigins: z.array(z.string()),
  ExposedHeaders: z.array(z.string()).default([]),
  MaxAge: z.coerce.number().optional(),
})
type CorsRule = z.output<typeof CorsRule>

const Notifications = z.strictObject({
  EventBridgeConfiguration: z
    .strictObject({ EventBridgeEnabled: z.union([z.boolean(), z.stringbool()]).default(true) })
    .optional(),
})

/** What the runtime honours of AWS::S3::Bucket; the assembly's table says what else may stand there. */
const BucketProperties = z.object({
  CorsConfiguration: z.strictObject({ CorsRules: z.array(CorsRule) }).optional(),
  NotificationConfiguration: Notifications.optional(),
  VersioningConfiguration: z.strictObject({ Status: z.enum(['Enabled', 'Suspended']) }).optional(),
})

/** The custom resource by which the CDK switches a bucket's events on. */
const CustomNotifications = z.object({ BucketName: z.string(), NotificationConfiguration: Notifications })

export interface Bucket {
  arn: string
  name: string
  versioned: boolean
  /** Its events go to the default bus. */
  events: boolean
  cors: CorsRule[]
}

/** Buckets by name. `notifications`: the template's Custom::S3BucketNotifications. */
export function bucketsOf(resources: Resource[], notifications: Resource[]): Map<string, Bucket> {
  const custom = new Map(
    notifications.map((resource) => {
      const { BucketName, NotificationConfiguration } = parseProperties(CustomNotifications, resource)
      return [BucketName, hasEvents(NotificationConfiguration)]
    }),
  )
  const buckets = resources.map((resource): Bucket => {
    const properties = parseProperties(BucketProperties, resource)
    const name = nameOf(resource.arn)
    return {
      arn: resource.arn,
      name,
      versioned: properties.VersioningConfiguration?.Status === 'Enabled',
      events: custom.get(name) ?? hasEvents(properties.NotificationConfiguration),
      cors: properties.CorsConfiguration?.CorsRules ?? [],
    }
  })
  return new Map(buckets.map((bucket) => [bucket.name, bucket]))
}

const hasEvents = (configuration: z.output<typeof Notifications> | undefined) =>
  configuration?.EventBridgeConfiguration?.EventBridgeEnabled ?? false

/** Headers that let the page of another origin read the answer; none if no rule of the bucket takes it. */
export function corsHeaders(
  bucket: Bucket,
  method: string,
  requested: IncomingHttpHeaders,
): Record<string, string | number> {
  const rule = ruleFor(bucket, method, requested.origin, [])
  return rule && requested.origin ? headersOf(rule, requested.origin) : {}
}

/** The answer to a preflight request. Throws S3's refusal if no rule takes it. */
export function preflight(bucket: Bucket, requested: IncomingHttpHeaders): Record<string, string | number> {
  const method = requested['access-control-request-method'] ?? ''
  const names = (requested['access-control-request-headers'] ?? '').split(',').map((name) => name.trim())
  const asked = names.filter((name) => name !== '')
  const rule = ruleFor(bucket, method, requested.origin, asked)
  if (!rule || !requested.origin) {
    const message =
      "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec."
    throw new S3Error('AccessForbidden', message, 403)
  }
  return {
    ...headersOf(rule, requested.origin),
    'access-control-allow-headers': asked.join(', '),
    ...(rule.MaxAge === undefined ? {} : { 'access-control-max-age': rule.MaxAge }),
  }
}

function ruleFor(bucket: Bucket, method: string, origin: string | undefined, headers: string[]): CorsRule | undefined {
  if (origin === undefined) return undefined
  return bucket.cors.find(
    (rule) =>
      rule.AllowedMethods.includes(method) &&
      rule.AllowedOrigins.some((allowed) => fits(allowed, origin)) &&
      headers.every((name) => rule.AllowedHeaders.some((allowed) => fits(allowed.toLowerCase(), name.toLowerCase()))),
  )
}

/** A text with at most one `*`. */
function fits(pattern: string, text: string): boolean {
  const [start = '', end] = pattern.split('*')
  if (end === undefined) return pattern === text
  return text.length >= start.length + end.length && text.startsWith(start) && text.endsWith(end)
}

function headersOf(rule: CorsRule, origin: string): Record<string, string | number> {
  return {
    'access-control-allow-origin': rule.AllowedOrigins.includes('*') ? '*' : origin,
    'access-control-allow-methods': rule.AllowedMethods.join(', '),
    ...(rule.ExposedHeaders.length > 0 ? { 'access-control-expose-headers': rule.ExposedHeaders.join(', ') } : {}),
    vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  }
}
