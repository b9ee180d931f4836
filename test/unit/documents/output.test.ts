import { readFileSync } from 'node:fs'
import fontkit from '@pdf-lib/fontkit'
import { decodePDFRawStream, PDFDict, PDFDocument, PDFName, PDFRawStream } from 'pdf-lib'
import { decideGenerate, decideGenerated, paperFor } from '../../../functions/documents/domain/generation'
import { embedTypeface, printableWith } from '../../../functions/documents/output/fonts'
import { render } from '../../../functions/documents/output/render'
import { LegalEntity } from '../../../schemas/legal-entity'
import { type GenerateDocument, GeneratedType } from '../../../schemas/printed-paper'
import type { Fact } from '../../../schemas/timeline'
import { aContext, anEvent, aShipment, ORDERED, recorded, withFacts } from '../../support/shipments'

const PLACES = new Map([
  ['NLRTM', 'Rotterdam'],
  ['USNYC', 'New York'],
])
const context = aContext({ now: ORDERED })
const ID = 'doc_00000000000000000000000001'
const OTHER_INVOICE = 'inv_00000000000000000000000002'
const INVOICE: Extract<Fact, { type: 'invoice.issued' }> = {
  type: 'invoice.issued',
  data: {
    invoiceId: 'inv_00000000000000000000000001',
    number: '2026-000017',
    billTo: 'ACME',
    total: { amount: 151_250, currency: 'EUR' },
    lines: [{ chargeId: 'c1', occurrenceId: 'o1', amount: { amount: 125_000, currency: 'EUR' } }],
  },
}
const shipment = withFacts(
  aShipment({
    parties: [
      {
        function: 'CZ',
        name: 'Acme BV',
        organizationId: 'ACME',
        address: 'Kade 1\n3011 Rotterdam',
        country: 'NL',
        taxId: 'NL001',
      },
      {
        function: 'FW',
        name: 'Helm Forwarding GmbH',
        address: 'Kai 7\n20457 Hamburg',
        country: 'DE',
        taxId: 'DE123456789',
      },
      { function: 'CN', name: 'Łódź Ελλάς Київ Imports', address: '5th Avenue 1\nNew York', country: 'US' },
    ],
    chargeLines: [
      {
        chargeId: 'c1',
        code: '101000',
        type: 'REVENUE',
        amount: { amount: 125_000, currency: 'EUR' },
        billableOn: 'DEPARTED_ORIGIN',
        counterparty: 'ACME',
        tax: { category: 'S', rate: 2100 },
      },
    ],
  }),
  [INVOICE],
  ORDERED,
)
const asked = (command: GenerateDocument, state = shipment, legalEntity?: LegalEntity) =>
  decideGenerate(state, command, ID, context, legalEntity).documents[0]
const paper = (documentType: GeneratedType) => paperFor(shipment, asked({ documentType }), PLACES, undefined)
const textOf = (documentType: GeneratedType) => JSON.stringify(paper(documentType).blocks)

test.each(GeneratedType.options)(
  'a %s is printed from the facts of the shipment, the same bytes each time',
  async (type) => {
    const bytes = await render(paper(type), ORDERED)
    expect(Buffer.from(await render(paper(type), ORDERED)).equals(Buffer.from(bytes))).toBe(true)
    expect((await PDFDocument.load(bytes)).getPageCount()).toBe(1)
  },
)

test('papers of the goods say where, what, how many and how heavy', () => {
  for (const type of ['340', '271', '781', '640'] as const)
    for (const fact of ['Rotterdam (NLRTM)', 'New York (USNYC)', 'Pumps', '40 CT', '900.000'])
      expect(textOf(type)).toContain(fact)
  expect(textOf('271')).toContain('Acme BV')
})

