import type * as z from 'zod'
import type { Role } from '../../schemas/role'
import type { TimelineType } from '../../schemas/timeline'
import type { Context } from './context'

/** What a door may reach; infra turns each into grants and environment variables, and into nothing else. */
export type Access =
  | 'table:read'
  | 'table:write'
  | 'documents:read'
  | 'documents:write'
  | 'definitions:read'
  | 'executions:start'
  | 'executions:supervise'
  | 'executions:manage'
  | 'tokens:answer'
  | 'textract:read'
  | 'scans:read'

export interface Door {
  access: readonly Access[]
  /** Megabytes; 512 when absent. */
  memory?: number
  /** Seconds; 15 when absent. */
  timeout?: number
}

/** A door that nobody calls but the clock, and what happens to executions by themselves. */
export interface TimerDoor extends Door {
  /** Called as well when an execution of an SOP has failed, timed out or was stopped. */
  onFailedExecutions?: boolean
  /** A rate of EventBridge Scheduler. */
  every: `rate(${string})`
}

/** One operation. Read by the Lambda's router, the CDK app and the OpenAPI generator. */
export interface Route {
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  path: `/v1/${string}`
  summary: string
  /** `public`: no token. Deny by default: a role that is not named is refused. */
  roles: readonly Role[] | 'public'
  params?: z.ZodObject
  query?: z.ZodObject
  body?: z.ZodType
  /** Media types other than JSON that the body may come in; the handler then gets the raw text. */
  rawBody?: readonly string[]
  status: 200 | 201 | 202 | 204
  response?: z.ZodType
  /** Codes of the errors of its rules, for the documentation. */
  errors?: readonly string[]
}

export const route = <const R extends Route>(definition: R): R => definition

export interface Contract {
  domain: string
  doors: { api?: Door; events?: Door; tasks?: Door; timer?: TimerDoor }
  routes: Record<string, Route>
  /** Timeline entries that this domain's commands write. */
  publishes: readonly TimelineType[]
  /** Timeline entries that its `events` door consumes. */
  subscribes: readonly TimelineType[]
}

type Parsed<R, Member extends string> = R extends { [M in Member]: infer Schema extends z.ZodType }
  ? z.output<Schema>
  : undefined
export interface Input<R> {
  params: Parsed<R, 'params'>
  query: Parsed<R, 'query'>
  body: Parsed<R, 'body'>
  ifMatch: number | undefined
  idempotencyKey: string | undefined
  /** The body as it came, on routes that take other media types than JSON beside it. */
  text: string
  /** Present when the body came in a media type other than JSON. */
  raw: { contentType: string; text: string } | undefined
}

export interface Answer<T> {
  body: T
  /** Overrides the route's status (a replayed or existing resource). */
  status?: number
  /** Version of the aggregate; sent as ETag. */
  version?: number
  location?: string
  /** The stored answer of an earlier request with the same Idempotency-Key. */
  replayed?: boolean
}

export type Handlers<R extends Record<string, Route>> = {
  [Name in keyof R]: (
    context: Context,
    input: Input<R[Name]>,
  ) => Promise<Answer<R[Name] extends { response: infer Schema extends z.ZodType } ? z.input<Schema> : undefined>>
}
