/** Grants: who may send what without an account, and until when. A grant is what the timeline tells of it. Pure. */
import { createHash } from 'node:crypto'
import type { AnnounceByGrant, Grant, GrantTerms, IssueGrant } from '../../schemas/grant'
import { decideAnnounce } from '../documents/domain/intake'
import type { Context } from '../platform/context'
import { AppError, invalid, notFound } from '../platform/errors'
import { entriesOf } from '../platform/timeline'
import type { ShipmentState } from '../shipments/items'
import type { Decision } from '../shipments/store'

type State = Pick<ShipmentState, 'header' | 'documents' | 'timeline'>

const LONGEST = 90 * 86_400_000

export function decideIssue(state: State, command: IssueGrant, grantId: string, now: string): Decision {
  const { status, organizations } = state.header
  if (status === 'CANCELLED' || status === 'CLOSED')
    throw new AppError('conflict', 'shipment.ended', `A ${status} shipment takes no documents`)
  const { expiresAt, organizationId } = command
  const ahead = Date.parse(expiresAt) - Date.parse(now)
  if (ahead <= 0 || ahead > LONGEST)
    throw invalid([
      { pointer: '/expiresAt', code: 'grant.expiry', message: 'lies in the past, or more than 90 days ahead' },
    ])
  if (organizationId !== undefined && !organizations.includes(organizationId))
    throw invalid([{ pointer: '/organizationId', code: 'grant.no_party', message: 'is no party to the shipment' }])
  const terms: GrantTerms = {
    grantId,
    documentTypes: command.documentTypes,
    expiresAt,
    recipient: command.recipient,
    maxDocuments: command.maxDocuments,
    ...(organizationId ? { organizationId } : {}),
  }
  return { facts: [{ type: 'grant.issued', data: terms }] }
}

/** Every grant of a shipment as it stands. */
export function grantsOf({ header, documents, timeline }: State, now: string): Grant[] {
  const revoked = new Set(entriesOf(timeline, 'grant.revoked').map(({ data }) => data.grantId))
  return entriesOf(timeline, 'grant.issued').map(({ data, actor, recordedAt }) => ({
    ...data,
    shipmentId: header.shipmentId,
    status: revoked.has(data.grantId) ? 'REVOKED' : data.expiresAt <= now ? 'EXPIRED' : 'ACTIVE',
    issuedBy: actor.id,
    issuedAt: recordedAt,
    documents: documents.filter(({ grantId }) => grantId === data.grantId).length,
  }))
}

export function grantOf(state: State, grantId: string, now: string): Grant {
  const grant = grantsOf(state, now).find((it) => it.grantId === grantId)
  if (!grant) throw notFound('grant')
  return grant
}

/** The grant, if its holder may act on it now. */
export function activeGrant(state: State, grantId: string, now: string): Grant {
  const grant = grantOf(state, grantId, now)
  if (grant.status === 'REVOKED') throw new AppError('forbidden', 'grant.revoked', 'This link was taken back')
  if (grant.status === 'EXPIRED')
    throw new AppError('forbidden', 'grant.expired', `This link ended at ${grant.expiresAt}`)
  return grant
}

export function decideRevoke(state: State, grantId: string, reason: string, now: string): Decision {
  if (grantOf(state, grantId, now).status === 'REVOKED') return { facts: [] }
  return { facts: [{ type: 'grant.revoked', data: { grantId, reason } }] }
}

export function decideAnnounceByGrant(
  state: State,
  grantId: string,
  command: AnnounceByGrant,
  documentId: string,
  context: Context,
): Decision {
  const grant = activeGrant(state, grantId, context.now)
  if (!grant.documentTypes.includes(command.documentType))
    throw new AppError('forbidden', 'grant.not_covered', `This link is for ${grant.documentTypes.join(', ')}`)
  if (grant.documents >= grant.maxDocuments)
    throw new AppError('conflict', 'grant.used_up', `This link is for ${grant.maxDocuments} documents`)
  const older = command.supersedes
  if (older && !state.documents.some((it) => it.documentId === older && it.grantId === grantId))
    throw notFound('document')
  const { organizationId } = grant
  return decideAnnounce(
    state,
    { ...command, grantId, ...(organizationId ? { organizationId } : {}) },
    documentId,
    context,
  )
}

/**
 * The secret of a link says where to look and proves itself there: nothing is found in a tenant that did not make it.
 * Only the hash is stored.
 */
export const tokenOf = (tenantId: string, secret: Uint8Array) =>
  `${Buffer.from(tenantId).toString('base64url')}.${Buffer.from(secret).toString('base64url')}`

export function partsOf(token: string): { tenantId: string; hash: string } | undefined {
  const tenantId = Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()
  if (!/^[a-z0-9-]{2,40}$/.test(tenantId)) return undefined
  return { tenantId, hash: createHash('sha256').update(token).digest('base64url') }
}
