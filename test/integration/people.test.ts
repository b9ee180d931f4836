/** Escalation and choice of people on the real table: the clock's door, twice at once, and the count of open work. */

import { handlers as peopleHandlers } from '../../functions/people/handlers'
import { rolesHeld } from '../../functions/people/store'
import { type Context, timestamp } from '../../functions/platform/context'
import { noteTenant } from '../../functions/platform/tenants'
import { loadShipment } from '../../functions/shipments/store'
import { takeStep } from '../../functions/sops/tasks'
import { lookAround } from '../../functions/sops/timer'
import { countOpenWork } from '../../functions/tasks/store'
import { PutMember } from '../../schemas/people'
import type { Task } from '../../schemas/task'
import { aContext, createInTable } from '../support/shipments'
import { sopServices } from '../support/sop-services'

const { table } = sopServices()

let tenants = 0
const aTenant = async (): Promise<Context> => {
  tenants += 1
  const context = aContext({ tenantId: `people-${tenants}`, now: timestamp(), roles: ['TENANT_ADMIN'] })
  await noteTenant(context)
  return context
}
const putMember = (context: Context, subject: string, more: object = {}) =>
  peopleHandlers.putMember(context, {
    params: { subject },
    body: PutMember.parse({ name: subject, roles: ['OPERATIONS'], ...more }),
    query: undefined,
    ifMatch: undefined,
    idempotencyKey: undefined,
    text: '',
    raw: undefined,
  })
const assign = async (context: Context, shipmentId: string, more: object = {}): Promise<Task | undefined> => {
  const step = { step: 'assignTask', key: 'do-it', role: 'OPERATIONS', title: 'Do it', token: 't' }
  await takeStep({ ...step, tenantId: context.tenantId, shipmentId, due: { anchor: 'STEP' }, ...more }, 'r')
  return (await loadShipment(context, shipmentId)).tasks[0]
}
const look = () => lookAround('request', () => 60_000)
const escalatedIn = async (context: Context, shipmentId: string) =>
  (await loadShipment(context, shipmentId)).timeline.flatMap((entry) =>
    entry.type === 'task.escalated' ? [`${entry.data.action} ${entry.data.to}`] : [],
  )

describe('escalation', () => {
  const escalation = [
    { action: 'REASSIGN_TO_LEAD', offset: 'PT0M' },
    { action: 'RAISE_EXCEPTION', offset: 'PT0M' },
    { action: 'REMIND', offset: 'P1D' },
  ]

  it('comes with the clock, once, however many look at the same time and again', async () => {
    const context = await aTenant()
    await putMember(context, 'lea', { leads: ['OPERATIONS'] })
    const shipmentId = await createInTable(context)
    const task = await assign(context, shipmentId, { escalation, due: { anchor: 'STEP', offset: '-P3D' } })
    await Promise.all([look(), look()])
    await look()
    expect(await escalatedIn(context, shipmentId)).toEqual(['REASSIGN_TO_LEAD lea', 'RAISE_EXCEPTION OPERATIONS'])
    const state = await loadShipment(context, shipmentId)
    const left = new Date(Date.parse(task?.createdAt ?? '') + 24 * 3600_000).toISOString()
    expect(state.tasks[0]).toMatchObject({ assignee: 'lea', status: 'ASSIGNED', escalateAt: left })
    expect(state.wakeAt).toBe(left)
  })
})

describe('the one with the least to do', () => {
  it('gets a task, by what stands in the inboxes of all roles that candidates have', async () => {
    const context = await aTenant()
    await putMember(context, 'ana')
    await putMember(context, 'ben', { roles: ['OPERATIONS', 'CUSTOMS'] })
    const given: (string | undefined)[] = []
    for (let n = 0; n < 6; n += 1) {
      const task = await assign(context, await createInTable(context), { assign: 'LEAST_LOADED' })
      given.push(task?.assignee)
    }
    expect(await countOpenWork(context, ['OPERATIONS'])).toEqual(
      new Map([
        ['ana', 3],
        ['ben', 3],
      ]),
    )
    const customs = { role: 'CUSTOMS', assign: 'LEAST_LOADED' }
    expect((await assign(context, await createInTable(context), customs))?.assignee).toBe('ben')
    expect((await assign(context, await createInTable(context), { assign: 'LEAST_LOADED' }))?.assignee).toBe('ana')
    expect(given.filter((subject) => subject === 'ana')).toHaveLength(3)
  })

  it('is nobody when nobody is there: the task waits in the inbox of its role', async () => {
    const context = await aTenant()
    const task = await assign(context, await createInTable(context), { assign: 'LEAST_LOADED' })
    expect(task).toMatchObject({ status: 'CREATED' })
  })

  it('is asked of the table only by steps that want it', async () => {
    const context = await aTenant()
    const readOf = async (more: object) => {
      const shipmentId = await createInTable(context)
      table.reset()
      await assign(context, shipmentId, more)
      return table.units.read
    }
    const plain = await readOf({})
    expect(await readOf({ assign: 'LEAST_LOADED' })).toBeGreaterThan(plain)
    expect(await readOf({ due: { anchor: 'STEP', businessHours: 4 } })).toBeGreaterThan(plain)
  })
})

describe('the directory', () => {
  it('tells which roles somebody holds, and nothing while it is empty', async () => {
    const context = await aTenant()
    expect(await rolesHeld(context)).toBeUndefined()
    await putMember(context, 'ana', { roles: ['OPERATIONS', 'CUSTOMS'] })
    expect(await rolesHeld(context)).toEqual(new Set(['OPERATIONS', 'CUSTOMS']))
  })
})
