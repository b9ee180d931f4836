import { assignmentOfPerson, claimsOf } from '../../../functions/identity/domain'

const attributes = (custom: Record<string, string>) => ({
  email: 'ana@example.com',
  ...Object.fromEntries(Object.entries(custom).map(([name, value]) => [`custom:${name}`, value])),
})

describe('the claims of a person', () => {
  it('are what administrators assigned', () => {
    expect(claimsOf(assignmentOfPerson(attributes({ tenant: 'acme', roles: 'OPERATIONS DOCUMENTATION' })))).toEqual({
      tenant: 'acme',
      roles: 'OPERATIONS DOCUMENTATION',
    })
  })

  it('carry the organization of a partner', () => {
    const partner = attributes({ tenant: 'acme', roles: ' SHIPPER', organization: 'KESTREL' })
    expect(claimsOf(assignmentOfPerson(partner))).toEqual({ tenant: 'acme', roles: 'SHIPPER', organization: 'KESTREL' })
  })

  it.each([
    ['no tenant', { roles: 'OPERATIONS' }],
    ['no roles', { tenant: 'acme' }],
    ['empty roles', { tenant: 'acme', roles: ' ' }],
    ['a role that does not exist', { tenant: 'acme', roles: 'OPERATIONS GOD' }],
    ['a tenant that would reach out of its keys', { tenant: 'acme#other', roles: 'OPERATIONS' }],
  ])('are refused with %s', (_, custom) => {
    expect(() => assignmentOfPerson(attributes(custom as Record<string, string>))).toThrow()
  })
})
