import fc from 'fast-check'
import { NOBODY, type People } from '../../../functions/people/domain/calendars'
import { AppError } from '../../../functions/platform/errors'
import type { ShipmentState } from '../../../functions/shipments/store'
import { settlement } from '../../../functions/sops/domain/waits'
import { assignment, decideClaim, decideComplete, decideRelease, taskIdOf } from '../../../functions/tasks/domain'
import {
  commentsOn,
  decideComment,
  decideCreate,
  decideDelegate,
  decideReject,
} from '../../../functions/tasks/domain/delegation'
import { eligible, leastLoaded } from '../../../functions/tasks/domain/load'
import { countsBusinessHours, reschedule } from '../../../functions/tasks/domain/reschedule'
import type { Member } from '../../../schemas/people'
import type { Role } from '../../../schemas/role'
import type { Task } from '../../../schemas/task'
import { CreateTask } from '../../../schemas/task-request'
import { aShipment, ORDERED } from '../../support/shipments'
import { committed } from '../../support/sop-world'

const NOW = '2026-03-02T08:00:00.000Z'
const person = (id: string, ...roles: Role[]) => ({ actor: { kind: 'USER' as const, id }, roles, now: NOW })
const ana = person('ana', 'OPERATIONS')
const ben = person('ben', 'OPERATIONS')
const member = (subject: string, more: Partial<Member> = {}): Member => ({
  ...{ subject, name: subject, roles: ['OPERATIONS'], leads: [], groups: [], absences: [] },
  ...more,
})
const led: People = { ...NOBODY, members: [member('lea', { leads: ['OPERATIONS'] })] }

const shipment = aShipment()
const TASK_ID = taskIdOf(shipment.header.shipmentId, 'submit-vgm')
function given(change: Partial<Task> = {}): ShipmentState {
  const due = { at: '2026-03-18T08:00:00.000Z', basis: 'VCO' }
  const step = { key: 'submit-vgm', role: 'OPERATIONS' as const, title: 'VGM', form: [], due }
  const { task, fact } = assignment(shipment.header.shipmentId, step, ORDERED)
  return committed(shipment, { facts: [fact], tasks: [{ ...task, ...change }] }, ORDERED)
}
const codeOf = (work: () => unknown) => {
  try {
    work()
  } catch (error) {
    if (error instanceof AppError) return error.code
    throw error
  }
  return undefined
}
const delegate = (state: ShipmentState, to: string, by = ana, known?: Member) =>
  decideDelegate(state, TASK_ID, { to, reason: 'on leave', member: known }, by)

describe('delegating', () => {
  const delegated = () =>
    committed(given(), delegate(given({ status: 'IN_PROGRESS', assignee: 'ana' }), 'ben').decision, NOW)

  it('lets another do it, while who delegated it keeps answering for it', () => {
    const { answer, decision } = delegate(given({ status: 'IN_PROGRESS', assignee: 'ana' }), 'ben')
    expect(answer).toMatchObject({ status: 'ASSIGNED', assignee: 'ben', delegatedBy: 'ana' })
    expect(decision.facts).toMatchObject([{ type: 'task.delegated', data: { from: 'ana', to: 'ben' } }])
    expect(decideComplete(delegated(), TASK_ID, {}, ben).answer).toMatchObject({
      status: 'COMPLETED',
      delegatedBy: 'ana',
    })
  })
  it('can be handed back, and taken back', () => {
    const handed = decideRelease(delegated(), TASK_ID, ben).answer
    expect(handed).toMatchObject({ status: 'ASSIGNED', assignee: 'ana' })
    expect(handed).not.toHaveProperty('delegatedBy')
    const taken = decideClaim(delegated(), TASK_ID, ana).answer
    expect(taken).toMatchObject({ status: 'IN_PROGRESS', assignee: 'ana' })
    expect(taken).not.toHaveProperty('delegatedBy')
    expect(decideClaim(delegated(), TASK_ID, ben).answer).toMatchObject({ assignee: 'ben', delegatedBy: 'ana' })
  })
  it('on and on leaves the first in charge', () => {
    const further = delegate(delegated(), 'carl', ben).answer
    expect(further).toMatchObject({ assignee: 'carl', delegatedBy: 'ana' })
  })
  it('is refused to oneself, to who does other work, and of what another has', () => {
    expect(codeOf(() => delegate(given({ status: 'IN_PROGRESS', assignee: 'ana' }), 'ana'))).toBe('task.own')
    expect(codeOf(() => delegate(delegated(), 'ana', ben))).toBe('task.own')
    expect(codeOf(() => delegate(given(), 'fin', ana, member('fin', { roles: ['FINANCE'] })))).toBe(
      'task.assignee_other_role',
    )
    expect(codeOf(() => delegate(given({ status: 'IN_PROGRESS', assignee: 'ana' }), 'carl', ben))).toBe('task.taken')
  })
})

