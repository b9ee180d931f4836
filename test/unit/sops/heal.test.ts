import type { ShipmentState } from '../../../functions/shipments/store'
import { decidePin } from '../../../functions/sops/domain/catalogue'
import { decideGiveUp, decideSound, type FoundExecution, judge } from '../../../functions/sops/domain/heal'
import { nextLook } from '../../../functions/sops/domain/look'
import { decideProcessPin, unstarted } from '../../../functions/sops/domain/processes'
import {
  currentPin,
  decideRestart,
  isCalledFor,
  isOver,
  pinOf,
  type RestartWhy,
} from '../../../functions/sops/domain/runs'
import { decideStep } from '../../../functions/sops/domain/steps'
import { SopStep } from '../../../schemas/sop'
import type { SopRestartKind } from '../../../schemas/sop-run'
import type { Fact } from '../../../schemas/timeline'
import { aShipment, ORDERED } from '../../support/shipments'
import { planOf } from '../../support/sop-plans'
import { committed } from '../../support/sop-world'

const VERSION = {
  sopId: 'domestic-road',
  version: 1,
  versionArn: 'arn:aws:states:eu-central-1:1:stateMachine:portolan-domestic-road:1',
}
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** After the order. */
const at = (ms: number) => new Date(Date.parse(ORDERED) + ms).toISOString()

const created = aShipment(planOf('domestic-road', ORDERED))
const { shipmentId } = created.header
const [FIRST, SECOND] = [pinOf(VERSION, { shipmentId, run: 1 }), pinOf(VERSION, { shipmentId, run: 2 })] as const
const pinned = committed(created, decidePin(created, FIRST).decision, ORDERED)
const restarted = (state: ShipmentState, now: string, why: RestartWhy = { kind: 'HEALED', reason: 'FAILED' }) =>
  committed(state, decideRestart(state, { ...VERSION, after: state.header.sop?.run ?? 0 }, why, now).decision, now)
const healedAt = (...moments: number[]) => moments.reduce((state, ms) => restarted(state, at(ms)), pinned)
const raised = (state: ShipmentState, stepKey: string, now: string) => {
  const data = { stepKey, severity: 'CRITICAL' as const, reason: 'It failed', owner: 'SOP_ADMIN' as const }
  return committed(state, { facts: [{ type: 'exception.raised', data }] }, now)
}
const execution = (more: Partial<FoundExecution> = {}): FoundExecution => ({
  status: 'RUNNING',
  startedAt: ORDERED,
  events: 100,
  ...more,
})
const failed = execution({ status: 'FAILED', error: 'SopStep.Rejected', cause: 'no' })
const factsOf = ({ decision }: { decision: { facts: Fact[] } }) => decision.facts

describe('an execution', () => {
  it.each<[FoundExecution['status'], string]>([
    ['RUNNING', 'SOUND'],
    ['SUCCEEDED', 'SOUND'],
    ['PENDING_REDRIVE', 'SOUND'],
    ['FAILED', 'RESTART'],
    ['TIMED_OUT', 'RESTART'],
    ['ABORTED', 'RESTART'],
  ])('that is %s: %s', (status, verdict) => {
    expect(judge(pinned, execution({ status }), at(HOUR)).verdict).toBe(verdict)
  })

  it('is restarted with what it was found as, and why', () => {
    expect(judge(pinned, failed, at(HOUR))).toEqual({
      verdict: 'RESTART',
      why: { kind: 'HEALED', found: 'FAILED', reason: 'FAILED: SopStep.Rejected: no' },
    })
  })

  it('that Step Functions does not know is lost, unless it was pinned a moment ago', () => {
    expect(judge(pinned, undefined, at(MINUTE))).toEqual({ verdict: 'WAIT', until: at(5 * MINUTE) })
    expect(judge(pinned, undefined, at(5 * MINUTE))).toMatchObject({ verdict: 'RESTART', why: { found: 'LOST' } })
  })

  it.each([
    ['300 days old', { startedAt: ORDERED }, at(300 * DAY + 1)],
    ['of 20,001 events', { events: 20_001 }, at(HOUR)],
  ])('%s is renewed before Step Functions ends it', (_, more, now) => {
    expect(judge(pinned, execution(more), now)).toMatchObject({ verdict: 'RESTART', why: { kind: 'RENEWED' } })
  })

  it('just below both limits goes on', () => {
    expect(judge(pinned, execution({ events: 20_000 }), at(300 * DAY)).verdict).toBe('SOUND')
  })
})

