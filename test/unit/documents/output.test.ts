import { PDFDocument } from 'pdf-lib'
import { decideGenerate, decideGenerated, paperFor } from '../../../functions/documents/domain/generation'
import { printable, render } from '../../../functions/documents/output/render'
import { type GenerateDocument, GeneratedType } from '../../../schemas/document'
import type { Fact } from '../../../schemas/timeline'
import { aContext, aShipment, ORDERED, withFacts } from '../../support/shipments'

const PLACES = new Map([
  ['NLRTM', 'Rotterdam'],
  ['USNYC', 'New York'],
])
const context = aContext({ now: ORDERED })
const ID = 'doc_00000000000000000000000001'
const INVOICE: Fact = {
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
    chargeLines: [
      {
        chargeId: 'c1',
        code: '101000',
        type: 'REVENUE',
        amount: { amount: 125_000, currency: 'EUR' },
        billableOn: 'DEPARTED_ORIGIN',
        counterparty: 'ACME',
      },
    ],
  }),
  [INVOICE],
  ORDERED,
)
const asked = (command: GenerateDocument, state = shipment) => decideGenerate(state, command, ID, context).documents[0]
const paper = (documentType: GeneratedType) => paperFor(shipment, asked({ documentType }), PLACES)
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

test('an invoice prints its own lines, tax and total, in the exponent of its currency', () => {
  expect(paper('380')).toMatchObject({ title: 'INVOICE', number: '2026-000017' })
  for (const fact of ['Basic freight', '1,250.00', 'Tax', '262.50', '1,512.50']) expect(textOf('380')).toContain(fact)
  expect(() => asked({ documentType: '380' }, aShipment())).toThrow(
    expect.objectContaining({ code: 'document.no_invoice' }),
  )
})

test('long tables go on over pages, with their head again', async () => {
  const goods = shipment.detail.cargoItems[0]
  if (!goods) throw new Error('No goods')
  const description = 'Supercalifragilisticexpialidocious-components-without-any-space-in-their-name and more of them'
  const many = {
    ...shipment,
    detail: { ...shipment.detail, cargoItems: Array.from({ length: 120 }, () => ({ ...goods, description })) },
  }
  const bytes = await render(paperFor(many, asked({ documentType: '271' }), PLACES), ORDERED)
  expect((await PDFDocument.load(bytes)).getPageCount()).toBeGreaterThan(3)
})

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

test('what the font does not know is written without accents, or as a question mark', () => {
  expect(printable('Müller – Łódź ’24 € 上海 ≤5')).toBe('Müller – ?ódz ’24 € ?? <=5')
})
