import * as z from 'zod'
import { Currency, Instant, pageQuery, ShipmentId, TaskId } from './common'
import { Disagreement } from './document-matrix'
import { DocumentReview } from './document-review'
import { BusinessHours, Due, Offset } from './due'
import { Milestone } from './milestone'
import { Group, Subject } from './people'
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
    label: z.string().min(1).max(80),
    type: z.enum(['text', 'number', 'boolean', 'instant', 'choice', 'containerNumber', 'money']),
    required: z.boolean().default(true),
    options: z.array(z.string()).optional().describe('For a choice'),
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

/** A task that a person gives to others, beside the SOP: nothing waits for it. */
export const CreateTask = z
  .strictObject({
    role: InternalRole,
    title: z.string().trim().min(1).max(120),
    dueAt: Instant.optional(),
    due: Due.optional().describe('Instead of dueAt: relative to the shipment’s plan'),
    form: z.array(FormField).max(20).default([]),
    priority: TaskPriority.optional(),
    assignee: Subject.optional(),
    candidates: Candidates.optional(),
    escalation: Ladder.optional(),
  })
  .refine(({ dueAt, due }) => (dueAt === undefined) !== (due === undefined), {
    message: 'name either dueAt or due',
    path: ['dueAt'],
  })
  .meta({ id: 'CreateTask' })
export type CreateTask = z.infer<typeof CreateTask>

export const TaskComment = z
  .object({ by: z.string().describe('Subject'), at: z.string(), text: z.string() })
  .meta({ id: 'TaskComment' })

const minorUnits = z.int().min(0).max(1_000_000_000_000)

/** What delay costs a tenant, for the inbox in the order of what waiting costs. */
export const DelayCosts = z
  .strictObject({
    currency: Currency.describe('Of all amounts; revenue in others is left out, for there are no exchange rates'),
    penaltyPerDay: z.int().min(0).max(10_000).describe('Hundredths of a percent of the revenue, each day begun'),
    penaltyCap: z.int().min(0).max(10_000).describe('At most, hundredths of a percent of the revenue'),
    demurragePerContainerDay: minorUnits.describe('Demurrage and detention of a container for a day, minor units'),
    rebookingPerContainer: minorUnits.describe('A missed cut-off, for each container, minor units'),
    halfLifeHours: z.number().min(1).max(1000).describe('Hours before the due date that halve the probability'),
  })
  .meta({ id: 'DelayCosts' })
export type DelayCosts = z.infer<typeof DelayCosts>

export const DelayCost = z
  .object({
    amount: z.int().describe('Expected cost, minor units: probability times the sum of the parts'),
    currency: Currency,
    probability: z.number().describe('That it is done late'),
    daysLate: z.int().describe('Days that the parts are counted for'),
    parts: z.object({ penalty: z.int(), demurrage: z.int(), cutOff: z.int() }).describe('Minor units, were it late'),
    leftOut: z.array(Currency).optional().describe('Currencies of revenue that was left out'),
  })
  .meta({ id: 'DelayCost' })
export type DelayCost = z.infer<typeof DelayCost>

export const InboxTask = Task.extend({
  delay: DelayCost.optional().describe('What waiting may cost; with order=COST'),
}).meta({ id: 'InboxTask' })
export type InboxTask = z.infer<typeof InboxTask>

export const TaskQuery = z
  .object({
    role: InternalRole,
    status: z.enum(['OPEN', 'CLOSED']).default('OPEN'),
    assignee: Subject.optional(),
    mine: z.stringbool().default(false).describe('What the caller has, and what the caller delegated'),
    priority: TaskPriority.optional(),
    overdue: z.stringbool().default(false),
    order: z
      .enum(['DUE', 'COST'])
      .default('DUE')
      .describe(
        'DUE: open tasks due first, closed ones latest first. COST: of the 200 that are due first, those first whose delay costs most; one page',
      ),
    ...pageQuery,
  })
  .refine(({ order, status }) => order === 'DUE' || status === 'OPEN', {
    message: 'closed tasks cost nothing any more',
    path: ['order'],
  })
  .refine(({ order, cursor }) => order === 'DUE' || cursor === undefined, {
    message: 'there is one page of COST',
    path: ['cursor'],
  })
export type TaskQuery = z.infer<typeof TaskQuery>
