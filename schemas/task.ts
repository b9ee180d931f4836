import * as z from 'zod'
import { Group, line, ShipmentId, Subject, TaskId } from './common'
import { Disagreement } from './document-matrix'
import { DocumentReview } from './document-review'
import { BusinessHours, Due, Offset } from './due'
import { Milestone } from './milestone'
import { InternalRole } from './role'

/** ASSIGNED: somebody was named for it; IN_PROGRESS: somebody took it up; BLOCKED: rejected, and the lead has to decide. */
export const TaskStatus = z.enum([
  'CREATED',
  'ASSIGNED',
  'IN_PROGRESS',
  'BLOCKED',
  'COMPLETED',
  'SKIPPED',
  'REJECTED',
  'CANCELLED',
])
export type TaskStatus = z.infer<typeof TaskStatus>
export const OPEN_TASK_STATUSES: readonly TaskStatus[] = ['CREATED', 'ASSIGNED', 'IN_PROGRESS', 'BLOCKED']

/** One thing that a task asks for when it is completed. */
export const FormField = z
  .object({
    name: z.string().regex(/^[a-zA-Z][a-zA-Z0-9]{0,39}$/),
    label: line(80),
    type: z.enum(['text', 'number', 'boolean', 'instant', 'choice', 'containerNumber', 'money']),
    required: z.boolean().default(true),
    options: z.array(line(120)).optional().describe('For a choice'),
  })
  .meta({ id: 'FormField' })
export type FormField = z.infer<typeof FormField>

export const TaskPriority = z.enum(['LOW', 'NORMAL', 'HIGH', 'CRITICAL'])
export type TaskPriority = z.infer<typeof TaskPriority>

export const Candidates = z
  .strictObject({
    users: z.array(Subject).max(20).optional().describe('Subjects of people'),
    groups: z.array(Group).max(10).optional().describe('Groups of the directory'),
  })
  .refine(({ users = [], groups = [] }) => users.length + groups.length > 0, 'name at least one user or group')
  .describe('Who of the role may take the task up; everybody with the role when absent')
export type Candidates = z.infer<typeof Candidates>

export const EscalationAction = z.enum(['REMIND', 'REASSIGN_TO_LEAD', 'RAISE_EXCEPTION'])
export type EscalationAction = z.infer<typeof EscalationAction>

export const Rung = z.strictObject({
  action: EscalationAction,
  offset: Offset.optional().describe('From the due date, or from when the task was made if that is later'),
  businessHours: BusinessHours.optional().describe("Counted after the offset, by the office's calendar"),
})
export type Rung = z.infer<typeof Rung>

export const Ladder = z
  .array(Rung)
  .min(1)
  .max(6)
  .describe('What happens when a task stays undone: each rung once, in the order of their moments')
export type Ladder = z.infer<typeof Ladder>

export const Task = z
  .object({
    taskId: TaskId,
    shipmentId: ShipmentId,
    stepKey: z.string().describe('Key of the SOP step that made it; begins with `adhoc-` when a person did'),
    role: InternalRole,
    title: z.string(),
    status: TaskStatus,
    assignee: z.string().optional().describe('Subject of the person who claimed it or was named for it'),
    delegatedBy: z.string().optional().describe('Who answers for it while the assignee does it'),
    priority: TaskPriority.optional().describe('NORMAL when absent'),
    candidates: Candidates.optional(),
    dueAt: z.string().optional().describe('UTC'),
    dueBasis: z.string().optional().describe('What the due date was computed from, e.g. `VCO -P1D`'),
    due: Due.optional().describe('Rule of the due date: computed anew when the plan changes'),
    escalation: Ladder.optional().describe('Its own ladder; the usual one of its priority when absent'),
    escalateAt: z.string().optional().describe('When the next rung of its ladder comes due if it is open, UTC'),
    form: z.array(FormField),
    records: Milestone.optional().describe('Milestone that completing the task proves'),
    rejectable: z.boolean().optional().describe('Rejecting it closes it; else a rejection blocks it'),
    review: DocumentReview.optional().describe('Document to review; closed by its review'),
    approval: z
      .object({ notBy: z.array(z.string()).describe('Steps that the decider must not have done') })
      .optional()
      .describe('A decision by a second person; completed with its `outcome`'),
    disagreements: z.array(Disagreement).optional().describe('What the documents disagree on; closed when they agree'),
    createdAt: z.string(),
    closedAt: z.string().optional(),
    result: z.record(z.string(), z.unknown()).optional().describe('Data given at completion'),
    reason: z.string().optional().describe('Why it was skipped, rejected, cancelled or reassigned'),
  })
  .meta({ id: 'Task' })
export type Task = z.infer<typeof Task>
