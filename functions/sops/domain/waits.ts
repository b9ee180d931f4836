/** What a step waits for, and whether it has come. */
import type { DocumentRecord } from '../../../schemas/document'
import type { SopStep } from '../../../schemas/sop'
import type { Fact, TimelineData, TimelineEntry, TimelineType } from '../../../schemas/timeline'
import type { Awaited, Wait } from '../../../schemas/wait'
import { entriesOf } from '../../platform/timeline'
import { saysWhatWasBooked } from '../../shipments/perspective'
import type { ShipmentState } from '../../shipments/store'
import { occurrenceOf } from '../../tracking/domain'
import { passedOf } from './moments'
import { endOf } from './processes'

/** What a step answers to its state machine: small, and nothing that the shipment does not hold. */
export type Output = Record<string, unknown>

/** The wait that a step holds its state with; none when it came without a token. */
export function waitOf(step: SopStep, now: string): Wait | undefined {
  if (!('token' in step) || step.token === undefined) return undefined
  return { stepKey: step.key, token: step.token, awaited: awaitedBy(step), since: now }
}

function awaitedBy(step: Extract<SopStep, { token?: unknown }>): Awaited {
  switch (step.step) {
    case 'assignTask':
      return { kind: 'task', taskKey: step.key, ...(step.records ? { records: step.records } : {}) }
    case 'approve':
    case 'screenParties':
      return { kind: 'task', taskKey: step.key }
    case 'awaitMilestone':
      return { kind: 'milestone', milestone: step.milestone, ...(step.or ? { or: step.or } : {}) }
    case 'waitUntil':
      return { kind: 'until', stepKey: step.key, due: step.due }
    case 'startSubProcess':
      return { kind: 'process', process: step.key }
    case 'requireConsistentDocuments':
      return {
        kind: 'consistency',
        stepKey: step.key,
        documentTypes: step.documentTypes,
        severity: step.severity,
      }
    case 'requestDocument':
    case 'awaitDocument':
      return { kind: 'document', documentType: step.documentType }
  }
}

/** What settles a wait; undefined while it is still to come. */
export function settlement(
  awaited: Awaited,
  state: Pick<ShipmentState, 'header' | 'detail' | 'tasks' | 'documents' | 'timeline'>,
): Output | undefined {
  // Whoever cancels a shipment stops its execution; nothing goes on meanwhile.
  if (state.header.status === 'CANCELLED') return undefined
  switch (awaited.kind) {
    case 'task':
      return work(awaited, state)
    case 'milestone':
      return [awaited.milestone, ...(awaited.or ?? [])].flatMap((it) => occurrenceOf(state.timeline, it) ?? [])[0]
    case 'document':
      return document(awaited, state)
    case 'consistency':
      return consistency(awaited, state)
    case 'until':
      return passedOf(awaited.stepKey, state)
    case 'process':
      return endOf(awaited.process, state)
  }
}

function work(
  awaited: Extract<Awaited, { kind: 'task' }>,
  state: Pick<ShipmentState, 'tasks' | 'timeline'>,
): Output | undefined {
  const task = state.tasks.find((it) => it.stepKey === awaited.taskKey)
  if (!task) return needless(awaited, state)
  const { taskId, status, result, reason, approval } = task
  const outcome = (it: unknown) => (approval ? { outcome: it } : {})
  if (status === 'REJECTED')
    return { taskId, status, ...(reason === undefined ? {} : { reason }), ...outcome('REJECTED') }
  if (status !== 'COMPLETED' && status !== 'SKIPPED') return undefined
  return { taskId, status, ...(result ? { result } : {}), ...outcome(result?.outcome) }
}

function document(
  { documentType }: Extract<Awaited, { kind: 'document' }>,
  state: Pick<ShipmentState, 'detail' | 'documents' | 'timeline'>,
): Output | undefined {
  const verified = verifiedOf(state).find((it) => it.documentType === documentType && mayHaveSent(it, state))
  return verified && { documentId: verified.documentId, documentType }
}

/** What partners sent and we accepted; what we print ourselves is what nobody waits for. */
const verifiedOf = ({ documents }: Pick<ShipmentState, 'documents'>) =>
  documents.filter(({ status, origin }) => status === 'VERIFIED' && origin === undefined)

