/** Textract on the wire: the synchronous operations and the asynchronous pairs. */
import type * as z from 'zod'
import { AwsError, type JsonService, type Principal, type Runtime, type ServiceCall } from '../service'
import type { Block } from './blocks'
import { createJobRunner, PAIRS, type Pair, pairOf, type RunnerPorts, requestOf } from './job-runner'
import { createJobs, type Job, type Jobs } from './jobs'
import {
  AnalyzeRequest,
  type AnyStart,
  ASYNC_BYTES,
  DetectRequest,
  GetRequest,
  invalidParameter,
  parse,
  readRequest,
  StartAnalysisRequest,
  StartRequest,
  SYNC_BYTES,
} from './operations'
import { DocumentError } from './page'
import type { ReadRequest, ReadResult } from './read'
import { createReader, type Reader } from './reader'

export interface TextractPorts {
  /** Rejects when the object (or that version of it) is not there. */
  getObject(bucket: string, key: string, versionId?: string): Promise<Uint8Array>
  /** Publishes to an SNS topic. */
  publish(topicArn: string, message: string): void | Promise<void>
  /** The thread that reads; one of its own, started with the first document, unless given. */
  reader?: Reader
}

export interface Textract extends JsonService {
  /** Goes on with the jobs that a stop or a crash left unfinished. */
  boot(): void
  close(): Promise<void>
}

const MODEL = 'local-1.0'
const RESULTS = {
  DocumentTextDetection: { field: 'Blocks', most: 1000, model: 'DetectDocumentTextModelVersion' },
  DocumentAnalysis: { field: 'Blocks', most: 1000, model: 'AnalyzeDocumentModelVersion' },
  ExpenseAnalysis: { field: 'ExpenseDocuments', most: 20, model: 'AnalyzeExpenseModelVersion' },
} as const satisfies Record<Pair, unknown>

export function createTextract(runtime: Runtime, ports: TextractPorts): Textract {
  const jobs = createJobs(runtime)
  const reader = ports.reader ?? createReader()
  const fetch: RunnerPorts['fetch'] = (object, principal) => fetchObject(runtime, ports, object, principal, ASYNC_BYTES)
  const runner = createJobRunner(runtime, { jobs, reader, fetch, publish: ports.publish })

  async function readNow(call: ServiceCall, request: ReadRequest): Promise<ReadResult> {
    const bytes = await documentOf(runtime, ports, call)
    const busy = runtime.busy('textract')
    try {
      const result = await reader.read(bytes, { ...request, mostPages: 1 }, { urgent: true })
      runtime.count('textract pages', result.pages.length)
      return result
    } catch (error) {
      if (error instanceof DocumentError) throw new AwsError(error.code, error.message)
      runtime.log('error', 'textract could not read a document', { error: String(error) })
      throw new AwsError('InternalServerError', 'Textract experienced a service issue', 500)
    } finally {
      busy.done()
    }
  }

  async function start(pair: Pair, call: ServiceCall): Promise<{ JobId: string }> {
    const schema: z.ZodType<AnyStart> = pair === 'DocumentAnalysis' ? StartAnalysisRequest : StartRequest
    const input = parse(schema, call.input)
    requestOf(pair, input)
    const { ClientRequestToken: token, ...rest } = input
    const request = JSON.stringify({ ...rest, principal: call.principal })
    const known = token === undefined ? undefined : jobs.known(`Start${pair}`, token)
    if (!known) await fetch(input.DocumentLocation.S3Object, call.principal)
    const job = known ?? jobs.start(`Start${pair}`, token ?? null, request)
    if (job.request !== request)
      throw new AwsError(
        'IdempotentParameterMismatchException',
        'The ClientRequestToken was used with other parameters',
      )
    if (!known) runner.wake()
    return { JobId: job.id }
  }

  const operations = new Map<string, (call: ServiceCall) => unknown>([
    [
      'DetectDocumentText',
      async (call) => {
        const result = await readNow(call, { features: [] })
        return { ...metadata(result), Blocks: unnumbered(result), DetectDocumentTextModelVersion: MODEL }
      },
    ],
    [
      'AnalyzeDocument',
      async (call) => {
        const result = await readNow(call, readRequest(parse(AnalyzeRequest, call.input), 'sync'))
        return { ...metadata(result), Blocks: unnumbered(result), AnalyzeDocumentModelVersion: MODEL }
      },
    ],
    [
      'AnalyzeExpense',
      async (call) => {
        const result = await readNow(call, { features: [], expense: true })
        return { ...metadata(result), ExpenseDocuments: result.pages.flatMap((page) => page.expense ?? []) }
      },
    ],
  ])
  for (const pair of PAIRS) {
    operations.set(`Start${pair}`, (call) => start(pair, call))
    operations.set(`Get${pair}`, (call) => getResults(jobs, pair, call))
  }

  return {
    target: 'Textract',
    iam: 'textract',
    resourceOf: () => null,
    async handle(call) {
      const operation = operations.get(call.operation)
      if (!operation) throw new AwsError('UnknownOperationException', `Textract ${call.operation} is not served here`)
      runtime.count(`textract.calls.${call.operation}`)
      return operation(call)
    },
    boot: () => runner.wake(),
    close: () => runner.close(),
  }
}

