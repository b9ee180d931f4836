/** The context object: what a state is told about its execution, itself, its task and its item. */
import type { Json } from './json'
import type { State } from './machine'
import type { Node, Run } from './run'
import { iso } from './time'

export interface MapItem {
  index: number
  value: Json
}

/** `item` is given while a Map selects; within an iteration it is found. */
export function contextOf(run: Run, node: Node, item: MapItem | undefined = itemOf(node)): Json {
  const { thread } = node
  const state = run.state(node)
  const retries = thread.attempts?.reduce((sum, used) => sum + used, 0) ?? 0
  const { Execution, StateMachine } = run.execution.context
  return {
    Execution: { ...Execution },
    StateMachine,
    State: {
      Name: state.name,
      EnteredTime: iso(thread.entered),
      ...(isRetriable(state) && { RetryCount: retries }),
    },
    ...(item && { Map: { Item: { Index: item.index, Value: item.value } } }),
    ...(hasToken(state) && { Task: { Token: run.token(run.task(thread)) } }),
  }
}

function itemOf(node: Node): MapItem | undefined {
  if (!node.parent) return undefined
  const { block } = node.parent.node.thread
  if (block?.on !== 'items') return itemOf(node.parent.node)
  return { index: node.parent.index, value: block.items[node.parent.index] ?? null }
}

const isRetriable = ({ type }: State) => type === 'Task' || type === 'Map' || type === 'Parallel'

const hasToken = (state: State) => state.type === 'Task' && state.resource.pattern === 'callback'
