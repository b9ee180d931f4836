/** Every domain's contract. What is not listed here is neither deployed nor documented. */
import { contract as authoring } from '../functions/authoring/contract'
import { contract as billing } from '../functions/billing/contract'
import { contract as company } from '../functions/company/contract'
import { contract as documents } from '../functions/documents/contract'
import { contract as explain } from '../functions/explain/contract'
import { contract as grants } from '../functions/grants/contract'
import { contract as identity } from '../functions/identity/contract'
import { contract as imports } from '../functions/imports/contract'
import { contract as kpis } from '../functions/kpis/contract'
import { contract as migrations } from '../functions/migrations/contract'
import { contract as people } from '../functions/people/contract'
import { contract as places } from '../functions/places/contract'
import type { Contract, Door } from '../functions/platform/route'
import { contract as shipments } from '../functions/shipments/contract'
import { contract as simulations } from '../functions/simulations/contract'
import { contract as sops } from '../functions/sops/contract'
import { contract as system } from '../functions/system/contract'
import { contract as tasks } from '../functions/tasks/contract'
import { contract as tracking } from '../functions/tracking/contract'
import type { DoorName } from './bundle'

/** In the order of the documentation. */
export const CONTRACTS: readonly Contract[] = [
  shipments,
  imports,
  tracking,
  sops,
  authoring,
  migrations,
  simulations,
  tasks,
  people,
  company,
  explain,
  documents,
  grants,
  billing,
  kpis,
  places,
  system,
]

/** Called by the user pool, and deployed beside it. */
export const IDENTITY: Contract = identity

/** The doors of a contract that become functions. */
export function doorsOf(contract: Contract): (DoorName & { settings: Door })[] {
  const { api, events, tasks, timer } = contract.doors
  return Object.entries({ api, events, tasks, timer }).flatMap(([door, settings]) =>
    // Object.entries forgets that the keys are those of the line above.
    settings ? [{ domain: contract.domain, door: door as DoorName['door'], settings }] : [],
  )
}
