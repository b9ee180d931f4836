/** The doors of SOPs and tasks on the real table: starting, pinning, stopping, inboxes, and what each step costs. */
import type { Context } from '../../functions/platform/context'
import { decideAmend, decideCancel } from '../../functions/shipments/domain'
import { loadShipment, onShipment } from '../../functions/shipments/store'
import { contract } from '../../functions/sops/contract'
import { handlers as sops } from '../../functions/sops/handlers'
import { reactions } from '../../functions/sops/reactions'
import { takeStep } from '../../functions/sops/tasks'
import { handlers as tasks } from '../../functions/tasks/handlers'
import { ProductSopId } from '../../schemas/sop'
import type { Task } from '../../schemas/task'
import type { TimelineType } from '../../schemas/timeline'
import { aContext, createInTable, eventsOf } from '../support/shipments'
import { planOf } from '../support/sop-plans'
import { sopServices } from '../support/sop-services'

const { stepFunctions, table } = sopServices()

let tenants = 0
const aTenant = (): Context => {
  tenants += 1
  return aContext({ tenantId: `sops-${tenants}`, roles: ['OPERATIONS'] })
}

const react = async (context: Context, shipmentId: string, type: TimelineType) => {
  for (const event of await eventsOf(context, shipmentId, contract.subscribes))
    if (event.type === type) await reactions[event.type](context, event as never)
}
const started = async (context: Context, sopId: ProductSopId = 'domestic-road') => {
  const shipmentId = await createInTable(context, planOf(sopId, context.now))
  await react(context, shipmentId, 'shipment.created')
  return shipmentId
}
const cancel = (context: Context, shipmentId: string) =>
  onShipment(context, shipmentId, (state) => ({
    decision: decideCancel(state, 'The customer withdrew', context.now),
    answer: undefined,
  }))

describe('starting', () => {
  it('pins the live version, and starts once however often the event comes', async () => {
    const context = aTenant()
    const shipmentId = await started(context)
    await react(context, shipmentId, 'shipment.created')
    const { header, timeline } = await loadShipment(context, shipmentId)
    expect(header.sop).toMatchObject({ sopId: 'domestic-road', version: 1 })
    expect(timeline.filter(({ type }) => type === 'sop.started')).toHaveLength(1)
    expect(stepFunctions.executionsOf(shipmentId)).toHaveLength(1)
  })

  it('pins the version that runs, when a crash and a publication came between start and pin', async () => {
    const context = aTenant()
    const shipmentId = await createInTable(context, planOf('domestic-road', context.now))
    stepFunctions.crash('StartExecution', 'after')
    await expect(react(context, shipmentId, 'shipment.created')).rejects.toThrow()
    stepFunctions.version = 2
    await react(context, shipmentId, 'shipment.created')
    stepFunctions.version = 1
    expect((await loadShipment(context, shipmentId)).header.sop).toMatchObject({ version: 1 })
  })

  it('starts nothing for a shipment that was cancelled before', async () => {
    const context = aTenant()
    const shipmentId = await createInTable(context, planOf('domestic-road', context.now))
    await cancel(context, shipmentId)
    await react(context, shipmentId, 'shipment.created')
    expect(stepFunctions.executionsOf(shipmentId)).toEqual([])
  })

  it('says it when no SOP is written for the shipment', async () => {
    const context = aTenant()
    const shipmentId = await createInTable(context)
    await react(context, shipmentId, 'shipment.created')
    await react(context, shipmentId, 'shipment.created')
    const { timeline } = await loadShipment(context, shipmentId)
    expect(timeline.map(({ type }) => type)).toEqual(['shipment.created', 'exception.raised'])
  })
})

describe('cancelling', () => {
  it('stops the execution, again and again to no effect', async () => {
    const context = aTenant()
    const shipmentId = await started(context)
    await cancel(context, shipmentId)
    await react(context, shipmentId, 'shipment.cancelled')
    await react(context, shipmentId, 'shipment.cancelled')
    expect(stepFunctions.executionsOf(shipmentId)).toMatchObject([{ status: 'ABORTED' }])
  })
})

