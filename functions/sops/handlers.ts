import type { SopPin } from '../../schemas/shipment'
import { SopId } from '../../schemas/sop'
import type { Sop } from '../../schemas/sop-catalogue'
import type { Context } from '../platform/context'
import { AppError } from '../platform/errors'
import type { Handlers } from '../platform/route'
import { ConditionFailed } from '../platform/table'
import { loadShipment, onShipment } from '../shipments/store'
import { findExecution } from './client'
import type { routes } from './contract'
import { processesOf } from './domain/processes'
import { specificityOf } from './domain/resolution'
import { notStarted, restarted, runsOf } from './domain/run-views'
import { currentPin, decideRestart } from './domain/runs'
import { type Candidate, candidates, findSop, listSops, liveOf, usableVersion } from './live'
import { loadDeniedParties, replaceDeniedParties } from './store'

const changed = (version: number) =>
  new AppError('stale', 'denied_parties.changed', `The list is at version ${version}`)

/** Characters; an item of the table holds 400 KB, and a name may take three bytes a character. */
const MAX_LIST = 120_000
const tooMany = () =>
  new AppError('unprocessable', 'denied_parties.too_many', `The list is longer than ${MAX_LIST} characters`)

const viewOf = ({ sop, live }: Candidate): Sop => ({ ...sop, ...live })

const UNWRITTEN = 'No SOP is written for such a shipment; it would get the exception start-sop'
const reasonFor = ({ sop: { appliesTo, origin, sopId } }: Candidate) =>
  `${sopId} names ${['type', ...specificityOf({ appliesTo, origin })].join(', ').toLowerCase().replace('_', ' ')}; nothing that is published is more specific`
/** A version of the same SOP that the tenant may run; the pinned one when none is asked for. */
async function restartVersion(context: Context, pin: SopPin | undefined, version: number | undefined) {
  if (!pin) throw notStarted()
  if (version === undefined || version === pin.version) return pin
  const found = await usableVersion(context, SopId.parse(pin.sopId), version)
  return { sopId: pin.sopId, ...found }
}

export const handlers: Handlers<typeof routes> = {
  async listSops(context) {
    const items = await Promise.all(
      (await listSops(context)).map(async (sop) => ({ ...sop, ...(await liveOf(context, sop)) })),
    )
    return { body: { items } }
  },

  async getSop(context, { params: { sopId } }) {
    const sop = await findSop(context, sopId)
    return { body: { ...sop, ...(await liveOf(context, sop)) } }
  },

  async resolveSop(context, { query }) {
    const found = await candidates(context, query)
    const chosen = found.find(({ live }) => live)
    return {
      body: {
        ...(chosen?.live ? { sopId: chosen.sop.sopId, version: chosen.live.version } : {}),
        reason: chosen ? reasonFor(chosen) : UNWRITTEN,
        candidates: found.map((it) => ({ ...viewOf(it), specificity: specificityOf(it.sop) })),
      },
    }
  },

  async getSopVocabulary() {
    // Made with OpenAPI, where the vocabulary's schema is; read when first asked for.
    const vocabulary: Record<string, unknown> = require('../../docs/sop-vocabulary.json')
    return { body: vocabulary }
  },

  async listSopRuns(context, { params: { shipmentId } }) {
    const state = await loadShipment(context, shipmentId)
    const runs = [undefined, ...processesOf(state)].map(async (process) => {
      const pin = currentPin(state, process)
      return runsOf(state, pin && (await findExecution(pin)), context.now, process)
    })
    return { body: { items: (await Promise.all(runs)).flat() } }
  },

  async restartSop(context, { params: { shipmentId }, body, ifMatch, idempotencyKey }) {
    const { reason, version, process } = body
    const to = await restartVersion(context, currentPin(await loadShipment(context, shipmentId), process), version)
    const why = { kind: 'RESTARTED' as const, reason }
    const { answer, replayed } = await onShipment(
      context,
      shipmentId,
      (state) => {
        const after = currentPin(state, process)?.run ?? 0
        const { decision, answer } = decideRestart(state, { ...to, after, process }, why, context.now)
        return { decision, answer: restarted(answer, why, context, process) }
      },
      { ifMatch, idempotency: { operation: 'restartSop', key: idempotencyKey, request: body } },
    )
    return { body: answer, replayed, location: `/v1/shipments/${shipmentId}/sop-runs` }
  },

  async getDeniedParties(context) {
    const { items, version } = await loadDeniedParties(context)
    return { body: { items }, version }
  },

  async putDeniedParties(context, { body, ifMatch }) {
    if (JSON.stringify(body).length > MAX_LIST) throw tooMany()
    const { version } = await loadDeniedParties(context)
    if (ifMatch !== undefined && ifMatch !== version) throw changed(version)
    try {
      await replaceDeniedParties(context, body.items, version)
    } catch (error) {
      throw error instanceof ConditionFailed ? changed(version + 1) : error
    }
    return { body, version: version + 1 }
  },
}
