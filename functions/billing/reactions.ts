import type { Reaction, Reactions } from '../platform/consume'
import type { contract } from './contract'
import { billShipment } from './store'

type Subscribed = (typeof contract.subscribes)[number]

/** What happened only says where to look: what is due is decided from the shipment as it stands. */
const bill: Reaction<Subscribed> = (context, { subjectId }) => billShipment(context, subjectId)

export const reactions: Reactions<Subscribed> = {
  'milestone.recorded': bill,
  'milestone.retracted': bill,
  'charge.added': bill,
}
