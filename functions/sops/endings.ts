/** Executions that ended otherwise than by their last state: EventBridge tells at once, if it tells. */
import * as z from 'zod'
import { TenantId } from '../../schemas/common'
import { SopRunName } from '../../schemas/sop'
import { systemContext } from '../platform/context'
import { count, logger } from '../platform/telemetry'
import { runOf } from './domain/runs'
import { wake } from './look'

/** What we read of the event of Step Functions. */
const Ending = z.object({
  'detail-type': z.literal('Step Functions Execution Status Change'),
  detail: z.object({ executionArn: z.string(), status: z.string(), input: z.string().nullish() }),
})
type Ending = z.output<typeof Ending>
/** What every version, however old, was started with. */
const Started = z.object({ tenantId: TenantId, shipmentId: SopRunName })

export const isEnding = (event: unknown): event is Ending => Ending.safeParse(event).success

/** Looks at the shipment whose execution it was. Called at least once for each; an execution that is none of ours is let be. */
export async function attend({ detail: { executionArn, status, input } }: Ending, requestId: string): Promise<void> {
  const started = Started.safeParse(jsonOf(input ?? ''))
  if (!started.success) {
    logger.warn('An execution ended that was not started for a shipment', { executionArn, status })
    return
  }
  const { tenantId, shipmentId } = started.data
  logger.info('An execution ended', { tenantId, executionArn, status })
  await wake(systemContext(tenantId, 'sops-endings', requestId), runOf(shipmentId).shipmentId)
  count('Applied', 'sops-endings')
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
