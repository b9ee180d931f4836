/** Sub-processes: another SOP of the same shipment, with keys of its own. */
import { decideProcessPin, isWanted, placed, runningProcesses } from '../../../functions/sops/domain/processes'
import { decideRestart, isOver, runName, runOf } from '../../../functions/sops/domain/runs'
import { decideStep } from '../../../functions/sops/domain/steps'
import { settlement } from '../../../functions/sops/domain/waits'
import { SopRunName, SopStep } from '../../../schemas/sop'
import { aShipment, ORDERED } from '../../support/shipments'
import { committed } from '../../support/sop-world'

const shipment = aShipment()
const { shipmentId } = shipment.header
const START = { step: 'startSubProcess', key: 'return-goods', tenantId: 'demo', shipmentId, sop: 'domestic-road' }
const PIN = { sopId: 'domestic-road', version: 1, versionArn: 'arn:m:1', executionArn: 'arn:e:1', run: 1 }

const take = (state: typeof shipment, payload: object) => {
  const { step, process } = placed(SopStep.parse(payload))
  return decideStep(step, state, { now: ORDERED, denied: [], process })
}
const taken = (state: typeof shipment, payload: object) => committed(state, take(state, payload).decision, ORDERED)
const within = (payload: object) => ({ tenantId: 'demo', shipmentId: `${shipmentId}.return-goods`, ...payload })
const AWAITED = { kind: 'process' as const, process: 'return-goods' }
const pinned = (state: typeof shipment) =>
  committed(state, decideProcessPin(state, 'return-goods', PIN).decision, ORDERED)

it('is asked for and started once', () => {
  const asked = taken(shipment, START)
  expect(asked.timeline.at(-1)).toMatchObject({ type: 'subprocess.requested', data: { sopId: 'domestic-road' } })
  expect(take(asked, START).decision.facts).toEqual([])
  expect(isWanted(asked, 'return-goods')).toBe(true)
  const started = pinned(asked)
  expect(isWanted(started, 'return-goods')).toBe(false)
  expect(decideProcessPin(started, 'return-goods', PIN).decision.facts).toEqual([])
  expect(runningProcesses(started)).toEqual([{ process: 'return-goods', pin: PIN }])
})

it('ends by its own last step, once, and leaves the shipment open; then the step that waited for it goes on', () => {
  const running = pinned(taken(shipment, START))
  expect(take(running, { ...START, token: 't' }).answer.settled).toBe(false)
  const END = within({ step: 'completeShipment', key: 'complete-shipment' })
  const ended = taken(running, END)
  expect(ended.header.status).toBe(running.header.status)
  expect(take(ended, END).decision.facts).toEqual([])
  expect(settlement(AWAITED, ended)).toEqual({ process: 'return-goods' })
  expect(take(ended, { ...START, token: 't' }).answer.settled).toBe(true)
  expect(runningProcesses(ended)).toEqual([])
})

it('has work of its own where its SOP has a key that the main one has, too', () => {
  const task = { step: 'assignTask', key: 'do-it', role: 'OPERATIONS', title: 'Do it', due: { anchor: 'ETD' } }
  const both = taken(taken(shipment, { tenantId: 'demo', shipmentId, ...task }), within(task))
  expect(both.tasks.map(({ stepKey }) => stepKey)).toEqual(['do-it', 'return-goods--do-it'])
})

it('keeps what its steps say of each other inside', () => {
  const raise = within({
    step: 'raiseException',
    key: 'late',
    severity: 'LOW',
    reason: 'x',
    owner: 'FINANCE',
    concerns: 'do-it',
  })
  const approve = within({
    step: 'approve',
    key: 'ok',
    token: 't',
    role: 'FINANCE',
    title: 'x',
    due: { anchor: 'ETD' },
    notBy: ['do-it'],
  })
  expect(placed(SopStep.parse(raise)).step).toMatchObject({
    key: 'return-goods--late',
    concerns: 'return-goods--do-it',
  })
  expect(placed(SopStep.parse(approve)).step).toMatchObject({ notBy: ['return-goods--do-it'] })
  expect(placed(SopStep.parse(raise))).toMatchObject({ shipmentId, process: 'return-goods' })
})

it('goes on, with what it waits for, when the SOP of its shipment is restarted', () => {
  const waiting = { token: 't', since: ORDERED, awaited: { kind: 'milestone' as const, milestone: 'LOADED' as const } }
  const waits = ['await-loading', 'return-goods--await-loading'].map((stepKey) => ({ ...waiting, stepKey }))
  const running = { ...pinned(taken(shipment, START)), waits }
  const own = { ...running, header: { ...running.header, sop: PIN } }
  const why = { kind: 'RESTARTED' as const, reason: 'stuck' }
  const { decision } = decideRestart(own, { ...PIN, after: 1 }, why, ORDERED)
  expect(decision.dropped?.map(({ stepKey }) => stepKey)).toEqual(['await-loading'])
  const restarted = committed(own, decision, ORDERED)
  expect([undefined, 'return-goods'].map((process) => isOver(restarted, { run: 1, process }))).toEqual([true, false])
})

it.each([
  { shipmentId, run: 1 },
  { shipmentId, run: 12 },
  { shipmentId, run: 1, process: 'return-goods' },
  { shipmentId, run: 3, process: 'return-2--repack-1' },
])('is told from the run of its name: $run $process', (run) => {
  expect(SopRunName.parse(runName(run))).toBe(runName(run))
  expect(runOf(runName(run))).toEqual(run)
})

it('has a name of 80 characters at most, in whatever run it is', () => {
  const key = 'k'.repeat(42)
  expect(SopStep.safeParse({ ...START, key }).success).toBe(true)
  expect(SopStep.safeParse({ ...START, key: `${key}k` }).success).toBe(false)
  expect(runName({ shipmentId, run: 999_999, process: key })).toHaveLength(80)
})

it('is not started for a shipment that was cancelled meanwhile', () => {
  const asked = taken(shipment, START)
  const cancelled = { ...asked, header: { ...asked.header, status: 'CANCELLED' as const } }
  expect(isWanted(cancelled, 'return-goods')).toBe(false)
  expect(decideProcessPin(cancelled, 'return-goods', PIN)).toEqual({ decision: { facts: [] }, answer: 'stop' })
})

it.each([shipmentId, `${shipmentId}.return-goods`, `${shipmentId}.return-goods--repack`])('may be named %s', (id) => {
  expect(SopRunName.parse(id)).toBe(id)
})

it.each([`${shipmentId}.`, `${shipmentId}.A`, `${shipmentId}.a.b`, 'shp_1.a'])('may not be named %s', (id) => {
  expect(SopRunName.safeParse(id).success).toBe(false)
})
