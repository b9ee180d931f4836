/**
 * Drives the engine: each step is stored with its effects in one transaction before any effect is acted on. After a
 * crash, timers are armed and open tasks are sent again; a task may so be sent twice, an execution never ends twice.
 */
import { randomInt } from 'node:crypto'
import { advance, start } from '../engine/advance'
import type { Effect, Execution, ExecutionEvent, Step, TaskEffect } from '../engine/execution'
import type { HistoryEvent } from '../engine/history'
import type { Runtime } from './service'
import { createWorker, transact } from './sql'
import { announce } from './step-functions-events'
import { createSender } from './step-functions-sender'
import type { ExecutionRow, Store } from './step-functions-store'
import type { Perform } from './step-functions-tasks'
import { createTokens } from './step-functions-tokens'

export interface Host {
  /** Makes a stored execution start after the present transaction. */
  begin(id: number): void
  /** Applies an event; settles once it is stored. */
  submit(id: number, event: ExecutionEvent): Promise<void>
  /** The task that a token stands for; undefined for a token that was never given out. */
  readToken(token: string): { execution: number; task: number } | undefined
  /** Calls back when the execution has ended. */
  onEnd(id: number, callback: () => void): void
  boot(): void
  close(): void
}

interface Pending {
  event: ExecutionEvent | undefined
  resolve(): void
  reject(error: unknown): void
}

/** What one turn does to one execution. */
interface Turn {
  row: ExecutionRow
  execution: Execution
  effects: Effect[]
  history: HistoryEvent[]
  events: ExecutionEvent[]
  transitions: number
}

/** Executions advanced by one transaction. */
const BATCH = 200
const DUE_AT_ONCE = 1000

