import * as z from 'zod'
import {
  ChargeCode,
  CutOffCode,
  FacilityType,
  Incoterm,
  LegMode,
  LoadType,
  PartyFunction,
  ReferenceType,
  ShipmentType,
  TransportMode,
} from './codes'
import {
  CubicMetres,
  Instant,
  Kilograms,
  line,
  Money,
  OrganizationId,
  ShipmentId,
  TimeWindow,
  text,
  UnLocode,
} from './common'
import { Milestone } from './milestone'

export const ContainerNumber = z
  .string()
  .regex(/^[A-Z]{3}[UJZ][0-9]{7}$/, 'expected an ISO 6346 number such as MSKU9070323')
  .describe('ISO 6346 container number with its check digit')

export const Party = z
  .object({
    function: PartyFunction,
    name: line(120),
    organizationId: OrganizationId.optional().describe('Gives the organization access as a partner'),
    address: text(300).optional(),
    country: z
      .string()
      .regex(/^[A-Z]{2}$/)
      .optional()
      .describe('ISO 3166-1 alpha-2'),
    email: z.email().optional(),
    taxId: line(40).optional(),
  })
  .meta({ id: 'Party' })
export type Party = z.infer<typeof Party>

export const DangerousGoods = z
  .object({
    unNumber: z.string().regex(/^[0-9]{4}$/, 'expected four digits'),
    imoClass: z.string().regex(/^[1-9](\.[1-6][A-S]?)?$/, 'expected an IMDG class such as 3 or 2.1'),
    packingGroup: z.enum(['1', '2', '3']).optional(),
    properShippingName: line(200).optional(),
  })
  .meta({ id: 'DangerousGoods' })

export const CargoItem = z
  .object({
    description: text(500),
    packages: z.int().positive().describe('Number of packages'),
    packageType: z
      .string()
      .regex(/^[A-Z0-9]{2}$/)
      .describe('UN/CEFACT Recommendation 21 package code'),
    grossWeight: Kilograms,
    volume: CubicMetres.optional(),
    hsCode: z
      .string()
      .regex(/^[0-9]{6}([0-9]{2}){0,2}$/, 'expected 6, 8 or 10 digits')
      .optional()
      .describe('Harmonized System code'),
    dangerousGoods: DangerousGoods.optional(),
    containerNumber: ContainerNumber.optional(),
    marks: text(300).optional(),
  })
  .meta({ id: 'CargoItem' })
export type CargoItem = z.infer<typeof CargoItem>

export const Container = z
  .object({
    number: ContainerNumber.optional().describe('May be added when it is known'),
    sizeType: z
      .string()
      .regex(/^[0-9A-Z]{2}[A-Z][0-9A-Z]$/, 'expected an ISO 6346 size-type such as 22G1')
      .describe('ISO 6346 size and type'),
    seals: z.array(line(20)).max(10).default([]),
    verifiedGrossMass: Kilograms.optional(),
  })
  .meta({ id: 'Container' })
export type Container = z.infer<typeof Container>

export const Place = z
  .object({ unLocode: UnLocode, facilityType: FacilityType.optional(), facilityCode: line(10).optional() })
  .meta({ id: 'Place' })

export const Leg = z
  .object({
    mode: LegMode,
    from: Place,
    to: Place,
    departure: Instant.optional().describe('Planned departure (ETD)'),
    arrival: Instant.optional().describe('Planned arrival (ETA)'),
    vessel: line(60).optional(),
    voyage: line(20).optional(),
    carrierScac: z
      .string()
      .regex(/^[A-Z]{2,4}$/)
      .optional(),
  })
  .meta({ id: 'Leg' })
export type Leg = z.infer<typeof Leg>

/** So that the sums of all lines of a shipment, taxes included, stay exact integers. */
const MAX_CHARGE = 1_000_000_000_000

export const ChargeType = z.enum(['REVENUE', 'COST', 'DISBURSEMENT'])

/** Given by who knows the tax law of the case; Portolan computes the tax on it and decides nothing. */
export const ChargeTax = z
  .object({
    category: z
      .enum(['S', 'Z', 'E', 'AE', 'G', 'O'])
      .describe('UNCL 5305: S standard rate, Z zero, E exempt, AE reverse charge, G export, O outside the scope'),
    rate: z.int().min(0).max(10_000).describe('Hundredths of a percent: 2100 is 21 %'),
  })
  .refine((tax) => (tax.category === 'S') === tax.rate > 0, {
    message: 'S has a rate above 0, every other category has 0',
    path: ['rate'],
  })
  .meta({ id: 'ChargeTax' })
export type ChargeTax = z.infer<typeof ChargeTax>

export const ChargeLine = z
  .object({
    chargeId: z
      .string()
      .regex(/^[A-Za-z0-9-]{1,130}$/)
      .describe('Unique in the shipment'),
    code: ChargeCode,
    type: ChargeType,
    description: line(200).optional(),
    amount: Money.refine((money) => money.amount > 0 && money.amount <= MAX_CHARGE, {
      message: 'from 1 to 1,000,000,000,000 minor units',
      path: ['amount'],
    }),
    billableOn: Milestone.describe('Milestone that makes the line billable'),
    counterparty: OrganizationId.describe('Who is billed (revenue, disbursement) or who bills us (cost)'),
    tax: ChargeTax.optional().describe('Tax on top of the amount; costs are accrued without it'),
  })
  .meta({ id: 'ChargeLine' })
