/** Finds the executions of a shipment that failed, were stopped, were lost or were never started, and restarts them. */
import type { SopPin } from '../../schemas/shipment'
import { SopId } from '../../schemas/sop'
import type { Context } from '../platform/context'
import { count } from '../platform/telemetry'
import { onShipment, type ShipmentState } from '../shipments/store'
import { countEvents, findExecution, isDeployedHere, type SopVersion } from './client'
import { decideGiveUp, decideSound, type FoundExecution, judge, STARTS_WITHIN } from './domain/heal'
import { runningProcesses, unstarted } from './domain/processes'
import { isCalledFor } from './domain/runs'
import { currentVersion } from './live'
import { restartSop } from './restart'
import { startProcess, startShipment } from './start'

const MINUTE = 60_000
const fromNow = ({ now }: Context, ms: number) => new Date(Date.parse(now) + ms).toISOString()

/**
 * Looks whether what should run does: the shipment's own SOP, and its sub-processes. Answers when to look again, UTC, if
 * that is sooner than usual. May be repeated, and cut off anywhere: a restart names the run that it takes the place of.
 */
export async function checkExecutions(context: Context, state: ShipmentState): Promise<string | undefined> {
  const { sop, shipmentId } = state.header
  if (!sop) await startShipment(context, shipmentId)
  for (const process of unstarted(state, fromNow(context, -STARTS_WITHIN)))
    await startProcess(context, shipmentId, process)
  const own = sop ? [{ pin: sop, process: undefined }] : []
  const soon: (string | undefined)[] = []
  for (const { pin, process } of [...own, ...runningProcesses(state)])
    soon.push(await checkExecution(context, state, pin, process))
  return soon.filter((at) => at !== undefined).sort()[0]
}

async function checkExecution(
  context: Context,
  state: ShipmentState,
  pin: SopPin,
  process: string | undefined,
): Promise<string | undefined> {
  const { shipmentId } = state.header
  if (!isCalledFor(state, pin, process)) return undefined
  const found = await examine(pin)
  const judged = judge(state, found, context.now, process)
  switch (judged.verdict) {
    case 'RESTART':
      await restartSop(context, shipmentId, { ...(await versionOf(context, pin)), after: pin.run, process }, judged.why)
      count('Applied', 'sops-heal')
      return fromNow(context, 5 * MINUTE)
    case 'GIVE_UP':
      await onShipment(context, shipmentId, (current) => decideGiveUp(current, pin, found, process))
      count('Failed', 'sops-heal')
      return undefined
    case 'SOUND':
      if (decideSound(state, pin, process).decision.facts.length > 0)
        await onShipment(context, shipmentId, (current) => decideSound(current, pin, process))
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
