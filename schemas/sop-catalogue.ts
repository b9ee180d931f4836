/** Which SOPs there are, for which shipments, and which of them a shipment gets. */
import * as z from 'zod'
import { LoadType, ShipmentType, TransportMode } from './codes'
import { line, OrganizationId } from './common'
import { ProductSopId, SopId } from './sop'

/** Shipments that an SOP is for. */
export const SopScope = z
  .strictObject({
    type: ShipmentType,
    mode: TransportMode.optional().describe('Every mode when absent'),
    loadTypes: z.array(LoadType).max(8).default([]).describe('Every load type when empty'),
    customer: OrganizationId.optional().describe('Only shipments that this customer ordered'),
  })
  .meta({ id: 'SopScope' })
export type SopScope = z.infer<typeof SopScope>

export const SopOrigin = z.enum(['PRODUCT', 'TENANT']).describe('Whether it came with Portolan or is the tenant’s own')
export type SopOrigin = z.infer<typeof SopOrigin>

export const SopStatus = z.enum(['ACTIVE', 'RETIRED']).describe('RETIRED: no new shipment gets it')

/** POST /v1/sops. */
export const CreateSop = z
  .strictObject({
    sopId: SopId,
    title: line(120).min(3),
    appliesTo: SopScope,
    machine: ProductSopId.describe(
      'SOP of Portolan whose state machine carries the versions, and which drafts begin as',
    ),
  })
  .meta({ id: 'CreateSop' })
export type CreateSop = z.infer<typeof CreateSop>

const Signed = z.object({ by: z.string(), at: z.string() })

/** An SOP of the tenant's own, as it is stored. */
export const TenantSop = CreateSop.extend({
  status: SopStatus,
  created: Signed,
  retired: Signed.extend({ reason: z.string() }).optional(),
})
export type TenantSop = z.infer<typeof TenantSop>

/** An SOP as the API lists it, with the version that new shipments get. */
export const Sop = z
  .object({
    sopId: SopId,
    title: z.string(),
    origin: SopOrigin,
    machine: ProductSopId.describe('Whose state machine carries its versions'),
    status: SopStatus,
    appliesTo: SopScope,
    version: z
      .int()
      .optional()
      .describe('Version that new shipments get; absent while nothing of a tenant’s own SOP is published'),
    versionArn: z.string().optional(),
  })
  .meta({ id: 'Sop' })
export type Sop = z.infer<typeof Sop>

export const SopSpecificity = z.enum(['CUSTOMER', 'LOAD_TYPE', 'MODE', 'TENANT'])
export type SopSpecificity = z.infer<typeof SopSpecificity>

/** GET /v1/sops/resolution. */
export const SopResolution = z
  .object({
    sopId: SopId.optional().describe('SOP that a shipment would get; absent when nothing is written for it'),
    version: z.int().optional(),
    reason: z.string(),
    candidates: z
      .array(
        Sop.extend({
          specificity: z
            .array(SopSpecificity)
            .describe('What it names beside the type; each weighs more than all that follow'),
        }),
      )
      .describe('All that apply, most specific first'),
  })
  .meta({ id: 'SopResolution' })
