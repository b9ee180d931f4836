/** Definitions of versions, with the function's ARN taken out and put in again. */
import type { JsonObject } from '../../engine/json'
import type { ProductSopId, SopId } from '../../schemas/sop'
import { notFound } from '../platform/errors'
import type { Tenant } from '../platform/table'
import { findVersion, liveVersion, type PublishedDefinition } from '../sops/client'
import { flowOf, isTask, objectOr, placesOf, STEP_FUNCTION } from '../sops/domain/flow'
import { findSop } from '../sops/live'
import { findOwnVersion } from './store'

export interface ReadVersion {
  version: number
  versionArn: string
  origin: 'PRODUCT' | 'TENANT'
  definition: JsonObject
}

const functionIn = (definition: JsonObject): string => {
  const task = placesOf(flowOf(definition)).find(isTask)
  return String(objectOr(task?.state.Arguments).FunctionName)
}

/** A version that the tenant may see: its own, or one that came with Portolan. */
export async function readVersion(tenant: Tenant, sopId: SopId, version: number): Promise<ReadVersion> {
  const { machine } = await findSop(tenant, sopId)
  const found = await findVersion(machine, version)
  const own = found && (await findOwnVersion(tenant, sopId, version))
  if (!found || (!own && found.description !== undefined)) throw notFound('sop_version')
  const { versionArn } = found
  return { version, versionArn, origin: own ? 'TENANT' : 'PRODUCT', definition: withoutArn(found) }
}

function withoutArn({ definition }: PublishedDefinition): JsonObject {
  const deployed: JsonObject = JSON.parse(definition)
  return JSON.parse(definition.replaceAll(JSON.stringify(functionIn(deployed)), JSON.stringify(STEP_FUNCTION)))
}

/** The text to publish. The ARN is that of the version which came with Portolan, so a draft can not bring one. */
export async function withArn(machine: ProductSopId, definition: JsonObject): Promise<string> {
  const { version } = await liveVersion(machine)
  const product = await findVersion(machine, version)
  if (!product) throw new Error(`Version ${version} of ${machine} is gone`)
  const arn = functionIn(JSON.parse(product.definition))
  return JSON.stringify(definition).replaceAll(JSON.stringify(STEP_FUNCTION), JSON.stringify(arn))
}
