/** Finds the definition that a recorded history ran, and fills in what the recorded test filled in by code. */
import { isObject, type Json, type JsonObject } from '../../engine/json'
import { payload, type RecordedEvent, type Recording, type Template } from './engine-recordings'

/** The definition cannot be known, or uses what the engine does not claim. */
export class Unclaimed extends Error {}

export function definitionFor(recording: Recording, events: RecordedEvent[]): JsonObject {
  const entered = new Set(events.filter(isEntered).map(({ details }) => String(details.name)))
  const candidates = [...recordedDefinitions(recording.content), ...recording.templates].filter(({ definition }) => {
    const names = stateNames(definition)
    return [...entered].every((name) => names.has(name))
  })
  const best =
    named(recording, candidates) ?? candidates.find(({ definition }) => sameTasks(definition, events)) ?? candidates[0]
  if (!best) throw new Unclaimed('no definition is recorded with it')
  const definition = fill(recording, best.definition, events)
  refuseAltered(definition, events)
  return definition
}

export const isEntered = ({ type }: RecordedEvent) => type.endsWith('StateEntered')

/** Definitions that the service itself gave back. */
function recordedDefinitions(content: JsonObject): Template[] {
  return Object.entries(content).flatMap(([name, answer]) => {
    const definition = isObject(answer) ? payload(answer.definition) : null
    return isObject(definition) && isObject(definition.States) ? [{ name, definition }] : []
  })
}

/** The template that the test's parameter names, as in `[BASE_LITERALS]`; the longest name where several fit. */
export function named({ parameter = '' }: Recording, candidates: Template[]): Template | undefined {
  const wanted = parameter.toLowerCase()
  const exact = candidates.find(({ name }) => name === wanted)
  const inside = candidates
    .filter(({ name }) => name.length > 0 && (wanted.includes(name) || name.includes(wanted)))
    .sort((a, b) => b.name.length - a.name.length)
  return wanted === '' ? undefined : (exact ?? inside[0])
}

/** Every flow of a definition: the machine, branches and item processors. */
export function flows(value: Json | undefined): JsonObject[] {
  if (!isObject(value) || !isObject(value.States)) return []
  const inner = Object.values(value.States)
    .filter(isObject)
    .flatMap((state) => {
      const branches = Array.isArray(state.Branches) ? state.Branches : []
      return [...branches, state.ItemProcessor ?? null, state.Iterator ?? null].flatMap(flows)
    })
  return [value, ...inner]
}

export const statesOf = (definition: JsonObject): [string, JsonObject][] =>
  flows(definition).flatMap(({ States }) =>
    Object.entries(States ?? {}).flatMap(([name, state]): [string, JsonObject][] =>
      isObject(state) ? [[name, state]] : [],
    ),
  )

const stateNames = (definition: JsonObject) => new Set(statesOf(definition).map(([name]) => name))

const PLACEHOLDER = /^_+tbd_+$/i
const SCHEDULED = ['TaskScheduled', 'LambdaFunctionScheduled', 'ActivityScheduled']

