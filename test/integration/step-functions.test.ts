import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Json } from '../../local/service'
import { AwsError } from '../../local/service'
import { templateMachines } from '../../local/step-functions-template'
import { arnOf, cleanUp, newFolder, resource } from '../unit/local-messaging/runtime'
import {
  FUNCTION,
  FunctionError,
  type Instance,
  MACHINE_ROLE,
  machineOf,
  openInstance,
} from './step-functions-instance'
import { startInstance } from './step-functions-killed'

let folder: string
let instance: Instance

beforeEach(() => {
  folder = newFolder()
})
afterEach(() => {
  instance.crash()
  cleanUp()
})

interface Description {
  status: string
  output?: string
  error?: string
  cause?: string
  stateMachineVersionArn?: string
  stateMachineAliasArn?: string
}

const start = (arn: string, input: Json = {}, name = 'run') =>
  instance.call<{ executionArn: string; startDate: number }>('StartExecution', {
    stateMachineArn: arn,
    input: JSON.stringify(input),
    name,
  })
const describeExecution = (executionArn: string) => instance.call<Description>('DescribeExecution', { executionArn })

/** Runs a definition to where it waits or ends. */
async function run(definition: unknown, input: Json = {}) {
  instance = openInstance(folder, [machineOf('m', definition)])
  const { executionArn } = await start(arnOf('states', 'stateMachine:m'), input)
  await instance.runtime.idle()
  return executionArn
}

const task = (resource: string, more: object = {}) => ({
  StartAt: 'T',
  States: { T: { Type: 'Task', Resource: resource, ...more, End: true } },
})
const jsonata = (definition: object) => ({ QueryLanguage: 'JSONata', ...definition })

