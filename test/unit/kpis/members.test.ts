import { evaluate } from '../../../functions/kpis/domain/members'
import { secondsBetween } from '../../../functions/kpis/domain/order-cycle-time'
import { failuresOf, lastOverdueDay } from '../../../functions/kpis/domain/otif'
import { anEvent, aRetraction, aShipment, recorded } from '../../support/shipments'

const NOW = '2026-03-25T12:00:00.000Z'
const DELIVERED_AT = '2026-03-21T23:30:00.000Z'
const delivery = (at: string, more = {}) => anEvent('DELIVERED', at, { eventId: 'delivered', ...more })
const memberOf = (kpi: string, state: ReturnType<typeof aShipment>) => evaluate(state).find((it) => it.kpi === kpi)
const otif = (state: ReturnType<typeof aShipment>) => memberOf('otif', state)
const delivered = (at: string, more = {}) => recorded(aShipment(), delivery(at, more), NOW)

describe('on time in full', () => {
  test.each([
    ['on the first day of the window', '2026-03-20T00:00:00Z', 'HIT', ['ON_TIME_IN_FULL']],
    ['at the last moment of the last day', '2026-03-21T23:59:59Z', 'HIT', ['ON_TIME_IN_FULL']],
    ['when the half-open window has ended', '2026-03-22T00:00:00Z', 'MISS', ['LATE']],
    ['the day before the window', '2026-03-19T23:59:59Z', 'MISS', ['EARLY']],
  ])('%s', (_, at, bucket, reasons) => {
    expect(otif(delivered(at))).toMatchObject({ bucket, reasons, day: '2026-03-21' })
  })

  test('any hour of the last day is on time: promises and carriers’ times are of days', () => {
    const state = aShipment({ promisedDelivery: { from: '2026-03-20T08:00:00.000Z', to: '2026-03-20T12:00:00.000Z' } })
    expect(otif(recorded(state, delivery('2026-03-20T18:00:00Z'), NOW))).toMatchObject({ bucket: 'HIT' })
  })

  test.each([
    ['all packages', 40, 'HIT', ['ON_TIME_IN_FULL']],
    ['more than ordered', 41, 'HIT', ['ON_TIME_IN_FULL']],
    ['one package less', 39, 'MISS', ['SHORT']],
    ['a count of none', undefined, 'HIT', ['ON_TIME_IN_FULL']],
  ])('%s', (_, deliveredPackages, bucket, reasons) => {
    expect(otif(delivered(DELIVERED_AT, { deliveredPackages }))).toMatchObject({ bucket, reasons })
  })

  test('late and short are both told', () => {
    expect(otif(delivered('2026-03-23T00:00:00Z', { deliveredPackages: 3 }))?.reasons).toEqual(['LATE', 'SHORT'])
  })

  test('a discrepancy is not in full, until it is taken back', () => {
    const state = recorded(delivered(DELIVERED_AT), anEvent('DISCREPANCY', NOW, { eventId: 'damage' }), NOW)
    expect(otif(state)).toMatchObject({
      bucket: 'MISS',
      reasons: ['DISCREPANCY'],
      evidence: { eventIds: ['delivered', 'damage'] },
    })
    expect(otif(recorded(state, aRetraction('damage', NOW), NOW))).toMatchObject({ bucket: 'HIT' })
  })

  test('the promise is the baseline, else the request; without either it is excluded on the day of the order', () => {
    const window = { from: '2026-03-10T00:00:00.000Z', to: '2026-03-11T00:00:00.000Z' }
    const asked = aShipment({ promisedDelivery: undefined, requestedDelivery: window })
    expect(otif(asked)).toMatchObject({
      day: '2026-03-10',
      bucket: 'OPEN',
      evidence: { baseline: 'REQUESTED', window },
    })
    expect(otif(aShipment({ requestedDelivery: window }))).toMatchObject({ evidence: { baseline: 'PROMISED' } })
    expect(otif(aShipment({ promisedDelivery: undefined }))).toMatchObject({
      day: '2026-03-01',
      bucket: 'EXCLUDED',
      reasons: ['NO_PROMISE'],
    })
  })

  test('a cancelled shipment is excluded, whatever was delivered', () => {
    const state = delivered(DELIVERED_AT)
    const cancelled = { ...state, header: { ...state.header, status: 'CANCELLED' as const } }
    expect(evaluate(cancelled).map((it) => [it.kpi, it.bucket, it.reasons])).toEqual([
      ['otif', 'EXCLUDED', ['CANCELLED']],
      ['order-cycle-time', 'EXCLUDED', ['CANCELLED']],
    ])
  })

  test('tolerances widen the window by days', () => {
    const window = { from: '2026-03-20T00:00:00.000Z', to: '2026-03-21T00:00:00.000Z' }
    const at = (deliveredAt: string) => ({ window, deliveredAt, orderedPackages: 1, discrepancy: false })
    const tolerance = { earlyDays: 1, lateDays: 2 }
    expect(failuresOf(at('2026-03-19T00:00:00Z'), tolerance)).toEqual([])
    expect(failuresOf(at('2026-03-22T23:00:00Z'), tolerance)).toEqual([])
    expect(failuresOf(at('2026-03-23T00:00:00Z'), tolerance)).toEqual(['LATE'])
    expect(lastOverdueDay('2026-03-23T00:00:00.000Z')).toBe('2026-03-22')
  })
})

describe('order cycle time', () => {
  test('runs from the order to the delivery and counts on the day of delivery', () => {
    expect(memberOf('order-cycle-time', delivered('2026-03-02T08:00:30.900Z'))).toMatchObject({
      day: '2026-03-02',
      bucket: 'HIT',
      evidence: { seconds: 86_430, occurrenceId: 'DELIVERED:1', eventIds: ['delivered'] },
    })
  })

  test('has no member before delivery, nor after it was taken back', () => {
    expect(memberOf('order-cycle-time', aShipment())).toBeUndefined()
    const back = recorded(delivered(DELIVERED_AT), aRetraction('delivered', NOW), NOW)
    expect(memberOf('order-cycle-time', back)).toBeUndefined()
    expect(otif(back)).toMatchObject({ bucket: 'OPEN' })
  })

  test('excludes a delivery before the order', () => {
    expect(memberOf('order-cycle-time', delivered('2026-02-28T08:00:00Z'))).toMatchObject({
      bucket: 'EXCLUDED',
      reasons: ['DELIVERED_BEFORE_ORDERED'],
    })
    expect(secondsBetween('2026-03-01T00:00:00.000Z', '2026-03-01T00:00:00.999Z')).toBe(0)
  })
})
