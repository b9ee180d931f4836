import fc from 'fast-check'
import { NOBODY, type People } from '../../../functions/people/domain/calendars'
import type { ShipmentState } from '../../../functions/shipments/store'
import { decideLook, nextLook } from '../../../functions/sops/domain/look'
import { assignment, decideSkip } from '../../../functions/tasks/domain'
import { escalatesAt, escalations, plannedRungs, USUAL_LADDERS } from '../../../functions/tasks/domain/escalation'
import { type Ladder, Rung, type Task, TaskPriority } from '../../../schemas/task'
import { aShipment, ORDERED } from '../../support/shipments'
import { committed } from '../../support/sop-world'

const HOUR = 3600_000
const hoursAfter = (at: string, hours: number) => new Date(Date.parse(at) + hours * HOUR).toISOString()
const DUE = '2026-03-18T08:00:00.000Z'

const people: People = {
  ...NOBODY,
  members: [
    { subject: 'lea', name: 'Lea', roles: ['OPERATIONS'], leads: ['OPERATIONS'], groups: [], absences: [] },
    {
      subject: 'abe',
      name: 'Abe',
      roles: ['OPERATIONS'],
      leads: ['OPERATIONS'],
      groups: [],
      absences: [{ from: '2026-03-01', to: '2026-04-01' }],
    },
  ],
}

function given(more: Partial<Task> = {}, now = ORDERED): ShipmentState {
  const { priority, escalation, dueAt = DUE, ...rest } = more
  const due = { at: dueAt, basis: 'VCO' }
  const step = {
    ...{ key: 'submit-vgm', role: 'OPERATIONS' as const, title: 'Submit the VGM', form: [], due },
    ...(priority ? { priority } : {}),
    ...(escalation ? { escalation } : {}),
  }
  const shipment = aShipment()
  const { task, fact } = assignment(shipment.header.shipmentId, step, now)
  return committed(shipment, { facts: [fact], tasks: [{ ...task, ...rest }] }, now)
}

/** What time brings, looked at at each of these moments. */
function lookedAt(state: ShipmentState, ...moments: string[]): ShipmentState {
  return moments.reduce((it, now) => committed(it, escalations(it, now, people), now), state)
}
const told = (state: ShipmentState) =>
  state.timeline.flatMap((entry) =>
    entry.type === 'task.escalated'
      ? [`${entry.data.action} ${entry.data.to ?? '-'}`]
      : entry.type === 'exception.raised'
        ? [`${entry.type} ${entry.data.stepKey}`]
        : [],
  )

