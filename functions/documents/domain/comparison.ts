/** What follows from comparing a shipment's documents: a fact that SOPs wait for, and work for people. Pure. */
import type { DocumentRecord } from '../../../schemas/document'
import type { Disagreement, DocumentMatrix, WaiveCheck, Waiver } from '../../../schemas/document-matrix'
import type { Extraction } from '../../../schemas/extraction'
import { OPEN_TASK_STATUSES, type Task } from '../../../schemas/task'
import type { TimelineEntry } from '../../../schemas/timeline'
import type { Context } from '../../platform/context'
import { AppError } from '../../platform/errors'
import { entriesOf } from '../../platform/timeline'
import type { ShipmentState } from '../../shipments/items'
import type { Decision } from '../../shipments/store'
import { assignment } from '../../tasks/domain'
import { documentColumn, type PlaceNames, shipmentColumn } from '../matrix/facts'
import { type Matrix, matrixOf } from '../matrix/matrix'
import { withCorrections } from './corrections'

type State = Pick<ShipmentState, 'header' | 'detail' | 'tasks' | 'documents' | 'timeline'>

/** Documents that say something of their own: accepted, and not made by us from the shipment's facts. */
export const comparedDocuments = (documents: readonly DocumentRecord[]) =>
  documents.filter(({ status, origin }) => status === 'VERIFIED' && origin === undefined)

export interface Evidence {
  /** By document id, as they were read. */
  extractions: ReadonlyMap<string, Extraction>
  places: PlaceNames
}

export function compareDocuments(state: State, { extractions, places }: Evidence): DocumentMatrix {
  const documents = comparedDocuments(state.documents)
  const columns = documents.flatMap((document) => {
    const read = extractions.get(document.documentId)
    return read ? [documentColumn(document, withCorrections(read, document.documentId, state.timeline))] : []
  })
  const shipment = shipmentColumn(state, places)
  const byId = new Map(documents.map((document) => [document.documentId, document]))
  return {
    shipmentId: state.header.shipmentId,
    columns: [shipment, ...columns].map(({ source, documentType, kind }) => {
      const status = byId.get(source)?.status
      return {
        source,
        ...(documentType ? { documentType } : {}),
        ...(kind ? { kind } : {}),
        ...(status ? { status } : {}),
      }
    }),
    ...matrixOf([shipment, ...columns], waiversOf(state.timeline)),
  }
}

const waiversOf = (timeline: readonly TimelineEntry[]) =>
  new Map(
    entriesOf(timeline, 'documents.waived').flatMap(({ data, actor, recordedAt }) =>
      data.keys.map((key): [string, Waiver] => [
        key,
        { by: actor.id, roles: data.roles, reason: data.reason, at: recordedAt },
      ]),
    ),
  )

const disagreementsOf = (matrix: Matrix) => matrix.rows.flatMap((row) => row.disagreements)
const openIn = (matrix: Matrix) => disagreementsOf(matrix).filter(({ waiver }) => !waiver)

/** Was it compared after the event? Then a second delivery of the event has nothing to add. */
export const comparedSince = (timeline: readonly TimelineEntry[], sequence: number) =>
  entriesOf(timeline, 'documents.compared').some((entry) => entry.sequence > sequence)

/** Writes the comparison down, and keeps one open task while there is an error that nobody has waived. */
export function decideCompared(state: State, matrix: DocumentMatrix, now: string): Decision {
  const documents = matrix.columns.flatMap(({ source, documentType }) => (documentType ? [source] : []))
  const known = entriesOf(state.timeline, 'documents.compared').length > 0
  if (documents.length === 0 && !known) return { facts: [] }
  const open = openIn(matrix).map(({ check, severity, key, message }) => ({ check, severity, key, message }))
  const work = workOf(state, openIn(matrix), now)
  return {
    ...work,
    facts: [
      { type: 'documents.compared', data: { documents, open, waived: matrix.disagreements.waived } },
      ...(work.facts ?? []),
    ],
  }
}

const TASK = 'resolve-disagreements'

function workOf(state: State, open: readonly Disagreement[], now: string): Partial<Decision> {
  const tasks = state.tasks.filter(({ stepKey }) => stepKey.startsWith(TASK))
  const current = tasks.find(({ status }) => OPEN_TASK_STATUSES.includes(status))
  const errors = open.filter(({ severity }) => severity === 'ERROR')
  if (errors.length > 0 && ended(state)) return {}
  if (errors.length > 0 && current)
    return sameKeys(current.disagreements ?? [], open) ? {} : { tasks: [{ ...current, disagreements: [...open] }] }
  if (errors.length > 0) return asked(state, tasks.length + 1, open, now)
  return current ? closed(current, now) : {}
}

const ended = ({ header }: State) => ['CANCELLED', 'COMPLETED', 'CLOSED'].includes(header.status)

const sameKeys = (a: readonly Disagreement[], b: readonly Disagreement[]) =>
  a.map(({ key }) => key).join() === b.map(({ key }) => key).join()

function asked(state: State, nth: number, open: readonly Disagreement[], now: string): Partial<Decision> {
  const due = { at: new Date(Date.parse(now) + 86_400_000).toISOString(), basis: 'STEP P1D' }
  const key = nth === 1 ? TASK : `${TASK}-${nth}`
  const title = 'Resolve what the documents disagree on'
  const { task, fact } = assignment(state.header.shipmentId, { key, role: 'DOCUMENTATION', title, form: [], due }, now)
  return { tasks: [{ ...task, disagreements: [...open] }], facts: [fact] }
}

function closed(task: Task, now: string): Partial<Decision> {
  const { taskId, stepKey, role } = task
  const result = { consistent: true }
  return {
    tasks: [{ ...task, status: 'COMPLETED', closedAt: now, result }],
    facts: [{ type: 'task.completed', data: { taskId, stepKey, role, result } }],
  }
}

/** Waives what the check finds as it stands now. Another value later is another disagreement. */
export function decideWaive(
  matrix: DocumentMatrix,
  { check, reason }: WaiveCheck,
  { roles }: Pick<Context, 'roles'>,
): Decision {
  const keys = openIn(matrix)
    .filter((it) => it.check === check)
    .map(({ key }) => key)
  if (keys.length === 0)
    throw new AppError('conflict', 'document.nothing_to_waive', `The documents do not disagree on ${check}`)
  return { facts: [{ type: 'documents.waived', data: { check, keys, reason, roles: [...roles] } }] }
}
