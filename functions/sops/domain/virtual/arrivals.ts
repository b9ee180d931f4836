/** What a step waits for, as it comes when all is well: the task is done, the document read, the milestone reached. */
import type { DocumentType } from '../../../../schemas/codes'
import type { DocumentRecord } from '../../../../schemas/document'
import type { FormField, Task } from '../../../../schemas/task'
import type { Fact } from '../../../../schemas/timeline'
import type { Wait } from '../../../../schemas/wait'
import type { Decision, ShipmentState } from '../../../shipments/store'
import { decideComplete } from '../../../tasks/domain'
import { decideOwnMilestone } from '../../../tracking/own-events'
import { passedMoments } from '../moments'

const FILLED: Record<FormField['type'], (field: FormField) => unknown> = {
  text: () => 'ABC123',
  number: () => 21_400,
  boolean: () => true,
  instant: () => '2026-01-01T00:00:00Z',
  choice: ({ options }) => options?.[0],
  containerNumber: () => 'MSKU9070323',
  money: () => ({ amount: 100, currency: 'EUR' }),
}

/** A form filled in with samples; with the first option of each choice, unless another is preferred. */
export const formData = (form: readonly FormField[], preferred: readonly string[] = []) =>
  Object.fromEntries(
    form.map((field) => [
      field.name,
      field.options?.find((option) => preferred.includes(option)) ?? FILLED[field.type](field),
    ]),
  )

/** Ana does the work, and Ben decides on it. */
export const workerOf = ({ approval }: Pick<Task, 'approval'>) => (approval ? 'ben' : 'ana')

/** Whoever has the task, or may take it up. */
export const personFor = (task: Task, now: string) => ({
  actor: { kind: 'USER' as const, id: workerOf(task) },
  roles: [task.role, 'TENANT_ADMIN' as const],
  now,
})

const goodDocument = (shipmentId: string, documentType: DocumentType, now: string): DocumentRecord => ({
  documentId: `doc_${shipmentId.slice(4, 27)}${documentType}`,
  shipmentId,
  documentType,
  status: 'VERIFIED',
  contentType: 'application/pdf',
  bytes: 1,
  sha256: '',
  announcedBy: 'simulation',
  announcedAt: now,
})

/** A document has been read and found good. */
export function verifiedDocument(shipmentId: string, documentType: DocumentType, now: string): Decision {
  const document = goodDocument(shipmentId, documentType, now)
  const { documentId } = document
  return {
    documents: [document],
    facts: [{ type: 'document.verified', data: { documentId, documentType, confidence: 1, fields: 1, pages: 1 } }],
  }
}

/** Documents of the types have been read, and compared without a finding. */
export function agreeingDocuments(
  { header: { shipmentId } }: Pick<ShipmentState, 'header'>,
  types: readonly DocumentType[],
  now: string,
): Decision {
  const each = types.map((type) => verifiedDocument(shipmentId, type, now))
  const documents = each.flatMap((decision) => decision.documents ?? [])
  const compared: Fact = {
    type: 'documents.compared',
    data: { documents: documents.map(({ documentId }) => documentId), open: [], waived: 0 },
  }
  return { documents, facts: [...each.flatMap(({ facts }) => facts), compared] }
}

/**
 * What the wait is for has come. A task that is not there, or a moment that has not passed, decides nothing. Preferred
 * are options of choices (`DISPOSE`, or `inspect-goods DISPOSE`), and milestones.
 */
export function arrival(
  state: ShipmentState,
  { awaited }: Wait,
  now: string,
  preferred: readonly string[] = [],
): Decision {
  switch (awaited.kind) {
    case 'task': {
      const task = state.tasks.find((it) => it.stepKey === awaited.taskKey)
      if (!task) return { facts: [] }
      const options = preferred.map((it) =>
        it.startsWith(`${task.stepKey} `) ? it.slice(task.stepKey.length + 1) : it,
      )
      return decideComplete(state, task.taskId, formData(task.form, options), personFor(task, now)).decision
    }
    case 'milestone': {
      const milestone = awaited.or?.find((it) => preferred.includes(it)) ?? awaited.milestone
      const report = { milestone, eventId: `virtual-${milestone}`, at: now }
      return decideOwnMilestone(state, report, now)
    }
    case 'document':
      return verifiedDocument(state.header.shipmentId, awaited.documentType, now)
    case 'consistency':
      return agreeingDocuments(state, awaited.documentTypes, now)
    case 'until':
      return { facts: passedMoments(state, now).map(({ fact }) => fact) }
    case 'process':
      return { facts: [{ type: 'subprocess.ended', data: { stepKey: awaited.process } }] }
  }
}
