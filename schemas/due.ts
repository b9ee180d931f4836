/** Moments relative to a shipment's plan: due dates and deadlines, in elapsed time and in business hours. */
import * as z from 'zod'
import { CutOffCode } from './codes'

/** A moment of the shipment's plan that due dates and deadlines are measured from. */
export const Anchor = z
  .enum(['ETD', 'ETA', ...CutOffCode.options, 'PROMISED_DELIVERY', 'STEP'])
  .describe('ETD or ETA, a DCSA cut-off, the promised delivery, or STEP: the moment when the step is taken')
export type Anchor = z.infer<typeof Anchor>

export const Offset = z
  .string()
  .regex(/^-?P(?=\d|T\d)(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?)?$/, 'expected an ISO 8601 duration such as -P1D or PT12H')
  .describe('ISO 8601 duration of weeks, days, hours and minutes; a minus puts it before the anchor')

/** Whose business calendar counts. */
export const CalendarAt = z
  .enum(['ORIGIN', 'DESTINATION', 'OFFICE'])
  .describe("Whose hours count: those of the shipment's first place, of its last one, or of the tenant's office")
export type CalendarAt = z.infer<typeof CalendarAt>

export const BusinessHours = z
  .number()
  .min(-1000)
  .max(1000)
  .multipleOf(0.25)
  .describe('Open hours by the business calendar; negative before, and 0 moves a closed moment to the next opening')

export const Due = z
  .strictObject({
    anchor: Anchor,
    offset: Offset.optional(),
    businessHours: BusinessHours.optional().describe('Counted after the offset'),
    at: CalendarAt.optional().describe('Whose business hours; OFFICE when absent'),
  })
  .refine((due) => due.at === undefined || due.businessHours !== undefined, {
    message: 'names a calendar for businessHours, which are missing',
    path: ['at'],
  })
  .describe('A moment relative to an anchor of the shipment')
export type Due = z.infer<typeof Due>
