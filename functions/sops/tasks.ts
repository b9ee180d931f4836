/** The door that state machines call: one step of the vocabulary. */
import type { Context } from 'aws-lambda'
import type { InternalRole } from '../../schemas/role'
import { SopStep } from '../../schemas/sop'
import type { People } from '../people/domain/calendars'
import { loadPeople } from '../people/store'
import { systemContext } from '../platform/context'
import { AppError } from '../platform/errors'
import { Contended, type Tenant } from '../platform/table'
import { count, logger } from '../platform/telemetry'
import { type Decision, endWait, onShipment, registerWait, type ShipmentState } from '../shipments/store'
import { countOpenWork } from '../tasks/store'
import { placed } from './domain/processes'
import { isOver } from './domain/runs'
import { decideStep, needsPeople, type StepAnswer, type Surroundings } from './domain/steps'
import { type Output, waitOf } from './domain/waits'
import { release } from './release'
import { loadDeniedParties } from './store'

/** Keeps the execution where it is until it is stopped. */
const HELD: StepAnswer = { output: { waitSeconds: 24 * 3600 }, settled: false }
const OVER: { decision: Decision; answer: StepAnswer } = { decision: { facts: [] }, answer: HELD }

/** A failure under a name that state machines catch or retry by. */
export class StepError extends Error {
  constructor(name: 'SopStep.Invalid' | 'SopStep.Rejected' | 'SopStep.Busy', message: string) {
    super(message)
    this.name = name
  }
}

/**
 * Takes one step. The wait is registered before the shipment is read: whoever records what it waits for reads the
 * waits after that, so one of the two always sees the other. A step of a run that another has taken the place of does
 * nothing: it was on its way when its execution was stopped.
 */
export async function takeStep(payload: unknown, requestId: string): Promise<Output> {
  const parsed = SopStep.safeParse(payload)
  if (!parsed.success) throw new StepError('SopStep.Invalid', parsed.error.message)
  const { step, shipmentId, run, process } = placed(parsed.data)
  logger.appendKeys({ tenantId: step.tenantId, shipmentId, run, step: step.step, stepKey: step.key })
  const context = systemContext(step.tenantId, `sop/${step.key}`, requestId)
  const wait = waitOf(step, context.now)
  try {
    if (wait && !(await registerWait(context, shipmentId, wait, run))) return HELD.output
    const denied = step.step === 'screenParties' ? (await loadDeniedParties(context)).items : []
    const { answer } = await onShipment(context, shipmentId, async (state) =>
      isOver(state, { run, process })
        ? OVER
        : decideStep(step, state, { now: context.now, denied, process, ...(await peopleFor(step, context, state)) }),
    )
    if (wait && answer === HELD) await endWait(context, shipmentId, wait)
    if (wait && answer.settled) await release(context, shipmentId, wait, answer.output)
    return answer.output
  } catch (error) {
    throw named(error)
  }
}

/** Most steps ask for nobody's hours, and pay for no read. */
async function peopleFor(
  step: SopStep,
  tenant: Tenant,
  { header }: ShipmentState,
): Promise<Pick<Surroundings, 'people'>> {
  if (!needsPeople(step)) return {}
  const people = await loadPeople(tenant, [header.from, header.to])
  if (!('assign' in step) || step.assign === undefined) return { people }
  return { people: { ...people, loads: await countOpenWork(tenant, rolesOf(people, step.role)) } }
}

/** Who does a role's work may do another's as well, and has that to do, too. */
function rolesOf({ members }: People, role: InternalRole): InternalRole[] {
  const roles = members.filter((member) => member.roles.includes(role)).flatMap((member) => member.roles)
  return [...new Set([role, ...roles])]
}

/** The door itself: takes the step, and counts how it ended. */
export async function answerMachine(
  payload: unknown,
  { awsRequestId }: Pick<Context, 'awsRequestId'>,
): Promise<Output> {
  try {
    const output = await takeStep(payload, awsRequestId)
    count('Applied', 'sop-step')
    return output
  } catch (error) {
    count(error instanceof StepError && error.name !== 'SopStep.Busy' ? 'Refused' : 'Failed', 'sop-step')
    throw error
  }
}

/** Rules that said no and contention get names; anything else keeps its own, and is retried as unknown. */
function named(error: unknown): unknown {
  if (error instanceof AppError) return new StepError('SopStep.Rejected', `${error.code}: ${error.message}`)
  if (error instanceof Contended) return new StepError('SopStep.Busy', 'Others are changing the shipment')
  return error
}
