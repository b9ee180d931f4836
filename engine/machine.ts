/** Compiles a definition once into what the interpreter runs, so that a step neither parses nor searches. */
import { type Choose, compileChoices } from './choice'
import { type Catcher, compileCatchers, compileRetriers, type Retrier } from './failure'
import { compileIo, type Io } from './io'
import { isObject, type Json, type JsonObject } from './json'
import { compileJsonata, compileTemplate, type Field } from './payload'
import { parseResource, type Resource } from './resource'
import {
  compileInteger,
  compileItems,
  compileWait,
  type IntegerField,
  type ItemsField,
  type WaitField,
} from './settings'

export type Language = 'JSONPath' | 'JSONata'

/** A StartAt and the states around it: the machine itself, a branch, or an item processor. */
export interface Flow {
  startAt: string
  states: Record<string, State>
}

export interface Machine extends Flow {
  /** Seconds that a whole execution may take. */
  timeoutSeconds?: number
}

interface Common {
  name: string
  language: Language
  next?: string
  io: Io
  retriers: Retrier[]
  catchers: Catcher[]
}

export interface TaskState extends Common {
  type: 'Task'
  resource: Resource
  timeout: IntegerField
  heartbeat: IntegerField
  credentials?: Field
}
export interface MapState extends Common {
  type: 'Map'
  processor: Flow
  distributed: boolean
  items: ItemsField
  selector?: Field
  concurrency: IntegerField
  toleratedCount: IntegerField
  toleratedPercentage: IntegerField
  batch?: { items: IntegerField; bytes: IntegerField; input?: Field }
}
export type State =
  | TaskState
  | MapState
  | (Common & { type: 'Parallel'; branches: Flow[] })
  | (Common & { type: 'Choice'; choose: Choose })
  | (Common & { type: 'Wait'; until: WaitField })
  | (Common & { type: 'Pass' | 'Succeed' })
  | (Common & { type: 'Fail'; error?: Field; cause?: Field })

/** A definition that cannot be run at all; `validate` says more. */
export class DefinitionError extends Error {}

const compiled = new WeakMap<object, Machine>()
const byText = new Map<string, Machine>()

/** Compiles a definition (object or JSON text). Compiling the same one again answers the same machine. */
export function compile(definition: JsonObject | string): Machine {
  if (typeof definition === 'string') return compileText(definition)
  const known = compiled.get(definition)
  if (known) return known
  const machine = compileMachine(definition)
  compiled.set(definition, machine)
  return machine
}

function compileText(text: string): Machine {
  const known = byText.get(text)
  if (known) return known
  const machine = compileMachine(object(JSON.parse(text), 'The definition'))
  if (byText.size > 1000) byText.clear()
  byText.set(text, machine)
  return machine
}

function compileMachine(definition: JsonObject): Machine {
  const flow = compileFlow(definition, language(definition, 'JSONPath'))
  const timeout = definition.TimeoutSeconds
  return { ...flow, ...(typeof timeout === 'number' && { timeoutSeconds: timeout }) }
}

const language = (value: JsonObject, outer: Language): Language =>
  value.QueryLanguage === 'JSONata' || value.QueryLanguage === 'JSONPath' ? value.QueryLanguage : outer

function compileFlow(value: Json | undefined, outer: Language): Flow {
  const flow = object(value, 'A flow')
  const states: Record<string, State> = {}
  for (const [name, state] of Object.entries(object(flow.States, 'States'))) {
    states[name] = compileState(name, object(state, name), outer)
  }
  if (typeof flow.StartAt !== 'string' || !Object.hasOwn(states, flow.StartAt)) {
    throw new DefinitionError(`StartAt '${flow.StartAt}' is not a state`)
  }
  return { startAt: flow.StartAt, states }
}

function object(value: Json | undefined, what: string): JsonObject {
  if (!isObject(value)) throw new DefinitionError(`${what} must be an object`)
  return value
}

