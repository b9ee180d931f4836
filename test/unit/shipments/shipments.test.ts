import fc from 'fast-check'
import {
  containerCheckDigit,
  createShipment,
  creationErrors,
  decideAmend,
  decideCancel,
  numberCharges,
  TRANSITIONS,
  warningsOf,
} from '../../../functions/shipments/domain'
import { timelineView, viewOf, visibleEntries } from '../../../functions/shipments/perspective'
import { CreateShipment, ShipmentStatus } from '../../../schemas/shipment'
import { RecordEvent } from '../../../schemas/tracking'
import { aCharge, aCommand, anEvent, aShipment, ORDERED, recorded, withFacts } from '../../support/shipments'

const codes = (command: CreateShipment) => creationErrors(command).map(({ pointer, code }) => `${pointer} ${code}`)

describe('the ISO 6346 check digit', () => {
  test.each(['MSKU9070323', 'CSQU3054383', 'TCLU1234568', 'HLXU2008419'])('of %s is its last', (number) => {
    expect(containerCheckDigit(number)).toBe(Number(number[10]))
  })

  test('catches every single wrong digit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 9 }), fc.integer({ min: 1, max: 9 }), (place, shift) => {
        const number = 'CSQU305438'
        const wrong = number.slice(0, place) + ((Number(number[place]) + shift) % 10) + number.slice(place + 1)
        // 10 is written 0, so a remainder of 10 cannot be told from 0: the standard advises against such serials.
        const collides = [0, 10].includes(remainder(wrong)) && [0, 10].includes(remainder(number))
        expect(containerCheckDigit(wrong) !== containerCheckDigit(number) || collides).toBe(true)
      }),
    )
  })
})

const remainder = (number: string) =>
  [...number]
    .map((character) =>
      character <= '9'
        ? Number(character)
        : 10 + character.charCodeAt(0) - 65 + Math.floor((character.charCodeAt(0) - 65 + 9) / 10),
    )
    .reduce((sum, value, index) => sum + value * 2 ** index, 0) % 11

describe('creation', () => {
  test('takes a shipment without errors', () => {
    expect(codes(aCommand())).toEqual([])
  })

  test.each<[string, Partial<CreateShipment>, string]>([
    [
      'a wrong check digit',
      { containers: [{ number: 'MSKU9070324', sizeType: '22G1', seals: [] }] },
      '/containers/0/number container.check_digit',
    ],
    ['a full load without containers', { loadType: 'FCL' }, '/containers containers.required'],
    ['FOB by air', { mode: 'AIR' }, '/incoterm/rule incoterm.sea_only'],
    [
      'a gap between legs',
      {
        legs: [
          { mode: 'TRUCK', from: { unLocode: 'DEBER' }, to: { unLocode: 'NLRTM' } },
          { mode: 'VESSEL', from: { unLocode: 'BEANR' }, to: { unLocode: 'USNYC' } },
        ],
      },
      '/legs/1/from/unLocode leg.gap',
    ],
    [
      'an arrival before the departure',
      {
        legs: [
          {
            mode: 'VESSEL',
            from: { unLocode: 'NLRTM' },
            to: { unLocode: 'USNYC' },
            departure: '2026-03-05T00:00:00.000Z',
            arrival: '2026-03-04T00:00:00.000Z',
          },
        ],
      },
      '/legs/0/arrival leg.arrives_before_departure',
    ],
    [
      'cargo in a container that is not there',
      {
        cargoItems: [
          { ...aCommand().cargoItems[0], containerNumber: 'MSKU9070323' } as CreateShipment['cargoItems'][0],
        ],
      },
      '/cargoItems/0/containerNumber container.unknown',
    ],
    [
      'two charges of one id',
      { chargeLines: [aCharge({ chargeId: 'a' }), aCharge({ chargeId: 'a' })] },
      '/chargeLines/1/chargeId charge.twice',
    ],
  ])('refuses %s', (_, change, error) => {
    expect(codes({ ...aCommand(), ...change })).toContain(error)
  })

  test('a time window that ends before it begins is refused by the schema', () => {
    const window = { from: '2026-03-22T00:00:00Z', to: '2026-03-20T00:00:00Z' }
    expect(CreateShipment.safeParse({ ...aCommand(), promisedDelivery: window }).error?.issues[0]?.path).toEqual([
      'promisedDelivery',
      'to',
    ])
  })

  test('warns of what is incomplete', () => {
    const { promisedDelivery: _, ...command } = aCommand()
    expect(warningsOf(command).map((warning) => warning.code)).toEqual([
      'delivery.no_promise',
      'legs.no_departure',
      'cargo.no_hs_code',
    ])
  })

  test('numbers charges that have no id, around those that have', () => {
    const lines = numberCharges([aCharge(), aCharge({ chargeId: 'c1' }), aCharge()])
    expect(lines.map((line) => line.chargeId)).toEqual(['c2', 'c1', 'c3'])
  })

  test('keeps the header under a kilobyte', () => {
    const command = aCommand({ clientReference: 'X'.repeat(60) })
    const { header } = createShipment(command, `shp_${'0'.repeat(26)}`, ORDERED)
    expect(JSON.stringify(header).length).toBeLessThan(700)
  })
})