describe('rejecting', () => {
  const reject = (state: ShipmentState, people = NOBODY, by = ana) =>
    decideReject(state, TASK_ID, { reason: 'The weights are not ours to give', people }, by)

  it('closes a task for whose rejection the SOP has a way, which then goes on with the reason', () => {
    const { decision, answer } = reject(given({ rejectable: true }))
    expect(answer).toMatchObject({ status: 'REJECTED', closedAt: NOW })
    const state = committed(given({ rejectable: true }), decision, NOW)
    expect(settlement({ kind: 'task', taskKey: 'submit-vgm' }, state)).toEqual({
      taskId: TASK_ID,
      status: 'REJECTED',
      reason: 'The weights are not ours to give',
    })
  })

  it('of any other blocks it, for the lead to decide, and raises an exception once', () => {
    const { decision, answer } = reject(given(), led)
    expect(answer).toMatchObject({ status: 'BLOCKED', assignee: 'lea' })
    expect(decision.facts.map(({ type }) => type)).toEqual(['task.rejected', 'exception.raised'])
    const state = committed(given(), decision, NOW)
    expect(settlement({ kind: 'task', taskKey: 'submit-vgm' }, state)).toBeUndefined()
    const lea = person('lea', 'OPERATIONS')
    expect(codeOf(() => decideComplete(state, TASK_ID, {}, lea))).toBe('task.not_now')
    const claimed = committed(state, decideClaim(state, TASK_ID, lea).decision, NOW)
    expect(reject(claimed, led, lea).decision.facts.map(({ type }) => type)).toEqual(['task.rejected'])
    expect(decideComplete(claimed, TASK_ID, {}, lea).answer.status).toBe('COMPLETED')
  })

  it('is refused of a blocked task, and of what another has', () => {
    expect(codeOf(() => reject(given({ status: 'BLOCKED' })))).toBe('task.not_now')
    expect(codeOf(() => reject(given({ status: 'IN_PROGRESS', assignee: 'ana' }), NOBODY, ben))).toBe('task.taken')
  })
})

describe('candidates', () => {
  const state = given({ candidates: { users: ['ana'], groups: ['reefer-desk'] } })
  it('and the lead alone may take a task up, and whoever was named for it', () => {
    expect(codeOf(() => decideClaim(state, TASK_ID, ben))).toBe('task.not_candidate')
    expect(codeOf(() => decideComplete(state, TASK_ID, {}, ben))).toBe('task.not_candidate')
    expect(decideClaim(state, TASK_ID, ana).answer.assignee).toBe('ana')
    for (const more of [{ groups: ['reefer-desk'] }, { leads: ['OPERATIONS' as const] }])
      expect(decideClaim(state, TASK_ID, { ...ben, member: member('ben', more) }).answer.assignee).toBe('ben')
    const named = given({ candidates: { users: ['ana'] }, status: 'ASSIGNED', assignee: 'ben' })
    expect(decideClaim(named, TASK_ID, ben).answer.status).toBe('IN_PROGRESS')
  })
})

describe('the one with the least to do', () => {
  const people: People = {
    ...NOBODY,
    members: [
      member('ana'),
      member('ben', { groups: ['reefer-desk'] }),
      member('carl', { absences: [{ from: '2026-03-01', to: '2026-03-05' }] }),
      member('fin', { roles: ['FINANCE'] }),
    ],
  }
  it('is sought among members with the role who are there, or the candidates among them', () => {
    const among = (candidates?: Task['candidates']) => eligible(people, { role: 'OPERATIONS', candidates }, NOW)
    expect(among()).toEqual(['ana', 'ben'])
    expect(among({ groups: ['reefer-desk'] })).toEqual(['ben'])
    expect(among({ users: ['carl', 'dora', 'fin'] })).toEqual(['dora'])
  })
  it('has the fewest open tasks', () => {
    expect(
      leastLoaded(
        ['ana', 'ben'],
        new Map([
          ['ana', 3],
          ['ben', 2],
        ]),
        'tsk_1',
      ),
    ).toBe('ben')
    expect(leastLoaded([], new Map(), 'tsk_1')).toBeUndefined()
    expect(leastLoaded(['constructor', 'ben'], new Map([['ben', 1]]), 'tsk_1')).toBe('constructor')
  })
  it('is the same whoever asks and in whatever order, and among equals not always the same person', () => {
    const subjects = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(subjects, fc.dictionary(fc.string(), fc.nat(5)), fc.string(), (all, counted, taskId) => {
        const loads = new Map(Object.entries(counted))
        const chosen = leastLoaded(all, loads, taskId)
        const least = Math.min(...all.map((subject) => loads.get(subject) ?? 0))
        return chosen === leastLoaded([...all].reverse(), loads, taskId) && (loads.get(chosen ?? '') ?? 0) === least
      }),
    )
    const chosen = new Set(
      Array.from({ length: 40 }, (_, n) => leastLoaded(['ana', 'ben', 'carl'], new Map(), `tsk_${n}`)),
    )
    expect([...chosen].sort()).toEqual(['ana', 'ben', 'carl'])
  })
})

