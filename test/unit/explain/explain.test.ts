import { deciderOf, explain, stateOf } from '../../../functions/explain/domain/explanation'
import { namedBy, subjectOf } from '../../../functions/explain/domain/subject'
import { NOBODY, type People } from '../../../functions/people/domain/calendars'
import type { ShipmentState } from '../../../functions/shipments/store'
import { dueAt } from '../../../functions/sops/domain/anchors'
import { assignment } from '../../../functions/tasks/domain'
import { escalations } from '../../../functions/tasks/domain/escalation'
import { reschedule } from '../../../functions/tasks/domain/reschedule'
import type { Due } from '../../../schemas/due'
import { aShipment, ORDERED, withFacts } from '../../support/shipments'
import { committed, readMachine } from '../../support/sop-world'

const people: People = { ...NOBODY, timeZones: new Map([['NLRTM', 'Europe/Amsterdam']]) }
const definition = readMachine('ocean-export-fcl')

/** Nine days before it sails, a task of the step `submit-vgm`, given to Ben, who had less to do than Ana. */
function given(due: Due = { anchor: 'VCO', businessHours: -4, at: 'ORIGIN' }): ShipmentState {
  const shipment = aShipment({
    legs: [
      { mode: 'VESSEL', from: { unLocode: 'NLRTM' }, to: { unLocode: 'USNYC' }, departure: '2026-03-16T10:00:00.000Z' },
    ],
  })
  const pin = { sopId: 'ocean-export-fcl', versionArn: 'arn:1', version: 7, executionArn: 'arn:e', run: 1 }
  const started = withFacts(shipment, [{ type: 'sop.started', data: pin }], ORDERED)
  const step = {
    ...{ key: 'submit-vgm', role: 'OPERATIONS' as const, title: 'Submit the VGM', form: [] },
    ...{ due: dueAt(due, started, ORDERED, people), assignee: 'ben', loads: { ana: 4, ben: 1 } },
  }
  const { task, fact } = assignment(shipment.header.shipmentId, step, ORDERED)
  return committed(started, { facts: [fact], tasks: [task] }, ORDERED)
}

function why(state: ShipmentState, prefix: string, key: string, viewer?: string) {
  const id = `${prefix}_${state.header.shipmentId.slice(4)}_${key}`
  const subject = subjectOf(namedBy(id), state, viewer)
  return explain(id, subject, { state, people, viewer, decider: deciderOf(subject, state), definition })
}

describe('a task', () => {
  it('is explained by the version that ran then, the loads of all candidates, and who would have got it otherwise', () => {
    const later = withFacts(
      given(),
      [
        {
          type: 'sop.restarted',
          data: {
            from: { sopId: 'ocean-export-fcl', versionArn: 'arn:1', version: 7, executionArn: 'arn:e', run: 1 },
            to: { sopId: 'ocean-export-fcl', versionArn: 'arn:2', version: 8, executionArn: 'arn:e-2', run: 2 },
            ...{ kind: 'MIGRATED', reason: 'a newer one' },
          },
        },
      ],
      '2026-03-02T08:00:00.000Z',
    )
    const { sop, reasons } = why(later, 'tsk', 'submit-vgm')
    expect(sop).toMatchObject({ sopId: 'ocean-export-fcl', version: 7, stepKey: 'submit-vgm' })
    expect(reasons[1]).toMatchObject({
      inputs: { openTasks: { ana: 4, ben: 1 } },
      outcome: 'OPERATIONS, ben',
      otherwise: ['Without ben: ana, who had 4 open'],
    })
  })

  it('tells its date step by step, what was assumed, and what it would be otherwise', () => {
    const date = why(given(), 'tsk', 'submit-vgm').reasons[2]
    expect(date?.inputs).toEqual({
      // Two days before departure: a Saturday.
      anchor: {
        name: 'VCO',
        at: '2026-03-14T10:00:00.000Z',
        source: 'assumed: the shipment names no VCO, a usual lead time stands in',
      },
      businessHours: -4,
      at: 'ORIGIN',
      calendar: { name: 'NLRTM', assumed: true, timeZone: 'Europe/Amsterdam' },
      computed: '2026-03-13T12:00:00.000Z',
    })
    expect(date?.otherwise).toEqual([
      'In elapsed hours it would be due at 2026-03-14T06:00:00.000Z',
      'A business calendar of the tenant for the place would take the place of the usual hours',
      'A VCO named in the shipment would move it',
    ])
  })

  it('tells how the date moved with the plan, and of a plan that has moved without it', () => {
    const state = given({ anchor: 'ETD', offset: '-P1D' })
    const sails: ShipmentState = { ...state, header: { ...state.header, departure: '2026-03-20T10:00:00.000Z' } }
    expect(why(sails, 'tsk', 'submit-vgm').reasons[2]?.otherwise).toEqual([
      'Computed anew from today’s plan and calendars it would be due at 2026-03-19T10:00:00.000Z',
    ])
    const moved = committed(sails, reschedule(sails, people), '2026-03-05T08:00:00.000Z')
    expect(why(moved, 'tsk', 'submit-vgm').reasons[2]).toMatchObject({
      inputs: { changes: [{ from: '2026-03-15T10:00:00.000Z', to: '2026-03-19T10:00:00.000Z', basis: 'ETD -P1D' }] },
      otherwise: [],
    })
  })

  it('tells which rungs of its ladder were taken, and the exception at its end why it stands', () => {
    const late = committed(
      given(),
      escalations(given(), '2026-03-20T00:00:00.000Z', people),
      '2026-03-20T00:00:00.000Z',
    )
    const next = why(late, 'tsk', 'submit-vgm').reasons[3]
    expect(next).toMatchObject({ rule: 'The usual ladder of priority NORMAL' })
    expect(next?.inputs.ladder).toMatchObject([{ taken: true }, { taken: true }, { taken: true }])
    const exception = why(late, 'exc', 'late-submit-vgm')
    expect(exception.sop).toBeUndefined()
    expect(exception.reasons[0]).toMatchObject({
      rule: 'The last rung of the ladder of a task that stayed undone',
      otherwise: ['Had submit-vgm been settled by then, nothing would have been raised'],
    })
    const resolved = withFacts(
      late,
      [{ type: 'exception.resolved', data: { stepKey: 'late-submit-vgm', reason: 'submit-vgm was settled' } }],
      '2026-03-21T00:00:00.000Z',
    )
    expect(why(resolved, 'exc', 'late-submit-vgm').reasons[1]).toMatchObject({ outcome: 'Resolved' })
  })
})

