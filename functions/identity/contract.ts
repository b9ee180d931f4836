import type { Contract } from '../platform/route'

/** No routes: Cognito calls its `tasks` door before it issues a token. */
export const contract = {
  domain: 'identity',
  doors: { tasks: { access: ['table:read'], timeout: 5 } },
  routes: {},
  publishes: [],
  subscribes: [],
} as const satisfies Contract