test('a line of an invoice has the date of the milestone that made it billable: its date of supply', () => {
  const left = recorded(shipment, anEvent('DEPARTED_ORIGIN', '2026-02-27T10:00:00Z'), ORDERED)
  const occurrence = left.timeline.flatMap((entry) => (entry.type === 'milestone.recorded' ? [entry.data] : []))[0]
  const lines = [{ chargeId: 'c1', occurrenceId: occurrence?.occurrenceId ?? '', amount: INVOICE.data.total }]
  const issued: Fact = { type: 'invoice.issued', data: { ...INVOICE.data, invoiceId: OTHER_INVOICE, lines } }
  const billed = withFacts(left, [issued], ORDERED)
  const command = { documentType: '380' as const, invoiceId: OTHER_INVOICE }
  expect(JSON.stringify(paperFor(billed, asked(command, billed), PLACES).blocks)).toContain('"2026-02-27"')
})

test('arrival notice and delivery order say where to collect, if the shipment names terminal or warehouse', () => {
  const terminal = { function: 'TR' as const, name: 'Pier 9 Terminal', address: 'Pier 9\nNew York' }
  const at = { ...shipment, detail: { ...shipment.detail, parties: [...shipment.detail.parties, terminal] } }
  for (const documentType of ['781', '640'] as const) {
    expect(JSON.stringify(paperFor(at, asked({ documentType }), PLACES).blocks)).toContain('Pier 9 Terminal')
    expect(textOf(documentType)).not.toContain('Collect At')
  }
})

test('an invoice prints its own lines, tax and total, in the exponent of its currency', () => {
  expect(paper('380')).toMatchObject({ title: 'INVOICE', number: '2026-000017' })
  for (const fact of ['Basic freight', '1,250.00', 'S - Standard rate', '21 %', '262.50', 'EUR 1,512.50'])
    expect(textOf('380')).toContain(fact)
  expect(() => asked({ documentType: '380' }, aShipment())).toThrow(
    expect.objectContaining({ code: 'document.no_invoice' }),
  )
})

test('a logo that cannot be drawn stops no paper', async () => {
  const logo = { contentType: 'image/png' as const, data: 'bm8gcGljdHVyZQ==' }
  const bytes = await render({ ...paper('781'), logo }, ORDERED)
  expect((await PDFDocument.load(bytes)).getPageCount()).toBe(1)
})

test('long tables go on over pages, with their head again', async () => {
  const goods = shipment.detail.cargoItems[0]
  if (!goods) throw new Error('No goods')
  const description = 'Supercalifragilisticexpialidocious-components-without-any-space-in-their-name and more of them'
  const many = {
    ...shipment,
    detail: { ...shipment.detail, cargoItems: Array.from({ length: 120 }, () => ({ ...goods, description })) },
  }
  const bytes = await render(paperFor(many, asked({ documentType: '271' }), PLACES, undefined), ORDERED)
  expect((await PDFDocument.load(bytes)).getPageCount()).toBeGreaterThan(3)
})

/** Texts that are drawn on the last page. */
async function drawnLast(bytes: Uint8Array): Promise<number> {
  const page = (await PDFDocument.load(bytes)).getPages().at(-1)
  const contents = page?.node.Contents()
  const streams =
    contents instanceof PDFRawStream ? [contents] : (page?.node.normalizedEntries().Contents?.asArray() ?? [])
  const drawn = streams.map((it) => {
    const stream = it instanceof PDFRawStream ? it : page?.doc.context.lookup(it)
    return stream instanceof PDFRawStream ? Buffer.from(decodePDFRawStream(stream).decode()).toString('latin1') : ''
  })
  return drawn.join('').match(/\bTj\b/g)?.length ?? 0
}

