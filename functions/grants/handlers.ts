import { randomBytes } from 'node:crypto'
import { DOCUMENT_TYPE_NAME } from '../../schemas/codes'
import { compareDocuments } from '../documents/domain/comparison'
import { feedbackOf } from '../documents/domain/feedback'
import { loadEvidence } from '../documents/store'
import { formEnd, uploadForm } from '../documents/upload-form'
import { type Context, newId } from '../platform/context'
import { notFound } from '../platform/errors'
import type { Handlers } from '../platform/route'
import { loadShipment, onShipment } from '../shipments/store'
import type { routes } from './contract'
import {
  activeGrant,
  decideAnnounceByGrant,
  decideIssue,
  decideRevoke,
  grantOf,
  grantsOf,
  partsOf,
  tokenOf,
} from './domain'
import { announcementOf } from './form'
import { findSecret, secretWrite } from './store'

/** The context of a link's holder: its tenant is where its hash stands, its actor is the grant. */
async function holderOf(context: Context, token: string) {
  const parts = partsOf(token)
  const found = parts && (await findSecret(parts, parts.hash))
  if (!found) throw notFound('grant')
  const holder: Context = {
    ...context,
    tenantId: parts.tenantId,
    actor: { kind: 'PARTNER', id: found.grantId },
  }
  return { ...found, holder }
}

export const handlers: Handlers<typeof routes> = {
  async issueGrant(context, { params, body, ifMatch, idempotencyKey }) {
    const { shipmentId } = params
    const token = tokenOf(context.tenantId, randomBytes(32))
    const hash = partsOf(token)?.hash ?? ''
    const { answer, version, replayed } = await onShipment(
      context,
      shipmentId,
      (state) => {
        const grantId = newId('grt', context.now)
        return { decision: decideIssue(state, body, grantId, context.now), answer: { grantId } }
      },
      {
        ifMatch,
        idempotency: { operation: 'issueGrant', key: idempotencyKey, request: body },
        writes: ({ grantId }) => [secretWrite(hash, shipmentId, grantId, body.expiresAt)],
      },
    )
    const grant = grantOf(await loadShipment(context, shipmentId), answer.grantId, context.now)
    return { body: { grant, ...(replayed ? {} : { link: `/v1/grants/${token}` }) }, version, replayed }
  },

  async listGrants(context, { params }) {
    const state = await loadShipment(context, params.shipmentId)
    return { body: { items: grantsOf(state, context.now) }, version: state.header.version }
  },

  async revokeGrant(context, { params, body, ifMatch }) {
    const { shipmentId, grantId } = params
    const { version } = await onShipment(
      context,
      shipmentId,
      (state) => ({ decision: decideRevoke(state, grantId, body.reason, context.now), answer: {} }),
      { ifMatch },
    )
    return { body: grantOf(await loadShipment(context, shipmentId), grantId, context.now), version }
  },

  async readGrant(context, { params }) {
    const { holder, shipmentId, grantId } = await holderOf(context, params.token)
    const state = await loadShipment(holder, shipmentId)
    const grant = activeGrant(state, grantId, context.now)
    const evidence = await loadEvidence(holder, state)
    const matrix = compareDocuments(state, evidence)
    const own = state.documents.filter((document) => document.grantId === grantId)
    return {
      body: {
        documentTypes: grant.documentTypes.map((code) => ({ code, name: DOCUMENT_TYPE_NAME[code] })),
        expiresAt: grant.expiresAt,
        remaining: grant.maxDocuments - grant.documents,
        documents: own.map((document) => ({
          documentId: document.documentId,
          documentType: document.documentType,
          status: document.status,
          ...(document.fileName ? { fileName: document.fileName } : {}),
          announcedAt: document.announcedAt,
          feedbacks: feedbackOf(document, evidence.extractions.get(document.documentId), matrix),
        })),
      },
    }
  },

  async announceByGrant(context, { params, body, raw, idempotencyKey }) {
    const command = raw ? announcementOf(raw.text) : body
    const { holder, shipmentId, grantId } = await holderOf(context, params.token)
    const { answer, replayed } = await onShipment(
      holder,
      shipmentId,
      (state) => {
        const documentId = newId('doc', context.now)
        const { expiresAt } = activeGrant(state, grantId, context.now)
        const decision = decideAnnounceByGrant(state, grantId, command, documentId, holder)
        return { decision, answer: { documentId, until: formEnd(context, expiresAt) } }
      },
      {
        // Who holds a link that ended is not told even what it was told before.
        admit: (state) => void activeGrant(state, grantId, context.now),
        idempotency: { operation: `announceByGrant ${grantId}`, key: idempotencyKey, request: command },
      },
    )
    const upload = uploadForm(holder, { shipmentId, ...answer }, command)
    return { body: { documentId: answer.documentId, status: 'AWAITING_UPLOAD', upload }, replayed }
  },
}
