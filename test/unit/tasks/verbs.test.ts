/** Whatever people do with a task, in whatever order, and whatever the clock brings in between. */
import fc from 'fast-check'
import { NOBODY, type People } from '../../../functions/people/domain/calendars'
import { AppError } from '../../../functions/platform/errors'
import type { ShipmentState } from '../../../functions/shipments/store'
import {
  assignment,
  type Caller,
  type Decided,
  decideClaim,
  decideComplete,
  decideReassign,
  decideRelease,
  decideSkip,
  TRANSITIONS,
} from '../../../functions/tasks/domain'
import { decideDelegate, decideReject } from '../../../functions/tasks/domain/delegation'
import { escalations } from '../../../functions/tasks/domain/escalation'
import type { Role } from '../../../schemas/role'
import { OPEN_TASK_STATUSES, type Task, type TaskStatus } from '../../../schemas/task'
import { aShipment, ORDERED } from '../../support/shipments'
import { committed } from '../../support/sop-world'

const HOUR = 3600_000
const SUBJECTS = ['ana', 'ben', 'carl', 'eve'] as const
const people: People = {
  ...NOBODY,
  members: [{ subject: 'carl', name: 'Carl', roles: ['OPERATIONS'], leads: ['OPERATIONS'], groups: [], absences: [] }],
}

type Verb = (state: ShipmentState, taskId: string, caller: Caller, other: string) => Decided
const VERBS: Record<string, Verb> = {
  claim: (state, taskId, caller) => decideClaim(state, taskId, caller),
  release: (state, taskId, caller) => decideRelease(state, taskId, caller),
  reassign: (state, taskId, caller, other) =>
    decideReassign(state, taskId, { assignee: other, reason: 'leave' }, caller),
  'to the role': (state, taskId, caller) =>
    decideReassign(state, taskId, { role: 'OPERATIONS', reason: 'back' }, caller),
  delegate: (state, taskId, caller, to) =>
    decideDelegate(state, taskId, { to, reason: 'leave', member: undefined }, caller),
  reject: (state, taskId, caller) => decideReject(state, taskId, { reason: 'not ours', people }, caller),
  skip: (state, taskId, caller) => decideSkip(state, taskId, 'not needed', caller),
  complete: (state, taskId, caller) => decideComplete(state, taskId, {}, caller),
}

const acts = fc.record({
  verb: fc.constantFrom(...Object.keys(VERBS)),
  by: fc.constantFrom(...SUBJECTS),
  other: fc.constantFrom(...SUBJECTS),
  /** Hours that pass before it. */
  after: fc.integer({ min: 0, max: 30 }),
})

const stories = fc.record({
  rejectable: fc.boolean(),
  acts: fc.array(acts, { maxLength: 25 }),
})

function begin(rejectable: boolean): ShipmentState {
  const shipment = aShipment()
  const due = { at: new Date(Date.parse(ORDERED) + 24 * HOUR).toISOString(), basis: 'x' }
  const step = { key: 'do-it', role: 'OPERATIONS' as const, title: 'Do it', form: [], due, rejectable }
  const { task, fact } = assignment(shipment.header.shipmentId, step, ORDERED)
  return committed(shipment, { facts: [fact], tasks: [task] }, ORDERED)
}

const taskOf = (state: ShipmentState): Task => {
  const [task] = state.tasks
  if (!task) throw new Error('The task is gone')
  return task
}

/** Every state that the task passes through. */
function lived({
  rejectable,
  acts,
}: {
  rejectable: boolean
  acts: { verb: string; by: string; other: string; after: number }[]
}) {
  let state = begin(rejectable)
  let now = Date.parse(ORDERED)
  const passed = [taskOf(state)]
  const commit = (decision: Decided['decision'], at: string) => {
    state = committed(state, decision, at)
    passed.push(taskOf(state))
  }
  for (const { verb, by, other, after } of acts) {
    now += after * HOUR
    const at = new Date(now).toISOString()
    commit(escalations(state, at, people), at)
    const roles: Role[] = by === 'eve' ? ['TENANT_ADMIN'] : ['OPERATIONS']
    try {
      const caller = { actor: { kind: 'USER' as const, id: by }, roles, now: at }
      const decided = VERBS[verb]?.(state, taskOf(state).taskId, caller, other)
      if (decided) commit(decided.decision, at)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
    }
  }
  return { passed, state }
}

const always = (law: (story: ReturnType<typeof lived>) => boolean) =>
  fc.assert(
    fc.property(stories, (story) => law(lived(story))),
    { numRuns: 300 },
  )

describe('whatever is done with a task', () => {
  it('it passes only from states to states that they lead to', () =>
    always(({ passed }) =>
      passed.every((task, index) => {
        const before = passed[index - 1]
        const allowed: readonly TaskStatus[] = before ? TRANSITIONS[before.status] : ['CREATED']
        return task.status === before?.status || allowed.includes(task.status)
      }),
    ))

  it('somebody has it just when it was given to or taken up by somebody', () =>
    always(({ passed }) =>
      passed.every(({ status, assignee }) =>
        status === 'CREATED'
          ? assignee === undefined
          : !['ASSIGNED', 'IN_PROGRESS'].includes(status) || assignee !== undefined,
      ),
    ))

  it('who delegated it is another than who has it', () =>
    always(({ passed }) =>
      passed.every(
        ({ assignee, delegatedBy }) =>
          delegatedBy === undefined || (assignee !== undefined && assignee !== delegatedBy),
      ),
    ))

  it('once closed it stays as it is', () =>
    always(({ passed }) => {
      const end = passed.find(({ status }) => !OPEN_TASK_STATUSES.includes(status))
      return end === undefined || JSON.stringify(end) === JSON.stringify(passed.at(-1))
    }))

  it('it is rejected for good only where the SOP has a way on, and every rung is taken once', () =>
    always(({ passed, state }) => {
      const rungs = state.timeline.flatMap((entry) => (entry.type === 'task.escalated' ? [entry.data.rung] : []))
      const closed = passed.at(-1)
      return (closed?.status !== 'REJECTED' || closed.rejectable === true) && new Set(rungs).size === rungs.length
    }))
})
