/** Parallel and Map: threads below a thread. */
import { queryError, StateError } from './errors'
import type { Block, Branches, Items, Thread } from './execution'
import type { Json } from './json'
import type { Flow, MapState, State } from './machine'
import { childThreads, type Node, type Run } from './run'

/** Inline Map runs at most this many iterations at a time. */
const INLINE_CONCURRENCY = 40

const newThread = (flow: Flow, input: Json, last: number): Thread => ({
  state: flow.startAt,
  input,
  entered: 0,
  enteredId: 0,
  before: 0,
  last,
})

export async function startParallel(run: Run, node: Node, state: State & { type: 'Parallel' }): Promise<void> {
  const input = await state.io.prepare(run.scope(node))
  run.emit(node, 'ParallelStateStarted')
  const block: Branches = {
    on: 'branches',
    branches: state.branches.map((flow) => ({ thread: newThread(flow, input, node.thread.last) })),
  }
  node.thread.block = block
  if (block.branches.length === 0) return run.complete(node, [])
  for (const child of childNodes(node, state)) run.later(child, () => run.enter(child))
}

/** The nodes of a state's running branches or iterations. */
export function childNodes(node: Node, state: State): Node[] {
  const { block } = node.thread
  if (block?.on === 'branches' && state.type === 'Parallel') {
    return state.branches.flatMap((flow, index) => {
      const branch = block.branches[index]
      return branch && 'thread' in branch
        ? [{ thread: branch.thread, flow, parent: { node, index }, hidden: node.hidden }]
        : []
    })
  }
  if (block?.on !== 'items' || state.type !== 'Map') return []
  return block.running.map(({ index, thread }) => iterationNode(node, state, index, thread))
}

const iterationNode = (node: Node, state: MapState, index: number, thread: Thread): Node => ({
  thread,
  flow: state.processor,
  parent: { node, index },
  hidden: node.hidden || state.distributed,
})

export async function branchEnded(run: Run, parent: Node, block: Branches, index: number, output: Json, child: Node) {
  block.branches[index] = { output }
  parent.thread.last = child.thread.last
  const outputs = block.branches.flatMap((branch) => ('output' in branch ? [branch.output] : []))
  if (outputs.length < block.branches.length) return
  run.emit(parent, 'ParallelStateSucceeded', undefined, { stay: true })
  await run.complete(parent, outputs)
}

export async function startMap(run: Run, node: Node, state: MapState): Promise<void> {
  const scope = run.scope(node)
  const input = await state.io.effective(scope)
  const limit = (await state.concurrency(scope, input)) ?? 0
  if (limit < 0) throw queryError(`The MaxConcurrency must not be negative: ${limit}`, 'MaxConcurrency')
  const tolerated = await toleration(run, node, state, input)
  const items = await batched(run, node, state, await state.items(scope, input), input)
  run.emit(node, 'MapStateStarted', { length: items.length })
  if (state.distributed) run.emit(node, 'MapRunStarted', { mapRunArn: mapRunArn(run, node) })
  const otherwise = state.distributed ? items.length : INLINE_CONCURRENCY
  node.thread.block = {
    on: 'items',
    items,
    next: 0,
    concurrency: limit > 0 ? Math.min(limit, otherwise) : otherwise,
    running: [],
    outputs: [],
    failures: [],
    ...(tolerated && { tolerated }),
  }
  await startIterations(run, node, state, node.thread.block)
  if (items.length === 0) await succeedMap(run, node, state, node.thread.block)
}

async function toleration(run: Run, node: Node, state: MapState, input: Json) {
  const scope = run.scope(node)
  const count = await state.toleratedCount(scope, input)
  const percentage = await state.toleratedPercentage(scope, input)
  if (count === undefined && percentage === undefined) return undefined
  return { ...(count !== undefined && { count }), ...(percentage !== undefined && { percentage }) }
}

/** ItemBatcher: groups items as `{ Items, BatchInput }`; the selector is then applied to the items, before grouping. */
async function batched(run: Run, node: Node, state: MapState, items: Json[], input: Json): Promise<Json[]> {
  if (!state.batch) return items
  const scope = run.scope(node)
  const size = (await state.batch.items(scope, input)) ?? Number.POSITIVE_INFINITY
  const bytes = (await state.batch.bytes(scope, input)) ?? Number.POSITIVE_INFINITY
  const common = state.batch.input && { BatchInput: await state.batch.input(scope) }
  const batches: Json[][] = []
  for (const [index, value] of items.entries()) {
    const item = state.selector ? await state.selector(run.scope(node, { index, value })) : value
    const open = batches.at(-1)
    const fits = open && open.length < size && JSON.stringify([...open, item]).length <= bytes
    if (fits) open.push(item)
    else batches.push([item])
  }
  return batches.map((batch) => ({ ...common, Items: batch }))
}

function mapRunArn(run: Run, node: Node): string {
  const machine = run.execution.context.StateMachine.Id.replace(':stateMachine:', ':mapRun:')
  return `${machine}/${node.thread.state}:${run.execution.context.Execution.Name}-${run.execution.events}`
}

