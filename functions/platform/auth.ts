import type { APIGatewayProxyEventV2WithJWTAuthorizer } from 'aws-lambda'
import * as z from 'zod'
import { OrganizationId, TenantId } from '../../schemas/common'
import { InternalRole, isPartnerRole, Role } from '../../schemas/role'
import { type Context, timestamp } from './context'
import { AppError } from './errors'
import type { Route } from './route'

/** Claims of an access token, the same from Cognito (pre-token-generation trigger) and from the local issuer. */
const Claims = z.object({
  sub: z.string(),
  tenant: TenantId,
  roles: z
    .string()
    .transform((roles) => roles.split(' ').filter(Boolean))
    .pipe(z.array(Role)),
  organization: OrganizationId.optional(),
})

const refused = () => new AppError('forbidden', 'forbidden', 'Your roles do not allow this operation')

/** Tenant, roles and organization come from the verified token alone. Deny by default. */
export function authorize(event: APIGatewayProxyEventV2WithJWTAuthorizer, route: Route): Context {
  const requestId = event.requestContext.requestId
  if (route.roles === 'public')
    return { tenantId: '', actor: { kind: 'SYSTEM', id: 'public' }, roles: [], now: timestamp(), requestId }
  const claims = Claims.safeParse(event.requestContext.authorizer?.jwt.claims)
  if (!claims.success) throw refused()
  const { sub, tenant, roles, organization } = claims.data
  const allowed = route.roles
  const partner = roles.some(isPartnerRole)
  // A token is of one side only: a partner role without an organization, or beside internal roles, grants nothing.
  if (partner && (!organization || roles.some((role) => InternalRole.safeParse(role).success))) throw refused()
  if (!roles.some((role) => allowed.includes(role))) throw refused()
  return {
    tenantId: tenant,
    actor: { kind: partner ? 'PARTNER' : roles.includes('INTEGRATION') ? 'CLIENT' : 'USER', id: sub },
    roles,
    ...(partner && organization ? { organizationId: organization } : {}),
    now: timestamp(),
    requestId,
  }
}
