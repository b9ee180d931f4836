/** Runs a recorded execution again, feeding back what its tasks had answered, and compares. */
import { advance, start } from '../../engine/advance'
import type { Clock, Execution, ExecutionEvent, Step, TaskEffect } from '../../engine/execution'
import type { HistoryEvent } from '../../engine/history'
import { isObject, type Json, type JsonObject } from '../../engine/json'
import { payload, type RecordedEvent } from './engine-recordings'
import { unify } from './engine-unify'

export interface Replay {
  execution: Execution
  history: HistoryEvent[]
  /** Why the run could not go on, where it could not. */
  stuck?: string
}

/** One task as recorded: what it was asked, and the events that answered. */
interface RecordedTask {
  args: Json
  state: string | undefined
  answers: RecordedEvent[]
  engineTask?: number
}

const SCHEDULED = /^(Task|LambdaFunction|Activity)Scheduled$/
const ANSWER = /^(Task|LambdaFunction|Activity)(Submitted|Succeeded|(Schedule|Start|Submit)?Failed|TimedOut)$/

function recordedTasks(events: RecordedEvent[]): RecordedTask[] {
  const tasks: (RecordedTask & { ids: Set<number> })[] = []
  let unnumbered = 0
  for (const event of events) {
    if (SCHEDULED.test(event.type)) {
      tasks.push({
        args: payload(event.details.parameters ?? event.details.input),
        state: enteredBefore(events, event),
        answers: [],
        ids: new Set([event.id]),
      })
      continue
    }
    const owner = event.id === 0 ? undefined : tasks.find(({ ids }) => ids.has(event.previousEventId))
    if (owner) owner.ids.add(event.id)
    if (!ANSWER.test(event.type)) continue
    const task = owner ?? tasks[unnumbered++]
    task?.answers.push(event)
  }
  return tasks
}

function enteredBefore(events: RecordedEvent[], scheduled: RecordedEvent): string | undefined {
  if (scheduled.id === 0) return undefined
  const entered = events.find(({ id, type }) => id === scheduled.previousEventId && type === 'TaskStateEntered')
  return entered && String(entered.details.name)
}

const START = Date.parse('2024-01-01T00:00:00Z')

/** `kind` is the part of the execution's ARN that tells Standard from Express. */
export async function replay(
  definition: JsonObject,
  input: Json,
  events: RecordedEvent[],
  kind: 'execution' | 'express' = 'execution',
): Promise<Replay> {
  return new Replayer(definition, events).run(input, kind)
}

class Replayer {
  private readonly tasks: RecordedTask[]
  private readonly answers: { task: RecordedTask; event: RecordedEvent }[]
  private readonly history: HistoryEvent[] = []
  private readonly clock: Clock = { now: START }

  constructor(
    private readonly definition: JsonObject,
    private readonly events: RecordedEvent[],
  ) {
    this.tasks = recordedTasks(events)
    this.answers = this.tasks
      .flatMap((task) => task.answers.map((event) => ({ task, event })))
      .sort((a, b) => events.indexOf(a.event) - events.indexOf(b.event))
  }

  async run(input: Json, kind: string): Promise<Replay> {
    const roleArn = String(this.events[0]?.details.roleArn ?? '')
    const machine = 'arn:aws:states:us-east-1:111111111111:stateMachine:recorded'
    const id = `arn:aws:states:us-east-1:111111111111:${kind}:recorded:run:1`
    const context = { id, name: 'run', roleArn, stateMachine: { id: machine, name: 'recorded' }, seed: 1 }
    let step = this.note(await start(this.definition, input, context, this.clock))
    for (let turns = 0; step.execution.status === 'RUNNING' && turns < 1000; turns++) {
      const event = this.next(step.execution)
      if (!event) return { execution: step.execution, history: this.history, stuck: 'nothing more is recorded' }
      step = this.note(await advance(this.definition, step.execution, event, this.clock))
    }
    return { execution: step.execution, history: this.history }
  }

  private note(step: Step): Step {
    this.history.push(...step.history)
    for (const effect of step.effects) if (effect.type === 'task') this.bind(effect, step.history)
    return step
  }

  /** Joins a task of the engine with a recorded one: same state where known, same arguments where possible. */
  private bind(effect: TaskEffect, history: HistoryEvent[]) {
    const scheduled = history.filter(({ type }) => SCHEDULED.test(type)).at(effectIndex(effect, history))
    const entered = this.history.find(
      ({ id, type }) => id === scheduled?.previousEventId && type === 'TaskStateEntered',
    )
    const state = entered?.details?.name
    const free = this.tasks.filter((task) => task.engineTask === undefined)
    const known = free.filter((task) => task.state === undefined || state === undefined || task.state === state)
    const task = known.find(({ args }) => unify(args, effect.arguments)) ?? known[0]
    if (task) task.engineTask = effect.task
  }

  private next(execution: Execution): ExecutionEvent | undefined {
    const waiting = this.answers.find(({ task }) => task.engineTask !== undefined)
    if (waiting && (waiting === this.answers[0] || execution.wakeAt === undefined))
      return this.answer(waiting, execution)
    const aborted = this.events.find(({ type }) => type === 'ExecutionAborted')
    if (aborted && !waiting) return { type: 'stop' }
    if (!this.ended() && this.answers.length === 0) return undefined
    if (execution.wakeAt === undefined) return undefined
    this.clock.now = execution.wakeAt
    return { type: 'time' }
  }

  private ended(): boolean {
    return /^Execution(Succeeded|Failed|TimedOut|Aborted)$/.test(this.events.at(-1)?.type ?? '')
  }

  private answer(waiting: { task: RecordedTask; event: RecordedEvent }, execution: Execution): ExecutionEvent {
    const { task, event } = waiting
    this.answers.splice(this.answers.indexOf(waiting), 1)
    const number = task.engineTask ?? 0
    const { output, error, cause } = event.details
    if (event.type.endsWith('TimedOut')) {
      this.clock.now = execution.wakeAt ?? this.clock.now
      return { type: 'time' }
    }
    this.clock.now += 1
    if (event.type.endsWith('Submitted')) return { type: 'taskSubmitted', task: number, output: payload(output) }
    if (event.type.endsWith('Succeeded')) return { type: 'taskSucceeded', task: number, output: payload(output) }
    return {
      type: 'taskFailed',
      task: number,
      ...(error !== undefined && { error: String(error) }),
      ...(cause !== undefined && { cause: typeof cause === 'string' ? cause : JSON.stringify(cause) }),
    }
  }
}

/** Position of a task's scheduled event among those of one step: tasks are scheduled in the order of their numbers. */
function effectIndex(effect: TaskEffect, history: HistoryEvent[]): number {
  const scheduled = history.filter(({ type }) => SCHEDULED.test(type)).length
  return scheduled === 1 ? 0 : indexes(effect, history)
}

function indexes(effect: TaskEffect, history: HistoryEvent[]): number {
  const all = history.filter(({ type }) => SCHEDULED.test(type))
  const found = all.findIndex(
    ({ details }) => isObject(details) && unify(details.parameters ?? details.input, effect.arguments),
  )
  return Math.max(0, found)
}