describe('a sub-process', () => {
  const START = { step: 'startSubProcess', key: 'return-goods', sop: 'domestic-road' }

  const begun = async (sop = 'domestic-road') => {
    const context = aTenant()
    const shipmentId = await started(context)
    const step = { tenantId: context.tenantId, shipmentId }
    await takeStep({ ...START, ...step, sop, token: 'held' }, 'r')
    await react(context, shipmentId, 'subprocess.requested')
    return { context, shipmentId, step }
  }

  it('runs beside the SOP of its shipment, started once however often it is asked for', async () => {
    const { context, shipmentId, step } = await begun()
    await takeStep({ ...START, ...step, token: 'held again' }, 'r')
    await react(context, shipmentId, 'subprocess.requested')
    expect(stepFunctions.executionsOf(`${shipmentId}.return-goods`)).toHaveLength(1)
    const { timeline } = await loadShipment(context, shipmentId)
    expect(timeline.filter(({ type }) => type.startsWith('subprocess.')).map(({ type }) => type)).toEqual([
      'subprocess.requested',
      'subprocess.started',
    ])
  })

  it('ends by its last step, and lets the step go on that waited for it', async () => {
    const { context, shipmentId, step } = await begun()
    const inside = { ...step, shipmentId: `${shipmentId}.return-goods` }
    await takeStep({ ...inside, step: 'completeShipment', key: 'complete-shipment' }, 'r')
    await react(context, shipmentId, 'subprocess.ended')
    const { header, waits } = await loadShipment(context, shipmentId)
    expect([header.status, waits]).toEqual(['CONFIRMED', []])
    expect(stepFunctions.requests).toContain('SendTaskSuccess')
  })

  it('is stopped with its shipment', async () => {
    const { context, shipmentId } = await begun()
    await cancel(context, shipmentId)
    await react(context, shipmentId, 'shipment.cancelled')
    expect(stepFunctions.executionsOf(shipmentId)).toMatchObject([{ status: 'ABORTED' }, { status: 'ABORTED' }])
  })

  it('of an SOP that there is not shows it', async () => {
    const { context, shipmentId } = await begun('no-such-sop')
    await react(context, shipmentId, 'subprocess.requested')
    const { timeline } = await loadShipment(context, shipmentId)
    expect(timeline.filter(({ type }) => type === 'exception.raised')).toMatchObject([
      { data: { stepKey: 'return-goods--start-sop', owner: 'SOP_ADMIN' } },
    ])
  })
})

describe('a moment', () => {
  it('that an amendment has brought into the past lets its step go on', async () => {
    const context = aTenant()
    const shipmentId = await started(context)
    const step = { step: 'waitUntil', key: 'w', due: { anchor: 'ETD', offset: '-P1D' }, token: 'held' }
    await takeStep({ ...step, tenantId: context.tenantId, shipmentId }, 'r')
    const { header, wakeAt, detail } = await loadShipment(context, shipmentId)
    expect(Date.parse(header.departure ?? '') - Date.parse(wakeAt ?? '')).toBeGreaterThanOrEqual(24 * 3600_000)
    const legs = detail.legs.map((leg) => ({ ...leg, departure: context.now }))
    await onShipment(context, shipmentId, (state) => ({ decision: decideAmend(state, { legs }), answer: undefined }))
    await react(context, shipmentId, 'shipment.amended')
    await react(context, shipmentId, 'shipment.amended')
    const { timeline, waits } = await loadShipment(context, shipmentId)
    expect(waits).toEqual([])
    expect(timeline.filter(({ type }) => type === 'moment.passed')).toHaveLength(1)
  })
})

