/** The calls to Step Functions, and nothing else. */
import * as z from 'zod'
import type { SopPin } from '../../schemas/shipment'
import type { ProductSopId, SopInput } from '../../schemas/sop'
import { AwsError, callAws } from '../platform/aws'
import { env } from '../platform/env'
import type { FoundExecution } from './domain/heal'
import { pinOf, runOf } from './domain/runs'

const LIVE = 'live'

/** What we read of the answers. */
const Alias = z.object({
  routingConfiguration: z.array(z.object({ stateMachineVersionArn: z.string(), weight: z.number() })).default([]),
})
const isOne = (error: unknown, ...codes: string[]) => error instanceof AwsError && codes.includes(error.code)

export interface SopVersion {
  version: number
  versionArn: string
}

const versionOf = (versionArn: string): SopVersion => ({ versionArn, version: Number(versionArn.split(':').at(-1)) })

const machineArn = (machine: ProductSopId): string => {
  const arn = env('SOP_MACHINES')[machine]
  if (arn === undefined) throw new Error(`No state machine is deployed for ${machine}`)
  return arn
}

/** The version that the `live` alias points to: the one with the greatest weight while it is being moved. */
export async function liveVersion(machine: ProductSopId): Promise<SopVersion> {
  const stateMachineAliasArn = `${machineArn(machine)}:${LIVE}`
  const alias = Alias.parse(await callAws('states', 'DescribeStateMachineAlias', { stateMachineAliasArn }))
  const [heaviest] = alias.routingConfiguration.sort((a, b) => b.weight - a.weight)
  const versionArn = heaviest?.stateMachineVersionArn
  if (versionArn === undefined) throw new Error(`The alias ${LIVE} of ${machine} points nowhere`)
  return versionOf(versionArn)
}

const Description = z.object({ definition: z.string(), description: z.string().optional() })

export interface PublishedDefinition extends SopVersion {
  /** JSON text, with the ARN of the function filled in. */
  definition: string
  /** Whose it is; versions that came with Portolan say nothing. */
  description: string | undefined
}

/** A version by its number; undefined when the machine has none of it. */
export const findVersion = (machine: ProductSopId, version: number): Promise<PublishedDefinition | undefined> =>
  findDefinition(`${machineArn(machine)}:${version}`)

/** A version by its ARN, whatever machine it is of; undefined when there is none. */
export async function findDefinition(versionArn: string): Promise<PublishedDefinition | undefined> {
  try {
    const answer = await callAws('states', 'DescribeStateMachine', { stateMachineArn: versionArn })
    const { definition, description } = Description.parse(answer)
    return { ...versionOf(versionArn), definition, description }
  } catch (error) {
    if (isOne(error, 'StateMachineDoesNotExist')) return undefined
    throw error
  }
}

/** Publishes in one call, so that no other publication comes between; the same definition once more answers its version. */
export async function publishVersion(
  machine: ProductSopId,
  definition: string,
  description: string,
): Promise<SopVersion> {
  const request = { stateMachineArn: machineArn(machine), definition, publish: true, versionDescription: description }
  const answer = await callAws('states', 'UpdateStateMachine', request)
  return versionOf(z.object({ stateMachineVersionArn: z.string() }).parse(answer).stateMachineVersionArn)
}

/**
 * Starts a version for a shipment's run, or finds the execution that was started for it before: executions are named by
 * the run. The input names the version, so that a start of another version is refused and what runs is looked up.
 */
export async function startSop(sopId: string, { version, versionArn }: SopVersion, input: SopInput): Promise<SopPin> {
  const name = input.shipmentId
  const pin = pinOf({ sopId, version, versionArn }, runOf(name))
  try {
    await callAws('states', 'StartExecution', { stateMachineArn: versionArn, name, input: JSON.stringify(input) })
    return pin
  } catch (error) {
    if (!isOne(error, 'ExecutionAlreadyExists')) throw error
    return { ...pin, ...(await versionRunBy(pin.executionArn)) }
  }
}

/** Made when it is asked for: bundles that never ask leave it out. */
const Execution = () =>
  z.object({
    stateMachineVersionArn: z.string().optional(),
    status: z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE']),
    /** Seconds. */
    startDate: z.number(),
    stopDate: z.number().optional(),
    error: z.string().optional(),
    cause: z.string().optional(),
  })
const History = () => z.object({ events: z.array(z.object({ id: z.int() })) })

const describeExecution = async (executionArn: string) =>
  Execution().parse(await callAws('states', 'DescribeExecution', { executionArn }))

/** The execution of a pin; undefined when Step Functions knows none: it was never started, deleted, or ended 90 days ago. */
export async function findExecution({ executionArn, versionArn }: SopPin): Promise<FoundExecution | undefined> {
  if (!isDeployedHere(versionArn)) return undefined
  try {
    const { status, startDate, stopDate, error, cause } = await describeExecution(executionArn)
    const endedAt = stopDate === undefined ? undefined : instantOf(stopDate)
    return { status, startedAt: instantOf(startDate), endedAt, error, cause }
  } catch (failure) {
    if (isOne(failure, 'ExecutionDoesNotExist')) return undefined
    throw failure
  }
}

const instantOf = (seconds: number) => new Date(seconds * 1000).toISOString()

/** Events in the history of an execution. */
export async function countEvents(executionArn: string): Promise<number> {
  const request = { executionArn, reverseOrder: true, maxResults: 1, includeExecutionData: false }
  return History().parse(await callAws('states', 'GetExecutionHistory', request)).events[0]?.id ?? 0
}

/** What was restored from another account or region names machines that are not ours. */
export const isDeployedHere = (versionArn: string): boolean =>
  Object.values(env('SOP_MACHINES')).some((machine) => versionArn.startsWith(`${machine}:`))

async function versionRunBy(executionArn: string): Promise<SopVersion> {
  const execution = await describeExecution(executionArn)
  if (execution.stateMachineVersionArn === undefined) throw new Error(`${executionArn} runs no published version`)
  return versionOf(execution.stateMachineVersionArn)
}

/** Why an execution is stopped, under the name that its end shows. */
export type StopReason = 'Shipment.Cancelled' | 'Sop.Restarted'

/** Stops an execution; one that has ended already stays as it is, and one that was never started is no error. */
export async function stopSop(executionArn: string, error: StopReason, cause: string): Promise<void> {
  try {
    await callAws('states', 'StopExecution', { executionArn, error, cause })
  } catch (failure) {
    if (!isOne(failure, 'ExecutionDoesNotExist')) throw failure
  }
}

/** The state that a token held has gone on, timed out or was retried with another token. */
const isGone = (error: unknown) => isOne(error, 'TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken')

/** Lets the state that is held by the token go on; a token whose state is gone already is no error. */
export async function settleToken(taskToken: string, output: Record<string, unknown>): Promise<void> {
  try {
    await callAws('states', 'SendTaskSuccess', { taskToken, output: JSON.stringify(output) })
  } catch (error) {
    if (!isGone(error)) throw error
  }
}
