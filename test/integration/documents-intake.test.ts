/** Intake on the real table: whatever is delivered again changes nothing, and a crash at any call ends as none would. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checksum } from '../../functions/documents/domain/checksum'
import { decideGenerate } from '../../functions/documents/domain/generation'
import { decideAnnounce } from '../../functions/documents/domain/intake'
import { png } from '../../functions/documents/pictures/picture'
import { reactions } from '../../functions/documents/reactions'
import { newId } from '../../functions/platform/context'
import { partition } from '../../functions/platform/table'
import { loadShipment, onShipment } from '../../functions/shipments/store'
import type { ContentType, DocumentRecord } from '../../schemas/document'
import {
  type Aws,
  type Crash,
  type Ids,
  redeliver,
  type Story,
  startAws,
  takeIn,
  verdictOf,
} from '../support/intake-world'
import { aContext, createInTable, eventsOf } from '../support/shipments'
import { INVOICE, paper } from '../unit/documents/paper'

jest.setTimeout(240_000)

const NOW = '2026-03-25T12:00:00.000Z'
const context = aContext({ tenantId: 'intake', now: NOW })
const file = (name: string) => readFileSync(join(__dirname, '../fixtures/documents', name))
const PDF = file('commercial-invoice.pdf')
const PICTURE = Buffer.from(png({ width: 200, height: 280, data: new Uint8Array(200 * 280 * 3).fill(255) }))

let aws: Aws
beforeAll(async () => {
  aws = await startAws()
  // Only the day stands still: what is compared then differs by nothing but what happened.
  jest.useFakeTimers({
    now: new Date(NOW),
    doNotFake: [
      'hrtime',
      'nextTick',
      'performance',
      'queueMicrotask',
      'setImmediate',
      'clearImmediate',
      'setInterval',
      'clearInterval',
      'setTimeout',
      'clearTimeout',
    ],
  })
})
afterAll(async () => {
  jest.useRealTimers()
  await aws.stop()
})
interface Case extends Story {
  name: string
  contentType: ContentType
  bytes: Buffer
  /** Of every word, as Textract states it. */
  confidence?: number
  ends: DocumentRecord['status']
  code?: string
}

const CASES: Case[] = [
  { name: 'a paper that is accepted', contentType: 'application/pdf', bytes: PDF, ends: 'VERIFIED' },
  {
    name: 'a picture that a person looks at',
    contentType: 'image/png',
    bytes: PICTURE,
    ends: 'NEEDS_REVIEW',
    confidence: 80,
  },
  {
    name: 'a file that the check refuses',
    contentType: 'application/pdf',
    bytes: PICTURE,
    ends: 'REJECTED',
    code: 'document.wrong_type',
  },
  {
    name: 'a file that holds malware',
    contentType: 'application/pdf',
    bytes: PDF,
    verdict: 'THREATS_FOUND',
    ends: 'REJECTED',
    code: 'document.malware',
  },
]

async function announced({ contentType, confidence = 99 }: Pick<Case, 'contentType' | 'confidence'>): Promise<Ids> {
  const shipmentId = await createInTable(context)
  const documentId = newId('doc', NOW)
  await onShipment(context, shipmentId, (state) => ({
    decision: decideAnnounce(state, { documentType: '380', contentType }, documentId, context),
    answer: {},
  }))
  aws.answers.clear()
  aws.blocks = paper(INVOICE, { confidence })
  aws.calls = 0
  aws.names = []
  aws.crash = undefined
  return { tenantId: context.tenantId, shipmentId, documentId }
}

const documentOf = async ({ shipmentId }: Ids) => (await loadShipment(context, shipmentId)).documents[0]

/** Every item that stands there, but for tokens of waits that are over; ids by what they are. */
async function whole({ shipmentId, documentId }: Ids): Promise<unknown[]> {
  const items = [
    ...(await partition(context, `SHIPMENT#${shipmentId}`)),
    ...(await partition(context, `DOCUMENT#${documentId}`)),
  ]
  const plain = items
    .filter(({ sk }) => sk !== 'SCAN' && sk !== 'READING')
    .map((item) =>
      Object.fromEntries(
        Object.entries(item).map(([name, value]) => [
          name,
          value instanceof Uint8Array ? Buffer.from(value).toString(name === 'data' ? 'utf8' : 'base64') : value,
        ]),
      ),
    )
  const text = JSON.stringify(plain)
    .replaceAll(shipmentId, '<shipment>')
    .replaceAll(shipmentId.slice(4), '<shipment>')
    .replaceAll(documentId, '<document>')
    .replaceAll(documentId.slice(4).toLowerCase(), '<document>')
  return JSON.parse(text)
}

async function taken(one: Case, how: Story = {}) {
  const ids = await announced(one)
  const delivered = await takeIn(aws, ids, one.bytes, { verdict: one.verdict, ...how })
  const { names } = aws
  aws.names = []
  return { ids, delivered, names, state: await whole(ids) }
}

