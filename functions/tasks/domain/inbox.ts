/** Which tasks of an inbox somebody asks for. Pure. */
import type { Task } from '../../../schemas/task'
import type { TaskQuery } from '../../../schemas/task-request'

export type Wanted = Partial<Pick<TaskQuery, 'assignee' | 'mine' | 'priority' | 'overdue'>>

/** `mine`: what the caller has, and what the caller answers for while another does it. */
export const isWanted = (task: Task, wanted: Wanted, caller: string, now: string): boolean =>
  (wanted.assignee === undefined || task.assignee === wanted.assignee) &&
  (!wanted.mine || task.assignee === caller || task.delegatedBy === caller) &&
  (wanted.priority === undefined || (task.priority ?? 'NORMAL') === wanted.priority) &&
  (!wanted.overdue || (task.dueAt !== undefined && task.dueAt < (task.closedAt ?? now)))
