/** The shipment aggregate: its items, the one query that loads it, the one transaction that commits to it. */
import { createHash } from 'node:crypto'
import { DocumentRecord } from '../../schemas/document'
import { ShipmentDetail, ShipmentHeader, ShipmentSummary } from '../../schemas/shipment'
import { OPEN_TASK_STATUSES, Task } from '../../schemas/task'
import type { Fact, TimelineEntry } from '../../schemas/timeline'
import { Wait } from '../../schemas/wait'
import type { Context } from '../platform/context'
import { AppError, notFound } from '../platform/errors'
import {
  ConditionFailed,
  Contended,
  getMany,
  type Item,
  list,
  type PageRequest,
  partition,
  put,
  type Tenant,
  transact,
  type Write,
} from '../platform/table'
import { timelineEntry, timelineItem } from '../platform/timeline'

export interface ShipmentState {
  header: ShipmentHeader
  detail: ShipmentDetail
  /** In order of sequence. */
  timeline: TimelineEntry[]
  tasks: Task[]
  documents: DocumentRecord[]
  waits: Wait[]
  /** Answers already given, by hash of operation and Idempotency-Key. */
  answers: Map<string, StoredAnswer>
}

interface StoredAnswer {
  fingerprint: string
  body: unknown
}

/** What a command decided. Without facts nothing is written: nothing changes that the timeline does not tell. */
export interface Decision {
  facts: Fact[]
  header?: Partial<ShipmentHeader>
  detail?: ShipmentDetail
  tasks?: Task[]
  documents?: DocumentRecord[]
}

export const shipmentPk = (shipmentId: string) => `SHIPMENT#${shipmentId}`
const WAIT = 'WAIT#'

/** Loads a shipment whole. Unknown, another tenant's, and one that the partner is no party to all look alike. */
export async function loadShipment(context: Context, shipmentId: string): Promise<ShipmentState> {
  const items = await partition(context, shipmentPk(shipmentId))
  const state = fromItems(items)
  if (!state || !mayAccess(context, state.header)) throw notFound('shipment')
  return state
}

const mayAccess = (context: Context, header: ShipmentHeader) =>
  context.organizationId === undefined || header.organizations.includes(context.organizationId)

function fromItems(items: Item[]): ShipmentState | undefined {
  const header = items.find((item) => item.sk === 'SHIPMENT')
  const detail = items.find((item) => item.sk === 'DETAIL')
  if (!header || !detail) return undefined
  const bodies = (prefix: string) => items.filter((item) => item.sk.startsWith(prefix)).map(bodyOf)
  const timeline = items.filter((item) => item.sk.startsWith('TIMELINE#'))
  return {
    header: ShipmentHeader.parse({ ...Object(bodyOf(header)), version: header.version, status: header.status }),
    detail: ShipmentDetail.parse(bodyOf(detail)),
    timeline: timeline.map(timelineEntry),
    tasks: bodies('TASK#').map((body) => Task.parse(body)),
    documents: bodies('DOCUMENT#').map((body) => DocumentRecord.parse(body)),
    waits: bodies(WAIT).map((body) => Wait.parse(body)),
    answers: new Map(timeline.flatMap(storedAnswer)),
  }
}

const bodyOf = (item: Item): unknown => JSON.parse(String(item.body))

const storedAnswer = (item: Item): [string, StoredAnswer][] =>
  item.answerTo === undefined ? [] : [[String(item.answerTo), JSON.parse(String(item.answer))]]

export const digest = (value: string) => createHash('sha256').update(value).digest('base64url').slice(0, 22)

export interface CommandOptions<T> {
  /** Version that the caller saw; another one is refused (412). */
  ifMatch?: number | undefined
  /** Makes a repeated request answer as the first did; the same key with another request is refused (422). */
  idempotency?: { operation: string; key: string | undefined; request: unknown }
  /** Writes beside the shipment's own that stand or fall with them. */
  writes?: (decided: T) => Write[]
}

const ATTEMPTS = 6

/**
 * Load, decide, commit: one query and one transaction. `decide` is pure and is called again on the fresh state when
 * another command came between. Answers what `decide` answers, with the version that now stands.
 */
export async function onShipment<T>(
  context: Context,
  shipmentId: string,
  decide: (state: ShipmentState) => { decision: Decision; answer: T },
  options: CommandOptions<T> = {},
): Promise<{ answer: T; version: number; replayed: boolean }> {
  for (let attempt = 1; ; attempt += 1) {
    const state = await loadShipment(context, shipmentId)
    const answered = replay<T>(state, options)
    if (answered) return { answer: answered.answer, version: state.header.version, replayed: true }
    if (options.ifMatch !== undefined && options.ifMatch !== state.header.version)
      throw new AppError('stale', 'shipment.changed', `The shipment is at version ${state.header.version}`)
    const { decision, answer } = decide(state)
    if (decision.facts.length === 0) return { answer, version: state.header.version, replayed: false }
    try {
      const version = await commit(context, state, decision, answer, options)
      return { answer, version, replayed: false }
    } catch (error) {
      const behind = error instanceof Contended || (error instanceof ConditionFailed && error.index === 0)
      if (!behind) throw error
      if (attempt === ATTEMPTS) throw new Contended()
      // Contention is among a handful of writers of one shipment: a short random pause parts them.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * attempt))
    }
  }
}