describe('the step door', () => {
  it.each([
    ['SopStep.Invalid', { step: 'nothing' }],
    [
      'SopStep.Rejected',
      { step: 'completeShipment', key: 'k', tenantId: 'demo', shipmentId: 'shp_01HQ0000000000000000000000' },
    ],
  ])('fails as %s', async (name, payload) => {
    await expect(takeStep(payload, 'r')).rejects.toMatchObject({ name })
  })

  it('answers at once for what has come before, and keeps no wait', async () => {
    const context = aTenant()
    const shipmentId = await started(context)
    const step = { key: 'k', tenantId: context.tenantId, shipmentId }
    await takeStep({ ...step, step: 'recordMilestone', milestone: 'PICKED_UP' }, 'r')
    const output = await takeStep({ ...step, step: 'awaitMilestone', milestone: 'PICKED_UP', token: 'gone' }, 'r')
    expect(output).toMatchObject({ milestone: 'PICKED_UP' })
    expect((await loadShipment(context, shipmentId)).waits).toEqual([])
  })
})

describe('what it costs', () => {
  const TASK = { step: 'assignTask', role: 'OPERATIONS', title: 'Do it', due: { anchor: 'ETD' } }

  it('is at most these write units a step', async () => {
    const context = aTenant()
    const shipmentId = await started(context)
    const step = { tenantId: context.tenantId, shipmentId }
    const unitsOf = async (work: () => Promise<unknown>) => {
      table.reset()
      await work()
      return table.units.write
    }
    const take = (key: string, payload: object) => unitsOf(() => takeStep({ ...step, key, ...payload }, 'r'))
    expect({
      assignTask: await take('a', { ...TASK, token: 't' }),
      'assignTask, again': await take('a', { ...TASK, token: 't' }),
      awaitMilestone: await take('b', { step: 'awaitMilestone', milestone: 'DELIVERED', token: 't' }),
      raiseException: await take('c', { step: 'raiseException', severity: 'LOW', reason: 'x', owner: 'FINANCE' }),
      notify: await take('d', { step: 'notify', audience: ['CN'], template: 'pre-alert' }),
      'a signal for nothing': await unitsOf(() => react(context, shipmentId, 'task.completed')),
    }).toEqual({
      // A wait (1); header, task, entry (2 each) and the task's place in the inbox (1).
      assignTask: 8,
      'assignTask, again': 1,
      awaitMilestone: 1,
      raiseException: 4,
      notify: 4,
      'a signal for nothing': 0,
    })
  })
})