function fill(recording: Recording, definition: JsonObject, events: RecordedEvent[]): JsonObject {
  const filled: JsonObject = JSON.parse(
    JSON.stringify(definition).replace(/%[A-Z_]+_PLACEHOLDER%|label_\{invalid_char\}/g, (token) =>
      token.startsWith('%') ? JSON.stringify(parameterFor(recording, token, events)).slice(1, -1) : token,
    ),
  )
  for (const [name, state] of statesOf(filled)) fillState(name, state, events)
  if (/^\$[.[]/.test(recording.parameter ?? '')) fillOnlyPath(filled, recording.parameter ?? '')
  fillFromInput(recording, filled)
  const left = /"(_+tbd_+|%[A-Z_]+%)"/i.exec(JSON.stringify(filled))
  if (left) throw new Unclaimed('the definition was completed by code that is not recorded')
  return filled
}

function parameterFor({ parameter }: Recording, token: string, events: RecordedEvent[]): string {
  if (token.includes('LAMBDA_FUNCTION')) {
    const scheduled = events.find(({ type }) => type === 'TaskScheduled')
    const parameters = payload(scheduled?.details.parameters)
    if (isObject(parameters) && typeof parameters.FunctionName === 'string') return parameters.FunctionName
  }
  if (parameter === undefined) throw new Unclaimed('the definition was completed by code that is not recorded')
  return parameter
}

/** A task's resource and constant arguments are in the event that scheduled it. */
function fillState(name: string, state: JsonObject, events: RecordedEvent[]) {
  const entered = events.findIndex((event) => isEntered(event) && event.details.name === name)
  const scheduled = events.find((event, index) => index > entered && SCHEDULED.includes(event.type))
  if (typeof state.Resource === 'string' && PLACEHOLDER.test(state.Resource)) {
    state.Resource = resource(scheduled)
  }
  const recorded = payload(scheduled?.details.parameters)
  for (const template of [state.Parameters, state.Arguments]) {
    if (!isObject(template) || !isObject(recorded)) continue
    for (const [key, value] of Object.entries(template)) {
      const known = recorded[key]
      if (typeof value === 'string' && PLACEHOLDER.test(value) && typeof known === 'string') template[key] = known
    }
  }
  if (typeof state.Items === 'string' && PLACEHOLDER.test(state.Items)) fillItems(state, events)
}

function resource(scheduled: RecordedEvent | undefined): string {
  if (scheduled?.type === 'ActivityScheduled') return 'arn:aws:states:us-east-1:111111111111:activity:activity'
  if (scheduled?.type === 'LambdaFunctionScheduled' || !scheduled)
    return 'arn:aws:lambda:us-east-1:111111111111:function:recorded'
  const { resourceType, resource: action } = scheduled.details
  return `arn:aws:states:::${resourceType}:${action}`
}

/** `test_base_map_from_input[MAX_CONCURRENCY]` adds the field that it names, with the value that its input holds. */
function fillFromInput({ id }: Recording, definition: JsonObject) {
  const name = /_from_input\[([A-Z_]+)\]$/.exec(id)?.[1]
  const field = name?.toLowerCase().replace(/(^|_)([a-z])/g, (_, __, letter: string) => letter.toUpperCase())
  const [first] = statesOf(definition)
  if (field !== undefined && first && !(field in first[1])) first[1][field] = '{% $states.input.input_value %}'
}

/** A test with a path for its parameter puts it where the template has its only path. */
function fillOnlyPath(definition: JsonObject, path: string) {
  const paths = statesOf(definition).flatMap(([, state]) => {
    const template = isObject(state.Parameters) ? state.Parameters : {}
    return Object.keys(template).flatMap((key) => (key.endsWith('.$') ? [{ template, key }] : []))
  })
  const [only, more] = paths
  if (only && !more) only.template[only.key] = path
}

/** A failed expression stands in the cause. */
function fillItems(state: JsonObject, events: RecordedEvent[]) {
  const failed = events.find(({ type }) => type === 'EvaluationFailed')
  const source = /The JSONata expression '(.*)' specified for the field 'Items'/.exec(
    String(failed?.details.cause),
  )?.[1]
  if (source !== undefined) state.Items = `{% ${source} %}`
}

const altered = (how: string) => new Unclaimed(`the recorded definition is not the template: ${how}`)

/** Tests that change a template leave traces: other task arguments, or variables assigned by a state without Assign. */
function refuseAltered(definition: JsonObject, events: RecordedEvent[]) {
  if (!sameTasks(definition, events)) throw altered('it asks its tasks for something else')
  if (mapsNothing(definition, events)) throw altered('it has Items')
  const states = new Map(statesOf(definition))
  for (const { type, details } of events) {
    const state = states.get(String(details.name))
    if (!type.endsWith('StateExited') || details.assignedVariables === undefined || !state) continue
    if (!JSON.stringify(state).includes('"Assign"')) {
      throw altered('it has an Assign more')
    }
  }
}

/** A Map without Items or ItemsPath ran over an input that is not a list. */
function mapsNothing(definition: JsonObject, events: RecordedEvent[]): boolean {
  return statesOf(definition).some(([name, state]) => {
    if (
      state.Type !== 'Map' ||
      state.Items !== undefined ||
      state.ItemsPath !== undefined ||
      state.ItemReader !== undefined
    )
      return false
    const at = events.findIndex((event) => isEntered(event) && event.details.name === name)
    const input = payload(events[at]?.details.input)
    return events[at + 1]?.type === 'MapStateStarted' && state.InputPath === undefined && !Array.isArray(input)
  })
}

/** Do the constants in each task's arguments stand in what was recorded of some request of it? */
function sameTasks(definition: JsonObject, events: RecordedEvent[]): boolean {
  const tasks = statesOf(definition).filter(([, { Type }]) => Type === 'Task')
  return tasks.every(([name, state]) => {
    const template = state.Parameters ?? state.Arguments
    const entered = events.find((event) => isEntered(event) && event.details.name === name)
    const scheduled = events.find(
      ({ type, previousEventId }) => type === 'TaskScheduled' && previousEventId === entered?.id,
    )
    return !isObject(template) || !scheduled || sameShape(template, payload(scheduled.details.parameters))
  })
}

/** Members of a template, computed or not, are the members of what it made. */
function sameShape(template: JsonObject, made: Json): boolean {
  if (!isObject(made)) return false
  const names = Object.keys(template).map((key) => key.replace(/\.\$$/, ''))
  return (
    names.length === Object.keys(made).length &&
    Object.entries(template).every(([key, value]) => {
      const other = made[key.replace(/\.\$$/, '')]
      return other !== undefined && (!isObject(value) || sameShape(value, other))
    })
  )
}
