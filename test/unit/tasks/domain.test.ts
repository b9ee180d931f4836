import { AppError } from '../../../functions/platform/errors'
import type { ShipmentState } from '../../../functions/shipments/store'
import {
  assignment,
  decideClaim,
  decideComplete,
  decideReassign,
  decideRelease,
  decideSkip,
  maySee,
  partsOf,
  TRANSITIONS,
  taskIdOf,
} from '../../../functions/tasks/domain'
import type { InternalRole, Role } from '../../../schemas/role'
import { OPEN_TASK_STATUSES, type Task, TaskStatus } from '../../../schemas/task'
import { aShipment, ORDERED } from '../../support/shipments'
import { committed } from '../../support/sop-world'

const NOW = '2026-03-02T08:00:00.000Z'
const person = (id: string, ...roles: Role[]) => ({ actor: { kind: 'USER' as const, id }, roles, now: NOW })
const ana = person('ana', 'OPERATIONS')
const ben = person('ben', 'OPERATIONS')
const admin = person('eve', 'TENANT_ADMIN')
const finance = person('fin', 'FINANCE')

const shipment = aShipment()
const TASK_ID = taskIdOf(shipment.header.shipmentId, 'submit-vgm')

function given(change: Partial<Task> = {}): ShipmentState {
  const due = { at: '2026-03-18T08:00:00.000Z', basis: 'VCO' }
  const form: Task['form'] = [
    { name: 'verifiedGrossMass', label: 'kg', type: 'number', required: true },
    { name: 'method', label: 'Method', type: 'choice', options: ['SM1', 'SM2'], required: true },
    { name: 'occurredAt', label: 'When', type: 'instant', required: false },
  ]
  const step = {
    key: 'submit-vgm',
    role: 'OPERATIONS' as InternalRole,
    title: 'VGM',
    form,
    due,
    records: 'VGM_SUBMITTED' as const,
  }
  const { task, fact } = assignment(shipment.header.shipmentId, step, ORDERED)
  return committed(shipment, { facts: [fact], tasks: [{ ...task, ...change }] }, ORDERED)
}
const DATA = { verifiedGrossMass: 21_400, method: 'SM1' }

const codeOf = (work: () => unknown) => {
  try {
    work()
  } catch (error) {
    if (error instanceof AppError) return error.code
    throw error
  }
  return undefined
}

describe('the states of a task', () => {
  it('lead only to known states, from which all are reached, and the closed ones lead nowhere', () => {
    const reached = new Set<TaskStatus>(['CREATED'])
    for (const from of reached) for (const to of TRANSITIONS[from]) reached.add(to)
    expect([...reached].sort()).toEqual([...TaskStatus.options].sort())
    const ends = TaskStatus.options.filter((status) => TRANSITIONS[status].length === 0)
    expect(ends).toEqual(TaskStatus.options.filter((status) => !OPEN_TASK_STATUSES.includes(status)))
  })

  it('have ids that lead back to shipment and step', () => {
    expect(partsOf(TASK_ID)).toEqual({ shipmentId: shipment.header.shipmentId, stepKey: 'submit-vgm' })
  })
})

describe('claiming', () => {
  it('takes the task up', () => {
    const { decision, answer } = decideClaim(given(), TASK_ID, ana)
    expect(answer).toMatchObject({ status: 'IN_PROGRESS', assignee: 'ana' })
    expect(decision.facts).toMatchObject([{ type: 'task.claimed', data: { assignee: 'ana' } }])
  })
  it('again by the same person changes nothing', () => {
    const state = given({ status: 'IN_PROGRESS', assignee: 'ana' })
    expect(decideClaim(state, TASK_ID, ana).decision.facts).toEqual([])
  })
  it('takes nothing from another, unless an admin does', () => {
    const state = given({ status: 'IN_PROGRESS', assignee: 'ana' })
    expect(codeOf(() => decideClaim(state, TASK_ID, ben))).toBe('task.taken')
    expect(codeOf(() => decideClaim(given({ status: 'ASSIGNED', assignee: 'ana' }), TASK_ID, ben))).toBe('task.taken')
  })
})

describe('every command', () => {
  const commands = {
    claim: (state: ShipmentState, caller: typeof ana) => decideClaim(state, TASK_ID, caller),
    release: (state: ShipmentState, caller: typeof ana) => decideRelease(state, TASK_ID, caller),
    reassign: (state: ShipmentState, caller: typeof ana) =>
      decideReassign(state, TASK_ID, { assignee: 'ben', reason: 'leave' }, caller),
    complete: (state: ShipmentState, caller: typeof ana) => decideComplete(state, TASK_ID, DATA, caller),
    skip: (state: ShipmentState, caller: typeof ana) => decideSkip(state, TASK_ID, 'not needed', caller),
  }
  it.each(Object.entries(commands))(
    '%s is refused to other roles, of closed tasks and of unknown ones',
    (_, command) => {
      expect(codeOf(() => command(given(), finance))).toBe('task.other_role')
      for (const status of ['COMPLETED', 'SKIPPED', 'REJECTED', 'CANCELLED'] as const)
        expect(codeOf(() => command(given({ status }), ana))).toBe('task.closed')
      expect(codeOf(() => command(shipment, ana))).toBe('task.not_found')
      expect(codeOf(() => command(given(), admin))).toBeUndefined()
    },
  )
})

