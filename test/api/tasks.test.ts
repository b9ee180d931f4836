/** People's work over HTTP: every verb on a task, who is refused, and what time and changes of the plan do. */
import type { components } from '../support/api.generated'
import { anOceanExport } from '../support/ocean-export'
import { eventually, ok, type Portolan, refused, startWorld, type World } from '../support/world'

jest.setTimeout(240_000)

let world: World
let admin: Portolan
let ana: Portolan
let ben: Portolan
let lea: Portolan
let finance: Portolan
let carrier: Portolan
let shipmentId: string
const operations = (subject: string) => world.as({ roles: ['OPERATIONS'], subject })
beforeAll(async () => {
  world = await startWorld()
  admin = await world.as('TENANT_ADMIN')
  ;[ana, ben, lea] = (await Promise.all(['ana', 'ben', 'lea'].map(operations))) as [Portolan, Portolan, Portolan]
  finance = await world.as('FINANCE')
  carrier = await world.as({ roles: ['CARRIER'], organization: 'NORDLASTER' })
  const put = (subject: string, body: components['schemas']['PutMember']) =>
    ok(admin.PUT('/v1/members/{subject}', { params: { path: { subject } }, body }))
  await put('ana', { name: 'Ana', roles: ['OPERATIONS'] })
  await put('ben', { name: 'Ben', roles: ['OPERATIONS'], groups: ['reefer-desk'] })
  await put('lea', { name: 'Lea', roles: ['OPERATIONS'], leads: ['OPERATIONS'] })
  await put('fin', { name: 'Fin', roles: ['FINANCE'] })
  const sales = await world.as('SALES')
  shipmentId = (await ok(sales.POST('/v1/shipments', { body: anOceanExport('PEOPLE-1') }))).shipmentId
  await world.settled()
})
afterAll(() => world.stop())

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString()
const shipment = () => ({ params: { path: { shipmentId } } }) as const
const of = (taskId: string) => ({ params: { path: { taskId } } }) as const
const aTask = async (more: Partial<components['schemas']['CreateTask']> = {}, by = ana) =>
  (
    await ok(
      by.POST('/v1/shipments/{shipmentId}/tasks', {
        ...shipment(),
        body: { role: 'OPERATIONS', title: 'Call the terminal', ...(more.due ? {} : { dueAt: inDays(3) }), ...more },
      }),
    )
  ).taskId
const typesOf = async (taskId: string) => {
  const { items } = await ok(ana.GET('/v1/shipments/{shipmentId}/timeline', shipment()))
  return items.filter(({ data }) => data.taskId === taskId).map(({ type }) => type)
}

describe('a task that a person makes', () => {
  test('is made once for an Idempotency-Key, and stands in the inbox of its role', async () => {
    const body = { role: 'FINANCE' as const, title: 'Ask for the deposit', dueAt: inDays(1), priority: 'HIGH' as const }
    const create = () =>
      ana.POST('/v1/shipments/{shipmentId}/tasks', { ...shipment(), body, headers: { 'Idempotency-Key': 'once' } })
    const { taskId } = await ok(create())
    expect((await ok(create())).taskId).toBe(taskId)
    const { items } = await eventually(
      () => ok(finance.GET('/v1/tasks', { params: { query: { role: 'FINANCE' } } })),
      (page) => page.items.some((task) => task.taskId === taskId),
    )
    expect(items.filter(({ title }) => title === body.title)).toMatchObject([{ priority: 'HIGH', dueBasis: 'named' }])
  })

  test('is refused of partners, for people of other roles, without one due date, and of nothing', async () => {
    const make = (who: Portolan, body: components['schemas']['CreateTask'], id = shipmentId) =>
      who.POST('/v1/shipments/{shipmentId}/tasks', { params: { path: { shipmentId: id } }, body })
    const body = { role: 'OPERATIONS' as const, title: 'x', dueAt: inDays(1) }
    expect(await refused(make(carrier, body))).toMatchObject({ status: 403 })
    expect(await refused(make(ana, { ...body, assignee: 'fin' }))).toMatchObject({ code: 'task.assignee_other_role' })
    expect(await refused(make(ana, { ...body, due: { anchor: 'ETD' } }))).toMatchObject({ pointers: ['/dueAt'] })
    expect(await refused(make(ana, body, `shp_${'0'.repeat(26)}`))).toMatchObject({ code: 'shipment.not_found' })
  })
})

