/** SOPs that came with Portolan, and what an execution is started with. */
import type { LoadType, ShipmentType, TransportMode } from '../../../schemas/codes'
import type { SopPin } from '../../../schemas/shipment'
import { type ProductSopId, SopInput, StartAnchor } from '../../../schemas/sop'
import type { Fact } from '../../../schemas/timeline'
import type { Context } from '../../platform/context'
import { openExceptions } from '../../platform/timeline'
import type { Decision, ShipmentState } from '../../shipments/store'
import { momentOf } from './anchors'
import { runName, UNMANAGED } from './runs'

interface SopPolicy {
  title: string
  type: ShipmentType
  /** Every mode when absent. */
  mode?: TransportMode
  /** Every load type when empty. */
  loadTypes: readonly LoadType[]
}

export const SOPS: Record<ProductSopId, SopPolicy> = {
  'ocean-export-fcl': { title: 'Ocean export, full container', type: 'EXPORT', mode: 'MARITIME', loadTypes: ['FCL'] },
  'ocean-import-fcl': { title: 'Ocean import, full container', type: 'IMPORT', mode: 'MARITIME', loadTypes: ['FCL'] },
  'air-export': { title: 'Air export', type: 'EXPORT', mode: 'AIR', loadTypes: [] },
  'cross-border-ecommerce': { title: 'Cross-border e-commerce', type: 'CROSS_BORDER_ECOM', loadTypes: [] },
  return: { title: 'Return', type: 'RETURN', loadTypes: [] },
  'domestic-road': { title: 'Domestic road', type: 'DOMESTIC', mode: 'ROAD', loadTypes: [] },
}

/** What an execution begins with: of the shipment's own SOP, or of a sub-process of it. */
export function sopInput(
  { tenantId, now }: Pick<Context, 'tenantId' | 'now'>,
  state: Pick<ShipmentState, 'header' | 'detail'>,
  version: number,
  process?: string,
): SopInput {
  const { shipmentId, type, mode, loadType } = state.header
  const anchors = StartAnchor.options.map((anchor) => [anchor, momentOf(anchor, state, now).at] as const)
  return {
    tenantId,
    shipmentId: runName({ shipmentId, run: 1, ...(process === undefined ? {} : { process }) }),
    version,
    anchors: StartAnchors.parse(Object.fromEntries(anchors)),
    facts: {
      type,
      mode,
      loadType,
      incoterm: state.detail.incoterm.rule,
      dangerousGoods: state.detail.cargoItems.some((item) => item.dangerousGoods !== undefined),
    },
  }
}
const StartAnchors = SopInput.shape.anchors

/** Pins the started version; `stop` when the shipment was cancelled while its execution was being started. */
export function decidePin(state: ShipmentState, pin: SopPin): { decision: Decision; answer: 'pinned' | 'stop' } {
  if (state.header.status === 'CANCELLED') return { decision: { facts: [] }, answer: 'stop' }
  if (state.header.sop) return { decision: { facts: [] }, answer: 'pinned' }
  return {
    decision: {
      header: { sop: pin },
      facts: [{ type: 'sop.started', data: pin }, ...managed(state, UNMANAGED)],
    },
    answer: 'pinned',
  }
}

/** What was said of an SOP that could not be started is over once it runs. */
export const managed = ({ timeline }: Pick<ShipmentState, 'timeline'>, unmanaged: string): Fact[] =>
  openExceptions(timeline)
    .filter(({ data }) => data.stepKey === unmanaged)
    .map(({ data: { stepKey } }) => ({ type: 'exception.resolved', data: { stepKey, reason: 'Its SOP runs' } }))

/** A shipment that no SOP is written for, or a sub-process that nobody has published, must not wait in silence. */
export function decideUnmanaged(
  state: ShipmentState,
  { stepKey, reason }: { stepKey: string; reason: string } = { stepKey: UNMANAGED, reason: unwritten(state) },
): { decision: Decision; answer: undefined } {
  const known = openExceptions(state.timeline).some(({ data }) => data.stepKey === stepKey)
  return {
    decision: {
      facts: known
        ? []
        : [{ type: 'exception.raised', data: { stepKey, severity: 'MEDIUM', reason, owner: 'SOP_ADMIN' } }],
    },
    answer: undefined,
  }
}

const unwritten = ({ header: { type, mode, loadType } }: ShipmentState) =>
  `No SOP is written for ${type} ${mode} ${loadType}`
