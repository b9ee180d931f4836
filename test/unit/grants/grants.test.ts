import {
  activeGrant,
  decideAnnounceByGrant,
  decideIssue,
  decideRevoke,
  grantsOf,
  partsOf,
  tokenOf,
} from '../../../functions/grants/domain'
import { AnnounceByGrant, GrantToken, IssueGrant } from '../../../schemas/grant'
import { aContext, aShipment, ORDERED, withFacts } from '../../support/shipments'

const LATER = '2026-03-10T08:00:00.000Z'
const AFTER = '2026-03-21T08:00:00.000Z'
const GRANT = 'grt_00000000000000000000000001'
const DOCUMENT = 'doc_00000000000000000000000001'
const terms = (change = {}) =>
  IssueGrant.parse({
    documentTypes: ['380', '271'],
    expiresAt: '2026-03-20T08:00:00Z',
    recipient: 'ana@kestrel.example',
    maxDocuments: 2,
    ...change,
  })
const shipment = aShipment()
const granted = withFacts(shipment, decideIssue(shipment, terms(), GRANT, ORDERED).facts, ORDERED)
const context = aContext({ now: LATER, actor: { kind: 'PARTNER', id: GRANT } })
const invoice = (change = {}) =>
  AnnounceByGrant.parse({ documentType: '380', contentType: 'application/pdf', ...change })
const announce = (state = granted, change = {}) =>
  decideAnnounceByGrant(state, GRANT, invoice(change), DOCUMENT, context)
const code = (expected: string) => expect.objectContaining({ code: expected })

test('a grant lets its holder announce what it names, in the name of the grant, and nothing else', () => {
  expect(announce().documents).toMatchObject([{ documentType: '380', grantId: GRANT, announcedBy: GRANT }])
  expect(() => announce(granted, { documentType: '705' })).toThrow(code('grant.not_covered'))
})

test('it ends when it expires, when it is taken back, and when it is used up', () => {
  expect(grantsOf(granted, LATER)).toMatchObject([{ status: 'ACTIVE', recipient: 'ana@kestrel.example', documents: 0 }])
  expect(() => activeGrant(granted, GRANT, AFTER)).toThrow(code('grant.expired'))
  const { facts } = decideRevoke(granted, GRANT, 'sent to the wrong person', LATER)
  const revoked = withFacts(granted, facts, LATER)
  expect(() => announce(revoked)).toThrow(code('grant.revoked'))
  expect(decideRevoke(revoked, GRANT, 'again', LATER).facts).toEqual([])
  const [document] = announce().documents ?? []
  const used = {
    ...granted,
    documents: document ? [document, { ...document, documentId: `${DOCUMENT.slice(0, -1)}2` }] : [],
  }
  expect(() => announce(used)).toThrow(code('grant.used_up'))
})

test('it replaces its own documents only', () => {
  const [own] = announce().documents ?? []
  if (!own) throw new Error('Nothing was announced')
  const { grantId: _, ...other } = own
  expect(() => announce({ ...granted, documents: [other] }, { supersedes: own.documentId })).toThrow(
    code('document.not_found'),
  )
  expect(announce({ ...granted, documents: [own] }, { supersedes: own.documentId }).documents).toHaveLength(1)
})

test.each([
  ['in the past', { expiresAt: '2026-02-01T00:00:00Z' }],
  ['more than 90 days ahead', { expiresAt: '2026-08-01T00:00:00Z' }],
  ['for an organization that is no party', { organizationId: 'STRANGER' }],
])('it is refused %s', (_, change) => {
  expect(() => decideIssue(shipment, terms(change), GRANT, ORDERED)).toThrow(code('validation_failed'))
})

test('a token names its tenant and proves itself by its hash alone', () => {
  const token = tokenOf('harbour', new Uint8Array(32).fill(7))
  expect(GrantToken.safeParse(token).success).toBe(true)
  expect(partsOf(token)).toMatchObject({ tenantId: 'harbour' })
  const moved = `${Buffer.from('other-tenant').toString('base64url')}.${token.split('.')[1]}`
  expect(partsOf(moved)?.hash).not.toBe(partsOf(token)?.hash)
  expect(partsOf(`${Buffer.from('a#b').toString('base64url')}.${token.split('.')[1]}`)).toBeUndefined()
})