export type ChargeLine = z.infer<typeof ChargeLine>
/** In a command the id may be left out; lines are then numbered `c1`, `c2` … in their order. */
export const NewChargeLine = ChargeLine.extend({ chargeId: ChargeLine.shape.chargeId.optional() }).meta({
  id: 'NewChargeLine',
})
export type NewChargeLine = z.infer<typeof NewChargeLine>

export const CutOff = z.object({ code: CutOffCode, at: Instant }).meta({ id: 'CutOff' })

const details = {
  parties: z.array(Party).min(1).max(30),
  cargoItems: z.array(CargoItem).min(1).max(200),
  containers: z.array(Container).max(100).default([]),
  legs: z.array(Leg).min(1).max(20).describe('In travel order; each starts where the one before ends'),
  cutOffs: z.array(CutOff).max(15).default([]),
  incoterm: z.object({ rule: Incoterm, place: line(80) }).describe('Incoterms 2020'),
  references: z
    .array(z.object({ type: ReferenceType, value: line(60) }))
    .max(30)
    .default([]),
}

/** POST /v1/shipments. Weights kg, volumes m³, money in minor units, times UTC. */
export const CreateShipment = z
  .object({
    type: ShipmentType,
    mode: TransportMode,
    loadType: LoadType,
    clientReference: z
      .string()
      .regex(/^[\x21-\x7e]{1,60}$/)
      .optional()
      .describe('Your own reference, unique in the tenant'),
    customer: OrganizationId.describe('Organization that ordered; pays unless a charge line says otherwise'),
    orderedAt: Instant.optional().describe('When the order was received; now when absent'),
    requestedDelivery: TimeWindow.optional(),
    promisedDelivery: TimeWindow.optional(),
    ...details,
    chargeLines: z.array(NewChargeLine).max(100).default([]),
  })
  .meta({ id: 'CreateShipment' })
export type CreateShipment = z.infer<typeof CreateShipment>

/** PATCH /v1/shipments/{id}: given members replace the stored ones whole. */
export const AmendShipment = z
  .object({
    containers: details.containers.unwrap(),
    legs: details.legs,
    cutOffs: details.cutOffs.unwrap(),
    references: details.references.unwrap(),
    requestedDelivery: TimeWindow,
    promisedDelivery: TimeWindow,
  })
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'name at least one member to change')
  .meta({ id: 'AmendShipment' })
export type AmendShipment = z.infer<typeof AmendShipment>

export const ShipmentStatus = z.enum([
  'DRAFT',
  'CONFIRMED',
  'IN_PROGRESS',
  'COMPLETED',
  'CLOSED',
  'ON_HOLD',
  'CANCELLED',
  'REOPENED',
])
export type ShipmentStatus = z.infer<typeof ShipmentStatus>

/** The SOP version that the shipment pinned, and the run of it that is under way. */
export const SopPin = z
  .object({
    sopId: z.string(),
    versionArn: z.string(),
    version: z.int(),
    executionArn: z.string(),
    run: z.int().min(1).default(1).describe('1 for the first; each restart begins another'),
  })
  .meta({ id: 'SopPin' })
export type SopPin = z.infer<typeof SopPin>

/** Wide facts, written at creation and on amendment only. */
export const ShipmentDetail = z.object({
  ...details,
  requestedDelivery: TimeWindow.optional(),
  promisedDelivery: TimeWindow.optional(),
  chargeLines: z.array(ChargeLine),
})
export type ShipmentDetail = z.infer<typeof ShipmentDetail>

/** Narrow facts, under 1 KB: rewritten by every command, so every byte is paid for each time. */
export const ShipmentHeader = z.object({
  shipmentId: ShipmentId,
  version: z.int().describe('Sequence of the last timeline entry; the ETag'),
  status: ShipmentStatus,
  type: ShipmentType,
  mode: TransportMode,
  loadType: LoadType,
  clientReference: z.string().optional(),
  customer: OrganizationId,
  from: UnLocode,
  to: UnLocode,
  departure: z.string().optional().describe('ETD of the first leg'),
  arrival: z.string().optional().describe('ETA of the last leg'),
  orderedAt: z.string(),
  createdAt: z.string(),
  organizations: z.array(OrganizationId).describe('Parties with access as partners'),
  sop: SopPin.optional(),
})
export type ShipmentHeader = z.infer<typeof ShipmentHeader>

export const ShipmentSummary = ShipmentHeader.pick({
  shipmentId: true,
  status: true,
  type: true,
  mode: true,
  loadType: true,
  clientReference: true,
  customer: true,
  from: true,
  to: true,
  departure: true,
  arrival: true,
  createdAt: true,
}).meta({ id: 'ShipmentSummary' })
export type ShipmentSummary = z.infer<typeof ShipmentSummary>

const FieldNotice = z.object({ pointer: z.string(), code: z.string(), message: z.string() })

export const CreatedShipment = z
  .object({
    shipmentId: ShipmentId,
    version: z.int(),
    status: ShipmentStatus,
    clientReference: z.string().optional(),
    createdAt: z.string(),
    warnings: z.array(FieldNotice).describe('Incomplete, not invalid: what an SOP or a KPI will miss'),
  })
  .meta({ id: 'CreatedShipment' })
export type CreatedShipment = z.infer<typeof CreatedShipment>
