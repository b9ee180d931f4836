import type { AmendShipment } from '../../schemas/shipment'
import { NOBODY } from '../people/domain/calendars'
import { loadPeople } from '../people/store'
import type { Context } from '../platform/context'
import { AppError } from '../platform/errors'
import type { Handlers } from '../platform/route'
import { areaOf } from '../platform/timeline'
import { countsBusinessHours, reschedule } from '../tasks/domain/reschedule'
import type { routes } from './contract'
import { checkedCommand, checkedPlaces, create, referenceTaken } from './creation'
import { decideAmend, decideCancel, warningsOf } from './domain'
import { findReference } from './insertion'
import { timelineView, viewOf, visibleEntries } from './perspective'
import { type Decision, listShipments, loadShipment, onShipment, type ShipmentState } from './store'

export const handlers: Handlers<typeof routes> = {
  async createShipment(context, { body, idempotencyKey }) {
    const { created, replayed } = await create(context, await checkedCommand(context, body), {
      operation: 'createShipment',
      key: idempotencyKey,
      request: body,
    })
    return { body: created, version: 1, replayed, location: `/v1/shipments/${created.shipmentId}` }
  },

  async validateShipment(context, { body }) {
    await checkedCommand(context, body)
    const taken = body.clientReference && (await findReference(context, body.clientReference))
    if (taken) throw referenceTaken(taken)
    return { body: { valid: true, warnings: warningsOf(body) } }
  },

  async listShipments(context, { query }) {
    return { body: await listShipments(context, query) }
  },

  async getShipment(context, { params }) {
    const state = await loadShipment(context, params.shipmentId)
    return { body: viewOf(state, context.organizationId), version: state.header.version }
  },

  async amendShipment(context, { params, body, ifMatch, idempotencyKey }) {
    if (ifMatch === undefined)
      throw new AppError('invalid', 'if_match.required', 'Send the ETag that you saw as If-Match')
    await checkedPlaces(context, body.legs ?? [])
    const { replayed } = await onShipment(
      context,
      params.shipmentId,
      async (state) => ({ decision: await amended(context, state, body), answer: {} }),
      { ifMatch, idempotency: { operation: 'amendShipment', key: idempotencyKey, request: body } },
    )
    const state = await loadShipment(context, params.shipmentId)
    return { body: viewOf(state, context.organizationId), version: state.header.version, replayed }
  },

  async cancelShipment(context, { params, body, ifMatch, idempotencyKey }) {
    const { answer, version, replayed } = await onShipment(
      context,
      params.shipmentId,
      (state) => ({
        decision: decideCancel(state, body.reason, context.now),
        answer: { shipmentId: params.shipmentId, status: 'CANCELLED' as const },
      }),
      { ifMatch, idempotency: { operation: 'cancelShipment', key: idempotencyKey, request: body } },
    )
    return { body: answer, version, replayed }
  },

  async readTimeline(context, { params, query }) {
    const state = await loadShipment(context, params.shipmentId)
    const page = visibleEntries(state, context.organizationId)
      .filter((entry) => entry.sequence > query.after && (!query.area || areaOf(entry.type) === query.area))
      .slice(0, query.limit)
    return { body: { items: timelineView(page, context.organizationId) } }
  },
}

/** With the plan, due dates of open tasks move. Calendars are read only where they count. */
async function amended(context: Context, state: ShipmentState, change: AmendShipment): Promise<Decision> {
  const decision = decideAmend(state, change)
  const planned = { ...state, header: { ...state.header, ...decision.header }, detail: decision.detail ?? state.detail }
  const { from, to } = state.header
  const people = countsBusinessHours(planned) ? await loadPeople(context, [from, to]) : NOBODY
  const { facts, tasks } = reschedule(planned, people)
  return { ...decision, facts: [...decision.facts, ...facts], tasks }
}
