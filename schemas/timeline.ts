/**
 * The timeline: immutable facts about a shipment, written in the transaction that makes them true.
 * It is at once the audit trail, the history that people read, and the outbox that the bus is fed from.
 */
import * as z from 'zod'
import { DocumentType, LoadType, ShipmentType, TransportMode } from './codes'
import {
  DocumentId,
  GrantId,
  InvoiceId,
  JobId,
  MigrationId,
  Money,
  OrganizationId,
  PlanId,
  SopId,
  TaskId,
  UnLocode,
} from './common'
import { CheckCode, Severity } from './document-matrix'
import { FieldDecision } from './document-review'
import { GrantTerms } from './grant'
import { Milestone } from './milestone'
import { InternalRole } from './role'
import { ChargeLine, SopPin } from './shipment'
import { SopRestart } from './sop-run'
import { EscalationAction } from './task'
import { MilestoneOccurrence, ReportedEvent, RetractionEvent, SourceEventId } from './tracking'

export const TimelineArea = z.enum(['OPERATIONS', 'DOCUMENTS', 'TASKS', 'MONEY'])
export type TimelineArea = z.infer<typeof TimelineArea>

const documentFacts = { documentId: DocumentId, documentType: DocumentType }
const taskFacts = { taskId: TaskId, stepKey: z.string(), role: InternalRole }
const taskReason = z.object({ ...taskFacts, reason: z.string() })

