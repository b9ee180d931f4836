import type { Task } from '../../schemas/task'
import type { TaskQuery } from '../../schemas/task-request'
import { findMember, loadPeople } from '../people/store'
import { type Context, newId } from '../platform/context'
import { AppError, notFound } from '../platform/errors'
import type { Answer, Handlers, Input } from '../platform/route'
import { loadShipment, onShipment, type ShipmentState } from '../shipments/store'
import type { routes } from './contract'
import { withCrops } from './crops'
import {
  type Caller,
  type Decided,
  decideClaim,
  decideComplete,
  decideReassign,
  decideRelease,
  decideSkip,
  maySee,
  partsOf,
} from './domain'
import { costOfDelay, dearest, USUAL_COSTS } from './domain/delay'
import { commentsOn, decideComment, decideCreate, decideDelegate, decideReject } from './domain/delegation'
import { getTask, listPlanned, listTasks, loadDelayCosts, putDelayCosts } from './store'

/** Tasks that are held against each other by what waiting costs: about 250 read units. */
const COMPARED = 200

export const handlers: Handlers<typeof routes> = {
  async listTasks(context, { query }) {
    if (!maySee(context, query.role)) throw otherRole(query.role)
    return {
      body: query.order === 'COST' ? await dearestTasks(context, query) : await listTasks(context, query, query),
    }
  },

  async getDelayCosts(context) {
    const own = await loadDelayCosts(context)
    return { body: { ...(own ?? USUAL_COSTS), assumed: own === undefined } }
  },

  async putDelayCosts(context, { body }) {
    await putDelayCosts(context, body)
    return { body: { ...body, assumed: false } }
  },

  async getTask(context, { params }) {
    const { task, version } = await getTask(context, params.taskId)
    if (!maySee(context, task.role)) throw otherRole(task.role)
    return { body: withCrops(context, task), version }
  },

  claimTask: (context, input) =>
    onTask(context, 'claimTask', input, (state, taskId, caller) => decideClaim(state, taskId, caller)),

  completeTask: (context, input) =>
    onTask(context, 'completeTask', input, (state, taskId, caller) =>
      decideComplete(state, taskId, input.body.data, caller),
    ),

  async reassignTask(context, input) {
    const member = await memberNamed(context, input.body.assignee)
    return onTask(context, 'reassignTask', input, (state, taskId, caller) =>
      decideReassign(state, taskId, { ...input.body, member }, caller),
    )
  },

  async delegateTask(context, input) {
    const member = await memberNamed(context, input.body.to)
    return onTask(context, 'delegateTask', input, (state, taskId, caller) =>
      decideDelegate(state, taskId, { ...input.body, member }, caller),
    )
  },

  async rejectTask(context, input) {
    const people = await loadPeople(context)
    return onTask(context, 'rejectTask', input, (state, taskId, caller) =>
      decideReject(state, taskId, { reason: input.body.reason, people }, caller),
    )
  },

  skipTask: (context, input) =>
    onTask(context, 'skipTask', input, (state, taskId, caller) => decideSkip(state, taskId, input.body.reason, caller)),

  releaseTask: (context, input) =>
    onTask(context, 'releaseTask', input, (state, taskId, caller) => decideRelease(state, taskId, caller)),

  async commentOnTask(context, { params: { taskId }, body, idempotencyKey }) {
    const { answer, version, replayed } = await onShipment(
      context,
      partsOf(taskId).shipmentId,
      (state) => decideComment(state, taskId, body.text, context),
      { idempotency: { operation: 'commentOnTask', key: idempotencyKey, request: { taskId, body } } },
    ).catch(noSuchTask)
    return { body: answer, version, replayed }
  },

  async listTaskComments(context, { params: { taskId } }) {
    const state = await loadShipment(context, partsOf(taskId).shipmentId).catch(noSuchTask)
    const task = state.tasks.find((it) => it.taskId === taskId)
    if (!task) throw notFound('task')
    if (!maySee(context, task.role)) throw otherRole(task.role)
    return { body: { items: commentsOn(state, taskId) } }
  },

  async createTask(context, { params: { shipmentId }, body, idempotencyKey }) {
    const id = newId('tsk', context.now).slice('tsk_'.length).toLowerCase()
    const { answer, version, replayed } = await onShipment(
      context,
      shipmentId,
      async (state) => {
        const people = await loadPeople(context, body.due?.at ? [state.header.from, state.header.to] : [])
        const member = people.members.find(({ subject }) => subject === body.assignee)
        return decideCreate(state, body, { id, now: context.now, people, member })
      },
      { idempotency: { operation: 'createTask', key: idempotencyKey, request: { shipmentId, body } } },
    )
    return { body: answer, version, replayed, location: `/v1/tasks/${answer.taskId}` }
  },
}

async function dearestTasks(context: Context, query: TaskQuery) {
  const costs = (await loadDelayCosts(context)) ?? USUAL_COSTS
  const planned = await listPlanned(context, query, COMPARED)
  const tasks = planned.map(({ task, shipment }) => ({
    ...task,
    delay: costOfDelay(task, shipment, costs, context.now),
  }))
  return { items: dearest(tasks).slice(0, query.limit) }
}

const otherRole = (role: string) => new AppError('forbidden', 'task.other_role', `This inbox is ${role}'s`)

/** Who asks for a task of an unknown shipment asks for an unknown task. */
function noSuchTask(error: unknown): never {
  throw error instanceof AppError && error.kind === 'not_found' ? notFound('task') : error
}

const memberNamed = async (context: Context, subject: string | undefined) =>
  subject === undefined ? undefined : (await findMember(context, subject))?.value

interface Command extends Pick<Input<unknown>, 'ifMatch' | 'idempotencyKey'> {
  params: { taskId: string }
  body: unknown
}

/** A task is part of its shipment: its commands load, decide and commit there. */
async function onTask(
  context: Context,
  operation: string,
  { params: { taskId }, body, ifMatch, idempotencyKey }: Command,
  decide: (state: ShipmentState, taskId: string, caller: Caller) => Decided,
): Promise<Answer<Task>> {
  const { answer, version, replayed } = await onShipment(
    context,
    partsOf(taskId).shipmentId,
    async (state) => decide(state, taskId, await callerOf(context, state, taskId)),
    { ifMatch, idempotency: { operation, key: idempotencyKey, request: { taskId, body } } },
  ).catch(noSuchTask)
  return { body: answer, version, replayed }
}

/** Of whom it matters to which groups they belong, the directory is asked. */
async function callerOf(context: Context, { tasks }: ShipmentState, taskId: string): Promise<Caller> {
  const task = tasks.find((it) => it.taskId === taskId)
  return task?.candidates ? { ...context, member: await memberNamed(context, context.actor.id) } : context
}
