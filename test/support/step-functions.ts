/** Step Functions for the doors of the SOPs: its HTTP protocol in front, the real engine behind, and calls that can be made to crash. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { advance, start, waitsFor } from '../../engine/advance'
import type { Effect, Execution, ExecutionEvent, Step, TaskEffect } from '../../engine/execution'
import type { Json, JsonObject } from '../../engine/json'
import { readMachine } from './sop-world'

interface Running {
  definition: JsonObject
  input: string
  startedAt: number
  versionArn: string
  execution: Execution
}

/** A call of `sop-step` that a machine wants made. */
export interface StepCall {
  payload: Json
  succeed(output: Json): Promise<void>
  fail(error: Error): Promise<void>
}

class Refused extends Error {}

const MACHINE = 'arn:aws:states:eu-central-1:123456789012:stateMachine:portolan-'

const STEP = 'arn:aws:lambda:eu-central-1:123456789012:function:sop-step'

export class StepFunctions {
  readonly executions = new Map<string, Running>()
  /** Calls that have not been made yet. */
  readonly calls: StepCall[] = []
  readonly requests: string[] = []
  version = 1
  /** Versions of each machine, the first of them as it came with Portolan. */
  private readonly published = new Map<string, { definition: string; description?: string }[]>()
  private readonly tokens = new Map<string, { executionArn: string; task: number }>()
  private readonly crashes: { operation: string; when: 'before' | 'after' }[] = []
  private readonly interruptions = new Map<string, () => Promise<unknown>>()
  private time = Date.now()
  private server: Server | undefined