describe.each(CASES)('$name', (one) => {
  test('goes its way, each status after the other', async () => {
    const { ids } = await taken(one)
    const document = await documentOf(ids)
    expect({ status: document?.status, code: document?.rejection?.code }).toEqual({ status: one.ends, code: one.code })
  })

  test('ends the same when its verdict comes early, and when every step and signal comes twice', async () => {
    const { state } = await taken(one)
    expect((await taken(one, { early: true })).state.filter(isNoVerdict)).toEqual(state.filter(isNoVerdict))
    expect((await taken(one, { twice: true })).state).toEqual(state)
  })

  test('is left as it is by everything that is delivered again afterwards, and by whatever comes through the form', async () => {
    const { ids, delivered, state } = await taken(one)
    for (const event of delivered) {
      await redeliver(event)
      expect({ event, state: await whole(ids) }).toEqual({ event, state })
    }
    await takeIn(aws, ids, one.bytes, { verdict: one.verdict })
    expect(await whole(ids)).toEqual(state)
    await takeIn(aws, ids, Buffer.from('another file'), {}, 'v2')
    await redeliver(verdictOf(ids, 'v2', 'THREATS_FOUND'))
    await redeliver(verdictOf(ids, 'v1', 'FAILED'))
    expect((await whole(ids)).filter(isNoVerdict)).toEqual(state.filter(isNoVerdict))
  })

  test('ends the same wherever a call crashes, before or after it is done', async () => {
    const { state, names } = await taken(one)
    expect(names.length).toBeGreaterThan(5)
    // The pictures for a review are among what can crash.
    expect(names.includes('PUT object')).toBe(one.confidence !== undefined)
    for (let at = 1; at <= names.length; at++)
      for (const when of ['before', 'after'] as const) {
        const ids = await announced(one)
        aws.crash = { at, when }
        await takeIn(aws, ids, one.bytes, { verdict: one.verdict })
        const where = `${when} ${at} ${names[at - 1]}`
        expect({ where, state: await whole(ids) }).toEqual({ where, state })
      }
  })
})

const isNoVerdict = (item: unknown) => !String(Reflect.get(Object(item), 'sk')).startsWith('VERDICT#')

test('a verdict on another version of the file answers nobody, before or after', async () => {
  const [one] = CASES
  if (!one) throw new Error('No case')
  const ids = await announced(one)
  await redeliver(verdictOf(ids, 'v0', 'THREATS_FOUND'))
  await takeIn(aws, ids, one.bytes)
  expect(await documentOf(ids)).toMatchObject({ status: one.ends, versionId: 'v1', scan: 'NO_THREATS_FOUND' })
})

test('the first verdict on a version stands', async () => {
  const [one] = CASES
  if (!one) throw new Error('No case')
  const ids = await announced(one)
  await redeliver(verdictOf(ids, 'v1', 'THREATS_FOUND'))
  await takeIn(aws, ids, one.bytes, { verdict: 'NO_THREATS_FOUND' })
  expect(await documentOf(ids)).toMatchObject({ status: 'REJECTED', rejection: { code: 'document.malware' } })
})

test('the second file of a form does not end the first one, even when its intake fails', async () => {
  const [one] = CASES
  if (!one) throw new Error('No case')
  const ids = await announced(one)
  const key = `uploads/${ids.tenantId}/${ids.shipmentId}/${ids.documentId}`
  await redeliver({ step: 'receiveUpload', key, versionId: 'v1', bytes: 1 })
  await redeliver({ step: 'rejectDocument', key, versionId: 'v2', error: 'Document.NotChecked' })
  expect(await documentOf(ids)).toMatchObject({ status: 'UPLOADED', versionId: 'v1' })
})

/** The checksum of the PDF in a form. */
const printedIn = (form: Buffer) =>
  checksum(form.subarray(form.indexOf('%PDF-'), form.lastIndexOf('%%EOF') + '%%EOF'.length))

test('a paper that Portolan prints is there once, wherever its printing crashes, and as often as it is asked for', async () => {
  const print = async (crash?: Crash) => {
    const shipmentId = await createInTable(context)
    const documentId = newId('doc', NOW)
    await onShipment(context, shipmentId, (state) => ({
      decision: decideGenerate(state, { documentType: '271' }, documentId, context),
      answer: {},
    }))
    const [event] = await eventsOf(context, shipmentId, ['document.generation-requested'])
    if (!event) throw new Error('Nothing was asked for')
    aws.objects.clear()
    aws.names = []
    aws.calls = 0
    aws.crash = crash
    const deliver = () => reactions['document.generation-requested'](context, event)
    // A queue delivers again what failed.
    await deliver().catch(deliver)
    const names = [...aws.names]
    await deliver()
    const { header, documents, timeline } = await loadShipment(context, shipmentId)
    const [printed] = documents
    // What was stored, once or twice, is what the document stands for.
    const forms = [...aws.objects.values()]
    expect(new Set(forms.map(printedIn)).size).toBe(1)
    expect(printedIn(forms[0] ?? Buffer.alloc(0))).toBe(printed?.sha256)
    const { status, revision, versionId } = printed ?? {}
    const types = timeline.map(({ type }) => type)
    return {
      names,
      state: { version: header.version, types, documents: documents.length, status, revision, versionId },
    }
  }
  const { names, state } = await print()
  expect(state).toMatchObject({ status: 'VERIFIED', revision: 1, versionId: 'printed' })
  expect(names).toContain('POST object')
  for (let at = 1; at <= names.length; at++)
    for (const when of ['before', 'after'] as const)
      expect({ where: `${when} ${at}`, state: (await print({ at, when })).state }).toEqual({
        where: `${when} ${at}`,
        state,
      })
})