describe('releasing', () => {
  it('puts the task back into the inbox', () => {
    const { decision, answer } = decideRelease(given({ status: 'IN_PROGRESS', assignee: 'ana' }), TASK_ID, ana)
    expect(answer).toMatchObject({ status: 'CREATED' })
    expect(answer).not.toHaveProperty('assignee')
    expect(decision.facts).toMatchObject([{ type: 'task.reassigned', data: { from: 'ana', to: 'OPERATIONS' } }])
  })
  it('of a free task changes nothing', () => {
    expect(decideRelease(given(), TASK_ID, ana).decision.facts).toEqual([])
  })
})

describe('reassigning', () => {
  it('names a person', () => {
    const { answer } = decideReassign(given(), TASK_ID, { assignee: 'ben', reason: 'leave' }, ana)
    expect(answer).toMatchObject({ status: 'ASSIGNED', assignee: 'ben', role: 'OPERATIONS', reason: 'leave' })
  })
  it('moves it to another role, free for all of it', () => {
    const state = given({ status: 'IN_PROGRESS', assignee: 'ana' })
    const { decision, answer } = decideReassign(state, TASK_ID, { role: 'CUSTOMS', reason: 'theirs' }, ana)
    expect(answer).toMatchObject({ status: 'CREATED', role: 'CUSTOMS' })
    expect(answer).not.toHaveProperty('assignee')
    expect(decision.facts).toMatchObject([{ data: { role: 'CUSTOMS', from: 'ana', to: 'CUSTOMS' } }])
  })
})

describe('completing', () => {
  it('keeps the data and records the milestone in the same decision', () => {
    const { decision, answer } = decideComplete(given(), TASK_ID, DATA, ana)
    expect(answer).toMatchObject({ status: 'COMPLETED', closedAt: NOW, result: DATA })
    expect(decision.facts.map(({ type }) => type)).toEqual(['task.completed', 'event.recorded', 'milestone.recorded'])
    expect(decision.header).toEqual({ status: 'IN_PROGRESS' })
  })
  it('records it at the time that the form gives', () => {
    const data = { ...DATA, occurredAt: '2026-03-01T10:00:00+02:00' }
    const { decision } = decideComplete(given(), TASK_ID, data, ana)
    expect(decision.facts.at(-1)).toMatchObject({ occurredAt: '2026-03-01T08:00:00.000Z' })
    expect(codeOf(() => decideComplete(given(), TASK_ID, { ...DATA, occurredAt: '2026-04-01T00:00:00Z' }, ana))).toBe(
      'validation_failed',
    )
  })
  it('is refused to others than the one who has it, but not to an admin', () => {
    const state = given({ status: 'IN_PROGRESS', assignee: 'ana' })
    expect(codeOf(() => decideComplete(state, TASK_ID, DATA, ben))).toBe('task.taken')
    expect(decideComplete(state, TASK_ID, DATA, admin).answer.status).toBe('COMPLETED')
  })
  it('names every field that is wrong, missing or unknown', () => {
    try {
      decideComplete(given(), TASK_ID, { verifiedGrossMass: 'heavy', method: 'SM3', colour: 'red' }, ana)
      throw new Error('was not refused')
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      expect(error.details.errors?.map(({ pointer }) => pointer).sort()).toEqual([
        '/data/colour',
        '/data/method',
        '/data/verifiedGrossMass',
      ])
    }
    expect(codeOf(() => decideComplete(given(), TASK_ID, {}, ana))).toBe('validation_failed')
  })
})

describe('skipping', () => {
  it('closes the task with its reason, and records no milestone', () => {
    const { decision, answer } = decideSkip(given(), TASK_ID, 'The shipper files it', ana)
    expect(answer).toMatchObject({ status: 'SKIPPED', reason: 'The shipper files it', closedAt: NOW })
    expect(decision.facts.map(({ type }) => type)).toEqual(['task.skipped'])
  })
})

describe('seeing', () => {
  it("is for the task's role, admins and auditors", () => {
    const may = (role: Role) => maySee({ roles: [role] }, 'OPERATIONS')
    expect([may('OPERATIONS'), may('TENANT_ADMIN'), may('AUDITOR'), may('FINANCE')]).toEqual([true, true, true, false])
  })
})
