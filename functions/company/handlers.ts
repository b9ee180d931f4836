import { isDeepStrictEqual } from 'node:util'
import type { LegalEntity, PutLegalEntity } from '../../schemas/legal-entity'
import { notFound } from '../platform/errors'
import type { Handlers } from '../platform/route'
import type { routes } from './contract'
import { checkLogo } from './logo'
import { findLegalEntity, overtaken, saveLegalEntity } from './store'

export const handlers: Handlers<typeof routes> = {
  async getLegalEntity(context) {
    const found = await findLegalEntity(context)
    if (!found) throw notFound('legal_entity')
    return { body: found.value, version: found.version }
  },

  /** What stands already is not written again: who repeats a request sees the answer to the first. */
  async putLegalEntity(context, { body, ifMatch }) {
    if (body.logo) checkLogo(body.logo)
    const before = await findLegalEntity(context)
    if (ifMatch !== undefined && ifMatch !== before?.version) throw overtaken()
    if (before && isSame(before.value, body)) return { body: before.value, version: before.version }
    const entity = { ...body, changedAt: context.now, changedBy: context.actor.id }
    return { body: entity, version: await saveLegalEntity(context, entity, before?.version) }
  },
}

const isSame = ({ changedAt, changedBy, ...members }: LegalEntity, body: PutLegalEntity) =>
  isDeepStrictEqual(members, body)
