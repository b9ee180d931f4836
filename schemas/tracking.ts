import * as z from 'zod'
import { FacilityType, LegMode } from './codes'
import { Instant, line, text, UnLocode } from './common'
import { Milestone } from './milestone'
import { ContainerNumber } from './shipment'

/** Id that the source gave the event, or that we derived from its content when it gave none. Natural key: a second one changes nothing. */
const GivenEventId = z
  .string()
  .regex(/^[\x21-\x7e]{1,100}$/)
  .refine((id) => !id.startsWith('portolan:'), 'ids that begin with portolan: are the system’s own')
/** As recorded: a partner's organization stands before the id that it gave. */
export const SourceEventId = z.string().regex(/^[\x21-\x7e]{1,160}$/)

const reported = {
  eventId: GivenEventId.optional().describe("The source's id of this event; derived from the content when absent"),
  eventDateTime: Instant.describe('When it happened, or is planned or expected to (event time)'),
  source: line(60).describe('Who says so: SCAC, system or person'),
}

/** What a source says happened, in DCSA Track & Trace grammar. The code is open: an unknown one is stored and flagged. */
export const ReportedEvent = z
  .object({
    ...reported,
    eventType: z.enum(['SHIPMENT', 'TRANSPORT', 'EQUIPMENT']),
    eventClassifierCode: z.enum(['PLN', 'EST', 'ACT']).describe('Planned, estimated, actual'),
    eventCode: z
      .string()
      .regex(/^[A-Z]{4}$/)
      .describe('shipmentEventTypeCode, transportEventTypeCode or equipmentEventTypeCode of DCSA'),
    documentTypeCode: line(10).optional().describe('DCSA document type of a SHIPMENT event: CBR, BKG, SHI …'),
    emptyIndicatorCode: z.enum(['EMPTY', 'LADEN']).optional(),
    facilityTypeCode: FacilityType.optional(),
    unLocode: UnLocode.optional(),
    modeOfTransport: LegMode.optional(),
    equipmentReference: ContainerNumber.optional(),
    isTransshipmentMove: z.boolean().optional(),
    deliveredPackages: z.int().nonnegative().optional().describe('Packages handed over, on a delivery'),
    remark: text(500).optional(),
  })
  .meta({ id: 'ReportedEvent' })
export type ReportedEvent = z.infer<typeof ReportedEvent>

/** Takes back an event of the same shipment. It may arrive before the event that it takes back. */
export const RetractionEvent = z
  .object({
    ...reported,
    retractedEventId: SourceEventId.describe(
      'Of an event that the caller’s organization reported; the tenant’s own people may retract any',
    ),
    reason: text(300),
  })
  .meta({ id: 'RetractionEvent' })
export type RetractionEvent = z.infer<typeof RetractionEvent>

export const RecordEvent = z.union([RetractionEvent, ReportedEvent])
export type RecordEvent = z.infer<typeof RecordEvent>

/** One time that a milestone was reached. A retraction ends it; reaching it again is the next occurrence. */
export const MilestoneOccurrence = z
  .object({
    occurrenceId: z.string().describe('Milestone and number, e.g. `LOADED:1`'),
    milestone: Milestone,
    occurredAt: z.string(),
    unLocode: UnLocode.optional(),
    deliveredPackages: z.int().optional(),
    eventIds: z.array(SourceEventId).describe('The events that prove it, one a container where containers are known'),
  })
  .meta({ id: 'MilestoneOccurrence' })
export type MilestoneOccurrence = z.infer<typeof MilestoneOccurrence>