function replay<T>(state: ShipmentState, { idempotency }: CommandOptions<T>): { answer: T } | undefined {
  if (idempotency?.key === undefined) return undefined
  const stored = state.answers.get(digest(`${idempotency.operation} ${idempotency.key}`))
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
          answerTo: digest(`${options.idempotency.operation} ${key}`),
          answer: JSON.stringify({ fingerprint: digest(JSON.stringify(options.idempotency.request)), body: answer }),
        }
      : {}
  await transact(context, [
    { put: headerItem(header), if: { attribute: 'version', equals: version } },
    ...(decision.detail ? [{ put: detailItem(shipmentId, decision.detail) }] : []),
    ...(decision.tasks ?? []).map((task) => ({ put: taskItem(task) })),
    ...(decision.documents ?? []).map((document) => ({ put: documentItem(document) })),
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

/** The items of a new shipment: header, detail, the first entry of its timeline, and a link for each partner. */
export function newShipmentItems(context: Context, header: ShipmentHeader, detail: ShipmentDetail, fact: Fact): Item[] {
  const pk = shipmentPk(header.shipmentId)
  return [
    headerItem(header),
    detailItem(header.shipmentId, detail),
    timelineItem(context, pk, header.shipmentId, 1, fact),
    ...header.organizations.map((organizationId) => ({
      pk,
      sk: `PARTY#${organizationId}`,
      gsi1pk: `PARTY#${organizationId}`,
      gsi1sk: listOrder(header),
    })),
  ]
}

const listOrder = (header: ShipmentHeader) => `${header.createdAt}#${header.shipmentId}`

function headerItem({ version, status, ...body }: ShipmentHeader): Item {
  return {
    pk: shipmentPk(body.shipmentId),
    sk: 'SHIPMENT',
    gsi1pk: 'SHIPMENTS',
    gsi1sk: `${body.createdAt}#${body.shipmentId}`,
    version,
    status,
    body: JSON.stringify(body),
  }
}

const detailItem = (shipmentId: string, detail: ShipmentDetail): Item => ({
  pk: shipmentPk(shipmentId),
  sk: 'DETAIL',
  body: JSON.stringify(detail),
})

/** Open tasks of a role are one partition of the index, due first; closed ones another, latest closed first. */
export function taskItem(task: Task): Item {
  const open = OPEN_TASK_STATUSES.includes(task.status)
  return {
    pk: shipmentPk(task.shipmentId),
    sk: `TASK#${task.stepKey}`,
    gsi1pk: `TASKS#${task.role}#${open ? 'OPEN' : 'CLOSED'}`,
    gsi1sk: `${(open ? task.dueAt : task.closedAt) ?? '9999'}#${task.taskId}`,
    status: task.status,
    body: JSON.stringify(task),
  }
}

const documentItem = (document: DocumentRecord): Item => ({
  pk: shipmentPk(document.shipmentId),
  sk: `DOCUMENT#${document.documentId}`,
  status: document.status,
  body: JSON.stringify(document),
})

/**
 * Registers a wait before the state is read: whoever records what it waits for reads the waits afterwards, so one of
 * the two always sees the other, and neither needs a transaction.
 */
export const registerWait = (context: Tenant, shipmentId: string, wait: Wait) =>
  put(context, { pk: shipmentPk(shipmentId), sk: WAIT + wait.stepKey, body: JSON.stringify(wait) })

/** Ends a wait whose token was answered, unless the step has registered a newer token meanwhile. */
export async function endWait(context: Tenant, shipmentId: string, wait: Wait): Promise<void> {
  try {
    await transact(context, [
      {
        remove: { pk: shipmentPk(shipmentId), sk: WAIT + wait.stepKey },
        if: { attribute: 'body', equals: JSON.stringify(wait) },
      },
    ])
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error
  }
}

/** Newest first; a partner's list goes through its links. */
export async function listShipments(
  context: Context,
  page: PageRequest,
): Promise<{ items: ShipmentSummary[]; next?: string }> {
  if (context.organizationId === undefined) {
    const { items, next } = await list(context, 'SHIPMENTS', page, { newestFirst: true })
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

const summaryOf = (item: Item): ShipmentSummary =>
  ShipmentSummary.parse({ ...Object(bodyOf(item)), status: item.status })