function compileState(name: string, raw: JsonObject, outer: Language): State {
  const lang = language(raw, outer)
  const common = {
    name,
    language: lang,
    ...(typeof raw.Next === 'string' && { next: raw.Next }),
    io: compileIo(raw, lang),
    retriers: compileRetriers(raw.Retry),
    catchers: compileCatchers(raw.Catch, lang),
  }
  switch (raw.Type) {
    case 'Task':
      return { ...common, type: 'Task', ...compileTask(raw, lang) }
    case 'Map':
      return { ...common, type: 'Map', ...compileMap(raw, lang, outer) }
    case 'Parallel':
      return { ...common, type: 'Parallel', branches: array(raw.Branches).map((branch) => compileFlow(branch, outer)) }
    case 'Choice':
      return { ...common, type: 'Choice', choose: compileChoices(raw, lang) }
    case 'Wait':
      return { ...common, type: 'Wait', until: compileWait(raw, lang) }
    case 'Fail':
      return { ...common, type: 'Fail', ...compileFail(raw, lang) }
    case 'Pass':
    case 'Succeed':
      return { ...common, type: raw.Type }
    default:
      throw new DefinitionError(`'${name}' has no known Type`)
  }
}

const array = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : [])

function compileTask(raw: JsonObject, lang: Language) {
  if (typeof raw.Resource !== 'string') throw new DefinitionError('A Task needs a Resource')
  return {
    resource: parseResource(raw.Resource),
    timeout: compileInteger(raw, 'TimeoutSeconds', lang),
    heartbeat: compileInteger(raw, 'HeartbeatSeconds', lang),
    ...(raw.Credentials !== undefined && { credentials: template(raw.Credentials, 'Credentials', lang) }),
  }
}

/** A payload template of either language, read against the state's input. */
function template(value: Json, field: string, lang: Language): Field {
  if (lang === 'JSONata') return compileJsonata(value, field)
  const compiledTemplate = compileTemplate(value)
  return (scope) => compiledTemplate(scope, scope.input)
}

function compileMap(raw: JsonObject, lang: Language, outer: Language) {
  const processor = object(raw.ItemProcessor ?? raw.Iterator, 'ItemProcessor')
  const config = isObject(processor.ProcessorConfig) ? processor.ProcessorConfig : {}
  if (raw.ItemReader !== undefined) throw new DefinitionError('ItemReader is not supported')
  const selector = raw.ItemSelector ?? raw.Parameters
  return {
    processor: compileFlow(processor, language(processor, outer)),
    distributed: config.Mode === 'DISTRIBUTED',
    items: compileItems(raw, lang),
    ...(selector !== undefined && { selector: template(selector, 'ItemSelector', lang) }),
    concurrency: compileInteger(raw, 'MaxConcurrency', lang),
    toleratedCount: compileInteger(raw, 'ToleratedFailureCount', lang),
    toleratedPercentage: compileInteger(raw, 'ToleratedFailurePercentage', lang),
    ...(isObject(raw.ItemBatcher) && { batch: compileBatcher(raw.ItemBatcher, lang) }),
  }
}

function compileBatcher(raw: JsonObject, lang: Language) {
  return {
    items: compileInteger(raw, 'MaxItemsPerBatch', lang),
    bytes: compileInteger(raw, 'MaxInputBytesPerBatch', lang),
    ...(raw.BatchInput !== undefined && { input: template(raw.BatchInput, 'ItemBatcher/BatchInput', lang) }),
  }
}

function compileFail(raw: JsonObject, lang: Language) {
  const error = failField(raw, 'Error', lang)
  const cause = failField(raw, 'Cause', lang)
  return { ...(error && { error }), ...(cause && { cause }) }
}

/** `Error`, or `ErrorPath` with a path or an intrinsic function. */
function failField(raw: JsonObject, name: 'Error' | 'Cause', lang: Language): Field | undefined {
  const dynamic = raw[`${name}Path`]
  if (typeof dynamic !== 'string') return raw[name] === undefined ? undefined : compileJsonataIf(raw[name], name, lang)
  const read = compileTemplate({ [`${name}Path.$`]: dynamic })
  return (scope) => {
    const value = read(scope, scope.input)
    return isObject(value) ? (value[`${name}Path`] ?? null) : null
  }
}

const compileJsonataIf = (value: Json, name: string, lang: Language): Field =>
  lang === 'JSONata' ? compileJsonata(value, name) : () => value