/** Every type of entry, with the area it belongs to and the shape of its data. */
export const TIMELINE = {
  'import.requested': { area: 'OPERATIONS', data: z.object({ jobId: JobId }) },
  'migration-plan.requested': { area: 'OPERATIONS', data: z.object({ planId: PlanId, part: z.int() }) },
  'migration.requested': {
    area: 'OPERATIONS',
    data: z.object({ migrationId: MigrationId, part: z.int() }),
  },
  'simulation.requested': {
    area: 'OPERATIONS',
    data: z.object({ simulationId: z.string(), part: z.int() }),
  },
  'shipment.created': {
    area: 'OPERATIONS',
    data: z.object({
      type: ShipmentType,
      mode: TransportMode,
      loadType: LoadType,
      customer: OrganizationId,
      from: UnLocode,
      to: UnLocode,
      clientReference: z.string().optional(),
    }),
  },
  'shipment.amended': { area: 'OPERATIONS', data: z.object({ changed: z.array(z.string()) }) },
  'shipment.cancelled': { area: 'OPERATIONS', data: z.object({ reason: z.string() }) },
  'shipment.completed': { area: 'OPERATIONS', data: z.object({}) },
  'sop.started': { area: 'OPERATIONS', data: SopPin },
  'sop.restarted': { area: 'OPERATIONS', data: SopRestart },
  'event.recorded': {
    area: 'OPERATIONS',
    data: ReportedEvent.extend({
      eventId: SourceEventId,
      milestone: Milestone.optional(),
      unknown: z.boolean().optional().describe('The code is in no catalogue: stored, flagged, advances nothing'),
    }),
  },
  'event.retracted': { area: 'OPERATIONS', data: RetractionEvent.extend({ eventId: SourceEventId }) },
  'milestone.recorded': { area: 'OPERATIONS', data: MilestoneOccurrence },
  'milestone.corrected': { area: 'OPERATIONS', data: MilestoneOccurrence },
  'milestone.retracted': {
    area: 'OPERATIONS',
    data: z.object({ occurrenceId: z.string(), milestone: Milestone, eventId: SourceEventId, reason: z.string() }),
  },
  'exception.raised': {
    area: 'OPERATIONS',
    data: z.object({
      stepKey: z.string(),
      severity: z.enum(['LOW', 'MEDIUM', 'HIGH', 'CRITICAL']),
      reason: z.string(),
      owner: InternalRole,
      concerns: z.string().optional().describe('Step that is late'),
    }),
  },
  'exception.resolved': { area: 'OPERATIONS', data: z.object({ stepKey: z.string(), reason: z.string() }) },
  'moment.awaited': {
    area: 'OPERATIONS',
    data: z.object({ stepKey: z.string(), at: z.string().describe('As planned then'), basis: z.string() }),
  },
  'moment.passed': { area: 'OPERATIONS', data: z.object({ stepKey: z.string(), at: z.string(), basis: z.string() }) },
  'subprocess.requested': { area: 'OPERATIONS', data: z.object({ stepKey: z.string(), sopId: SopId }) },
  'subprocess.started': { area: 'OPERATIONS', data: SopPin.extend({ stepKey: z.string() }) },
  'subprocess.restarted': { area: 'OPERATIONS', data: SopRestart.extend({ stepKey: z.string() }) },
  'subprocess.ended': { area: 'OPERATIONS', data: z.object({ stepKey: z.string() }) },
  'party.screened': {
    area: 'OPERATIONS',
    data: z.object({
      stepKey: z.string(),
      outcome: z.enum(['CLEAR', 'REVIEW', 'BLOCKED']),
      matches: z.array(z.object({ party: z.string(), listed: z.string(), score: z.number() })),
    }),
  },
  'notification.sent': {
    area: 'OPERATIONS',
    data: z.object({
      stepKey: z.string(),
      audience: z.array(z.string()).describe('Internal roles, or party functions of the shipment'),
      template: z.string(),
      message: z.string(),
    }),
  },
  'task.assigned': {
    area: 'TASKS',
    data: z.object({
      ...taskFacts,
      title: z.string(),
      dueAt: z.string().optional(),
      assignee: z.string().optional(),
      loads: z.record(z.string(), z.int()).optional().describe('Open tasks of each candidate when one was chosen'),
    }),
  },
  'task.claimed': { area: 'TASKS', data: z.object({ ...taskFacts, assignee: z.string() }) },
  'task.reassigned': {
    area: 'TASKS',
    data: taskReason.extend({ from: z.string().optional(), to: z.string().optional() }),
  },
  'task.delegated': {
    area: 'TASKS',
    data: taskReason.extend({ from: z.string(), to: z.string() }),
  },
  'task.commented': { area: 'TASKS', data: z.object({ ...taskFacts, text: z.string() }) },
  'task.rejected': {
    area: 'TASKS',
    data: taskReason.extend({ blocked: z.boolean().describe('It waits for the lead') }),
  },
  'task.rescheduled': {
    area: 'TASKS',
    data: z.object({ ...taskFacts, from: z.string().optional(), to: z.string(), basis: z.string() }),
  },
  'task.escalated': {
    area: 'TASKS',
    data: z.object({
      ...taskFacts,
      rung: z.int().describe('Place in the ladder, from 0'),
      action: EscalationAction,
      dueAt: z.string().optional(),
      from: z.string().optional().describe('Who had it before the lead got it'),
      to: z.string().optional().describe('Who is reminded or gets it; absent when nobody leads the role'),
    }),
  },
  'task.completed': { area: 'TASKS', data: z.object({ ...taskFacts, result: z.record(z.string(), z.unknown()) }) },
  'task.skipped': { area: 'TASKS', data: taskReason },
  'task.cancelled': { area: 'TASKS', data: taskReason },
  'task.reopened': { area: 'TASKS', data: taskReason },
  'task.revised': { area: 'TASKS', data: taskReason.extend({ title: z.string(), dueAt: z.string().optional() }) },
  'document.requested': {
    area: 'DOCUMENTS',
    data: z.object({ stepKey: z.string(), documentType: DocumentType, from: z.string(), dueAt: z.string().optional() }),
  },
  'document.announced': { area: 'DOCUMENTS', data: z.object({ ...documentFacts, fileName: z.string().optional() }) },
  'document.uploaded': {
    area: 'DOCUMENTS',
    data: z.object({ ...documentFacts, versionId: z.string(), bytes: z.int() }),
  },
  'document.verified': {
    area: 'DOCUMENTS',
    data: z.object({ ...documentFacts, confidence: z.number(), fields: z.int(), pages: z.int() }),
  },
  'document.review-needed': { area: 'DOCUMENTS', data: z.object({ ...documentFacts, reasons: z.array(z.string()) }) },
  'document.rejected': {
    area: 'DOCUMENTS',
    data: z.object({ ...documentFacts, code: z.string(), reason: z.string() }),
  },
  'document.superseded': { area: 'DOCUMENTS', data: z.object({ ...documentFacts, by: DocumentId }) },
  'document.generation-requested': {
    area: 'DOCUMENTS',
    data: z.object({ ...documentFacts, revision: z.int() }),
  },
  'document.generated': {
    area: 'DOCUMENTS',
    data: z.object({ ...documentFacts, revision: z.int(), bytes: z.int(), sha256: z.string() }),
  },
  'document.corrected': {
    area: 'DOCUMENTS',
    data: z.object({ ...documentFacts, decisions: z.array(FieldDecision) }),
  },
  'documents.compared': {
    area: 'DOCUMENTS',
    data: z.object({
      documents: z.array(DocumentId).describe('Which were held against each other and the shipment'),
      open: z.array(z.object({ check: CheckCode, severity: Severity, key: z.string(), message: z.string() })),
      waived: z.int(),
    }),
  },
  'documents.agreed': {
    area: 'DOCUMENTS',
    data: z.object({ stepKey: z.string(), documents: z.array(DocumentId), waived: z.int() }),
  },
  'documents.waived': {
    area: 'DOCUMENTS',
    data: z.object({
      check: CheckCode,
      keys: z.array(z.string()).describe('Disagreements that it is for'),
      reason: z.string(),
      roles: z.array(z.string()).describe('Of the person who waived'),
    }),
  },
  'grant.issued': { area: 'DOCUMENTS', data: GrantTerms },
  'grant.revoked': { area: 'DOCUMENTS', data: z.object({ grantId: GrantId, reason: z.string() }) },
  'charge.added': { area: 'MONEY', data: z.object({ stepKey: z.string().optional(), charge: ChargeLine }) },
  'invoice.issued': {
    area: 'MONEY',
    data: z.object({
      invoiceId: InvoiceId,
      number: z.string(),
      billTo: OrganizationId,
      total: Money,
      lines: z.array(z.object({ chargeId: z.string(), occurrenceId: z.string(), amount: Money })),
    }),
  },
  'cost.accrued': {
    area: 'MONEY',
    data: z.object({
      journalId: z.string(),
      supplier: OrganizationId,
      total: Money,
      lines: z.array(z.object({ chargeId: z.string(), occurrenceId: z.string(), amount: Money })),
    }),
  },
  'accrual.reversed': {
    area: 'MONEY',
    data: z.object({
      journalId: z.string(),
      reverses: z.string().describe('Journal id of the accrual whose occurrence was retracted'),
      supplier: OrganizationId,
      total: Money,
      lines: z.array(z.object({ chargeId: z.string(), occurrenceId: z.string(), amount: Money })),
    }),
  },
  'credit.proposed': {
    area: 'MONEY',
    data: z.object({ invoiceId: InvoiceId, occurrenceId: z.string(), chargeIds: z.array(z.string()) }),
  },
} as const satisfies Record<string, { area: TimelineArea; data: z.ZodType }>