export function createHost(runtime: Runtime, store: Store, perform: Perform): Host {
  const inbox = new Map<number, Pending[]>()
  const endings = new Map<number, (() => void)[]>()
  const tokens = createTokens(runtime)
  const sender = createSender(runtime, (id, effect) => send(id, effect))
  const timer = createWorker(runtime, 'timers of executions', fireTimers)
  let pumping = false
  let closed = false

  function enqueue(id: number, pending: Pending) {
    const queue = inbox.get(id)
    if (queue) queue.push(pending)
    else inbox.set(id, [pending])
    if (pumping || closed) return
    pumping = true
    const busy = runtime.busy('executions')
    setImmediate(() => {
      pump()
        .catch((error: unknown) => runtime.log('error', 'executions stopped', { error: String(error) }))
        .finally(() => busy.done())
    })
  }

  const submit = (id: number, event?: ExecutionEvent) =>
    new Promise<void>((resolve, reject) => enqueue(id, { event, resolve, reject }))

  async function pump(): Promise<void> {
    try {
      while (inbox.size > 0 && !closed) await turn()
    } finally {
      pumping = false
    }
  }

  async function turn(): Promise<void> {
    const batch = [...inbox].slice(0, BATCH)
    for (const [id] of batch) inbox.delete(id)
    const pending = batch.flatMap(([, queue]) => queue)
    try {
      const turns: Turn[] = []
      for (const [id, queue] of batch) {
        const done = await take(id, queue)
        if (done) turns.push(done)
      }
      if (closed) throw new Error('The runtime has stopped')
      transact(runtime.state, () => turns.forEach(persist))
      for (const done of turns) act(done)
      for (const { resolve } of pending) resolve()
    } catch (error) {
      for (const { reject } of pending) reject(error)
      if (!closed) runtime.log('error', 'a step of executions failed', { error: String(error) })
    }
  }

  /** Advances one execution by the events that wait for it. */
  async function take(id: number, queue: Pending[]): Promise<Turn | undefined> {
    const row = store.byId(id)
    if (row?.status !== 'RUNNING') return undefined
    const events = queue.flatMap(({ event }) => (event ? [event] : []))
    try {
      return await advanceAll(row, events)
    } catch (error) {
      runtime.log('error', 'the engine failed', { execution: row.arn, error: String(error) })
      return broken(row, events, String(error))
    }
  }

  async function advanceAll(row: ExecutionRow, events: ExecutionEvent[]): Promise<Turn> {
    const definition = store.definition(row.definition)
    const clock = { now: runtime.clock.now(), token: (_: string, task: number) => tokens.make(row.id, task) }
    const steps: Step[] = []
    let execution = row.state === null ? undefined : thaw(row.state, row.input)
    const before = execution?.transitions ?? -1
    if (!execution) {
      const [, , , , , , machineName = ''] = row.machine.split(':')
      const context = {
        id: row.arn,
        name: row.name,
        roleArn: row.role,
        stateMachine: { id: row.machine, name: machineName },
        seed: randomInt(2 ** 31),
      }
      steps.push(await start(definition, JSON.parse(row.input), context, clock))
    }
    for (const event of events) {
      const current = steps.at(-1)?.execution ?? execution
      if (current) steps.push(await advance(definition, current, event, clock))
    }
    execution = steps.at(-1)?.execution ?? execution
    if (!execution) throw new Error('An execution without a state')
    return {
      row,
      execution,
      effects: steps.flatMap(({ effects }) => effects),
      history: steps.flatMap(({ history }) => history),
      events,
      transitions: execution.transitions - before,
    }
  }

  function persist({ row, execution, effects, history, events }: Turn) {
    const running = execution.status === 'RUNNING'
    store.updateExecution(
      execution.status,
      running ? null : runtime.clock.now(),
      execution.output === undefined ? null : JSON.stringify(execution.output),
      execution.error ?? null,
      execution.cause ?? null,
      running ? freeze(execution) : null,
      execution.wakeAt ?? null,
      row.id,
    )
    store.appendHistory(row.id, history)
    for (const effect of effects)
      if (effect.type === 'task') store.insertTask(row.id, effect.task, JSON.stringify(effect))
    for (const effect of effects) if (effect.type === 'cancel') store.deleteTask(row.id, effect.task)
    for (const event of events) persistEvent(row.id, event)
    if (!running) store.deleteTasks(row.id)
    announceChange(row)
  }

  /** Of its status as it now stands; that it goes on running is no change. */
  function announceChange({ id, state }: ExecutionRow) {
    const row = store.byId(id)
    if (row && (state === null || row.status !== 'RUNNING')) announce(runtime, row)
  }

  function persistEvent(id: number, event: ExecutionEvent) {
    if (event.type === 'taskSucceeded' || event.type === 'taskFailed') store.deleteTask(id, event.task)
    if (event.type !== 'taskSubmitted') return
    const row = store.task(id, event.task)
    if (!row) return
    const { arguments: _, ...effect }: TaskEffect = JSON.parse(row.effect)
    store.acceptTask(JSON.stringify({ ...effect, arguments: null }), id, event.task)
  }

  function act({ row, execution, effects, transitions }: Turn) {
    runtime.count('stateTransitions', transitions)
    const cancelled = new Set(effects.flatMap((effect) => (effect.type === 'cancel' ? [effect.task] : [])))
    for (const effect of effects) {
      if (effect.type === 'task' && !cancelled.has(effect.task) && execution.status === 'RUNNING')
        sender.add(row.id, effect)
      if (effect.type === 'timer') timer.wakeAt(effect.at)
    }
    if (execution.status !== 'RUNNING') ended(row.id)
  }

  function ended(id: number) {
    for (const callback of endings.get(id) ?? []) callback()
    endings.delete(id)
    reportToParent(store.byId(id))
  }

  function reportToParent(row: ExecutionRow | undefined) {
    if (!row || row.parent === null || row.parentTask === null || row.status === 'RUNNING') return
    const task = store.task(row.parent, row.parentTask)
    const effect: TaskEffect | undefined = task && JSON.parse(task.effect)
    if (effect?.pattern === 'sync') background(submit(row.parent, perform.ofChild(row, effect)))
  }

  async function send(id: number, effect: TaskEffect): Promise<void> {
    const row = store.byId(id)
    if (row?.status !== 'RUNNING') return
    const answer = await perform.run(row, effect)
    if (answer && !closed) await submit(id, answer)
    const child = store.childOf(id, effect.task)
    if (child) reportToParent(child)
  }

  function fireTimers() {
    const due = store.due(runtime.clock.now(), DUE_AT_ONCE)
    const fired = due.map(({ id }) => submit(id, { type: 'time' }))
    // Armed again only once these are stored: until then they would be due still.
    background(Promise.all(fired).finally(armTimer))
  }

  function armTimer() {
    const at = closed ? undefined : store.nextWake()?.at
    if (typeof at === 'number') timer.wakeAt(at)
  }

  /** Work that nobody waits for: what fails is in the log, and is done again after a restart. */
  function background(work: Promise<unknown>) {
    work.catch(() => {})
  }

  return {
    begin: (id) => background(submit(id)),
    submit,
    readToken: tokens.read,
    onEnd(id, callback) {
      endings.set(id, [...(endings.get(id) ?? []), callback])
    },
    boot() {
      for (const { id } of store.notStarted()) background(submit(id))
      for (const { execution, effect } of store.openTasks()) sender.add(execution, JSON.parse(effect))
      for (const { execution, task } of store.waitingTasks()) reportToParent(store.childOf(execution, task))
      armTimer()
    },
    close() {
      closed = true
      timer.close()
      sender.close()
      for (const { reject } of [...inbox.values()].flat()) reject(new Error('The runtime has stopped'))
      inbox.clear()
    },
  }
}

/** The engine's state without the input, which the row has already. */
function freeze(execution: Execution): string {
  const { Input: _, ...context } = execution.context.Execution
  return JSON.stringify({ ...execution, context: { ...execution.context, Execution: context } })
}

function thaw(state: string, input: string): Execution {
  const execution: Execution = JSON.parse(state)
  execution.context.Execution.Input = JSON.parse(input)
  return execution
}

/** A defect of ours must not leave an execution running for ever. */
function broken(row: ExecutionRow, events: ExecutionEvent[], cause: string): Turn {
  const context = {
    Id: row.arn,
    Input: null,
    Name: row.name,
    RoleArn: row.role,
    StartTime: new Date(row.startedAt).toISOString(),
  }
  const execution: Execution = {
    status: 'FAILED',
    context: { Execution: context, StateMachine: { Id: row.machine, Name: '' } },
    now: row.startedAt,
    seed: 0,
    events: 0,
    tasks: 0,
    transitions: 0,
    error: 'States.Runtime',
    cause,
  }
  return { row, execution, effects: [], history: [], events, transitions: 0 }
}
