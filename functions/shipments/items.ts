/** How a shipment's parts stand in the table. */
import { createHash } from 'node:crypto'
import { DocumentRecord } from '../../schemas/document'
import { ShipmentDetail, ShipmentHeader, ShipmentSummary } from '../../schemas/shipment'
import { OPEN_TASK_STATUSES, Task } from '../../schemas/task'
import type { TimelineEntry } from '../../schemas/timeline'
import { Wait } from '../../schemas/wait'
import type { Context } from '../platform/context'
import type { Item } from '../platform/table'
import { timelineEntry } from '../platform/timeline'

export interface ShipmentState {
  header: ShipmentHeader
  detail: ShipmentDetail
  /** In order of sequence. */
  timeline: TimelineEntry[]
  tasks: Task[]
  documents: DocumentRecord[]
  waits: Wait[]
  /** When the shipment is looked at again, UTC; none when nothing can come due any more. */
  wakeAt?: string
  /** Answers already given, by `requestKey`. */
  answers: Map<string, StoredAnswer>
}

interface StoredAnswer {
  fingerprint: string
  body: unknown
}

export const shipmentPk = (shipmentId: string) => `SHIPMENT#${shipmentId}`
export const WAIT = 'WAIT#'
const TASK = 'TASK#'
const WAKE = 'WAKE'

/** What an Idempotency-Key stands for: the operation of one caller, so that nobody is answered what another was. */
export const requestKey = ({ actor, organizationId = '' }: Context, operation: string, key: string) =>
  digest([operation, actor.kind, actor.id, organizationId, key].join('\n'))

export const digest = (value: string) => createHash('sha256').update(value).digest('base64url').slice(0, 22)

/** The aggregate of a partition's items; undefined when there is no shipment in it. */
export function fromItems(items: Item[]): ShipmentState | undefined {
  const header = items.find((item) => item.sk === 'SHIPMENT')
  const detail = items.find((item) => item.sk === 'DETAIL')
  if (!header || !detail) return undefined
  const bodies = (prefix: string) => items.filter((item) => item.sk.startsWith(prefix)).map(bodyOf)
  const timeline = items.filter((item) => item.sk.startsWith('TIMELINE#'))
  const wake = items.find((item) => item.sk === WAKE)
  return {
    header: ShipmentHeader.parse({ ...Object(bodyOf(header)), version: header.version, status: header.status }),
    detail: ShipmentDetail.parse(bodyOf(detail)),
    timeline: timeline.map(timelineEntry),
    tasks: items.filter((item) => item.sk.startsWith(TASK)).map(taskOf),
    documents: bodies('DOCUMENT#').map((body) => DocumentRecord.parse(body)),
    waits: bodies(WAIT).map((body) => Wait.parse(body)),
    ...(wake ? { wakeAt: String(wake.body) } : {}),
    answers: new Map(timeline.flatMap(storedAnswer)),
  }
}

const storedAnswer = (item: Item): [string, StoredAnswer][] =>
  item.answerTo === undefined ? [] : [[String(item.answerTo), JSON.parse(String(item.answer))]]

const bodyOf = (item: Item): unknown => JSON.parse(String(item.body))

export const summaryOf = (item: Item): ShipmentSummary =>
  ShipmentSummary.parse({ ...Object(bodyOf(item)), status: item.status })

export const listOrder = (header: Pick<ShipmentHeader, 'createdAt' | 'shipmentId'>) =>
  `${header.createdAt}#${header.shipmentId}`

export function headerItem({ version, status, ...body }: ShipmentHeader): Item {
  return {
    pk: shipmentPk(body.shipmentId),
    sk: 'SHIPMENT',
    gsi1pk: 'SHIPMENTS',
    gsi1sk: listOrder(body),
    version,
    status,
    body: JSON.stringify(body),
  }
}

export const detailItem = (shipmentId: string, detail: ShipmentDetail): Item => ({
  pk: shipmentPk(shipmentId),
  sk: 'DETAIL',
  body: JSON.stringify(detail),
})

/** What its keys say is not said again: a task stays under 1 KB, for which a write costs its least. */
export function taskOf(item: Item): Task {
  const shipmentId = item.pk.slice(shipmentPk('').length)
  const stepKey = item.sk.slice(TASK.length)
  return Task.parse({ taskId: `tsk_${shipmentId.slice(4)}_${stepKey}`, shipmentId, stepKey, ...Object(bodyOf(item)) })
}

/** Open tasks of a role are one partition of the index, due first; closed ones another, latest closed first. */
export function taskItem(task: Task): Item {
  const { taskId, shipmentId, stepKey, ...body } = task
  const open = OPEN_TASK_STATUSES.includes(task.status)
  return {
    pk: shipmentPk(shipmentId),
    sk: TASK + stepKey,
    gsi1pk: `TASKS#${task.role}#${open ? 'OPEN' : 'CLOSED'}`,
    gsi1sk: `${(open ? task.dueAt : task.closedAt) ?? '9999'}#${taskId}`,
    status: task.status,
    body: JSON.stringify(body),
  }
}

const WAKES = 'WAKES'
/** All shipments to look at are one partition of the index, earliest first. */
export const wakeItem = (shipmentId: string, at: string): Item => ({
  pk: shipmentPk(shipmentId),
  sk: WAKE,
  gsi1pk: WAKES,
  gsi1sk: `${at}#${shipmentId}`,
  body: at,
})

/** Where to look for those that are due at `now`. */
export const wakesDue = (now: string): { pk: string; between: [string, string] } => ({
  pk: WAKES,
  between: ['0', `${now}~`],
})

export const documentItem = (document: DocumentRecord): Item => ({
  pk: shipmentPk(document.shipmentId),
  sk: `DOCUMENT#${document.documentId}`,
  status: document.status,
  body: JSON.stringify(document),
})
