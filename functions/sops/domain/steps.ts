/** What each step of the vocabulary does to a shipment. Taken twice, it changes nothing the second time. */
import type { DeniedParty, SopStep, StepOf } from '../../../schemas/sop'
import type { Task } from '../../../schemas/task'
import type { Fact, TimelineType } from '../../../schemas/timeline'
import { decideAddCharge } from '../../billing/domain/charges'
import { NOBODY, type People } from '../../people/domain/calendars'
import { AppError } from '../../platform/errors'
import { entriesOf, openExceptions } from '../../platform/timeline'
import { mayBecome } from '../../shipments/domain'
import type { Decision, ShipmentState } from '../../shipments/store'
import { assignment, reopening, taskIdOf } from '../../tasks/domain'
import { workersOf } from '../../tasks/domain/approval'
import { eligible, leastLoaded } from '../../tasks/domain/load'
import { occurrenceOf } from '../../tracking/domain'
import { decideOwnMilestone } from '../../tracking/own-events'
import { dueAt } from './anchors'
import { waitUntil } from './moments'
import { noticeText } from './notices'
import { endProcess, startSubProcess } from './processes'
import { screen } from './screening'
import { type Output, resolutions, settlement, waitOf } from './waits'

export interface Surroundings {
  now: string
  /** The tenant's list; read for `screenParties` only. */
  denied: readonly DeniedParty[]
  /** The tenant's calendars and members; read for steps that count business hours or choose a person. */
  people?: People
  /** The sub-process that takes the step; the shipment's own SOP when absent. */
  process?: string | undefined
}

/** Does this step count business hours or choose a person? Then the tenant's calendars and members are read for it. */
export function needsPeople(step: SopStep): boolean {
  if ((step.step === 'assignTask' || step.step === 'approve') && (step.assign || step.escalation)) return true
  const dues = ['due' in step ? step.due : undefined, 'unlessBefore' in step ? step.unlessBefore : undefined]
  return dues.some((due) => due?.businessHours !== undefined)
}

export interface StepAnswer {
  output: Output
  /** The token can be answered at once: what the step waits for has come before. */
  settled: boolean
}

interface Outcome {
  output: Output
  decision?: Decision
  /** What the step has just found settles it. */
  settled?: boolean
}

/** Seconds after which a wait that has already raised its exception looks again: 30 days. */
const AFTER_EXCEPTION = 30 * 24 * 3600
/** Seconds after which a wait whose thing has come meanwhile looks again. */
const AT_ONCE = 1

/** Pure: same step, state and surroundings, same facts. A cancelled shipment takes no more steps. */
export function decideStep(
  step: SopStep,
  state: ShipmentState,
  surroundings: Surroundings,
): { decision: Decision; answer: StepAnswer } {
  if (state.header.status === 'CANCELLED')
    return { decision: { facts: [] }, answer: { output: { waitSeconds: AFTER_EXCEPTION }, settled: false } }
  const outcome = outcomeOf(step, state, surroundings)
  const wait = waitOf(step, surroundings.now)
  const settling = wait && (outcome.settled ? outcome.output : settlement(wait.awaited, state))
  const resolved = settling && wait ? resolutions({ ...state, waits: [wait] }, [step.key]) : []
  const decision = outcome.decision ?? { facts: [] }
  return {
    decision: { ...decision, facts: [...decision.facts, ...resolved] },
    answer: { output: settling ?? outcome.output, settled: settling !== undefined },
  }
}

function outcomeOf(step: SopStep, state: ShipmentState, surroundings: Surroundings): Outcome {
  switch (step.step) {
    case 'assignTask':
      return assignTask(step, state, surroundings)
    case 'approve':
      return approve(step, state, surroundings)
    case 'requestDocument':
      return requestDocument(step, state, surroundings)
    case 'awaitDocument':
    case 'requireConsistentDocuments':
    case 'awaitMilestone':
      return { output: {} }
    case 'waitUntil':
      return waitUntil(step, state, surroundings.now, surroundings.people)
    case 'recordMilestone':
      return recordMilestone(step, state, surroundings)
    case 'screenParties':
      return screenParties(step, state, surroundings)
    case 'startSubProcess':
      return startSubProcess(step, state)
    case 'addCharge':
      return addCharge(step, state)
    case 'raiseException':
      return raiseException(step, state, surroundings)
    case 'notify':
      return notify(step, state, surroundings)
    case 'completeShipment':
      return surroundings.process === undefined ? completeShipment(state) : endProcess(surroundings.process, state)
  }
}

