/** One step of an execution in progress: the mutable copy, the work still to do, and what it has produced. */
import { contextOf } from './context'
import { IntrinsicError, runtimeError, StateError } from './errors'
import type { Block, Clock, Effect, Execution, Step, Thread } from './execution'
import { findMatch, retryDelay } from './failure'
import type { HistoryEvent } from './history'
import type { Finished } from './io'
import { exceedsPayloadLimit, type Json, type JsonObject } from './json'
import type { Flow, Machine, State } from './machine'
import type { Scope } from './payload'
import { next, type Random } from './random'

/** A thread with its surroundings. `index` is its place in the parent's branches or items. */
export interface Node {
  thread: Thread
  flow: Flow
  parent?: { node: Node; index: number }
  /** Inside a distributed Map, whose iterations are not part of this history. */
  hidden: boolean
}

/** Implemented for the state types that wait or branch; kept apart so that this file only moves threads. */
export interface Behaviour {
  run(run: Run, node: Node, state: State): Promise<void>
  childEnded(run: Run, parent: Node, index: number, output: Json, child: Node): Promise<void>
  childFailed(run: Run, parent: Node, index: number, error: StateError, child: Node): Promise<void>
}

const MAX_EVENTS = 25_000

export class Run {
  readonly effects: Effect[] = []
  readonly history: HistoryEvent[] = []
  readonly entered: string[] = []
  readonly random: Random
  readonly now: number
  private readonly queue: (() => Promise<void>)[] = []
  private readonly gone = new WeakSet<Thread>()

  constructor(
    readonly machine: Machine,
    readonly execution: Execution,
    readonly clock: Clock,
    private readonly behaviour: Behaviour,
  ) {
    this.now = Math.max(execution.now, clock.now)
    execution.now = this.now
    this.random = { seed: execution.seed }
  }

  /** Does queued work in the order it was queued, so that branches advance side by side. */
  async settle(): Promise<void> {
    for (let work = this.queue.shift(); work; work = this.queue.shift()) {
      if (this.execution.status !== 'RUNNING') return
      if (this.execution.events >= MAX_EVENTS) {
        return this.failExecution(
          runtimeError(`The execution reached the maximum number of history events (${MAX_EVENTS}).`),
        )
      }
      await work()
    }
  }

  later(node: Node, work: () => Promise<void>) {
    this.queue.push(async () => {
      if (!this.gone.has(node.thread)) await work()
    })
  }

  state(node: Node): State {
    const state = node.flow.states[node.thread.state]
    if (!state) throw runtimeError(`The state '${node.thread.state}' does not exist`)
    return state
  }

  /** Appends an event after the thread's last one, and makes it the last unless told otherwise. */
  emit(node: Node, type: string, details?: JsonObject, place: { after?: number; stay?: true } = {}): number {
    if (node.hidden) return node.thread.last
    const id = this.record(type, place.after ?? node.thread.last, details)
    if (!place.stay) node.thread.last = id
    return id
  }

  record(type: string, previousEventId: number, details?: JsonObject): number {
    const id = ++this.execution.events
    if (this.clock.history !== false) {
      this.history.push({ id, previousEventId, timestamp: this.now, type, ...(details && { details }) })
    }
    return id
  }

  scope(node: Node, item?: { index: number; value: Json }): Scope {
    let context: Json | undefined
    return {
      input: node.thread.input,
      context: () => {
        context ??= contextOf(this, node, item)
        return context
      },
      variables: this.variables(node),
      now: this.now,
      random: this.random,
    }
  }

  /** Variables of the thread over those of the threads around it; a distributed Map's children see none of these. */
  variables(node: Node): Record<string, Json> {
    const own = node.thread.variables ?? {}
    if (!node.parent || (node.hidden && !node.parent.node.hidden)) return own
    return { ...this.variables(node.parent.node), ...own }
  }

  /** The thread's task, or the number that the one about to be made will get. */
  task(thread: Thread): number {
    return thread.block?.on === 'task' ? thread.block.task : this.execution.tasks + 1
  }

  token(task: number): string {
    const { Id } = this.execution.context.Execution
    return this.clock.token?.(Id, task) ?? `${Id}#${task}`
  }

  async enter(node: Node): Promise<void> {
    const { thread } = node
    const state = this.state(node)
    this.execution.transitions++
    this.entered.push(state.name)
    thread.entered = this.now
    thread.before = thread.last
    delete thread.attempts
    thread.enteredId = this.emit(node, `${state.type}StateEntered`, { name: state.name, input: thread.input })
    await this.act(node)
  }

  /** Runs the current state, again after a retry. */
  async act(node: Node): Promise<void> {
    const state = this.state(node)
    await this.guard(node, () => this.behaviour.run(this, node, state))
  }

