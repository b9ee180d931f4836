/** Other versions of any SOP: with a task more, without one of its tasks, with other dates and roles. */
import type { JsonObject } from '../../engine/json'
import { type FoundState, isWait, objectOf, payloadOf, statesOf } from './asl'

const tasksIn = (definition: JsonObject): FoundState[] =>
  statesOf(definition).filter((found) => isWait(found) && payloadOf(found.state).step === 'assignTask')

export const taskKeys = (definition: JsonObject): string[] =>
  tasksIn(definition).map(({ state }) => String(payloadOf(state).key))

export const ADDED = 'look-again'

/** States after which a task can be put: every one that waits and goes on to another. */
export const places = (definition: JsonObject): string[] =>
  statesOf(definition)
    .filter((found) => isWait(found) && typeof found.state.Next === 'string')
    .map(({ name }) => name)

/** With a task of finance after the state. */
export function withTaskAfter(definition: JsonObject, name: string): JsonObject {
  const changed = structuredClone(definition)
  const before = statesOf(changed).find((found) => found.name === name)
  const [like] = tasksIn(changed)
  if (!before || !like) throw new Error(`Nothing to put after ${name}`)
  const added: JsonObject = {
    ...structuredClone(like.state),
    TimeoutSeconds: 99_999_999,
    Next: before.state.Next ?? '',
  }
  delete added.End
  delete added.Catch
  added.Arguments = {
    ...objectOf(added.Arguments),
    Payload: {
      step: 'assignTask',
      key: ADDED,
      tenantId: payloadOf(added).tenantId ?? '',
      shipmentId: payloadOf(added).shipmentId ?? '',
      token: payloadOf(added).token ?? '',
      role: 'FINANCE',
      title: 'Look at it again',
      due: { anchor: 'STEP', offset: 'P1D' },
    },
  }
  before.siblings.LookAgain = added
  before.state.Next = 'LookAgain'
  return changed
}

/** Without the task: what led to it leads on. */
export function withoutTask(definition: JsonObject, key: string): JsonObject {
  const changed = structuredClone(definition)
  const gone = tasksIn(changed).find(({ state }) => payloadOf(state).key === key)
  if (!gone) throw new Error(`No task ${key}`)
  const flow = flowsOf(changed).find(({ States }) => States === gone.siblings)
  if (!flow) throw new Error('It stands nowhere')
  const raises = Object.entries(gone.siblings).filter(([, state]) => objectOf(state).Next === gone.name)
  const next = gone.state.Next
  for (const raw of Object.values(gone.siblings)) relinkChoices(objectOf(raw), gone.name, String(next ?? NOTHING))
  for (const [name, raw] of raises) {
    const state = objectOf(raw)
    if (isRaise(state) && payloadOf(state).concerns === key) delete gone.siblings[name]
    else if (typeof next === 'string') state.Next = next
    else {
      delete state.Next
      state.End = true
    }
  }
  delete gone.siblings[gone.name]
  if (flow.StartAt === gone.name) flow.StartAt = typeof next === 'string' ? next : NOTHING
  const isLed = flow.StartAt === NOTHING || JSON.stringify(gone.siblings).includes(`"${NOTHING}"`)
  if (isLed) gone.siblings[NOTHING] = { Type: 'Pass', End: true }
  return changed
}

/** Where a way ends that led to what is gone. */
const NOTHING = 'Nothing'

function relinkChoices(state: JsonObject, from: string, to: string) {
  const choices = Array.isArray(state.Choices) ? state.Choices.map(objectOf) : []
  for (const choice of choices) if (choice.Next === from) choice.Next = to
  if (state.Default === from) state.Default = to
}

const isRaise = (state: JsonObject) => state.Type === 'Task' && payloadOf(state).step === 'raiseException'

function flowsOf(flow: JsonObject): JsonObject[] {
  const branches = Object.values(objectOf(flow.States)).flatMap((raw) => {
    const { Branches } = objectOf(raw)
    return Array.isArray(Branches) ? Branches.map(objectOf) : []
  })
  return [flow, ...branches.flatMap(flowsOf)]
}

/** Every task for another role, due a day earlier than an anchor that it was not due by. */
export function withOtherTerms(definition: JsonObject): JsonObject {
  const changed = structuredClone(definition)
  for (const { state } of tasksIn(changed))
    Object.assign(payloadOf(state), { role: 'CUSTOMER_SERVICE', due: { anchor: 'PROMISED_DELIVERY', offset: '-P1D' } })
  return changed
}

/** With a charge before the pick-up that nobody can be billed for, where no organization acts as forwarder. */
export function withRefusedCharge(definition: JsonObject): JsonObject {
  const changed = structuredClone(definition)
  const states = statesOf(changed)
  const notice = states.find(({ state }) => state.Type === 'Task' && payloadOf(state).step === 'notify')
  const before = states.find((found) => found.state.Next === 'AwaitPickUp' && !found.name.startsWith('Raise'))
  if (!notice || !before) throw new Error('It is not the SOP by road')
  const added = structuredClone(notice.state)
  const { tenantId = '', shipmentId = '' } = payloadOf(added)
  added.Arguments = {
    ...objectOf(added.Arguments),
    Payload: {
      step: 'addCharge',
      key: 'charge-forwarder',
      tenantId,
      shipmentId,
      code: '101000',
      type: 'REVENUE',
      amount: { amount: 5000, currency: 'EUR' },
      billableOn: 'DELIVERED',
      counterparty: 'FW',
    },
  }
  added.Next = 'AwaitPickUp'
  before.siblings.ChargeForwarder = added
  before.state.Next = 'ChargeForwarder'
  return changed
}