describe('delegating', () => {
  const delegate = (who: Portolan, taskId: string, to: string) =>
    who.POST('/v1/tasks/{taskId}/delegations', { ...of(taskId), body: { to, reason: 'I am on the quay' } })

  test('keeps who delegates in charge; the other hands back, or does it', async () => {
    const taskId = await aTask()
    await ok(ana.POST('/v1/tasks/{taskId}/claims', of(taskId)))
    expect(await ok(delegate(ana, taskId, 'ben'))).toMatchObject({ assignee: 'ben', delegatedBy: 'ana' })
    expect(await ok(ben.POST('/v1/tasks/{taskId}/releases', of(taskId)))).toMatchObject({ assignee: 'ana' })
    await ok(delegate(ana, taskId, 'ben'))
    expect(await ok(ben.POST('/v1/tasks/{taskId}/completions', { ...of(taskId), body: {} }))).toMatchObject({
      status: 'COMPLETED',
      delegatedBy: 'ana',
    })
    expect(await typesOf(taskId)).toEqual([
      'task.assigned',
      'task.claimed',
      'task.delegated',
      'task.reassigned',
      'task.delegated',
      'task.completed',
    ])
  })

  test('is refused to oneself, to people of other roles, of what another has, and of closed tasks', async () => {
    const taskId = await aTask()
    await ok(ana.POST('/v1/tasks/{taskId}/claims', of(taskId)))
    expect(await refused(delegate(ana, taskId, 'ana'))).toMatchObject({ status: 422, code: 'task.own' })
    expect(await refused(delegate(ana, taskId, 'fin'))).toMatchObject({ code: 'task.assignee_other_role' })
    expect(await refused(delegate(ben, taskId, 'lea'))).toMatchObject({ status: 409, code: 'task.taken' })
    expect(await refused(delegate(finance, taskId, 'ben'))).toMatchObject({ status: 403, code: 'task.other_role' })
    await ok(ana.POST('/v1/tasks/{taskId}/skips', { ...of(taskId), body: { reason: 'not needed' } }))
    expect(await refused(delegate(ana, taskId, 'ben'))).toMatchObject({ code: 'task.closed' })
  })
})

describe('reassigning', () => {
  const reassign = (who: Portolan, taskId: string, to: object) =>
    who.POST('/v1/tasks/{taskId}/reassignments', { ...of(taskId), body: { reason: 'leave', ...to } })

  test('names another, who then answers for it, or gives it to another role', async () => {
    const taskId = await aTask()
    await ok(ana.POST('/v1/tasks/{taskId}/claims', of(taskId)))
    const given = await ok(reassign(ana, taskId, { assignee: 'ben' }))
    expect(given).toMatchObject({ status: 'ASSIGNED', assignee: 'ben', reason: 'leave' })
    expect(given).not.toHaveProperty('delegatedBy')
    expect(await refused(ana.POST('/v1/tasks/{taskId}/claims', of(taskId)))).toMatchObject({ code: 'task.taken' })
    expect(await ok(reassign(ben, taskId, { role: 'FINANCE' }))).toMatchObject({ status: 'CREATED', role: 'FINANCE' })
    expect(await refused(ben.GET('/v1/tasks/{taskId}', of(taskId)))).toMatchObject({ code: 'task.other_role' })
    expect(await ok(finance.GET('/v1/tasks/{taskId}', of(taskId)))).toMatchObject({ role: 'FINANCE' })
  })

  test('is refused to people of other roles, to nobody, and without a reason', async () => {
    const taskId = await aTask()
    expect(await refused(reassign(ana, taskId, { assignee: 'fin' }))).toMatchObject({
      code: 'task.assignee_other_role',
    })
    expect(await refused(reassign(ana, taskId, {}))).toMatchObject({ pointers: ['/assignee'] })
    expect(await refused(reassign(ana, taskId, { assignee: 'ben', reason: '' }))).toMatchObject({
      pointers: ['/reason'],
    })
    expect(await refused(reassign(finance, taskId, { assignee: 'fin' }))).toMatchObject({ code: 'task.other_role' })
  })
})

describe('completing', () => {
  test('takes the data that the form asks for, of who has the task, and once', async () => {
    const form: components['schemas']['CreateTask']['form'] = [{ name: 'terminal', label: 'Terminal', type: 'text' }]
    const taskId = await aTask({ form })
    const complete = (who: Portolan, data: Record<string, unknown>) =>
      who.POST('/v1/tasks/{taskId}/completions', { ...of(taskId), body: { data } })
    await ok(ana.POST('/v1/tasks/{taskId}/claims', of(taskId)))
    expect(await refused(complete(ben, { terminal: 'ECT' }))).toMatchObject({ code: 'task.taken' })
    expect(await refused(complete(ana, { quay: 'ECT' }))).toMatchObject({
      status: 422,
      pointers: expect.arrayContaining(['/data/terminal', '/data/quay']),
    })
    expect(await ok(complete(ana, { terminal: 'ECT' }))).toMatchObject({ result: { terminal: 'ECT' } })
    expect(await refused(complete(ana, { terminal: 'ECT' }))).toMatchObject({ status: 409, code: 'task.closed' })
  })
})

