/** An SOP takes steps of the vocabulary for its own shipment, and can do nothing else. */
import { type Json, type JsonObject, textOf } from '../../../../engine/json'
import type { SopFinding, SopFindingCode } from '../../../../schemas/sop-finding'
import { pointerOf } from '../../../platform/errors'
import { isTask, isWait, objectOr, type Place, payloadOf, STEP_FUNCTION } from '../../../sops/domain/flow'
import { finding } from './advice'

const STATES = ['Task', 'Parallel', 'Choice', 'Pass', 'Succeed', 'Fail']
const RESOURCE = /^arn:aws:states:::lambda:invoke(\.waitForTaskToken)?$/

const IDENTITY: Record<string, string> = {
  tenantId: '$states.context.Execution.Input.tenantId',
  shipmentId: '$states.context.Execution.Input.shipmentId',
}
const TOKEN = '$states.context.Task.Token'

const sourceOf = (value: Json | undefined) => /^\{%\s+(.*?)\s+%\}$/.exec(textOf(value))?.[1]

/** The language and what leaves the machine. */
export const boundary = (definition: JsonObject, places: readonly Place[]): SopFinding[] => [
  ...(definition.QueryLanguage === 'JSONata'
    ? []
    : [finding('/QueryLanguage', 'NOT_JSONATA', 'SOPs are written in JSONata')]),
  ...places.flatMap(leaving),
]

function leaving(place: Place): SopFinding[] {
  const { state, pointer } = place
  const found: SopFinding[] = []
  const say = (path: string[], code: SopFindingCode, message: string) =>
    found.push(finding(pointer + pointerOf(path), code, message))
  if (!STATES.includes(textOf(state.Type)))
    say(['Type'], 'FOREIGN_STATE', `SOPs have no states of the type ${textOf(state.Type)}`)
  if ('Credentials' in state) say(['Credentials'], 'FOREIGN_CREDENTIALS', 'A state may not act as another role')
  if (!isTask(place)) return found
  if (!RESOURCE.test(textOf(state.Resource)))
    say(['Resource'], 'FOREIGN_RESOURCE', `${textOf(state.Resource)} is not a step of an SOP`)
  const { FunctionName, Payload: _, ...others } = objectOr(state.Arguments)
  if (FunctionName !== STEP_FUNCTION)
    say(['Arguments', 'FunctionName'], 'FOREIGN_FUNCTION', 'A step is taken by one function only')
  for (const name of Object.keys(others))
    say(['Arguments', name], 'FOREIGN_ARGUMENT', `${name} is nothing that an SOP says to the function`)
  return [...found, ...identity(place)]
}

function identity(place: Place): SopFinding[] {
  const payload = payloadOf(place)
  const at = (name: string) => `${place.pointer}/Arguments/Payload${pointerOf([name])}`
  const foreign = Object.entries(IDENTITY).flatMap(([name, source]) =>
    sourceOf(payload[name]) === source
      ? []
      : [
          finding(
            at(name),
            'FOREIGN_SHIPMENT',
            `${name} must be {% ${source} %}: a step is taken for the shipment itself`,
          ),
        ],
  )
  return [...foreign, ...token(place, at('token'))]
}

function token(place: Place, pointer: string): SopFinding[] {
  const given = payloadOf(place).token
  if (!isWait(place))
    return given === undefined ? [] : [finding(pointer, 'TOKEN_NOT_HELD', 'The token is of a state that does not wait')]
  if (given === undefined)
    return [finding(pointer, 'TOKEN_NOT_GIVEN', 'The state waits for a token that nobody is given')]
  if (sourceOf(given) === TOKEN) return []
  return [finding(pointer, 'TOKEN_NOT_GIVEN', `token must be {% ${TOKEN} %}: the state waits for its own`)]
}