describe('an execution', () => {
  it('invokes functions, waits, chooses, and keeps its history', async () => {
    instance = openInstance(folder, [
      machineOf('m', {
        QueryLanguage: 'JSONata',
        StartAt: 'Double',
        States: {
          Double: { Type: 'Task', Resource: FUNCTION, Arguments: '{% $states.input %}', Next: 'Wait' },
          Wait: { Type: 'Wait', Seconds: 3600, Next: 'Choose' },
          Choose: {
            Type: 'Choice',
            Choices: [{ Condition: '{% $states.input.n > 3 %}', Next: 'Big' }],
            Default: 'Small',
          },
          Big: { Type: 'Pass', Output: 'big', End: true },
          Small: { Type: 'Fail', Error: 'Small' },
        },
      }),
    ])
    instance.runtime.functions.set(FUNCTION, (payload) => ({ n: 2 * (payload as { n: number }).n }))
    const { executionArn } = await start(arnOf('states', 'stateMachine:m'), { n: 2 })
    await instance.runtime.idle()
    expect(await describeExecution(executionArn)).toMatchObject({ status: 'RUNNING' })
    instance.runtime.clock.advance(3_600_000)
    await instance.runtime.idle()
    expect(await describeExecution(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '"big"' })
    const first = await instance.call<{ events: { type: string }[]; nextToken: string }>('GetExecutionHistory', {
      executionArn,
      maxResults: 8,
    })
    const { nextToken } = first
    const rest = await instance.call<{ events: { type: string }[] }>('GetExecutionHistory', { executionArn, nextToken })
    expect([...first.events, ...rest.events].map(({ type }) => type)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'LambdaFunctionScheduled',
      'LambdaFunctionStarted',
      'LambdaFunctionSucceeded',
      'TaskStateExited',
      'WaitStateEntered',
      'WaitStateExited',
      'ChoiceStateEntered',
      'ChoiceStateExited',
      'PassStateEntered',
      'PassStateExited',
      'ExecutionSucceeded',
    ])
    expect(instance.counted.get('stateTransitions')).toBe(5)
  })

  it('waits for its token, once', async () => {
    let token = ''
    const callback = task('arn:aws:states:::lambda:invoke.waitForTaskToken', {
      Arguments: { FunctionName: 'step', Payload: { token: '{% $states.context.Task.Token %}' } },
      HeartbeatSeconds: 60,
    })
    instance = openInstance(folder, [machineOf('m', jsonata(callback))])
    instance.runtime.functions.set(FUNCTION, (payload) => {
      token = (payload as { token: string }).token
      return null
    })
    const { executionArn } = await start(arnOf('states', 'stateMachine:m'))
    await instance.runtime.idle()
    instance.runtime.clock.advance(50_000)
    await instance.call('SendTaskHeartbeat', { taskToken: token })
    instance.runtime.clock.advance(50_000)
    await instance.runtime.idle()
    const answers = [{ done: true }, { done: false }].map((output) =>
      instance.call('SendTaskSuccess', { taskToken: token, output: JSON.stringify(output) }),
    )
    await expect(answers[1]).rejects.toMatchObject({ code: 'TaskTimedOut' })
    await answers[0]
    expect(await describeExecution(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '{"done":true}' })
    await expect(instance.call('SendTaskSuccess', { taskToken: token, output: '1' })).rejects.toMatchObject({
      code: 'TaskTimedOut',
    })
    await expect(instance.call('SendTaskFailure', { taskToken: `${token}x` })).rejects.toMatchObject({
      code: 'InvalidToken',
    })
    await expect(instance.call('SendTaskSuccess', { taskToken: token, output: '{' })).rejects.toMatchObject({
      code: 'InvalidOutput',
    })
  })

  it('times out without a heartbeat, and can be stopped', async () => {
    const callback = task('arn:aws:states:::sqs:sendMessage.waitForTaskToken', {
      Arguments: {
        QueueUrl: 'http://localhost/000000000000/work',
        MessageBody: { token: '{% $states.context.Task.Token %}' },
      },
      HeartbeatSeconds: 60,
    })
    const executionArn = await run(jsonata(callback))
    expect(instance.sent).toEqual([{ queue: arnOf('sqs', 'work'), body: expect.stringContaining('token') }])
    const { executionArn: other } = await start(arnOf('states', 'stateMachine:m'), {}, 'other')
    await instance.call('StopExecution', { executionArn: other, error: 'Enough', cause: 'Because' })
    expect(await describeExecution(other)).toMatchObject({ status: 'ABORTED', error: 'Enough', cause: 'Because' })
    instance.runtime.clock.advance(61_000)
    await instance.runtime.idle()
    expect(await describeExecution(executionArn)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' })
  })

  it.each<[string, () => Json, string]>([
    [
      'the name that the function gave it',
      () => {
        throw new FunctionError({ errorType: 'OutOfStock', errorMessage: 'none left' })
      },
      'OutOfStock',
    ],
    [
      'Lambda.Unknown where it gave none',
      () => {
        throw new FunctionError({ errorMessage: 'it just ended' })
      },
      'Lambda.Unknown',
    ],
    [
      'Lambda.TooManyRequestsException',
      () => {
        throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429)
      },
      'Lambda.TooManyRequestsException',
    ],
  ])('sees an error of a function as %s', async (_, handler, error) => {
    instance = openInstance(folder, [machineOf('m', task(FUNCTION))])
    instance.runtime.functions.set(FUNCTION, handler)
    const { executionArn } = await start(arnOf('states', 'stateMachine:m'))
    await instance.runtime.idle()
    expect(await describeExecution(executionArn)).toMatchObject({ status: 'FAILED', error })
  })

  it('sees a function that does not exist, and a call that its role does not allow', async () => {
    const missing = await run(task('arn:aws:states:::lambda:invoke', { Parameters: { FunctionName: 'nobody' } }))
    expect(await describeExecution(missing)).toMatchObject({ error: 'Lambda.ResourceNotFoundException' })
    instance.runtime.denied.add('lambda:InvokeFunction')
    const { executionArn } = await start(arnOf('states', 'stateMachine:m'), {}, 'denied')
    await instance.runtime.idle()
    expect(await describeExecution(executionArn)).toMatchObject({ error: 'Lambda.AWSLambdaException' })
  })

  it('retries after the interval, and then goes on', async () => {
    let calls = 0
    const retrying = task(FUNCTION, { Retry: [{ ErrorEquals: ['Busy'], IntervalSeconds: 30, MaxAttempts: 2 }] })
    instance = openInstance(folder, [machineOf('m', retrying)])
    instance.runtime.functions.set(FUNCTION, () => {
      if (++calls < 3) throw new FunctionError({ errorType: 'Busy', errorMessage: '' })
      return calls
    })
    const { executionArn } = await start(arnOf('states', 'stateMachine:m'))
    for (const seconds of [0, 30, 60]) {
      instance.runtime.clock.advance(seconds * 1000)
      await instance.runtime.idle()
    }
    expect(await describeExecution(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '3' })
  })

  it('puts events and calls other services as its role', async () => {
    const calls: Json[] = []
    const definition = {
      StartAt: 'Tell',
      States: {
        Tell: {
          Type: 'Task',
          Resource: 'arn:aws:states:::events:putEvents',
          Parameters: { Entries: [{ EventBusName: 'bus', Source: 's', DetailType: 'd', Detail: { 'n.$': '$.n' } }] },
          ResultPath: null,
          Next: 'Read',
        },
        Read: { Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:textract:analyzeDocument', End: true },
      },
    }
    instance = openInstance(folder, [machineOf('m', definition)], {
      async callService(service, action, args, roleArn) {
        calls.push({ service, action, args, roleArn })
        throw new AwsError('InvalidS3Object', 'No such object')
      },
    })
    const { executionArn } = await start(arnOf('states', 'stateMachine:m'), { n: 1 })
    await instance.runtime.idle()
    const told = instance.published.filter(({ detailType }) => detailType === 'd')
    expect(told).toEqual([{ bus: arnOf('events', 'event-bus/bus'), detailType: 'd', detail: { n: 1 } }])
    expect(calls).toMatchObject([{ service: 'textract', action: 'analyzeDocument', args: { n: 1 } }])
    expect(await describeExecution(executionArn)).toMatchObject({ error: 'Textract.InvalidS3ObjectException' })
  })

  it('tells the default bus that it began, and how it ended', async () => {
    const executionArn = await run({ StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 60, End: true } } }, { n: 7 })
    await instance.call('StopExecution', { executionArn, error: 'Enough', cause: 'Because' })
    const { executionArn: other } = await start(arnOf('states', 'stateMachine:m'), {}, 'other')
    await instance.runtime.idle()
    instance.runtime.clock.advance(60_000)
    await instance.runtime.idle()
    const detailType = 'Step Functions Execution Status Change'
    const about = (arn: string, status: string) => ({
      bus: 'default',
      detailType,
      detail: { executionArn: arn, status, stateMachineArn: arnOf('states', 'stateMachine:m') },
    })
    expect(instance.published).toMatchObject([
      about(executionArn, 'RUNNING'),
      about(executionArn, 'ABORTED'),
      about(other, 'RUNNING'),
      about(other, 'SUCCEEDED'),
    ])
    expect(instance.published[1]?.detail).toMatchObject({
      name: 'run',
      input: '{"n":7}',
      output: null,
      error: 'Enough',
    })
    expect(instance.published[3]?.detail).toMatchObject({ output: '{}', outputDetails: { included: true } })
  })

  it('waits for an execution that it started', async () => {
    const child = machineOf('child', { StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 60, End: true } } })
    const parent = machineOf(
      'parent',
      task('arn:aws:states:::states:startExecution.sync:2', {
        Parameters: { StateMachineArn: child.arn, Input: { 'n.$': '$.n' } },
        OutputPath: '$.Output',
      }),
    )
    instance = openInstance(folder, [child, parent])
    const { executionArn } = await start(parent.arn, { n: 7 })
    await instance.runtime.idle()
    instance.runtime.clock.advance(60_000)
    await instance.runtime.idle()
    expect(await describeExecution(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '{"n":7}' })
  })
})

