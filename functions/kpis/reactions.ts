import type { Reaction, Reactions } from '../platform/consume'
import type { contract } from './contract'
import { refreshMembers } from './store'

type Subscribed = (typeof contract.subscribes)[number]

/** What happened only says where to look: membership is decided from the shipment as it stands. */
const refresh: Reaction<Subscribed> = (context, { subjectId }) => refreshMembers(context, subjectId)

export const reactions: Reactions<Subscribed> = {
  'shipment.created': refresh,
  'shipment.amended': refresh,
  'shipment.cancelled': refresh,
  'milestone.recorded': refresh,
  'milestone.corrected': refresh,
  'milestone.retracted': refresh,
}
