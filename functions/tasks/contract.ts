import * as z from 'zod'
import { page, ShipmentId, Subject, TaskId, text } from '../../schemas/common'
import { InternalRole } from '../../schemas/role'
import { Task } from '../../schemas/task'
import { CreateTask, DelayCosts, InboxTask, TaskComment, TaskQuery } from '../../schemas/task-request'
import { type Contract, route } from '../platform/route'

/** Partners never see tasks. Which of the tenant's people may touch one, its role says. */
const WORKERS = InternalRole.exclude(['AUDITOR']).options

const reason = text(300).min(3)

const verb = {
  method: 'POST',
  roles: WORKERS,
  params: z.object({ taskId: TaskId }),
  status: 200,
  response: Task,
} as const

const REFUSALS = [
  'task.not_found',
  'task.other_role',
  'task.closed',
  'task.not_now',
  'task.of_documents',
  'shipment.changed',
] as const

const DelayCostsView = DelayCosts.extend({
  assumed: z.boolean().describe('The tenant has said nothing: usual amounts'),
}).meta({ id: 'DelayCostsView' })

/** Of commands on a task that somebody may have. */
const TAKEN = [...REFUSALS, 'task.taken', 'task.not_candidate'] as const

export const routes = {
  listTasks: route({
    method: 'GET',
    path: '/v1/tasks',
    summary: "A role's inbox: open tasks due first or dearest first, closed ones latest first",
    roles: InternalRole.options,
    query: TaskQuery,
    status: 200,
    response: page(InboxTask),
    errors: ['task.other_role'],
  }),
  getTask: route({
    method: 'GET',
    path: '/v1/tasks/{taskId}',
    summary: 'One task',
    roles: InternalRole.options,
    params: z.object({ taskId: TaskId }),
    status: 200,
    response: Task,
    errors: ['task.not_found', 'task.other_role'],
  }),
  claimTask: route({
    ...verb,
    path: '/v1/tasks/{taskId}/claims',
    summary: 'Take a task up',
    errors: [...TAKEN, 'task.own'],
  }),
  completeTask: route({
    ...verb,
    path: '/v1/tasks/{taskId}/completions',
    summary: 'Complete a task with the data that its form asks for; the SOP goes on',
    body: z.object({ data: z.record(z.string(), z.unknown()).default({}) }),
    errors: [...TAKEN, 'task.own', 'validation_failed'],
  }),
  reassignTask: route({
    ...verb,
    path: '/v1/tasks/{taskId}/reassignments',
    summary: 'Name another person, or another role, for a task',
    body: z
      .object({ assignee: Subject.optional(), role: InternalRole.optional(), reason })
      .refine((to) => to.assignee !== undefined || to.role !== undefined, {
        message: 'name an assignee or a role',
        path: ['assignee'],
      }),
    errors: [...REFUSALS, 'task.assignee_other_role'],
  }),
  delegateTask: route({
    ...verb,
    path: '/v1/tasks/{taskId}/delegations',
    summary: 'Let another do a task; who delegates it keeps answering for it, and the other may hand it back',
    body: z.object({ to: Subject, reason }),
    errors: [...TAKEN, 'task.own', 'task.assignee_other_role'],
  }),
  rejectTask: route({
    ...verb,
    path: '/v1/tasks/{taskId}/rejections',
    summary: 'Say that a task cannot or must not be done; its SOP goes on if it has a way, else the lead has to decide',
    body: z.object({ reason }),
    errors: [...TAKEN, 'task.own'],
  }),
  skipTask: route({
    ...verb,
    path: '/v1/tasks/{taskId}/skips',
    summary: 'Close a task undone, with a reason; the SOP goes on',
    body: z.object({ reason }),
    errors: [...TAKEN, 'task.needs_decision'],
  }),
  releaseTask: route({
    ...verb,
    path: '/v1/tasks/{taskId}/releases',
    summary: "Put a task back into its role's inbox; a delegated one back into the hands of who delegated it",
    errors: TAKEN,
  }),
  commentOnTask: route({
    method: 'POST',
    path: '/v1/tasks/{taskId}/comments',
    summary: 'Say something about a task, open or closed',
    roles: WORKERS,
    params: z.object({ taskId: TaskId }),
    body: z.object({ text: text(2000) }),
    status: 201,
    response: TaskComment,
    errors: ['task.not_found', 'task.other_role'],
  }),
  listTaskComments: route({
    method: 'GET',
    path: '/v1/tasks/{taskId}/comments',
    summary: 'What was said about a task, in order',
    roles: InternalRole.options,
    params: z.object({ taskId: TaskId }),
    status: 200,
    response: z.object({ items: z.array(TaskComment) }),
    errors: ['task.not_found', 'task.other_role'],
  }),
  getDelayCosts: route({
    method: 'GET',
    path: '/v1/delay-costs',
    summary: 'What a late task is taken to cost, for the inbox in that order',
    roles: InternalRole.options,
    status: 200,
    response: DelayCostsView,
  }),
  putDelayCosts: route({
    method: 'PUT',
    path: '/v1/delay-costs',
    summary: "Say what a late task costs, in the tenant's currency",
    roles: ['TENANT_ADMIN', 'FINANCE', 'PRICING'],
    body: DelayCosts,
    status: 200,
    response: DelayCostsView,
  }),
  createTask: route({
    method: 'POST',
    path: '/v1/shipments/{shipmentId}/tasks',
    summary: 'Give people a task beside the SOP; nothing waits for it',
    roles: WORKERS,
    params: z.object({ shipmentId: ShipmentId }),
    body: CreateTask,
    status: 201,
    response: Task,
    errors: ['shipment.not_found', 'shipment.ended', 'task.assignee_other_role', 'validation_failed'],
  }),
}

export const contract = {
  domain: 'tasks',
  doors: { api: { access: ['table:write', 'documents:read'] } },
  routes,
  publishes: [
    'task.assigned',
    'task.delegated',
    'task.commented',
    'task.rejected',
    'exception.raised',
    'task.claimed',
    'task.reassigned',
    'task.completed',
    'task.skipped',
    'event.recorded',
    'milestone.recorded',
  ],
  subscribes: [],
} as const satisfies Contract