export type TimelineType = keyof typeof TIMELINE
export type TimelineData<T extends TimelineType> = z.output<(typeof TIMELINE)[T]['data']>

/** A fact to be written: its type, data, and when it happened in the world if that is not now. */
export type Fact = { [T in TimelineType]: { type: T; data: TimelineData<T>; occurredAt?: string } }[TimelineType]

/** Who did it: a person or machine by token subject, or a step of an SOP, or a consumer of ours. */
export const Actor = z.object({ kind: z.enum(['USER', 'PARTNER', 'CLIENT', 'SYSTEM']), id: z.string() })
export type Actor = z.infer<typeof Actor>

type Entry = { [T in TimelineType]: TimelineEntryOf<T> }[TimelineType]
export type TimelineEntryOf<T extends TimelineType> = {
  eventId: string
  sequence: number
  type: T
  occurredAt: string
  recordedAt: string
  actor: Actor
  data: TimelineData<T>
}
export type TimelineEntry = Entry

/** As the API shows an entry; `data` depends on `type`, see the catalogue of events in the docs. */
export const TimelineEntryView = z
  .object({
    eventId: z.string().describe('Shipment and sequence; unique, and the id of the integration event'),
    sequence: z.int(),
    area: TimelineArea,
    type: z.string(),
    occurredAt: z.string().describe('When it happened, UTC'),
    recordedAt: z.string().describe('When we learned of it, UTC'),
    actor: Actor,
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'TimelineEntry' })
export type TimelineEntryView = z.infer<typeof TimelineEntryView>

/** `detail` of every event on the bus: scalars that rules match on, and the data whole (a Pipe cannot flatten lists). */
export const BusEvent = z.object({
  type: z.string(),
  tenantId: z.string(),
  subjectId: z.string().describe('The aggregate: a shipment or a job'),
  eventId: z.string(),
  sequence: z.coerce.number(),
  occurredAt: z.string(),
  recordedAt: z.string(),
  data: z.base64().describe('JSON, in base64'),
})
export type BusEvent = z.infer<typeof BusEvent>