describe('a step of a sub-process', () => {
  it('is explained by the SOP that the sub-process runs', () => {
    const run = { sopId: 'customs-hold', versionArn: 'arn:3', version: 3, executionArn: 'arn:e', run: 1 }
    const started = withFacts(given(), [{ type: 'subprocess.started', data: { ...run, stepKey: 'hold' } }], ORDERED)
    const due = { at: ORDERED, basis: 'STEP' }
    const step = { key: 'hold--file-papers', role: 'CUSTOMS' as const, title: 'File papers', form: [], due }
    const { task, fact } = assignment(started.header.shipmentId, step, ORDERED)
    const state = committed(started, { facts: [fact], tasks: [task] }, ORDERED)
    expect(why(state, 'tsk', 'hold--file-papers').sop).toEqual({
      ...{ sopId: 'customs-hold', version: 3, stepKey: 'file-papers' },
    })
  })
})

describe('a notice', () => {
  it('is explained by its audience, and by who would have got it', () => {
    const data = { stepKey: 'pre-alert', audience: ['CZ', 'CN'], template: 'pre-alert', message: 'It sails' }
    const state = withFacts(given(), [{ type: 'notification.sent', data }], ORDERED)
    expect(why(state, 'ntc', 'pre-alert').reasons[0]).toMatchObject({
      inputs: { parties: [{ function: 'CZ', name: 'Acme BV' }] },
      outcome: 'It sails',
      otherwise: ['A party that acts as CN would have got it, too'],
    })
    expect(why(state, 'ntc', 'pre-alert', 'ACME').sop).toBeUndefined()
    expect(() => why(state, 'ntc', 'pre-alert', 'OTHER')).toThrow('No such decision')
  })
})

describe('an entry', () => {
  it('leads to what it tells of', () => {
    const state = given()
    expect(why(state, 'evt', '3')).toMatchObject({ kind: 'TASK', summary: 'Submit the VGM: ASSIGNED' })
    expect(why(state, 'evt', '1')).toMatchObject({ kind: 'ENTRY', summary: 'shipment.created by test' })
    expect(() => why(state, 'evt', '2', 'ACME')).toThrow('No such decision')
  })
})

it('every step of the definition is found by its key, without what an execution fills in', () => {
  const found = stateOf(definition, 'submit-vgm')
  expect(found?.step).toMatchObject({ step: 'assignTask', key: 'submit-vgm', role: expect.any(String) })
  expect(Object.keys(found?.step ?? {})).not.toEqual(expect.arrayContaining(['tenantId']))
  expect(stateOf(definition, 'nothing')).toBeUndefined()
})