  /** Starts the service and points the SDK of this process at it. */
  async listen(sopIds: readonly string[]) {
    this.server = createServer((request, response) => {
      this.serve(request, response).catch((error) => response.destroy(error))
    })
    await new Promise<void>((resolve) => this.server?.listen(0, '127.0.0.1', resolve))
    const { port } = this.server.address() as AddressInfo
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_SFN: `http://127.0.0.1:${port}`,
      SOP_MACHINES: JSON.stringify(Object.fromEntries(sopIds.map((sopId) => [sopId, MACHINE + sopId]))),
    })
  }

  async close() {
    this.server?.closeAllConnections()
    await new Promise((resolve) => this.server?.close(resolve))
  }

  /** The next call of the operation fails: `before` it has an effect, or `after` it and before anybody hears of it. */
  crash(operation: string, when: 'before' | 'after') {
    this.crashes.push({ operation, when })
  }

  /** Something that happens while the next call of the operation is on its way. */
  before(operation: string, meanwhile: () => Promise<unknown>) {
    this.interruptions.set(operation, meanwhile)
  }

  /** Lets the retries fire that machines are waiting for. */
  async passMinutes(minutes: number) {
    this.time += minutes * 60_000
    for (const arn of this.executions.keys()) await this.send(arn, { type: 'time' })
  }

  /** Of all runs, the first one first. */
  executionsOf(shipmentId: string): Execution[] {
    return [...this.executions].flatMap(([arn, { execution }]) => (arn.includes(`:${shipmentId}`) ? [execution] : []))
  }

  /** As if the execution had never been: its calls are still under way. */
  lose(executionArn: string) {
    this.executions.delete(executionArn)
  }

  /** Ends the execution from outside, as an operator or a defect would. */
  end(executionArn: string, event: ExecutionEvent = { type: 'stop', cause: 'by an operator' }) {
    return this.send(executionArn, event)
  }

  private async serve(request: IncomingMessage, response: ServerResponse) {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? ''
    this.requests.push(operation)
    const meanwhile = this.interruptions.get(operation)
    this.interruptions.delete(operation)
    await meanwhile?.()
    const place = this.crashes.findIndex((it) => it.operation === operation)
    const crash = place < 0 ? undefined : this.crashes.splice(place, 1)[0]
    const answer = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body))
    const crashed = () => answer(400, { __type: 'Crashed', message: 'crash' })
    if (crash?.when === 'before') return crashed()
    try {
      const body = await this.perform(operation, JSON.parse(Buffer.concat(chunks).toString()))
      return crash ? crashed() : answer(200, body)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      return answer(400, { __type: error.message, message: error.message })
    }
  }

  private async perform(operation: string, body: Record<string, string>): Promise<object> {
    switch (operation) {
      case 'DescribeStateMachineAlias': {
        const versionArn = `${body.stateMachineAliasArn?.replace(/:live$/, '')}:${this.version}`
        return { routingConfiguration: [{ stateMachineVersionArn: versionArn, weight: 100 }] }
      }
      case 'DescribeStateMachine': {
        const [, machineArn = '', version = ''] = /^(.*):(\d+)$/.exec(String(body.stateMachineArn)) ?? []
        const found = this.versionsOf(machineArn)[Number(version) - 1]
        if (!found) throw new Refused('StateMachineDoesNotExist')
        return found
      }
      case 'UpdateStateMachine':
        return this.publish(String(body.stateMachineArn), String(body.definition), String(body.versionDescription))
      case 'StartExecution':
        return this.start(String(body.stateMachineArn), String(body.name), String(body.input))
      case 'DescribeExecution': {
        const { versionArn, startedAt, execution } = this.running(body.executionArn)
        const { status, error, cause } = execution
        return { stateMachineVersionArn: versionArn, startDate: startedAt / 1000, status, error, cause }
      }
      case 'GetExecutionHistory':
        return { events: [{ id: this.running(body.executionArn).execution.events }] }
      case 'StopExecution':
        if (this.running(body.executionArn).execution.status === 'RUNNING')
          await this.send(String(body.executionArn), { type: 'stop', ...(body.cause ? { cause: body.cause } : {}) })
        return { stopDate: 0 }
      case 'SendTaskSuccess':
        return this.succeed(String(body.taskToken), JSON.parse(String(body.output)))
      default:
        throw new Error(`${operation} is not served here`)
    }
  }

  versionsOf(machineArn: string) {
    const first = JSON.stringify(readMachine(machineArn.slice(MACHINE.length))).replaceAll(
      '${SopStepFunctionArn}',
      STEP,
    )
    const versions = this.published.get(machineArn) ?? [{ definition: first }]
    this.published.set(machineArn, versions)
    return versions
  }

  /** The newest version once more when its definition is the same. */
  private publish(machineArn: string, definition: string, description: string) {
    const versions = this.versionsOf(machineArn)
    if (versions.at(-1)?.definition !== definition) versions.push({ definition, description })
    return { stateMachineVersionArn: `${machineArn}:${versions.length}`, updateDate: 0 }
  }

  private running(executionArn = ''): Running {
    const running = this.executions.get(executionArn)
    if (!running) throw new Refused('ExecutionDoesNotExist')
    return running
  }

  /** A version that only `version` speaks of is the first one again. */
  private definitionOf(versionArn: string): JsonObject {
    const [, machineArn = '', version = ''] = /^(.*):(\d+)$/.exec(versionArn) ?? []
    const [first, ...others] = this.versionsOf(machineArn)
    const { definition } = others[Number(version) - 2] ?? first ?? { definition: '{}' }
    return JSON.parse(definition)
  }

  private async start(versionArn: string, name: string, input: string) {
    const sopId = versionArn.slice(MACHINE.length).split(':')[0] ?? ''
    const executionArn = `${(MACHINE + sopId).replace(':stateMachine:', ':execution:')}:${name}`
    const known = this.executions.get(executionArn)
    if (known && (known.input !== input || known.execution.status !== 'RUNNING'))
      throw new Refused('ExecutionAlreadyExists')
    if (known) return { executionArn, startDate: 0 }
    const stateMachine = { id: MACHINE + sopId, name: sopId }
    const context = { id: executionArn, name, roleArn: 'arn:aws:iam::1:role/r', stateMachine, seed: 1 }
    const definition = this.definitionOf(versionArn)
    const begun = await start(definition, JSON.parse(input), context, { now: this.time })
    this.executions.set(executionArn, {
      definition,
      input,
      versionArn,
      execution: begun.execution,
      startedAt: this.time,
    })
    this.after(executionArn, begun)
    return { executionArn, startDate: 0 }
  }

  private async succeed(token: string, output: Json) {
    const held = this.tokens.get(token)
    if (!held) throw new Refused('InvalidToken')
    const holder = this.executions.get(held.executionArn)
    if (!holder || !waitsFor(holder.execution, held.task)) throw new Refused('TaskTimedOut')
    await this.send(held.executionArn, { type: 'taskSucceeded', task: held.task, output })
    return {}
  }

  /** One event of an execution after the other, as the service has it. */
  private queue: Promise<void> = Promise.resolve()
  private send(executionArn: string, event: ExecutionEvent): Promise<void> {
    const work = this.queue.then(async () => {
      const running = this.running(executionArn)
      const step = await advance(running.definition, running.execution, event, { now: this.time })
      running.execution = step.execution
      this.after(executionArn, step)
    })
    this.queue = work.catch(() => undefined)
    return work
  }

  private after(executionArn: string, { effects }: Step) {
    for (const effect of effects.filter(isTask)) {
      const { task, token } = effect
      if (token !== undefined) this.tokens.set(token, { executionArn, task })
      const { Payload } = effect.arguments as JsonObject
      this.calls.push({
        payload: Payload ?? null,
        succeed: (output) =>
          this.send(
            executionArn,
            token === undefined
              ? { type: 'taskSucceeded', task, output: { Payload: output } }
              : { type: 'taskSubmitted', task, output: {} },
          ),
        fail: (error) => this.send(executionArn, { type: 'taskFailed', task, error: error.name, cause: error.message }),
      })
    }
  }
}

const isTask = (effect: Effect): effect is TaskEffect => effect.type === 'task'
