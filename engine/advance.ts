/**
 * The Amazon States Language as a step function: `start` and `advance` take an execution and what has happened, and
 * answer the execution after it, with what is to be done. No input or output happens here, nothing reads a clock or a
 * source of chance, and the execution is plain JSON: persisted and resumed, it goes on as if never interrupted.
 */
import { branchEnded, childFailed, childNodes, iterationEnded, startMap, startParallel } from './branching'
import { StateError } from './errors'
import type { Block, Clock, Execution, ExecutionContext, ExecutionEvent, Step, Thread } from './execution'
import type { Json, JsonObject } from './json'
import { compile, type Machine, type State } from './machine'
import { type Behaviour, childThreads, type Node, Run, reasons } from './run'
import { activityStarted, scheduleTask, taskDue, taskFailed, taskSubmitted, taskSucceeded, taskTimedOut } from './task'
import { iso } from './time'

/** What an execution is told about itself; it becomes the context object. */
export interface StartContext {
  /** ARN of the execution. */
  id: string
  name: string
  roleArn: string
  stateMachine: { id: string; name: string }
  /** Seeds jitter, States.UUID, $random and their kin. */
  seed: number
}

/**
 * Starts an execution. `definition` is the state machine as an object or JSON text; it is compiled once.
 * @throws DefinitionError where the definition cannot be run; `validate` says why.
 */
export async function start(
  definition: JsonObject | string,
  input: Json,
  context: StartContext,
  clock: Clock,
): Promise<Step> {
  const machine = compile(definition)
  const execution = newExecution(machine, input, context, clock.now)
  const run = new Run(machine, execution, clock, behaviour)
  run.record('ExecutionStarted', 0, { input, roleArn: context.roleArn })
  // The first state's event follows event 0, not the start event: so the service has it.
  const root = rootNode(run)
  if (root) run.later(root, () => run.enter(root))
  return finish(run, undefined)
}

function newExecution(machine: Machine, input: Json, context: StartContext, now: number): Execution {
  const execution: ExecutionContext = {
    Id: context.id,
    Input: input,
    StartTime: iso(now),
    Name: context.name,
    RoleArn: context.roleArn,
    RedriveCount: 0,
  }
  return {
    status: 'RUNNING',
    context: { Execution: execution, StateMachine: { Id: context.stateMachine.id, Name: context.stateMachine.name } },
    now,
    seed: context.seed | 0,
    events: 0,
    tasks: 0,
    transitions: 0,
    ...(machine.timeoutSeconds !== undefined && { deadline: now + machine.timeoutSeconds * 1000 }),
    root: { state: machine.startAt, input, entered: now, enteredId: 0, before: 0, last: 0 },
  }
}

/**
 * Applies one event. Timers that are due at `clock.now` fire first, in their order. The given execution is not changed.
 * An event for a task that is not waited for changes nothing, and neither does any event after the end.
 */
export async function advance(
  definition: JsonObject | string,
  execution: Execution,
  event: ExecutionEvent,
  clock: Clock,
): Promise<Step> {
  if (execution.status !== 'RUNNING') return { execution, effects: [], history: [], entered: [] }
  const run = new Run(compile(definition), copy(execution), clock, behaviour)
  if (execution.wakeAt !== undefined && execution.wakeAt <= run.now) await fireTimers(run)
  if (run.execution.status === 'RUNNING') await apply(run, event)
  return finish(run, execution.wakeAt)
}

/** Does the execution wait for this task? Hosts ask before they accept a token. */
export function waitsFor(execution: Execution, task: number): boolean {
  const holds = (thread: Thread): boolean =>
    thread.block?.on === 'task' ? thread.block.task === task : childThreads(thread.block).some(holds)
  return execution.root !== undefined && holds(execution.root)
}

async function finish(run: Run, wokeAt: number | undefined): Promise<Step> {
  await run.settle()
  let at = earliest(run)
  if (at !== undefined && at <= run.now) {
    await fireTimers(run)
    at = earliest(run)
  }
  if (at === undefined) delete run.execution.wakeAt
  else run.execution.wakeAt = at
  if (at !== undefined && at !== wokeAt) run.effects.push({ type: 'timer', at })
  return run.finish()
}

const behaviour: Behaviour = {
  run: runState,
  async childEnded(run, parent, index, output, child) {
    const { block } = parent.thread
    if (block?.on === 'branches') await branchEnded(run, parent, block, index, output, child)
    if (block?.on === 'items') await iterationEnded(run, parent, block, index, output, child)
  },
  childFailed,
}

