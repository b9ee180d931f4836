/** Why something was decided as it was. */
import * as z from 'zod'
import { ShipmentId } from './common'
import { Actor, TimelineEntryView } from './timeline'

/** `tsk_…` a task; `exc_…`, `ntc_…` an exception or notice by its step key; `chg_…` a charge by its id; `mst_…` an occurrence; `evt_…` an entry. */
export const ExplainedId = z
  .string()
  .regex(
    /^(tsk|exc|ntc|chg|mst|evt)_[0-9A-HJKMNP-TV-Z]{26}_[A-Za-z0-9_:-]{1,80}$/,
    'expected tsk_, exc_, ntc_, chg_, mst_ or evt_, the ULID of a shipment, _ and what it is of that shipment',
  )
  .describe(
    'A task, or a prefix, the ULID of a shipment and: the step key of an exception (`exc_`) or a notice (`ntc_`), the id of a charge (`chg_`), an occurrence such as `DELIVERED:1` (`mst_`), the sequence of a timeline entry (`evt_`)',
  )

export const Reason = z.object({
  question: z.string(),
  rule: z.string().describe('What decided'),
  inputs: z.record(z.string(), z.unknown()).describe('What it was decided on'),
  outcome: z.string(),
  otherwise: z.array(z.string()).describe('What would have been decided on other inputs'),
})
export type Reason = z.infer<typeof Reason>

export const Explanation = z
  .object({
    id: ExplainedId,
    kind: z.enum(['TASK', 'EXCEPTION', 'NOTICE', 'CHARGE', 'MILESTONE', 'ENTRY']),
    shipmentId: ShipmentId,
    summary: z.string(),
    decidedAt: z.string().describe('UTC'),
    by: Actor,
    sop: z
      .object({
        sopId: z.string(),
        version: z.int().describe('Version that ran when it was decided'),
        stepKey: z.string(),
        state: z.string().optional().describe('Name of the state that takes the step'),
        pointer: z.string().optional().describe('Where it stands in the definition'),
        step: z.record(z.string(), z.unknown()).optional().describe('The step, as the definition has it'),
      })
      .optional()
      .describe('Absent when no step of an SOP decided it, and for partners'),
    reasons: z.array(Reason),
    entries: z.array(TimelineEntryView).describe('What the timeline has of it'),
  })
  .meta({ id: 'Explanation' })
export type Explanation = z.infer<typeof Explanation>