/** Has this step written its fact before? */
const written = (state: ShipmentState, type: TimelineType, stepKey: string) =>
  state.timeline.some((entry) => entry.type === type && 'stepKey' in entry.data && entry.data.stepKey === stepKey)

function assignTask(step: StepOf<'assignTask'>, state: ShipmentState, { now, people }: Surroundings): Outcome {
  const existing = state.tasks.find((task) => task.stepKey === step.key)
  if (existing) return made(existing)
  const standing = step.records && occurrenceOf(state.timeline, step.records)
  if (standing) return { output: { occurrenceId: standing.occurrenceId } }
  const due = dueAt(step.due, state, now, people)
  const chosen = chosenFor(step, state, now, people)
  const { task, fact } = assignment(state.header.shipmentId, { ...step, ...chosen, due }, now, people)
  return { output: { taskId: task.taskId, status: task.status }, decision: { facts: [fact], tasks: [task] } }
}

/** A task that is there already. One that a move to another version has cancelled is wanted again by this one. */
function made(existing: Task): Outcome {
  const { task, fact } = reopening(existing, 'The SOP asks for it again')
  const wanted = existing.status === 'CANCELLED'
  const { taskId, status } = wanted ? task : existing
  return { output: { taskId, status }, ...(wanted ? { decision: { facts: [fact], tasks: [task] } } : {}) }
}

/** Who gets a task that goes to who has the least to do; it stays in the role's inbox when nobody is there. */
function chosenFor(step: StepOf<'assignTask' | 'approve'>, state: ShipmentState, now: string, people = NOBODY) {
  if (step.assign === undefined) return {}
  const others = step.step === 'approve' ? workersOf(step.notBy, state.timeline) : []
  const subjects = eligible(people, step, now).filter((subject) => !others.includes(subject))
  const loads: ReadonlyMap<string, number> = people.loads ?? new Map()
  const assignee = leastLoaded(subjects, loads, taskIdOf(state.header.shipmentId, step.key))
  return { assignee, loads: Object.fromEntries(subjects.map((subject) => [subject, loads.get(subject) ?? 0])) }
}

function approve(step: StepOf<'approve'>, state: ShipmentState, { now, people }: Surroundings): Outcome {
  const existing = state.tasks.find((task) => task.stepKey === step.key)
  if (existing) return made(existing)
  const { notBy, ...asked } = step
  const decision = { approval: { notBy }, rejectable: true, form: [], due: dueAt(step.due, state, now, people) }
  const chosen = chosenFor(step, state, now, people)
  const { task, fact } = assignment(state.header.shipmentId, { ...asked, ...chosen, ...decision }, now, people)
  return { output: { taskId: task.taskId, status: task.status }, decision: { facts: [fact], tasks: [task] } }
}

function requestDocument(
  step: StepOf<'requestDocument'>,
  state: ShipmentState,
  { now, people }: Surroundings,
): Outcome {
  const { key: stepKey, documentType, from } = step
  const due = dueAt(step.due, state, now, people).at
  const verified = settlement({ kind: 'document', documentType }, state)
  if (verified || written(state, 'document.requested', stepKey)) return { output: verified ?? { documentType } }
  return {
    output: { documentType, dueAt: due },
    decision: { facts: [{ type: 'document.requested', data: { stepKey, documentType, from, dueAt: due } }] },
  }
}

function recordMilestone(
  { key, milestone }: StepOf<'recordMilestone'>,
  state: ShipmentState,
  { now }: Surroundings,
): Outcome {
  const decision = decideOwnMilestone(state, { milestone, eventId: `sop-${key}`, at: now }, now)
  return { output: { milestone }, decision }
}

