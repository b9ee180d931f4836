/** What is asked about tasks, and answered: apart from the task itself, which every function knows. */
import * as z from 'zod'
import { Currency, Instant, line, pageQuery, Subject } from './common'
import { Due } from './due'
import { InternalRole } from './role'
import { Candidates, FormField, Ladder, Task, TaskPriority } from './task'

/** A task that a person gives to others, beside the SOP: nothing waits for it. */
export const CreateTask = z
  .strictObject({
    role: InternalRole,
    title: line(120),
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