describe('the life of a shipment', () => {
  test('every status is reached from CONFIRMED or is where it begins, and every target exists', () => {
    const reached = new Set<ShipmentStatus>(['DRAFT'])
    for (const status of reached) for (const next of TRANSITIONS[status]) reached.add(next)
    expect([...reached].sort()).toEqual([...ShipmentStatus.options].sort())
  })

  test('cancelling ends open tasks, and a second time changes nothing', () => {
    const state = aShipment()
    const decision = decideCancel(state, 'order withdrawn', ORDERED)
    expect(decision.facts).toEqual([{ type: 'shipment.cancelled', data: { reason: 'order withdrawn' } }])
    const cancelled = { ...state, header: { ...state.header, status: 'CANCELLED' as const } }
    expect(decideCancel(cancelled, 'again', ORDERED).facts).toEqual([])
    expect(() => decideAmend(cancelled, { cutOffs: [] })).toThrow(expect.objectContaining({ code: 'shipment.ended' }))
  })

  test('an amendment keeps the route and moves the schedule', () => {
    const leg = { mode: 'VESSEL' as const, from: { unLocode: 'NLRTM' }, to: { unLocode: 'USNYC' } }
    const decision = decideAmend(aShipment(), { legs: [{ ...leg, departure: '2026-03-09T00:00:00.000Z' }] })
    expect(decision.header).toEqual({ departure: '2026-03-09T00:00:00.000Z' })
    expect(() => decideAmend(aShipment(), { legs: [{ ...leg, to: { unLocode: 'DEHAM' } }] })).toThrow(
      expect.objectContaining({ code: 'validation_failed' }),
    )
  })
})

describe('an amendment', () => {
  const delivered = recorded(aShipment(), anEvent('DELIVERED', '2026-03-21T00:00:00Z'), '2026-03-22T00:00:00Z')

  test('does not rewrite the promise that a delivery is judged by', () => {
    const promisedDelivery = { from: '2026-03-20T00:00:00.000Z', to: '2026-03-30T00:00:00.000Z' }
    expect(() => decideAmend(delivered, { promisedDelivery })).toThrow(
      expect.objectContaining({ details: { errors: [expect.objectContaining({ code: 'delivery.judged' })] } }),
    )
  })

  test('keeps cargo and containers together, as a creation does', () => {
    const fcl = aShipment({ loadType: 'FCL', containers: [{ number: 'MSKU9070323', sizeType: '22G1', seals: [] }] })
    expect(() => decideAmend(fcl, { containers: [] })).toThrow(expect.objectContaining({ code: 'validation_failed' }))
  })

  test('of containers records what earlier reports now prove', () => {
    const stuffed = { eventType: 'EQUIPMENT', eventCode: 'STUF', equipmentReference: 'MSKU9070323' }
    const event = RecordEvent.parse({ ...stuffed, eventClassifierCode: 'ACT', eventDateTime: ORDERED, source: 'X' })
    const box = (number?: string) => ({ ...(number ? { number } : {}), sizeType: '22G1', seals: [] })
    const state = recorded(aShipment({ containers: [box(), box()] }), event, ORDERED)
    const { facts } = decideAmend(state, { containers: [box('MSKU9070323')] })
    expect(facts.map((fact) => fact.type)).toEqual(['shipment.amended', 'milestone.recorded'])
  })
})

describe('perspectives', () => {
  const state = withFacts(
    aShipment({
      parties: [
        { function: 'CZ', name: 'Acme BV', organizationId: 'ACME', email: 'a@acme.example' },
        { function: 'CA', name: 'Carrier', organizationId: 'CARRIER', email: 'c@carrier.example' },
      ],
      chargeLines: [
        aCharge({ chargeId: 'sell', counterparty: 'ACME' }),
        aCharge({ chargeId: 'buy', type: 'COST', counterparty: 'CARRIER' }),
      ],
    }),
    [
      {
        type: 'task.assigned',
        data: { taskId: `tsk_${'0'.repeat(26)}_x`, stepKey: 'x', role: 'FINANCE', title: 'Check' },
      },
      {
        type: 'invoice.issued',
        data: {
          invoiceId: `inv_${'0'.repeat(26)}`,
          number: 'INV-2026-000001',
          billTo: 'ACME',
          total: { amount: 1, currency: 'EUR' },
          lines: [],
        },
      },
    ],
    ORDERED,
  )

  test('the tenant sees all', () => {
    expect(viewOf(state, undefined)).toMatchObject({ chargeLines: [{}, {}], invoices: [{}] })
    expect(timelineView(visibleEntries(state, undefined), undefined)).toHaveLength(3)
  })

  test('a partner sees its own money and nobody else’s, no costs and no tasks', () => {
    const acme = viewOf(state, 'ACME')
    expect(acme.chargeLines.map((line) => line.chargeId)).toEqual(['sell'])
    expect(acme.invoices).toHaveLength(1)
    expect(acme.parties[1]).toEqual({ function: 'CA', name: 'Carrier' })
    const carrier = viewOf(state, 'CARRIER')
    expect(carrier).toMatchObject({ chargeLines: [], invoices: [], tasks: [] })
    expect(visibleEntries(state, 'CARRIER').map((entry) => entry.type)).toEqual(['shipment.created'])
  })
})