async function documentOf(runtime: Runtime, ports: TextractPorts, call: ServiceCall): Promise<Uint8Array> {
  const { Document } = parse(DetectRequest, call.input)
  if (Document.S3Object) return fetchObject(runtime, ports, Document.S3Object, call.principal, SYNC_BYTES)
  return withinLimit(Buffer.from(Document.Bytes ?? '', 'base64'), SYNC_BYTES)
}

/** The caller's own right to the object is asked, as Textract reads with the caller's credentials. */
async function fetchObject(
  runtime: Runtime,
  ports: TextractPorts,
  object: Parameters<RunnerPorts['fetch']>[0],
  principal: Principal,
  most: number,
): Promise<Uint8Array> {
  const { Bucket, Name, Version } = object
  try {
    const action = Version === undefined ? 's3:GetObject' : 's3:GetObjectVersion'
    runtime.authorize(principal, action, `arn:aws:s3:::${Bucket}/${Name}`)
    return withinLimit(await ports.getObject(Bucket, Name, Version), most)
  } catch (error) {
    if (error instanceof AwsError && error.code === 'DocumentTooLargeException') throw error
    throw new AwsError(
      'InvalidS3ObjectException',
      'Unable to get object metadata from S3. Check object key, region and/or access permissions.',
    )
  }
}

function withinLimit(bytes: Uint8Array, most: number): Uint8Array {
  if (bytes.byteLength > most)
    throw new AwsError('DocumentTooLargeException', 'The document is larger than the operation takes')
  return bytes
}

const metadata = (result: ReadResult) => ({ DocumentMetadata: { Pages: result.total } })

/** Synchronous answers are of one page and do not number it. */
const unnumbered = (result: ReadResult): Block[] =>
  result.pages.flatMap(({ blocks }) => blocks.map(({ Page: _, ...block }) => block))

function getResults(jobs: Jobs, pair: Pair, call: ServiceCall): object {
  const { field, most, model } = RESULTS[pair]
  const { JobId, MaxResults = most, NextToken } = parse(GetRequest, call.input)
  const job = jobs.find(JobId)
  if (!job || pairOf(job) !== pair) throw new AwsError('InvalidJobIdException', 'Request has invalid Job Id')
  const from = NextToken === undefined ? 0 : positionOf(NextToken, job)
  const common = {
    ...(job.pages === null ? {} : { DocumentMetadata: { Pages: job.pages } }),
    JobStatus: job.status,
    ...(job.message === null ? {} : { StatusMessage: job.message }),
    ...(job.failed.length === 0 ? {} : { Warnings: [{ ErrorCode: 'INVALID_IMAGE_TYPE', Pages: job.failed }] }),
  }
  if (job.status === 'IN_PROGRESS') return { JobStatus: job.status }
  if (job.status === 'FAILED') return common
  const limit = Math.min(most, MaxResults)
  const { results, more } = jobs.results(job.id, from, limit)
  return { ...common, ...(more ? { NextToken: tokenOf(from + limit, job) } : {}), [field]: results, [model]: MODEL }
}

const tokenOf = (position: number, job: Job): string =>
  Buffer.from(`${position}/${job.id.slice(0, 16)}`).toString('base64')

function positionOf(token: string, job: Job): number {
  const [position = '', id] = Buffer.from(token, 'base64').toString().split('/')
  if (!/^\d{1,9}$/.test(position) || id !== job.id.slice(0, 16)) throw invalidParameter()
  return Number(position)
}
