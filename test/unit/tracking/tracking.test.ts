import fc from 'fast-check'
import { MAX_EVENTS } from '../../../functions/tracking/caps'
import { CATALOGUE } from '../../../functions/tracking/codes'
import { decideRecordEvent, milestoneOf, milestoneTimes, occurrencesOf } from '../../../functions/tracking/domain'
import { Milestone } from '../../../schemas/milestone'
import { RecordEvent, ReportedEvent } from '../../../schemas/tracking'
import { anEvent, aRetraction, aShipment, ORDERED, recorded } from '../../support/shipments'

const NOW = '2026-03-30T00:00:00.000Z'
const CONTAINERS = [
  { number: 'MSKU9070323', sizeType: '22G1', seals: [] },
  { number: 'TCLU1234568', sizeType: '42G1', seals: [] },
]

const reported = (event: Record<string, unknown>) =>
  ReportedEvent.parse({ eventClassifierCode: 'ACT', eventDateTime: ORDERED, source: 'MAEU', ...event })
const NLRTM_USNYC = aShipment()
const route = { ...NLRTM_USNYC.header, legs: NLRTM_USNYC.detail.legs }

describe('the catalogue', () => {
  test.each([
    ['SHIPMENT', 'CONF', { documentTypeCode: 'BKG' }, 'BOOKING_CONFIRMED'],
    ['SHIPMENT', 'SUBM', { documentTypeCode: 'VGM' }, 'VGM_SUBMITTED'],
    ['SHIPMENT', 'RECE', { documentTypeCode: 'SHI' }, 'SI_SUBMITTED'],
    ['SHIPMENT', 'ISSU', { documentTypeCode: 'TRD' }, 'TRANSPORT_DOC_ISSUED'],
    ['EQUIPMENT', 'GTOT', { facilityTypeCode: 'DEPO', emptyIndicatorCode: 'EMPTY' }, 'EMPTY_PICKED_UP'],
    ['EQUIPMENT', 'STUF', {}, 'STUFFED'],
    ['EQUIPMENT', 'GTIN', { facilityTypeCode: 'POTE', unLocode: 'NLRTM' }, 'RECEIVED_AT_ORIGIN'],
    ['EQUIPMENT', 'CUSR', { unLocode: 'NLRTM' }, 'EXPORT_CLEARED'],
    ['EQUIPMENT', 'CUSR', { unLocode: 'USNYC' }, 'IMPORT_CLEARED'],
    ['EQUIPMENT', 'LOAD', { unLocode: 'NLRTM' }, 'LOADED'],
    ['EQUIPMENT', 'LOAD', { unLocode: 'GBFXT', isTransshipmentMove: true }, 'TRANSHIPMENT_LOADED'],
    ['TRANSPORT', 'DEPA', { unLocode: 'NLRTM', modeOfTransport: 'VESSEL' }, 'DEPARTED_ORIGIN'],
    ['TRANSPORT', 'ARRI', { unLocode: 'USNYC', modeOfTransport: 'VESSEL' }, 'ARRIVED_DESTINATION_PORT'],
    [
      'TRANSPORT',
      'ARRI',
      { unLocode: 'USNYC', facilityTypeCode: 'CLOC', modeOfTransport: 'TRUCK' },
      'ARRIVED_AT_DELIVERY',
    ],
    ['EQUIPMENT', 'GTIN', { facilityTypeCode: 'CLOC', emptyIndicatorCode: 'LADEN' }, 'DELIVERED'],
    ['EQUIPMENT', 'GTIN', { facilityTypeCode: 'DEPO', emptyIndicatorCode: 'EMPTY' }, 'EMPTY_RETURNED'],
    ['EQUIPMENT', 'INSP', {}, undefined],
  ])('%s %s %j is %s', (eventType, eventCode, more, milestone) => {
    expect(milestoneOf(reported({ eventType, eventCode, ...more }), route)).toBe(milestone)
  })

  test('reaches only milestones that exist, each from somewhere', () => {
    const reached = new Set(CATALOGUE.map((rule) => rule.milestone))
    expect(Milestone.options.filter((milestone) => !reached.has(milestone))).toEqual([])
  })
})

