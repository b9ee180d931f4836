/** The shipment aggregate: the one query that loads it, the one transaction that commits to it. */
import type { DocumentRecord } from '../../schemas/document'
import type { ShipmentDetail, ShipmentHeader, ShipmentSummary } from '../../schemas/shipment'
import { OPEN_TASK_STATUSES, type Task } from '../../schemas/task'
import type { Fact } from '../../schemas/timeline'
import type { Wait } from '../../schemas/wait'
import type { Context } from '../platform/context'
import { AppError, notFound } from '../platform/errors'
import {
  type Condition,
  ConditionFailed,
  getMany,
  list,
  type PageRequest,
  partition,
  put,
  remove,
  retried,
  type Tenant,
  transact,
  type Write,
} from '../platform/table'
import { timelineItem } from '../platform/timeline'
import {
  detailItem,
  digest,
  documentItem,
  fromItems,
  headerItem,
  requestKey,
  type ShipmentState,
  shipmentPk,
  summaryOf,
  taskItem,
  WAIT,
  wakeItem,
  wakesDue,
} from './items'

export { type ShipmentState, shipmentPk, taskItem } from './items'

/** What a command decided. Without facts nothing is written: nothing changes that the timeline does not tell. */
export interface Decision {
  facts: Fact[]
  header?: Partial<ShipmentHeader>
  detail?: ShipmentDetail
  tasks?: Task[]
  documents?: DocumentRecord[]
  /** Waits that nobody is held by any more. */
  dropped?: readonly Wait[]
  /** UTC: something comes due then, so the shipment is to be looked at by then. */
  wakeAt?: string
}

/** Loads a shipment whole. Unknown, another tenant's, and one that the partner is no party to all look alike. */
export async function loadShipment(context: Context, shipmentId: string): Promise<ShipmentState> {
  const items = await partition(context, shipmentPk(shipmentId))
  const state = fromItems(items)
  if (!state || !mayAccess(context, state.header)) throw notFound('shipment')
  return state
}

const mayAccess = (context: Context, header: ShipmentHeader) =>
  context.organizationId === undefined || header.organizations.includes(context.organizationId)

export interface Decided<T> {
  decision: Decision
  answer: T
}

export interface CommandOptions<T> {
  /** Version that the caller saw; another one is refused (412). */
  ifMatch?: number | undefined
  /** Throws where the caller may not hear even what it was answered before; asked first. */
  admit?: (state: ShipmentState) => void
  /** Makes a repeated request of the same caller answer as the first did; the same key with another request is refused (422). */
  idempotency?: { operation: string; key: string | undefined; request: unknown }
  /** Writes beside the shipment's own that stand or fall with them. */
  writes?: (decided: T) => Write[]
}

/**
 * Load, decide, commit: one query and one transaction. `decide` changes nothing and is called again on the fresh state
 * when another command came between. It is pure, but for billing's, which reads the counter that its numbers come from.
 * Answers what `decide` answers, with the version that now stands.
 */
export async function onShipment<T>(
  context: Context,
  shipmentId: string,
  decide: (state: ShipmentState) => Decided<T> | Promise<Decided<T>>,
  options: CommandOptions<T> = {},
): Promise<{ answer: T; version: number; replayed: boolean }> {
  return retried(async () => {
    const state = await loadShipment(context, shipmentId)
    options.admit?.(state)
    const answered = replay<T>(context, state, options)
    if (answered) return { answer: answered.answer, version: state.header.version, replayed: true }
    if (options.ifMatch !== undefined && options.ifMatch !== state.header.version)
      throw new AppError('stale', 'shipment.changed', `The shipment is at version ${state.header.version}`)
    const { decision, answer } = await decide(state)
    if (decision.facts.length === 0) return { answer, version: state.header.version, replayed: false }
    return { answer, version: await commit(context, state, decision, answer, options), replayed: false }
  })
}

function replay<T>(
  context: Context,
  state: ShipmentState,
  { idempotency }: CommandOptions<T>,
): { answer: T } | undefined {
  if (idempotency?.key === undefined) return undefined
  const stored = state.answers.get(requestKey(context, idempotency.operation, idempotency.key))
  if (!stored) return undefined
  if (stored.fingerprint !== digest(JSON.stringify(idempotency.request))) throw keyReused()
  // The answer was stored by this same operation.
  return { answer: stored.body as T }
}

export const keyReused = () =>
  new AppError('unprocessable', 'idempotency_key.reused', 'This Idempotency-Key was used with another request')

async function commit<T>(
  context: Context,
  state: ShipmentState,
  decision: Decision,
  answer: T,
  options: CommandOptions<T>,
): Promise<number> {
  const { shipmentId, version } = state.header
  const header = { ...state.header, ...decision.header, version: version + decision.facts.length }
  const key = options.idempotency?.key
  const stored =
    options.idempotency && key !== undefined
      ? {
          answerTo: requestKey(context, options.idempotency.operation, key),
          answer: JSON.stringify({ fingerprint: digest(JSON.stringify(options.idempotency.request)), body: answer }),
        }
      : {}
  await transact(context, [
    { put: headerItem(header), if: { attribute: 'version', equals: version } },
    ...(decision.detail ? [{ put: detailItem(shipmentId, decision.detail) }] : []),
    ...(decision.tasks ?? []).map((task) => ({ put: taskItem(task) })),
    ...(decision.documents ?? []).map((document) => ({ put: documentItem(document) })),
    ...(decision.dropped ?? []).map((wait) => ({ remove: waitKey(shipmentId, wait) })),
    ...wakeWrites(context, state, decision),
    ...decision.facts.map((fact, index) => ({
      put: {
        ...timelineItem(context, shipmentPk(shipmentId), shipmentId, version + index + 1, fact),
        ...(index === 0 ? stored : {}),
      },
    })),
    ...(options.writes?.(answer) ?? []),
  ])
  return header.version
}

