import { LegalEntity, PutLegalEntity } from '../../schemas/legal-entity'
import { InternalRole } from '../../schemas/role'
import { type Contract, route } from '../platform/route'

export const routes = {
  getLegalEntity: route({
    method: 'GET',
    path: '/v1/legal-entity',
    summary: 'Who the tenant is on paper: names, address, tax numbers, bank accounts, terms, logo',
    roles: InternalRole.options,
    status: 200,
    response: LegalEntity,
    errors: ['legal_entity.not_found'],
  }),
  putLegalEntity: route({
    method: 'PUT',
    path: '/v1/legal-entity',
    summary: 'Create or replace it; papers that are printed from then on have it as their letterhead',
    roles: ['TENANT_ADMIN'],
    body: PutLegalEntity,
    status: 200,
    response: LegalEntity,
    errors: ['legal_entity.changed', 'validation_failed'],
  }),
}

export const contract = {
  domain: 'company',
  doors: { api: { access: ['table:write'] } },
  routes,
  publishes: [],
  subscribes: [],
} as const satisfies Contract
