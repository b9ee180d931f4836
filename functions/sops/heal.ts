/** Finds a shipment's execution that failed, was stopped, was lost or was never started, and restarts it. */
import type { SopPin } from '../../schemas/shipment'
import { SopId } from '../../schemas/sop'
import type { Context } from '../platform/context'
import { count } from '../platform/telemetry'
import { onShipment, type ShipmentState } from '../shipments/store'
import { countEvents, findExecution, isDeployedHere, type SopVersion } from './client'
import { decideGiveUp, decideSound, type FoundExecution, judge } from './domain/heal'
import { isCalledFor } from './domain/runs'
import { currentVersion } from './live'
import { restartSop } from './restart'
import { startShipment } from './start'

const MINUTE = 60_000

/**
 * Looks whether what should run does. Answers when to look again, UTC, if that is sooner than usual. May be repeated, and
 * cut off anywhere: a restart names the run that it takes the place of.
 */
export async function checkExecution(context: Context, state: ShipmentState): Promise<string | undefined> {
  const { sop, shipmentId } = state.header
  if (!sop) {
    await startShipment(context, shipmentId)
    return undefined
  }
  if (!isCalledFor(state, sop)) return undefined
  const found = await examine(sop)
  const judged = judge(state, found, context.now)
  switch (judged.verdict) {
    case 'RESTART':
      await restartSop(context, shipmentId, { ...(await versionOf(context, sop)), after: sop.run }, judged.why)
      count('Applied', 'sops-heal')
      return new Date(Date.parse(context.now) + 5 * MINUTE).toISOString()
    case 'GIVE_UP':
      await onShipment(context, shipmentId, (current) => decideGiveUp(current, sop, found))
      count('Failed', 'sops-heal')
      return undefined
    case 'SOUND':
      await onShipment(context, shipmentId, decideSound)
      return undefined
    case 'WAIT':
      return judged.until
    case 'GIVEN_UP':
      return undefined
  }
}

async function examine(pin: SopPin): Promise<FoundExecution | undefined> {
  const found = await findExecution(pin)
  return found?.status === 'RUNNING' ? { ...found, events: await countEvents(pin.executionArn) } : found
}

/** The pinned version; in another account or region than that of the pin, the one that new shipments get there. */
async function versionOf(context: Context, pin: SopPin): Promise<SopVersion & Pick<SopPin, 'sopId'>> {
  if (isDeployedHere(pin.versionArn)) return pin
  return { sopId: pin.sopId, ...(await currentVersion(context, SopId.parse(pin.sopId))) }
}
