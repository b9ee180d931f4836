/** Versions of an SOP, each read once for a delivery. */
import type { SopId } from '../../schemas/sop'
import { readVersion } from '../authoring/definitions'
import { AppError } from '../platform/errors'
import type { Tenant } from '../platform/table'
import { type Version, versionOf } from './domain/plan'

export interface ReadableVersion extends Version {
  versionArn: string
}

export type Versions = (version: number) => Promise<ReadableVersion | undefined>

/** Undefined for a version that there is none of any more. */
export function versionsOf(tenant: Tenant, sopId: SopId): Versions {
  const read = new Map<number, Promise<ReadableVersion | undefined>>()
  const load = async (version: number) => {
    try {
      const { definition, versionArn } = await readVersion(tenant, sopId, version)
      return { ...versionOf(version, definition), versionArn }
    } catch (error) {
      if (error instanceof AppError && error.kind === 'not_found') return undefined
      throw error
    }
  }
  return (version) => {
    const known = read.get(version) ?? load(version)
    read.set(version, known)
    return known
  }
}