test.each(['271', '640'] as const)(
  'nobody signs an empty sheet: on a %s of any length, what is signed stands above the signatures',
  async (documentType) => {
    const goods = shipment.detail.cargoItems[0]
    if (!goods) throw new Error('No goods')
    for (let rows = 18; rows <= 38; rows += 1) {
      const cargoItems = Array.from({ length: rows }, () => goods)
      const many = { ...shipment, detail: { ...shipment.detail, cargoItems } }
      const bytes = await render(paperFor(many, asked({ documentType }), PLACES, undefined), ORDERED)
      // Alone there would be: what goes on, the signatures, and the two feet.
      const signatures = documentType === '640' ? 2 : 1
      expect([rows, (await drawnLast(bytes)) > 3 + signatures]).toEqual([rows, true])
    }
  },
)

test('a later revision takes the place of the earlier one, and printing twice changes nothing', () => {
  const first = { ...asked({ documentType: '271' }), status: 'VERIFIED' as const }
  const again = { ...shipment, documents: [first] }
  const second = { ...asked({ documentType: '271' }, again), documentId: ID.replace(/1$/, '2') }
  expect(second.revision).toBe(2)
  const stored = { versionId: 'v', bytes: 10, sha256: 'x' }
  const state = { ...shipment, documents: [first, second] }
  const { documents = [] } = decideGenerated(state, second, stored)
  expect(documents.map(({ status }) => status)).toEqual(['VERIFIED', 'SUPERSEDED'])
  expect(decideGenerated(state, { ...second, status: 'VERIFIED' }, stored).facts).toEqual([])
})

test('an invoice names what the law asks for: seller, buyer, number, dates, tax by category, currency, and where to pay', () => {
  const asked380 = asked({
    documentType: '380',
    dueDate: '2026-04-15',
    remittance: 'IBAN DE00 1234\nBIC HELMDEHH',
    billTo: { name: 'Acme Finance BV', address: 'Kade 2', country: 'NL', taxId: 'NL002' },
  })
  const printed = paperFor(shipment, asked380, PLACES, undefined)
  expect(printed).toMatchObject({
    number: '2026-000017',
    date: ORDERED.slice(0, 10),
    issuer: {
      label: 'Helm Forwarding GmbH',
      lines: ['Kai 7', '20457 Hamburg', 'Germany', 'Tax ID DE123456789'],
    },
  })
  const text = JSON.stringify(printed.blocks)
  for (const fact of ['Acme Finance BV', 'Tax ID NL002', 'Due 2026-04-15', 'Currency EUR', 'IBAN DE00 1234'])
    expect(text).toContain(fact)
  expect(textOf('380')).toContain('Due 2026-03-31')
  expect(textOf('380')).toContain('Acme BV')
})

test('an invoice without a seller is not printed', () => {
  const nobody = { ...shipment, detail: { ...shipment.detail, parties: shipment.detail.parties.slice(0, 1) } }
  expect(() => asked({ documentType: '380' }, nobody)).toThrow(expect.objectContaining({ code: 'document.no_issuer' }))
  expect(asked({ documentType: '380', issuer: { name: 'Helm' } }, nobody).printed).toEqual({ issuer: { name: 'Helm' } })
})

test('a list of references that is longer than a page goes on over the next', async () => {
  const references = Array.from({ length: 30 }, (_, nth) => ({ type: 'PO' as const, value: `${'X'.repeat(57)}${nth}` }))
  const many = { ...shipment, detail: { ...shipment.detail, references } }
  const bytes = await render(paperFor(many, asked({ documentType: '340' }), PLACES, undefined), ORDERED)
  expect((await PDFDocument.load(bytes)).getPageCount()).toBeGreaterThan(1)
})

test('Latin with all accents, Greek and Cyrillic are printed as they are, and only the signs that are used are in the file', async () => {
  const { printable } = await embedTypeface(await PDFDocument.create())
  const names = 'Łódź Győr Ţigănaşi İzmir Việt Nam Ελλάς Київ Србија №5 ₺ “quoted” – dash'
  expect(printable(names)).toBe(names)
  expect((await render(paper('340'), ORDERED)).length).toBeLessThan(60_000)
})

