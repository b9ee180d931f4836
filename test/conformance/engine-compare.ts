/** Compares a replay with the recorded history. Each difference is a sentence; none means that they agree. */
import type { HistoryEvent } from '../../engine/history'
import { isObject, type Json } from '../../engine/json'
import { isEntered } from './engine-definition'
import { payload, type RecordedEvent } from './engine-recordings'
import type { Replay } from './engine-replay'
import { unify, unifyBag } from './engine-unify'

/** `top` names the states of the outermost flow. */
export function differences(recorded: RecordedEvent[], { execution, history, stuck }: Replay, top: string[]): string[] {
  const ending = recorded.at(-1)
  const ended = /^Execution(Succeeded|Failed|TimedOut|Aborted)$/.test(ending?.type ?? '')
  if (stuck && ended) return [`the run stopped: ${stuck}`]
  const concurrent = recorded.some(({ type, id }) => id === 0 || /^(ParallelState|MapIteration)Started$/.test(type))
  const states = concurrent ? compareBags(recorded, history, top) : compareSequence(recorded, history)
  const last = history.at(-1)
  const final = ended && ending && last ? compareEnding(ending, last) : []
  if (!ended && execution.status !== 'RUNNING') final.push(`it ended ${execution.status}, but was recorded running`)
  return [...states, ...final, ...compareTasks(recorded, history)]
}

const isState = ({ type }: { type: string }) => /State(Entered|Exited)$/.test(type)
const label = ({ type, details }: { type: string; details?: { [key: string]: Json } }) => `${type} ${details?.name}`
const value = (details: { [key: string]: Json } | undefined) => details?.input ?? details?.output ?? null

function compareSequence(recorded: RecordedEvent[], history: HistoryEvent[]): string[] {
  const expected = recorded.filter(isState)
  const actual = history.filter(isState)
  const names = [expected.map(label), actual.map(label)]
  if (JSON.stringify(names[0]) !== JSON.stringify(names[1])) {
    return [`states: expected ${names[0]?.join(', ')} but got ${names[1]?.join(', ')}`]
  }
  return expected.flatMap((event, index) => compareState(event, actual[index]))
}

function compareState(event: RecordedEvent, actual: HistoryEvent | undefined): string[] {
  const wanted = payload(event.details.input ?? event.details.output)
  const got = value(actual?.details)
  const wrong = unify(wanted, got)
    ? []
    : [`${label(event)}: expected ${JSON.stringify(wanted)} but got ${JSON.stringify(got)}`]
  const variables = assigned(event.details.assignedVariables)
  const assignedVariables = actual?.details?.assignedVariables ?? {}
  if (!unify(variables, assignedVariables)) {
    wrong.push(`${label(event)}: assigned ${JSON.stringify(assignedVariables)}, expected ${JSON.stringify(variables)}`)
  }
  return wrong
}

function assigned(variables: Json | undefined): Json {
  if (!isObject(variables)) return {}
  return Object.fromEntries(Object.entries(variables).map(([name, text]) => [name, payload(text)]))
}

/** Branches have no order among themselves: the same states with the same payloads, and the same top level order. */
function compareBags(recorded: RecordedEvent[], history: HistoryEvent[], top: string[]): string[] {
  const given = recorded.some(({ type }) => /^(ParallelState|MapState)Failed$/.test(type))
  // Some recordings have lost events: their numbers have gaps. What is left must still be found.
  const pruned = recorded.length < (recorded.at(-1)?.id ?? 0)
  const labels = new Set([...recorded, ...history].filter(isState).map(label))
  return [...labels].flatMap((name) => {
    const expected = recorded
      .filter((event) => isState(event) && label(event) === name)
      .map(({ details }) => payload(details.input ?? details.output))
    const actual = history
      .filter((event) => isState(event) && label(event) === name)
      .map(({ details }) => value(details))
    if (unifyBag(expected, actual) || (pruned && expected.length === 0)) return []
    // How far the siblings of a branch that failed had come is not determined.
    const inner = !top.includes(name.slice(name.indexOf(' ') + 1))
    if (given && inner && (expected.length === 0 || actual.length === 0)) return []
    return [`${name}: expected ${JSON.stringify(expected)} but got ${JSON.stringify(actual)}`]
  })
}

function compareEnding(ending: RecordedEvent, last: HistoryEvent): string[] {
  if (ending.type !== last.type)
    return [`ended with ${last.type} ${JSON.stringify(last.details)}, expected ${ending.type}`]
  const { output, error, cause } = ending.details
  const wrong: string[] = []
  if (output !== undefined && !unify(payload(output), last.details?.output))
    wrong.push(`output: got ${JSON.stringify(last.details?.output)}`)
  if (!unify(error, last.details?.error)) wrong.push(`error: expected ${error} but got ${last.details?.error}`)
  if (!unify(cause, last.details?.cause))
    wrong.push(`cause: expected ${JSON.stringify(cause)} but got ${last.details?.cause}`)
  return wrong
}

/** What each task was asked. */
function compareTasks(recorded: RecordedEvent[], history: HistoryEvent[]): string[] {
  const scheduled = ({ type }: { type: string }) => /^(Task|LambdaFunction|Activity)Scheduled$/.test(type)
  const expected = recorded.filter(scheduled).map(({ details }) => payload(details.parameters ?? details.input))
  const actual = history.filter(scheduled).map(({ details }) => details?.parameters ?? details?.input ?? null)
  return unifyBag(expected, actual)
    ? []
    : [`task arguments: expected ${JSON.stringify(expected)} but got ${JSON.stringify(actual)}`]
}

/** Whether the whole history agrees: every event, in order, each after the same one. */
export function sameHistory(recorded: RecordedEvent[], history: HistoryEvent[]): boolean {
  return (
    recorded.length === history.length &&
    recorded.every((event, index) => {
      const own = history[index]
      return event.type === own?.type && (event.id === 0 || event.previousEventId === own.previousEventId)
    })
  )
}

export const enteredNames = (events: RecordedEvent[]) => events.filter(isEntered).map(({ details }) => details.name)
