/** Drives the engine in virtual time, with tasks answered by functions. */
import { advance, start } from '../../../engine/advance'
import type { Clock, Execution, ExecutionEvent, Step, TaskEffect } from '../../../engine/execution'
import type { HistoryEvent } from '../../../engine/history'
import type { Json, JsonObject } from '../../../engine/json'

export class TaskError extends Error {
  constructor(
    readonly error: string,
    readonly detail?: string,
  ) {
    super(error)
  }
}

/** Answers a task by its arguments; throws TaskError to fail it; undefined leaves it unanswered. */
export type Answer = (args: Json, effect: TaskEffect) => Json | undefined

export interface Result {
  execution: Execution
  status: Execution['status']
  output: Json | undefined
  error: string | undefined
  cause: string | undefined
  history: HistoryEvent[]
  /** Names of the states, in the order they were entered. */
  entered: Json[]
  tasks: TaskEffect[]
  cancelled: number[]
  /** Virtual milliseconds from start to end. */
  took: number
}

export const T0 = Date.parse('2030-01-01T00:00:00Z')

export const CONTEXT = {
  id: 'arn:aws:states:eu-central-1:000000000000:execution:m:run',
  name: 'run',
  roleArn: 'arn:aws:iam::000000000000:role/machine',
  stateMachine: { id: 'arn:aws:states:eu-central-1:000000000000:stateMachine:m', name: 'm' },
  seed: 42,
}

export interface Options {
  answer?: Answer
  /** Applied to each execution between two steps, e.g. a round trip through JSON. */
  between?: (execution: Execution) => Execution
  seed?: number
  /** Stop when nothing but time could go on. */
  untilWaiting?: boolean
}

export async function drive(definition: JsonObject, input: Json = {}, options: Options = {}): Promise<Result> {
  const { answer = (args) => args, between = (execution) => execution, seed = 42, untilWaiting = false } = options
  const clock: Clock = { now: T0 }
  const steps: Step[] = [await start(definition, input, { ...CONTEXT, seed }, clock)]
  const open: TaskEffect[] = []
  let step = steps[0]
  for (let turns = 0; step && step.execution.status === 'RUNNING' && turns < 10_000; turns++) {
    open.push(...step.effects.filter((effect) => effect.type === 'task'))
    const event = nextEvent(open, answer) ?? (untilWaiting ? undefined : timePasses(step.execution, clock))
    if (!event) break
    step = await advance(definition, between(step.execution), event, clock)
    steps.push(step)
  }
  return summarise(steps)
}

function nextEvent(open: TaskEffect[], answer: Answer): ExecutionEvent | undefined {
  for (let effect = open.shift(); effect; effect = open.shift()) {
    const { task } = effect
    try {
      const output = answer(effect.arguments, effect)
      if (output !== undefined) return { type: 'taskSucceeded', task, output }
    } catch (error) {
      if (!(error instanceof TaskError)) throw error
      return {
        type: 'taskFailed',
        task,
        error: error.error,
        ...(error.detail !== undefined && { cause: error.detail }),
      }
    }
  }
  return undefined
}

function timePasses(execution: Execution, clock: Clock): ExecutionEvent | undefined {
  if (execution.wakeAt === undefined) return undefined
  clock.now = execution.wakeAt
  return { type: 'time' }
}

function summarise(steps: Step[]): Result {
  const execution = steps.at(-1)?.execution
  if (!execution) throw new Error('nothing ran')
  const history = steps.flatMap((step) => step.history)
  const effects = steps.flatMap((step) => step.effects)
  return {
    execution,
    status: execution.status,
    output: execution.output,
    error: execution.error,
    cause: execution.cause,
    history,
    entered: history.filter(({ type }) => type.endsWith('StateEntered')).map(({ details }) => details?.name ?? ''),
    tasks: effects.filter((effect) => effect.type === 'task'),
    cancelled: effects.flatMap((effect) => (effect.type === 'cancel' ? [effect.task] : [])),
    took: execution.now - T0,
  }
}

/** A machine of one state, which ends it. */
export const only = (state: JsonObject, more: JsonObject = {}): JsonObject => ({
  ...more,
  StartAt: 'S',
  States: { S: { ...(['Succeed', 'Fail', 'Choice'].includes(String(state.Type)) ? {} : { End: true }), ...state } },
})

export const JSONATA = { QueryLanguage: 'JSONata' }
export const FUNCTION = 'arn:aws:lambda:eu-central-1:000000000000:function:f'
export const INVOKE = 'arn:aws:states:::lambda:invoke'
