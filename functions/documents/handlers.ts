import { findLegalEntity } from '../company/store'
import { newId } from '../platform/context'
import { awsEnvironment, env } from '../platform/env'
import { AppError, notFound } from '../platform/errors'
import type { Handlers } from '../platform/route'
import { type Decision, loadShipment, onShipment } from '../shipments/store'
import type { routes } from './contract'
import { isHandedOut } from './domain/arrival'
import { compareDocuments, decideWaive } from './domain/comparison'
import { decideCorrect, withCorrections, withoutPeople } from './domain/corrections'
import { feedbackOf } from './domain/feedback'
import { decideGenerate } from './domain/generation'
import { decideAnnounce, decideReview, documentOf, objectKey } from './domain/intake'
import { qualityOf } from './domain/quality'
import { presignGet } from './presign'
import { loadEvidence, loadExtraction, loadTallies } from './store'
import { formEnd, uploadForm } from './upload-form'

const DOWNLOAD_SECONDS = 300

export const handlers: Handlers<typeof routes> = {
  async announceDocument(context, { params, body, ifMatch, idempotencyKey }) {
    const { answer, version, replayed } = await onShipment(
      context,
      params.shipmentId,
      (state) => {
        const documentId = newId('doc', context.now)
        const decision = decideAnnounce(state, body, documentId, context)
        return { decision, answer: { documentId, until: formEnd(context) } }
      },
      { ifMatch, idempotency: { operation: 'announceDocument', key: idempotencyKey, request: body } },
    )
    const upload = uploadForm(context, { ...params, ...answer }, body)
    return { body: { documentId: answer.documentId, status: 'AWAITING_UPLOAD', upload }, version, replayed }
  },

  async listDocuments(context, { params }) {
    const { documents, header } = await loadShipment(context, params.shipmentId)
    const viewer = context.organizationId
    const items = documents.filter((document) => viewer === undefined || document.organizationId === viewer)
    return { body: { items }, version: header.version }
  },

  async getDocument(context, { params }) {
    const state = await loadShipment(context, params.shipmentId)
    const document = documentOf(state, params.documentId, context.organizationId)
    const read = await loadExtraction(context, params.documentId)
    const decided = read && withCorrections(read, document.documentId, state.timeline)
    const extraction = decided && context.organizationId !== undefined ? withoutPeople(decided) : decided
    const matrix = read && compareDocuments(state, await loadEvidence(context, state))
    const feedbacks = feedbackOf(document, extraction, matrix)
    return { body: { document, ...(extraction ? { extraction } : {}), feedbacks }, version: state.header.version }
  },

  async getDocumentContent(context, { params }) {
    const state = await loadShipment(context, params.shipmentId)
    const document = documentOf(state, params.documentId, context.organizationId)
    if (document.status === 'AWAITING_UPLOAD')
      throw new AppError('conflict', 'document.not_uploaded', 'The file has not arrived yet')
    if (!isHandedOut(document))
      throw new AppError('conflict', 'document.not_checked', 'The file is being checked, or was refused by the check')
    const link = presignGet(awsEnvironment(), {
      bucket: env('DOCUMENTS_BUCKET'),
      key: objectKey(context.tenantId, document),
      versionId: document.versionId,
      now: context.now,
      seconds: DOWNLOAD_SECONDS,
    })
    return { body: link }
  },

  async reviewDocument(context, { params, body, ifMatch, idempotencyKey }) {
    const { answer, version, replayed } = await onShipment(
      context,
      params.shipmentId,
      (state) => {
        const document = documentOf(state, params.documentId, undefined)
        const decision = decideReview(state, document, body, context.now)
        return { decision, answer: decision.documents?.[0] ?? document }
      },
      {
        ifMatch,
        idempotency: { operation: 'reviewDocument', key: idempotencyKey, request: { ...params, ...body } },
      },
    )
    return { body: answer, version, replayed }
  },

  async correctDocument(context, { params, body, ifMatch, idempotencyKey }) {
    const read = await loadExtraction(context, params.documentId)
    const { version, replayed } = await onShipment(
      context,
      params.shipmentId,
      (state) => {
        const document = documentOf(state, params.documentId, undefined)
        const reading = read && withCorrections(read, document.documentId, state.timeline)
        return { decision: decideCorrect(document, reading, body), answer: {} }
      },
      { ifMatch, idempotency: { operation: 'correctDocument', key: idempotencyKey, request: { ...params, ...body } } },
    )
    if (!read) throw notFound('document')
    const { timeline } = await loadShipment(context, params.shipmentId)
    return { body: withCorrections(read, params.documentId, timeline), version, replayed }
  },

  async getDocumentQuality(context) {
    return { body: qualityOf(await loadTallies(context)) }
  },

  async generateDocument(context, { params, body, ifMatch, idempotencyKey }) {
    // An invoice alone is refused for want of a letterhead.
    const own = body.documentType === '380' && !body.issuer ? await findLegalEntity(context) : undefined
    const { answer, version, replayed } = await onShipment(
      context,
      params.shipmentId,
      (state) => {
        const decision = decideGenerate(state, body, newId('doc', context.now), context, own?.value)
        return { decision, answer: decision.documents[0] }
      },
      { ifMatch, idempotency: { operation: 'generateDocument', key: idempotencyKey, request: { ...params, ...body } } },
    )
    return { body: answer, version, replayed }
  },

  async getDocumentMatrix(context, { params }) {
    const state = await loadShipment(context, params.shipmentId)
    return { body: compareDocuments(state, await loadEvidence(context, state)), version: state.header.version }
  },

  async waiveDocumentCheck(context, { params, body, ifMatch, idempotencyKey }) {
    const { answer, version, replayed } = await onShipment(
      context,
      params.shipmentId,
      async (state) => {
        const decision = decideWaive(compareDocuments(state, await loadEvidence(context, state)), body, context)
        return { decision, answer: { check: body.check, waived: waivedBy(decision) } }
      },
      {
        ifMatch,
        idempotency: { operation: 'waiveDocumentCheck', key: idempotencyKey, request: { ...params, ...body } },
      },
    )
    return { body: answer, version, replayed }
  },
}

const waivedBy = ({ facts }: Decision) =>
  facts.reduce((sum, fact) => sum + (fact.type === 'documents.waived' ? fact.data.keys.length : 0), 0)
