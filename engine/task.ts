import { StateError } from './errors'
import type { TaskBlock } from './execution'
import { exceedsPayloadLimit, isObject, type Json, type JsonObject } from './json'
import type { TaskState } from './machine'
import { type Node, type Run, reasons, tooLarge } from './run'

/** Sends a task to the host and waits for its answer. */
export async function scheduleTask(run: Run, node: Node, state: TaskState): Promise<void> {
  const scope = run.scope(node)
  const input = await state.io.effective(scope)
  const args = await state.io.prepare(scope)
  const timeoutSeconds = await state.timeout(scope, input)
  const heartbeatSeconds = await state.heartbeat(scope, input)
  const credentials = await state.credentials?.(scope)
  if (node.thread.attempts) run.execution.transitions++
  const task = ++run.execution.tasks
  const timeoutAt = timeoutSeconds === undefined ? undefined : run.now + timeoutSeconds * 1000
  const limits = {
    ...(timeoutAt !== undefined && { timeoutAt }),
    ...(heartbeatSeconds !== undefined && { heartbeat: heartbeatSeconds, beatBy: run.now + heartbeatSeconds * 1000 }),
  }
  node.thread.block = { on: 'task', task, ...limits }
  const { arn, service, action, pattern, kind } = state.resource
  run.effects.push({
    type: 'task',
    task,
    resource: arn,
    service,
    action,
    pattern,
    arguments: args,
    ...((pattern === 'callback' || kind === 'activity') && { token: run.token(task) }),
    ...(timeoutAt !== undefined && { timeoutAt }),
    ...(heartbeatSeconds !== undefined && { heartbeatSeconds }),
    ...(isObject(credentials) && { credentials }),
  })
  emitScheduled(run, node, state, args, {
    ...(timeoutSeconds !== undefined && { timeoutInSeconds: timeoutSeconds }),
    ...(heartbeatSeconds !== undefined && { heartbeatInSeconds: heartbeatSeconds }),
    ...(isObject(credentials) && { taskCredentials: { roleArn: credentials.RoleArn ?? '' } }),
  })
}

function emitScheduled(run: Run, node: Node, state: TaskState, args: Json, limits: JsonObject) {
  const { arn, kind } = state.resource
  if (kind === 'service') {
    const region = run.execution.context.StateMachine.Id.split(':')[3] ?? ''
    run.emit(node, 'TaskScheduled', { ...identity(state), region, parameters: args, ...limits })
    run.emit(node, 'TaskStarted', identity(state))
    return
  }
  run.emit(node, `${prefix(state)}Scheduled`, { resource: arn, input: args, ...limits })
  if (kind === 'lambda') run.emit(node, 'LambdaFunctionStarted')
}

const PREFIXES = { lambda: 'LambdaFunction', activity: 'Activity', service: 'Task' }
const prefix = (state: TaskState) => PREFIXES[state.resource.kind]

/** What every event of a service task says of it. */
function identity({ resource }: TaskState): JsonObject {
  return resource.kind === 'service' ? { resource: resource.action, resourceType: resource.service } : {}
}

export function activityStarted(run: Run, node: Node, worker: string | undefined) {
  run.emit(node, 'ActivityStarted', worker === undefined ? {} : { workerName: worker })
}

export function taskSubmitted(run: Run, node: Node, block: TaskBlock, state: TaskState, output: Json) {
  if (block.submitted) return
  block.submitted = true
  run.emit(node, 'TaskSubmitted', { ...identity(state), output })
}

export async function taskSucceeded(run: Run, node: Node, state: TaskState, output: Json): Promise<void> {
  if (exceedsPayloadLimit(output)) {
    const { kind, arn, service } = state.resource
    return taskFailed(run, node, state, tooLarge(kind === 'service' ? service : arn))
  }
  run.emit(node, `${prefix(state)}Succeeded`, { ...identity(state), output })
  // The block stays until the output is made: the context object still names the task's token.
  await run.complete(node, output)
}

export async function taskFailed(run: Run, node: Node, state: TaskState, error: StateError): Promise<void> {
  run.emit(node, `${prefix(state)}Failed`, { ...identity(state), ...reasons(error.error, error.detail) })
  delete node.thread.block
  await run.fail(node, error)
}

export async function taskTimedOut(run: Run, node: Node, block: TaskBlock, state: TaskState): Promise<void> {
  run.emit(node, `${prefix(state)}TimedOut`, { ...identity(state), error: 'States.Timeout' })
  const missedHeartbeat = block.beatBy !== undefined && block.beatBy < (block.timeoutAt ?? Number.POSITIVE_INFINITY)
  const alias = missedHeartbeat ? { alias: 'States.HeartbeatTimeout' } : {}
  await run.fail(node, new StateError('States.Timeout', undefined, alias))
}

/** The moment at which a task runs out of time, if there is one. */
export function taskDue(block: TaskBlock): number {
  return Math.min(block.timeoutAt ?? Number.POSITIVE_INFINITY, block.beatBy ?? Number.POSITIVE_INFINITY)
}