describe('a task that stays undone', () => {
  it('is reminded of when it is due, goes to the lead a day later, and raises an exception after another', () => {
    const state = given({ assignee: 'ana', status: 'ASSIGNED' })
    const reminded = lookedAt(state, DUE)
    expect(told(reminded)).toEqual(['REMIND ana'])
    const led = lookedAt(reminded, hoursAfter(DUE, 24))
    expect(led.tasks[0]).toMatchObject({ assignee: 'lea', status: 'ASSIGNED', escalateAt: hoursAfter(DUE, 48) })
    expect(told(led)).toEqual(['REMIND ana', 'REASSIGN_TO_LEAD lea'])
    const raised = lookedAt(led, hoursAfter(DUE, 48))
    expect(told(raised)).toEqual([
      'REMIND ana',
      'REASSIGN_TO_LEAD lea',
      'RAISE_EXCEPTION OPERATIONS',
      'exception.raised late-submit-vgm',
    ])
    expect(raised.tasks[0]).not.toHaveProperty('escalateAt')
  })

  it('takes no rung twice, however often it is looked at', () => {
    const late = hoursAfter(DUE, 30)
    expect(told(lookedAt(given(), late, late, hoursAfter(DUE, 31)))).toEqual([
      'REMIND OPERATIONS',
      'REASSIGN_TO_LEAD lea',
    ])
  })

  it('takes rungs sooner when it is critical', () => {
    expect(told(lookedAt(given({ priority: 'CRITICAL' }), hoursAfter(DUE, -4)))).toEqual(['REMIND OPERATIONS'])
    expect(told(lookedAt(given({ priority: 'CRITICAL' }), hoursAfter(DUE, 2)))).toHaveLength(4)
  })

  it('that was late when it was made is not reminded of at once, and gives people the time between the rungs', () => {
    const state = given({ dueAt: '2026-01-01T00:00:00.000Z' }, ORDERED)
    expect(escalatesAt(state)).toBe(hoursAfter(ORDERED, 24))
    expect(told(lookedAt(state, hoursAfter(ORDERED, 23)))).toEqual([])
    expect(told(lookedAt(state, hoursAfter(ORDERED, 24)))).toEqual(['REASSIGN_TO_LEAD lea'])
  })

  it('raises nothing beside an exception of its SOP that stands', () => {
    const exception = { stepKey: 'late', severity: 'HIGH' as const, reason: 'x', owner: 'OPERATIONS' as const }
    const state = committed(
      given(),
      { facts: [{ type: 'exception.raised', data: { ...exception, concerns: 'submit-vgm' } }] },
      DUE,
    )
    expect(told(lookedAt(state, hoursAfter(DUE, 48))).filter((it) => it.startsWith('exception'))).toEqual([
      'exception.raised late',
    ])
  })

  it('stays where it is when nobody leads the role, and says so', () => {
    const state = committed(given(), escalations(given(), hoursAfter(DUE, 24), NOBODY), DUE)
    expect(told(state)).toEqual(['REMIND OPERATIONS', 'REASSIGN_TO_LEAD -'])
    expect(state.tasks[0]).not.toHaveProperty('assignee')
  })

  it('may have a ladder of its own, in business hours of the office', () => {
    const escalation: Ladder = [{ action: 'REMIND', businessHours: 4 }]
    // Friday, 15:00 in an office that is taken to be in UTC.
    const state = given({ escalation, dueAt: '2026-03-20T15:00:00.000Z' })
    expect(escalatesAt(state)).toBe('2026-03-23T10:00:00.000Z')
  })

  it('is left alone once it is closed, and what was raised is resolved by the next look', () => {
    const late = hoursAfter(DUE, 48)
    const raised = lookedAt(given(), late)
    const person = { actor: { kind: 'USER' as const, id: 'lea' }, roles: ['OPERATIONS' as const], now: late }
    const closed = committed(
      raised,
      decideSkip(raised, raised.tasks[0]?.taskId ?? '', 'not needed', person).decision,
      late,
    )
    expect(escalations(closed, hoursAfter(late, 99), people).facts).toEqual([])
    expect(decideLook(closed, late).decision.facts).toMatchObject([
      { type: 'exception.resolved', data: { stepKey: 'late-submit-vgm' } },
    ])
  })

  it('has its shipment looked at when the next rung comes due', () => {
    expect(nextLook(given({ dueAt: '2026-03-02T08:00:00.000Z' }), ORDERED)).toBe('2026-03-02T08:00:00.000Z')
  })
})

describe('for every ladder, and however often one looks', () => {
  const rungs = fc.record({
    action: fc.constantFrom(...Rung.shape.action.options),
    offset: fc.integer({ min: -48, max: 96 }).map((hours) => `${hours < 0 ? '-' : ''}PT${Math.abs(hours)}H`),
  })
  const ladders = fc.array(rungs, { minLength: 1, maxLength: 6 })
  const looks = fc
    .array(fc.integer({ min: -60, max: 120 }), { maxLength: 12 })
    .map((hours) => hours.sort((a, b) => a - b))

  it('each rung is taken once, and in the end all of them are', () => {
    fc.assert(
      fc.property(ladders, looks, (escalation, hours) => {
        const state = given({ escalation })
        const end = lookedAt(
          state,
          ...hours.map((it) => hoursAfter(DUE, it)),
          hoursAfter(DUE, 200),
          hoursAfter(DUE, 201),
        )
        const taken = end.timeline.flatMap((entry) => (entry.type === 'task.escalated' ? [entry.data.rung] : []))
        const [task] = state.tasks
        const planned = task ? plannedRungs(task, people).map(({ index }) => index) : []
        return (
          taken.length === new Set(taken).size &&
          [...taken].sort().join() === [...planned].sort().join() &&
          escalatesAt(end) === undefined
        )
      }),
      { numRuns: 100 },
    )
  })

  it('the moment to look again is that of the earliest rung that is left', () => {
    fc.assert(
      fc.property(ladders, looks, (escalation, hours) => {
        const end = lookedAt(given({ escalation }), ...hours.map((it) => hoursAfter(DUE, it)))
        const last = hours.length > 0 ? hoursAfter(DUE, hours.at(-1) ?? 0) : ''
        return (escalatesAt(end) ?? '9999') > last
      }),
      { numRuns: 100 },
    )
  })
})

it('every priority has a usual ladder', () => {
  expect(Object.keys(USUAL_LADDERS)).toEqual(TaskPriority.options)
})
