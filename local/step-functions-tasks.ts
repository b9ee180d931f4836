/** Sends the tasks of executions to what their resources name, and puts the answers as Step Functions would. */
import { createHash, randomUUID } from 'node:crypto'
import type { ExecutionEvent, TaskEffect } from '../engine/execution'
import { isObject } from '../engine/json'
import { nameOf } from './properties'
import { AwsError, type InvokeResult, type Json, type Runtime } from './service'
import type { ExecutionRow } from './step-functions-store'

type JsonObject = { [key: string]: Json }

/** Calls an operation of another emulated service as a role, e.g. `dynamodb`, `putItem`. Throws AwsError. */
export type CallService = (service: string, action: string, args: JsonObject, roleArn: string) => Promise<Json>

export interface TaskPeers {
  callService: CallService
  /** Starts an execution for a task; the same task starts the same execution, however often it is sent. */
  startChild(parent: ExecutionRow, task: number, args: JsonObject): { arn: string; startedAt: number }
}

export interface Perform {
  /** Sends a task. undefined: its answer comes later, by a token. */
  run(row: ExecutionRow, effect: TaskEffect): Promise<ExecutionEvent | undefined>
  /** What the end of a child execution means for the task that waits for it. */
  ofChild(child: ExecutionRow, effect: TaskEffect): ExecutionEvent
}

/** A task failed, under the name that Retry and Catch see. */
class TaskFailure extends Error {
  constructor(
    readonly error: string,
    readonly detail: string,
  ) {
    super(detail)
  }
}

type Call = (args: JsonObject, row: ExecutionRow, effect: TaskEffect) => Promise<Json> | Json

export function createPerform(runtime: Runtime, peers: TaskPeers): Perform {
  const call = createCalls(runtime, peers)
  return {
    async run(row, effect) {
      const { task } = effect
      try {
        const output = await call(effect)(
          effect.service === 'lambda' && effect.action === '' ? {} : objectOf(effect.arguments),
          row,
          effect,
        )
        return { type: effect.pattern === 'request' ? 'taskSucceeded' : 'taskSubmitted', task, output }
      } catch (error) {
        const failure = error instanceof TaskFailure ? error : asFailure(effect, error)
        return { type: 'taskFailed', task, error: failure.error, cause: failure.detail }
      }
    },
    ofChild: childEnded,
  }
}

const objectOf = (value: Json): JsonObject => {
  if (isObject(value)) return value
  throw new TaskFailure('States.Runtime', 'The arguments of the task must be an object')
}

function createCalls(runtime: Runtime, peers: TaskPeers) {
  const base = (action: string) => action.replace(/\.(waitForTaskToken|sync|sync:2)$/, '')
  const allowed = (row: ExecutionRow, action: string, resource: string) =>
    runtime.authorize({ roleArn: row.role, session: row.name }, action, resource)

  async function invoke(functionArn: string, payload: Json, row: ExecutionRow): Promise<Json> {
    allowed(row, 'lambda:InvokeFunction', functionArn)
    return answerOf(await runtime.invoke(functionArn, payload))
  }

  const known: Record<string, Call> = {
    async 'lambda:invoke'(args, row) {
      const target = text(args, 'FunctionName')
      const Payload = await invoke(functionArnOf(runtime, target), args.Payload ?? {}, row)
      return { ExecutedVersion: '$LATEST', Payload, StatusCode: 200 }
    },
    'events:putEvents': (args, row) => putEvents(runtime, args, (bus) => allowed(row, 'events:PutEvents', bus)),
    'sqs:sendMessage'(args, row) {
      const queueArn = `arn:aws:sqs:${runtime.region}:${runtime.accountId}:${nameOf(text(args, 'QueueUrl'))}`
      allowed(row, 'sqs:SendMessage', queueArn)
      const body = typeof args.MessageBody === 'string' ? args.MessageBody : JSON.stringify(args.MessageBody ?? null)
      runtime.sendMessage(queueArn, body)
      return { MD5OfMessageBody: createHash('md5').update(body).digest('hex'), MessageId: randomUUID() }
    },
    'states:startExecution'(args, row, { task }) {
      allowed(row, 'states:StartExecution', text(args, 'StateMachineArn'))
      const { arn, startedAt } = peers.startChild(row, task, args)
      return { ExecutionArn: arn, StartDate: new Date(startedAt).toISOString() }
    },
  }

  return (effect: TaskEffect): Call => {
    const { service, action, resource } = effect
    if (service === 'activity') throw new TaskFailure('States.Runtime', 'Activities are not offered here')
    if (service === 'lambda' && action === '') return (_, row) => invoke(resource, effect.arguments, row)
    const own = known[`${service}:${base(action)}`]
    if (own) return own
    const target = service.replace(/^aws-sdk:/, '')
    return (args, row) => peers.callService(target, base(action), args, row.role)
  }
}