function screenParties(step: StepOf<'screenParties'>, state: ShipmentState, surroundings: Surroundings): Outcome {
  const stepKey = step.key
  const before = entriesOf(state.timeline, 'party.screened').find((entry) => entry.data.stepKey === stepKey)
  const { outcome, matches } = before?.data ?? screen(state.detail.parties, surroundings.denied)
  const output = { outcome, matches: matches.length }
  const held = state.tasks.find((task) => task.stepKey === stepKey)
  if (before) return { ...(held ? made(held) : {}), output }
  const screened: Fact = { type: 'party.screened', data: { stepKey, outcome, matches } }
  if (outcome === 'CLEAR' || step.token === undefined)
    return { output, settled: outcome === 'CLEAR', decision: { facts: [screened] } }
  const due = dueAt(step.due, state, surroundings.now, surroundings.people)
  const { task, fact } = assignment(state.header.shipmentId, { ...step, due, form: RELEASE_FORM }, surroundings.now)
  return { output, decision: { facts: [screened, fact], tasks: [task] } }
}

const RELEASE_FORM: StepOf<'assignTask'>['form'] = [
  { name: 'grounds', label: 'Why the parties are not the ones listed', type: 'text', required: true },
]

function addCharge(step: StepOf<'addCharge'>, state: ShipmentState): Outcome {
  const { key: chargeId, code, type, amount, billableOn } = step
  const party = state.detail.parties.find((it) => it.function === step.counterparty)
  const counterparty = step.counterparty === undefined ? state.header.customer : party?.organizationId
  if (counterparty === undefined)
    throw new AppError('unprocessable', 'charge.no_counterparty', `No organization acts as ${step.counterparty}`)
  const line = { chargeId, code, type, amount, billableOn, counterparty }
  return { output: { chargeId }, decision: decideAddCharge(state, line, step.key).decision }
}

function raiseException(step: StepOf<'raiseException'>, state: ShipmentState, { now, people }: Surroundings): Outcome {
  const { key: stepKey, severity, reason, owner, concerns } = step
  const raised = isRaised(state, step)
  const left = step.unlessBefore ? Date.parse(dueAt(step.unlessBefore, state, now, people).at) - Date.parse(now) : 0
  if (left > 0) return { output: { raised, waitSeconds: Math.ceil(left / 1000) } }
  const late = state.waits.find((wait) => wait.stepKey === concerns)
  if (late && settlement(late.awaited, state)) return { output: { raised, waitSeconds: AT_ONCE } }
  const fact: Fact = {
    type: 'exception.raised',
    data: { stepKey, severity, reason, owner, ...(concerns === undefined ? {} : { concerns }) },
  }
  return {
    output: { raised: true, waitSeconds: AFTER_EXCEPTION },
    decision: { facts: raised ? [] : [fact] },
  }
}

/** What is late is said once; what fails may fail again once it was put right. */
const isRaised = (state: ShipmentState, { key, concerns }: StepOf<'raiseException'>) =>
  concerns === undefined
    ? openExceptions(state.timeline).some(({ data }) => data.stepKey === key)
    : written(state, 'exception.raised', key)

function notify(step: StepOf<'notify'>, state: ShipmentState, { now }: Surroundings): Outcome {
  const { key: stepKey, audience, template } = step
  if (written(state, 'notification.sent', stepKey)) return { output: {} }
  const message = noticeText(template, state, now)
  return {
    output: {},
    decision: { facts: [{ type: 'notification.sent', data: { stepKey, audience, template, message } }] },
  }
}

function completeShipment({ header }: ShipmentState): Outcome {
  if (header.status === 'COMPLETED' || header.status === 'CLOSED') return { output: { status: header.status } }
  if (!mayBecome(header.status, 'COMPLETED'))
    throw new AppError('conflict', 'shipment.not_completable', `A ${header.status} shipment cannot be completed`)
  return {
    output: { status: 'COMPLETED' },
    decision: { header: { status: 'COMPLETED' }, facts: [{ type: 'shipment.completed', data: {} }] },
  }
}
