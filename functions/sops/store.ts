/** The denied-party list of a tenant: one item, replaced whole. */
import * as z from 'zod'
import { DeniedParty } from '../../schemas/sop'
import type { Context } from '../platform/context'
import { get, transact } from '../platform/table'

const KEY = { pk: 'SCREENING', sk: 'DENIED-PARTIES' }
const Stored = z.array(DeniedParty)

export interface DeniedParties {
  items: DeniedParty[]
  version: number
}

export async function loadDeniedParties(context: Context): Promise<DeniedParties> {
  const item = await get(context, KEY)
  return item
    ? { items: Stored.parse(JSON.parse(String(item.body))), version: Number(item.version) }
    : { items: [], version: 0 }
}

/** Throws ConditionFailed when another has replaced the list since `version`. */
export async function replaceDeniedParties(context: Context, items: DeniedParty[], version: number): Promise<void> {
  const put = { ...KEY, version: version + 1, body: JSON.stringify(items) }
  await transact(context, [{ put, if: version === 0 ? 'absent' : { attribute: 'version', equals: version } }])
}