async function startIterations(run: Run, node: Node, state: MapState, block: Items): Promise<void> {
  while (block.running.length < block.concurrency && block.next < block.items.length) {
    const index = block.next++
    const value = block.items[index] ?? null
    const input =
      state.selector && !state.batch ? await state.selector(itemScope(run, node, state, index, value)) : value
    const details = { name: node.thread.state, index }
    const thread = newThread(state.processor, input, node.thread.last)
    if (!state.distributed) thread.last = run.emit(node, 'MapIterationStarted', details, { stay: true })
    block.running.push({ index, thread })
    const child = iterationNode(node, state, index, thread)
    run.later(child, () => run.enter(child))
  }
}

/** ItemSelector reads the input after InputPath, and the item through the context object. */
function itemScope(run: Run, node: Node, state: MapState, index: number, value: Json) {
  const scope = run.scope(node, { index, value })
  const input = state.io.effective(scope)
  return input instanceof Promise ? scope : { ...scope, input }
}

export async function iterationEnded(run: Run, parent: Node, block: Items, index: number, output: Json, child: Node) {
  const state = run.state(parent)
  if (state.type !== 'Map') return
  leave(block, index)
  block.outputs = fill(block.outputs, index, output)
  const done = isDone(block)
  if (!state.distributed) {
    const id = run.emit(
      parent,
      'MapIterationSucceeded',
      { name: parent.thread.state, index },
      { after: child.thread.last, stay: true },
    )
    parent.thread.last = done ? id : child.thread.last
  }
  await next(run, parent, state, block)
}

function leave(block: Items, index: number) {
  block.running = block.running.filter((iteration) => iteration.index !== index)
}

/** The outputs so far, with null where an iteration has yet to end: a list with holes would not survive JSON. */
function fill(outputs: Json[], index: number, output: Json): Json[] {
  const filled = [...outputs]
  while (filled.length <= index) filled.push(null)
  filled[index] = output
  return filled
}

const isDone = (block: Items) => block.running.length === 0 && block.next >= block.items.length

async function next(run: Run, node: Node, state: MapState, block: Items): Promise<void> {
  if (isDone(block)) return succeedMap(run, node, state, block)
  await run.guard(node, () => startIterations(run, node, state, block))
}

async function succeedMap(run: Run, node: Node, state: MapState, block: Items): Promise<void> {
  const outputs = fill(block.outputs, block.items.length - 1, block.outputs[block.items.length - 1] ?? null)
  const kept = outputs.filter((_, index) => !block.failures.includes(index))
  if (state.distributed) run.emit(node, 'MapRunSucceeded')
  run.emit(node, 'MapStateSucceeded', undefined, { stay: true })
  await run.complete(node, block.items.length === 0 ? [] : kept)
}

export async function childFailed(run: Run, parent: Node, index: number, error: StateError, child: Node) {
  const { block } = parent.thread
  const state = run.state(parent)
  if (block?.on === 'items' && state.type === 'Map')
    return iterationFailed(run, parent, state, block, index, error, child)
  parent.thread.last = child.thread.last
  abortOthers(run, parent, block, child)
  await run.fail(parent, error)
}

async function iterationFailed(
  run: Run,
  parent: Node,
  state: MapState,
  block: Items,
  index: number,
  error: StateError,
  child: Node,
) {
  const details = { name: parent.thread.state, index }
  if (!state.distributed) {
    run.emit(parent, 'MapIterationFailed', details, { after: child.thread.last, stay: true })
    parent.thread.last = child.thread.last
    abortOthers(run, parent, block, child)
    return run.fail(parent, error)
  }
  leave(block, index)
  run.abandon(child.thread)
  block.failures.push(index)
  if (withinTolerance(block)) return next(run, parent, state, block)
  const exceeded = new StateError(
    'States.ExceedToleratedFailureThreshold',
    'The specified tolerated failure threshold was exceeded',
  )
  run.emit(parent, 'MapRunFailed', { error: 'States.ExceedToleratedFailureThreshold', cause: exceeded.detail ?? '' })
  await run.fail(parent, exceeded)
}

function withinTolerance({ failures, items, tolerated }: Items): boolean {
  const { count, percentage } = tolerated ?? { count: 0 }
  if (count !== undefined && failures.length > count) return false
  return percentage === undefined || (failures.length / items.length) * 100 <= percentage
}

/** State types whose abortion the history tells. */
const ABORTABLE = ['Task', 'Wait', 'Parallel', 'Map']

function abortOthers(run: Run, parent: Node, block: Block | undefined, failed: Node) {
  if (!block) return
  run.abandon(failed.thread)
  const iterations = block.on === 'items' ? block.running : []
  for (const thread of childThreads(block)) {
    if (thread === failed.thread) continue
    const iteration = iterations.find((candidate) => candidate.thread === thread)
    const flow = failed.parent ? childFlow(run, parent, thread) : undefined
    const type = flow?.states[thread.state]?.type
    const place = { after: failed.thread.last, stay: true as const }
    if (type && ABORTABLE.includes(type)) run.emit(parent, `${type}StateAborted`, undefined, place)
    if (iteration) run.emit(parent, 'MapIterationAborted', { name: parent.thread.state, index: iteration.index }, place)
  }
}

function childFlow(run: Run, parent: Node, thread: Thread): Flow | undefined {
  return childNodes(parent, run.state(parent)).find((node) => node.thread === thread)?.flow
}