function text(args: JsonObject, field: string): string {
  const value = args[field]
  if (typeof value === 'string') return value
  throw new TaskFailure('States.Runtime', `The field '${field}' is required but was missing`)
}

/** FunctionName may be a name, an ARN, or an ARN with a version. */
function functionArnOf(runtime: Runtime, name: string): string {
  if (!name.startsWith('arn:')) return `arn:aws:lambda:${runtime.region}:${runtime.accountId}:function:${name}`
  return name.split(':').slice(0, 7).join(':')
}

/** The function's answer, or its error under the name that the function gave it. */
function answerOf({ payload, functionError }: InvokeResult): Json {
  if (!functionError) return payload
  const document = JSON.stringify(payload)
  const type = isObject(payload) ? payload.errorType : undefined
  if (typeof type === 'string' && type !== '') throw new TaskFailure(type, document)
  const unknown = 'The cause could not be determined because Lambda did not return an error type.'
  throw new TaskFailure('Lambda.Unknown', `${unknown} Returned payload: ${document}`)
}

function putEvents(runtime: Runtime, args: JsonObject, allow: (busArn: string) => void): Json {
  const entries = Array.isArray(args.Entries) ? args.Entries.filter(isObject) : []
  const answers = entries.map((entry) => {
    const bus = typeof entry.EventBusName === 'string' ? entry.EventBusName : 'default'
    const busArn = bus.startsWith('arn:')
      ? bus
      : `arn:aws:events:${runtime.region}:${runtime.accountId}:event-bus/${bus}`
    allow(busArn)
    const detail = typeof entry.Detail === 'string' ? JSON.parse(entry.Detail) : (entry.Detail ?? {})
    const resources = Array.isArray(entry.Resources) ? entry.Resources.map(String) : undefined
    runtime.putEvent(busArn, {
      source: String(entry.Source),
      detailType: String(entry.DetailType),
      detail,
      ...(resources && { resources }),
    })
    return { EventId: randomUUID() }
  })
  return { Entries: answers, FailedEntryCount: 0 }
}

/** Service names as error names spell them. */
const SERVICE_NAMES: Record<string, string> = {
  dynamodb: 'DynamoDb',
  events: 'EventBridge',
  eventbridge: 'EventBridge',
  s3: 'S3',
  sfn: 'Sfn',
  sns: 'SNS',
  sqs: 'SQS',
  states: 'StepFunctions',
  textract: 'Textract',
}

/** An error of a called service, e.g. `DynamoDb.ResourceNotFoundException`. */
function asFailure({ service }: TaskEffect, error: unknown): TaskFailure {
  if (!(error instanceof AwsError))
    return new TaskFailure('States.TaskFailed', error instanceof Error ? error.message : String(error))
  const about = (name: string) =>
    `${error.message} (Service: ${name}; Status Code: ${error.status}; Error Code: ${error.code}; Request ID: ${randomUUID()}; Proxy: null)`
  if (service === 'lambda') {
    const known = ['ResourceNotFoundException', 'TooManyRequestsException', 'ServiceException'].includes(error.code)
    return new TaskFailure(`Lambda.${known ? error.code : 'AWSLambdaException'}`, about('AWSLambda'))
  }
  const target = service.replace(/^aws-sdk:/, '')
  const name = SERVICE_NAMES[target] ?? target.charAt(0).toUpperCase() + target.slice(1)
  const code = error.code.endsWith('Exception') ? error.code : `${error.code}Exception`
  return new TaskFailure(`${name}.${code}`, about(name))
}

/** `.sync` gives the child's payloads as text, `.sync:2` as JSON. */
function childEnded(child: ExecutionRow, { task, action }: TaskEffect): ExecutionEvent {
  const payload = (text: string): Json => (action.endsWith('.sync:2') ? JSON.parse(text) : text)
  const document = {
    ExecutionArn: child.arn,
    Input: payload(child.input),
    InputDetails: { Included: true },
    Name: child.name,
    StartDate: child.startedAt,
    StateMachineArn: child.machine,
    Status: child.status,
    ...(child.stoppedAt !== null && { StopDate: child.stoppedAt }),
  }
  if (child.status === 'SUCCEEDED') {
    const output = { ...document, Output: payload(child.output ?? 'null'), OutputDetails: { Included: true } }
    return { type: 'taskSucceeded', task, output }
  }
  const reasons = {
    ...(child.cause !== null && { Cause: child.cause }),
    ...(child.error !== null && { Error: child.error }),
  }
  return { type: 'taskFailed', task, error: 'States.TaskFailed', cause: JSON.stringify({ ...reasons, ...document }) }
}
