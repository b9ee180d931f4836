import * as z from 'zod'
import { pageQuery, ShipmentId, TaskId } from './common'
import { Disagreement } from './document-matrix'
import { DocumentReview } from './document-review'
import { Milestone } from './milestone'
import { InternalRole } from './role'

export const TaskStatus = z.enum([
  'CREATED',
  'ASSIGNED',
  'IN_PROGRESS',
  'BLOCKED',
  'COMPLETED',
  'SKIPPED',
  'CANCELLED',
  'EXPIRED',
])
export type TaskStatus = z.infer<typeof TaskStatus>
export const OPEN_TASK_STATUSES: readonly TaskStatus[] = ['CREATED', 'ASSIGNED', 'IN_PROGRESS', 'BLOCKED']

/** One thing that a task asks for when it is completed. */
export const FormField = z
  .object({
    name: z.string().regex(/^[a-zA-Z][a-zA-Z0-9]{0,39}$/),
    label: z.string().min(1).max(80),
    type: z.enum(['text', 'number', 'boolean', 'instant', 'choice', 'containerNumber', 'money']),
    required: z.boolean().default(true),
    options: z.array(z.string()).optional().describe('For a choice'),
  })
  .meta({ id: 'FormField' })
export type FormField = z.infer<typeof FormField>

export const Task = z
  .object({
    taskId: TaskId,
    shipmentId: ShipmentId,
    stepKey: z.string().describe('Key of the SOP step that made it'),
    role: InternalRole,
    title: z.string(),
    status: TaskStatus,
    assignee: z.string().optional().describe('Subject of the person who claimed it'),
    dueAt: z.string().optional().describe('UTC'),
    dueBasis: z.string().optional().describe('What the due date was computed from, e.g. `VCO -P1D`'),
    form: z.array(FormField),
    records: Milestone.optional().describe('Milestone that completing the task proves'),
    review: DocumentReview.optional().describe('Document to review; closed by its review'),
    disagreements: z.array(Disagreement).optional().describe('What the documents disagree on; closed when they agree'),
    createdAt: z.string(),
    closedAt: z.string().optional(),
    result: z.record(z.string(), z.unknown()).optional().describe('Data given at completion'),
    reason: z.string().optional().describe('Why it was skipped, cancelled or reassigned'),
  })
  .meta({ id: 'Task' })
export type Task = z.infer<typeof Task>

export const TaskQuery = z.object({
  role: InternalRole,
  status: z.enum(['OPEN', 'CLOSED']).default('OPEN'),
  ...pageQuery,
})
