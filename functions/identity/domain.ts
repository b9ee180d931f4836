import * as z from 'zod'
import { OrganizationId, TenantId } from '../../schemas/common'
import { Role } from '../../schemas/role'

/** Whose token it is: put on access tokens as `tenant`, `roles` (space separated) and `organization`. */
export const Assignment = z.object({
  tenant: TenantId,
  roles: z
    .string()
    .transform((roles) => roles.split(' ').filter(Boolean))
    .pipe(z.array(Role).min(1)),
  organization: OrganizationId.optional(),
})
export type Assignment = z.infer<typeof Assignment>

/** What administrators assigned to a person. Throws where it is missing or wrong: no token is better than a wrong one. */
export const assignmentOfPerson = (attributes: Readonly<Record<string, string>>): Assignment =>
  Assignment.parse({
    tenant: attributes['custom:tenant'],
    roles: attributes['custom:roles'],
    organization: attributes['custom:organization'] || undefined,
  })

export const claimsOf = ({ tenant, roles, organization }: Assignment): Record<string, string> => ({
  tenant,
  roles: roles.join(' '),
  ...(organization ? { organization } : {}),
})
