import * as z from 'zod'
import { DocumentId, GrantId, ShipmentId, text } from '../../schemas/common'
import { DocumentStatus } from '../../schemas/document'
import { AnnounceByGrant, Grant, GrantToken, GrantView, IssueGrant } from '../../schemas/grant'
import { InternalRole, type Role } from '../../schemas/role'
import { type Contract, route } from '../platform/route'

const GRANTORS: Role[] = ['SALES', 'OPERATIONS', 'DOCUMENTATION', 'CUSTOMER_SERVICE', 'TENANT_ADMIN', 'INTEGRATION']
const shipment = z.object({ shipmentId: ShipmentId })
const holder = z.object({ token: GrantToken })

export const routes = {
  issueGrant: route({
    method: 'POST',
    path: '/v1/shipments/{shipmentId}/grants',
    summary: 'Give somebody without an account a link to upload certain documents of this shipment, and nothing else',
    roles: GRANTORS,
    params: shipment,
    body: IssueGrant,
    status: 201,
    response: z
      .object({
        grant: Grant,
        link: z
          .string()
          .optional()
          .describe('Path of the link, with its secret. Shown once: a repeated request answers without it'),
      })
      .meta({ id: 'IssuedGrant' }),
    errors: ['shipment.not_found', 'shipment.ended', 'validation_failed'],
  }),
  listGrants: route({
    method: 'GET',
    path: '/v1/shipments/{shipmentId}/grants',
    summary: 'Grants of a shipment',
    roles: InternalRole.options,
    params: shipment,
    status: 200,
    response: z.object({ items: z.array(Grant) }),
    errors: ['shipment.not_found'],
  }),
  revokeGrant: route({
    method: 'POST',
    path: '/v1/shipments/{shipmentId}/grants/{grantId}/revocations',
    summary: 'Take a grant back; forms that it gave and that were not used yet are worth nothing',
    roles: GRANTORS,
    params: z.object({ shipmentId: ShipmentId, grantId: GrantId }),
    body: z.object({ reason: text(300).min(3) }),
    status: 200,
    response: Grant,
    errors: ['shipment.not_found', 'grant.not_found'],
  }),
  readGrant: route({
    method: 'GET',
    path: '/v1/grants/{token}',
    summary: 'What the holder of a link may send, and what became of what he sent',
    roles: 'public',
    params: holder,
    status: 200,
    response: GrantView,
    errors: ['grant.not_found', 'grant.expired', 'grant.revoked'],
  }),
  announceByGrant: route({
    method: 'POST',
    path: '/v1/grants/{token}/documents',
    summary: 'Announce a document with a link; answers a form that a browser or curl can post the file with',
    roles: 'public',
    params: holder,
    body: AnnounceByGrant,
    rawBody: ['application/x-www-form-urlencoded'],
    status: 201,
    response: z
      .object({
        documentId: DocumentId,
        status: DocumentStatus,
        upload: z.object({
          url: z.string(),
          method: z.literal('POST'),
          fields: z.record(z.string(), z.string()),
          expiresAt: z.string(),
          maxBytes: z.int(),
        }),
      })
      .meta({ id: 'AnnouncedByGrant' }),
    errors: [
      'grant.not_found',
      'grant.expired',
      'grant.revoked',
      'grant.not_covered',
      'grant.used_up',
      'document.too_many',
      'document.too_many_open',
      'shipment.ended',
    ],
  }),
}

export const contract = {
  domain: 'grants',
  doors: { api: { access: ['table:write', 'documents:write'] } },
  routes,
  publishes: ['grant.issued', 'grant.revoked', 'document.announced'],
  subscribes: [],
} as const satisfies Contract
