import { freightOf } from '../../../functions/documents/domain/freight'
import { documentColumn, shipmentColumn } from '../../../functions/documents/matrix/facts'
import { Incoterm } from '../../../schemas/codes'
import type { Extraction, FieldValue, NormalisedValue } from '../../../schemas/extraction'
import type { CreateShipment } from '../../../schemas/shipment'
import type { Task } from '../../../schemas/task'
import * as say from '../../support/document-columns'
import { aShipment, ORDERED } from '../../support/shipments'

const NAMES = new Map([['NLRTM', 'Rotterdam']])
const shipment = (change: Partial<CreateShipment> = {}, tasks: Task[] = []) => {
  const { values, partial } = shipmentColumn({ ...aShipment(change), tasks }, NAMES)
  return { partial, said: (check: string) => values[check]?.map(({ value }) => value) }
}
const cargo = (change: object = {}) => ({
  description: 'Pumps',
  packages: 20,
  packageType: 'CT' as const,
  grossWeight: 450.25,
  ...change,
})

describe('what the shipment itself says', () => {
  test('is the sum of its cargo, in packages, kilograms and cubic metres', () => {
    const both = shipment({ cargoItems: [cargo({ volume: 1.1 }), cargo({ packages: 4, volume: 2.2 })] })
    expect([both.said('packages'), both.said('gross-weight'), both.said('volume')]).toEqual([
      [say.count(24)],
      [say.weight(900.5)],
      [say.volume(3.3)],
    ])
    // The volume of a part is no volume of the whole.
    expect(shipment({ cargoItems: [cargo({ volume: 1.1 }), cargo()] }).said('volume')).toBeUndefined()
  })

  test('is where the first voyage begins and the last one ends, by name where the name is known', () => {
    const { said } = shipment({
      legs: [
        { mode: 'TRUCK', from: { unLocode: 'DEDUI' }, to: { unLocode: 'NLRTM' } },
        { mode: 'VESSEL', from: { unLocode: 'NLRTM' }, to: { unLocode: 'GBSOU' }, vessel: 'FEEDER', voyage: '1 e' },
        { mode: 'VESSEL', from: { unLocode: 'GBSOU' }, to: { unLocode: 'USNYC' }, vessel: 'OCEAN' },
      ],
    })
    expect([said('port-of-loading'), said('port-of-discharge')]).toEqual([
      [say.place('Rotterdam', 'NLRTM')],
      [say.place('USNYC', 'USNYC')],
    ])
    expect([said('vessel'), said('voyage')]).toEqual([[say.text('FEEDER'), say.text('OCEAN')], [say.id('1E')]])
  })

  test('is what was confirmed by a task before what was planned', () => {
    const confirmed: Task = {
      taskId: 'tsk_1',
      shipmentId: 'shp_1',
      stepKey: 'confirm-booking',
      role: 'OPERATIONS',
      title: 'Confirm the booking',
      form: [],
      status: 'COMPLETED',
      createdAt: ORDERED,
      result: { vessel: ' PORTOLAN STAR ', voyage: '127 e', carrierBookingReference: 'nsc 774', approved: true },
    }
    const legs = [
      { mode: 'VESSEL' as const, from: { unLocode: 'NLRTM' }, to: { unLocode: 'USNYC' }, vessel: 'OLD', voyage: '9' },
    ]
    const { said } = shipment({ legs }, [confirmed])
    expect([said('vessel'), said('voyage'), said('booking')]).toEqual([
      [say.text('PORTOLAN STAR')],
      [say.id('127E')],
      [say.id('NSC774')],
    ])
    // A reference of the shipment's own is the booking that it was given.
    const referred = shipment({ legs, references: [{ type: 'BN', value: 'BK 1' }] }, [confirmed])
    expect(referred.said('booking')).toEqual([say.id('BK1')])
  })

  test('is each party by the first function that stands for it, and everybody who is to be notified', () => {
    const party = (code: CreateShipment['parties'][number]['function'], name: string) => ({ function: code, name })
    const { said } = shipment({
      parties: [party('EX', 'Exporter'), party('OS', 'Shipper'), party('NI', 'One'), party('N2', 'Two')],
    })
    expect([said('shipper'), said('notify-party'), said('consignee')]).toEqual([
      [say.party('Shipper')],
      [say.party('One'), say.party('Two')],
      undefined,
    ])
  })

  test('contradicts nobody where it does not say everything yet', () => {
    const whole = { number: 'NSCU4420333', sizeType: '45G1', seals: ['NL884213'] }
    const known = shipment({ containers: [whole], cargoItems: [cargo({ hsCode: '841370' })] })
    expect(known.partial).toEqual([])
    expect(shipment({ containers: [whole, { sizeType: '45G1', seals: [] }], cargoItems: [cargo()] }).partial).toEqual([
      'containers',
      'seals',
      'hs-codes',
    ])
    const mixed = shipment({ cargoItems: [cargo({ hsCode: '841370' }), cargo()] })
    expect([mixed.partial, mixed.said('hs-codes')]).toEqual([['hs-codes'], [say.code('841370')]])
  })

  test('is who pays the freight, by the rule of the sale', () => {
    const collect = Incoterm.options.filter((rule) => freightOf(rule) === 'COLLECT')
    expect(collect.sort()).toEqual(['EXW', 'FAS', 'FCA', 'FOB'])
    expect(Incoterm.options.map(freightOf)).not.toContain(undefined)
    const sold = (rule: CreateShipment['incoterm']['rule']) =>
      shipment({ incoterm: { rule, place: 'Rotterdam' } }).said('freight-terms')
    expect([sold('FOB'), sold('CIF')]).toEqual([[say.code('COL')], [say.code('PRE')]])
  })
})

