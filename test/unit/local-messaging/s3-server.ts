/** S3 behind a real port, for the SDK, fetch and forms; its events are kept as the bus would receive them. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { S3Client } from '@aws-sdk/client-s3'
import type { NewEvent } from '../../../local/event-bridge'
import { createS3, type S3 } from '../../../local/s3'
import type { Json } from '../../../local/service'
import { openRuntime, REGION, ROLE, resource, type TestRuntime } from './runtime'

export const BUCKET = 'documents'
export const CREDENTIALS = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' }

export interface S3Server {
  runtime: TestRuntime
  s3: S3
  client: S3Client
  url: string
  events: NewEvent[]
  /** Ends the instance as a crash would. */
  stop(): Promise<void>
}

export async function startS3(folder: string, properties: Record<string, Json> = {}): Promise<S3Server> {
  const runtime = openRuntime(folder)
  const events: NewEvent[] = []
  const bucket = resource('AWS::S3::Bucket', `arn:aws:s3:::${BUCKET}`, {
    BucketName: BUCKET,
    NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
    ...properties,
  })
  const s3 = createS3(
    runtime,
    { buckets: [bucket], notifications: [] },
    {
      events: { put: (_bus, event) => String(events.push(event)) },
      signerOf: (id) =>
        id === CREDENTIALS.accessKeyId ? { secret: CREDENTIALS.secretAccessKey, principal: ROLE } : undefined,
    },
  )
  s3.boot()
  const server: Server = createServer((request, response) => {
    if (s3.serves(request)) void s3.handle(request, response)
    else response.writeHead(404).end('not a bucket')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address() as AddressInfo // a TCP server's address is no pipe
  const url = `http://127.0.0.1:${address.port}`
  const client = new S3Client({ endpoint: url, region: REGION, credentials: CREDENTIALS, forcePathStyle: true })
  return {
    runtime,
    s3,
    client,
    url,
    events,
    async stop() {
      client.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      s3.close()
      runtime.drop()
    },
  }
}
