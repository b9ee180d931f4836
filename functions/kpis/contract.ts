import * as z from 'zod'
import { page } from '../../schemas/common'
import { KpiMember, KpiMembersQuery, KpiName, KpiQuery, KpiValue } from '../../schemas/kpi'
import type { Role } from '../../schemas/role'
import { type Contract, route } from '../platform/route'

const READERS: Role[] = ['OPERATIONS', 'SALES', 'FINANCE', 'CUSTOMER_SERVICE', 'TENANT_ADMIN', 'AUDITOR']
const params = z.object({ name: KpiName })

export const routes = {
  getKpi: route({
    method: 'GET',
    path: '/v1/kpis/{name}',
    summary: 'A key figure of a period: numerator, denominator and what follows from them',
    roles: READERS,
    params,
    query: KpiQuery,
    status: 200,
    response: KpiValue,
  }),
  listKpiMembers: route({
    method: 'GET',
    path: '/v1/kpis/{name}/members',
    summary: 'The shipments that a key figure is made of: who is in, who is out, and why',
    roles: READERS,
    params,
    query: KpiMembersQuery,
    status: 200,
    response: page(KpiMember),
  }),
}

export const contract = {
  domain: 'kpis',
  doors: { api: { access: ['table:read'] }, events: { access: ['table:write'] } },
  routes,
  publishes: [],
  subscribes: [
    'shipment.created',
    'shipment.amended',
    'shipment.cancelled',
    'milestone.recorded',
    'milestone.corrected',
    'milestone.retracted',
  ],
} as const satisfies Contract
