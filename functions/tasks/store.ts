/** Tasks live in their shipment's partition (see `functions/shipments/store.ts`); the index draws the inboxes. */
import type { InternalRole } from '../../schemas/role'
import type { Task } from '../../schemas/task'
import type { Context } from '../platform/context'
import { notFound } from '../platform/errors'
import { get, list, type PageRequest, type Tenant } from '../platform/table'
import { taskOf } from '../shipments/items'
import { shipmentPk } from '../shipments/store'
import { partsOf } from './domain'

/** Open tasks due first; closed ones latest first. */
export async function listTasks(
  context: Context,
  inbox: { role: InternalRole; status: 'OPEN' | 'CLOSED' },
  page: PageRequest,
): Promise<{ items: Task[]; next?: string }> {
  const { items, next } = await list(context, `TASKS#${inbox.role}#${inbox.status}`, page, {
    newestFirst: inbox.status === 'CLOSED',
  })
  return { items: items.map(taskOf), ...(next ? { next } : {}) }
}

/** Pages of this many, and so many of them: 1,000 open tasks of a role tell well enough who has the least to do. */
const COUNTED_PAGE = 200
const COUNTED_PAGES = 5

/** Open tasks by assignee in the inboxes of these roles. Read when it is needed: counters would cost each task two writes. */
export async function countOpenWork(tenant: Tenant, roles: readonly InternalRole[]): Promise<Map<string, number>> {
  const loads = new Map<string, number>()
  for (const role of roles) {
    let cursor: string | undefined
    for (let page = 0; page < COUNTED_PAGES && (page === 0 || cursor !== undefined); page += 1) {
      const { items, next } = await list(tenant, `TASKS#${role}#OPEN`, { limit: COUNTED_PAGE, cursor })
      for (const { assignee } of items.map(taskOf))
        if (assignee !== undefined) loads.set(assignee, (loads.get(assignee) ?? 0) + 1)
      cursor = next
    }
  }
  return loads
}

/** A task and the version of its shipment, which is its entity tag. */
export async function getTask(context: Context, taskId: string): Promise<{ task: Task; version: number }> {
  const { shipmentId, stepKey } = partsOf(taskId)
  const pk = shipmentPk(shipmentId)
  const [task, header] = await Promise.all([
    get(context, { pk, sk: `TASK#${stepKey}` }),
    get(context, { pk, sk: 'SHIPMENT' }),
  ])
  if (!task || !header) throw notFound('task')
  return { task: taskOf(task), version: Number(header.version) }
}
