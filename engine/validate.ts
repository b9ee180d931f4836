/** The grammar of the Amazon States Language: what `CreateStateMachine` would refuse, and states that nothing reaches. */
import { isObject, type Json, type JsonObject } from './json'
import { checkFields, type FieldTable } from './validate-fields'
import { type Finding, objectAt, Place } from './validate-report'
import { checkState, languageOf } from './validate-state'
import { nonEmptyList, oneOf, positiveSeconds, text } from './validate-values'

export type { Finding, FindingCode } from './validate-report'

/** Every problem of a definition, in the order of the document; none means that it is valid. */
export function validate(definition: Json): Finding[] {
  const findings: Finding[] = []
  const place = new Place('', isObject(definition) && definition.QueryLanguage === 'JSONata', findings)
  const machine = objectAt(place, definition)
  if (machine) checkFlow(place, machine, MACHINE)
  return findings
}

const FLOW: FieldTable = {
  StartAt: { check: text, required: true },
  States: { check: () => {}, required: true },
  Comment: { check: text },
  QueryLanguage: { check: oneOf('JSONPath', 'JSONata') },
}
const MACHINE: FieldTable = { ...FLOW, Version: { check: oneOf('1.0') }, TimeoutSeconds: { check: positiveSeconds } }
const PROCESSOR: FieldTable = { ...FLOW, ProcessorConfig: { check: processorConfig } }

const CONFIG: FieldTable = {
  Mode: { check: oneOf('INLINE', 'DISTRIBUTED') },
  ExecutionType: { check: oneOf('STANDARD', 'EXPRESS') },
}

function processorConfig(place: Place, raw: Json) {
  const config = objectAt(place, raw)
  if (config) checkFields(place, config, CONFIG)
}

function checkFlow(place: Place, flow: JsonObject, table: FieldTable) {
  checkFields(place, flow, table)
  if (!('States' in flow)) return
  const states = objectAt(place.at('States'), flow.States)
  if (!states) return
  if (Object.keys(states).length === 0) return place.at('States').say('INVALID_VALUE', 'States must not be empty')
  for (const [name, raw] of Object.entries(states)) {
    const at = place.at('States', name)
    checkState(at, name, raw)
    if (isObject(raw)) checkInner(languageOf(at.speaking(false), raw).speaking(place.jsonata), raw)
  }
  checkGraph(place, flow, states)
}

/** Branches and item processors are flows of their own. */
function checkInner(place: Place, state: JsonObject) {
  if (state.Type === 'Parallel' && 'Branches' in state) {
    nonEmptyList(place.at('Branches'), state.Branches, 'Branches').forEach((raw, index) => {
      const branch = objectAt(place.at('Branches', index), raw)
      if (branch) checkFlow(place.at('Branches', index), branch, FLOW)
    })
  }
  if (state.Type !== 'Map') return
  for (const field of ['ItemProcessor', 'Iterator']) {
    if (!(field in state)) continue
    const processor = objectAt(place.at(field), state[field])
    if (processor) checkFlow(languageOf(place.at(field), processor), processor, PROCESSOR)
  }
}

interface Transition {
  target: string
  place: Place
}

/** Every transition leads to a state of the same flow, and every state can be reached. */
function checkGraph(place: Place, flow: JsonObject, states: JsonObject) {
  const start: Transition[] =
    typeof flow.StartAt === 'string' ? [{ target: flow.StartAt, place: place.at('StartAt') }] : []
  const leaving = new Map(
    Object.entries(states).map(([name, state]) => [
      name,
      isObject(state) ? transitions(place.at('States', name), state) : [],
    ]),
  )
  for (const { target, place: at } of [...start, ...[...leaving.values()].flat()]) {
    if (!leaving.has(target)) at.say('MISSING_TRANSITION_TARGET', `Missing 'Next' target: ${target}`)
  }
  if (!start.some(({ target }) => leaving.has(target))) return
  const reached = reach(start, leaving)
  for (const name of leaving.keys()) {
    if (!reached.has(name)) place.at('States', name).say('UNREACHABLE_STATE', `State '${name}' is not reachable`)
  }
  const terminal = [...reached].some((name) => isTerminal(states[name]))
  if (!terminal) place.at('States').say('NO_TERMINAL_STATE', 'No reachable state ends the flow')
}

function isTerminal(state: Json | undefined): boolean {
  return isObject(state) && (state.End !== undefined || state.Type === 'Succeed' || state.Type === 'Fail')
}

function reach(start: Transition[], leaving: Map<string, Transition[]>): Set<string> {
  const reached = new Set<string>()
  const open = start.map(({ target }) => target)
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const next = leaving.get(name)
    if (!next || reached.has(name)) continue
    reached.add(name)
    open.push(...next.map(({ target }) => target))
  }
  return reached
}

function transitions(place: Place, state: JsonObject): Transition[] {
  const direct = ['Next', 'Default'].flatMap((field) => target(place.at(field), state[field]))
  const nested = ['Choices', 'Catch'].flatMap((field) => {
    const list = Array.isArray(state[field]) ? state[field] : []
    return list.flatMap((item, index) => (isObject(item) ? target(place.at(field, index, 'Next'), item.Next) : []))
  })
  return [...direct, ...nested]
}

const target = (place: Place, value: Json | undefined): Transition[] =>
  typeof value === 'string' ? [{ target: value, place }] : []
