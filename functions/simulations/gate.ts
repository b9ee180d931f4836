/** What a publication has to show: a replay of just what is to be published, not too old, that blocks few enough shipments. */
import type { JsonObject } from '../../engine/json'
import type { SopDraft } from '../../schemas/sop-draft'
import type { FlightReport, PublicationGate } from '../../schemas/sop-flight'
import type { Context } from '../platform/context'
import { AppError } from '../platform/errors'
import { findGate, findReport } from './store'

const HOUR = 3600_000

/** Throws `draft.not_replayed` or `draft.blocks_shipments`, which names the shipments. */
export async function refuseUngated(
  context: Context,
  { sopId, gate: own }: Pick<SopDraft, 'sopId' | 'gate'>,
  definition: JsonObject,
): Promise<void> {
  const gates = [own, await findGate(context, sopId)].flatMap((gate) => gate ?? [])
  if (gates.length === 0) return
  const report = await findReport(context, sopId, definition)
  for (const gate of gates) refuse(gate, report, context.now)
}

export function refuse(gate: PublicationGate, report: FlightReport | undefined, now: string): void {
  if (!report) throw missing('No histories have been replayed through this draft as it stands')
  if (report.shipments < gate.minShipments)
    throw missing(`${report.shipments} shipments were replayed; at least ${gate.minShipments} are asked for`)
  if (Date.parse(now) - Date.parse(report.endedAt ?? '') > gate.maxAgeHours * HOUR)
    throw missing(`The last replay ended at ${report.endedAt}, more than ${gate.maxAgeHours} hours ago`)
  const { shipments, share, named } = report.blocked
  if (share <= gate.maxNewBlockedShare) return
  const percent = (value: number) => `${Math.round(value * 1000) / 10} %`
  const detail = `${shipments} of ${report.shipments} shipments would block (${percent(share)}; at most ${percent(gate.maxNewBlockedShare)}): ${named.join(', ')}`
  throw new AppError('conflict', 'draft.blocks_shipments', detail)
}

const missing = (why: string) => new AppError('conflict', 'draft.not_replayed', why)
