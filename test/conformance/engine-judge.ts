/** Decides for each recording whether it is claimed, and whether the engine agrees with it. */
import { isObject, type Json, type JsonObject } from '../../engine/json'
import { validate } from '../../engine/validate'
import { differences, sameHistory } from './engine-compare'
import { definitionFor, flows, named, statesOf, Unclaimed } from './engine-definition'
import { historiesOf, payload, type RecordedEvent, type Recording } from './engine-recordings'
import { replay } from './engine-replay'
import { unify } from './engine-unify'

export interface Verdict {
  id: string
  features: string[]
  claimed: boolean
  passed: boolean
  /** Every event of the history agrees, with its place. */
  exact: boolean
  reasons: string[]
}

export async function judge(recording: Recording): Promise<Verdict> {
  const id = recording.id.split('::').slice(1).join('::') || recording.id
  try {
    const { features, reasons, exact } = await judgeByKind(recording)
    return { id, features, claimed: true, passed: reasons.length === 0, exact: exact && reasons.length === 0, reasons }
  } catch (error) {
    if (!(error instanceof Unclaimed))
      return { id, features: [], claimed: true, passed: false, exact: false, reasons: [String(error)] }
    return { id, features: [], claimed: false, passed: false, exact: false, reasons: [error.message] }
  }
}

interface Outcome {
  features: string[]
  reasons: string[]
  exact: boolean
}

