import * as z from 'zod'
import { DocumentRecord } from './document'
import { Milestone } from './milestone'
import { ShipmentDetail, ShipmentHeader } from './shipment'
import { Task } from './task'
import { MilestoneOccurrence } from './tracking'

/** A shipment as the caller may see it: partners get no tasks and no money but their own. */
export const ShipmentView = ShipmentHeader.omit({ organizations: true })
  .extend(ShipmentDetail.shape)
  .extend({
    milestones: z.array(
      z.object({
        milestone: Milestone,
        planned: z.string().optional(),
        estimated: z.string().optional(),
        actual: z.string().optional(),
      }),
    ),
    occurrences: z.array(MilestoneOccurrence),
    exceptions: z.array(
      z.object({ stepKey: z.string(), severity: z.string(), reason: z.string(), raisedAt: z.string() }),
    ),
    documents: z.array(DocumentRecord),
    tasks: z.array(Task),
    invoices: z.array(
      z.object({
        invoiceId: z.string(),
        number: z.string(),
        billTo: z.string(),
        amount: z.int(),
        currency: z.string(),
      }),
    ),
  })
  .meta({ id: 'Shipment' })
export type ShipmentView = z.infer<typeof ShipmentView>