describe('recording an event', () => {
  test('stores it, records its milestone, and sets the shipment going', () => {
    const { decision, answer } = decideRecordEvent(aShipment(), anEvent('DEPARTED_ORIGIN', ORDERED), NOW)
    expect(decision.facts.map((fact) => fact.type)).toEqual(['event.recorded', 'milestone.recorded'])
    expect(decision.header).toEqual({ status: 'IN_PROGRESS' })
    expect(answer.milestones).toEqual([
      { type: 'milestone.recorded', occurrenceId: 'DEPARTED_ORIGIN:1', occurredAt: ORDERED },
    ])
  })

  test('a second delivery changes nothing, with an id or without', () => {
    for (const eventId of ['MAEU-1', undefined]) {
      const event = anEvent('DEPARTED_ORIGIN', ORDERED, eventId ? { eventId } : {})
      const once = recorded(aShipment(), event, NOW)
      const { decision, answer } = decideRecordEvent(once, event, NOW)
      expect(decision.facts).toEqual([])
      expect(answer.duplicate).toBe(true)
    }
  })

  test('an unknown code is stored and flagged and advances nothing', () => {
    const event = reported({ eventType: 'EQUIPMENT', eventCode: 'ZZZZ' })
    const { decision, answer } = decideRecordEvent(aShipment(), event, NOW)
    expect(decision.facts).toHaveLength(1)
    expect(decision.facts[0]).toMatchObject({ type: 'event.recorded', data: { unknown: true } })
    expect(decision.header).toBeUndefined()
    expect(answer.unknown).toBe(true)
  })

  test('plans and estimates stand beside the actual time and advance nothing', () => {
    const planned = anEvent('ARRIVED_DESTINATION_PORT', '2026-03-10T00:00:00Z', { eventClassifierCode: 'PLN' })
    const estimated = anEvent('ARRIVED_DESTINATION_PORT', '2026-03-12T00:00:00Z', { eventClassifierCode: 'EST' })
    const state = [planned, estimated].reduce((it, event) => recorded(it, event, NOW), aShipment())
    expect(occurrencesOf(state.timeline)).toEqual([])
    expect(milestoneTimes(state.timeline)).toEqual([
      {
        milestone: 'ARRIVED_DESTINATION_PORT',
        planned: '2026-03-10T00:00:00.000Z',
        estimated: '2026-03-12T00:00:00.000Z',
      },
    ])
  })

  test('a milestone of containers is reached when the last container reaches it', () => {
    const load = (equipmentReference: string, eventDateTime: string) =>
      reported({ eventType: 'EQUIPMENT', eventCode: 'LOAD', equipmentReference, eventDateTime, unLocode: 'NLRTM' })
    const first = recorded(aShipment({ containers: CONTAINERS }), load('MSKU9070323', '2026-03-02T10:00:00Z'), NOW)
    expect(occurrencesOf(first.timeline)).toEqual([])
    const both = recorded(first, load('TCLU1234568', '2026-03-02T12:00:00Z'), NOW)
    expect(occurrencesOf(both.timeline)).toMatchObject([
      { occurrenceId: 'LOADED:1', occurredAt: '2026-03-02T12:00:00.000Z' },
    ])
  })

  test('an actual event of next week is refused, naming the field', () => {
    const event = anEvent('DEPARTED_ORIGIN', '2026-04-08T00:00:00Z')
    expect(() => decideRecordEvent(aShipment(), event, NOW)).toThrow(
      expect.objectContaining({ details: { errors: [expect.objectContaining({ pointer: '/eventDateTime' })] } }),
    )
  })
})