/** A partner's paper settles a wait only if it was asked of that partner; the tenant's own people may file any. */
function mayHaveSent(
  { documentType, organizationId }: DocumentRecord,
  { detail, timeline }: Pick<ShipmentState, 'detail' | 'timeline'>,
): boolean {
  const asked = entriesOf(timeline, 'document.requested').findLast((it) => it.data.documentType === documentType)
  const asking = detail.parties.filter((party) => party.function === asked?.data.from && party.organizationId)
  return (
    organizationId === undefined || asking.length === 0 || asking.some((it) => it.organizationId === organizationId)
  )
}

type Agreement = Pick<TimelineData<'documents.agreed'>, 'documents' | 'waived'>

/** What changes the outcome of a comparison; until it is compared anew, the last one says nothing. */
const CHANGES: readonly TimelineType[] = [
  'document.verified',
  'document.superseded',
  'document.corrected',
  'documents.waived',
  'shipment.amended',
]

/** A task changes it only with what was booked. */
const changes = (entry: TimelineEntry): boolean =>
  entry.type === 'task.completed' ? saysWhatWasBooked(entry.data.result) : CHANGES.includes(entry.type)

/** Once passed, it stays so: a paper that comes later holds nothing that was let go on. */
function consistency(
  { stepKey, documentTypes, severity }: Extract<Awaited, { kind: 'consistency' }>,
  state: Pick<ShipmentState, 'timeline' | 'documents'>,
): Agreement | undefined {
  const { timeline } = state
  const agreed = entriesOf(timeline, 'documents.agreed').find(({ data }) => data.stepKey === stepKey)
  if (agreed) return { documents: agreed.data.documents, waived: agreed.data.waived }
  const compared = entriesOf(timeline, 'documents.compared').at(-1)
  if (!compared) return undefined
  if (timeline.some((entry) => entry.sequence > compared.sequence && changes(entry))) return undefined
  const verified = verifiedOf(state).map(({ documentType }) => documentType)
  if (!documentTypes.every((documentType) => verified.includes(documentType))) return undefined
  const holding = compared.data.open.filter((it) => severity === 'WARN' || it.severity === 'ERROR')
  return holding.length > 0 ? undefined : { documents: compared.data.documents, waived: compared.data.waived }
}

/** A task that is not made because what it is for has been done: its milestone stands, or screening found nothing. */
function needless(
  { taskKey, records }: Extract<Awaited, { kind: 'task' }>,
  { timeline }: Pick<ShipmentState, 'timeline'>,
): Output | undefined {
  const standing = records && occurrenceOf(timeline, records)
  if (standing) return { occurrenceId: standing.occurrenceId }
  const screened = entriesOf(timeline, 'party.screened').find(({ data }) => data.stepKey === taskKey)
  return screened?.data.outcome === 'CLEAR' ? { outcome: 'CLEAR', matches: 0 } : undefined
}

/** The waits of a shipment that have been settled, with what settled them. */
export const settledWaits = (state: ShipmentState): { wait: Wait; output: Output }[] =>
  state.waits.flatMap((wait) => {
    const output = settlement(wait.awaited, state)
    return output ? [{ wait, output }] : []
  })

/** What is told once steps are settled: that documents agreed, and that what was said of their lateness is over. */
export const resolutions = (
  state: Pick<ShipmentState, 'timeline' | 'documents' | 'waits'>,
  stepKeys: readonly string[],
): Fact[] => [...agreements(state, stepKeys), ...punctualities(state, stepKeys)]

function agreements(
  state: Pick<ShipmentState, 'timeline' | 'documents' | 'waits'>,
  stepKeys: readonly string[],
): Fact[] {
  const told = entriesOf(state.timeline, 'documents.agreed').map(({ data }) => data.stepKey)
  return state.waits.flatMap(({ stepKey, awaited }): Fact[] => {
    if (awaited.kind !== 'consistency' || !stepKeys.includes(stepKey) || told.includes(stepKey)) return []
    const agreement = consistency(awaited, state)
    return agreement ? [{ type: 'documents.agreed', data: { stepKey, ...agreement } }] : []
  })
}

/** Exceptions that said a step was late are resolved once it is settled. */
function punctualities(state: Pick<ShipmentState, 'timeline'>, stepKeys: readonly string[]): Fact[] {
  const resolved = new Set(entriesOf(state.timeline, 'exception.resolved').map((entry) => entry.data.stepKey))
  return entriesOf(state.timeline, 'exception.raised')
    .filter(
      ({ data }) => data.concerns !== undefined && stepKeys.includes(data.concerns) && !resolved.has(data.stepKey),
    )
    .map(({ data }) => ({
      type: 'exception.resolved',
      data: { stepKey: data.stepKey, reason: `${data.concerns} was settled` },
    }))
}
