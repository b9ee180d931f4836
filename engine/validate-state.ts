/** Checks of one state. */
import { isNumber, isObject, type Json, type JsonObject, textOf } from './json'
import { choices } from './validate-choice'
import { type Check, nullablePath, path, pathOrIntrinsic, payload, referencePath } from './validate-expressions'
import { catches, retry } from './validate-failure'
import { checkFields, exclusive, type FieldTable } from './validate-fields'
import { objectAt, type Place } from './validate-report'
import * as value from './validate-values'

const jsonPath = (check: Check) => ({ check, only: 'JSONPath' as const })
const jsonata = (check: Check) => ({ check, only: 'JSONata' as const })

const COMMON: FieldTable = {
  Type: { check: value.text, required: true },
  Comment: { check: value.text },
  QueryLanguage: { check: value.oneOf('JSONPath', 'JSONata') },
}
const INOUT: FieldTable = {
  InputPath: jsonPath(nullablePath),
  OutputPath: jsonPath(nullablePath),
  Output: jsonata(payload),
}
const FLOW: FieldTable = { Next: { check: value.name }, End: { check: value.flag }, Assign: { check: payload } }
const RESULT: FieldTable = { ResultPath: jsonPath(referencePath), ResultSelector: jsonPath(payload) }
const FAILURE: FieldTable = { Retry: { check: retry }, Catch: { check: catches } }
/** Flows inside a state are checked by the caller, which knows how to check a flow. */
const flow: Check = () => {}

const TASK: FieldTable = {
  Resource: { check: value.resource, required: true },
  Parameters: jsonPath(payload),
  Arguments: jsonata(payload),
  TimeoutSeconds: { check: value.positiveSeconds },
  TimeoutSecondsPath: jsonPath(path),
  HeartbeatSeconds: { check: value.positiveSeconds },
  HeartbeatSecondsPath: jsonPath(path),
  Credentials: { check: value.credentials },
}
const MAP: FieldTable = {
  ItemProcessor: { check: flow },
  Iterator: { check: flow },
  ItemsPath: jsonPath(path),
  Items: jsonata(value.items),
  ItemSelector: { check: payload },
  Parameters: jsonPath(payload),
  MaxConcurrency: { check: value.count },
  MaxConcurrencyPath: jsonPath(path),
  ToleratedFailureCount: { check: value.count },
  ToleratedFailureCountPath: jsonPath(path),
  ToleratedFailurePercentage: { check: value.percentage },
  ToleratedFailurePercentagePath: jsonPath(path),
  Label: { check: value.label },
  ItemReader: { check: itemReader },
  ItemBatcher: { check: itemBatcher },
  ResultWriter: { check: resultWriter },
}

const TYPES: Record<string, FieldTable> = {
  Pass: {
    ...COMMON,
    ...INOUT,
    ...FLOW,
    ResultPath: jsonPath(referencePath),
    Parameters: jsonPath(payload),
    Result: jsonPath(value.anything),
  },
  Succeed: { ...COMMON, ...INOUT },
  Fail: {
    ...COMMON,
    Error: { check: value.message },
    Cause: { check: value.message },
    ErrorPath: jsonPath(pathOrIntrinsic),
    CausePath: jsonPath(pathOrIntrinsic),
  },
  Wait: {
    ...COMMON,
    ...INOUT,
    ...FLOW,
    Seconds: { check: value.seconds },
    SecondsPath: jsonPath(path),
    Timestamp: { check: value.timestamp },
    TimestampPath: jsonPath(path),
  },
  Choice: {
    ...COMMON,
    ...INOUT,
    Assign: { check: payload },
    Choices: { check: choices, required: true },
    Default: { check: value.name },
  },
  Task: { ...COMMON, ...INOUT, ...FLOW, ...RESULT, ...FAILURE, ...TASK },
  Parallel: {
    ...COMMON,
    ...INOUT,
    ...FLOW,
    ...RESULT,
    ...FAILURE,
    Parameters: jsonPath(payload),
    Arguments: jsonata(payload),
    Branches: { check: flow, required: true },
  },
  Map: { ...COMMON, ...INOUT, ...FLOW, ...RESULT, ...FAILURE, ...MAP },
}

