import * as z from 'zod'

/** People and machines of the tenant. */
export const InternalRole = z.enum([
  'SALES',
  'OPERATIONS',
  'DOCUMENTATION',
  'FINANCE',
  'CUSTOMS',
  'WAREHOUSE',
  'CUSTOMER_SERVICE',
  'COMPLIANCE',
  'PRICING',
  'SOP_ADMIN',
  'TENANT_ADMIN',
  'AUDITOR',
  'INTEGRATION',
])
export type InternalRole = z.infer<typeof InternalRole>

/** Partners: their token carries an organization, and they see only shipments that it is a party to. */
export const PartnerRole = z.enum([
  'SHIPPER',
  'CONSIGNEE',
  'CARRIER',
  'AGENT_ORIGIN',
  'AGENT_DESTINATION',
  'CUSTOMS_BROKER',
  'WAREHOUSE_PARTNER',
  'SUPPLIER',
])
export type PartnerRole = z.infer<typeof PartnerRole>

export const Role = z.enum([...InternalRole.options, ...PartnerRole.options])
export type Role = z.infer<typeof Role>

export const isPartnerRole = (role: Role): role is PartnerRole => PartnerRole.safeParse(role).success
