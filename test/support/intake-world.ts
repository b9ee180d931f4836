/**
 * Intake on the real table and the real machine, driven by the engine in virtual time. What AWS adds (S3, Textract, Step
 * Functions' tokens) answers over HTTP, and every call of all of them, the table's too, can be made to crash.
 */
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { advance, start } from '../../engine/advance'
import type { ExecutionEvent, TaskEffect } from '../../engine/execution'
import type { Json, JsonObject } from '../../engine/json'
import type { Verdict } from '../../functions/documents/domain/arrival'
import { uploadKey } from '../../functions/documents/domain/intake'
import { handler } from '../../functions/documents/tasks'
import { startTable } from './dynamodb'

const MACHINE: JsonObject = JSON.parse(
  readFileSync(join(__dirname, '../../state-machines/document-intake.asl.json'), 'utf8'),
)
const CONTEXT = {
  id: 'arn:aws:states:eu-central-1:000000000000:execution:m:run',
  name: 'run',
  roleArn: 'arn:aws:iam::000000000000:role/machine',
  stateMachine: { id: 'arn:aws:states:eu-central-1:000000000000:stateMachine:m', name: 'm' },
  seed: 42,
}

/** The n-th call dies: before it reaches the service, or after, and before anybody hears of it. */
export interface Crash {
  at: number
  when: 'before' | 'after'
}

export interface Ids {
  tenantId: string
  shipmentId: string
  documentId: string
}

/** What a run is fed with. */
export interface Story {
  verdict?: Verdict | undefined
  /** The verdict comes before the intake waits for it. */
  early?: boolean
  /** Every step and every signal comes twice in a row. */
  twice?: boolean
}

export interface Aws {
  calls: number
  /** Names of the operations called. */
  names: string[]
  crash: Crash | undefined
  /** Bytes by key and version. */
  objects: Map<string, Buffer>
  /** What Textract answers. */
  blocks: unknown[]
  /** What waits, by token; answered once. */
  answers: Map<string, { output: Json } | { error: string }>
  stop(): Promise<void>
}

const NOTICE = { Status: 'SUCCEEDED', JobId: 'job-1' }

