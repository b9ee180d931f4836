/** Upload links end to end, as their holders use them: without an account, without a client of ours. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as z from 'zod'
import { fixture } from '../../demo/documents'
import { anOceanExport } from '../support/ocean-export'
import { eventually, ok, type Portolan, startWorld, type World } from '../support/world'

jest.setTimeout(300_000)

let world: World
let folder: string
beforeAll(async () => {
  world = await startWorld()
  folder = mkdtempSync(join(tmpdir(), 'portolan-curl-'))
})
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await world.stop()
})

const HOUR = 3_600_000
const INVOICE = fixture('commercial-invoice.pdf', 'application/pdf')
type Terms = { documentTypes: ('380' | '271')[]; maxDocuments: number; hours?: number }

const one = (shipmentId: string) => ({ params: { path: { shipmentId } } })
const asRole = (role: string): Promise<Portolan> => world.as(role)

async function create(reference: string): Promise<string> {
  const body = anOceanExport(reference)
  return (await ok((await asRole('SALES')).POST('/v1/shipments', { body }))).shipmentId
}

/** By the runtime's clock, which a test may have moved. */
async function now(): Promise<number> {
  return Date.parse(z.object({ now: z.string() }).parse(await world.local('GET', '/_local/clock')).now)
}

async function issue(shipmentId: string, { hours = 24, ...terms }: Terms) {
  const expiresAt = new Date((await now()) + hours * HOUR).toISOString()
  const body = { ...terms, expiresAt, recipient: 'ana@kestrel.example' }
  const documentation = await asRole('DOCUMENTATION')
  const { grant, link = '' } = await ok(
    documentation.POST('/v1/shipments/{shipmentId}/grants', { ...one(shipmentId), body }),
  )
  return { grantId: grant.grantId, link: world.url() + link }
}

const Upload = z.object({ url: z.string(), fields: z.record(z.string(), z.string()) })
const Answer = z.looseObject({
  code: z.string().optional(),
  documentId: z.string().optional(),
  upload: Upload.optional(),
})

async function call(url: string, body?: object, key?: string) {
  const headers = { 'content-type': 'application/json', ...(key ? { 'idempotency-key': key } : {}) }
  const response = await fetch(url, body ? { method: 'POST', body: JSON.stringify(body), headers } : {})
  return { status: response.status, headers: response.headers, answer: Answer.parse(await response.json()) }
}

const PAPER = { documentType: '380', contentType: 'application/pdf' }

/** `curl -F name=value … -F file=@name url` */
async function curl({ url, fields }: z.infer<typeof Upload>, bytes: Uint8Array): Promise<string> {
  const path = join(folder, 'paper.pdf')
  writeFileSync(path, bytes)
  const form = Object.entries(fields).flatMap(([name, value]) => ['-F', `${name}=${value}`])
  const told = ['--silent', '--output', '/dev/null', '--write-out', '%{http_code}']
  return (await promisify(execFile)('curl', [...told, ...form, '-F', `file=@${path};type=application/pdf`, url])).stdout
}

const Mine = z.object({
  remaining: z.int(),
  documents: z.array(z.looseObject({ documentId: z.string(), status: z.string() })),
})
const mine = async (link: string) => Mine.parse((await call(link)).answer)

async function send(link: string, bytes: Uint8Array = INVOICE.bytes, more: object = {}): Promise<string> {
  const { status, answer } = await call(`${link}/documents`, { ...PAPER, ...more })
  expect(status).toBe(201)
  expect(await curl(Upload.parse(answer.upload), bytes)).toBe('201')
  return z.string().parse(answer.documentId)
}

const statusOf = async (link: string, documentId: string) =>
  (await mine(link)).documents.find((it) => it.documentId === documentId)?.status
const ended = (link: string, documentId: string) =>
  eventually(
    () => statusOf(link, documentId),
    (status) => ['VERIFIED', 'NEEDS_REVIEW', 'REJECTED'].includes(status ?? ''),
    120,
  )

test('twenty announcements at once by a link for three papers make exactly three, and nobody is told of a failure', async () => {
  const shipmentId = await create('GR-1')
  const { link } = await issue(shipmentId, { documentTypes: ['380'], maxDocuments: 3 })
  /** As a client that heeds Retry-After. */
  const insist = async (): Promise<{ status: number; code: string | undefined }> => {
    const { status, headers, answer } = await call(`${link}/documents`, PAPER)
    if (answer.code !== 'contended') return { status, code: answer.code }
    expect(headers.get('retry-after')).toBe('1')
    return insist()
  }
  const answers = await Promise.all(Array.from({ length: 20 }, insist))
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(3)
  expect(answers.filter(({ status }) => status !== 201)).toEqual(
    Array.from({ length: 17 }, () => ({ status: 409, code: 'grant.used_up' })),
  )
  expect(await mine(link)).toMatchObject({ remaining: 0 })
  expect((await mine(link)).documents).toHaveLength(3)
})

