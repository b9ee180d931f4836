import { tasks as addClaims } from '../../functions/identity/index'
import { put } from '../../functions/platform/table'
import { startTable, type TestTable } from '../support/dynamodb'

let table: TestTable
beforeAll(async () => {
  table = await startTable()
  await put({ tenantId: '_portolan' }, { pk: 'CLIENT#erp', sk: 'CLIENT', tenant: 'acme', roles: 'INTEGRATION' })
  // A tenant can write only under its own id, so this one is nobody's client.
  await put({ tenantId: 'evil' }, { pk: 'CLIENT#forged', sk: 'CLIENT', tenant: 'acme', roles: 'TENANT_ADMIN' })
})
afterAll(() => table.stop())

/** As Cognito calls the trigger, version 3. */
const request = (triggerSource: string, clientId: string, userAttributes?: Record<string, string>) => ({
  version: '3',
  triggerSource,
  region: 'eu-central-1',
  userPoolId: 'eu-central-1_pool',
  userName: 'someone',
  callerContext: { awsSdkVersion: 'x', clientId },
  request: { userAttributes, scopes: ['portolan/api'] },
  response: { claimsAndScopeOverrideDetails: null },
})

const claims = (claimsToAddOrOverride: object) => ({
  response: { claimsAndScopeOverrideDetails: { accessTokenGeneration: { claimsToAddOrOverride } } },
})

describe('access tokens', () => {
  it('of machine clients carry what the table says', async () => {
    const machine = request('TokenGeneration_ClientCredentials', 'erp')
    expect(await addClaims(machine)).toEqual({ ...machine, ...claims({ tenant: 'acme', roles: 'INTEGRATION' }) })
  })

  it('of people carry their attributes, also when they are renewed', async () => {
    const attributes = {
      sub: '1',
      'custom:tenant': 'acme',
      'custom:roles': 'SHIPPER',
      'custom:organization': 'KESTREL',
    }
    for (const source of ['TokenGeneration_HostedAuth', 'TokenGeneration_RefreshTokens'])
      expect(await addClaims(request(source, 'people', attributes))).toMatchObject(
        claims({ tenant: 'acme', roles: 'SHIPPER', organization: 'KESTREL' }),
      )
  })

  it('are not issued to clients and people that nobody assigned', async () => {
    await expect(addClaims(request('TokenGeneration_ClientCredentials', 'unknown'))).rejects.toThrow('no tenant')
    await expect(addClaims(request('TokenGeneration_ClientCredentials', 'forged'))).rejects.toThrow('no tenant')
    await expect(addClaims(request('TokenGeneration_HostedAuth', 'people', { sub: '1' }))).rejects.toThrow()
    await expect(addClaims(request('TokenGeneration_HostedAuth', 'people'))).rejects.toThrow()
  })
})