describe('a task that a person makes', () => {
  const create = (more: object, state = shipment) =>
    decideCreate(
      state,
      CreateTask.parse({ role: 'FINANCE', title: 'Call the bank', dueAt: '2026-03-05T12:00:00Z', ...more }),
      { id: '01hq', now: NOW, people: NOBODY, member: undefined },
    )
  it('stands in the inbox of its role, and nothing waits for it', () => {
    const { answer, decision } = create({ priority: 'HIGH' })
    expect(answer).toMatchObject({ stepKey: 'adhoc-01hq', status: 'CREATED', dueBasis: 'named', priority: 'HIGH' })
    expect(committed(shipment, decision, NOW).waits).toEqual([])
  })
  it('may be for one person, and due relative to the plan', () => {
    const { answer } = create({ assignee: 'fin', dueAt: undefined, due: { anchor: 'STEP', offset: 'P1D' } })
    expect(answer).toMatchObject({ status: 'ASSIGNED', assignee: 'fin', dueAt: '2026-03-03T08:00:00.000Z' })
  })
  it('can be rejected, and is made for no shipment that has ended', () => {
    const state = committed(shipment, create({}).decision, NOW)
    const fin = person('fin', 'FINANCE')
    const taskId = state.tasks[0]?.taskId ?? ''
    expect(decideReject(state, taskId, { reason: 'not ours', people: NOBODY }, fin).answer.status).toBe('REJECTED')
    const cancelled: ShipmentState = { ...shipment, header: { ...shipment.header, status: 'CANCELLED' } }
    expect(codeOf(() => create({}, cancelled))).toBe('shipment.ended')
  })
  it('has one due date', () => {
    for (const dues of [{}, { dueAt: '2026-03-05T12:00:00Z', due: { anchor: 'ETD' } }])
      expect(CreateTask.safeParse({ role: 'FINANCE', title: 'x', ...dues }).success).toBe(false)
  })
})

describe('comments', () => {
  it('are kept in order, also on closed tasks, and are for the role', () => {
    const state = given({ status: 'COMPLETED' })
    const once = committed(state, decideComment(state, TASK_ID, 'Sent on Monday', ana).decision, NOW)
    const twice = committed(once, decideComment(once, TASK_ID, 'Confirmed', ben).decision, NOW)
    expect(commentsOn(twice, TASK_ID).map(({ text }) => text)).toEqual(['Sent on Monday', 'Confirmed'])
    expect(codeOf(() => decideComment(state, TASK_ID, 'x', person('fin', 'FINANCE')))).toBe('task.other_role')
  })
})

describe('a changed plan', () => {
  const due = { anchor: 'ETD' as const, offset: '-P1D' }
  it('needs calendars where a due date or a ladder counts business hours', () => {
    const counts = (change: Partial<Task>) => countsBusinessHours(given(change))
    expect([counts({}), counts({ due }), counts({ due: { ...due, businessHours: 2 } })]).toEqual([false, false, true])
    expect(counts({ due, escalation: [{ action: 'REMIND', businessHours: 4 }] })).toBe(true)
    expect(counts({ due: { ...due, businessHours: 2 }, status: 'COMPLETED' })).toBe(false)
  })
  it('moves due dates of open tasks that follow it, with the ladder, and no others', () => {
    const follows = given({ due, dueAt: '2026-03-17T08:00:00.000Z' })
    const planned = { ...follows, header: { ...follows.header, departure: '2026-03-25T08:00:00.000Z' } }
    const { facts, tasks } = reschedule(planned, NOBODY)
    expect(facts).toMatchObject([
      { type: 'task.rescheduled', data: { from: '2026-03-17T08:00:00.000Z', to: '2026-03-24T08:00:00.000Z' } },
    ])
    expect(tasks).toMatchObject([{ dueBasis: 'ETD -P1D', escalateAt: '2026-03-24T08:00:00.000Z' }])
    expect(reschedule(committed(planned, { facts, tasks }, NOW), NOBODY).facts).toEqual([])
    expect(reschedule(given(), NOBODY).facts).toEqual([])
    const done = given({ due, status: 'COMPLETED', dueAt: '2026-03-17T08:00:00.000Z' })
    expect(reschedule({ ...planned, tasks: done.tasks }, NOBODY).facts).toEqual([])
  })
})