test('plain curl sends a paper, is told what is wrong with it, and sends a better one in its place', async () => {
  const { link } = await issue(await create('GR-2'), { documentTypes: ['380'], maxDocuments: 4 })
  const bad = await send(link, Buffer.from('<html>my invoice</html>'))
  expect(await ended(link, bad)).toBe('REJECTED')
  const [told] = (await mine(link)).documents
  expect(told?.feedbacks).toEqual([
    {
      severity: 'ERROR',
      code: 'PROPERTY_VALUE_MUST_CHANGE',
      message: expect.any(String),
      jsonPath: '$.document',
      property: 'document.wrong_type',
    },
  ])
  const first = await send(link)
  expect(await ended(link, first)).toBe('VERIFIED')
  const anew = Buffer.concat([Buffer.from(INVOICE.bytes), Buffer.from('\n%%EOF\n')])
  const second = await send(link, anew, { supersedes: first })
  expect(await ended(link, second)).toBe('VERIFIED')
  expect(await statusOf(link, first)).toBe('SUPERSEDED')
  expect(await mine(link)).toMatchObject({ remaining: 1 })
})

test('a holder sees what he sent, and nothing of other holders, other papers or the shipment', async () => {
  const shipmentId = await create('GR-3')
  const ana = await issue(shipmentId, { documentTypes: ['380'], maxDocuments: 2 })
  const ben = await issue(shipmentId, { documentTypes: ['271'], maxDocuments: 2 })
  const sent = z.string().parse((await call(`${ana.link}/documents`, PAPER)).answer.documentId)
  expect(await mine(ben.link)).toEqual({ remaining: 2, documents: [] })
  expect(await call(`${ben.link}/documents`, PAPER)).toMatchObject({
    status: 403,
    answer: { code: 'grant.not_covered' },
  })
  const packing = { ...PAPER, documentType: '271', supersedes: sent }
  expect(await call(`${ben.link}/documents`, packing)).toMatchObject({
    status: 404,
    answer: { code: 'document.not_found' },
  })
  // What he is shown has these members and no others, and names neither shipment nor people.
  const { answer } = await call(ana.link)
  expect(Object.keys(answer).sort()).toEqual(['documentTypes', 'documents', 'expiresAt', 'remaining'])
  expect(JSON.stringify(answer)).not.toContain(shipmentId)
  expect(JSON.stringify(answer)).not.toContain(ben.grantId)
  for (const path of ['', '/documents', `/documents/${sent}`, '/grants', '/timeline', '/document-matrix'])
    expect((await fetch(`${world.url()}/v1/shipments/${shipmentId}${path}`)).status).toBe(401)
})

test('a link is worth nothing in another tenant’s name, nor with a letter changed', async () => {
  const { link } = await issue(await create('GR-4'), { documentTypes: ['380'], maxDocuments: 1 })
  const token = link.slice(link.lastIndexOf('/') + 1)
  const [, secret = ''] = token.split('.')
  const changed = secret.startsWith('A') ? `B${secret.slice(1)}` : `A${secret.slice(1)}`
  const tenant = (name: string) => Buffer.from(name).toString('base64url')
  for (const forged of [
    `${tenant('other')}.${secret}`,
    `${tenant('harbour')}.${changed}`,
    `${tenant('harbour')}.`,
    secret,
  ])
    for (const body of [undefined, PAPER]) {
      const url = `${world.url()}/v1/grants/${forged}${body ? '/documents' : ''}`
      expect({ forged, status: (await call(url, body)).status }).toEqual({ forged, status: 404 })
    }
})

test('a link that is taken back while its form is open lets nothing in', async () => {
  const shipmentId = await create('GR-5')
  const { grantId, link } = await issue(shipmentId, { documentTypes: ['380'], maxDocuments: 2 })
  const { answer } = await call(`${link}/documents`, PAPER, 'first')
  const documentation = await asRole('DOCUMENTATION')
  const revoke = { params: { path: { shipmentId, grantId } }, body: { reason: 'sent to the wrong person' } }
  await ok(documentation.POST('/v1/shipments/{shipmentId}/grants/{grantId}/revocations', revoke))
  for (const key of ['first', 'second'])
    expect(await call(`${link}/documents`, PAPER, key)).toMatchObject({
      status: 403,
      answer: { code: 'grant.revoked' },
    })
  expect(await curl(Upload.parse(answer.upload), INVOICE.bytes)).toBe('201')
  const path = { shipmentId, documentId: z.string().parse(answer.documentId) }
  const { document } = await eventually(
    () => ok(documentation.GET('/v1/shipments/{shipmentId}/documents/{documentId}', { params: { path } })),
    (seen) => seen.document.status === 'REJECTED',
  )
  expect(document.rejection?.code).toBe('grant.revoked')
})

// Last: it moves the clock.
test('a link ends at its hour: it tells so, and neither announces nor lets in what its form would have', async () => {
  const shipmentId = await create('GR-6')
  const { grantId, link } = await issue(shipmentId, { documentTypes: ['380'], maxDocuments: 2, hours: 0.5 })
  const { answer } = await call(`${link}/documents`, PAPER)
  await world.advance(0.75)
  expect(await call(link)).toMatchObject({ status: 403, answer: { code: 'grant.expired' } })
  expect(await call(`${link}/documents`, PAPER)).toMatchObject({ status: 403, answer: { code: 'grant.expired' } })
  // A form is good for an hour, and no longer than the link that it was asked by.
  expect(await curl(Upload.parse(answer.upload), INVOICE.bytes)).toBe('403')
  const documentation = await asRole('DOCUMENTATION')
  const { items } = await ok(documentation.GET('/v1/shipments/{shipmentId}/grants', one(shipmentId)))
  expect(items).toMatchObject([{ grantId, status: 'EXPIRED', documents: 1 }])
})
