import { loadPeople } from '../people/store'
import { AppError, notFound } from '../platform/errors'
import type { Handlers } from '../platform/route'
import { loadShipment } from '../shipments/store'
import { findDefinition } from '../sops/client'
import type { routes } from './contract'
import { type Decider, deciderOf, explain } from './domain/explanation'
import { namedBy, subjectOf } from './domain/subject'

export const handlers: Handlers<typeof routes> = {
  async explainDecision(context, { params: { id } }) {
    const named = namedBy(id)
    const state = await loadShipment(context, named.shipmentId).catch(noSuchDecision)
    const viewer = context.organizationId
    const subject = subjectOf(named, state, viewer)
    const decider = deciderOf(subject, state)
    const { from, to } = state.header
    const people = await loadPeople(context, [from, to])
    const definition = viewer === undefined && decider ? await definitionOf(decider) : undefined
    return { body: explain(id, subject, { state, people, viewer, decider, definition }) }
  },
}

/** Who asks about an unknown shipment asks about an unknown decision. */
function noSuchDecision(error: unknown): never {
  throw error instanceof AppError && error.kind === 'not_found' ? notFound('decision') : error
}

/** Versions stay; one of a machine that is no longer deployed cannot be read any more. */
async function definitionOf({ pin }: Decider) {
  const version = await findDefinition(pin.versionArn)
  return version && JSON.parse(version.definition)
}
