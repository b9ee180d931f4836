/** The calls to Step Functions, and nothing else. */
import {
  DescribeExecutionCommand,
  DescribeStateMachineAliasCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  InvalidToken,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn'
import type { SopPin } from '../../schemas/shipment'
import type { SopId, SopInput } from '../../schemas/sop'
import { env } from '../platform/env'

let client: SFNClient | undefined
const stepFunctions = () => {
  client ??= new SFNClient({})
  return client
}

const LIVE = 'live'

export interface SopVersion {
  version: number
  versionArn: string
}

const versionOf = (versionArn: string): SopVersion => ({ versionArn, version: Number(versionArn.split(':').at(-1)) })

const machineArn = (sopId: SopId): string => {
  const arn = env('SOP_MACHINES')[sopId]
  if (arn === undefined) throw new Error(`No state machine is deployed for ${sopId}`)
  return arn
}

/** The version that the `live` alias points to: the one with the greatest weight while it is being moved. */
export async function liveVersion(sopId: SopId): Promise<SopVersion> {
  const alias = await stepFunctions().send(
    new DescribeStateMachineAliasCommand({ stateMachineAliasArn: `${machineArn(sopId)}:${LIVE}` }),
  )
  const routes = [...(alias.routingConfiguration ?? [])].sort((a, b) => (b.weight ?? 0) - (a.weight ?? 0))
  const versionArn = routes[0]?.stateMachineVersionArn
  if (versionArn === undefined) throw new Error(`The alias ${LIVE} of ${sopId} points nowhere`)
  return versionOf(versionArn)
}

/**
 * Starts a version for a shipment, or finds the execution that was started for it before: executions are named by the
 * shipment. The input names the version, so that a start of another version is refused and what runs is looked up.
 */
export async function startSop(sopId: SopId, live: SopVersion, input: SopInput): Promise<SopPin> {
  try {
    const { executionArn } = await stepFunctions().send(
      new StartExecutionCommand({
        stateMachineArn: live.versionArn,
        name: input.shipmentId,
        input: JSON.stringify(input),
      }),
    )
    if (executionArn === undefined) throw new Error('StartExecution answered no ARN')
    return { sopId, ...live, executionArn }
  } catch (error) {
    if (!(error instanceof ExecutionAlreadyExists)) throw error
    return pinOf(sopId, `${machineArn(sopId).replace(':stateMachine:', ':execution:')}:${input.shipmentId}`)
  }
}

async function pinOf(sopId: SopId, executionArn: string): Promise<SopPin> {
  const execution = await stepFunctions().send(new DescribeExecutionCommand({ executionArn }))
  if (execution.stateMachineVersionArn === undefined) throw new Error(`${executionArn} runs no published version`)
  return { sopId, ...versionOf(execution.stateMachineVersionArn), executionArn }
}

/** Stops an execution; one that has ended already stays as it is. */
export async function stopSop(executionArn: string, cause: string): Promise<void> {
  try {
    await stepFunctions().send(new StopExecutionCommand({ executionArn, error: 'Shipment.Cancelled', cause }))
  } catch (error) {
    if (!(error instanceof ExecutionDoesNotExist)) throw error
  }
}

/** The state that a token held has gone on, timed out or was retried with another token. */
const isGone = (error: unknown) =>
  error instanceof TaskTimedOut || error instanceof TaskDoesNotExist || error instanceof InvalidToken

/** Lets the state that is held by the token go on; a token whose state is gone already is no error. */
export async function settleToken(taskToken: string, output: Record<string, unknown>): Promise<void> {
  try {
    await stepFunctions().send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) }))
  } catch (error) {
    if (!isGone(error)) throw error
  }
}