const MAX_NAME = 80

export function checkState(outer: Place, name: string, raw: Json) {
  const state = objectAt(outer, raw)
  if (!state) return
  if (name.length > MAX_NAME) outer.say('INVALID_VALUE', `A state name has at most ${MAX_NAME} characters`)
  const place = languageOf(outer, state)
  const table = TYPES[textOf(state.Type)]
  if (!table) return outer.at('Type').say('INVALID_VALUE', `Type must be one of ${Object.keys(TYPES).join(', ')}`)
  checkFields(place, state, table)
  checkTransition(place, state)
  checkExclusions(place, state)
}

/** A machine in JSONata has no JSONPath states. */
export function languageOf(outer: Place, state: JsonObject): Place {
  if (outer.jsonata && state.QueryLanguage === 'JSONPath') {
    outer.say(
      'INVALID_QUERY_LANGUAGE',
      "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine",
    )
  }
  return outer.speaking(state.QueryLanguage === undefined ? outer.jsonata : state.QueryLanguage === 'JSONata')
}

function checkTransition(place: Place, state: JsonObject) {
  if (!['Pass', 'Wait', 'Task', 'Parallel', 'Map'].includes(textOf(state.Type))) return
  const ends = 'End' in state && state.End !== false
  if (ends && 'Next' in state) place.say('INVALID_TRANSITION', 'You can only specify one of: [Next, End]')
  if (!ends && !('Next' in state)) place.say('INVALID_TRANSITION', 'One of these fields is required: [Next, End]')
}

const WITH_PATH = [
  'Error',
  'Cause',
  'TimeoutSeconds',
  'HeartbeatSeconds',
  'MaxConcurrency',
  'ToleratedFailureCount',
  'ToleratedFailurePercentage',
]

function checkExclusions(place: Place, state: JsonObject) {
  for (const field of WITH_PATH) exclusive(place, state, [field, `${field}Path`])
  const { Type: type, TimeoutSeconds: timeout, HeartbeatSeconds: heartbeat } = state
  if (type === 'Wait') exclusive(place, state, ['Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath'], true)
  if (type === 'Map') {
    exclusive(place, state, ['ItemProcessor', 'Iterator'], true)
    exclusive(place, state, ['ItemSelector', 'Parameters'])
  }
  if (type === 'Task' && isNumber(timeout) && isNumber(heartbeat) && heartbeat >= timeout) {
    place.at('HeartbeatSeconds').say('INVALID_VALUE', 'HeartbeatSeconds must be less than TimeoutSeconds')
  }
}

function itemReader(place: Place, raw: Json) {
  const reader = objectAt(place, raw)
  if (!reader) return
  const config = isObject(reader.ReaderConfig) ? reader.ReaderConfig : {}
  exclusive(place.at('ReaderConfig'), config, ['MaxItems', 'MaxItemsPath'])
  if (!('Resource' in reader)) place.say('MISSING_FIELD', 'These fields are required: [Resource]')
  payload(place.at('Parameters'), reader.Parameters ?? {})
  payload(place.at('Arguments'), reader.Arguments ?? {})
}

function itemBatcher(place: Place, raw: Json) {
  const batcher = objectAt(place, raw)
  if (!batcher) return
  exclusive(place, batcher, ['MaxItemsPerBatch', 'MaxItemsPerBatchPath'])
  exclusive(place, batcher, ['MaxInputBytesPerBatch', 'MaxInputBytesPerBatchPath'])
  payload(place.at('BatchInput'), batcher.BatchInput ?? {})
}

function resultWriter(place: Place, raw: Json) {
  const writer = objectAt(place, raw)
  if (!writer) return
  payload(place.at('Parameters'), writer.Parameters ?? {})
  payload(place.at('Arguments'), writer.Arguments ?? {})
}
