/** What a step waits for comes to a shipment in the table; and the facts of a shipment to which everything comes in time. */
import type { Context } from '../../functions/platform/context'
import { onShipment } from '../../functions/shipments/store'
import { passedMoments } from '../../functions/sops/domain/moments'
import { decideComplete } from '../../functions/tasks/domain'
import { decideOwnMilestone } from '../../functions/tracking/own-events'
import type { ProductSopId } from '../../schemas/sop'
import type { Wait } from '../../schemas/wait'
import { aShipment } from './shipments'
import { planOf } from './sop-plans'
import { agreeingDocuments, factsOf, formData, SopWorld, verifiedDocument, workerOf } from './sop-world'

/** Whatever is waited for has passed by then. */
const inAYear = (now: string) => new Date(Date.parse(now) + 365 * 24 * 3600_000).toISOString()

/** As people, partners and the clock would bring it. */
export const deliverTo = (context: Context, shipmentId: string, { awaited }: Wait) =>
  onShipment(context, shipmentId, (state) => {
    const now = context.now
    if (awaited.kind === 'document')
      return { decision: verifiedDocument(shipmentId, awaited.documentType, now), answer: undefined }
    if (awaited.kind === 'consistency')
      return { decision: agreeingDocuments(state, awaited.documentTypes, now), answer: undefined }
    if (awaited.kind === 'milestone') {
      const report = { milestone: awaited.milestone, eventId: `world-${awaited.milestone}`, at: now }
      return { decision: decideOwnMilestone(state, report, now), answer: undefined }
    }
    if (awaited.kind === 'until')
      return { decision: { facts: passedMoments(state, inAYear(now)).map(({ fact }) => fact) }, answer: undefined }
    if (awaited.kind === 'process') throw new Error('A sub-process ends by its own last step')
    const task = state.tasks.find(({ stepKey }) => stepKey === awaited.taskKey)
    if (!task) throw new Error(`No task ${awaited.taskKey}`)
    const person = { actor: { kind: 'USER' as const, id: workerOf(task) }, roles: [task.role], now }
    return { decision: decideComplete(state, task.taskId, formData(task.form), person).decision, answer: undefined }
  })

/** What a run without any mishap leaves. */
export async function undisturbed(sopId: ProductSopId, now: string): Promise<string[]> {
  const world = await SopWorld.begin(sopId, aShipment(planOf(sopId, now), now), now)
  while (world.running) {
    const [wait] = world.state.waits
    if (!wait) throw new Error('Nothing is waited for')
    await world.deliver(wait)
  }
  return factsOf(world.state)
}