describe('what does not reach a milestone', () => {
  const drop = (more: object) =>
    reported({
      eventType: 'EQUIPMENT',
      eventCode: 'DROP',
      facilityTypeCode: 'CLOC',
      emptyIndicatorCode: 'LADEN',
      ...more,
    })
  const milestonesAfter = (state: ReturnType<typeof aShipment>, ...events: RecordEvent[]) =>
    occurrencesOf(events.reduce((it, event) => recorded(it, event, NOW), state).timeline).map((it) => it.milestone)

  test('a container that is not in the shipment', () => {
    const state = aShipment({ containers: CONTAINERS })
    expect(milestonesAfter(state, drop({ equipmentReference: 'HLXU2008419' }))).toEqual([])
  })

  test('one of two containers, while the number of the other is unknown; both do', () => {
    const state = aShipment({
      containers: [
        { number: 'MSKU9070323', sizeType: '22G1', seals: [] },
        { sizeType: '22G1', seals: [] },
      ],
    })
    const first = drop({ equipmentReference: 'MSKU9070323' })
    expect(milestonesAfter(state, first)).toEqual([])
    expect(milestonesAfter(state, first, drop({ equipmentReference: 'HLXU2008419' }))).toEqual(['DELIVERED'])
  })

  test('anything that happens after the cancellation', () => {
    const state = aShipment()
    const cancelled = { ...state, header: { ...state.header, status: 'CANCELLED' as const } }
    expect(milestonesAfter(cancelled, anEvent('DEPARTED_ORIGIN', ORDERED))).toEqual([])
  })

  test.each<[string, Record<string, unknown>]>([
    [
      'a truck that leaves the port city',
      { eventType: 'TRANSPORT', eventCode: 'DEPA', unLocode: 'NLRTM', modeOfTransport: 'TRUCK' },
    ],
    ['a truck that leaves somewhere', { eventType: 'TRANSPORT', eventCode: 'DEPA', modeOfTransport: 'TRUCK' }],
    ['a laden drop on a ramp', { eventType: 'EQUIPMENT', eventCode: 'DROP', facilityTypeCode: 'RAMP' }],
    [
      'a laden drop at the origin',
      { eventType: 'EQUIPMENT', eventCode: 'DROP', facilityTypeCode: 'CLOC', unLocode: 'NLRTM' },
    ],
    [
      'a gate-out in transhipment',
      { eventType: 'EQUIPMENT', eventCode: 'GTOT', facilityTypeCode: 'POTE', isTransshipmentMove: true },
    ],
  ])('%s', (_, event) => {
    expect(milestoneOf(reported(event), route)).toBeUndefined()
  })

  test('a later report does not take back what stands when containers have been added; a retraction does', () => {
    const load = reported({
      eventType: 'EQUIPMENT',
      eventCode: 'STUF',
      equipmentReference: 'MSKU9070323',
      eventId: 's1',
    })
    const stuffed = recorded(aShipment({ containers: CONTAINERS.slice(0, 1) }), load, NOW)
    const amended = { ...stuffed, detail: { ...stuffed.detail, containers: CONTAINERS } }
    const later = recorded(amended, anEvent('DEPARTED_ORIGIN', ORDERED), NOW)
    expect(occurrencesOf(later.timeline).map((it) => it.milestone)).toEqual(['STUFFED', 'DEPARTED_ORIGIN'])
    const retracted = recorded(later, aRetraction('s1', ORDERED), NOW)
    expect(occurrencesOf(retracted.timeline).map((it) => it.milestone)).toEqual(['DEPARTED_ORIGIN'])
  })
})

describe('events of one source', () => {
  const reported = (count: number, ids: (nth: number) => string) => {
    const { timeline } = recorded(aShipment(), anEvent('DEPARTED_ORIGIN', ORDERED, { eventId: 'x' }), NOW)
    const entry = timeline.find(({ type }) => type === 'event.recorded')
    if (entry?.type !== 'event.recorded') throw new Error('No event')
    const many = Array.from({ length: count }, (_, nth) => ({ ...entry, data: { ...entry.data, eventId: ids(nth) } }))
    return { ...aShipment(), timeline: many }
  }
  const next = anEvent('DELIVERED', ORDERED, { eventId: 'one-more' })
  const full = expect.objectContaining({ kind: 'conflict', code: 'event.too_many' })

  test('have an end, and those of others and our own go on', () => {
    const state = reported(MAX_EVENTS, (nth) => `e${nth}`)
    expect(() => decideRecordEvent(state, next, NOW)).toThrow(full)
    expect(decideRecordEvent(state, { ...next, source: 'OTHER' }, NOW).answer.duplicate).toBe(false)
    expect(decideRecordEvent(state, next, NOW, 'CARRIER').answer.duplicate).toBe(false)
    expect(decideRecordEvent(state, { ...next, eventId: 'portolan:task-x' }, NOW).answer.duplicate).toBe(false)
    // What is known already is answered as before.
    expect(
      decideRecordEvent(
        reported(1, () => 'e0'),
        next,
        NOW,
      ).answer.duplicate,
    ).toBe(false)
  })

  test('of a partner are counted whatever it calls its systems', () => {
    const state = reported(MAX_EVENTS, (nth) => `CARRIER:e${nth}`)
    expect(() => decideRecordEvent(state, { ...next, source: 'NEW-NAME' }, NOW, 'CARRIER')).toThrow(full)
  })
})

