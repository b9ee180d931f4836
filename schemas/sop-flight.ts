/** The flight recorder: histories of real shipments through a definition, beside the version that each has. */
import * as z from 'zod'
import { DraftId, ENDS_IN_ORDER, Instant, Money, prefixed, ShipmentId } from './common'
import { InternalRole } from './role'
import { ChargeType, ShipmentStatus } from './shipment'
import { SopId, StepKey } from './sop'

export const SimulationId = prefixed('sim', 'Replay of histories: `sim_` and a ULID')

/** At most so many are replayed while the caller waits. */
export const AT_ONCE = 50

export const FlightHistory = z
  .strictObject({
    from: Instant.optional().describe('Shipments that were created from then on; the oldest when absent'),
    to: Instant.optional().describe('And before then; now when absent'),
    limit: z
      .int()
      .min(1)
      .max(10_000)
      .default(AT_ONCE)
      .describe(`Newest first. Up to ${AT_ONCE} are replayed at once; more are a job, answered with 202`),
  })
  .refine(({ from, to }) => !from || !to || from <= to, ENDS_IN_ORDER)
  .describe('Replay shipments that have gone under this SOP')
  .meta({ id: 'FlightHistory' })
export type FlightHistory = z.infer<typeof FlightHistory>

const Count = z.object({ key: z.string(), shipments: z.int() })
const Change = { gained: z.array(Count), avoided: z.array(Count) }

export const FlightTotals = z
  .object({
    shipments: z.int().describe('Replayed'),
    faithful: z.int().describe('Shipments whose own version, replayed, wrote just what it had written'),
    unchanged: z.int().describe('Shipments for which both versions do the same'),
    skipped: z
      .array(z.object({ shipmentId: ShipmentId, reason: z.string() }))
      .describe('Shipments that could not be replayed; at most 20 are named'),
    blocked: z
      .object({
        shipments: z.int(),
        share: z.number().describe('Of the replayed shipments'),
        at: z.array(Count).describe('By step'),
        named: z.array(ShipmentId).describe('At most 20'),
      })
      .describe('Shipments that this definition holds where their own version does not'),
    work: z.array(z.object({ role: InternalRole, added: z.int(), removed: z.int() })).describe('Tasks'),
    exceptions: z.object(Change),
    breaches: z.object(Change).describe('Late tasks, documents and deliveries'),
    invoices: z
      .object({ earlier: z.int(), later: z.int(), hours: z.number(), gained: z.int(), lost: z.int() })
      .describe(
        'Charge lines that become billable earlier or later, by how many hours in all, or only under one of both',
      ),
    transitions: z
      .object({ baseline: z.int(), draft: z.int(), baselineCost: z.number(), draftCost: z.number() })
      .describe('State transitions; costs in US dollars'),
    assumed: z.array(Count).describe('New tasks that were taken to be done halfway to their due dates'),
  })
  .meta({ id: 'FlightTotals' })
export type FlightTotals = z.infer<typeof FlightTotals>

const Charge = z.object({ chargeId: z.string(), amount: Money })
export const ReplayedCharge = z.object({ ...Charge.shape, type: ChargeType, billableAt: z.string() })
export type ReplayedCharge = z.infer<typeof ReplayedCharge>

const Both = z.object({ baseline: z.int(), draft: z.int() })
const Work = z.array(z.object({ key: z.string(), role: InternalRole }))
const Exceptions = z.array(z.object({ key: z.string(), severity: z.enum(['LOW', 'MEDIUM', 'HIGH', 'CRITICAL']) }))

export const ReplayedShipment = z
  .object({
    shipmentId: ShipmentId,
    status: ShipmentStatus,
    version: z.int().describe('That it has: the baseline'),
    faithful: z.boolean().describe('The replay through its own version wrote just what the SOP had written'),
    blockedAt: z.array(z.object({ key: StepKey.or(z.string()), state: z.string() })),
    tasks: z.object({ added: Work, removed: Work }),
    exceptions: z.object({ gained: Exceptions, avoided: Exceptions }),
    breaches: z.object({ gained: z.array(z.string()), avoided: z.array(z.string()) }),
    invoices: z.object({
      moved: z.array(z.object({ ...Charge.shape, hours: z.number().describe('Later; earlier when negative') })),
      gained: z.array(z.object({ ...Charge.shape, type: ChargeType })),
      lost: z.array(z.object({ ...Charge.shape, type: ChargeType })),
    }),
    cycle: z.object({ baseline: z.string().optional(), draft: z.string().optional() }).describe('When the SOP ends'),
    transitions: Both,
    notices: Both,
    assumed: z.array(z.string()),
  })
  .meta({ id: 'ReplayedShipment' })
export type ReplayedShipment = z.infer<typeof ReplayedShipment>

export const SopFlight = z
  .object({
    kind: z.literal('HISTORY'),
    simulationId: SimulationId,
    sopId: SopId,
    draftId: DraftId.optional(),
    version: z.int().describe('Of the draft, or of the SOP'),
    definition: z.string().describe('SHA-256 of the definition that was tried'),
    history: FlightHistory,
    status: z.enum(['RUNNING', 'COMPLETED']),
    requestedBy: z.string(),
    requestedAt: z.string(),
    endedAt: z.string().optional(),
    looked: z.int().describe('Shipments that were looked at so far, those of other SOPs included'),
    totals: FlightTotals,
  })
  .meta({ id: 'SopFlight' })
export type SopFlight = z.infer<typeof SopFlight>

/** The last replay of a definition, which a publication is measured by. */
export const FlightReport = SopFlight.pick({ simulationId: true, endedAt: true }).extend({
  shipments: z.int(),
  blocked: FlightTotals.shape.blocked,
})
export type FlightReport = z.infer<typeof FlightReport>

/** What a publication has to show. */
export const PublicationGate = z
  .strictObject({
    maxNewBlockedShare: z.number().min(0).max(1).describe('Of the replayed shipments that the draft would block'),
    maxAgeHours: z
      .number()
      .positive()
      .max(24 * 90)
      .default(7 * 24)
      .describe('Of the report'),
    minShipments: z.int().min(1).max(10_000).default(1).describe('That must have been replayed'),
  })
  .meta({ id: 'PublicationGate' })
export type PublicationGate = z.infer<typeof PublicationGate>