describe('what a document says', () => {
  const field = (name: string, value: NormalisedValue, raw: string, more: Partial<FieldValue> = {}): FieldValue => ({
    field: name,
    raw,
    value,
    confidence: 0.9,
    page: 1,
    box: { left: 0, top: 0, width: 1, height: 1 },
    method: 'table',
    checks: [],
    ambiguous: false,
    candidates: [],
    extractorVersion: '1',
    ...more,
  })
  const column = (change: Partial<Extraction>) =>
    documentColumn(
      {
        documentId: 'packing',
        shipmentId: 'shp_1',
        documentType: '271',
        status: 'VERIFIED',
        contentType: 'application/pdf',
        announcedBy: 'someone',
        announcedAt: ORDERED,
      },
      {
        classification: { kind: 'PACKING_LIST', confidence: 0.99, alternatives: [] },
        fields: [],
        lineItems: [],
        warnings: [],
        pages: 1,
        extractorVersion: '1',
        ...change,
      },
    )

  test('"same as consignee" is the consignee, and what a person decided is marked', () => {
    const consignee = say.party('Orchid Imports')
    const { values } = column({
      fields: [
        field('consignee', consignee, 'Orchid Imports', { decidedBy: 'ada' }),
        field('notifyParty', { type: 'party', name: 'SAME AS CONSIGNEE', address: [], sameAs: 'consignee' }, 'SAME'),
      ],
    })
    expect(values.notifyParty).toMatchObject([{ value: consignee, raw: 'SAME' }])
    expect([values.consignee?.[0]?.corrected, values.notifyParty?.[0]?.corrected]).toEqual([true, undefined])
  })

  test('are the lines that say how many of what, with article, unit and place', () => {
    const quantity = field('quantity', say.count(24), '24')
    const lineItems = [
      {
        fields: [
          field('article', say.id('HP-400'), 'HP-400'),
          field('description', say.text('Press'), 'Press'),
          quantity,
        ],
      },
      { fields: [field('description', say.text('Pump'), 'Pump'), quantity, field('unit', say.text('PCS'), 'PCS')] },
      // A sum, and a remark.
      { fields: [quantity] },
      { fields: [field('description', say.text('Fragile'), 'Fragile')] },
    ].map((line, index) => ({ ...line, index, page: 1, box: { left: 0, top: 0, width: 1, height: 1 } }))
    expect(column({ lineItems }).lines).toEqual([
      {
        article: 'HP-400',
        description: 'Press',
        quantity: expect.objectContaining({ raw: '24 HP-400 Press', page: 1 }),
      },
      { description: 'Pump', unit: 'PCS', quantity: expect.objectContaining({ raw: '24 Pump' }) },
    ])
    const classification = { kind: 'BILL_OF_LADING' as const, confidence: 0.99, alternatives: [] }
    expect(column({ classification, lineItems }).lines).toBeUndefined()
  })
})
