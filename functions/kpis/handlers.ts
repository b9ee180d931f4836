import type { Handlers } from '../platform/route'
import type { routes } from './contract'
import { dimensionFor, kpiValue } from './domain/values'
import { listMembers, loadOverdue, loadSums } from './store'

export const handlers: Handlers<typeof routes> = {
  async getKpi(context, { params: { name }, query }) {
    const { from, to, groupBy } = query
    const [sums, overdue] = await Promise.all([
      loadSums(context, name, dimensionFor(groupBy), query),
      name === 'otif' ? loadOverdue(context, query) : [],
    ])
    return { body: kpiValue({ name, from, to, groupBy }, sums, overdue) }
  },

  async listKpiMembers(context, { params, query }) {
    return { body: await listMembers(context, params.name, { ...query, bucket: query.bucket }) }
  },
}
