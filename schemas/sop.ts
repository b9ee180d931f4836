/** The SOP vocabulary: what a state of an SOP may ask for. State machines name these steps and nothing else. */
import * as z from 'zod'
import { ChargeCode, DocumentType, Incoterm, LoadType, PartyFunction, ShipmentType, TransportMode } from './codes'
import { line, Money, SopId, TenantId, text } from './common'
import { Severity } from './document-matrix'
import { Anchor, Due } from './due'
import { Milestone } from './milestone'
import { InternalRole } from './role'
import { ChargeType } from './shipment'
import { STEP_TIMEOUTS } from './sop-timeout'
import { Candidates, FormField, Ladder, TaskPriority } from './task'

export { SopId }

/** SOPs that came with Portolan: the names of their files in `state-machines/`. */
export const ProductSopId = z.enum([
  'ocean-export-fcl',
  'ocean-import-fcl',
  'air-export',
  'cross-border-ecommerce',
  'domestic-road',
  'return',
])
export type ProductSopId = z.infer<typeof ProductSopId>

const KEBAB = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/

/** Anchors that an execution is given when it starts. */
export const StartAnchor = Anchor.extract(['ETD', 'ETA', 'DCO', 'VCO', 'FCO', 'LCO', 'CUA', 'PROMISED_DELIVERY'])

export const StepKey = z
  .string()
  .regex(KEBAB, 'expected kebab-case')
  .max(64)
  .describe(
    'Name of the step, unique in the SOP. A step is taken once for a shipment and key, however often it is called',
  )

/**
 * A run of a shipment's SOP, or, after a dot, of a sub-process of it; its execution has the same name, and each of its
 * steps says it.
 */
export const SopRunName = z
  .string()
  .regex(
    /^shp_[0-9A-HJKMNP-TV-Z]{26}(-[1-9]\d{0,5})?(\.[a-z][a-z0-9-]*)?$/,
    'expected shp_ and a ULID, from the second run on - and its number, of a sub-process . and its key',
  )
  .max(80)
  .describe(
    'Id of the shipment; from the second run of its SOP on followed by `-` and the number of the run; in a sub-process by `.` and the key of the step that started it',
  )

/** What a machine is started with: ids and routing facts, never documents or people. */
export const SopInput = z.strictObject({
  tenantId: TenantId,
  shipmentId: SopRunName,
  version: z.int().describe('Of the SOP that was started'),
  anchors: z.record(StartAnchor, z.string()).describe('ISO 8601, UTC, as known when the execution started'),
  facts: z
    .object({
      type: ShipmentType,
      mode: TransportMode,
      loadType: LoadType,
      incoterm: Incoterm,
      dangerousGoods: z.boolean(),
    })
    .describe('What a shipment is and stays, for choices'),
})
export type SopInput = z.infer<typeof SopInput>

export const NoticeTemplate = z.enum([
  'pre-alert',
  'arrival-notice',
  'delivery-announced',
  'delivery-failed',
  'return-decided',
])
export type NoticeTemplate = z.infer<typeof NoticeTemplate>

const identity = { key: StepKey, tenantId: TenantId, shipmentId: SopRunName }
const token = z.string().min(1).max(2048).describe('Task token of the state that is held until the step is settled')
const title = line(120)

const asked = { role: InternalRole, title, due: Due }
/** How a task is given to people, and what happens when it stays undone. */
const work = {
  ...asked,
  priority: TaskPriority.optional().describe('NORMAL when absent'),
  candidates: Candidates.optional(),
  assign: z
    .enum(['LEAST_LOADED'])
    .optional()
    .describe('Names the candidate, else the member with the role, who has the fewest open tasks and is not away'),
  escalation: Ladder.optional().describe('Instead of the usual ladder of the priority'),
}

const step = <const Name extends keyof typeof STEP_TIMEOUTS, Shape extends z.ZodRawShape>(
  name: Name,
  what: string,
  shape: Shape,
) =>
  z
    .strictObject({ step: z.literal(name), ...identity, ...shape })
    .meta({ title: name, description: what, timeout: STEP_TIMEOUTS[name] })