  /** Errors of the definition and its expressions belong to the state; anything else is a defect and is thrown. */
  async guard(node: Node, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!(error instanceof StateError) && !(error instanceof IntrinsicError)) throw error
      await this.fail(node, error instanceof StateError ? error : runtimeError(error.message))
    }
  }

  /** The state has done its work: makes the output and moves on. */
  async complete(node: Node, result: Json | undefined): Promise<void> {
    const state = this.state(node)
    await this.guard(node, async () => {
      const finished = await state.io.finish(this.scope(node), result)
      await this.exit(node, finished, state.next)
    })
  }

  async exit(node: Node, finished: Finished, target: string | undefined): Promise<void> {
    const { thread } = node
    const { output, assigned } = finished
    if (output !== thread.input && exceedsPayloadLimit(output)) throw tooLarge(thread.state)
    const details = { name: thread.state, output, ...(assigned && { assignedVariables: assigned }) }
    this.emit(node, `${this.state(node).type}StateExited`, details)
    delete thread.block
    delete thread.attempts
    if (assigned) thread.variables = { ...thread.variables, ...assigned }
    if (target === undefined) return this.end(node, output)
    thread.state = target
    thread.input = output
    this.later(node, () => this.enter(node))
  }

  private async end(node: Node, output: Json): Promise<void> {
    if (node.parent) return this.behaviour.childEnded(this, node.parent.node, node.parent.index, output, node)
    this.record('ExecutionSucceeded', node.thread.last, { output })
    this.close('SUCCEEDED')
    this.execution.output = output
    this.effects.push({ type: 'succeed', output })
  }

  /** A state has failed: retry it, catch the error, or hand it to what is around. */
  async fail(node: Node, raised: StateError): Promise<void> {
    const { thread } = node
    const state = this.state(node)
    const error = raised.in(state.name, thread.enteredId)
    if (!raised.located && error.kind === 'query') this.evaluationFailed(node, error)
    this.dropBlock(thread)
    if (this.retry(node, state, error)) return
    if (state.type === 'Map' || state.type === 'Parallel') this.emit(node, `${state.type}StateFailed`)
    const catcher = findMatch(state.catchers, error)
    if (!catcher) return this.propagate(node, error)
    const output = { Error: error.error ?? '', Cause: error.detail ?? '' }
    try {
      const finished = await catcher.finish(this.scope(node), output)
      await this.exit(node, finished, catcher.next)
    } catch (inner) {
      if (!(inner instanceof StateError)) throw inner
      await this.propagate(node, inner.in(state.name, thread.enteredId))
    }
  }

  private evaluationFailed(node: Node, error: StateError) {
    const { thread } = node
    const details = {
      error: error.error ?? '',
      cause: error.detail ?? '',
      ...(error.location !== undefined && { location: error.location }),
      state: thread.state,
    }
    this.emit(node, 'EvaluationFailed', details, {
      after: thread.last === thread.enteredId ? thread.before : thread.last,
    })
  }

  private retry(node: Node, state: State, error: StateError): boolean {
    const { thread } = node
    const retrier = findMatch(state.retriers, error)
    if (!retrier) return false
    const index = state.retriers.indexOf(retrier)
    const attempts = thread.attempts ?? state.retriers.map(() => 0)
    const used = attempts[index] ?? 0
    if (used >= retrier.maxAttempts) return false
    thread.attempts = attempts.with(index, used + 1)
    const at = this.now + retryDelay(retrier, used, () => next(this.random))
    thread.block = { on: 'retry', at }
    return true
  }

  private async propagate(node: Node, error: StateError): Promise<void> {
    if (node.parent) return this.behaviour.childFailed(this, node.parent.node, node.parent.index, error, node)
    this.failExecution(error, node.thread.last)
  }

  failExecution(error: StateError, after = this.execution.root?.last ?? 0) {
    const details = reasons(error.error, error.detail)
    this.record('ExecutionFailed', after, details)
    this.stop('FAILED', details)
  }

  /** Ends the execution without an output. */
  stop(status: 'FAILED' | 'TIMED_OUT' | 'ABORTED', { error, cause }: { error?: string; cause?: string }) {
    if (this.execution.root) this.abandon(this.execution.root)
    this.close(status)
    Object.assign(this.execution, reasons(error, cause))
    this.effects.push({ type: 'fail', status, ...reasons(error, cause) })
  }

  private close(status: Execution['status']) {
    this.execution.status = status
    delete this.execution.root
    delete this.execution.wakeAt
    delete this.execution.deadline
  }

  /** Gives up what a thread waits for, and all threads below it. */
  dropBlock(thread: Thread) {
    const { block } = thread
    if (!block) return
    delete thread.block
    if (block.on === 'task') this.effects.push({ type: 'cancel', task: block.task })
    for (const child of childThreads(block)) this.abandon(child)
  }

  abandon(thread: Thread) {
    this.gone.add(thread)
    this.dropBlock(thread)
  }

  finish(): Step {
    this.execution.seed = this.random.seed
    return { execution: this.execution, effects: this.effects, history: this.history, entered: this.entered }
  }
}

export function childThreads(block: Block | undefined): Thread[] {
  if (block?.on === 'branches') return block.branches.flatMap((branch) => ('thread' in branch ? [branch.thread] : []))
  return block?.on === 'items' ? block.running.map(({ thread }) => thread) : []
}

export const reasons = (error: string | undefined, cause: string | undefined) => ({
  ...(error !== undefined && { error }),
  ...(cause !== undefined && { cause }),
})

export const tooLarge = (what: string): StateError =>
  new StateError(
    'States.DataLimitExceeded',
    `The state/task '${what}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  )