describe('candidates', () => {
  test('are the only ones who take a task up', async () => {
    const taskId = await aTask({ candidates: { groups: ['reefer-desk'] } })
    const claim = (who: Portolan) => who.POST('/v1/tasks/{taskId}/claims', of(taskId))
    expect(await refused(claim(ana))).toMatchObject({ status: 403, code: 'task.not_candidate' })
    expect(await ok(claim(ben))).toMatchObject({ assignee: 'ben' })
  })
})

describe('comments', () => {
  test('are kept and read in order by the role', async () => {
    const taskId = await aTask()
    const say = (who: Portolan, text: string) =>
      who.POST('/v1/tasks/{taskId}/comments', { ...of(taskId), body: { text } })
    await ok(say(ana, 'They call back'))
    await ok(say(ben, 'They did not'))
    const { items } = await ok(lea.GET('/v1/tasks/{taskId}/comments', of(taskId)))
    expect(items.map(({ by, text }) => `${by}: ${text}`)).toEqual(['ana: They call back', 'ben: They did not'])
    expect(await refused(say(finance, 'Well'))).toMatchObject({ code: 'task.other_role' })
    expect(await refused(finance.GET('/v1/tasks/{taskId}/comments', of(taskId)))).toMatchObject({ status: 403 })
    expect(await refused(say(ana, ' '))).toMatchObject({ pointers: ['/text'] })
  })
})

describe('rejecting', () => {
  const reject = (who: Portolan, taskId: string) =>
    who.POST('/v1/tasks/{taskId}/rejections', { ...of(taskId), body: { reason: 'The shipper has to do this' } })
  const exceptions = async () => (await ok(ana.GET('/v1/shipments/{shipmentId}', shipment()))).exceptions

  test('of a task of the SOP that knows no way on blocks it for the lead, and raises an exception until it is done', async () => {
    const { tasks } = await ok(ana.GET('/v1/shipments/{shipmentId}', shipment()))
    const task = tasks.find(({ role, stepKey }) => role === 'OPERATIONS' && !stepKey.startsWith('adhoc-'))
    const taskId = task?.taskId ?? ''
    expect(await ok(reject(ana, taskId))).toMatchObject({ status: 'BLOCKED', assignee: 'lea' })
    expect(await refused(reject(lea, taskId))).toMatchObject({ code: 'task.not_now' })
    const key = `rejected-${task?.stepKey}`
    expect((await exceptions()).map(({ stepKey }) => stepKey)).toContain(key)
    await ok(lea.POST('/v1/tasks/{taskId}/skips', { ...of(taskId), body: { reason: 'Agreed with the shipper' } }))
    await eventually(exceptions, (open) => open.every(({ stepKey }) => stepKey !== key))
  })

  test('of one that a person made closes it', async () => {
    const taskId = await aTask()
    expect(await refused(reject(finance, taskId))).toMatchObject({ code: 'task.other_role' })
    expect(await ok(reject(ana, taskId))).toMatchObject({ status: 'REJECTED', reason: 'The shipper has to do this' })
    expect(await refused(reject(ana, taskId))).toMatchObject({ code: 'task.closed' })
  })
})

describe('a changed plan', () => {
  test('moves the due dates that follow it, in business hours of the place, and says so', async () => {
    const weekdays = [{ from: '08:00', to: '17:00' }]
    const hours = { MON: weekdays, TUE: weekdays, WED: weekdays, THU: weekdays, FRI: weekdays, SAT: [], SUN: [] }
    const body = { name: 'Origin', timeZone: 'Europe/Berlin', hours, countries: ['DE', 'NL'] }
    await ok(admin.PUT('/v1/calendars/{calendarId}', { params: { path: { calendarId: 'origin' } }, body }))
    const taskId = await aTask({ due: { anchor: 'VCO', businessHours: -4, at: 'ORIGIN' } })
    const before = await ok(ana.GET('/v1/tasks/{taskId}', of(taskId)))
    expect(before.dueBasis).toBe('VCO -4 business hours of origin')
    // Its SOP must not come between what is read here and what is changed by it.
    await world.settled()
    const { response } = await ana.GET('/v1/shipments/{shipmentId}', shipment())
    await ok(
      ana.PATCH('/v1/shipments/{shipmentId}', {
        ...shipment(),
        headers: { 'If-Match': response.headers.get('etag') ?? '' },
        // A Sunday afternoon.
        body: { cutOffs: [{ code: 'VCO', at: '2027-03-14T15:00:00Z' }] },
      }),
    )
    expect(await ok(ana.GET('/v1/tasks/{taskId}', of(taskId)))).toMatchObject({ dueAt: '2027-03-12T12:00:00.000Z' })
    expect(await typesOf(taskId)).toEqual(['task.assigned', 'task.rescheduled'])
  })
})

