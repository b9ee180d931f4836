import type { Reactions } from '../platform/consume'
import { advanceFlight } from './flying'

export const reactions: Reactions<'simulation.requested'> = {
  'simulation.requested': (context, { data }) => advanceFlight(context, data.simulationId, data.part),
}