describe('a definition that fails again and again', () => {
  it('is restarted at once, after a quarter of an hour, after two hours, and then no more', () => {
    const ways = [
      judge(healedAt(0), failed, at(14 * MINUTE)),
      judge(healedAt(0), failed, at(15 * MINUTE)),
      judge(healedAt(0, 15 * MINUTE), failed, at(2 * HOUR)),
      judge(healedAt(0, 15 * MINUTE), failed, at(15 * MINUTE + 2 * HOUR)),
      judge(healedAt(0, 15 * MINUTE, 3 * HOUR), failed, at(5 * HOUR)),
    ]
    expect(ways.map(({ verdict }) => verdict)).toEqual(['WAIT', 'RESTART', 'WAIT', 'RESTART', 'GIVE_UP'])
    expect(ways[0]).toMatchObject({ until: at(15 * MINUTE) })
  })

  it('is given up after ten restarts between which no step wrote anything, however rare', () => {
    const everyOtherDay = Array.from({ length: 10 }, (_, index) => 2 * index * DAY)
    expect(judge(healedAt(...everyOtherDay.slice(1)), failed, at(30 * DAY)).verdict).toBe('RESTART')
    expect(judge(healedAt(...everyOtherDay), failed, at(30 * DAY)).verdict).toBe('GIVE_UP')
  })

  it('says so once, to the one who can change it, and is then left alone', () => {
    const state = healedAt(0, 15 * MINUTE, 3 * HOUR)
    const pin = pinOf(VERSION, { shipmentId, run: 4 })
    const [fact] = factsOf(decideGiveUp(state, pin, failed))
    expect(fact).toMatchObject({
      type: 'exception.raised',
      data: { stepKey: 'heal-sop', severity: 'CRITICAL', owner: 'SOP_ADMIN', reason: expect.stringContaining('Run 4') },
    })
    const given = committed(state, decideGiveUp(state, pin, failed).decision, at(4 * HOUR))
    expect(factsOf(decideGiveUp(given, pin, failed))).toEqual([])
    expect(judge(given, failed, at(9 * DAY)).verdict).toBe('GIVEN_UP')
  })

  it.each<SopRestartKind>(['RESTARTED', 'MIGRATED', 'UNDONE'])('gets new tries once it was %s', (kind) => {
    const given = raised(healedAt(0, 15 * MINUTE, 3 * HOUR), 'heal-sop', at(4 * HOUR))
    const again = restarted(given, at(5 * HOUR), { kind, reason: 'Put right' })
    expect(judge(again, failed, at(6 * HOUR)).verdict).toBe('RESTART')
  })
})

describe('what a failure raised', () => {
  const ofRunOne = raised(pinned, 'sop-failed', at(HOUR))

  it('is resolved by who restarts', () => {
    const again = decideRestart(ofRunOne, { ...VERSION, after: 1 }, { kind: 'RESTARTED', reason: 'x' }, at(2 * HOUR))
    expect(factsOf(again).map(({ type }) => type)).toEqual(['sop.restarted', 'exception.resolved'])
  })

  it('stays while a restart has not shown that it goes on, and is resolved when it has', () => {
    const healing = restarted(ofRunOne, at(HOUR))
    expect(healing.timeline.at(-1)?.type).toBe('sop.restarted')
    const run = execution({ startedAt: at(HOUR) })
    expect(judge(healing, run, at(90 * MINUTE))).toEqual({ verdict: 'WAIT', until: at(2 * HOUR) })
    expect(judge(healing, run, at(2 * HOUR)).verdict).toBe('SOUND')
    expect(factsOf(decideSound(healing, SECOND))).toMatchObject([
      { type: 'exception.resolved', data: { stepKey: 'sop-failed' } },
    ])
  })

  it('is not resolved by the run that raised it itself', () => {
    expect(factsOf(decideSound(ofRunOne, FIRST))).toEqual([])
  })

  it('may be raised again by a later run', () => {
    const identity = { key: 'sop-failed', tenantId: 'demo', shipmentId }
    const report = { step: 'raiseException', severity: 'CRITICAL', reason: 'It failed', owner: 'SOP_ADMIN' }
    const take = (state: ShipmentState) =>
      factsOf(decideStep(SopStep.parse({ ...identity, ...report }), state, { now: at(DAY), denied: [] }))
    expect(take(ofRunOne)).toEqual([])
    const healing = restarted(ofRunOne, at(HOUR))
    const sound = committed(healing, decideSound(healing, SECOND).decision, at(3 * HOUR))
    expect(take(sound)).toMatchObject([{ type: 'exception.raised' }])
  })
})