async function runState(run: Run, node: Node, state: State): Promise<void> {
  const scope = run.scope(node)
  switch (state.type) {
    case 'Task':
      return scheduleTask(run, node, state)
    case 'Parallel':
      return startParallel(run, node, state)
    case 'Map':
      return startMap(run, node, state)
    case 'Choice': {
      const { next, ...finished } = await state.choose(scope)
      return run.exit(node, finished, next)
    }
    case 'Wait': {
      const at = await state.until(scope, await state.io.effective(scope))
      if (at <= run.now) return run.complete(node, undefined)
      node.thread.block = { on: 'time', at }
      return
    }
    case 'Fail':
      throw new StateError(text(await state.error?.(scope)), text(await state.cause?.(scope)))
    default:
      return run.complete(node, undefined)
  }
}

const text = (value: Json | undefined): string | undefined =>
  value === undefined || typeof value === 'string' ? value : JSON.stringify(value)

async function apply(run: Run, event: ExecutionEvent): Promise<void> {
  if (event.type === 'time') return
  if (event.type === 'stop') {
    run.record('ExecutionAborted', 0, reasons(event.error, event.cause))
    return run.stop('ABORTED', event)
  }
  for (const node of nodes(run)) {
    const { block } = node.thread
    const state = run.state(node)
    if (block?.on !== 'task' || block.task !== event.task || state.type !== 'Task') continue
    if (event.type === 'taskSucceeded') return taskSucceeded(run, node, state, event.output)
    if (event.type === 'taskFailed') return taskFailed(run, node, state, new StateError(event.error, event.cause))
    if (event.type === 'taskSubmitted') return taskSubmitted(run, node, block, state, event.output)
    if (event.type === 'activityStarted') return activityStarted(run, node, event.worker)
    if (block.heartbeat !== undefined) block.beatBy = run.now + block.heartbeat * 1000
    return
  }
}

function rootNode(run: Run): Node | undefined {
  const { root } = run.execution
  return root && { thread: root, flow: run.machine, hidden: false }
}

/** Every node, parents first. */
function* nodes(run: Run): Generator<Node> {
  const root = rootNode(run)
  const open = root ? [root] : []
  for (let node = open.shift(); node; node = open.shift()) {
    yield node
    if (node.thread.block) open.unshift(...childNodes(node, run.state(node)))
  }
}

function due(block: Block | undefined): number {
  if (block?.on === 'task') return taskDue(block)
  return block?.on === 'time' || block?.on === 'retry' ? block.at : Number.POSITIVE_INFINITY
}

function earliest(run: Run): number | undefined {
  if (run.execution.status !== 'RUNNING') return undefined
  let at = run.execution.deadline ?? Number.POSITIVE_INFINITY
  for (const node of nodes(run)) at = Math.min(at, due(node.thread.block))
  return at === Number.POSITIVE_INFINITY ? undefined : at
}

/** Fires all that is due, the earliest first; what that leads to may be due as well. */
async function fireTimers(run: Run): Promise<void> {
  while (run.execution.status === 'RUNNING') {
    const at = earliest(run)
    if (at === undefined || at > run.now) return
    const deadline = run.execution.deadline
    if (deadline !== undefined && deadline <= at) {
      run.record('ExecutionTimedOut', run.execution.root?.last ?? 0)
      return run.stop('TIMED_OUT', {})
    }
    const node = [...nodes(run)].find(({ thread }) => due(thread.block) === at)
    if (node) await fire(run, node)
    await run.settle()
  }
}

async function fire(run: Run, node: Node): Promise<void> {
  const { block } = node.thread
  const state = run.state(node)
  if (block?.on === 'task' && state.type === 'Task') return taskTimedOut(run, node, block, state)
  delete node.thread.block
  if (block?.on === 'time') return run.complete(node, undefined)
  await run.act(node)
}

/** Copies what a step may change; JSON values are shared, as none is ever changed in place. */
function copy(execution: Execution): Execution {
  return { ...execution, ...(execution.root && { root: copyThread(execution.root) }) }
}

function copyThread(thread: Thread): Thread {
  return { ...thread, ...(thread.block && { block: copyBlock(thread.block) }) }
}

function copyBlock(block: Block): Block {
  if (block.on === 'branches') {
    const branches = block.branches.map((branch) =>
      'thread' in branch ? { thread: copyThread(branch.thread) } : branch,
    )
    return { ...block, branches }
  }
  if (block.on !== 'items') return { ...block }
  const running = block.running.map(({ index, thread }) => ({ index, thread: copyThread(thread) }))
  return { ...block, running, failures: [...block.failures] }
}