/** One call of `sop-step`: the payload of a Task state. */
export const SopStep = z
  .discriminatedUnion('step', [
    step('assignTask', 'Gives a role a task. With a token, settled when the task is completed, skipped or rejected', {
      token: token.optional(),
      ...work,
      form: z.array(FormField).max(20).default([]).describe('What the task asks for when it is completed'),
      records: Milestone.optional().describe(
        'Milestone that completing the task proves. When it stands already, no task is made and the step is settled',
      ),
      rejectable: z
        .boolean()
        .optional()
        .describe(
          'The definition has a way on for the output’s `status` REJECTED. Without it a rejection holds the step and raises an exception to the lead',
        ),
    }),
    step(
      'approve',
      'Asks a role for a decision by a second person. Settled when it is made: `outcome` is APPROVED or REJECTED, which a Choice can branch on',
      {
        token,
        ...work,
        notBy: z
          .array(StepKey)
          .min(1)
          .max(10)
          .describe('Steps whose tasks others must have done: whoever completed one of them may not decide'),
      },
    ),
    step('requestDocument', 'Asks a party for a document. With a token, settled when one of the type is verified', {
      token: token.optional(),
      documentType: DocumentType,
      from: PartyFunction,
      due: Due,
    }),
    step('awaitDocument', 'Settled when a document of the type is verified', { token, documentType: DocumentType }),
    step(
      'requireConsistentDocuments',
      'Settled when the documents are verified and agree with each other and with the shipment, or what they disagree on was waived',
      {
        token,
        documentTypes: z
          .array(DocumentType)
          .min(1)
          .max(19)
          .describe('Which must be there; all that are there must agree'),
        severity: Severity.default('ERROR').describe('Disagreements of this severity and above hold the step'),
      },
    ),
    step('awaitMilestone', 'Settled when the milestone stands, or one of those that may come in its place', {
      token,
      milestone: Milestone,
      or: z
        .array(Milestone)
        .min(1)
        .max(5)
        .optional()
        .describe('Others that settle it too; `milestone` of the output says which, so that a Choice can branch'),
    }),
    step(
      'waitUntil',
      'Settled when the moment has passed, by the plan of the shipment as it stands then. Once passed, it stays so',
      { token, due: Due },
    ),
    step('recordMilestone', 'Records a milestone with the system as its source; one that stands is left as it is', {
      milestone: Milestone,
    }),
    step(
      'screenParties',
      'Compares all parties with the denied-party list. With a token, settled when nothing matches or a person has released the matches',
      { token: token.optional(), ...asked },
    ),
    step(
      'startSubProcess',
      'Starts another SOP for the shipment, beside this one; its steps have keys of their own. With a token, settled when it has ended',
      // With the number of a run before it, in the 80 characters of an execution's name.
      { key: StepKey.max(42), token: token.optional(), sop: SopId },
    ),
    step('addCharge', 'Adds a charge line, which becomes billable at its milestone', {
      code: ChargeCode,
      type: ChargeType,
      amount: Money.refine((money) => money.amount > 0, { message: 'must be positive', path: ['amount'] }),
      billableOn: Milestone,
      counterparty: PartyFunction.optional().describe(
        'Party that is billed or that bills us; the customer when absent',
      ),
    }),
    step('raiseException', 'Raises an exception once, and answers `waitSeconds`: how long to go on waiting', {
      severity: z.enum(['LOW', 'MEDIUM', 'HIGH', 'CRITICAL']),
      reason: text(200),
      owner: InternalRole,
      concerns: StepKey.optional().describe('Step that is late; the exception is resolved when that step is settled'),
      unlessBefore: Due.optional().describe(
        'The deadline as it stands now: while it is still to come nothing is raised, and waitSeconds ends there',
      ),
    }),
    step('notify', 'Sends a notice once', {
      audience: z
        .array(z.union([InternalRole, PartyFunction]))
        .min(1)
        .max(10),
      template: NoticeTemplate,
    }),
    step('completeShipment', 'Ends the shipment: COMPLETED. In a sub-process, ends that and leaves the shipment', {}),
  ])
  .meta({ id: 'SopStep', description: 'A step of an SOP' })
export type SopStep = z.infer<typeof SopStep>
export type SopStepName = SopStep['step']
export type StepOf<Name extends SopStepName> = Extract<SopStep, { step: Name }>

/** One entry of a tenant's denied-party list. */
export const DeniedParty = z
  .strictObject({
    name: line(200).min(2),
    aliases: z.array(line(200).min(2)).max(20).default([]),
    country: z
      .string()
      .regex(/^[A-Z]{2}$/)
      .optional()
      .describe('ISO 3166-1 alpha-2; parties known to be of another country do not match'),
    list: line(60).describe('List that names it'),
  })
  .meta({ id: 'DeniedParty' })
export type DeniedParty = z.infer<typeof DeniedParty>
