/** Tasks live in their shipment's partition (see `functions/shipments/store.ts`); the index draws the inboxes. */
import type { InternalRole } from '../../schemas/role'
import type { Task } from '../../schemas/task'
import { DelayCosts, type TaskQuery } from '../../schemas/task-request'
import type { Context } from '../platform/context'
import { notFound } from '../platform/errors'
import { get, getMany, list, type PageRequest, put, type Tenant } from '../platform/table'
import { fromItems, taskOf } from '../shipments/items'
import { type ShipmentState, shipmentPk } from '../shipments/store'
import { partsOf } from './domain'
import { isWanted, type Wanted } from './domain/inbox'

type Inbox = Wanted & Pick<TaskQuery, 'role' | 'status'>

/** A page looks at no more than so many times its length: it may be short, and then goes on where it ended. */
const MAX_READS = 10

/** Open tasks due first; closed ones latest first. */
export async function listTasks(
  context: Context,
  inbox: Inbox,
  page: PageRequest,
): Promise<{ items: Task[]; next?: string }> {
  const found: Task[] = []
  let cursor = page.cursor
  for (let reads = 0; reads < MAX_READS; reads += 1) {
    const limit = page.limit - found.length
    const { items, next } = await list(
      context,
      `TASKS#${inbox.role}#${inbox.status}`,
      { limit, cursor },
      rangeOf(inbox, context),
    )
    found.push(...items.map(taskOf).filter((task) => isWanted(task, inbox, context.actor.id, context.now)))
    cursor = next
    if (cursor === undefined || found.length === page.limit) break
  }
  return { items: found, ...(cursor ? { next: cursor } : {}) }
}

/** The index is sorted by due date, so what is overdue is a range of it. */
const rangeOf = ({ status, overdue }: Inbox, { now }: Context): Parameters<typeof list>[3] => ({
  newestFirst: status === 'CLOSED',
  ...(overdue && status === 'OPEN' ? { between: ['0', now] } : {}),
})

/** The wanted tasks that are due first, so many of them, each with its shipment's plan. */
export async function listPlanned(
  context: Context,
  inbox: Inbox,
  limit: number,
): Promise<{ task: Task; shipment: ShipmentState }[]> {
  const { items: tasks } = await listTasks(context, inbox, { limit })
  const partitions = [...new Set(tasks.map(({ shipmentId }) => shipmentPk(shipmentId)))]
  const keys = partitions.flatMap((pk) => ['SHIPMENT', 'DETAIL'].map((sk) => ({ pk, sk })))
  const items = await getMany(context, keys)
  const shipments = new Map(partitions.map((pk) => [pk, fromItems(items.filter((item) => item.pk === pk))]))
  return tasks.flatMap((task) => {
    const shipment = shipments.get(shipmentPk(task.shipmentId))
    return shipment ? [{ task, shipment }] : []
  })
}

const DELAY_COSTS = { pk: 'TASK-SETTINGS', sk: 'DELAY-COSTS' }

/** Undefined for a tenant that has said nothing. */
export async function loadDelayCosts(tenant: Tenant): Promise<DelayCosts | undefined> {
  const item = await get(tenant, DELAY_COSTS)
  return item && DelayCosts.parse(JSON.parse(String(item.body)))
}

export const putDelayCosts = (tenant: Tenant, costs: DelayCosts): Promise<void> =>
  put(tenant, { ...DELAY_COSTS, body: JSON.stringify(costs) })

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
