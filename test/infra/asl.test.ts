import type { Json, JsonObject } from '../../engine/json'
import { evaluateJsonata, expressionOf } from '../../engine/jsonata'
import { validate } from '../../engine/validate'
import { dueAt } from '../../functions/sops/domain/anchors'
import { sopInput } from '../../functions/sops/domain/catalogue'
import { eventOf } from '../../functions/tracking/own-events'
import { ProductSopId, SopStep } from '../../schemas/sop'
import { catchersOf, type FoundState, isWait, objectOf, payloadOf, statesOf } from '../support/asl'
import { aShipment } from '../support/shipments'
import { readMachine } from '../support/sop-world'

const NOW = '2026-03-01T08:00:00.000Z'
const SAMPLES: Record<string, Json> = {
  tenantId: 'demo',
  shipmentId: 'shp_01HQ0000000000000000000000',
  token: 'token',
  reason: 'The SOP has stopped',
}

/** The payload with the expressions that an execution would fill in. */
const filled = (payload: JsonObject) =>
  Object.fromEntries(
    Object.entries(payload).map(([name, value]) => [
      name,
      typeof value === 'string' && expressionOf(value) !== undefined ? SAMPLES[name] : value,
    ]),
  )

const stepOf = ({ state }: FoundState) => SopStep.parse(filled(payloadOf(state)))

describe.each(ProductSopId.options)('%s', (sopId) => {
  const machine = readMachine(sopId)
  const states = statesOf(machine)
  const tasks = states.filter(({ state }) => state.Type === 'Task')
  const waits = states.filter(isWait)

  it('is valid, and every state is reached', () => {
    expect(validate(machine)).toEqual([])
  })

  it('speaks JSONata and is made of tasks, branches, choices and one failure', () => {
    expect(machine.QueryLanguage).toBe('JSONata')
    const types = new Set(states.map(({ state }) => state.Type))
    expect(['Choice', 'Fail', 'Parallel', 'Pass', 'Task']).toEqual(expect.arrayContaining([...types]))
    expect(states.filter(({ state }) => state.Type === 'Fail')).toHaveLength(1)
  })

  it.each(tasks.map((task) => [task.name, task] as const))('%s calls a step of the vocabulary', (_, { state }) => {
    expect(String(state.Resource)).toMatch(/^arn:aws:states:::lambda:invoke(\.waitForTaskToken)?$/)
    expect(objectOf(state.Arguments).FunctionName).toBe('${SopStepFunctionArn}')
    const step = SopStep.parse(filled(payloadOf(state)))
    expect('token' in step).toBe(String(state.Resource).endsWith('.waitForTaskToken'))
  })

  it('has a key of its own for each step, and verb-noun names', () => {
    const keys = tasks.map((task) => stepOf(task).key)
    expect(new Set(keys).size).toBe(keys.length)
    for (const { name } of states) expect(name).toMatch(/^([A-Z][a-z]+){2,}$/)
  })

  it.each(waits.map((wait) => [wait.name, wait] as const))('%s has a deadline and a way on', async (_, wait) => {
    const catcher = catchersOf(wait.state).find(({ ErrorEquals }) => ErrorEquals.includes('States.Timeout'))
    if (stepOf(wait).step === 'waitUntil') {
      expect(catcher?.Next).toBe(wait.name)
      return
    }
    const raise = objectOf(wait.siblings[catcher?.Next ?? ''])
    expect(raise.Next).toBe(wait.name)
    expect(raise.Output).toBe('{% $states.result.Payload %}')
    const exception = SopStep.parse(filled(payloadOf(raise)))
    if (exception.step !== 'raiseException') throw new Error('raises no exception')
    expect(exception.concerns).toBe(stepOf(wait).key)

    const shipment = aShipment()
    const seconds = (input: Json) =>
      timeoutOf(wait.state, JSON.parse(JSON.stringify(sopInput({ tenantId: 'demo', now: NOW }, shipment, 1))), input)
    const deadline = Date.parse(NOW) + (await seconds({})) * 1000
    if (exception.unlessBefore) expect(deadline).toBe(Date.parse(dueAt(exception.unlessBefore, shipment, NOW).at))
    expect(await seconds({ waitSeconds: 77 })).toBe(77)
  })

  it.each(tasks.map((task) => [task.name, task] as const))(
    '%s is retried, and its failure ends in sight',
    (_, task) => {
      const [never, often] = JSON.parse(JSON.stringify(task.state.Retry))
      expect(never).toEqual({ ErrorEquals: ['SopStep.Invalid'], MaxAttempts: 0 })
      expect(often).toMatchObject({ BackoffRate: 2, JitterStrategy: 'FULL' })
      // States.TaskFailed is every error but States.Timeout, which a wait must hand to its Catch.
      expect(often.ErrorEquals).toEqual(isWait(task) ? ['States.TaskFailed'] : ['States.TaskFailed', 'States.Timeout'])
      const guards = [task.state, ...task.within].flatMap(catchersOf)
      expect(guards.some(({ ErrorEquals }) => ErrorEquals.includes('States.ALL'))).toBe(true)
    },
  )

  it('waits for and records only what an event can report', () => {
    const named = tasks.map(stepOf).flatMap((step) => {
      if (step.step === 'awaitMilestone' || step.step === 'recordMilestone') return [step.milestone]
      return step.step === 'assignTask' && step.records ? [step.records] : []
    })
    for (const milestone of named) expect(eventOf(milestone, aShipment(), NOW).eventCode).toHaveLength(4)
  })
})

async function timeoutOf(state: JsonObject, input: Json, stateInput: Json): Promise<number> {
  const source = expressionOf(String(state.TimeoutSeconds)) ?? ''
  const context = { Execution: { Input: input }, State: { EnteredTime: NOW }, Task: { Token: 'token' } }
  const bindings = {
    states: { input: stateInput, context },
    variables: {},
    now: Date.parse(NOW),
    random: { seed: 1 },
  }
  return Number(await evaluateJsonata(source, bindings, 'TimeoutSeconds'))
}

describe('ocean-export-fcl', () => {
  const states = statesOf(readMachine('ocean-export-fcl'))

  it('has three branches and at least 15 steps beside its exceptions', () => {
    const branches = states.flatMap(({ state }) => (Array.isArray(state.Branches) ? state.Branches.map(objectOf) : []))
    expect(branches.map((branch) => String(branch.Comment).split(':')[0])).toEqual([
      'OPERATIONS',
      'DOCUMENTATION',
      'FINANCE',
    ])
    const steps = states.filter(({ state }) => state.Type === 'Task').map(stepOf)
    expect(steps.filter(({ step }) => step !== 'raiseException').length).toBeGreaterThanOrEqual(15)
  })
})
