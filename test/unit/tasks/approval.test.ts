/** A decision by a second person: who may make it, what it needs, and what the SOP hears of it. */

import { NOBODY } from '../../../functions/people/domain/calendars'
import type { ShipmentState } from '../../../functions/shipments/store'
import { decideStep } from '../../../functions/sops/domain/steps'
import { settlement } from '../../../functions/sops/domain/waits'
import { decideClaim, decideComplete, decideSkip, taskIdOf } from '../../../functions/tasks/domain'
import { decideReject } from '../../../functions/tasks/domain/delegation'
import type { Role } from '../../../schemas/role'
import { SopStep } from '../../../schemas/sop'
import type { Fact } from '../../../schemas/timeline'
import { aShipment, ORDERED, withFacts } from '../../support/shipments'
import { committed } from '../../support/sop-world'

const NOW = '2026-03-02T08:00:00.000Z'
const shipment = aShipment()
const { shipmentId } = shipment.header
const person = (id: string, ...roles: Role[]) => ({ actor: { kind: 'USER' as const, id }, roles, now: NOW })
const [ana, ben, admin] = [person('ana', 'FINANCE'), person('ben', 'FINANCE'), person('ana', 'TENANT_ADMIN')]

const step = SopStep.parse({
  step: 'approve',
  key: 'approve-credit',
  tenantId: 'demo',
  shipmentId,
  token: 't',
  role: 'FINANCE',
  title: 'Approve the credit',
  due: { anchor: 'STEP', offset: 'P1D' },
  notBy: ['propose-credit'],
})
const taskId = taskIdOf(shipmentId, 'approve-credit')
const AWAITED = { kind: 'task' as const, taskKey: 'approve-credit' }

const proposed: Fact = {
  type: 'task.completed',
  data: { taskId: taskIdOf(shipmentId, 'propose-credit'), stepKey: 'propose-credit', role: 'FINANCE', result: {} },
}
/** Asked for, after ana has proposed. */
function given(): ShipmentState {
  const state = withFacts(shipment, [proposed], ORDERED)
  const timeline = state.timeline.map((entry) =>
    entry.type === 'task.completed' ? { ...entry, actor: { kind: 'USER' as const, id: 'ana' } } : entry,
  )
  const before = { ...state, timeline }
  return committed(before, decideStep(step, before, { now: NOW, denied: [] }).decision, NOW)
}
const decided = (who: typeof ana, data: Record<string, unknown>) => {
  const state = given()
  return committed(state, decideComplete(state, taskId, data, who).decision, NOW)
}

it('is made by another than who did the work, and the SOP hears the outcome', () => {
  expect(settlement(AWAITED, given())).toBeUndefined()
  expect(settlement(AWAITED, decided(ben, { outcome: 'APPROVED' }))).toMatchObject({ outcome: 'APPROVED' })
  const rejected = decided(ben, { outcome: 'REJECTED', reason: 'Agreed otherwise' })
  expect(settlement(AWAITED, rejected)).toMatchObject({ outcome: 'REJECTED', result: { reason: 'Agreed otherwise' } })
})

it('is not for who did the work to make or to take up, an admin or not', () => {
  for (const who of [ana, admin]) {
    expect(() => decided(who, { outcome: 'APPROVED' })).toThrow('another must')
    expect(() => decideClaim(given(), taskId, who)).toThrow('another must')
  }
})

it('may be a rejection of the task, which is the same outcome', () => {
  const reject = (who: typeof ana) =>
    decideReject(given(), taskId, { reason: 'Agreed otherwise', people: NOBODY }, who).decision
  const rejected = committed(given(), reject(ben), NOW)
  expect(settlement(AWAITED, rejected)).toMatchObject({ outcome: 'REJECTED', reason: 'Agreed otherwise' })
  expect(() => reject(ana)).toThrow('another must')
})

it('needs a reason when it is a rejection, and an outcome in any case', () => {
  expect(() => decided(ben, { outcome: 'REJECTED' })).toThrow(
    expect.objectContaining({ details: { errors: [expect.objectContaining({ pointer: '/data/reason' })] } }),
  )
  expect(() => decided(ben, {})).toThrow(expect.objectContaining({ code: 'validation_failed' }))
})

it('is not skipped', () => {
  expect(() => decideSkip(given(), taskId, 'no time', ben)).toThrow(
    expect.objectContaining({ code: 'task.needs_decision' }),
  )
})

it('is asked for once', () => {
  const state = given()
  const again = decideStep(step, state, { now: NOW, denied: [] })
  expect(again).toMatchObject({ decision: { facts: [] }, answer: { settled: false } })
})