describe('tasks over their door', () => {
  const input = {
    query: undefined,
    params: {},
    body: undefined,
    ifMatch: undefined,
    idempotencyKey: undefined,
    raw: undefined,
  }
  const assigned = async (context: Context, keys: Record<string, string>) => {
    const shipmentId = await createInTable(context, planOf('domestic-road', context.now))
    for (const [key, offset] of Object.entries(keys))
      await takeStep(
        {
          step: 'assignTask',
          key,
          tenantId: context.tenantId,
          shipmentId,
          role: 'OPERATIONS',
          title: key,
          due: { anchor: 'ETD', offset },
        },
        'r',
      )
    return shipmentId
  }
  const inbox = (context: Context, query: object) =>
    tasks.listTasks(context, { ...input, query: { role: 'OPERATIONS', status: 'OPEN', limit: 2, ...query } } as never)
  const stepKeys = ({ body }: { body: { items: Task[] } }) => body.items.map(({ stepKey }) => stepKey)

  it('are listed due first, page by page, and closed ones apart', async () => {
    const context = aTenant()
    const shipmentId = await assigned(context, { third: 'P3D', first: '-P1D', second: 'PT1H' })
    const page = await inbox(context, {})
    expect(stepKeys(page as never)).toEqual(['first', 'second'])
    const { next } = page.body as { next: string }
    expect(stepKeys((await inbox(context, { cursor: next })) as never)).toEqual(['third'])
    const taskId = `tsk_${shipmentId.slice(4)}_first`
    await tasks.skipTask(context, { ...input, params: { taskId }, body: { reason: 'not needed' } } as never)
    expect(stepKeys((await inbox(context, { limit: 9 })) as never)).toEqual(['second', 'third'])
    expect(stepKeys((await inbox(context, { status: 'CLOSED' })) as never)).toEqual(['first'])
    expect((await inbox({ ...aContext({ tenantId: 'another' }), roles: ['OPERATIONS'] }, {})).body.items).toEqual([])
    await expect(inbox({ ...context, roles: ['FINANCE'] }, {})).rejects.toMatchObject({ code: 'task.other_role' })
  })

  it('answer the first completion again for the same key, and refuse the key for other data', async () => {
    const context = aTenant()
    const shipmentId = await assigned(context, { only: 'PT1H' })
    const params = { taskId: `tsk_${shipmentId.slice(4)}_only` }
    const complete = (body: object, more: object = {}) =>
      tasks.completeTask(context, { ...input, params, body, idempotencyKey: 'k', ...more } as never)
    await expect(complete({ data: {} }, { ifMatch: 1 })).rejects.toMatchObject({ kind: 'stale' })
    const first = await complete({ data: {} })
    expect(first.body).toMatchObject({ status: 'COMPLETED' })
    expect(await complete({ data: {} })).toEqual({ ...first, replayed: true })
    await expect(complete({ data: { x: 1 } })).rejects.toMatchObject({ code: 'idempotency_key.reused' })
    await expect(complete({ data: {} }, { idempotencyKey: 'l' })).rejects.toMatchObject({ code: 'task.closed' })
    const read = await tasks.getTask(context, { ...input, params } as never)
    expect(read).toEqual({ body: first.body, version: first.version })
  })

  it('are unknown to other tenants', async () => {
    const context = aTenant()
    const shipmentId = await assigned(context, { only: 'PT1H' })
    const params = { taskId: `tsk_${shipmentId.slice(4)}_only` }
    const stranger = { ...aTenant(), roles: ['TENANT_ADMIN'] as const }
    await expect(tasks.getTask(stranger, { ...input, params } as never)).rejects.toMatchObject({
      code: 'task.not_found',
    })
    await expect(tasks.claimTask(stranger, { ...input, params } as never)).rejects.toMatchObject({
      code: 'task.not_found',
    })
  })
})

describe('SOPs over their door', () => {
  const input = {
    query: undefined,
    params: undefined,
    body: undefined,
    ifMatch: undefined,
    idempotencyKey: undefined,
    raw: undefined,
  }

  it('are listed with the version that new shipments get', async () => {
    const { body } = await sops.listSops(aTenant(), input as never)
    expect(body.items.map(({ sopId, version }) => [sopId, version])).toEqual(
      ProductSopId.options.map((sopId) => [sopId, 1]),
    )
  })

  it('have their vocabulary as JSON Schema', async () => {
    const { body } = await sops.getSopVocabulary(aTenant(), input as never)
    expect(body).toMatchObject({ $schema: expect.stringContaining('json-schema.org') })
    expect(JSON.stringify(body)).toContain('awaitMilestone')
  })

  it('screen against the list that compliance keeps', async () => {
    const context = aTenant()
    const items = [{ name: 'Acme BV', aliases: [], list: 'EU' }]
    const put = (more: object) => sops.putDeniedParties(context, { ...input, body: { items }, ...more } as never)
    expect(await put({ ifMatch: 0 })).toMatchObject({ version: 1 })
    await expect(put({ ifMatch: 0 })).rejects.toMatchObject({ code: 'denied_parties.changed' })
    expect(await sops.getDeniedParties(context, input as never)).toEqual({ body: { items }, version: 1 })
    const shipmentId = await createInTable(context)
    const screen = { step: 'screenParties', role: 'COMPLIANCE', title: 'Look', due: { anchor: 'STEP' } }
    const output = await takeStep({ ...screen, key: 'k', tenantId: context.tenantId, shipmentId }, 'r')
    expect(output).toEqual({ outcome: 'BLOCKED', matches: 1 })
  })
})
