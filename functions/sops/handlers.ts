import { ProductSopId } from '../../schemas/sop'
import { AppError } from '../platform/errors'
import type { Handlers } from '../platform/route'
import { ConditionFailed } from '../platform/table'
import type { routes } from './contract'
import { SOPS } from './domain/catalogue'
import { currentVersion } from './live'
import { loadDeniedParties, replaceDeniedParties } from './store'

const changed = (version: number) =>
  new AppError('stale', 'denied_parties.changed', `The list is at version ${version}`)

/** Characters; an item of the table holds 400 KB, and a name may take three bytes a character. */
const MAX_LIST = 120_000
const tooMany = () =>
  new AppError('unprocessable', 'denied_parties.too_many', `The list is longer than ${MAX_LIST} characters`)

export const handlers: Handlers<typeof routes> = {
  async listSops(context) {
    const items = await Promise.all(
      ProductSopId.options.map(async (sopId) => {
        const { title, type, mode, loadTypes }: SopPolicy = SOPS[sopId]
        return {
          sopId,
          title,
          appliesTo: { type, mode, loadTypes: [...loadTypes] },
          ...(await currentVersion(context, sopId)),
        }
      }),
    )
    return { body: { items } }
  },

  async getSopVocabulary() {
    // Made with OpenAPI, where the vocabulary's schema is; read when first asked for.
    const vocabulary: Record<string, unknown> = require('../../docs/sop-vocabulary.json')
    return { body: vocabulary }
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
