/** What the rules of steps may know beside the shipment: the denied-party list and, where hours are counted, people. */

import { loadPeople } from '../people/store'
import type { Context } from '../platform/context'
import type { ShipmentState } from '../shipments/store'
import { needsPeople } from '../sops/domain/steps'
import { loadDeniedParties } from '../sops/store'
import type { Surroundings } from './domain/forward'
import type { Version } from './domain/plan'

/** Most SOPs count nobody's hours, and pay for no read. */
export async function surroundingsOf(
  context: Context,
  { header }: ShipmentState,
  versions: readonly (Version | undefined)[],
): Promise<Surroundings> {
  const { tenantId, now } = context
  const counts = versions.some((version) => [...(version?.steps.byKey.values() ?? [])].some(needsPeople))
  const [{ items: denied }, people] = await Promise.all([
    loadDeniedParties(context),
    counts ? loadPeople(context, [header.from, header.to]) : undefined,
  ])
  return { tenantId, now, denied, ...(people ? { people } : {}) }
}