test('each glyph of a paper is drawn as the typeface has it', async () => {
  const pdf = await PDFDocument.load(await render(paper('340'), ORDERED))
  const files = pdf.context.enumerateIndirectObjects().flatMap(([, object]) => {
    const program = object instanceof PDFDict && object.lookup(PDFName.of('FontFile2'))
    return program instanceof PDFRawStream ? [decodePDFRawStream(program).decode()] : []
  })
  expect(files).toHaveLength(2)
  const known = ['400Regular/NotoSans_400Regular', '700Bold/NotoSans_700Bold'].flatMap((name) => {
    const font = fontkit.create(readFileSync(require.resolve(`@expo-google-fonts/noto-sans/${name}.ttf`)))
    return font.characterSet.map((sign) => font.glyphForCodePoint(sign).path.toSVG())
  })
  const outlines = new Set(known)
  for (const file of files) {
    const subset = fontkit.create(file)
    expect(subset.numGlyphs).toBeGreaterThan(20)
    // The first stands for what is missing.
    for (let id = 1; id < subset.numGlyphs; id += 1) expect(outlines).toContain(subset.getGlyph(id).path.toSVG())
  }
})

test('what the typeface has no sign for is written without accents, or as a question mark', () => {
  const ascii = (sign: string) => sign <= '~'
  expect(printableWith(ascii, 'Müller – 上海 ≤5')).toBe('Muller ? ?? <=5')
})

const helm = LegalEntity.parse({
  name: 'Helm Forwarding GmbH',
  tradingName: 'Helm',
  address: 'Kai 7\n20457 Hamburg',
  country: 'DE',
  vatNumber: 'DE123456789',
  eoriNumber: 'DE1234567',
  registrationNumber: 'HRB 1234 Hamburg',
  phone: '+49 40 1234',
  placeOfIssue: 'Hamburg',
  bankAccounts: [
    { currency: 'EUR', iban: 'DE89 3704 0044 0532 0130 00', bic: 'COBADEFFXXX', bank: 'Elbe Bank' },
    { currency: 'USD', accountNumber: '123456', routingNumber: '021000021' },
  ],
  paymentDays: 14,
  invoiceText: 'Our terms of business apply.',
  changedAt: ORDERED,
  changedBy: 'admin',
})

describe('a tenant that says who it is', () => {
  const ofHelm = (command: GenerateDocument) => paperFor(shipment, asked(command, shipment, helm), PLACES, helm)

  test('has its letterhead on its papers, and its account and term on its invoices', () => {
    for (const documentType of ['340', '781', '640', '380'] as const)
      expect(ofHelm({ documentType })).toMatchObject({
        place: 'Hamburg',
        issuer: { label: 'Helm', lines: expect.arrayContaining(['Helm Forwarding GmbH', 'Kai 7', 'Germany']) },
      })
    const text = JSON.stringify(ofHelm({ documentType: '380' }).blocks)
    for (const fact of [
      'Due 2026-03-15',
      'IBAN DE89 3704 0044 0532 0130 00',
      'BIC COBADEFFXXX',
      'Our terms of business',
    ])
      expect(text).toContain(fact)
    expect(text).not.toContain('123456')
  })

  test('prints the packing list of the shipper under the name of the shipper', () => {
    expect(ofHelm({ documentType: '271' }).issuer?.label).toBe('Acme BV')
  })

  test('never names its account on what goes out in the name of another', () => {
    const other = ofHelm({ documentType: '380', issuer: { name: 'Another Ltd' } })
    expect(other.issuer?.label).toBe('Another Ltd')
    expect(JSON.stringify(other.blocks)).not.toMatch(/IBAN|Our terms/)
    expect(JSON.stringify(other.blocks)).toContain('Due 2026-03-31')
  })

  test('needs no forwarder among the parties to send an invoice', () => {
    const alone = { ...shipment, detail: { ...shipment.detail, parties: shipment.detail.parties.slice(0, 1) } }
    expect(asked({ documentType: '380' }, alone, helm).documentType).toBe('380')
  })
})
