import { ulid } from 'ulid'
import type { Role } from '../../schemas/role'
import type { Actor } from '../../schemas/timeline'

/** Who asks, for which tenant, when: everything that a command may know of its surroundings. */
export interface Context {
  tenantId: string
  actor: Actor
  roles: readonly Role[]
  /** Set for partners: they see only what this organization is a party to. */
  organizationId?: string
  /** UTC, milliseconds; read once a command. */
  now: string
  requestId: string
}

export const timestamp = () => new Date().toISOString()

/** Time-ordered id: prefix and ULID. */
export const newId = <P extends 'shp' | 'doc' | 'inv' | 'job' | 'grt' | 'drf' | 'tsk' | 'pln' | 'mig' | 'sim'>(
  prefix: P,
  now: string,
): `${P}_${string}` => `${prefix}_${ulid(Date.parse(now))}`

/** The context of a consumer or a step: the system itself acts. */
export const systemContext = (tenantId: string, id: string, requestId: string): Context => ({
  tenantId,
  actor: { kind: 'SYSTEM', id },
  roles: [],
  now: timestamp(),
  requestId,
})