describe('a sub-process', () => {
  const process = 'return-goods'
  const requested: Fact = { type: 'subprocess.requested', data: { stepKey: process, sopId: 'domestic-road' } }
  const begun = committed(pinned, { facts: [requested] }, ORDERED)
  const running = committed(
    begun,
    decideProcessPin(begun, process, pinOf(VERSION, { shipmentId, run: 1, process })).decision,
    ORDERED,
  )
  const again = (state: ShipmentState, now: string) => {
    const after = currentPin(state, process)?.run ?? 0
    const why = { kind: 'HEALED' as const, reason: 'FAILED' }
    return committed(state, decideRestart(state, { ...VERSION, after, process }, why, now).decision, now)
  }

  it('is restarted under its own name, and keeps its shipment’s SOP as it was', () => {
    expect(judge(running, failed, at(HOUR), process).verdict).toBe('RESTART')
    const healing = again(running, at(HOUR))
    expect(currentPin(healing, process)?.executionArn).toMatch(`${shipmentId}-2.return-goods`)
    expect(healing.header.sop).toEqual(FIRST)
    expect([1, 2].map((run) => isOver(healing, { run, process }))).toEqual([true, false])
    expect(judge(healing, undefined, at(HOUR + MINUTE), process).verdict).toBe('WAIT')
  })

  it('has restarts of its own to lose: those of its shipment’s SOP do not count, nor the other way round', () => {
    const often = [0, 15, 180].reduce((state, minutes) => again(state, at(minutes * MINUTE)), running)
    expect(judge(often, failed, at(4 * HOUR), process).verdict).toBe('GIVE_UP')
    expect(judge(often, failed, at(4 * HOUR)).verdict).toBe('RESTART')
    const given = committed(often, decideGiveUp(often, FIRST, failed, process).decision, at(4 * HOUR))
    expect(given.timeline.at(-1)).toMatchObject({ data: { stepKey: 'return-goods--heal-sop' } })
    expect(judge(given, failed, at(9 * DAY), process).verdict).toBe('GIVEN_UP')
    expect(judge(given, failed, at(9 * DAY)).verdict).toBe('RESTART')
  })

  it('that goes on resolves what its own failure raised, and nothing else', () => {
    const both = raised(raised(running, 'sop-failed', at(HOUR)), 'return-goods--sop-failed', at(HOUR))
    const healing = again(both, at(HOUR))
    expect(factsOf(decideSound(healing, SECOND, process))).toMatchObject([
      { data: { stepKey: 'return-goods--sop-failed' } },
    ])
  })

  it('is looked after while its shipment has ended, and no more once it has ended or was cancelled', () => {
    const withStatus = (state: ShipmentState, status: 'COMPLETED' | 'CANCELLED') => ({
      ...state,
      header: { ...state.header, status },
    })
    const ended = committed(running, { facts: [{ type: 'subprocess.ended', data: { stepKey: process } }] }, at(HOUR))
    const looked = (state: ShipmentState) => nextLook(state, at(HOUR)) !== undefined
    expect(looked(withStatus(running, 'COMPLETED'))).toBe(true)
    expect(looked(withStatus(ended, 'COMPLETED'))).toBe(false)
    expect(looked(withStatus(running, 'CANCELLED'))).toBe(false)
    const pin = pinOf(VERSION, { shipmentId, run: 1, process })
    const called = (state: ShipmentState) => isCalledFor(state, pin, process)
    expect([running, withStatus(running, 'COMPLETED'), ended, withStatus(running, 'CANCELLED')].map(called)).toEqual([
      true,
      true,
      false,
      false,
    ])
  })

  it('that was asked for and never started is found after five minutes', () => {
    expect(unstarted(begun, ORDERED)).toEqual([requested.data])
    expect(unstarted(begun, at(-MINUTE))).toEqual([])
    expect(unstarted(running, at(DAY))).toEqual([])
  })
})
