/** Which SOP is for which shipment, and what its execution is started with. */
import type { LoadType, ShipmentType, TransportMode } from '../../../schemas/codes'
import type { Anchor } from '../../../schemas/due'
import type { ShipmentHeader, SopPin } from '../../../schemas/shipment'
import { SopId, type SopInput } from '../../../schemas/sop'
import type { Context } from '../../platform/context'
import type { Decision, ShipmentState } from '../../shipments/store'
import { momentOf } from './anchors'

interface SopPolicy {
  title: string
  type: ShipmentType
  mode: TransportMode
  /** Every load type when empty. */
  loadTypes: readonly LoadType[]
}

export const SOPS = {
  'ocean-export-fcl': { title: 'Ocean export, full container', type: 'EXPORT', mode: 'MARITIME', loadTypes: ['FCL'] },
  'ocean-import-fcl': { title: 'Ocean import, full container', type: 'IMPORT', mode: 'MARITIME', loadTypes: ['FCL'] },
  'domestic-road': { title: 'Domestic road', type: 'DOMESTIC', mode: 'ROAD', loadTypes: [] },
} as const satisfies Record<SopId, SopPolicy>

/** The SOP for a shipment of this kind; none when no SOP is written for it. */
export function sopFor(header: Pick<ShipmentHeader, 'type' | 'mode' | 'loadType'>): SopId | undefined {
  return SopId.options.find((sopId) => {
    const { type, mode, loadTypes }: SopPolicy = SOPS[sopId]
    return (
      type === header.type && mode === header.mode && (loadTypes.length === 0 || loadTypes.includes(header.loadType))
    )
  })
}

export function sopInput(
  { tenantId, now }: Pick<Context, 'tenantId' | 'now'>,
  state: Pick<ShipmentState, 'header' | 'detail'>,
  version: number,
): SopInput {
  const anchor = (name: Anchor) => momentOf(name, state, now).at
  return {
    tenantId,
    shipmentId: state.header.shipmentId,
    version,
    anchors: {
      ETD: anchor('ETD'),
      ETA: anchor('ETA'),
      DCO: anchor('DCO'),
      VCO: anchor('VCO'),
      FCO: anchor('FCO'),
      PROMISED_DELIVERY: anchor('PROMISED_DELIVERY'),
    },
  }
}

/** Pins the started version; `stop` when the shipment was cancelled while its execution was being started. */
export function decidePin(state: ShipmentState, pin: SopPin): { decision: Decision; answer: 'pinned' | 'stop' } {
  if (state.header.status === 'CANCELLED') return { decision: { facts: [] }, answer: 'stop' }
  if (state.header.sop) return { decision: { facts: [] }, answer: 'pinned' }
  return { decision: { header: { sop: pin }, facts: [{ type: 'sop.started', data: pin }] }, answer: 'pinned' }
}

/** A shipment that no SOP is written for must not wait in silence. */
export function decideUnmanaged(state: ShipmentState): { decision: Decision; answer: undefined } {
  const stepKey = 'start-sop'
  const known = state.timeline.some((entry) => entry.type === 'exception.raised' && entry.data.stepKey === stepKey)
  const { type, mode, loadType } = state.header
  const reason = `No SOP is written for ${type} ${mode} ${loadType}`
  return {
    decision: {
      facts: known
        ? []
        : [{ type: 'exception.raised', data: { stepKey, severity: 'MEDIUM', reason, owner: 'SOP_ADMIN' } }],
    },
    answer: undefined,
  }
}
