/** Tasks live in their shipment's partition (see `functions/shipments/store.ts`); the index draws the inboxes. */
import type { InternalRole } from '../../schemas/role'
import { Task } from '../../schemas/task'
import type { Context } from '../platform/context'
import { notFound } from '../platform/errors'
import { get, type Item, list, type PageRequest } from '../platform/table'
import { shipmentPk } from '../shipments/store'
import { partsOf } from './domain'

const taskOf = (item: Item) => Task.parse(JSON.parse(String(item.body)))

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