describe('ids of events', () => {
  const event = anEvent('DEPARTED_ORIGIN', ORDERED, { eventId: 'x1' })

  test('of a partner are its own: it can neither take nor retract those of others', () => {
    const state = recorded(aShipment(), event, NOW)
    const other = decideRecordEvent(state, event, NOW, 'CARRIER')
    expect(other.answer).toMatchObject({ eventId: 'CARRIER:x1', duplicate: false })
    const retraction = decideRecordEvent(state, aRetraction('x1', ORDERED), NOW, 'CARRIER')
    expect(retraction.decision.facts.map((fact) => fact.type)).toEqual(['event.retracted'])
  })

  test('are not taken for another event', () => {
    const state = recorded(aShipment(), event, NOW)
    const another = anEvent('DELIVERED', ORDERED, { eventId: 'x1' })
    expect(() => decideRecordEvent(state, another, NOW)).toThrow(expect.objectContaining({ code: 'event.id_reused' }))
  })

  test('of the system itself are refused from outside', () => {
    const body = { ...event, eventId: 'portolan:task-request-booking' }
    expect(RecordEvent.safeParse(body).success).toBe(false)
  })
})

describe('retraction', () => {
  test('ends the occurrence; reaching the milestone again is the next one', () => {
    const departed = recorded(aShipment(), anEvent('DEPARTED_ORIGIN', ORDERED, { eventId: 'e1' }), NOW)
    const retracted = recorded(departed, aRetraction('e1', ORDERED), NOW)
    expect(occurrencesOf(retracted.timeline)).toEqual([])
    const again = recorded(retracted, anEvent('DEPARTED_ORIGIN', '2026-03-03T00:00:00Z', { eventId: 'e2' }), NOW)
    expect(occurrencesOf(again.timeline)).toMatchObject([{ occurrenceId: 'DEPARTED_ORIGIN:2' }])
  })

  test('that comes before its event keeps it from advancing anything', () => {
    const first = recorded(aShipment(), aRetraction('e1', ORDERED), NOW)
    const state = recorded(first, anEvent('DEPARTED_ORIGIN', ORDERED, { eventId: 'e1' }), NOW)
    expect(occurrencesOf(state.timeline)).toEqual([])
  })
})

describe('any order, any duplication', () => {
  const day = fc.integer({ min: 1, max: 28 }).map((n) => `2026-03-${String(n).padStart(2, '0')}T00:00:00.000Z`)
  const event = fc
    .tuple(fc.constantFrom('DEPARTED_ORIGIN' as const, 'ARRIVED_DESTINATION_PORT' as const, 'DELIVERED' as const), day)
    .chain(([milestone, at]) =>
      fc.option(fc.constantFrom('MSKU9070323', 'TCLU1234568'), { nil: undefined }).map((equipmentReference) => ({
        milestone,
        at,
        ...(equipmentReference ? { equipmentReference } : {}),
      })),
    )
  const scenario = fc
    .array(event, { minLength: 1, maxLength: 8 })
    .chain((events) =>
      fc
        .subarray(events.map((_, index) => index))
        .map((retracted): RecordEvent[] => [
          ...events.map(({ milestone, at, ...more }, index) =>
            anEvent(milestone, at, { eventId: `e${index}`, ...more }),
          ),
          ...retracted.map((index) => aRetraction(`e${index}`, ORDERED)),
        ]),
    )
  const standing = (events: readonly RecordEvent[]) => {
    const state = events.reduce((it, next) => recorded(it, next, NOW), aShipment({ containers: CONTAINERS }))
    return occurrencesOf(state.timeline)
      .map(({ milestone, occurredAt }) => `${milestone} ${occurredAt}`)
      .sort()
  }

  test('leads to the same milestones at the same times', () => {
    const shuffled = scenario.chain((events) =>
      fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }).map((order) => ({ events, order })),
    )
    fc.assert(fc.property(shuffled, ({ events, order }) => expect(standing(order)).toEqual(standing(events))))
  })
})
