/** What a person is asked about a document, and the task that asks. Pure. */
import type { DocumentRecord } from '../../../schemas/document'
import type { DoubtfulField } from '../../../schemas/document-review'
import type { DocumentKind, Extraction, FieldValue } from '../../../schemas/extraction'
import { OPEN_TASK_STATUSES, type Task } from '../../../schemas/task'
import type { Decision } from '../../shipments/store'
import { assignment } from '../../tasks/domain'

export type ThresholdOf = (kind: DocumentKind, field: string) => number

/** Fields without which a document of this kind is of no use. */
export type KeyFields = readonly string[]

export interface Doubts {
  /** Everything that is below its threshold, for the person who looks. */
  fields: DoubtfulField[]
  /** Those among them that the document cannot be accepted without. */
  holding: string[]
  /** Their places were cut out of the pages. */
  cropped?: boolean
}

/** A task is for a person: more than this nobody reads. */
const MOST = 40

export function doubtsAbout({ classification, fields }: Extraction, keys: KeyFields, thresholdOf: ThresholdOf): Doubts {
  const { kind } = classification
  const seen = new Map<string, number>()
  const doubtful = fields.flatMap((value): DoubtfulField[] => {
    const index = seen.get(value.field) ?? 0
    seen.set(value.field, index + 1)
    const threshold = thresholdOf(kind, value.field)
    return isSure(value, threshold) ? [] : [doubt(value, index, threshold)]
  })
  const missing = keys
    .filter((field) => !seen.has(field))
    .map(
      (field): DoubtfulField => ({
        field,
        index: 0,
        candidates: [],
        confidence: 0,
        threshold: thresholdOf(kind, field),
      }),
    )
  const all = [...missing, ...doubtful].sort((a, b) => Number(keys.includes(b.field)) - Number(keys.includes(a.field)))
  return {
    fields: all.slice(0, MOST),
    holding: [...new Set(all.filter(({ field }) => keys.includes(field)).map(({ field }) => field))],
  }
}

const isSure = ({ confidence, ambiguous, decidedBy }: FieldValue, threshold: number) =>
  decidedBy !== undefined || (confidence >= threshold && !ambiguous)

const doubt = (
  { field, raw, value, candidates, confidence, page, box }: FieldValue,
  index: number,
  threshold: number,
): DoubtfulField => ({ field, index, raw, value, candidates, confidence, threshold, page, box })

/** Where the picture of a doubtful field's place lies, by the field's place in the review. */
export const cropKey = (
  { tenantId, shipmentId, documentId }: { tenantId: string; shipmentId: string; documentId: string },
  index: number,
) => `crops/${tenantId}/${shipmentId}/${documentId}/${index}.png`

/** One task a document: its key is made of the document's id. */
export const reviewKey = (documentId: string) => `review-${documentId.slice(4).toLowerCase()}`

const DAY = 86_400_000

/** A task for who knows papers, carrying what is in doubt, where it stands and what else it may be. */
export function askForReview(
  document: DocumentRecord,
  reasons: string[],
  { fields, cropped }: Pick<Doubts, 'fields' | 'cropped'>,
  now: string,
): Pick<Decision, 'tasks' | 'facts'> {
  const { documentId, shipmentId, fileName } = document
  const due = { at: new Date(Date.parse(now) + DAY).toISOString(), basis: 'STEP P1D' }
  const title = `Review ${fileName ?? documentId}`.slice(0, 120)
  const step = { key: reviewKey(documentId), role: 'DOCUMENTATION' as const, title, form: [], due }
  const { task, fact } = assignment(shipmentId, step, now)
  return {
    tasks: [{ ...task, review: { documentId, reasons, fields, ...(cropped ? { cropped } : {}) } }],
    facts: [fact],
  }
}

/** The document was decided on, so its task is done; or something took its place, so nobody need look any more. */
export function endReview(
  tasks: readonly Task[],
  documentId: string,
  end: { result: Record<string, unknown> } | { reason: string },
  now: string,
): Required<Pick<Decision, 'tasks' | 'facts'>> {
  const task = tasks.find((it) => it.stepKey === reviewKey(documentId) && OPEN_TASK_STATUSES.includes(it.status))
  if (!task) return { tasks: [], facts: [] }
  const { taskId, stepKey, role } = task
  const identity = { taskId, stepKey, role }
  return 'result' in end
    ? {
        tasks: [{ ...task, status: 'COMPLETED', closedAt: now, result: end.result }],
        facts: [{ type: 'task.completed', data: { ...identity, result: end.result } }],
      }
    : {
        tasks: [{ ...task, status: 'CANCELLED', closedAt: now, reason: end.reason }],
        facts: [{ type: 'task.cancelled', data: { ...identity, reason: end.reason } }],
      }
}
