/** Sizes of waves, when a migration halts, and what may be done with it when. */
import fc from 'fast-check'
import {
  begunMigration,
  begunPlan,
  cancelled,
  endedPlan,
  judged,
  resumed,
  reversing,
  withShipments,
} from '../../../functions/migrations/domain/jobs'
import { waveSizes } from '../../../functions/migrations/domain/waves'
import { type Migration, MigrationStatus, type PlannedShipment, StartMigration } from '../../../schemas/sop-migration'
import { aContext, ORDERED } from '../../support/shipments'

const WHO = aContext({ now: ORDERED })
const IDS = { planId: `pln_${'0'.repeat(26)}`, sopId: 'domestic-road' as const }
const start = (more: object = {}) => StartMigration.parse({ planId: IDS.planId, reason: 'The new way', ...more })

const planned = (verdict: PlannedShipment['verdict']): PlannedShipment => ({
  shipmentId: `shp_${'0'.repeat(26)}`,
  shipmentVersion: 1,
  from: 1,
  verdict,
  reasons: [{ code: verdict === 'MIGRATE' ? 'SAFE' : 'BLOCKS', message: '' }],
  standsAt: [],
  willStandAt: [],
  completes: false,
  tasks: { cancelled: [], created: [], reopened: [], revised: [] },
  exceptions: [],
  notices: [{ stepKey: 'tell', template: 'pre-alert', audience: ['CN'] }],
  charges: [],
})
const begun = begunPlan(IDS, { to: 2, includeUnchanged: false }, WHO)
const aPlan = (...verdicts: PlannedShipment['verdict'][]) =>
  endedPlan(withShipments(begun, verdicts.length, verdicts.map(planned)), ORDERED)
const aMigration = (size: number, more: object = {}): Migration =>
  begunMigration('mig', aPlan(...Array<'MIGRATE'>(size).fill('MIGRATE')), start(more), WHO)

describe('waves', () => {
  it.each([
    [[{ count: 5 }, { share: 0.2 }], 36, [5, 8, 23]],
    [[{ share: 1 }], 36, [36]],
    [[{ count: 50 }, { count: 5 }], 36, [36]],
    [[{ share: 0.001 }], 3, [1, 2]],
  ])('%j of %d shipments are %j', (waves, size, sizes) => {
    expect(waveSizes(waves, size)).toEqual(sizes)
  })

  it('hold every shipment once, whatever they are', () => {
    const wave = fc.oneof(
      fc.record({ count: fc.integer({ min: 1, max: 50 }) }),
      fc.record({ share: fc.double({ min: 0.001, max: 1, noNaN: true }) }),
    )
    fc.assert(
      fc.property(fc.array(wave, { minLength: 1, maxLength: 8 }), fc.integer({ min: 1, max: 500 }), (waves, size) => {
        const sizes = waveSizes(waves, size)
        expect(sizes.reduce((sum, it) => sum + it, 0)).toBe(size)
        expect(sizes.every((it) => it > 0)).toBe(true)
      }),
    )
  })
})

describe('the totals of a plan', () => {
  it('count verdicts and reasons of all, and notices of those that are moved', () => {
    expect(aPlan('MIGRATE', 'MANUAL', 'MIGRATE')).toMatchObject({
      status: 'COMPLETED',
      totals: { shipments: 3, MIGRATE: 2, MANUAL: 1, STAY: 0, notices: 2 },
      reasons: { SAFE: 2, BLOCKS: 1 },
    })
  })
})

describe('a migration', () => {
  it('is made of a plan that is done, and that moves something', () => {
    expect(() => begunMigration('mig', begun, start(), WHO)).toThrow('still being made')
    expect(() => begunMigration('mig', aPlan('STAY'), start(), WHO)).toThrow('moves no shipment')
  })

  it('goes on to the next wave at its limit, halts above it, and is over after the last', () => {
    const migration = aMigration(20, { waves: [{ count: 10 }], maxErrorRate: 0.1 })
    const wave = { size: 10, skipped: 0 }
    expect(judged(migration, { ...wave, moved: 9, failed: 1 }, ORDERED)).toMatchObject({ status: 'RUNNING' })
    expect(judged(migration, { ...wave, moved: 8, failed: 2 }, ORDERED)).toMatchObject({
      status: 'HALTED',
      halted: '2 of 10 shipments of wave 1 failed: 20 %, and 10 % are allowed',
    })
    const next = judged(migration, { ...wave, moved: 10, failed: 0 }, ORDERED)
    expect(judged(next, { ...wave, moved: 10, failed: 0 }, ORDERED)).toMatchObject({ status: 'COMPLETED' })
  })

  it('that halted after its last wave is over when it is told to go on', () => {
    const wave = { size: 10, moved: 0, skipped: 0, failed: 10 }
    const goneOn = (size: number) =>
      resumed(judged(aMigration(size, { waves: [{ count: 10 }] }), wave, ORDERED), 'so be it', WHO)
    expect(goneOn(10)).toMatchObject({ status: 'COMPLETED', resumed: { reason: 'so be it' } })
    expect(goneOn(20)).toMatchObject({ status: 'RUNNING' })
  })

  it('does not fail by shipments that it has skipped', () => {
    const migration = aMigration(10, { maxErrorRate: 0 })
    const skipped = judged(migration, { size: 10, moved: 0, skipped: 10, failed: 0 }, ORDERED)
    expect(skipped).toMatchObject({ status: 'COMPLETED', results: [{ errorRate: 0 }] })
  })

  it.each(MigrationStatus.options)('that is %s may be resumed, cancelled and reversed only in its time', (status) => {
    const migration: Migration = { ...aMigration(1), status }
    const may = (change: typeof resumed) => {
      try {
        change(migration, 'because', WHO)
        return true
      } catch {
        return false
      }
    }
    const open = status === 'RUNNING' || status === 'HALTED'
    expect([may(resumed), may(cancelled), may(reversing)]).toEqual([open, open, status !== 'RUNNING'])
  })
})
