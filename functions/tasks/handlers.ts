import type { Task } from '../../schemas/task'
import type { Context } from '../platform/context'
import { AppError, notFound } from '../platform/errors'
import type { Answer, Handlers, Input } from '../platform/route'
import { type Decision, onShipment, type ShipmentState } from '../shipments/store'
import type { routes } from './contract'
import { decideClaim, decideComplete, decideReassign, decideRelease, decideSkip, maySee, partsOf } from './domain'
import { getTask, listTasks } from './store'

export const handlers: Handlers<typeof routes> = {
  async listTasks(context, { query: { role, status, limit, cursor } }) {
    if (!maySee(context, role)) throw otherRole(role)
    return { body: await listTasks(context, { role, status }, { limit, cursor }) }
  },

  async getTask(context, { params }) {
    const { task, version } = await getTask(context, params.taskId)
    if (!maySee(context, task.role)) throw otherRole(task.role)
    return { body: task, version }
  },

  claimTask: (context, input) =>
    onTask(context, 'claimTask', input, (state, taskId) => decideClaim(state, taskId, context)),

  completeTask: (context, input) =>
    onTask(context, 'completeTask', input, (state, taskId) => decideComplete(state, taskId, input.body.data, context)),

  reassignTask: (context, input) =>
    onTask(context, 'reassignTask', input, (state, taskId) => decideReassign(state, taskId, input.body, context)),

  skipTask: (context, input) =>
    onTask(context, 'skipTask', input, (state, taskId) => decideSkip(state, taskId, input.body.reason, context)),

  releaseTask: (context, input) =>
    onTask(context, 'releaseTask', input, (state, taskId) => decideRelease(state, taskId, context)),
}

const otherRole = (role: string) => new AppError('forbidden', 'task.other_role', `This inbox is ${role}'s`)

/** Who asks for a task of an unknown shipment asks for an unknown task. */
function noSuchTask(error: unknown): never {
  throw error instanceof AppError && error.kind === 'not_found' ? notFound('task') : error
}

interface Command extends Pick<Input<unknown>, 'ifMatch' | 'idempotencyKey'> {
  params: { taskId: string }
  body: unknown
}

/** A task is part of its shipment: its commands load, decide and commit there. */
async function onTask(
  context: Context,
  operation: string,
  { params: { taskId }, body, ifMatch, idempotencyKey }: Command,
  decide: (state: ShipmentState, taskId: string) => { decision: Decision; answer: Task },
): Promise<Answer<Task>> {
  const { answer, version, replayed } = await onShipment(
    context,
    partsOf(taskId).shipmentId,
    (state) => decide(state, taskId),
    { ifMatch, idempotency: { operation, key: idempotencyKey, request: { taskId, body } } },
  ).catch(noSuchTask)
  return { body: answer, version, replayed }
}
