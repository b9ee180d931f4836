import type { Handlers } from '../platform/route'
import type { routes } from './contract'

export const handlers: Handlers<typeof routes> = {
  async getHealth(context) {
    return { body: { status: 'ok', time: context.now } }
  },

  async getOpenApi() {
    // Read when first asked for: it lies beside the bundle, and costs nothing at start.
    const document: { openapi: string } = require('../../docs/openapi.json')
    return { body: document }
  },
}