/** Only what comes due before the next look is worth a write: each look finds out by itself when the one after it is. */
function wakeWrites({ now }: Context, { header, wakeAt }: ShipmentState, decision: Decision): Write[] {
  const [wanted] = [decision.wakeAt, ...(decision.tasks ?? []).map(escalationOf)]
    .filter((at) => at !== undefined)
    .sort()
  return wanted !== undefined && (wakeAt === undefined || wakeAt <= now || wanted < wakeAt)
    ? [{ put: wakeItem(header.shipmentId, wanted) }]
    : []
}

const escalationOf = ({ status, escalateAt }: Task) => (OPEN_TASK_STATUSES.includes(status) ? escalateAt : undefined)

/**
 * Sets when a shipment is looked at again, once it has been looked at: `next` of the state as it was `seen`, never if it
 * says so. A look that is still to come is never put off: commands that want one later rely on it. A command that wants
 * one earlier, or comes while one is due, makes this read and decide again.
 */
export async function scheduleWake(
  context: Context,
  shipmentId: string,
  next: (state: ShipmentState) => string | undefined,
  seen?: ShipmentState,
): Promise<void> {
  let known = seen
  await retried(async () => {
    const state = known ?? (await loadShipment(context, shipmentId))
    known = undefined
    const at = next(state)
    const { wakeAt } = state
    if (at === wakeAt || (wakeAt !== undefined && wakeAt > context.now && (at === undefined || at > wakeAt))) return
    const condition: Condition = state.wakeAt === undefined ? 'absent' : { attribute: 'body', equals: state.wakeAt }
    const { pk, sk, ...item } = wakeItem(shipmentId, at ?? '')
    await transact(context, [
      at === undefined ? { remove: { pk, sk }, if: condition } : { put: { pk, sk, ...item }, if: condition },
    ])
  })
}

/**
 * Takes a document from a status to one of its own way, where nothing but the status tells of it: one item, a sixth of
 * what a fact costs. Throws ConditionFailed when it does not stand there any more.
 */
export const stepDocument = (context: Tenant, from: DocumentRecord, to: DocumentRecord): Promise<void> =>
  put(context, documentItem(to), { attribute: 'status', equals: from.status })

/** Puts a look off without looking at what stands there: for a shipment that can't be read. */
export const postponeWake = (context: Tenant, shipmentId: string, at: string): Promise<void> =>
  put(context, wakeItem(shipmentId, at))

/** Shipments that are to be looked at by now, the longest overdue first. */
export async function listDue(context: Context, limit: number): Promise<string[]> {
  const { pk, between } = wakesDue(context.now)
  const { items } = await list(context, pk, { limit }, { between })
  return items.map((item) => item.pk.slice(shipmentPk('').length))
}

/**
 * Registers a wait before the state is read: whoever records what it waits for reads the waits afterwards, so one of
 * the two always sees the other, and neither needs a transaction. Answers false for a step of a run that is over: it
 * never takes the place of what a later run waits for.
 */
export async function registerWait(context: Tenant, shipmentId: string, wait: Wait, run: number): Promise<boolean> {
  const item = { ...waitKey(shipmentId, wait), run, body: JSON.stringify(wait) }
  try {
    await put(context, item, { attribute: 'run', atMost: run })
    return true
  } catch (error) {
    if (error instanceof ConditionFailed) return false
    throw error
  }
}

const waitKey = (shipmentId: string, { stepKey }: Wait) => ({ pk: shipmentPk(shipmentId), sk: WAIT + stepKey })

/** Ends a wait whose token was answered, unless the step has registered a newer token meanwhile. */
export const endWait = (context: Tenant, shipmentId: string, wait: Wait): Promise<void> =>
  remove(context, waitKey(shipmentId, wait), { attribute: 'body', equals: JSON.stringify(wait) })

/** Newest first; a partner's list goes through its links. */
export async function listShipments(
  context: Context,
  page: PageRequest,
  created?: [from: string, to: string],
): Promise<{ items: ShipmentSummary[]; next?: string }> {
  if (context.organizationId === undefined) {
    const { items, next } = await list(context, 'SHIPMENTS', page, {
      newestFirst: true,
      ...(created ? { between: created } : {}),
    })
    return { items: items.map(summaryOf), ...(next ? { next } : {}) }
  }
  const links = await list(context, `PARTY#${context.organizationId}`, page, { newestFirst: true })
  const headers = await getMany(
    context,
    links.items.map((link) => ({ pk: link.pk, sk: 'SHIPMENT' })),
  )
  const byPk = new Map(headers.map((item) => [item.pk, summaryOf(item)]))
  const items = links.items.flatMap((link) => byPk.get(link.pk) ?? [])
  return { items, ...(links.next ? { next: links.next } : {}) }
}
