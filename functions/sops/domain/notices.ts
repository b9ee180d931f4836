/** What notices say: from facts that everyone in their audience may see. */
import type { NoticeTemplate } from '../../../schemas/sop'
import type { ShipmentState } from '../../shipments/store'
import { momentOf } from './anchors'

type Told = Pick<ShipmentState, 'header' | 'detail'>

const day = (at: string) => at.slice(0, 10)

const NOTICES = {
  'pre-alert': (state, now) => {
    const leg = state.detail.legs.find((it) => it.mode !== 'TRUCK')
    const carriage = [leg?.vessel, leg?.voyage].filter(Boolean).join(' ')
    return `has left ${state.header.from} for ${state.header.to}${carriage ? ` on ${carriage}` : ''}; expected ${day(momentOf('ETA', state, now).at)}`
  },
  'arrival-notice': (state) => `has arrived for ${state.header.to}: please provide for clearance and delivery`,
  'delivery-announced': (state, now) =>
    `will be delivered in ${state.header.to} by ${day(momentOf('PROMISED_DELIVERY', state, now).at)}`,
  'delivery-failed': (state) =>
    `could not be delivered in ${state.header.to}: please name another time or place, or ask for its return`,
  'return-decided': (state) => `has been inspected after its return to ${state.header.to}; the outcome is in the file`,
} as const satisfies Record<NoticeTemplate, (state: Told, now: string) => string>

export const noticeText = (template: NoticeTemplate, state: Told, now: string) => {
  const containers = state.detail.containers.flatMap((it) => it.number ?? [])
  const name = state.header.clientReference ?? state.header.shipmentId
  return `${name}${containers.length > 0 ? ` (${containers.join(', ')})` : ''} ${NOTICES[template](state, now)}.`
}
