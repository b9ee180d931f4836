/** Runs the asynchronous jobs, one after another, and tells when each is done. */
import { AwsError, type Principal, type Runtime } from '../service'
import type { Job, JobStatus, Jobs } from './jobs'
import { type AnyStart, KeptJob, parse, readRequest } from './operations'
import { DocumentError } from './page'
import type { ReadRequest } from './read'
import type { Reader } from './reader'

export const PAIRS = ['DocumentTextDetection', 'DocumentAnalysis', 'ExpenseAnalysis'] as const
export type Pair = (typeof PAIRS)[number]

export interface JobRunner {
  /** Runs whatever is unfinished. */
  wake(): void
  /** Jobs go on after the next start where they are. */
  close(): Promise<void>
}

export interface RunnerPorts {
  jobs: Jobs
  reader: Reader
  fetch(
    object: { Bucket: string; Name: string; Version?: string | undefined },
    principal: Principal,
  ): Promise<Uint8Array>
  publish(topicArn: string, message: string): void | Promise<void>
}

/** Pages read between two saves of a job: what a crash may repeat, and what a synchronous call may have to wait for. */
const PAGES_A_STEP = 3

export function createJobRunner(runtime: Runtime, { jobs, reader, fetch, publish }: RunnerPorts): JobRunner {
  let running: Promise<void> = Promise.resolve()
  let closed = false

  async function drain(): Promise<void> {
    for (const job of jobs.unfinished()) {
      if (closed) return
      await run(job)
    }
    for (const job of jobs.unannounced()) {
      if (closed) return
      await announce(job)
    }
  }

  async function run(job: Job): Promise<void> {
    try {
      const input = parse(KeptJob, JSON.parse(job.request))
      const bytes = await fetch(input.DocumentLocation.S3Object, input.principal)
      await readSteps(job, bytes, requestOf(pairOf(job), input))
      jobs.finish(job.id, statusOf(job), null)
    } catch (error) {
      // A stop ends the reading thread: the job is not at fault and goes on after the next start.
      if (closed) return
      jobs.finish(job.id, 'FAILED', messageOf(error))
      if (error instanceof DocumentError || error instanceof AwsError) return
      runtime.log('error', 'textract could not read a document', { job: job.id, error: String(error) })
    }
  }

  async function readSteps(job: Job, bytes: Uint8Array, request: ReadRequest): Promise<void> {
    while (job.pages === null || job.done < job.pages) {
      const pages = { from: job.done + 1, to: job.done + PAGES_A_STEP }
      const result = await reader.read(bytes, { ...request, pages }, { urgent: false })
      job.failed.push(...result.failed)
      job.pages = result.total
      job.done = Math.min(result.total, pages.to)
      const results: unknown[] = result.pages.flatMap((page): unknown[] =>
        page.expense ? [page.expense] : page.blocks,
      )
      jobs.keep(job.id, { pages: result.total, done: job.done, failed: job.failed, results })
      runtime.count('textract pages', result.pages.length)
    }
    if (job.failed.length === job.pages) throw new DocumentError('BadDocumentException', 'No page could be read')
  }

  async function announce(job: Job): Promise<void> {
    const { DocumentLocation, JobTag, NotificationChannel } = parse(KeptJob, JSON.parse(job.request))
    if (NotificationChannel) {
      const { Bucket, Name } = DocumentLocation.S3Object
      const message = {
        JobId: job.id,
        // The message knows no partial success.
        Status: job.status === 'FAILED' ? 'FAILED' : 'SUCCEEDED',
        API: job.operation,
        ...(JobTag ? { JobTag } : {}),
        Timestamp: runtime.clock.now(),
        DocumentLocation: { S3ObjectName: Name, S3Bucket: Bucket },
      }
      try {
        runtime.authorize({ roleArn: NotificationChannel.RoleArn }, 'sns:Publish', NotificationChannel.SNSTopicArn)
        await publish(NotificationChannel.SNSTopicArn, JSON.stringify(message))
      } catch (error) {
        // Textract gives the caller no sign of this either; here at least the log has it.
        runtime.log('warn', 'textract could not announce a job', { job: job.id, error: String(error) })
      }
    }
    jobs.announced(job.id)
  }

  return {
    wake() {
      const busy = runtime.busy('textract')
      running = running.then(drain).finally(() => busy.done())
    },
    async close() {
      closed = true
      await reader.close()
      await running
    },
  }
}

const statusOf = (job: Job): JobStatus => (job.failed.length === 0 ? 'SUCCEEDED' : 'PARTIAL_SUCCESS')

const messageOf = (error: unknown): string => {
  if (error instanceof DocumentError) return 'INVALID_IMAGE_TYPE'
  return error instanceof AwsError ? error.code : 'INTERNAL_ERROR'
}

export function pairOf(job: Job): Pair | undefined {
  return PAIRS.find((pair) => job.operation === `Start${pair}`)
}

/** What a job asks of the reader. Throws InvalidParameterException when features and queries do not go together. */
export function requestOf(
  pair: Pair | undefined,
  input: Pick<AnyStart, 'FeatureTypes' | 'QueriesConfig'>,
): ReadRequest {
  if (pair === 'ExpenseAnalysis') return { features: [], expense: true }
  if (pair === 'DocumentTextDetection') return { features: [] }
  return readRequest({ FeatureTypes: input.FeatureTypes ?? [], QueriesConfig: input.QueriesConfig }, 'async')
}