describe('the inbox', () => {
  const inbox = async (query: object, who = ana) =>
    (await ok(who.GET('/v1/tasks', { params: { query: { role: 'OPERATIONS', limit: 200, ...query } } }))).items

  test('is narrowed to one’s own, to an assignee, a priority and what is overdue, page by page', async () => {
    const late = await aTask({ assignee: 'ben', dueAt: inDays(-2), priority: 'HIGH' })
    const soon = await aTask({ assignee: 'ben', dueAt: inDays(2) })
    const has = async (query: object, who = ana) => {
      const ids = (await inbox(query, who)).map(({ taskId }) => taskId)
      return [ids.includes(late), ids.includes(soon)]
    }
    await eventually(
      () => has({}),
      (both) => both.every(Boolean),
    )
    expect(await has({ mine: 'true' }, ben)).toEqual([true, true])
    expect(await has({ mine: 'true' }, lea)).toEqual([false, false])
    expect(await has({ assignee: 'ben', priority: 'HIGH' })).toEqual([true, false])
    expect(await has({ assignee: 'ben', overdue: 'true' })).toEqual([true, false])
    const first = await ok(
      ana.GET('/v1/tasks', { params: { query: { role: 'OPERATIONS', assignee: 'ben', limit: 1 } } }),
    )
    const query = {
      role: 'OPERATIONS' as const,
      assignee: 'ben',
      limit: 1,
      ...(first.next ? { cursor: first.next } : {}),
    }
    const second = await ok(ana.GET('/v1/tasks', { params: { query } }))
    expect(new Set([...first.items, ...second.items].map(({ taskId }) => taskId)).size).toBe(2)
  })

  test('shows what waiting costs, dearest first, in the tenant’s own amounts', async () => {
    expect(await ok(ana.GET('/v1/delay-costs'))).toMatchObject({ currency: 'EUR', assumed: true })
    const costs = {
      ...{ currency: 'EUR', penaltyPerDay: 200, penaltyCap: 1000, demurragePerContainerDay: 20_000 },
      ...{ rebookingPerContainer: 60_000, halfLifeHours: 12 },
    }
    expect(await refused(ana.PUT('/v1/delay-costs', { body: costs }))).toMatchObject({ status: 403 })
    expect(await ok(finance.PUT('/v1/delay-costs', { body: costs }))).toMatchObject({ assumed: false })
    const items = await inbox({ order: 'COST' })
    const amounts = items.map(({ delay }) => delay?.amount ?? 0)
    expect(amounts).toEqual([...amounts].sort((a, b) => b - a))
    expect(items[0]?.delay).toMatchObject({ currency: 'EUR', probability: 1 })
    expect(amounts[0]).toBeGreaterThan(0)
    const wrong = {
      params: { query: { role: 'OPERATIONS' as const, order: 'COST' as const, status: 'CLOSED' as const } },
    }
    expect(await refused(ana.GET('/v1/tasks', wrong))).toMatchObject({ status: 422 })
    expect(await refused(finance.GET('/v1/tasks', { params: { query: { role: 'OPERATIONS' } } }))).toMatchObject({
      code: 'task.other_role',
    })
  })
})

describe('a task that stays undone', () => {
  test('is reminded of, goes to the lead, and raises an exception, each once', async () => {
    const taskId = await aTask({
      assignee: 'ana',
      dueAt: inDays(0.1),
      escalation: [
        { action: 'REMIND', offset: 'PT0M' },
        { action: 'REASSIGN_TO_LEAD', offset: 'PT2H' },
        { action: 'RAISE_EXCEPTION', offset: 'PT4H' },
      ],
    })
    for (const hours of [3, 2, 2]) {
      await world.advance(hours)
      await world.settled()
    }
    ;[ana, lea] = await Promise.all([operations('ana'), operations('lea')])
    const task = await eventually(
      () => ok(ana.GET('/v1/tasks/{taskId}', of(taskId))),
      (it) => it.escalateAt === undefined,
    )
    expect(task).toMatchObject({ assignee: 'lea', status: 'ASSIGNED' })
    expect(await typesOf(taskId)).toEqual(['task.assigned', 'task.escalated', 'task.escalated', 'task.escalated'])
    const { exceptions } = await ok(ana.GET('/v1/shipments/{shipmentId}', shipment()))
    expect(exceptions.filter(({ stepKey }) => stepKey === `late-${task.stepKey}`)).toHaveLength(1)
  })
})
