import * as z from 'zod'
import { ExplainedId, Explanation } from '../../schemas/explanation'
import { Role } from '../../schemas/role'
import { type Contract, route } from '../platform/route'

export const routes = {
  explainDecision: route({
    method: 'GET',
    path: '/v1/explain/{id}',
    summary:
      'Why a task, exception, notice, charge or milestone was decided as it was, and what would have been otherwise',
    roles: Role.options,
    params: z.object({ id: ExplainedId }),
    status: 200,
    response: Explanation,
    errors: ['decision.not_found'],
  }),
}

export const contract = {
  domain: 'explain',
  doors: { api: { access: ['table:read', 'definitions:read'] } },
  routes,
  publishes: [],
  subscribes: [],
} as const satisfies Contract
