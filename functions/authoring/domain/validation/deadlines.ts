/** Every wait ends in time, is heard of when it does not, and every failure is seen. */
import { textOf } from '../../../../engine/json'
import type { SopFinding } from '../../../../schemas/sop-finding'
import { STEP_TIMEOUTS, type StepTimeouts, type TimeoutPolicy } from '../../../../schemas/sop-timeout'
import { pointerOf } from '../../../platform/errors'
import {
  around,
  type Catcher,
  catchersOf,
  isEnd,
  isExpression,
  isTask,
  isWait,
  listOr,
  objectOr,
  type Place,
  payloadOf,
} from '../../../sops/domain/flow'
import { finding } from './advice'

export const deadlines = (places: readonly Place[]): SopFinding[] =>
  places
    .filter(isTask)
    .flatMap((place) => [...timeout(place), ...(isWait(place) ? wayOn(place) : []), ...failure(place)])

const catches = (place: Place, error: string): Catcher | undefined =>
  catchersOf(place).find(({ errors }) => errors.includes(error) || errors.includes('States.ALL'))

/** What the vocabulary says of a state that takes this step; undefined when it is none of the vocabulary. */
function policyOf(place: Place): TimeoutPolicy | undefined {
  const { step } = payloadOf(place)
  const policies: Record<string, StepTimeouts> = STEP_TIMEOUTS
  const policy = Object.hasOwn(policies, textOf(step)) ? policies[textOf(step)] : undefined
  return isWait(place) ? policy?.held : policy?.called
}

function timeout(place: Place): SopFinding[] {
  const { TimeoutSeconds } = place.state
  const pointer = `${place.pointer}/TimeoutSeconds`
  if (isExpression(TimeoutSeconds)) return []
  const policy = policyOf(place)
  if (typeof TimeoutSeconds !== 'number') {
    const usual = policy ? `; ${policy.usualSeconds} seconds are usual` : ''
    return [finding(pointer, 'NO_TIMEOUT', `${place.name} may take for ever${usual}`)]
  }
  if (!policy || TimeoutSeconds <= policy.atMostSeconds) return []
  return [finding(pointer, 'LONG_TIMEOUT', `${place.name} may stand for ${policy.atMostSeconds} seconds at most`)]
}

function wayOn(place: Place): SopFinding[] {
  const retried = listOr(place.state.Retry).findIndex((raw) => {
    const { ErrorEquals, MaxAttempts } = objectOr(raw)
    const errors = listOr(ErrorEquals)
    return MaxAttempts !== 0 && (errors.includes('States.Timeout') || errors.includes('States.ALL'))
  })
  const found =
    retried < 0
      ? []
      : [
          finding(
            place.pointer + pointerOf(['Retry', retried]),
            'TIMEOUT_RETRIED',
            `${place.name} begins to wait anew when its deadline has passed, and nobody hears of it`,
          ),
        ]
  const way = catches(place, 'States.Timeout')
  if (!way)
    return [
      ...found,
      finding(`${place.pointer}/Catch`, 'NO_WAY_ON', `Nothing happens when the deadline of ${place.name} has passed`),
    ]
  return [...found, ...returning(place, way.next)]
}

/** The way from the passed deadline back to the wait: an exception lies on it, and hands on how long to wait. */
function returning(wait: Place, first: string): SopFinding[] {
  if (first === wait.name && policyOf(wait)?.atTimeout === 'LOOK_AGAIN') return []
  const quiet = new Set<string>()
  const open = [first]
  const found: SopFinding[] = []
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (name === wait.name)
      return [
        finding(`${wait.pointer}/Catch`, 'SILENT_TIMEOUT', `${wait.name} goes on waiting, and no exception is raised`),
      ]
    const place = wait.flow.places.get(name)
    if (!place || quiet.has(name)) continue
    quiet.add(name)
    if (payloadOf(place).step === 'raiseException') found.push(...handsOn(place, wait))
    else open.push(...(isEnd(place) ? [] : followers(place)))
  }
  return found
}

function handsOn(raise: Place, wait: Place): SopFinding[] {
  const output = textOf(raise.state.Output)
  if (raise.state.Next !== wait.name || /\$states\.result\.Payload/.test(output)) return []
  return [finding(`${raise.pointer}/Output`, 'LOST_WAIT', `${raise.name} does not tell ${wait.name} how long to wait`)]
}

/** Where a state leads when nothing fails. */
export const followers = ({ state }: Place): string[] =>
  [state.Next, state.Default, ...listOr(state.Choices).map((choice) => objectOr(choice).Next)].filter(
    (name) => typeof name === 'string',
  )

function failure(place: Place): SopFinding[] {
  const seen = [place, ...around(place)].some((it) =>
    catchersOf(it).some(({ errors }) => errors.includes('States.ALL')),
  )
  return seen
    ? []
    : [finding(`${place.pointer}/Catch`, 'UNSEEN_FAILURE', `When ${place.name} fails for good, nobody hears of it`)]
}