describe('a name', () => {
  it('stands for the same running execution, and is taken for any other', async () => {
    const machine = machineOf('m', { StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 60, End: true } } })
    instance = openInstance(folder, [machine])
    const first = await start(machine.arn, { n: 1 })
    expect(await start(machine.arn, { n: 1 })).toEqual(first)
    await expect(start(machine.arn, { n: 2 })).rejects.toMatchObject({ code: 'ExecutionAlreadyExists' })
    await instance.runtime.idle()
    instance.runtime.clock.advance(60_000)
    await instance.runtime.idle()
    await expect(start(machine.arn, { n: 1 })).rejects.toMatchObject({ code: 'ExecutionAlreadyExists' })
    await expect(start(`${machine.arn}x`)).rejects.toMatchObject({ code: 'StateMachineDoesNotExist' })
  })
})

const passing = (output: string) => ({ StartAt: 'P', States: { P: { Type: 'Pass', Result: output, End: true } } })
const live = { arn: arnOf('states', 'stateMachine:m:live'), name: 'live' }

describe('the template', () => {
  it('gives machines with their substitutions, versions and aliases', async () => {
    const properties = {
      RoleArn: MACHINE_ROLE,
      DefinitionString: JSON.stringify(passing('${Word}')),
      DefinitionSubstitutions: { Word: 'hello' },
    }
    const machines = [resource('AWS::StepFunctions::StateMachine', arnOf('states', 'stateMachine:m'), properties)]
    const versions = [
      resource('AWS::StepFunctions::StateMachineVersion', `${machines[0]?.arn}:1`, {
        StateMachineArn: machines[0]?.arn ?? '',
      }),
    ]
    const aliases = [resource('AWS::StepFunctions::StateMachineAlias', live.arn, { Name: 'live' })]
    instance = openInstance(folder, templateMachines({ machines, versions, aliases }))
    const { executionArn } = await start(live.arn)
    await instance.runtime.idle()
    expect(await describeExecution(executionArn)).toMatchObject({ output: '"hello"', stateMachineAliasArn: live.arn })
    const principal = { roleArn: 'r' }
    const input = { stateMachineArn: live.arn }
    expect(instance.states.resourceOf({ operation: 'StartExecution', input, principal })).toBe(live.arn)
  })
})