/** Call before the first use of a client. */
export async function startAws(): Promise<Aws> {
  const table = await startTable()
  const tableUrl = process.env.AWS_ENDPOINT_URL_DYNAMODB ?? ''
  const server = createServer((request, response) => {
    serve(aws, tableUrl, request, response).catch((error) => response.destroy(error))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  const aws: Aws = {
    calls: 0,
    names: [],
    crash: undefined,
    objects: new Map(),
    blocks: [],
    answers: new Map(),
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await table.stop()
    },
  }
  for (const service of ['DYNAMODB', 'S3', 'SFN', 'TEXTRACT']) process.env[`AWS_ENDPOINT_URL_${service}`] = url
  Object.assign(process.env, {
    DOCUMENTS_BUCKET: 'documents',
    TEXTRACT_TOPIC_ARN: 'arn:topic',
    TEXTRACT_ROLE_ARN: 'arn:role',
    MALWARE_SCAN: 'ON',
  })
  return aws
}

async function serve(aws: Aws, tableUrl: string, request: IncomingMessage, response: ServerResponse) {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const body = Buffer.concat(chunks)
  const target = String(request.headers['x-amz-target'] ?? '')
  aws.calls += 1
  aws.names.push(target || `${request.method} object`)
  const crashes = aws.crash?.at === aws.calls ? aws.crash.when : undefined
  const die = () =>
    response
      .writeHead(400, { 'content-type': target ? 'application/x-amz-json-1.1' : 'application/xml' })
      .end(target ? '{"__type":"Crashed"}' : '<Error><Code>Crashed</Code></Error>')
  if (crashes === 'before') return die()
  const answer = target.startsWith('DynamoDB')
    ? await forward(tableUrl, request, body)
    : target
      ? json(aws, target, body)
      : object(aws, request, body)
  if (crashes === 'after') return die()
  return response.writeHead(answer.status ?? 200, answer.headers).end(answer.body)
}

interface Answered {
  status?: number
  headers: Record<string, string>
  body: string | Buffer
}

async function forward(url: string, request: IncomingMessage, body: Buffer): Promise<Answered> {
  const names = ['content-type', 'x-amz-target', 'authorization', 'x-amz-date']
  const headers = Object.fromEntries(names.map((name) => [name, String(request.headers[name])]))
  const answer = await fetch(url, { method: 'POST', body, headers })
  return { status: answer.status, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: await answer.text() }
}

function json(aws: Aws, target: string, body: Buffer): Answered {
  const headers = { 'content-type': 'application/x-amz-json-1.1' }
  const input = JSON.parse(body.toString())
  const pages = { DocumentMetadata: { Pages: 1 }, JobStatus: 'SUCCEEDED', Blocks: aws.blocks }
  if (target.endsWith('StartDocumentAnalysis')) return { headers, body: JSON.stringify({ JobId: NOTICE.JobId }) }
  // It is looked at once while it reads, and then when its notice has come.
  if (target.endsWith('GetDocumentAnalysis') && input.MaxResults === 1)
    return { headers, body: JSON.stringify({ JobStatus: 'IN_PROGRESS' }) }
  if (target.startsWith('Textract')) return { headers, body: JSON.stringify(pages) }
  const { taskToken, output, error } = input
  if (aws.answers.has(taskToken)) return { status: 400, headers, body: '{"__type":"TaskTimedOut"}' }
  aws.answers.set(taskToken, target.endsWith('Success') ? { output: JSON.parse(output) } : { error })
  return { headers, body: '{}' }
}

function object(aws: Aws, request: IncomingMessage, body: Buffer): Answered {
  const url = new URL(request.url ?? '/', 'http://s3')
  const key = decodeURIComponent(url.pathname.slice('/documents/'.length))
  const versionId = url.searchParams.get('versionId') ?? 'latest'
  if (url.searchParams.has('tagging'))
    return { headers: { 'content-type': 'application/xml' }, body: '<Tagging><TagSet></TagSet></Tagging>' }
  if (request.method === 'PUT') {
    aws.objects.set(key, body)
    return { headers: { etag: '"x"' }, body: '' }
  }
  if (request.method === 'POST') {
    aws.objects.set(`form ${aws.objects.size}`, body)
    return { status: 201, headers: { 'x-amz-version-id': 'printed' }, body: '' }
  }
  return { headers: { 'content-type': 'application/pdf' }, body: aws.objects.get(`${key} ${versionId}`) ?? '' }
}

/** Every event that the door was given, in order. */
export type Delivered = object[]

const invoke = (event: object) => handler(event, { awsRequestId: 'request', functionName: 'tasks' } as never)

/** Gives an event to the door once more. */
export const redeliver = invoke

export const verdictOf = (ids: Ids, versionId: string, verdict: Verdict) => ({
  'detail-type': 'GuardDuty Malware Protection Object Scan Result',
  id: 'event',
  detail: {
    s3ObjectDetails: { objectKey: keyOf(ids), versionId },
    scanResultDetails: { scanResultStatus: verdict },
  },
})

const keyOf = ({ tenantId, shipmentId, documentId }: Ids) => uploadKey(tenantId, shipmentId, documentId)

const noticeOf = (ids: Ids) => ({
  Records: [{ Sns: { Message: JSON.stringify({ ...NOTICE, DocumentLocation: { S3ObjectName: keyOf(ids) } }) } }],
})

/** Runs the machine for an upload to its end, each signal delivered until it is taken. Answers what the door was given. */
export async function takeIn(
  aws: Aws,
  ids: Ids,
  file: Buffer,
  story: Story = {},
  versionId = 'v1',
): Promise<Delivered> {
  const { verdict = 'NO_THREATS_FOUND', early = false, twice = false } = story
  const key = keyOf(ids)
  aws.objects.set(`${key} ${versionId}`, file)
  const delivered: Delivered = []
  const deliver = async (event: object) => {
    delivered.push(event)
    if (twice) await invoke(event)
    return invoke(event)
  }
  /** Whoever delivers at least once tries again. */
  const signal = (event: object) => deliver(event).catch(() => deliver(event))
  if (early) await signal(verdictOf(ids, versionId, verdict))
  const clock = { now: Date.parse('2030-01-01T00:00:00Z') }
  const input = { detail: { object: { key, 'version-id': versionId, size: file.length } } }
  let step = await start(MACHINE, input, CONTEXT, clock)
  const open: TaskEffect[] = []
  const waiting: TaskEffect[] = []
  for (let turns = 0; step.execution.status === 'RUNNING'; turns++) {
    if (turns > 200) throw new Error('The intake does not end')
    open.push(...step.effects.filter((effect) => effect.type === 'task'))
    const effect = open.shift()
    const event = effect ? await work(effect) : await signalled()
    if (event) step = await advance(MACHINE, step.execution, event, clock)
    else step = { ...step, effects: [] }
  }
  if (step.execution.status !== 'SUCCEEDED') throw new Error(`The intake ended ${step.execution.status}`)
  return delivered

  async function work(effect: TaskEffect): Promise<ExecutionEvent | undefined> {
    const { Payload } = Object(effect.arguments) as { Payload: JsonObject }
    try {
      const answer = await deliver(Payload)
      if (effect.token === undefined)
        return { type: 'taskSucceeded', task: effect.task, output: { Payload: answer as Json } }
      waiting.push(effect)
      return undefined
    } catch (error) {
      return { type: 'taskFailed', task: effect.task, error: error instanceof Error ? error.name : 'Error' }
    }
  }

  async function signalled(): Promise<ExecutionEvent> {
    const effect = waiting.at(-1)
    if (effect && !aws.answers.has(effect.token ?? '')) {
      const { Payload } = Object(effect.arguments) as { Payload: { step: string } }
      if (Payload.step === 'startReading') await signal(noticeOf(ids))
      else if (!early) await signal(verdictOf(ids, versionId, verdict))
    }
    const answer = aws.answers.get(effect?.token ?? '')
    if (effect && answer) {
      waiting.pop()
      return 'output' in answer
        ? { type: 'taskSucceeded', task: effect.task, output: answer.output }
        : { type: 'taskFailed', task: effect.task, error: answer.error }
    }
    clock.now = step.execution.wakeAt ?? clock.now + 1000
    return { type: 'time' }
  }
}
