/** Names, ids and ARNs of the template's resources, the same at each start. */
import { createHash } from 'node:crypto'
import type { Json } from './service'

/** A resource as far as its name, reference and attributes need it. */
export interface Named {
  accountId: string
  region: string
  /** Base URL of the runtime. */
  endpoint: string
  logicalId: string
  name: string
  property(key: string): Json | undefined
}

/** What the runtime knows of a type. */
export interface ResourceType {
  /** What happens with it here, for the documentation. */
  here: string
  /** The property that gives its physical name. */
  name?: string
  maxName?: number
  arn?: (n: Named) => string
  /** Default: the name. */
  ref?: (n: Named) => string
  attributes?: Record<string, (n: Named) => string>
  /** Properties that are honoured. */
  uses: readonly string[]
  /** Properties that are accepted and have no effect on one machine. */
  ignores: readonly string[]
}

export const arn = (n: Named, service: string, resource: string) =>
  `arn:aws:${service}:${n.region}:${n.accountId}:${resource}`
export const text = (value: Json | undefined) => (typeof value === 'string' ? value : '')

/** An id as AWS would draw it at random, but the same at each start: lower case letters and digits. */
export function stableId(seed: string, length: number): string {
  const digits = BigInt(`0x${createHash('sha256').update(seed).digest('hex')}`).toString(36)
  return digits.slice(0, length)
}
export const clientSecret = (clientName: string) => stableId(`secret ${clientName}`, 40)

/** Property names, separated by spaces. */
export const words = (names: string): readonly string[] => (names === '' ? [] : names.split(' '))

/** An alias belongs to the machine whose version it routes to. */
export function aliasArn(n: Named): string {
  const routing = n.property('RoutingConfiguration')
  const first = Array.isArray(routing) ? routing[0] : n.property('DeploymentPreference')
  const version = first && typeof first === 'object' && !Array.isArray(first) ? text(first.StateMachineVersionArn) : ''
  return `${version.slice(0, version.lastIndexOf(':'))}:${n.name}`
}