describe('versions and aliases', () => {
  const outputOf = async (arn: string, name: string) => {
    const { executionArn } = await start(arn, {}, name)
    await instance.runtime.idle()
    return describeExecution(executionArn)
  }

  it('publishes through the API, moves the alias there and back, and keeps both over a restart', async () => {
    const template = machineOf('m', passing('one'), { version: {}, aliases: [live] })
    instance = openInstance(folder, [template])
    expect(await outputOf(live.arn, 'a')).toMatchObject({
      output: '"one"',
      stateMachineVersionArn: `${template.arn}:1`,
    })
    await instance.call('UpdateStateMachine', {
      stateMachineArn: template.arn,
      definition: JSON.stringify(passing('two')),
    })
    expect(await outputOf(live.arn, 'b')).toMatchObject({ output: '"one"' })
    const version = await instance.call<{ stateMachineVersionArn: string }>('PublishStateMachineVersion', {
      stateMachineArn: template.arn,
    })
    expect(await instance.call('PublishStateMachineVersion', { stateMachineArn: template.arn })).toEqual(version)
    const route = (stateMachineVersionArn: string) => [{ stateMachineVersionArn, weight: 100 }]
    await instance.call('UpdateStateMachineAlias', {
      stateMachineAliasArn: live.arn,
      routingConfiguration: route(version.stateMachineVersionArn),
    })
    instance.crash()
    instance = openInstance(folder, [template])
    expect(await outputOf(live.arn, 'c')).toMatchObject({ output: '"two"', stateMachineAliasArn: live.arn })
    await expect(
      instance.call('DeleteStateMachineVersion', { stateMachineVersionArn: version.stateMachineVersionArn }),
    ).rejects.toMatchObject({ code: 'ConflictException' })
    await instance.call('UpdateStateMachineAlias', {
      stateMachineAliasArn: live.arn,
      routingConfiguration: route(`${template.arn}:1`),
    })
    expect(await outputOf(live.arn, 'd')).toMatchObject({ output: '"one"' })
    await instance.call('DeleteStateMachineVersion', { stateMachineVersionArn: version.stateMachineVersionArn })
    const { executions } = await instance.call<{ executions: { name: string }[] }>('ListExecutions', {
      stateMachineArn: live.arn,
      maxResults: 2,
    })
    expect(executions.map(({ name }) => name)).toEqual(['d', 'c'])
  })

  it('applies a changed template at the start: a new version, with the alias on it', async () => {
    instance = openInstance(folder, [machineOf('m', passing('one'), { version: {}, aliases: [live] })])
    instance.crash()
    instance = openInstance(folder, [machineOf('m', passing('two'), { version: {}, aliases: [live] })])
    expect(await outputOf(live.arn, 'a')).toMatchObject({ output: '"two"' })
    const { stateMachineVersions } = await instance.call<{ stateMachineVersions: object[] }>(
      'ListStateMachineVersions',
      {
        stateMachineArn: arnOf('states', 'stateMachine:m'),
      },
    )
    expect(stateMachineVersions).toHaveLength(2)
  })

  it('refuses definitions that are not valid', async () => {
    instance = openInstance(folder, [])
    const bad = JSON.stringify({ StartAt: 'A', States: { A: { Type: 'Pass', Next: 'B' } } })
    await expect(
      instance.call('CreateStateMachine', { name: 'bad', definition: bad, roleArn: 'r' }),
    ).rejects.toMatchObject({ code: 'InvalidDefinition', message: expect.stringContaining('/States/A/Next') })
    expect(await instance.call('ValidateStateMachineDefinition', { definition: bad })).toMatchObject({ result: 'FAIL' })
    const good = { name: 'good', definition: JSON.stringify(passing('x')), roleArn: 'r', publish: true }
    const made = await instance.call('CreateStateMachine', good)
    expect(made).toMatchObject({ stateMachineVersionArn: arnOf('states', 'stateMachine:good:1') })
    expect(await instance.call('CreateStateMachine', good)).toEqual(made)
    await expect(instance.call('CreateStateMachine', { ...good, roleArn: 'other' })).rejects.toMatchObject({
      code: 'StateMachineAlreadyExists',
    })
    const sync = await instance.call<Description>('StartSyncExecution', {
      stateMachineArn: arnOf('states', 'stateMachine:good'),
    })
    expect(sync).toMatchObject({ status: 'SUCCEEDED', output: '"x"' })
  })
})

