/** A definition as places: each state with where it stands and the step that it takes. */
import { type Json, type JsonObject, textOf } from '../../../engine/json'
import { SopStep } from '../../../schemas/sop'
import { pointerOf } from '../../platform/errors'

/** One state of a definition. */
export interface Place {
  name: string
  /** JSON pointer into the definition. */
  pointer: string
  state: JsonObject
  flow: Flow
}

/** A StartAt with its states: the definition itself, or a branch. */
export interface Flow {
  pointer: string
  startAt: string
  places: ReadonlyMap<string, Place>
  /** The Parallel state that it is a branch of. */
  parent?: Place
  comment?: string
}

/** What stands for the function in definitions that are not deployed. */
export const STEP_FUNCTION = '${SopStepFunctionArn}'

export const objectOr = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
export const listOr = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : [])

/** Tolerant: what is not as it should be is as if it were not there; the grammar says so. */
export function flowOf(raw: Json | undefined, pointer = '', parent?: Place): Flow {
  const { StartAt, States, Comment } = objectOr(raw)
  const places = new Map<string, Place>()
  const flow: Flow = {
    pointer,
    startAt: textOf(StartAt),
    places,
    ...(parent ? { parent } : {}),
    ...(typeof Comment === 'string' ? { comment: Comment } : {}),
  }
  for (const [name, state] of Object.entries(objectOr(States)))
    places.set(name, { name, pointer: pointer + pointerOf(['States', name]), state: objectOr(state), flow })
  return flow
}

export const branchesOf = (place: Place): Flow[] =>
  place.state.Type === 'Parallel'
    ? listOr(place.state.Branches).map((branch, index) => flowOf(branch, `${place.pointer}/Branches/${index}`, place))
    : []

/** Every state, those of branches after the state that they stand in. */
export const placesOf = (flow: Flow): Place[] =>
  [...flow.places.values()].flatMap((place) => [place, ...branchesOf(place).flatMap(placesOf)])

/** The Parallel states around a place, innermost first. */
export const around = ({ flow: { parent } }: Place): Place[] => (parent ? [parent, ...around(parent)] : [])

export interface Catcher {
  errors: string[]
  next: string
}
export const catchersOf = ({ state }: Place): Catcher[] =>
  listOr(state.Catch).map((raw) => {
    const { ErrorEquals, Next } = objectOr(raw)
    return { errors: listOr(ErrorEquals).map(textOf), next: textOf(Next) }
  })

export const payloadOf = ({ state }: Place): JsonObject => objectOr(objectOr(state.Arguments).Payload)
export const isWait = ({ state }: Place) => textOf(state.Resource).endsWith('.waitForTaskToken')
export const isTask = ({ state }: Place) => state.Type === 'Task'
export const isEnd = ({ state }: Place) => state.End === true || state.Type === 'Succeed' || state.Type === 'Fail'

export const isExpression = (value: Json | undefined): boolean => typeof value === 'string' && value.startsWith('{%')

/** What an execution fills in; everything else of a step is said in the definition. */
const FILLED: Record<string, string> = {
  tenantId: 'demo',
  shipmentId: `shp_${'0'.repeat(26)}`,
  token: 'token',
  reason: 'computed',
  title: 'computed',
}

/** The payload of a Task with samples in the place of expressions that an execution fills in. */
export const samplePayload = (place: Place) =>
  Object.fromEntries(
    Object.entries(payloadOf(place)).map(([name, value]) => [
      name,
      isExpression(value) ? (FILLED[name] ?? value) : value,
    ]),
  )

/** The step that a Task takes; undefined when its payload is none of the vocabulary. */
export const stepOf = (place: Place): SopStep | undefined =>
  isTask(place) ? SopStep.safeParse(samplePayload(place)).data : undefined
