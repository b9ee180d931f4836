import * as z from 'zod'
import { page, TaskId } from '../../schemas/common'
import { InternalRole } from '../../schemas/role'
import { Task, TaskQuery } from '../../schemas/task'
import { type Contract, route } from '../platform/route'

/** Partners never see tasks. Which of the tenant's people may touch one, its role says. */
const WORKERS = InternalRole.exclude(['AUDITOR']).options

const reason = z.string().trim().min(3).max(300)

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

export const routes = {
  listTasks: route({
    method: 'GET',
    path: '/v1/tasks',
    summary: "A role's inbox: open tasks due first, closed ones latest first",
    roles: InternalRole.options,
    query: TaskQuery,
    status: 200,
    response: page(Task),
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
    errors: [...REFUSALS, 'task.taken'],
  }),
  completeTask: route({
    ...verb,
    path: '/v1/tasks/{taskId}/completions',
    summary: 'Complete a task with the data that its form asks for; the SOP goes on',
    body: z.object({ data: z.record(z.string(), z.unknown()).default({}) }),
    errors: [...REFUSALS, 'task.taken', 'validation_failed'],
  }),
  reassignTask: route({
    ...verb,
    path: '/v1/tasks/{taskId}/reassignments',
    summary: 'Name another person, or another role, for a task',
    body: z
      .object({ assignee: z.string().min(1).max(128).optional(), role: InternalRole.optional(), reason })
      .refine((to) => to.assignee !== undefined || to.role !== undefined, {
        message: 'name an assignee or a role',
        path: ['assignee'],
      }),
    errors: REFUSALS,
  }),
  skipTask: route({
    ...verb,
    path: '/v1/tasks/{taskId}/skips',
    summary: 'Close a task undone, with a reason; the SOP goes on',
    body: z.object({ reason }),
    errors: [...REFUSALS, 'task.taken'],
  }),
  releaseTask: route({
    ...verb,
    path: '/v1/tasks/{taskId}/releases',
    summary: "Put a task back into its role's inbox",
    errors: [...REFUSALS, 'task.taken'],
  }),
}

export const contract = {
  domain: 'tasks',
  doors: { api: { access: ['table:write'] } },
  routes,
  publishes: [
    'task.claimed',
    'task.reassigned',
    'task.completed',
    'task.skipped',
    'event.recorded',
    'milestone.recorded',
  ],
  subscribes: [],
} as const satisfies Contract