describe('a crash', () => {
  const SCRIPT = join(__dirname, 'step-functions-killed.ts')

  /** Lets a process start executions until it has told of `count`, kills it, and answers the last one that it told of. */
  const runAndKill = (first: number, count: number): Promise<number> =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, ['--import', 'tsx', SCRIPT, folder, String(first)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let said = ''
      child.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString()
        if (said.split('\n').length > count) child.kill('SIGKILL')
      })
      child.on('error', reject)
      child.on('close', (_code, signal) => {
        const whole = said.slice(0, said.lastIndexOf('\n')).split('\n')
        if (signal === 'SIGKILL') resolve(Number(whole.at(-1)))
        else reject(new Error('the process ended by itself'))
      })
    })

  it('loses no execution: each ends exactly once, with all its steps done', async () => {
    let last = -1
    for (const count of [37, 150, 61]) last = await runAndKill(last + 1, count)
    instance = startInstance(folder)
    const { runtime } = instance
    const open = runtime.state.prepare(`SELECT COUNT(*) AS n FROM sfn_executions WHERE status = 'RUNNING'`)
    for (let turn = 0; turn < 20 && (open.get() as { n: number }).n > 0; turn++) {
      await runtime.idle()
      runtime.clock.advance(1000)
    }
    await runtime.idle()
    const wrong: unknown[] = []
    for (let n = 0; n <= last; n++) {
      const executionArn = arnOf('states', `execution:killed:n${n}`)
      const { status, output } = await describeExecution(executionArn)
      const { events } = await instance.call<{ events: { type: string }[] }>('GetExecutionHistory', { executionArn })
      const ends = events.filter(({ type }) => type === 'ExecutionSucceeded').length
      const expected = JSON.stringify({ n, waited: n * 2, sides: ['left', 'right'] })
      if (status !== 'SUCCEEDED' || output !== expected || ends !== 1) wrong.push({ n, status, output, ends })
    }
    expect(wrong).toEqual([])
    const calls = runtime.state.prepare('SELECT n, step, COUNT(*) AS times FROM calls GROUP BY n, step').all()
    expect(calls.length).toBeGreaterThanOrEqual(3 * (last + 1))
  })
})
