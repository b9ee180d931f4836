/** Makes the services that the template asks for, and gives each the peers it needs. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createEventBridge } from './event-bridge'
import { createPipes } from './pipes'
import { nameOf } from './properties'
import { createS3 } from './s3'
import type { SignerOf } from './s3-request'
import type { JsonService, Resource, Runtime, StreamSource } from './service'
import { createSqs } from './sqs'

export interface Services extends Pick<Runtime, 'putEvent' | 'sendMessage' | 'startExecution'> {
  /** What the gateway serves by X-Amz-Target. */
  json: JsonService[]
  queues(): { name: string; ready: number; inFlight: number; delayed: number }[]
  files(request: IncomingMessage, response: ServerResponse): Promise<void>
  isFile(request: IncomingMessage): boolean
  /** Resumes what was under way when the runtime last stopped. */
  boot(): void
  close(): void
}

export function createServices(
  runtime: Runtime,
  ofType: (...types: string[]) => Resource[],
  streams: StreamSource,
  signerOf: SignerOf,
): Services {
  const queueResources = ofType('AWS::SQS::Queue')
  const sqs = createSqs(runtime, { queues: queueResources, mappings: ofType('AWS::Lambda::EventSourceMapping') })
  const { queues } = sqs
  const events = createEventBridge(
    runtime,
    {
      buses: ofType('AWS::Events::EventBus'),
      rules: ofType('AWS::Events::Rule'),
      archives: ofType('AWS::Events::Archive'),
    },
    { queues },
  )
  const pipes = createPipes(runtime, ofType('AWS::Pipes::Pipe'), { streams, events, queues })
  const buckets = { buckets: ofType('AWS::S3::Bucket'), notifications: ofType('Custom::S3BucketNotifications') }
  const s3 = createS3(runtime, buckets, { events, signerOf })
  const parts = [s3, sqs, events, pipes]
  return {
    json: [sqs, events],
    putEvent: (busArn, event) => void events.put(busArn, event),
    sendMessage: (queueArn, body) => void queues.send(queueArn, body),
    startExecution: () => {
      throw new Error('not wired')
    },
    queues: () =>
      queueResources.map(({ arn }) => {
        const { ready, held, invisible, delayed } = queues.counts(arn)
        return { name: nameOf(arn), ready, inFlight: held + invisible, delayed }
      }),
    files: s3.handle,
    isFile: s3.serves,
    boot: () => {
      for (const part of parts) part.boot()
    },
    close: () => {
      for (const part of parts) part.close()
    },
  }
}