async function judgeByKind(recording: Recording): Promise<Outcome> {
  if (/\/test_state\//.test(recording.id)) throw new Unclaimed('the TestState operation is not offered')
  const histories = historiesOf(recording)
  if (histories.length > 0) return judgeHistories(recording, histories)
  if (Array.isArray(recording.content.cases)) return judgeChoices(recording, recording.content.cases)
  const refusal = refusalOf(recording.content)
  if (refusal) return judgeRefusal(recording, refusal)
  const validation = recording.content.validation_response
  if (isObject(validation)) return judgeValidation(recording, validation)
  const ending = recording.content.start_execution_sync_response ?? recording.content.end_event
  if (isObject(ending)) return judgeEnding(recording, ending)
  throw new Unclaimed('records the control plane, not an execution')
}

async function judgeHistories(recording: Recording, histories: RecordedEvent[][]): Promise<Outcome> {
  const outcomes: Outcome[] = []
  for (const events of histories) outcomes.push(await judgeHistory(recording, events))
  return {
    features: [...new Set(outcomes.flatMap(({ features }) => features))],
    reasons: outcomes.flatMap(({ reasons }) => reasons),
    exact: outcomes.every(({ exact }) => exact),
  }
}

async function judgeHistory(recording: Recording, recorded: RecordedEvent[]): Promise<Outcome> {
  const definition = definitionFor(recording, recorded)
  refuseUnsupported(definition)
  if (JSON.stringify(recorded.at(-1)).includes('could not be used to start the Task')) {
    throw new Unclaimed('the service integration refused its parameters by rules of its own')
  }
  const events = unmaskTimes(definition, recorded)
  const result = await replay(definition, payload(events[0]?.details.input), events)
  return {
    features: featuresOf(definition),
    reasons: differences(events, result, Object.keys(definition.States ?? {})),
    exact: sameHistory(events, result.history),
  }
}

/** What the engine does not claim, because a recording of it holds no outcome that could be fed back. */
function refuseUnsupported(definition: JsonObject) {
  for (const [, state] of statesOf(definition)) {
    if (state.ItemReader !== undefined)
      throw new Unclaimed('distributed Map with ItemReader: the objects it reads are not recorded')
    if (state.ResultWriter !== undefined)
      throw new Unclaimed('distributed Map with ResultWriter: the objects it writes are not recorded')
    const processor = isObject(state.ItemProcessor) ? state.ItemProcessor : state.Iterator
    if (!isObject(processor) || !JSON.stringify(processor.ProcessorConfig ?? {}).includes('DISTRIBUTED')) continue
    const tasks = flows(processor).some(({ States }) => JSON.stringify(States).includes('"Type":"Task"'))
    if (tasks) throw new Unclaimed('distributed Map whose children run tasks: their histories are not recorded')
  }
}

const BLANKED = /"(date|<timestamp>|timestamp|datetime)"/g

/** The recorder blanked timestamps. The cause of an error tells it; one that was over at once may be any in the past. */
function unmaskTimes(definition: JsonObject, events: RecordedEvent[]): RecordedEvent[] {
  const waits = statesOf(definition).some(([, state]) => state.TimestampPath !== undefined)
  const text = JSON.stringify(events)
  if (!waits || !text.match(BLANKED)) return events
  const said = / == (\d[^"]*)"/.exec(text)?.[1]
  if (said === undefined && !text.includes('WaitStateExited'))
    throw new Unclaimed('the timestamp that decides is blanked in the recording')
  return JSON.parse(text.replace(BLANKED, JSON.stringify(said ?? '2016-03-14T01:59:00Z')))
}

function featuresOf(definition: JsonObject): string[] {
  const states = statesOf(definition)
  const types = states.map(([, state]) => `state ${state.Type}`)
  const text = JSON.stringify(definition)
  const fields = [
    'Retry',
    'Catch',
    'Assign',
    'Output',
    'ItemSelector',
    'ResultSelector',
    'TimeoutSeconds',
    'HeartbeatSeconds',
  ]
  const used = fields.filter((field) =>
    states.some(([, state]) => state[field] !== undefined || state[`${field}Path`] !== undefined),
  )
  const language = text.includes('"QueryLanguage":"JSONata"') ? 'JSONata' : 'JSONPath'
  return [
    ...new Set(types),
    ...used.map((field) => `field ${field}`),
    `language ${language}`,
    ...(text.includes('States.') && /"States\.[A-Z]\w+\(/.test(text) ? ['intrinsic functions'] : []),
    ...(text.includes('.waitForTaskToken') ? ['callback tasks'] : []),
    ...(text.includes('$$') || text.includes('$states.context') ? ['context object'] : []),
    ...(text.includes('DISTRIBUTED') ? ['distributed Map without readers and tasks'] : []),
  ]
}

/** `test_string_less_than_path` was recorded with the operator StringLessThanPath on a template of two outcomes. */
async function judgeChoices(recording: Recording, cases: Json[]): Promise<Outcome> {
  const test = /::test_([a-z_]+)(\[|$)/.exec(recording.id)?.[1] ?? ''
  const operator = test.replace(/(^|_)([a-z])/g, (_, __, letter: string) => letter.toUpperCase())
  if (operator.includes('Timestamp') && JSON.stringify(cases).includes('"date"')) {
    throw new Unclaimed('the timestamps that decide are blanked in the recording')
  }
  const reasons: string[] = []
  for (const recorded of cases) if (isObject(recorded)) reasons.push(...(await judgeChoice(operator, recorded)))
  return { features: ['state Choice', 'choice operators'], reasons, exact: true }
}

async function judgeChoice(operator: string, { input, output }: JsonObject): Promise<string[]> {
  const operand = operator.endsWith('Path') ? '$.Value' : isObject(input) ? (input.Value ?? null) : null
  const rule = { Variable: '$.Variable', [operator]: operand, Next: 'ConditionTrue' }
  const outcome = (name: string) => ({ Type: 'Pass', Result: { 'TestResult.$': name }, End: true })
  const definition = {
    StartAt: 'CheckValues',
    States: {
      CheckValues: { Type: 'Choice', Choices: [rule], Default: 'ConditionFalse' },
      ConditionTrue: outcome('ConditionTrue'),
      ConditionFalse: outcome('ConditionFalse'),
    },
  }
  const { execution } = await replay(definition, input ?? null, [])
  const got = execution.output ?? { error: execution.error ?? '', cause: execution.cause ?? '' }
  return unify(output, got) ? [] : [`${operator} ${JSON.stringify(input)}: got ${JSON.stringify(got)}`]
}

interface Refusal {
  message: string
}

/** CreateStateMachine said that the definition is invalid. */
function refusalOf(content: JsonObject): Refusal | undefined {
  for (const answer of Object.values(content)) {
    if (!isObject(answer)) continue
    if (isObject(answer.Error) && answer.Error.Code === 'InvalidDefinition')
      return { message: String(answer.Error.Message) }
    if (answer.exception_typename === 'InvalidDefinition') return { message: String(answer.exception_value) }
  }
  return undefined
}

function judgeRefusal(recording: Recording, { message }: Refusal): Outcome {
  const quoted = /in definition '(\{.*\})'\.?$/s.exec(message)?.[1]
  const definition = quoted === undefined ? refusedTemplate(recording) : payload(quoted)
  const findings = validate(definition)
  const location = / at (\/\S*?)'?$/.exec(message)?.[1]
  return expectFindings(findings, location)
}

function refusedTemplate(recording: Recording): JsonObject {
  const known = named(recording, recording.templates)
  if (known) return known.definition
  const [only, more] = recording.templates
  if (!only || more || recording.parameter !== undefined)
    throw new Unclaimed('the definition that was refused is not recorded')
  return only.definition
}

function expectFindings(findings: { pointer: string; message: string }[], location: string | undefined): Outcome {
  const features = ['validation']
  if (findings.length === 0)
    return { features, reasons: ['the definition was refused, but no problem is found'], exact: false }
  const there =
    location === undefined || findings.some(({ pointer }) => `${pointer}/`.startsWith(location.replace(/\/$/, '')))
  const found = findings.map(({ pointer, message }) => `${pointer} ${message}`).join('; ')
  return { features, reasons: there ? [] : [`refused at ${location}, but found: ${found}`], exact: there }
}

function judgeValidation(recording: Recording, response: JsonObject): Outcome {
  if (recording.parameter === 'ILLEGAL_WFTT') throw new Unclaimed('rules of Express workflows')
  const definition = named(recording, recording.templates)?.definition
  if (!definition) throw new Unclaimed('the definition that was validated is not recorded')
  const findings = validate(definition)
  if (response.result === 'OK') {
    const reasons = findings.map(({ pointer, message }) => `valid, but found: ${pointer} ${message}`)
    return { features: ['validation'], reasons, exact: reasons.length === 0 }
  }
  const [diagnostic] = Array.isArray(response.diagnostics) ? response.diagnostics.filter(isObject) : []
  return expectFindings(findings, typeof diagnostic?.location === 'string' ? diagnostic.location : undefined)
}

/** Express workflows record only how they ended. */
async function judgeEnding(recording: Recording, ending: JsonObject): Promise<Outcome> {
  const end = isObject(ending.details) ? { ...ending, ...ending.details } : ending
  const template = named(recording, recording.templates) ?? recording.templates[0]
  if (!template) throw new Unclaimed('no definition is recorded with it')
  if (JSON.stringify(template.definition).includes('"Type":"Task"')) {
    throw new Unclaimed('an Express workflow whose task outcomes are not recorded')
  }
  const input = payload(end.input ?? recording.literalInputs[0])
  const { execution } = await replay(template.definition, input, [], 'express')
  const reasons: string[] = []
  if (end.output !== undefined && !unify(payload(end.output), execution.output))
    reasons.push(`output: got ${JSON.stringify(execution.output)}`)
  if (!unify(end.error, execution.error)) reasons.push(`error: got ${execution.error}`)
  if (!unify(end.cause, execution.cause)) reasons.push(`cause: got ${execution.cause}`)
  return { features: [...featuresOf(template.definition), 'express ending'], reasons, exact: reasons.length === 0 }
}
